"""What came of migration files that people have edited: errors with their places, lines, a document."""

from __future__ import annotations

from collections.abc import Iterator

import click

from plumbob.errors import Exit, PlumbobError
from plumbob.model import object_id
from plumbob.plan.statement import Hazard
from plumbob.report.changes import TableView, views
from plumbob.report.proved import THIS, by_this
from plumbob.report.safe import line
from plumbob.report.text import table_lines
from plumbob.workflow.rehearsal import Leads, Rehearsal

_GOALS = {"up": "the declaration", "down": "what was there before"}


def leads_errors(found: Rehearsal) -> Iterator[PlumbobError]:
    """One error for each object that is not what it should be, at the statement that touched it last."""
    for leads in found.elsewhere:
        for view in views(leads.changes, found.migration.server):
            yield _error(leads, view)


def _error(leads: Leads, view: TableView) -> PlumbobError:
    touched = leads.last.get(object_id(view.kind, view.name))
    name, where = touched or ("no statement", None)
    missing = "\n".join(click.unstyle(each) for each in table_lines(view))
    return PlumbobError(
        f"{leads.migration} does not lead to {_GOALS[leads.way]}; this is missing at its end:\n{missing}",
        advice=f"{name} touched it last: change the statements, or the declaration"
        if touched
        else "no statement touches it: add one between the marks, or change the declaration",
        where=where or leads.migration,
        exit=Exit.DIFFERENT,
    )


def stale_error(found: Rehearsal, file: str) -> PlumbobError:
    """Files that were edited, and are not written anew yet."""
    if found.unproved:
        return PlumbobError(
            f"{found.migration.id} was edited by hand, and is not proved: {found.unproved}",
            advice="`schema apply` refuses it as it is",
            where=file,
            exit=Exit.STALE,
        )
    remarks = [f"it does not say {_hazard(each)}" for each in found.untold] + _needless(found)
    said = "".join(f"\n{each}" for each in remarks)
    return PlumbobError(
        f"{found.migration.id} was edited by hand, and leads where it should{said}",
        advice="write down what was proved, so that it can be applied: schema check --write",
        where=file,
        exit=Exit.STALE,
    )


def rehearsal_line(found: Rehearsal) -> str:
    id = found.migration.id
    if found.unproved:
        return line(f"{id}: not proved again: {found.unproved}")
    said = [line(f"{id}: run up and down with the expected result on {by_this(found.place)}")]
    said += [line(f"  it says now {_hazard(each)}") for each in found.untold]
    said += [line(f"  {each}") for each in _needless(found)]
    return "\n".join(said)


def _needless(found: Rehearsal) -> list[str]:
    return [f"it approves what nothing in it asks for: {each}" for each in found.needless]


def _hazard(hazard: Hazard) -> str:
    asks = "would fail on rows" if hazard.fails else "needs an approval"
    return f"that it {asks}: {hazard.approval} ({hazard.what})"


def rehearsal_document(found: Rehearsal) -> dict[str, object]:
    return {
        "migration": found.migration.id,
        "proved": found.place,
        "proved_by": THIS if found.place else "",
        "unproved": found.unproved,
        "edited": found.is_renewed,
        "untold": [
            {"kind": each.kind, "object": str(each.object), "fails": each.fails}
            for each in found.untold
        ],
        "not_needed": [each.approval for each in found.needless],
    }
