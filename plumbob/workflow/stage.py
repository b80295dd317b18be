"""A scratch database on which scripts of migration files are run, statement by statement, as people wrote them.

What a statement changed is seen, and whether all that stands on it still finds what it names. No row is
there: data steps and assertions are run on tables without rows.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from plumbob.ddl.fingerprint import fingerprints
from plumbob.ddl.lexer import tokenize
from plumbob.ddl.stored.mentions import mentions
from plumbob.errors import Exit, PlumbobError, Position
from plumbob.migration.atomic import programs
from plumbob.migration.by_hand import advice_for, is_data, kind_of
from plumbob.migration.migration import (
    ABSENT,
    Assertion,
    Direction,
    FileStatement,
    Migration,
    Script,
)
from plumbob.migration.run import asserting
from plumbob.migration.run.explained import explained
from plumbob.migration.text import file_name
from plumbob.model import Schema, Trigger, key_of_id
from plumbob.plan.cost import alters
from plumbob.plan.statement import Statement
from plumbob.proof.near import is_called, with_triggers_over
from plumbob.proof.trial import LiveTables, as_it_is, says_how, try_out
from plumbob.proof.watch import Watch
from plumbob.server.errors import ServerError
from plumbob.server.pages import with_page
from plumbob.server.scratch import Scratch
from plumbob.workflow.judging import Ran

# Fingerprints by id.
Prints = Mapping[str, str]
# As many tokens as name the object that a statement changes.
_HEAD = 12
_EVENT = re.compile(r"(create|alter|drop) (\S+ )*?event\b")


class Stage:
    """A scratch database on which scripts are run."""

    def __init__(self, scratch: Scratch) -> None:
        self.scratch = scratch
        self.server = scratch.server
        rows = self.server.query("SELECT SCHEMA_NAME FROM information_schema.SCHEMATA")
        self.databases = {str(name).lower() for (name,) in rows} - {"information_schema"}

    def prints_of(self, schema: Schema) -> Prints:
        found = fingerprints(schema, self.server.flavour)
        if self.scratch.is_private:
            return found
        return {id: each for id, each in found.items() if not id.startswith("event:")}

    def run(
        self, migration: Migration, direction: Direction, watch: Watch | None = None
    ) -> list[Ran]:
        """Run one way; gives for each statement what it changed.

        Args:
            watch: looks whether the schema is valid after each of them.
        """
        script, file = migration.script(direction), file_name(migration.id, direction)
        start = schema = self.scratch.read()
        seen, found = self.prints_of(schema), []
        for number, statement in enumerate(script.statements, 1):
            self._assert(statement.asserted, file)
            ran = self._run_statement(script, number, file)
            if ran is None:
                found.append(Ran(statement, statement.after, schema, schema))
                continue
            if is_data(statement, self.server.flavour):
                found.append(Ran(ran, {}, schema, schema))
                continue
            after = self.scratch.read()
            now = self.prints_of(after)
            changed = {
                id: now.get(id, ABSENT)
                for id in sorted({*seen, *now, *statement.after})
                if seen.get(id) != now.get(id) or id in statement.after
            }
            if watch is not None:
                between = _Between(start, schema, after, frozenset(changed))
                self._look(watch, between, statement, file)
            found.append(Ran(ran, changed, schema, after))
            schema, seen = after, now
        self._assert(script.asserted, file)
        return found

    def _look(self, watch: Watch, between: _Between, statement: FileStatement, file: str) -> None:
        """Whether all views, foreign keys and triggers still have what they name."""
        try:
            # A view that is broken is not among those that are read.
            watch.look(statement.about, {*between.before.stored, *between.after.stored})
            watch.look_at_keys(statement.about, between.after.tables)
            calls = any(map(is_called, between.changed))
            watch.look_behind(statement.about, between.fired(), between.made(), afresh=calls)
        except PlumbobError as error:
            raise at(error, place_of(statement, file)) from error

    def _assert(self, assertions: Iterable[Assertion], file: str) -> None:
        for each in assertions:
            self._refuse_others(each.sql, Position(file, each.line, 1, f"-- assert: {each.sql}"))
        ahead = "it is looked at in the proof as well, where no table has rows"
        asserting.look(self.server, assertions, file, ahead=ahead)

    def _run_statement(self, script: Script, number: int, file: str) -> FileStatement | None:
        """Run a statement and give it with its cost; None for one that is not run here."""
        statement = script.statements[number - 1]
        where = place_of(statement, file)
        if not self.scratch.is_private and _EVENT.match(_words(statement.sql)):
            return None
        self._refuse_odd(statement, where)
        key = next((key for id in statement.after if (key := key_of_id(id))), None)
        try:
            with self.scratch.session(key, statement.session):
                return self._tried(statement)
        except ServerError as error:
            raise PlumbobError(
                f"{script.name_of(number)} fails in the proof: "
                + explained(self.server, error, statement.sql),
                advice=with_page("change the statement, or the declaration", error.errno),
                where=where,
                exit=Exit.FAILED,
            ) from error

    def _tried(self, statement: FileStatement) -> FileStatement:
        """Run a statement; an ALTER TABLE of ours is asked what it costs as it is now."""
        if statement.is_by_hand or not alters(statement.sql):
            self.scratch.execute(statement.sql)
            is_unknown = _words(statement.sql).startswith("alter")
            return replace(statement, cost=None) if is_unknown else statement
        if says_how(statement.sql):
            return replace(statement, cost=as_it_is(self.scratch, statement.sql, statement.cost))
        plain = Statement(statement.sql, statement.about, "")
        tried = try_out(self.scratch, plain, LiveTables())
        old, cost = statement.cost, tried.cost
        if cost is not None and old is not None:
            cost = replace(cost, rows=old.rows, bytes=old.bytes)
        return replace(statement, sql=tried.sql, cost=cost)

    def _refuse_odd(self, statement: FileStatement, where: Position) -> None:
        """What we have not written: outside of the marks, too, people may have put anything."""
        if kind_of(statement.sql, self.server.flavour) is None:
            raise PlumbobError(
                "this statement has no place in a migration: it is not run in a proof",
                advice=advice_for(statement.sql, self.server.flavour),
                where=where,
                exit=Exit.UNSAFE,
            )
        if is_data(statement, self.server.flavour) and not self.scratch.is_private:
            for _, body in programs(self.server):
                self._refuse_others(body, where)
        # Ours may refer to other databases, behind the name of the object that they change.
        self._refuse_others(statement.sql, where, None if statement.is_by_hand else _HEAD)

    def _refuse_others(self, sql: str, where: Position, first: int | None = None) -> None:
        """A name of another database: what runs in a scratch database must not reach out of it."""
        tokens = tokenize(sql, self.server.flavour, is_lenient=True)[:first]
        for name, dot in itertools.pairwise(tokens):
            if dot.text == "." and name.value.lower() in self.databases:
                raise PlumbobError(
                    f"this names the database {name.value}, or runs what does: it is not run in a proof",
                    advice="a migration works on the database that it is applied to; leave the name out",
                    where=where,
                    exit=Exit.UNSAFE,
                )


@dataclass(frozen=True, slots=True)
class _Between:
    """The database around a statement, `start` where its file begins; `changed` are ids."""

    start: Schema
    before: Schema
    after: Schema
    changed: frozenset[str]

    def fired(self) -> set[str]:
        """The tables with a trigger that is, or names, what was changed."""
        names = {*map(_name_of, self.changed)}
        return {
            each.table
            for each in _triggers(self.after)
            if each.name.lower() in names or mentions(each) & names
        }

    def made(self) -> set[str]:
        """Those with a trigger that was made, and names nothing that the file has taken away."""
        old = {(each.name, each.body) for each in _triggers(self.before)}
        tables = {each.table for each in _triggers(self.after) if (each.name, each.body) not in old}
        return tables - with_triggers_over(gone(self.start, self.after), self.after)


def _words(sql: str) -> str:
    tokens = tokenize(sql, is_lenient=True)[:20]
    return " ".join(each.value.lower() if each.kind == "word" else "_" for each in tokens)


def _name_of(id: str) -> str:
    """The name in an id, in lower case."""
    key = key_of_id(id)
    return (key.name if key else id).lower()


def gone(start: Schema, end: Schema) -> set[str]:
    """The names, in lower case, of tables and columns that are not there at the end."""
    names = []
    for schema in (start, end):
        columns = {each.name for table in schema.tables.values() for each in table.columns}
        names.append({name.lower() for name in (*schema.tables, *columns)})
    return names[0] - names[1]


def place_of(statement: FileStatement, file: str) -> Position:
    return Position(file, statement.line, 1, statement.sql.partition("\n")[0])


def at(error: PlumbobError, where: Position) -> PlumbobError:
    advice = error.advice
    if error.exit == Exit.UNSAFE:
        advice = (
            "drop it ahead of this statement and make it again behind it; or change it in the "
            "declaration as well"
        )
    return PlumbobError(error.what, advice=advice, where=where, exit=error.exit)


def _triggers(schema: Schema) -> Iterator[Trigger]:
    return (each for each in schema.stored.values() if isinstance(each, Trigger))
