"""How far the statement of another connection has come, as the server tells it."""

from __future__ import annotations

from dataclasses import dataclass

from plumbob.server.connection import Server
from plumbob.server.errors import DENIED, NO_SUCH_TABLE, ServerError


@dataclass(frozen=True, slots=True)
class Stage:
    """What the server says that a connection does, and how much of that is done, where it tells (0 to 1)."""

    state: str
    done: float | None = None

    @property
    def waits(self) -> bool:
        return self.state.lower().startswith("waiting for")


def stage_of(server: Server, id: int) -> Stage | None:
    """What a connection does now; None where it does nothing."""
    if server.flavour.is_mariadb:
        rows = server.query(
            "SELECT STATE, STAGE, MAX_STAGE, PROGRESS FROM information_schema.PROCESSLIST"
            f" WHERE ID = {id:d} AND COMMAND = 'Query'"
        )
        return _stage_of_mariadb(*rows[0]) if rows else None
    rows = server.query(
        f"SELECT STATE FROM information_schema.PROCESSLIST WHERE ID = {id:d} AND COMMAND = 'Query'"
    )
    return Stage(rows[0][0] or "", _done_of_mysql(server, id)) if rows else None


def _stage_of_mariadb(state: str | None, stage: int, stages: int, percent: float) -> Stage:
    if not stages:
        return Stage(state or "")
    return Stage(
        state or "", min((stage - 1 + float(percent) / 100) / stages, 1.0) if stage else 0.0
    )


def _done_of_mysql(server: Server, id: int) -> float | None:
    """Only where the consumer events_stages_current is on, which is not so by default."""
    try:
        rows = server.query(
            "SELECT WORK_COMPLETED, WORK_ESTIMATED FROM performance_schema.events_stages_current"
            " JOIN performance_schema.threads USING (THREAD_ID)"
            f" WHERE PROCESSLIST_ID = {id:d} AND WORK_ESTIMATED > 0"
        )
    except ServerError as error:
        if error.errno not in (*DENIED, NO_SUCH_TABLE):
            raise
        return None
    return min(float(rows[0][0]) / float(rows[0][1]), 1.0) if rows else None
