"""Proves migration files again that people have edited: both ways are run in a scratch database.

Where a file begins is what the files before it lead to, from nothing on; or what a database holds that
stands there. No row is ever copied: data steps and assertions are run on tables without rows.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from plumbob import __version__
from plumbob.ddl.canonical import canonical
from plumbob.ddl.fingerprint import (
    fingerprint,
    is_print_of,
    whole_fingerprint,
    without_list,
)
from plumbob.declaration import Declaration
from plumbob.diff.change import Change, Create, Replace
from plumbob.diff.compare import compare
from plumbob.errors import Exit, PlumbobError, Position
from plumbob.migration.by_hand import unrestored
from plumbob.migration.migration import (
    ABSENT,
    Direction,
    Migration,
    Script,
)
from plumbob.migration.record.live import look as look_at_database
from plumbob.migration.text import file_name
from plumbob.model import Event, Schema, key_of_id
from plumbob.plan.approvals import Needless, needless
from plumbob.plan.hazards import not_restored
from plumbob.plan.named import Named
from plumbob.plan.statement import Hazard
from plumbob.proof.near import with_other_triggers, with_triggers_over
from plumbob.proof.watch import Watch
from plumbob.server.connection import Server
from plumbob.server.scope import EVERYTHING, Scope
from plumbob.server.scratch_place import NoScratch, open_scratch_like
from plumbob.workflow import compare_database, read_live
from plumbob.workflow.declared import database_defaults
from plumbob.workflow.judging import Ran, judged
from plumbob.workflow.stage import Prints, Stage, at, gone, place_of

_MADE_IN = re.compile(r"DEFAULT CHARSET=(\w+)(?: COLLATE=(\w+))?")


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
        proof = _Proof(Stage(place), scope or Scope())
        found: list[Rehearsal] = []
        try:
            begin = proof.begin(chain, edited[0], target)
            for number in range(begin, last + 1):
                wanted = declaration if number == len(chain) - 1 else None
                if number in edited:
                    found.append(proof.prove(chain[number], wanted))
                if number < last and not chain[number].undoes_drift:
                    proof.stage.run(chain[number], "up")
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


class _Proof:
    """Migrations of a chain, run on a stage one behind the other."""

    def __init__(self, stage: Stage, scope: Scope) -> None:
        self.stage = stage
        self.scratch = stage.scratch
        self.server = stage.server
        self.scope = scope

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
                        self.stage.run(each, "up")
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
        now = self.stage.prints_of(self.scratch.read())
        same = whole_fingerprint(now) == script.before
        return same and all(
            is_print_of(before, now.get(id, ABSENT)) for id, (before, _) in script.tables.items()
        )

    def prove(self, migration: Migration, declaration: Declaration | None) -> Rehearsal:
        """Run a migration up and down, and leave the database as it was."""
        flavour = self.server.flavour
        start_schema = self.scratch.read()
        start, tables = self.stage.prints_of(start_schema), {*start_schema.tables}
        watch = Watch(self.scratch, frozenset(), tables, tables)
        up = self.stage.run(migration, "up", watch)
        end_schema = self.scratch.read()
        end = self.stage.prints_of(end_schema)
        self._look_at_triggers(migration, watch, start_schema, end_schema)
        forward = _renewed(migration.forward, self._judged(up), start, end)
        elsewhere = []
        changes = self._missing(declaration) if declaration else ()
        if not declaration and forward.after != migration.forward.after:
            raise self._next_begins_elsewhere(migration, end)
        if changes:
            elsewhere.append(Leads("up", migration.id, changes, _last(migration, "up", up)))
        down = self.stage.run(migration, "down", watch)
        back_schema = self.scratch.read()
        back = self.stage.prints_of(back_schema)
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
        above = with_triggers_over(gone(start, end), end)
        watch.triggered = (end.tables.keys() - with_other_triggers(start, end)) | above
        script, file = migration.forward, file_name(migration.id, "up")
        last = script.statements[-1].line if script.statements else 1
        try:
            watch.look_at_triggers()
        except PlumbobError as error:
            raise at(error, Position(file, last, 1, "the end")) from error

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
        where = place_of(statement, file)
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
            Hazard(kind, Named(id), "").approval
            for kind in ("blocking", "disk")
            for id in script.tables
            if key_of_id(id) is None
        }
        asked = {each.approval for each in (*script.hazards, *more)}
        yield from needless(script.approved, asked | of_size)
