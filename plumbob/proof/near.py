"""What a plan touches, and what a statement can change beside the object that it names; no server is asked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from plumbob.ddl.stored.mentions import mentions, surroundings
from plumbob.model import ObjectKey, Schema, Stored, Table, Trigger, View, key_of_id, object_key
from plumbob.plan.statement import Plan, Ref, Statement


@dataclass(frozen=True, slots=True)
class Sides:
    """What a plan leads from and to, in canonical form, and what of others is beside both."""

    live: Schema
    reached: Schema
    beside: Schema

    @property
    def start(self) -> Schema:
        """All that is there before the way up."""
        return replace(self.live, stored={**self.beside.stored, **self.live.stored})

    @property
    def end(self) -> Schema:
        """All that is there after it."""
        return replace(self.reached, stored={**self.beside.stored, **self.reached.stored})


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
class Fired:
    """A trigger that has to work behind every statement, with the names that it has in it."""

    key: ObjectKey
    table: str
    names: frozenset[str]


def _fired(*schemas: Schema, aside: Collection[ObjectKey]) -> tuple[Fired, ...]:
    """The triggers of these schemas, but for those that are out of the way when what they name changes."""
    return tuple(
        Fired(key, each.table, mentions(each))
        for schema in schemas
        for key, each in schema.stored.items()
        if isinstance(each, Trigger) and key not in aside
    )


@dataclass(frozen=True, slots=True)
class Near:
    """What a statement can change beside the object that it names.

    A foreign key follows the name of its parent, a trigger the name of its table and the trigger that
    runs before it; a server may print a view otherwise once what it reads is another one.
    """

    joined: Mapping[str, set[str]]
    above: Mapping[str, set[ObjectKey]]
    fired: tuple[Fired, ...]
    others: frozenset[str]

    @classmethod
    def of(
        cls, sides: Sides, aside: Collection[ObjectKey] = (), others: Collection[str] = ()
    ) -> Near:
        """What is near the objects of a plan.

        Args:
            aside: views and triggers that are out of the way when what they name changes.
            others: the ids of views and triggers of others that were made as well.
        """
        live, reached = sides.live, sides.reached
        return cls(
            _joined(live, reached),
            _above(live, reached, sides.beside),
            _fired(live, reached, aside=aside),
            frozenset(others),
        )

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


def surrounded(plan: Plan, sides: Sides) -> Schema:
    """The live objects of a plan, what they are made of, and the views and triggers above them."""
    live, reached, whole = sides.live, sides.reached, sides.start
    tables = touched(plan, live, reached)
    keys = {key for each in (*plan.up, *plan.down) if (key := key_of_id(each.table))}
    lowered = {name.lower() for name in (*tables, *(key.name for key in keys))}
    keys |= _beside_triggers(keys, live, reached)
    keys |= {
        key
        for key, each in live.stored.items()
        if key.kind in ("view", "trigger") and mentions(each) & lowered
    }
    made: list[Table | Stored] = [
        *(table for name, table in reached.tables.items() if name in tables),
        *(each for key, each in reached.stored.items() if key in keys),
    ]
    needed = surroundings(made, sides.end)
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


def taken(statements: Iterable[Statement]) -> set[str]:
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


def is_called(id: str) -> bool:
    """Whether an object is a function or procedure."""
    key = key_of_id(id)
    return key is not None and key.kind in ("function", "procedure")
