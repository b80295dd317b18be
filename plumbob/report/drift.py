"""Drift as text, as JSON and as an exit code: object by object, attribute by attribute."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import click

from plumbob.diff.three_way import Conflict
from plumbob.errors import Exit
from plumbob.model import Flavour, Table, object_id
from plumbob.report.changes import TableView, definition, views
from plumbob.report.comparison import Compared, counted, source
from plumbob.report.safe import line
from plumbob.report.text import plan_text, table_lines
from plumbob.workflow.drift import Adopted, Drift


def drift_exit(found: Drift, adopted: Adopted | None) -> Exit:
    """1 for drift; once it is adopted, 6 where a conflict is left."""
    if not found.ids:
        return Exit.OK
    if adopted is None:
        return Exit.DIFFERENT
    return Exit.STALE if adopted.left else Exit.OK


def drift_text(found: Drift, declared: str, live: str) -> Iterator[str]:
    """The first line says what was read on all three sides."""
    said = source(declared, found.compared.declaration.schema)
    there = source(live, found.compared.live)
    yield line(f"{said} | {there} | recorded at {_time(found.last.at)} UTC{_after(found)}")
    if not found.ids:
        yield click.style("no drift", fg="green")
        return
    for view in views(found.changes, found.compared.flavour):
        yield from table_lines(view)
        yield from _since(found, view)
    for id in found.unread:
        yield f"not understood, so not compared: {line(id)}"
    for each in found.conflicts:
        yield from _conflict(each, found.compared.flavour)
    if found.is_declared:
        yield "the declaration says all of it"
    yield line(_summary(found))


def revert_text(found: Compared, named_back: Iterable[str]) -> Iterator[str]:
    """What undoes it, statement by statement; and what is taken for a rename by hand."""
    if not found.differs:
        yield "nothing of it can be undone by a migration"
        return
    yield plan_text(found)
    for each in named_back:
        yield line(f"{each}: only the name is another one, so it is taken for renamed")


def _after(found: Drift) -> str:
    return f" after {found.last.id}" if found.last.id else ""


def _time(moment: str) -> str:
    return moment.partition(".")[0]


def _since(found: Drift, view: TableView) -> Iterator[str]:
    """When the server saw it change, where that is surely later than what was recorded."""
    since = found.since.get(object_id(view.kind, view.name))
    if view.verb != "drop" and since is not None and since > _time(found.last.at):
        yield f"    changed at {line(since)} UTC, as the server says"


def _conflict(each: Conflict, flavour: Flavour) -> Iterator[str]:
    flag = click.style("conflict:", fg="red", bold=True)
    yield f"{flag} {line(place(each))}"
    sides = (("recorded", each.recorded), ("live", each.live), ("declared", each.declared))
    for name, value in sides:
        yield f"    {name:<9} {line(_value(value, flavour))}"


def place(each: Conflict) -> str:
    """`users: column email: type`."""
    return ": ".join(filter(None, (each.id, each.part, each.attribute)))


def _value(value: object, flavour: Flavour) -> str:
    if value is None:
        return "(none)"
    if isinstance(value, Table):
        return "a table"
    return definition(value, flavour)


def _summary(found: Drift) -> str:
    said = [f"{counted(len(found.ids), 'object')} drifted"]
    if found.conflicts:
        said.append(counted(len(found.conflicts), "conflict"))
    return ", ".join(said)


def drift_document(found: Drift, live: str) -> dict[str, Any]:
    return {
        "live": {"name": live},
        "recorded": {"at": found.last.at, "after": found.last.id or None},
        "drift": [
            {
                "object": object_id(view.kind, view.name),
                "verb": view.verb,
                "changed_at": found.since.get(object_id(view.kind, view.name)),
                "parts": [
                    {
                        "verb": part.verb,
                        "kind": part.kind,
                        "name": part.name,
                        "recorded": part.before,
                        "live": part.after,
                    }
                    for part in view.parts
                ],
            }
            for view in views(found.changes, found.compared.flavour)
        ],
        "not_understood": list(found.unread),
        "conflicts": [
            {
                "object": each.id,
                "part": each.part or None,
                "attribute": each.attribute or None,
                "recorded": _value(each.recorded, found.compared.flavour),
                "live": _value(each.live, found.compared.flavour),
                "declared": _value(each.declared, found.compared.flavour),
            }
            for each in found.conflicts
        ],
    }
