"""The schema as the history recorded it at one of its steps, to be compared like any other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from plumbob.ddl.canonical import canonical
from plumbob.declaration import Declaration
from plumbob.errors import PlumbobError
from plumbob.migration.record import history, synced
from plumbob.migration.record.history import Record
from plumbob.migration.record.snapshot import schema_of
from plumbob.model import Renames, Schema
from plumbob.server.connection import Server
from plumbob.workflow.declared import database_defaults

WORD = "recorded"
_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the history: its number, from 1 on, and the schema after it in canonical form."""

    number: int
    record: Record
    schema: Schema

    def __str__(self) -> str:
        """`recorded at 2026-11-24 13:15:00 UTC (2: 20261124T131500_add_last_login)`."""
        at = self.record.at.partition(".")[0]
        return f"recorded at {at} UTC ({self.number}: {self.record.id or self.record.kind})"


def adopted_steps(server: Server) -> tuple[Step, Step] | None:
    """What the migrations lead to, and what was adopted since then and is in none of them; None where all is.

    Other databases of the project get it by a migration, which is only recorded where it was adopted.
    """
    records = history.read(server)
    number = len(records) - history.unwritten(records)
    if number == len(records) or synced.read(server) is not None:
        return None
    before, now = (recorded_step(server, f"{WORD}:{n}") for n in (number, len(records)))
    return None if before.schema == now.schema else (before, now)


def recorded_step(server: Server, said: str) -> Step:
    """Find a step by what a user has written.

    Args:
        said: `recorded:ID`, where ID is the number of the step, or a migration, or the beginning of its
            name: of several steps of it the last one. `recorded` alone is the last of all.

    Raises:
        PlumbobError: there is no such step, or its schema was not kept.
    """
    records = history.read(server)
    if not records:
        raise PlumbobError(
            f"nothing was applied to {server.database} by plumbob yet, so nothing is recorded"
        )
    number = _number(records, said.partition(":")[2], said)
    texts = history.snapshot_at(server, number)
    if texts is None:
        raise PlumbobError(
            f"what the schema was at step {number} was not kept",
            advice="an older plumbob has written this history; later steps have theirs",
            where=said,
        )
    found = schema_of(texts, server.flavour)
    return Step(
        number,
        records[number - 1],
        canonical(found, server.flavour, database_defaults(server)),
    )


def as_declaration(
    declaration: Declaration, schema: Schema, renames: Renames | None = None
) -> Declaration:
    """A schema in canonical form as if it had been declared; it stands in no file."""
    return Declaration(schema, renames or Renames(), sections=declaration.sections)


def _number(records: Sequence[Record], id: str, said: str) -> int:
    if not id:
        return len(records)
    if id.isdecimal() and 1 <= int(id) <= len(records):
        return int(id)
    names = {each.id for each in records if each.id.startswith(id)}
    name = id if id in names else names.pop() if len(names) == 1 else None
    found = [number for number, each in enumerate(records, 1) if each.id == name]
    if not found:
        raise PlumbobError(f"the history has no step {id}", advice=_advice(records, id), where=said)
    # Where it was rolled back at last, its own end is meant all the same.
    applied = [each for each in found if records[each - 1].kind != "rolled back"]
    return (applied or found)[-1]


def _advice(records: Sequence[Record], id: str) -> str:
    names = list(dict.fromkeys(each.id for each in records if each.id))
    by_message = {name.partition("_")[2]: name for name in names}
    near = get_close_matches(id, [*names, *by_message], n=1)
    if near:
        return f"did you mean {WORD}:{by_message.get(near[0], near[0])}?"
    more = f", and {len(names) - _SHOWN} before them" if len(names) > _SHOWN else ""
    listed = ", ".join(names[-_SHOWN:])
    return f"its steps are 1 to {len(records)}, of the migrations {listed}{more}: schema history"
