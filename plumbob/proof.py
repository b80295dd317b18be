"""Proves a plan: both ways are run on a scratch database that is as the live one is, without its rows.

The way up has to give the declared definitions, the way down the live ones.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from plumbob.ddl.fingerprint import fingerprint, fingerprints, is_print_of, objects
from plumbob.ddl.quote import quote_text
from plumbob.ddl.stored.mentions import in_making_order, mentions, surroundings
from plumbob.ddl.stored.spoiled import spoiled_text
from plumbob.errors import Exit, PlumbobError
from plumbob.model import (
    Definer,
    Flavour,
    ObjectKey,
    Owned,
    Schema,
    Stored,
    Table,
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
from plumbob.plan.statement import Plan, Ref, Statement
from plumbob.server.errors import DEADLOCK, LOCK_WAIT_TIMEOUT, ServerError
from plumbob.server.scratch import CannotCreate, Scratch
from plumbob.trial import LiveTables, try_out
from plumbob.watch import CannotStand, Watch

ABSENT = "absent"
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


class PlanIsWrong(PlumbobError):
    """A plan that does not lead where it should: a bug of ours, found before anything was written."""

    def __init__(self, what: str) -> None:
        super().__init__(
            what,
            advice="this is a bug of plumbob: nothing was written; please report it with both schemas",
            exit=Exit.FAILED,
        )


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
    beside = beside or Schema()
    scratch.welcome(_definers(live, reached))
    aside: set[ObjectKey] = set()
    while True:
        try:
            return _prove(scratch, plan, live, reached, beside, tables or LiveTables(), aside)
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
    scratch: Scratch,
    plan: Plan,
    live: Schema,
    reached: Schema,
    beside: Schema,
    tables: LiveTables,
    aside: Collection[ObjectKey],
) -> Proof:
    flavour = scratch.server.flavour
    tables = replace(tables, left=dict(tables.left), made=set())
    start_with = _surrounded(plan, live, reached, beside)
    scratch.create(
        (*start_with.tables.values(), *start_with.stored.values()), lenient=start_with.tables.keys()
    )
    near = _Near(
        _joined(live, reached), _above(live, reached, beside), _fired(live, reached, aside=aside)
    )
    others = _make_others(scratch, plan, live, reached, beside, start_with)
    near = replace(near, others=frozenset(others))
    ours = frozenset((*live.stored, *reached.stored))
    tables_of_plan = touched(plan, live, reached)
    above = with_triggers_over(_taken(plan.up), _with(reached, beside))
    untold = with_other_triggers(live, reached)
    watch = Watch(scratch, ours, tables_of_plan, (tables_of_plan - untold) | above)
    start = _prints(scratch, flavour)
    up, forward = _run(scratch, plan.up, start, near, tables, "up", watch)
    ids = {*start, *(id for seen in up for id in seen)} - others
    _check(
        scratch,
        _with(reached, beside),
        ids,
        flavour,
        "the way up does not lead to the declaration",
        others,
    )
    watch.look_at_triggers()
    _refuse_unsteady(watch)
    # By the time of the way down, a table that the way up has made has rows.
    tables = replace(tables, made=set())
    down, backward = _run(
        scratch, plan.down, _prints(scratch, flavour), near, tables, "down", watch
    )
    _check(scratch, _with(live, beside), ids, flavour, "the way down does not lead back", others)
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


def _make_others(
    scratch: Scratch,
    plan: Plan,
    live: Schema,
    reached: Schema,
    beside: Schema,
    made: Schema,
) -> set[str]:
    """Make views and triggers of others that name what the plan touches; gives their ids.

    One that cannot be made here is no matter of the plan.
    """
    names = {name.lower() for name in touched(plan, live, reached)}
    names |= {key.name.lower() for each in (*plan.up, *plan.down) if (key := key_of_id(each.table))}
    waiting = [
        each
        for key, each in beside.stored.items()
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


def with_other_triggers(live: Schema, reached: Schema) -> set[str]:
    """The tables whose triggers are others afterwards.

    What a trigger names that somebody has just written, or wants back, is theirs: a server takes it,
    and a dead one of an old application is no reason to plan nothing. It is another matter where the plan
    itself takes away what is named (`with_triggers_over`).
    """
    triggers = [
        {key: each for key, each in schema.stored.items() if isinstance(each, Trigger)}
        for schema in (live, reached)
    ]
    before, after = triggers
    keys = [key for key in {*before, *after} if before.get(key) != after.get(key)]
    return {side[key].table for key in keys for side in triggers if key in side}


def _taken(statements: Iterable[Statement]) -> set[str]:
    """The names, in lower case, of tables, columns and programs that go on a way and do not come back."""
    found: set[Ref] = set()
    for each in statements:
        found = (found | each.takes) - each.gives
    kinds = ("table", "column", "function", "procedure")
    return {(each.name or each.table).lower() for each in found if each.kind in kinds}


def with_triggers_over(names: Collection[str], schema: Schema) -> set[str]:
    """The tables with a trigger that has one of these names in it."""
    triggers = (each for each in schema.stored.values() if isinstance(each, Trigger))
    return {each.table for each in triggers if not mentions(each).isdisjoint(names)}


def touched(plan: Plan, live: Schema, reached: Schema) -> set[str]:
    """The tables of a plan, and those that foreign keys join to them."""
    found = {name for statement in (*plan.up, *plan.down) for name in _named(statement)}
    joined = _joined(live, reached)
    waiting = list(found)
    while waiting:
        new = joined[waiting.pop()] - found
        found |= new
        waiting.extend(new)
    return found


def _named(statement: Statement) -> set[str]:
    refs = statement.gives | statement.takes
    # The names of foreign keys belong to no table.
    return {statement.table, *(ref.table for ref in refs if ref.table)}


def _joined(*schemas: Schema) -> Mapping[str, set[str]]:
    """For each table those at the other ends of its foreign keys, and of theirs to it."""
    joined: dict[str, set[str]] = defaultdict(set)
    for schema in schemas:
        for table in schema.tables.values():
            for key in table.foreign_keys:
                joined[table.name].add(key.parent_name)
                joined[key.parent_name].add(table.name)
    return joined


def _above(*schemas: Schema) -> Mapping[str, set[ObjectKey]]:
    """For each name in lower case the views that name it, and the triggers of the table."""
    above: dict[str, set[ObjectKey]] = defaultdict(set)
    for schema in schemas:
        for key, each in schema.stored.items():
            if isinstance(each, View):
                for name in mentions(each):
                    above[name].add(key)
            elif isinstance(each, Trigger):
                above[each.table.lower()].add(key)
    return above


@dataclass(frozen=True, slots=True)
class _Fired:
    """A trigger that has to work behind every statement, with the names that it has in it."""

    key: ObjectKey
    table: str
    names: frozenset[str]


def _fired(*schemas: Schema, aside: Collection[ObjectKey]) -> tuple[_Fired, ...]:
    """The triggers of these schemas, but for those that are out of the way when what they name changes."""
    return tuple(
        _Fired(key, each.table, mentions(each))
        for schema in schemas
        for key, each in schema.stored.items()
        if isinstance(each, Trigger) and key not in aside
    )


@dataclass(frozen=True, slots=True)
class _Near:
    """What a statement can change beside the object that it names.

    A foreign key follows the name of its parent, a trigger the name of its table and the trigger that
    runs before it; a server may print a view otherwise once what it reads is another one.
    """

    joined: Mapping[str, set[str]]
    above: Mapping[str, set[ObjectKey]]
    fired: tuple[_Fired, ...] = ()
    others: frozenset[str] = frozenset()

    def views(self, statement: Statement) -> set[ObjectKey]:
        """The views above what a statement touches, and those above them."""
        found: set[ObjectKey] = set()
        waiting = list(self.stored(statement))
        while waiting:
            key = waiting.pop()
            if key not in found:
                found.add(key)
                waiting += self.above.get(key.name.lower(), ())
        return {key for key in found if key.kind == "view"}

    def tables(self, statement: Statement) -> set[str]:
        if key_of_id(statement.table) is not None:
            return set()
        named = _named(statement)
        return named.union(*(self.joined.get(name, ()) for name in named))

    def stored(self, statement: Statement) -> set[ObjectKey]:
        key = key_of_id(statement.table)
        if key is None:
            names = {name.lower() for name in _named(statement)}
            return set().union(*(self.above.get(name, ()) for name in names))
        if key.kind == "trigger":
            return {key}.union(*(keys for keys in self.above.values() if key in keys))
        return {key} | self.above.get(key.name.lower(), set())


def _surrounded(plan: Plan, live: Schema, reached: Schema, beside: Schema) -> Schema:
    """The live objects of a plan, what they are made of, and the views and triggers above them."""
    whole = _with(live, beside)
    tables = touched(plan, live, reached)
    keys = {key for each in (*plan.up, *plan.down) if (key := key_of_id(each.table))}
    lowered = {name.lower() for name in (*tables, *(key.name for key in keys))}
    keys |= _beside_triggers(keys, live, reached)
    keys |= {
        key
        for key, each in live.stored.items()
        if key.kind in ("view", "trigger") and mentions(each) & lowered
    }
    made = [each for key, each in reached.stored.items() if key in keys]
    needed = surroundings(made, _with(reached, beside))
    start: list[Table | Stored] = [
        *(table for name, table in live.tables.items() if name in {*tables, *needed.tables}),
        *(each for key, each in whole.stored.items() if key in {*keys, *needed.stored}),
    ]
    around = surroundings(start, whole)
    names = {each.name for each in start if isinstance(each, Table)} | around.tables.keys()
    stored = {object_key(each.kind, each.name) for each in start if not isinstance(each, Table)}
    stored |= around.stored.keys()
    return Schema(
        {name: table for name, table in live.tables.items() if name in names},
        {key: each for key, each in whole.stored.items() if key in stored},
    )


def _beside_triggers(keys: Collection[ObjectKey], live: Schema, reached: Schema) -> set[ObjectKey]:
    """The live triggers of the tables whose triggers are among these: each has its place among them."""
    triggers = [
        each
        for schema in (live, reached)
        for each in schema.stored.values()
        if isinstance(each, Trigger)
    ]
    tables = {each.table for each in triggers if object_key("trigger", each.name) in keys}
    return {object_key("trigger", each.name) for each in triggers if each.table in tables}


def _with(schema: Schema, beside: Schema) -> Schema:
    return replace(schema, stored={**beside.stored, **schema.stored})


def _definers(*schemas: Schema) -> set[Definer]:
    owned = (each for schema in schemas for each in schema.stored.values())
    return {each.definer for each in owned if isinstance(each, Owned) and each.definer}


def _run(
    scratch: Scratch,
    statements: Iterable[Statement],
    seen: Mapping[str, str],
    near: _Near,
    tables: LiveTables,
    way: str,
    watch: Watch,
) -> tuple[Seen, tuple[Statement, ...]]:
    found: list[Mapping[str, str]] = []
    tried: list[Statement] = []
    for statement in statements:
        if not _may_run(statement, scratch):
            found.append({})
            tried.append(statement)
            continue
        try:
            with scratch.session(key_of_id(statement.table), statement.session):
                tried.append(try_out(scratch, statement, tables))
        except ServerError as error:
            if error.errno in (LOCK_WAIT_TIMEOUT, DEADLOCK):
                raise
            raise PlanIsWrong(f"the way {way} fails at: {statement.about}: {error.what}") from error
        watch.look(statement.about, near.views(statement))
        watch.unsteady |= _fail_behind(statement, near, watch)
        now = _prints_after(statement, scratch, seen, near, watch)
        found.append(
            {
                name: now.get(name, ABSENT)
                for name in sorted({*seen, *now})
                if name not in near.others
                and (seen.get(name) != now.get(name) or name == statement.table)
            }
        )
        seen = now
    return tuple(found), tuple(tried)


def _fail_behind(statement: Statement, near: _Near, watch: Watch) -> set[ObjectKey]:
    """The triggers that fail now because of what a statement has changed below them."""
    names = names_in(statement)
    fired = [each for each in near.fired if each.names & names]
    made = {each.table for each in near.fired if str(each.key) == statement.table}
    tables = {*made, *(each.table for each in fired)}
    failing = watch.fails_now(tables, made, afresh=is_called(statement.table))
    gone = {ref.name.lower() for ref in statement.takes if ref.kind == "column"}
    found = [each for each in fired if each.table in failing]
    return {each.key for each in found if each.names & gone} or {each.key for each in found}


def is_called(id: str) -> bool:
    """Whether an object is a function or procedure."""
    key = key_of_id(id)
    return key is not None and key.kind in ("function", "procedure")


def _may_run(statement: Statement, scratch: Scratch) -> bool:
    """An event that is made on somebody's server would be run there."""
    key = key_of_id(statement.table)
    return scratch.is_private or key is None or key.kind != "event"


def _prints_after(
    statement: Statement, scratch: Scratch, seen: Mapping[str, str], near: _Near, watch: Watch
) -> Mapping[str, str]:
    """All fingerprints, of which only those are read that a statement can have changed.

    To read them all after each would take a minute for 150 tables, and four times as long for twice
    as many.
    """
    flavour = scratch.server.flavour
    tables, keys = near.tables(statement), near.stored(statement)
    read = {object_id("table", name) for name in tables} | {str(key) for key in keys}
    kept = {id: each for id, each in seen.items() if id not in read}
    there = scratch.read(tables) if tables else Schema()
    watch.look_at_keys(statement.about, there.tables)
    found = fingerprints(there, flavour)
    stored = {id: fingerprint(each, flavour) for id, each in scratch.read_stored(keys).items()}
    return kept | found | _of_what_may_run(stored, scratch)


def _prints(scratch: Scratch, flavour: Flavour) -> dict[str, str]:
    return _of_what_may_run(fingerprints(scratch.read(), flavour), scratch)


def _of_what_may_run(prints: Mapping[str, str], scratch: Scratch) -> dict[str, str]:
    """The fingerprints without those of events, where events are not made as they are."""
    if scratch.is_private:
        return dict(prints)
    return {id: each for id, each in prints.items() if not id.startswith("event:")}


def _check(
    scratch: Scratch,
    wanted: Schema,
    ids: Iterable[str],
    flavour: Flavour,
    what: str,
    others: Collection[str],
) -> None:
    now = _prints(scratch, flavour)
    known = {*now, *ids} - {*others}
    expected = {
        id: fingerprint(each, flavour) for id, each in objects(wanted).items() if id in known
    }
    differing = sorted(
        id for id in known if not is_print_of(expected.get(id, ABSENT), now.get(id, ABSENT))
    )
    differing += _of_another_time(scratch, wanted)
    if differing:
        _refuse_spoiled(scratch, wanted, differing)
        raise PlanIsWrong(f"{what}: {', '.join(differing)}")


def _of_another_time(scratch: Scratch, wanted: Schema) -> list[str]:
    """Programs that keep another collation of the database; no fingerprint has it."""
    keys = [
        key
        for key, each in wanted.stored.items()
        if isinstance(each, Owned) and each.session.database_collation is not None
        # An event is not made anew on somebody's server.
        if scratch.is_private or key.kind != "event"
    ]
    return [
        id
        for id, found in scratch.read_stored(keys).items()
        if isinstance(found, Owned)
        and found.session.database_collation not in (None, _collation_in(wanted, id))
    ]


def _collation_in(schema: Schema, id: str) -> str | None:
    key = key_of_id(id)
    found = schema.stored.get(key) if key else None
    return found.session.database_collation if isinstance(found, Owned) else None


def _refuse_spoiled(scratch: Scratch, wanted: Schema, differing: Collection[str]) -> None:
    """A view that MySQL cannot make again from what it says of it itself."""
    views = {
        str(key): each
        for key, each in wanted.stored.items()
        if isinstance(each, View) and str(key) in differing
    }
    keys = [key for id in views if (key := key_of_id(id)) is not None]
    for id, found in scratch.read_stored(keys).items():
        if not isinstance(found, View):
            continue
        text = spoiled_text(views[id], found, scratch.server.flavour)
        if text is not None:
            raise PlumbobError(
                f"no way back would make the view {found.name} again: MySQL keeps a text that it "
                f"compares with binary as another one, and says {quote_text(text)} of it",
                advice="make it anew by hand with _utf8mb4 or _binary in front of that text",
                where=found.name,
                exit=Exit.UNSAFE,
            )
