"""Proves a plan: both ways are run on a scratch database that is as the live one is, without its rows.

The way up has to give the declared definitions, the way down the live ones.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from plumbob.ddl.fingerprint import fingerprint, fingerprints
from plumbob.ddl.stored.mentions import in_making_order, mentions
from plumbob.model import (
    Definer,
    Flavour,
    ObjectKey,
    Owned,
    Schema,
    Trigger,
    View,
    key_of_id,
    object_id,
    object_key,
)
from plumbob.plan.aside import (
    names_in,
    put_aside,
    put_triggers_aside,
    with_triggers_beside,
    with_views_above,
)
from plumbob.plan.statement import Plan, Statement
from plumbob.proof.ends import ABSENT, PlanIsWrong, check, of_what_may_run, prints
from plumbob.proof.near import (
    Near,
    Sides,
    is_called,
    surrounded,
    taken,
    touched,
    with_other_triggers,
    with_triggers_over,
)
from plumbob.proof.trial import LiveTables, try_out
from plumbob.proof.watch import CannotStand, Watch
from plumbob.server.errors import DEADLOCK, LOCK_WAIT_TIMEOUT, ServerError
from plumbob.server.scratch import CannotCreate, Scratch

__all__ = ["PlanIsWrong", "Proof", "Seen", "prove"]

# For each statement of a way the fingerprints of what it changed, by their ids.
Seen = tuple[Mapping[str, str], ...]


@dataclass(frozen=True, slots=True)
class Proof:
    """Where a plan was run both ways with the expected result, and the fingerprints seen on the way.

    `up` and `down` have for each statement the fingerprints of the tables that it changed; `plan` is the
    plan with what each statement costs.
    """

    place: str
    up: Seen
    down: Seen
    plan: Plan


def prove(
    scratch: Scratch,
    plan: Plan,
    live: Schema,
    reached: Schema,
    beside: Schema | None = None,
    tables: LiveTables | None = None,
) -> Proof:
    """Run a plan up and down on a scratch database.

    Args:
        scratch: an empty scratch database; it is left as the live one is.
        plan: both ways.
        live: in canonical form.
        reached: in canonical form, what the way up leads to (`planner.reached_by`).
        beside: live objects that are not managed, and that others may name.
        tables: what the costs depend on that the scratch database has not.

    Raises:
        PlanIsWrong: when a statement fails or an end is not what it should be.
    """
    sides = Sides(live, reached, beside or Schema())
    scratch.welcome(_definers(live, reached))
    aside: set[ObjectKey] = set()
    while True:
        try:
            return _prove(scratch, plan, sides, tables or LiveTables(), aside)
        except CannotStand as found:
            keys = with_views_above(
                {key for key in found.keys if key.kind == "view"}, live, reached
            )
            triggers = {key for key in found.keys if key.kind == "trigger"}
            keys |= with_triggers_beside(triggers, live, reached)
            if keys <= aside:
                raise PlanIsWrong(str(found)) from found
            aside |= keys
            plan = _around(plan, aside, live, reached, scratch.server.flavour)
            scratch.empty()


def _prove(
    scratch: Scratch, plan: Plan, sides: Sides, tables: LiveTables, aside: Collection[ObjectKey]
) -> Proof:
    live, reached = sides.live, sides.reached
    start = surrounded(plan, sides)
    scratch.create((*start.tables.values(), *start.stored.values()), lenient=start.tables.keys())
    others = _make_others(scratch, plan, sides, start)
    ours = frozenset((*live.stored, *reached.stored))
    touches = touched(plan, live, reached)
    over = with_triggers_over(taken(plan.up), sides.end)
    triggered = (touches - with_other_triggers(live, reached)) | over
    watch = Watch(scratch, ours, touches, triggered)
    run = _Run(scratch, Near.of(sides, aside, others), watch)
    tables = replace(tables, left=dict(tables.left), made=set())
    before = prints(scratch)
    up, forward = run.way("up", plan.up, before, tables)
    ids = {*before, *(id for seen in up for id in seen)} - others
    check(scratch, sides.end, ids, others, "the way up does not lead to the declaration")
    watch.look_at_triggers()
    _refuse_unsteady(watch)
    # By the time of the way down, a table that the way up has made has rows.
    tables = replace(tables, made=set())
    down, backward = run.way("down", plan.down, prints(scratch), tables)
    check(scratch, sides.start, ids, others, "the way down does not lead back")
    _refuse_unsteady(watch)
    return Proof(scratch.place, up, down, Plan(forward, backward))


def _refuse_unsteady(watch: Watch) -> None:
    """Once an end is what it should be: triggers that failed on the way to it."""
    if watch.unsteady:
        names = ", ".join(sorted(key.name for key in watch.unsteady))
        raise CannotStand(f"{names} fails between two statements", watch.unsteady)


def _around(
    plan: Plan, keys: Collection[ObjectKey], live: Schema, reached: Schema, flavour: Flavour
) -> Plan:
    """The plan with these views and triggers dropped before tables change, and made again afterwards."""
    up, down = plan.up, plan.down
    if views := {key for key in keys if key.kind == "view"}:
        up = put_aside(up, views, live, reached, flavour)
        down = put_aside(down, views, reached, live, flavour)
    if triggers := {key for key in keys if key.kind == "trigger"}:
        up = put_triggers_aside(up, triggers, live, reached, flavour)
        down = put_triggers_aside(down, triggers, reached, live, flavour)
    return Plan(up, down)


def _make_others(scratch: Scratch, plan: Plan, sides: Sides, made: Schema) -> set[str]:
    """Make views and triggers of others that name what the plan touches; gives their ids.

    One that cannot be made here is no matter of the plan.
    """
    names = {name.lower() for name in touched(plan, sides.live, sides.reached)}
    names |= {key.name.lower() for each in (*plan.up, *plan.down) if (key := key_of_id(each.table))}
    waiting = [
        each
        for key, each in sides.beside.stored.items()
        if isinstance(each, View | Trigger) and key not in made.stored
    ]
    found: set[str] = set()
    for each in in_making_order(waiting):
        if not mentions(each) & names:
            continue
        try:
            scratch.create([each])
        except CannotCreate:
            continue
        found.add(str(object_key(each.kind, each.name)))
        names.add(each.name.lower())
    return found


def _definers(*schemas: Schema) -> set[Definer]:
    owned = (each for schema in schemas for each in schema.stored.values())
    return {each.definer for each in owned if isinstance(each, Owned) and each.definer}


@dataclass(frozen=True, slots=True)
class _Run:
    """One go at a plan: where it is run, what its statements may change, and what is looked at."""

    scratch: Scratch
    near: Near
    watch: Watch

    def way(
        self,
        name: str,
        statements: Iterable[Statement],
        seen: Mapping[str, str],
        tables: LiveTables,
    ) -> tuple[Seen, tuple[Statement, ...]]:
        """Run the statements of a way; gives what each has changed, and each with its cost.

        Args:
            name: "up" or "down".
            seen: all fingerprints as they are before it.

        Raises:
            PlanIsWrong: a statement fails.
        """
        found: list[Mapping[str, str]] = []
        tried: list[Statement] = []
        for statement in statements:
            if not self._may_run(statement):
                found.append({})
                tried.append(statement)
                continue
            try:
                with self.scratch.session(key_of_id(statement.table), statement.session):
                    tried.append(try_out(self.scratch, statement, tables))
            except ServerError as error:
                if error.errno in (LOCK_WAIT_TIMEOUT, DEADLOCK):
                    raise
                raise PlanIsWrong(
                    f"the way {name} fails at: {statement.about}: {error.what}"
                ) from error
            self.watch.look(statement.about, self.near.views(statement))
            self.watch.unsteady |= self._fail_behind(statement)
            now = self._prints_after(statement, seen)
            found.append(self._changed(statement, seen, now))
            seen = now
        return tuple(found), tuple(tried)

    def _may_run(self, statement: Statement) -> bool:
        """An event that is made on somebody's server would be run there."""
        key = key_of_id(statement.table)
        return self.scratch.is_private or key is None or key.kind != "event"

    def _fail_behind(self, statement: Statement) -> set[ObjectKey]:
        """The triggers that fail now because of what a statement has changed below them."""
        names = names_in(statement)
        fired = [each for each in self.near.fired if each.names & names]
        made = {each.table for each in self.near.fired if str(each.key) == statement.table}
        tables = {*made, *(each.table for each in fired)}
        failing = self.watch.fails_now(tables, made, afresh=is_called(statement.table))
        gone = {ref.name.lower() for ref in statement.takes if ref.kind == "column"}
        found = [each for each in fired if each.table in failing]
        return {each.key for each in found if each.names & gone} or {each.key for each in found}

    def _prints_after(self, statement: Statement, seen: Mapping[str, str]) -> Mapping[str, str]:
        """All fingerprints, of which only those are read that a statement can have changed.

        To read them all after each would take a minute for 150 tables, and four times as long for
        twice as many.
        """
        flavour = self.scratch.server.flavour
        tables, keys = self.near.tables(statement), self.near.stored(statement)
        read = {object_id("table", name) for name in tables} | {str(key) for key in keys}
        kept = {id: each for id, each in seen.items() if id not in read}
        there = self.scratch.read(tables) if tables else Schema()
        self.watch.look_at_keys(statement.about, there.tables)
        found = fingerprints(there, flavour)
        stored = self.scratch.read_stored(keys)
        own = {id: fingerprint(each, flavour) for id, each in stored.items()}
        return kept | found | of_what_may_run(own, self.scratch)

    def _changed(
        self, statement: Statement, before: Mapping[str, str], now: Mapping[str, str]
    ) -> dict[str, str]:
        """What a statement has changed, as it is now; and what it names, in any case."""
        return {
            id: now.get(id, ABSENT)
            for id in sorted({*before, *now} - self.near.others)
            if before.get(id) != now.get(id) or id == statement.table
        }
