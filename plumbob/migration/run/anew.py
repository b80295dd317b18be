"""Whether a chain of migrations can make a database from nothing, looked at before one is dropped."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from plumbob.ddl.fingerprint import whole_fingerprint
from plumbob.errors import Exit, ManyErrors, PlumbobError
from plumbob.migration.migration import Migration
from plumbob.migration.record.live import Live
from plumbob.migration.record.standing import not_begun
from plumbob.migration.run.findings import breaks, obstacles, other_servers
from plumbob.migration.run.tasks import upwards
from plumbob.plan.statement import Hazard
from plumbob.server.connection import Server

_NOTHING = Live(whole_fingerprint({}), {}, {})


def refuse_what_cannot_be_run(server: Server, chain: Sequence[Migration]) -> None:
    """See that a chain can be applied to a database without any tables, as far as no run has to tell.

    Args:
        server: a connection; no database has to be in use.

    Raises:
        PlumbobError: what `apply` would refuse there.
    """
    if faults := list(_faults(server, chain)):
        raise faults[0] if len(faults) == 1 else ManyErrors(faults)


def _faults(server: Server, chain: Sequence[Migration]) -> Iterator[PlumbobError]:
    yield from obstacles(server)
    standing = not_begun(chain)
    yield from standing.faults()
    tasks = upwards(standing, _NOTHING, None)
    yield from other_servers(server, tasks)
    yield from breaks(tasks)
    first = next((each.migration for each in tasks if not each.is_there), None)
    if first is not None and not _NOTHING.is_before(first.forward):
        yield PlumbobError(
            f"{first.id} does not begin with an empty database: tables were there before it",
            advice="`schema baseline` writes the migration that makes them",
            where=first.id,
            exit=Exit.STALE,
        )


def reaches_out(hazard: Hazard) -> bool:
    """Whether something may be lost in a database other than the one that was made for the run."""
    return hazard.kind == "call-procedure" and bool(hazard.object.part)
