"""A declaration and a database, while the declared text is on its way into the server's own words."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from plumbob.ddl.canonical import canonical_table
from plumbob.ddl.charsets import server_defaults
from plumbob.ddl.quote import quote_text
from plumbob.ddl.stored.mentions import surroundings
from plumbob.ddl.stored.recorded import of_recorded, recorded
from plumbob.ddl.stored.spoiled import spoiled_text
from plumbob.ddl.tables import create_table_sql, parse_create_table
from plumbob.declaration import Declaration
from plumbob.diff.adopt import adopt_names
from plumbob.diff.change import Alter, Change, Create, Replace
from plumbob.diff.compare import compare
from plumbob.errors import PlumbobError
from plumbob.model import (
    Check,
    Event,
    Flavour,
    ForeignKey,
    Index,
    NotUnderstood,
    Owned,
    Partitioning,
    Schema,
    Stored,
    Table,
    Trigger,
    View,
    object_id,
    object_key,
)
from plumbob.plan.lenient import lenient_tables
from plumbob.server.memory import Memory
from plumbob.server.scratch import CannotCreate, Scratch

Asked = Table | Stored


@dataclass(frozen=True, slots=True)
class Sides:
    """What is compared; `beside` has the live objects that are not managed and may be named."""

    declaration: Declaration
    flavour: Flavour
    live: Schema
    declared: Schema
    beside: Schema

    def changes(self) -> tuple[Change, ...]:
        return compare(self.live, self.declared, self.flavour, self.declaration.renames)

    def recalled(self, memory: Memory) -> Sides | None:
        """The same with the objects that differ in the server's words, if it told all of them before."""
        answers: dict[str, Asked] = {}
        for asked in self._differing():
            text = memory.recall(self._question(asked))
            found = None if text is None else self._answer(text, asked)
            if found is None:
                return None
            answers[_id(asked)] = found
        return self._in_words(answers)

    def confirmed(self, scratch: Scratch, memory: Memory) -> Sides:
        """The same with every object that differs in the server's words."""
        asked = self._differing()
        try:
            answers = read_back(scratch, asked, self._whole(), self._lenient())
        except CannotCreate as error:
            error.where = self.declaration.position(error.name, error.kind) or error.where
            raise
        for each in asked:
            answer = answers[_id(each)]
            self._refuse_spoiled(each, answer)
            memory.keep(self._question(each), self._text(answer))
        return self._in_words(answers)

    def _refuse_spoiled(self, asked: Asked, answer: Asked) -> None:
        if not isinstance(asked, View) or not isinstance(answer, View):
            return
        text = spoiled_text(asked, answer, self.flavour)
        if text is not None:
            raise PlumbobError(
                f"MySQL keeps another text than {quote_text(text)} in the view {asked.name}, where "
                "it is compared with binary: no row would have it",
                advice=f"say it as _utf8mb4{quote_text(text)}, which is kept",
                where=self.declaration.position(asked.name, "view"),
            )

    def _lenient(self) -> frozenset[str]:
        return lenient_tables(self.live, self.declared, self.declaration.renames, self.flavour)

    def _whole(self) -> Schema:
        return replace(self.declared, stored={**self.beside.stored, **self.declared.stored})

    def _differing(self) -> list[Asked]:
        found: list[Asked] = []
        for change in self.changes():
            if isinstance(change, Create | Alter) and isinstance(change.after, Table):
                found.append(self.declared.tables[change.after.name])
            elif isinstance(change, Create | Replace) and not isinstance(change.after, Table):
                key = object_key(change.after.kind, change.after.name)
                found.append(self.declared.stored[key])
        return found

    def _question(self, asked: Asked) -> str:
        """The text that is asked about, and all that the answer depends on."""
        around = surroundings([asked], self._whole())
        tables = [create_table_sql(each, self.flavour) for each in around.tables.values()]
        stored = [recorded(each, self.flavour) for each in around.stored.values()]
        mode = ["innodb_strict_mode=0"] if asked.name in self._lenient() else []
        return "\0".join([self._text(asked), *sorted((*tables, *stored)), *mode])

    def _text(self, found: Asked) -> str:
        if isinstance(found, Table):
            return create_table_sql(found, self.flavour)
        return recorded(found, self.flavour)

    def _answer(self, text: str, asked: Asked) -> Asked | None:
        """The object of a canonical text: mostly the live one, which has been read already."""
        if not isinstance(asked, Table):
            stored = of_recorded(_id(asked), text, self.flavour)
            return None if isinstance(stored, NotUnderstood) else stored
        there = self.live.tables.get(asked.name)
        if there is not None:
            there = replace(there, auto_increment=None)
            if create_table_sql(there, self.flavour) == text:
                return there
        defaults = server_defaults(self.flavour)
        return canonical_table(parse_create_table(text, self.flavour), self.flavour, defaults)

    def _in_words(self, answers: Mapping[str, Asked]) -> Sides:
        spoken = in_words(self.declared, answers)
        spoken = adopt_names(spoken, self.live, self.declaration.renames, self.flavour)
        return replace(self, declared=spoken)


def in_words(declared: Schema, answers: Mapping[str, Asked]) -> Schema:
    """The declared schema, with the objects of these ids in the server's words."""
    tables = {}
    for name, table in declared.tables.items():
        answer = answers.get(object_id("table", name))
        tables[name] = _table_as_declared(answer, table) if isinstance(answer, Table) else table
    stored = {}
    for key, each in declared.stored.items():
        told = answers.get(str(key))
        if told is None or isinstance(told, Table):
            stored[key] = each
        else:
            stored[key] = _stored_as_declared(told, each)
    return replace(declared, tables=tables, stored=stored)


def _id(found: Asked) -> str:
    if isinstance(found, Table):
        return object_id("table", found.name)
    return str(object_key(found.kind, found.name))


def read_back(
    scratch: Scratch, asked: Collection[Asked], whole: Schema, lenient: Collection[str] = ()
) -> dict[str, Asked]:
    """These objects as the server prints them once they are made, in canonical form, by their ids.

    Args:
        whole: a schema that has what they name.
        lenient: tables that are such live as only innodb_strict_mode=0 takes.

    Raises:
        CannotCreate: when the server refuses one.
        PlumbobError: when it accepts one in a form that the grammar cannot give back.
    """
    around = surroundings(asked, whole)
    objects = {_id(each): each for each in (*around.tables.values(), *around.stored.values())}
    objects |= {_id(each): each for each in asked}
    scratch.create(objects.values(), lenient)
    answer = scratch.read()
    flavour = scratch.server.flavour
    for name, thing in answer.not_understood.items():
        raise PlumbobError(
            f"{flavour} gives back the {thing.kind} {thing.name} in a form that is not understood",
            advice=thing.why,
            where=name,
        )
    defaults = server_defaults(flavour)
    return {
        _id(each): canonical_table(
            replace(answer.tables[each.name], auto_increment=None), flavour, defaults
        )
        if isinstance(each, Table)
        else answer.stored[object_key(each.kind, each.name)]
        for each in asked
    }


def _stored_as_declared(spoken: Stored, declared: Stored) -> Stored:
    """A stored object in the server's words, with what was not asked of it."""
    if not isinstance(spoken, Owned) or not isinstance(declared, Owned):
        return spoken
    spoken = replace(spoken, definer=declared.definer)
    if isinstance(spoken, Trigger) and isinstance(declared, Trigger):
        return replace(spoken, follows=declared.follows)
    if isinstance(spoken, Event) and isinstance(declared, Event):
        return replace(
            spoken,
            status=declared.status,
            preserve=declared.preserve,
            starts=declared.starts,
        )
    return spoken


def _table_as_declared(spoken: Table, declared: Table) -> Table:
    """A table in the server's words, with what only the declaration knows."""
    return replace(
        spoken,
        auto_increment=declared.auto_increment,
        model=declared.model,
        ordered=declared.ordered,
        partitions=_with_keep(spoken.partitions, declared.partitions),
        indexes=tuple(
            replace(index, named=_is_named(index.name, declared.indexes))
            for index in spoken.indexes
        ),
        foreign_keys=tuple(
            _with_ends(key, declared.foreign_key(key.name)) for key in spoken.foreign_keys
        ),
        checks=tuple(
            replace(check, named=_is_named(check.name, declared.checks)) for check in spoken.checks
        ),
    )


def _with_keep(spoken: Partitioning | None, declared: Partitioning | None) -> Partitioning | None:
    if spoken is None or declared is None:
        return spoken
    by = replace(spoken.by, is_dated=declared.by.is_dated)
    return replace(spoken, by=by, keep=declared.keep)


def _with_ends(key: ForeignKey, declared: ForeignKey | None) -> ForeignKey:
    if declared is None:
        return key
    return replace(key, named=declared.named, alias=declared.alias, backref=declared.backref)


def _is_named(name: str, declared: Iterable[Index | Check]) -> bool:
    return any(part.named for part in declared if part.name.lower() == name.lower())
