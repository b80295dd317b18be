"""Records migrations as applied that a database has already: one that was there before plumbob was.

Nothing is run. What the database is has to be what they lead to: the fingerprint decides, nobody's word.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from plumbob.errors import Exit, ManyErrors, PlumbobError
from plumbob.migration.migration import ABSENT, Migration
from plumbob.migration.record import history, store, synced
from plumbob.migration.record.live import Live, differing, listed, look
from plumbob.migration.record.production import mark
from plumbob.migration.record.standing import Standing, stand
from plumbob.migration.run import lock
from plumbob.migration.run.events import Marked, Progress, Recorded, silent
from plumbob.migration.run.findings import obstacles
from plumbob.server.connection import Server


@dataclass(frozen=True, slots=True)
class Baseline:
    """The migrations that were recorded, or would be in a dry run; `pending` are those behind them."""

    migrations: tuple[str, ...]
    pending: tuple[str, ...] = ()
    dry_run: bool = False


def baseline(
    server: Server,
    chain: Sequence[Migration],
    *,
    dry_run: bool = False,
    production: bool = False,
    progress: Progress = silent,
    lock_wait: float = lock.LOCK_WAIT,
) -> Baseline:
    """Record all migrations up to the one that leads to what the database is.

    Raises:
        PlumbobError: STALE when none of those that are pending does: nothing was written.
    """
    if not dry_run:
        _raise(obstacles(server))
    with lock.held(server, lock_wait, progress):
        standing = stand(server, chain)
        _raise([*standing.faults(), *_half_done(standing)])
        if not standing.pending:
            return Baseline((), (), dry_run)
        live = look(server, chain)
        reached = _reached(standing.pending, live, server)
        there, left = standing.pending[:reached], standing.pending[reached:]
        if not dry_run:
            if production and mark(server):
                progress(Marked(server.database or ""))
            store.create(server)
            texts = live.texts(server.flavour)
            for each in there:
                history.write(server, each, "up", texts=texts, milliseconds=0, kind="baseline")
                progress(Recorded(each.id, each.message))
            synced.forget(server)
    return Baseline(tuple(each.id for each in there), tuple(each.id for each in left), dry_run)


def _reached(pending: Sequence[Migration], live: Live, server: Server) -> int:
    """How many of the pending migrations lead to what is there; the longest way counts."""
    for number in range(len(pending), 0, -1):
        if live.is_after(pending[number - 1].forward):
            return number
    if live.is_before(pending[0].forward):
        raise PlumbobError(
            f"{server.database} is where {pending[0].id} begins: nothing of it is there yet",
            advice="run it with: schema apply",
            where=pending[0].id,
            exit=Exit.STALE,
        )
    names = unlike(live, pending)
    raise PlumbobError(
        f"{server.database} is not what any of the migrations leads to; after the last one "
        f"{listed(names) or 'it'} would be otherwise",
        advice="make it so by hand (`schema diff` shows how), or take what is there into the "
        "declaration with `schema pull`, and run this again",
        where=pending[-1].id,
        exit=Exit.STALE,
    )


def unlike(live: Live, migrations: Sequence[Migration]) -> list[str]:
    """The objects that are not as they are after the last of these migrations."""
    ends = {name: after for each in migrations for name, (_, after) in each.forward.tables.items()}
    strange = live.tables.keys() - {name for name, after in ends.items() if after != ABSENT}
    return sorted({*differing(live.tables, ends), *strange})


def _half_done(standing: Standing) -> list[PlumbobError]:
    half = standing.half_done
    if half is None:
        return []
    return [
        PlumbobError(
            f"{half.migration} is half done",
            advice=f"finish it with `{half.command}` first",
            where=half.migration,
            exit=Exit.STALE,
        )
    ]


def _raise(faults: Sequence[PlumbobError]) -> None:
    if faults:
        raise faults[0] if len(faults) == 1 else ManyErrors(list(faults))
