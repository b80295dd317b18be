"""Proves migration files again that people have edited: both ways are run in a scratch database.

Where a file begins is what the files before it lead to, from nothing on; or what a database holds that
stands there. No row is ever copied: data steps and assertions are run on tables without rows.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from plumbob import __version__
from plumbob.ddl.canonical import canonical
from plumbob.ddl.fingerprint import (
    fingerprint,
    fingerprints,
    is_print_of,
    whole_fingerprint,
    without_list,
)
from plumbob.ddl.lexer import tokenize
from plumbob.ddl.stored.mentions import mentions
from plumbob.declaration import Declaration
from plumbob.diff.change import Change, Create, Replace
from plumbob.diff.compare import compare
from plumbob.errors import Exit, PlumbobError, Position
from plumbob.migration import asserting
from plumbob.migration.atomic import programs
from plumbob.migration.by_hand import advice_for, is_data, kind_of, unrestored
from plumbob.migration.explained import explained
from plumbob.migration.live import look as look_at_database
from plumbob.migration.migration import (
    ABSENT,
    Assertion,
    Direction,
    FileStatement,
    Migration,
    Script,
)
from plumbob.migration.text import file_name
from plumbob.model import Event, Schema, Trigger, key_of_id
from plumbob.plan.approvals import Needless, needless
from plumbob.plan.cost import alters
from plumbob.plan.hazards import not_restored
from plumbob.plan.statement import Hazard, Statement
from plumbob.proof.near import is_called, with_other_triggers, with_triggers_over
from plumbob.proof.trial import LiveTables, as_it_is, says_how, try_out
from plumbob.proof.watch import Watch
from plumbob.server.connection import Server
from plumbob.server.errors import ServerError
from plumbob.server.pages import with_page
from plumbob.server.scope import EVERYTHING, Scope
from plumbob.server.scratch import Scratch
from plumbob.server.scratch_place import NoScratch, open_scratch_like
from plumbob.workflow import compare_database, read_live
from plumbob.workflow.declared import database_defaults
from plumbob.workflow.judging import Ran, judged

Prints = Mapping[str, str]
# As many tokens as name the object that a statement changes.
_HEAD = 12
_MADE_IN = re.compile(r"DEFAULT CHARSET=(\w+)(?: COLLATE=(\w+))?")
_EVENT = re.compile(r"(create|alter|drop) (\S+ )*?event\b")


@dataclass(frozen=True, slots=True)
class Leads:
    """What a way leads to that is not what it should lead to: the changes that are missing.

    `last` names, by object, the statement that touched it last, with its place.
    """

    way: Direction
    migration: str
    changes: tuple[Change, ...]
    last: Mapping[str, tuple[str, Position]]


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What came of a migration whose files were edited.

    Attributes:
        migration: with the fingerprints that were seen, and what was proved, in place of those it had.
        place: where it was run.
        unproved: why it was not run, or "".
        elsewhere: where it does not lead where it should.
        untold: what it can lose or fail on, and the files do not say.
        needless: what the files approve, and nothing in them asks for.
    """

    migration: Migration
    place: str = ""
    unproved: str = ""
    elsewhere: tuple[Leads, ...] = ()
    untold: tuple[Hazard, ...] = ()
    needless: tuple[Needless, ...] = ()

    @property
    def is_renewed(self) -> bool:
        """Whether what was seen is not what the files say."""
        return any(
            script.written != script.checksum(self.migration.server)
            for script in (self.migration.forward, self.migration.backward)
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
        return tables - with_triggers_over(_gone(self.start, self.after), self.after)


def _triggers(schema: Schema) -> Iterator[Trigger]:
    return (each for each in schema.stored.values() if isinstance(each, Trigger))


class _NoBeginning(Exception):
    """Why nobody knows what a migration begins with."""


def is_edited(migration: Migration) -> bool:
    """Whether people have changed its files, or put something into them."""
    scripts = (migration.forward, migration.backward)
    return bool(migration.changed()) or any(script.is_edited for script in scripts)


def rehearse(
    chain: Sequence[Migration],
    declaration: Declaration,
    *,
    scratch: str = "",
    target: Server | None = None,
    scope: Scope | None = None,
) -> tuple[Rehearsal, ...]:
    """Prove those migrations of a chain again that were edited.

    Args:
        chain: as it was read from its folder.
        declaration: what the last of them has to lead to.
        scratch: where (see `open_scratch`).
        target: a database that may stand where one of them begins; it is only read.
        scope: what of the database is ours.

    Raises:
        PlumbobError: a statement fails, an assertion does not hold; with its line.
    """
    edited = [number for number, each in enumerate(chain) if is_edited(each)]
    if not edited:
        return ()
    first, last = chain[edited[0]], edited[-1]
    with open_scratch_like(scratch, first.server, target, _charset(declaration, chain)) as place:
        if isinstance(place, NoScratch):
            return tuple(Rehearsal(chain[number], unproved=place.why) for number in edited)
        stage = _Stage(place, scope or Scope())
        found: list[Rehearsal] = []
        try:
            begin = stage.begin(chain, edited[0], target)
            for number in range(begin, last + 1):
                wanted = declaration if number == len(chain) - 1 else None
                if number in edited:
                    found.append(stage.prove(chain[number], wanted))
                if number < last and not chain[number].undoes_drift:
                    stage.run(chain[number], "up")
        except _NoBeginning as why:
            return tuple(Rehearsal(chain[number], unproved=str(why)) for number in edited)
        finally:
            if place.server.connection.open:
                place.empty()
    return tuple(found)


def _charset(declaration: Declaration, chain: Sequence[Migration]) -> tuple[str | None, str | None]:
    """The character set and collation of the database: as declared, else as most tables were made."""
    if declaration.schema.charset:
        return declaration.schema.charset, declaration.schema.collation
    made = Counter(
        (found[1], found[2])
        for migration in chain
        for statement in migration.up
        if (found := _MADE_IN.search(statement.sql)) and statement.sql.startswith("CREATE TABLE")
    )
    return made.most_common(1)[0][0] if made else (None, None)


class _Stage:
    """A scratch database on which scripts of files are run."""

    def __init__(self, scratch: Scratch, scope: Scope) -> None:
        self.scratch = scratch
        self.server = scratch.server
        self.scope = scope
        rows = self.server.query("SELECT SCHEMA_NAME FROM information_schema.SCHEMATA")
        self.databases = {str(name).lower() for (name,) in rows} - {"information_schema"}

    def begin(self, chain: Sequence[Migration], number: int, target: Server | None) -> int:
        """Make the database as the first edited migration begins; gives the first one to be run.

        Raises:
            _NoBeginning: nobody knows what that is.
        """
        first = chain[number]
        why = "its first migration does not begin with an empty database"
        if chain[0].before == whole_fingerprint({}):
            try:
                for each in chain[:number]:
                    # What undoes drift has nothing to do where none is.
                    if not each.undoes_drift:
                        self.run(each, "up")
                if self._is(first.forward):
                    return number
                why = f"the files before it do not lead to what {first.id} begins with"
            except PlumbobError as error:
                why = f"the files before it cannot be run: {error.what}"
            self.scratch.empty()
        if target is None:
            raise _NoBeginning(f"{why}; name a database that stands there: --url, or DATABASE_URL")
        live = look_at_database(target, chain)
        if not live.is_before(first.forward):
            raise _NoBeginning(f"{why}, and {target.database} does not stand there either")
        schema = read_live(target, [each.removeprefix("table:") for each in first.tables])
        objects = (*schema.tables.values(), *schema.stored.values())
        try:
            self.scratch.create(objects, lenient=schema.tables.keys())
        except PlumbobError as error:
            what = f"{target.database} cannot be rebuilt in the scratch database: {error.what}"
            raise _NoBeginning(what) from error
        return number

    def _is(self, script: Script) -> bool:
        now = self._prints_of(self.scratch.read())
        same = whole_fingerprint(now) == script.before
        return same and all(
            is_print_of(before, now.get(id, ABSENT)) for id, (before, _) in script.tables.items()
        )

    def prove(self, migration: Migration, declaration: Declaration | None) -> Rehearsal:
        """Run a migration up and down, and leave the database as it was."""
        flavour = self.server.flavour
        start_schema = self.scratch.read()
        start, tables = self._prints_of(start_schema), {*start_schema.tables}
        watch = Watch(self.scratch, frozenset(), tables, tables)
        up = self.run(migration, "up", watch)
        end_schema = self.scratch.read()
        end = self._prints_of(end_schema)
        self._look_at_triggers(migration, watch, start_schema, end_schema)
        forward = _renewed(migration.forward, self._judged(up), start, end)
        elsewhere = []
        changes = self._missing(declaration) if declaration else ()
        if not declaration and forward.after != migration.forward.after:
            raise self._next_begins_elsewhere(migration, end)
        if changes:
            elsewhere.append(Leads("up", migration.id, changes, _last(migration, "up", up)))
        down = self.run(migration, "down", watch)
        back_schema = self.scratch.read()
        back = self._prints_of(back_schema)
        backward = _renewed(migration.backward, self._judged(down), end, back)
        lost = compare(_plain(back_schema, self.server), _plain(start_schema, self.server), flavour)
        if lost:
            elsewhere.append(Leads("down", migration.id, lost, _last(migration, "down", down)))
        header = replace(migration.header, proof=self.scratch.place, unproved="", tool=__version__)
        renewed = Migration(header, forward, replace(backward, after=forward.before))
        untold = (*_untold(migration.forward, forward), *_untold(migration.backward, backward))
        return Rehearsal(
            renewed,
            self.scratch.place,
            elsewhere=tuple(elsewhere),
            untold=untold,
            needless=tuple(_needless(renewed)),
        )

    def _judged(self, ran: Sequence[Ran]) -> list[Ran]:
        """What was run, with the hazards of what it did."""
        plain = {id(each): each for one in ran for each in (one.before, one.after)}
        canonical = {key: _plain(schema, self.server) for key, schema in plain.items()}
        found = [
            replace(one, before=canonical[id(one.before)], after=canonical[id(one.after)])
            for one in ran
        ]
        statements = judged(found, self.server.flavour)
        return [replace(one, statement=each) for one, each in zip(found, statements, strict=True)]

    def _look_at_triggers(
        self, migration: Migration, watch: Watch, start: Schema, end: Schema
    ) -> None:
        """As the proof of a plan does: what a new trigger names that never was there is left to its writer."""
        above = with_triggers_over(_gone(start, end), end)
        watch.triggered = (end.tables.keys() - with_other_triggers(start, end)) | above
        script, file = migration.forward, file_name(migration.id, "up")
        last = script.statements[-1].line if script.statements else 1
        try:
            watch.look_at_triggers()
        except PlumbobError as error:
            raise _at(error, Position(file, last, 1, "the end")) from error

    def _missing(self, declaration: Declaration) -> tuple[Change, ...]:
        """What of the declaration the scratch database has not."""
        self.server.scope = self.scope
        try:
            changes = compare_database(declaration, self.server, scratch="target").changes
        finally:
            self.server.scope = EVERYTHING
        return tuple(each for each in changes if not self._is_of_the_place(each))

    def _is_of_the_place(self, change: Change) -> bool:
        """Whether a scratch database alone differs so: in whose an object is, or by having no events."""
        if isinstance(change, Replace):
            flavour = self.server.flavour
            return fingerprint(change.before, flavour) == fingerprint(change.after, flavour)
        is_event = isinstance(change, Create) and isinstance(change.after, Event)
        return is_event and not self.scratch.is_private

    def _next_begins_elsewhere(self, migration: Migration, end: Prints) -> PlumbobError:
        ends = migration.forward.tables.items()
        names = [id for id, (_, after) in ends if not is_print_of(after, end.get(id, ABSENT))]
        return PlumbobError(
            f"{migration.id} leads elsewhere now, and another migration follows it: "
            f"{', '.join(names) or 'a table that it did not tell of'} is different",
            advice="write a migration of its own behind the last one: schema diff --write",
            where=file_name(migration.id, "up"),
            exit=Exit.FAILED,
        )

    def _prints_of(self, schema: Schema) -> Prints:
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
        seen, found = self._prints_of(schema), []
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
            now = self._prints_of(after)
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
            raise _at(error, _where(statement, file)) from error

    def _assert(self, assertions: Iterable[Assertion], file: str) -> None:
        for each in assertions:
            self._refuse_others(each.sql, Position(file, each.line, 1, f"-- assert: {each.sql}"))
        ahead = "it is looked at in the proof as well, where no table has rows"
        asserting.look(self.server, assertions, file, ahead=ahead)

    def _run_statement(self, script: Script, number: int, file: str) -> FileStatement | None:
        """Run a statement and give it with its cost; None for one that is not run here."""
        statement = script.statements[number - 1]
        where = _where(statement, file)
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


def _words(sql: str) -> str:
    tokens = tokenize(sql, is_lenient=True)[:20]
    return " ".join(each.value.lower() if each.kind == "word" else "_" for each in tokens)


def _plain(schema: Schema, server: Server) -> Schema:
    """In canonical form, without counters, which are data."""
    tables = {name: replace(each, auto_increment=None) for name, each in schema.tables.items()}
    return canonical(replace(schema, tables=tables), server.flavour, database_defaults(server))


def _last(
    migration: Migration, way: Direction, found: Sequence[Ran]
) -> dict[str, tuple[str, Position]]:
    script, file = migration.script(way), file_name(migration.id, way)
    last = {}
    for number, (statement, seen) in enumerate(zip(script.statements, found, strict=True), 1):
        where = _where(statement, file)
        last.update({id: (script.name_of(number), where) for id in seen.prints})
    return last


def _renewed(script: Script, found: Sequence[Ran], start: Prints, end: Prints) -> Script:
    """A script with what was seen: the fingerprints, the costs and the hazards."""
    kept = {id for id, ends in script.tables.items() if not any("+" in each for each in ends)}

    def as_told(id: str, print: str) -> str:
        return without_list(print) if id in kept else print

    ids = sorted({*script.tables, *(id for seen in found for id in seen.prints)})
    skipped = {id for id in ids if id.startswith("event:") and id not in {*start, *end}}
    tables = {
        id: script.tables[id]
        if id in skipped and id in script.tables
        else (as_told(id, start.get(id, ABSENT)), as_told(id, end.get(id, ABSENT)))
        for id in ids
    }
    statements = tuple(
        replace(seen.statement, after={id: as_told(id, print) for id, print in seen.prints.items()})
        for seen in found
    )
    return replace(
        script,
        statements=statements,
        before=whole_fingerprint(start),
        after=whole_fingerprint(end),
        tables=tables,
    )


def _untold(script: Script, renewed: Script) -> list[Hazard]:
    told = {(each.approval, each.fails) for each in script.hazards}
    return [each for each in renewed.hazards if (each.approval, each.fails) not in told]


def _needless(migration: Migration) -> Iterator[Needless]:
    """The approvals in both files that nothing in them asks for."""
    back = [not_restored(each) for each in unrestored(migration)]
    for script, more in ((migration.forward, []), (migration.backward, back)):
        # How large a table is, its server knows, and no file.
        of_size = {
            f"{kind}:{id}"
            for kind in ("blocking", "disk")
            for id in script.tables
            if key_of_id(id) is None
        }
        asked = {each.approval for each in (*script.hazards, *more)}
        yield from needless(script.approved, asked | of_size)


def _name_of(id: str) -> str:
    """The name in an id, in lower case."""
    key = key_of_id(id)
    return (key.name if key else id).lower()


def _gone(start: Schema, end: Schema) -> set[str]:
    """The names, in lower case, of tables and columns that are not there at the end."""
    names = []
    for schema in (start, end):
        columns = {each.name for table in schema.tables.values() for each in table.columns}
        names.append({name.lower() for name in (*schema.tables, *columns)})
    return names[0] - names[1]


def _where(statement: FileStatement, file: str) -> Position:
    return Position(file, statement.line, 1, statement.sql.partition("\n")[0])


def _at(error: PlumbobError, where: Position) -> PlumbobError:
    advice = error.advice
    if error.exit == Exit.UNSAFE:
        advice = (
            "drop it ahead of this statement and make it again behind it; or change it in the "
            "declaration as well"
        )
    return PlumbobError(error.what, advice=advice, where=where, exit=error.exit)
