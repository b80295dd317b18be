"""What was applied, what is pending, and whether the database is as the last run left it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from plumbob.migration.migration import Direction, Migration
from plumbob.migration.record import synced
from plumbob.migration.record.drift import changed_since
from plumbob.migration.record.history import Record
from plumbob.migration.record.live import Live, is_as, look
from plumbob.migration.record.marks import Mark
from plumbob.migration.record.production import mark_of
from plumbob.migration.record.standing import HalfDone, stand
from plumbob.model import StoredKind
from plumbob.server.connection import Server


@dataclass(frozen=True, slots=True)
class Status:
    """A database beside a chain of migrations.

    `applied` has the records of the history in order; `pending` the migrations to come; `changed` and `missing` are as
    in `Standing`; `misplaced` are applied although what they follow is not; `drifted` are tables that
    differ from what the last run recorded (None: nothing was recorded yet); `synced` are those that
    differ because a sync made them so, which is no drift; `live` is the fingerprint
    of the database; `production` is the mark, if it has one; `unasked` says why members of a cluster
    were not asked what they have.
    """

    applied: tuple[Record, ...]
    pending: tuple[Migration, ...]
    changed: tuple[tuple[str, Direction], ...]
    missing: tuple[str, ...]
    misplaced: tuple[str, ...]
    half_done: HalfDone | None
    drifted: tuple[str, ...] | None
    live: str
    production: Mark | None = None
    synced: tuple[str, ...] = ()
    unasked: tuple[str, ...] = ()

    @property
    def is_in_sync(self) -> bool:
        """Whether nothing is pending, half done, missing or changed, nothing drifted, and all were asked."""
        return not (
            self.pending
            or self.changed
            or self.missing
            or self.misplaced
            or self.half_done
            or self.drifted
            or self.synced
            or self.unasked
        )


def told_last(chain: Sequence[Migration]) -> dict[str, str]:
    """What each table was after the last migration of the chain that tells of it."""
    return {name: after for each in chain for name, (_, after) in each.forward.tables.items()}


def _is_on_the_way(id: str, live: Live, half: HalfDone) -> bool:
    """Whether an object is as a statement of a run that did not end has made it."""
    ends = [{id: each.expected[id]} for each in half.entries if each.number and id in each.expected]
    return any(is_as(live.of([id]), end) for end in ends)


def managed_kinds(chain: Sequence[Migration]) -> tuple[StoredKind, ...]:
    """The kinds of stored objects that the declaration spoke of at last."""
    return chain[-1].header.manages if chain else ()


def status(server: Server, chain: Sequence[Migration]) -> Status:
    """Look, and write nothing."""
    standing = stand(server, chain)
    live = look(server, chain)
    sync = synced.read(server)
    recorded = synced.recorded_end(server, sync)
    manages = {*managed_kinds(chain), *(sync.manages if sync else ())}
    changed = None
    if recorded is not None:
        changed = changed_since(recorded, live, server, told_last(chain), manages)
    if changed and standing.half_done:
        changed = [id for id in changed if not _is_on_the_way(id, live, standing.half_done)]
    ahead: tuple[str, ...] = ()
    if sync is not None and changed is not None:
        ahead = tuple(id for id in changed if sync.prints.get(id) == live.tables.get(id))
    return Status(
        applied=tuple(standing.applied.values()),
        pending=standing.pending,
        changed=standing.changed,
        missing=standing.missing,
        misplaced=standing.misplaced,
        half_done=standing.half_done,
        drifted=None if changed is None else tuple(id for id in changed if id not in ahead),
        live=live.fingerprint,
        production=mark_of(server),
        synced=ahead,
        unasked=server.unasked,
    )
