"""Proves a plan: both ways are run on a scratch database that is as the live one is, without its rows.

The way up has to give the declared definitions, the way down the live ones.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from plumbob.ddl.fingerprint import fingerprint, is_print_of
from plumbob.errors import Exit, PlumbobError
from plumbob.model import Flavour, Schema, Table
from plumbob.plan.statement import Plan, Statement
from plumbob.server.errors import ServerError
from plumbob.server.scratch import MARK, Scratch

ABSENT = "absent"
Seen = tuple[Mapping[str, str], ...]


@dataclass(frozen=True, slots=True)
class Proof:
    """Where a plan was run both ways with the expected result, and the fingerprints seen on the way.

    `up` and `down` have for each statement the fingerprints of the tables that it changed.
    """

    place: str
    up: Seen
    down: Seen


class PlanIsWrong(PlumbobError):
    """A plan that does not lead where it should: a bug of ours, found before anything was written."""

    def __init__(self, what: str) -> None:
        super().__init__(
            what,
            advice="this is a bug of plumbob: nothing was written; please report it with both schemas",
            exit=Exit.FAILED,
        )


def prove(scratch: Scratch, plan: Plan, live: Schema, reached: Schema) -> Proof:
    """Run a plan up and down on a scratch database.

    Args:
        scratch: an empty scratch database; it is left as the live one is.
        plan: both ways.
        live: in canonical form.
        reached: in canonical form, what the way up leads to (`planner.reached_by`).

    Raises:
        PlanIsWrong: when a statement fails or an end is not what it should be.
    """
    flavour = scratch.server.flavour
    names = touched(plan, live, reached)
    scratch.create([table for name, table in live.tables.items() if name in names])
    start = _prints(scratch, flavour)
    up = _run(scratch, plan.up, start, "up")
    _check(scratch, reached, names, flavour, "the way up does not lead to the declaration")
    down = _run(scratch, plan.down, _prints(scratch, flavour), "down")
    _check(scratch, live, names, flavour, "the way down does not lead back")
    return Proof(scratch.place, up, down)


def touched(plan: Plan, live: Schema, reached: Schema) -> set[str]:
    """The tables of a plan, and those that foreign keys join to them."""
    statements = (*plan.up, *plan.down)
    found = {statement.table for statement in statements}
    found |= {ref.table for each in statements for ref in each.gives | each.takes}
    joined: dict[str, set[str]] = defaultdict(set)
    for schema in (live, reached):
        for table in schema.tables.values():
            for key in table.foreign_keys:
                joined[table.name].add(key.parent_name)
                joined[key.parent_name].add(table.name)
    waiting = list(found)
    while waiting:
        new = joined[waiting.pop()] - found
        found |= new
        waiting.extend(new)
    return found


def _run(
    scratch: Scratch, statements: Iterable[Statement], seen: Mapping[str, str], way: str
) -> Seen:
    found = []
    for statement in statements:
        try:
            with scratch.server.session(dict(statement.session)):
                scratch.execute(statement.sql)
        except ServerError as error:
            raise PlanIsWrong(f"the way {way} fails at: {statement.about}: {error.what}") from error
        now = _prints(scratch, scratch.server.flavour)
        found.append(
            {
                name: now.get(name, ABSENT)
                for name in sorted({*seen, *now})
                if seen.get(name) != now.get(name) or name == statement.table
            }
        )
        seen = now
    return tuple(found)


def _prints(scratch: Scratch, flavour: Flavour) -> dict[str, str]:
    return {
        name: fingerprint(table, flavour)
        for name, table in scratch.read().tables.items()
        if name != MARK
    }


def _check(scratch: Scratch, wanted: Schema, names: set[str], flavour: Flavour, what: str) -> None:
    now = _prints(scratch, flavour)
    tables: Mapping[str, Table] = wanted.tables
    expected = {name: fingerprint(tables[name], flavour) for name in names if name in tables}
    differing = sorted(
        name
        for name in {*now, *expected}
        if not is_print_of(expected.get(name, ABSENT), now.get(name, ABSENT))
    )
    if differing:
        raise PlanIsWrong(f"{what}: {', '.join(differing)}")
