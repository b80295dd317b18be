"""What the commands have in common: a declaration and a database in, a comparison with its plan out."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from plumbob.caseless import as_stored, refuse_kept_case
from plumbob.ddl.canonical import canonical, canonical_table
from plumbob.ddl.charsets import Defaults, server_defaults
from plumbob.ddl.completed import completed
from plumbob.ddl.tables import create_table_sql, parse_create_table
from plumbob.declaration import Declaration, validate
from plumbob.diff.adopt import adopt_names, with_kept
from plumbob.diff.change import Alter, Change, Create
from plumbob.diff.compare import compare
from plumbob.errors import Exit, PlumbobError
from plumbob.model import (
    Check,
    Flavour,
    ForeignKey,
    Index,
    NotUnderstood,
    Partitioning,
    Schema,
    Table,
)
from plumbob.outside import at_home, parents_outside, refuse_ignored
from plumbob.plan.planner import plan, reached_by
from plumbob.plan.statement import Plan
from plumbob.proof import Proof, prove
from plumbob.server.connection import Server
from plumbob.server.introspect import read_schema
from plumbob.server.memory import Memory
from plumbob.server.scratch import CannotCreate, NoScratch, Scratch, open_scratch


@dataclass(frozen=True, slots=True)
class Comparison:
    """A declaration and a database, side by side.

    Attributes: declaration: as written. flavour: the server's. live: what the database holds, in
        canonical form. declared: what it should hold, in canonical form; `reached` is the same as
        it will stand on the
            server after the way up.
        changes: from live to declared.
        plan: both ways.
        unconfirmed: why the server was not asked about the differences, or "".
        proof: where the plan was run both ways, when that was asked for.
    """

    declaration: Declaration
    flavour: Flavour
    live: Schema
    declared: Schema
    reached: Schema
    changes: tuple[Change, ...]
    plan: Plan
    unconfirmed: str = ""
    proof: Proof | None = None


def compare_database(
    declaration: Declaration, server: Server, *, scratch: str = "", proved: bool = False
) -> Comparison:
    """Compare what is declared with what a database holds.

    Args:
        declaration: as it was loaded.
        server: with the database in use.
        scratch: where differences are confirmed (see `open_scratch`).
        proved: run the plan both ways there as well.

    Raises: PlumbobError: BAD_INPUT for what this server cannot hold, UNSAFE when an empty
        declaration meets
            a database with tables.
    """
    refuse_ignored(declaration, server.scope)
    declaration = replace(declaration, schema=at_home(declaration.schema, server))
    validate(declaration, server.flavour, database_defaults(server), server.scope.is_outside)
    declaration = as_stored(declaration, server)
    live = read_live(server, declaration.schema.tables)
    refuse_kept_case(live, server)
    declared = resolve(declaration, server, live)
    _refuse_emptiness(declaration, live, server)
    _refuse_taken_names(declaration, declared, live)
    live = with_kept(live, declared, declaration.renames)
    sides = _Sides(declaration, server.flavour, live, declared)
    if not sides.changes():
        return sides.planned()
    _refuse_keyless(declaration, sides.changes(), server)
    memory = Memory(server.flavour, server.database_defaults())
    if scratch != "none" and not proved:
        recalled = sides.recalled(memory)
        if recalled is not None:
            return recalled.planned()
    parents = parents_outside(declaration, declared, live, server)
    with open_scratch(scratch, server) as place:
        if isinstance(place, NoScratch):
            return replace(sides.planned(), unconfirmed=place.why)
        place.lend(parents)
        found = sides.confirmed(place, memory).planned()
        if proved and found.changes:
            place.empty()
            found = replace(found, proof=prove(place, found.plan, found.live, found.reached))
    return found


def read_live(server: Server, declared: Iterable[str] = ()) -> Schema:
    """The database in canonical form; declared tables are ours even where a name looks like a tool's."""
    return canonical(
        read_schema(server, keep=tuple(declared)), server.flavour, database_defaults(server)
    )


def database_defaults(server: Server) -> Defaults:
    charset, collation = server.database_defaults()
    return Defaults(charset, collation, server.collations())


def resolve(declaration: Declaration, server: Server, live: Schema) -> Schema:
    """The declared schema in canonical form by rules alone, named like the live one where it is free."""
    flavour = server.flavour
    declared = canonical(completed(declaration.schema, flavour), flavour, database_defaults(server))
    declared = adopt_names(declared, live, declaration.renames, flavour)
    return _without(declared, live.not_understood)


def _without(schema: Schema, names: Mapping[str, NotUnderstood]) -> Schema:
    """What is not understood is never altered: it is left out on both sides, and reported."""
    tables = {name: table for name, table in schema.tables.items() if name not in names}
    return replace(schema, tables=tables)


@dataclass(frozen=True, slots=True)
class _Sides:
    """What is compared, while it is on its way into the server's own words."""

    declaration: Declaration
    flavour: Flavour
    live: Schema
    declared: Schema

    def changes(self) -> tuple[Change, ...]:
        return compare(self.live, self.declared, self.flavour, self.declaration.renames)

    def planned(self) -> Comparison:
        renames = self.declaration.renames
        return Comparison(
            self.declaration,
            self.flavour,
            self.live,
            self.declared,
            reached_by(self.live, self.declared, renames, self.flavour),
            self.changes(),
            plan(self.live, self.declared, renames, self.flavour),
        )

    def recalled(self, memory: Memory) -> _Sides | None:
        """The same with the tables that differ in the server's words, if it told all of them before."""
        answers: dict[str, Table] = {}
        for asked in self._differing():
            text = memory.recall(asked)
            if text is None:
                return None
            answers[asked.name] = self._table(text, asked.name)
        return self._in_words(answers)

    def _table(self, text: str, name: str) -> Table:
        """The table of a canonical text: mostly the live one, which has been read already."""
        there = self.live.tables.get(name)
        if there is not None:
            there = replace(there, auto_increment=None)
            if create_table_sql(there, self.flavour) == text:
                return there
        defaults = server_defaults(self.flavour)
        return canonical_table(parse_create_table(text, self.flavour), self.flavour, defaults)

    def confirmed(self, scratch: Scratch, memory: Memory) -> _Sides:
        """The same with every table that differs in the server's words."""
        asked = self._differing()
        try:
            answers = read_back(scratch, asked)
        except CannotCreate as error:
            error.where = self.declaration.position(error.table) or error.where
            raise
        for table in asked:
            memory.keep(table, answers[table.name])
        return self._in_words(answers)

    def _differing(self) -> list[Table]:
        changes = (change for change in self.changes() if isinstance(change, Create | Alter))
        return [self.declared.tables[change.after.name] for change in changes]

    def _in_words(self, answers: Mapping[str, Table]) -> _Sides:
        tables = {
            name: _as_declared(answers[name], table) if name in answers else table
            for name, table in self.declared.tables.items()
        }
        spoken = replace(self.declared, tables=tables)
        spoken = adopt_names(spoken, self.live, self.declaration.renames, self.flavour)
        return replace(self, declared=spoken)


def read_back(scratch: Scratch, asked: Collection[Table]) -> dict[str, Table]:
    """These tables as the server prints them once they are made, in canonical form.

    Raises:
        CannotCreate: when the server refuses one.
        PlumbobError: when it accepts one in a form that the grammar cannot give back.
    """
    scratch.create(asked)
    answer = scratch.read()
    flavour = scratch.server.flavour
    for name, thing in answer.not_understood.items():
        raise PlumbobError(
            f"{flavour} gives back the table {name} in a form that is not understood",
            advice=thing.why,
            where=name,
        )
    defaults = server_defaults(flavour)
    return {
        table.name: canonical_table(
            replace(answer.tables[table.name], auto_increment=None), flavour, defaults
        )
        for table in asked
    }


def _as_declared(spoken: Table, declared: Table) -> Table:
    """A table in the server's words, with what only the declaration knows."""
    return replace(
        spoken,
        auto_increment=declared.auto_increment,
        model=declared.model,
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
    return replace(spoken, keep=declared.keep)


def _with_ends(key: ForeignKey, declared: ForeignKey | None) -> ForeignKey:
    if declared is None:
        return key
    return replace(key, named=declared.named, alias=declared.alias, backref=declared.backref)


def _is_named(name: str, declared: Iterable[Index | Check]) -> bool:
    return any(part.named for part in declared if part.name.lower() == name.lower())


def _refuse_emptiness(declaration: Declaration, live: Schema, server: Server) -> None:
    """A declaration without tables is a file that was not found or not filled, not a wish."""
    if declaration.schema.tables or not live.tables:
        return
    count = len(live.tables)
    raise PlumbobError(
        f"the declaration has no tables, and {server.database} has {count}",
        advice="read the database into it with: schema init --from, or drop it with: schema drop",
        where=str(declaration.files[0]) if declaration.files else None,
        exit=Exit.UNSAFE,
    )


def _refuse_keyless(declaration: Declaration, changes: Iterable[Change], server: Server) -> None:
    """A table without a primary key, where the server neither makes nor changes one (3750)."""
    if not server.is_on("sql_require_primary_key"):
        return
    for change in changes:
        if isinstance(change, Create | Alter) and change.after.primary_key is None:
            raise PlumbobError(
                f"{change.after.name} has no primary key, and this server wants one "
                "(sql_require_primary_key)",
                advice="give the table a primary key",
                where=declaration.position(change.after.name),
            )


def _refuse_taken_names(declaration: Declaration, declared: Schema, live: Schema) -> None:
    """A declared table whose name another kind of object has already."""
    taken = {thing.name: thing.kind for thing in live.unmanaged}
    for name in declared.tables:
        if name in taken:
            raise PlumbobError(
                f"{name} is declared as a table, and the database has a {taken[name]} of that name",
                advice="give the table another name, or drop what is there by hand",
                where=declaration.position(name),
            )
