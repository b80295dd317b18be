"""What was changed on a server behind our back, told from what is declared and pending, and adopted.

It is read under the applier's lock, so that what a running `apply` changes is none.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from plumbob.ddl.canonical import canonical
from plumbob.ddl.fingerprint import Object, fingerprint, whole_fingerprint
from plumbob.declaration import Declaration
from plumbob.declaration.dump import without_broken_keys
from plumbob.declaration.edit import Edited, Remark
from plumbob.declaration.files import load_anew
from plumbob.diff.adopt import adopt_names, with_kept
from plumbob.diff.change import Change
from plumbob.diff.compare import compare
from plumbob.diff.heeded import fitting
from plumbob.diff.renamed import renamed
from plumbob.diff.stored import in_running_order
from plumbob.diff.three_way import Conflict, three_way
from plumbob.errors import Exit, PlumbobError
from plumbob.migration.migration import Migration
from plumbob.migration.record import history, synced
from plumbob.migration.record.drift import changed_since
from plumbob.migration.record.history import Record
from plumbob.migration.record.live import Live, look
from plumbob.migration.record.snapshot import recall
from plumbob.migration.record.standing import stand
from plumbob.migration.record.status import managed_kinds, told_last
from plumbob.migration.run import lock
from plumbob.migration.run.events import Progress, silent
from plumbob.model import NotUnderstood, Schema, Stored, Table, Trigger, key_of_id
from plumbob.server.connection import Server
from plumbob.server.since import last_changes
from plumbob.workflow import Comparison, compare_database, database_defaults
from plumbob.workflow.pull import brought_to, left_out_of, names_of, write_files


@dataclass(frozen=True, slots=True)
class Drift:
    """What is live and is not as it was recorded.

    Attributes:
        last: the event that recorded it.
        compared: the declaration beside what is live.
        recorded: the live schema, with what drifted as it was recorded.
        changes: from what was recorded to what is live.
        since: when the server says that an object was changed last (UTC), by its id.
        conflicts: what the declaration changes as well, and otherwise.
        wanted: the declared schema with what drifted, conflicts aside.
        unread: the ids of what drifted and is not understood, before or now.
        ids: all that drifted.
        is_synced: whether the database is ahead of its history because of a sync.
    """

    last: Record
    compared: Comparison
    recorded: Schema
    changes: tuple[Change, ...]
    since: Mapping[str, str]
    conflicts: tuple[Conflict, ...]
    wanted: Schema
    unread: tuple[str, ...]
    ids: tuple[str, ...]
    snapshot: Mapping[str, str]
    live: Live
    is_synced: bool = False

    @property
    def is_declared(self) -> bool:
        """Whether the declaration says all of it by now."""
        return not self.taken() and not self.conflicts and not self.unread

    def taken(self) -> set[str]:
        """The names of what the declaration has to say otherwise."""
        declared, flavour = self.compared.declared, self.compared.flavour
        there_and_back = (
            compare(declared, self.wanted, flavour),
            compare(self.wanted, declared, flavour),
        )
        return set().union(*map(names_of, there_and_back))


@contextmanager
def under_lock(
    server: Server, lock_wait: float = lock.LOCK_WAIT, progress: Progress = silent
) -> Iterator[None]:
    """Keep every `apply` and `rollback` away while drift is read, adopted and recorded."""
    with lock.held(server, lock_wait, progress):
        yield


def find_drift(
    declaration: Declaration, server: Server, chain: Sequence[Migration], *, scratch: str = ""
) -> Drift:
    """Compare what was recorded, what is live and what is declared.

    Raises:
        PlumbobError: BAD_INPUT when nothing was recorded, STALE when a run did not end.
    """
    half = stand(server, chain).half_done
    if half is not None:
        raise PlumbobError(
            f"{half.migration} was begun on this database and did not end: what it did is no drift",
            advice="finish it first: schema apply",
            where=half.migration,
            exit=Exit.STALE,
        )
    snapshot = history.snapshot(server)
    if snapshot is None:
        raise PlumbobError(
            f"nothing was applied to {server.database} by plumbob yet, so nothing is recorded",
            advice="what the declaration says otherwise is shown by: schema diff",
        )
    live = look(server, chain)
    sync = synced.read(server)
    told, manages = told_last(chain), {*managed_kinds(chain), *(sync.manages if sync else ())}
    # What a sync left behind is our own.
    ahead = sync.prints if sync else {}
    ids = tuple(
        id
        for id in changed_since(snapshot, live, server, told, manages)
        if id not in ahead or ahead[id] != live.tables.get(id)
    )
    found = compare_database(declaration, server, scratch=scratch)
    objects = recall({id: text for id, text in snapshot.items() if id in ids}, server.flavour)
    unread = tuple(
        id for id in ids if _is_unread(objects.get(id)) or _is_unread(live.found.get(id))
    )
    known = {id: each for id, each in objects.items() if id not in unread}
    sides = three_sides(found, known, set(ids) - set(unread), server)
    found = replace(found, declared=sides.declared)
    merged = three_way(sides.before, sides.theirs, sides.declared)
    return Drift(
        history.read(server)[-1],
        found,
        sides.recorded,
        compare(sides.recorded, found.live, server.flavour),
        last_changes(server),
        merged.conflicts,
        merged.schema,
        unread,
        ids,
        snapshot,
        live,
        is_synced=sync is not None,
    )


@dataclass(frozen=True, slots=True)
class ThreeSides:
    """What was recorded, what is live, and what is declared.

    Attributes:
        recorded: the live schema, with what drifted as it was recorded.
        before: the same in the names that are declared.
        theirs: what is live, in the names that are declared.
        declared: what is declared; what it leaves out of an object that is gone is as it was recorded.
    """

    recorded: Schema
    before: Schema
    theirs: Schema
    declared: Schema


def three_sides(
    found: Comparison, known: Mapping[str, Object], drifted: Collection[str], server: Server
) -> ThreeSides:
    """Put what was recorded beside a comparison of what is live and declared.

    Args:
        known: what was recorded of that which drifted, by id.
        drifted: the ids of what drifted.
    """
    told, flavour = found.declaration.renames, server.flavour
    renames = fitting(told, found.live, found.declared)
    recorded = _recorded(known, drifted, found, server)
    recorded = with_kept(recorded, found.declared, renames)
    # What is not live any more has its names, account and session from what was recorded.
    declared = adopt_names(found.declared, _gone(recorded, found.live), told, flavour)
    return ThreeSides(
        recorded,
        renamed(recorded, fitting(renames, recorded, declared), flavour),
        renamed(found.live, renames, flavour),
        declared,
    )


def _gone(recorded: Schema, live: Schema) -> Schema:
    return Schema(
        {name: each for name, each in recorded.tables.items() if name not in live.tables},
        {key: each for key, each in recorded.stored.items() if key not in live.stored},
    )


def _is_unread(found: Object | None) -> bool:
    return isinstance(found, NotUnderstood)


def _recorded(
    known: Mapping[str, Object], drifted: Collection[str], found: Comparison, server: Server
) -> Schema:
    """The live schema with what drifted as it was recorded."""
    live, sections = found.live, found.declaration.sections
    tables = {name: each for name, each in live.tables.items() if name not in drifted}
    stored = [each for key, each in live.stored.items() if str(key) not in drifted]
    for id, each in known.items():
        key = key_of_id(id)
        if isinstance(each, Table):
            tables[each.name] = each
        elif key is not None and key.kind in sections and not isinstance(each, NotUnderstood):
            stored.append(each)
    whole = replace(live, tables=tables, stored=in_running_order(_as_they_ran(stored)))
    return canonical(whole, server.flavour, database_defaults(server))


def _as_they_ran(stored: Sequence[Stored]) -> list[Stored]:
    """Each trigger behind the one that it was recorded to follow."""
    placed: list[Stored] = [each for each in stored if not isinstance(each, Trigger)]
    waiting = [each for each in stored if isinstance(each, Trigger)]
    while waiting:
        names = {each.name for each in placed if isinstance(each, Trigger)}
        ready = [each for each in waiting if each.follows is None or each.follows in names]
        placed += ready or waiting
        waiting = [each for each in waiting if each not in placed]
    return placed


@dataclass(frozen=True, slots=True)
class Adopted:
    """The files that say by now what drifted: their bytes before and after; and what is to be recorded.

    `left` are the ids of objects with a conflict, or not understood: they are drift as before.
    """

    contents: Mapping[Path, tuple[bytes, bytes]]
    remarks: tuple[Remark, ...]
    left: frozenset[str]
    texts: Mapping[str, str]


def adopt(
    drift: Drift, server: Server, *, keep: Collection[str] = (), scratch: str = ""
) -> Adopted:
    """Find the text of the declaration that says what drifted as well, and nothing else otherwise.

    Args:
        drift: as it was found.
        server: where it is.
        keep: the ids of objects of which the declaration is right in every conflict.
        scratch: where differences are confirmed (see `open_scratch`).

    Raises:
        PlumbobError: UNSAFE when all tables are gone, FAILED when no text could be found; nothing has
            been written.
    """
    declaration, declared = drift.compared.declaration, drift.compared.declared
    if declared.tables and not drift.wanted.tables:
        raise PlumbobError(
            f"{server.database} has lost all of its tables: the declaration would be empty",
            advice="what was dropped by hand is made again by hand, or from a backup",
            exit=Exit.UNSAFE,
        )
    left = frozenset(drift.unread) | {each.id for each in drift.conflicts if each.id not in keep}
    wanted = _but_for(drift.wanted, declared, left)
    live = drift.compared.live
    # What is there, declared or not: a foreign key to anything else is broken.
    whole = replace(wanted, not_understood=live.not_understood, unmanaged=live.unmanaged)
    wanted = replace(wanted, tables=without_broken_keys(whole).tables)
    if not declaration.documents:
        # SQL declares no database: what a table has of the live one, it need not say.
        wanted = replace(wanted, charset=live.charset, collation=live.collation)
    changed = set().union(
        names_of(compare(wanted, declared, server.flavour)),
        names_of(compare(declared, wanted, server.flavour)),
    )
    before = {path: path.read_bytes() for path in declaration.files}
    edited = Edited({})
    if changed:
        edited = brought_to(
            wanted,
            declaration,
            declared,
            server,
            changed,
            lambda edited: _differing(wanted, declaration, edited, server, scratch),
        )
    contents = {path: (before[path], after) for path, after in edited.contents.items()}
    remarks = (*edited.remarks, *left_out_of(whole))
    return Adopted(contents, remarks, left, _texts(drift, left, server))


def _but_for(wanted: Schema, declared: Schema, left: Collection[str]) -> Schema:
    """What is wanted, with the objects that are left as they are declared."""
    tables = {name: each for name, each in wanted.tables.items() if name not in left}
    tables |= {name: each for name, each in declared.tables.items() if name in left}
    stored = {key: each for key, each in wanted.stored.items() if str(key) not in left}
    stored |= {key: each for key, each in declared.stored.items() if str(key) in left}
    return replace(wanted, tables=tables, stored=stored)


def _differing(
    wanted: Schema, declaration: Declaration, edited: Edited, server: Server, scratch: str
) -> set[str]:
    anew = load_anew(declaration, edited.contents)
    anew = replace(anew, sections=anew.sections | declaration.sections)
    says = compare_database(anew, server, scratch=scratch).declared
    return names_of(compare(wanted, says, server.flavour))


def _texts(drift: Drift, left: Collection[str], server: Server) -> dict[str, str]:
    """What is recorded from now on: what is live of that which was adopted."""
    now = drift.live.texts(server.flavour)
    # The conflicts have the names of the declaration; a table is recorded under its live one.
    tables = drift.compared.declaration.renames.tables
    left = {tables.get(id, id) for id in left}
    settled = [id for id in drift.ids if id not in left]
    kept = {id: text for id, text in drift.snapshot.items() if id not in settled}
    return kept | {id: now[id] for id in settled if id in now}


def keep_adopted(adopted: Adopted, drift: Drift, server: Server) -> None:
    """Write the files of the declaration, and into the history that they say it.

    Raises:
        PlumbobError: STALE when a file was changed meanwhile; nothing is written then.
    """
    write_files(adopted.contents)
    _record(adopted, drift, server)


def _record(adopted: Adopted, drift: Drift, server: Server) -> None:
    """Write into the history that what was adopted is drift no more.

    Not where a sync went ahead of the history: the next sync takes note of it there.
    """
    if drift.is_synced or adopted.texts == drift.snapshot:
        return
    objects = recall(adopted.texts, server.flavour)
    prints = {id: fingerprint(each, server.flavour) for id, each in objects.items()}
    history.adopt(server, adopted.texts, before=drift.last.after, after=whole_fingerprint(prints))
