"""Where a database stands in a chain of migrations, by its history and its journal."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from plumbob.errors import Exit, PlumbobError
from plumbob.migration.changed import difference
from plumbob.migration.migration import Direction, Migration
from plumbob.migration.record import history, journal
from plumbob.migration.record.history import Record
from plumbob.migration.record.journal import Entry
from plumbob.server.connection import Server

# What the journal calls a sync, which is no migration: `20261124T131500_…` are their names.
SYNC = "sync"


@dataclass(frozen=True, slots=True)
class HalfDone:
    """A run that did not end: its migration, its direction, and what the journal has of it."""

    migration: str
    direction: Direction
    entries: tuple[Entry, ...]

    @property
    def command(self) -> str:
        """The command that goes on with it."""
        if self.migration == SYNC:
            return "schema sync"
        return "schema apply" if self.direction == "up" else "schema rollback"


@dataclass(frozen=True, slots=True)
class Standing:
    """A chain of migrations beside what a database remembers.

    `missing` were applied and are not in the chain; `changed` are those whose files are not as they were
    written or applied, with the way that changed; `misplaced` are applied although their parent is not,
    unless that only undoes what somebody did to another database. `differences` say what changed in a file
    since it was applied.
    """

    chain: tuple[Migration, ...]
    applied: Mapping[str, Record]
    pending: tuple[Migration, ...]
    missing: tuple[str, ...]
    changed: tuple[tuple[str, Direction], ...]
    misplaced: tuple[str, ...]
    half_done: HalfDone | None
    differences: Mapping[tuple[str, Direction], str] = field(default_factory=dict)

    def migration(self, id: str) -> Migration | None:
        return next((each for each in self.chain if each.id == id), None)

    def _ahead_of(self, id: str) -> list[str]:
        """The migrations that one follows and that were not applied."""
        ids = [each.id for each in self.chain]
        ahead = self.chain[: ids.index(id)]
        return [each.id for each in ahead if each.id not in self.applied and not each.undoes_drift]

    def faults(self) -> Iterator[PlumbobError]:
        """Why nothing can be run on this standing."""
        for id in self.missing:
            yield _stale(
                f"{id} was applied to this database, and its files are not there",
                "Take them from version control again, or from its record: schema history --write",
                id,
            )
        for id, direction in self.changed:
            file = "the migration" if direction == "up" else "the rollback"
            when = "applied" if id in self.applied else "written"
            lines = self.differences.get((id, direction), "")
            yield _stale(
                "\n".join(
                    filter(None, [f"{file} {id} was changed after it had been {when}", lines])
                ),
                "Take the file from version control again, and plan the change as a new migration.",
                id,
            )
        for id in self.misplaced:
            ahead = self._ahead_of(id)
            yield _stale(
                f"{id} was applied to this database, and {' and '.join(ahead)}, which it follows, was not",
                f"where it came in from another branch: remove both files of {id}, take them back as they "
                f"were applied with `schema history --write`, then: schema rebase {ahead[0]}",
                id,
            )
        half = self.half_done
        if half is not None and half.migration == SYNC:
            yield _stale("a sync of this database did not end", "Run `schema sync` again.", SYNC)
        elif half is not None and self.migration(half.migration) is None:
            yield _stale(
                f"{half.migration} was begun on this database, and its files are not there",
                "Take them from version control again.",
                half.migration,
            )


def stand(server: Server, chain: Sequence[Migration]) -> Standing:
    """Compare a chain with the history and the journal of the database; nothing is written."""
    chain = tuple(chain)
    applied = history.applied(history.read(server))
    pending = tuple(each for each in chain if each.id not in applied)
    known = {each.id for each in chain}
    changed = tuple(_changed(chain, applied))
    return Standing(
        chain=chain,
        applied=applied,
        pending=pending,
        missing=tuple(id for id in applied if id not in known),
        changed=changed,
        misplaced=tuple(_misplaced(chain, applied)),
        half_done=_half_done(journal.open_entries(server)),
        differences=dict(_differences(server, chain, changed, applied)),
    )


def not_begun(chain: Sequence[Migration]) -> Standing:
    """The same for a database that has nothing yet."""
    return Standing(tuple(chain), {}, tuple(chain), (), tuple(_changed(chain, {})), (), None)


def _differences(
    server: Server,
    chain: Sequence[Migration],
    changed: Sequence[tuple[str, Direction]],
    applied: Collection[str],
) -> Iterator[tuple[tuple[str, Direction], str]]:
    """What is otherwise in files of applied migrations than in their record."""
    by_id = {each.id: each for each in chain}
    for id, way in changed:
        texts = history.files(server, id) if id in applied else None
        if texts is not None:
            yield (id, way), difference(by_id[id], way, texts[0 if way == "up" else 1])


def _changed(
    chain: Sequence[Migration], applied: Mapping[str, Record]
) -> Iterator[tuple[str, Direction]]:
    for migration in chain:
        ways = set(migration.changed())
        record = applied.get(migration.id)
        if record is not None and record.checksum != migration.checksum:
            ways.add("up")
        if record is not None and record.rollback_checksum != migration.rollback_checksum:
            ways.add("down")
        yield from ((migration.id, way) for way in sorted(ways, reverse=True))


def _misplaced(chain: Sequence[Migration], applied: Mapping[str, Record]) -> Iterator[str]:
    whole = True
    for migration in chain:
        if migration.id not in applied:
            whole = whole and migration.undoes_drift
        elif not whole:
            yield migration.id


def _half_done(entries: Sequence[Entry]) -> HalfDone | None:
    """The last run in the journal: a later one took the work of an earlier one over."""
    begin = next((i for i in reversed(range(len(entries))) if entries[i].number == 0), None)
    if begin is None:
        return None
    last = tuple(entries[begin:])
    if all(map(_has_done_nothing, last)):
        return None
    return HalfDone(last[0].migration, last[0].direction, last)


def _has_done_nothing(entry: Entry) -> bool:
    """Whether the tables are surely as before, so that the migration may as well be planned anew."""
    if entry.state == "failed":
        return entry.after == entry.before
    return entry.number == 0 or entry.state == "not started"


def _stale(what: str, advice: str, where: str) -> PlumbobError:
    return PlumbobError(what, advice=advice, where=where, exit=Exit.STALE)
