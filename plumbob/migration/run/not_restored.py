"""What a way up has lost of the rows: kept in the database, so that the way down can say how many it were.

A rollback gives definitions back and no rows. Where rows were lost, that is approved by name, so that nobody
takes an empty column for the one that was there.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

from plumbob.migration.by_hand import unrestored
from plumbob.migration.migration import Migration
from plumbob.migration.record import journal
from plumbob.migration.run.counting import Counted
from plumbob.migration.run.tasks import Task
from plumbob.plan.approvals import is_approved
from plumbob.plan.hazards import not_restored
from plumbob.plan.statement import Hazard
from plumbob.server.connection import Server

_NOTE = "lost by "
_LONGEST = 128

Rows = tuple[int | None, str]


def keep(server: Server, tasks: Sequence[Task], counted: Sequence[Counted]) -> None:
    """Write down how many rows the ways up are about to lose, before they begin."""
    rows = {each.hazard: each for each in counted}
    for task in tasks:
        if task.direction == "down" or task.begun:
            continue
        known = {
            hazard.approval: (found.rows, found.example)
            for hazard in unrestored(task.migration)
            if (found := rows.get(hazard)) is not None and not found.is_later and not task.is_there
        }
        if unrestored(task.migration):
            checksum = task.migration.checksum
            journal.write_note(server, _name(task.migration), checksum, json.dumps(known))


def missing(server: Server, tasks: Sequence[Task], allow: Collection[str]) -> Iterator[Counted]:
    """What the ways down of these tasks do not give back, with the rows that were lost."""
    for task in tasks:
        if task.direction == "up" or task.is_there:
            continue
        touched = {name for each in task.left for name in each.after}
        known = _kept(server, task.migration)
        for hazard in unrestored(task.migration):
            if not any(_is_of(hazard, name) for name in touched):
                continue
            rows, example = known.get(hazard.approval, (None, ""))
            why = "nobody has counted them" if rows is None else ""
            found = Counted(not_restored(hazard), rows, example, why)
            named = {*allow, *task.script.approved}
            yield replace(found, is_approved=is_approved(found.hazard, named))


def _kept(server: Server, migration: Migration) -> dict[str, Rows]:
    note = journal.read_note(server, _name(migration))
    if note is None or note[0] != migration.checksum:
        return {}
    return {approval: (rows, example) for approval, (rows, example) in json.loads(note[1]).items()}


def _name(migration: Migration) -> str:
    return f"{_NOTE}{migration.id}"[:_LONGEST]


def _is_of(hazard: Hazard, id: str) -> bool:
    """Whether a statement that changes this object gives something of the hazard's back."""
    return hazard.object.is_of_id(id)
