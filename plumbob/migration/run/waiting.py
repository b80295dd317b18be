"""Waits for a table that others hold, a second at a time, so that nobody waits behind us for long."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from plumbob.migration.record.live import listed
from plumbob.migration.run import clustered, ended
from plumbob.migration.run.beside import Beside, Killing
from plumbob.migration.run.events import Killed, Still, WaitsForTable
from plumbob.migration.run.turn import Turn
from plumbob.migration.run.verdict import LOCKED
from plumbob.model import key_of_id
from plumbob.server.errors import ServerError
from plumbob.server.members import in_use
from plumbob.server.stages import Stage

# While an ALTER waits for a table, everybody else waits behind it: so a short wait and a long pause.
# With 1 s and 2, 4, 8 s readers are stalled for 1 s at a time and a third of the time (measured).
LOCK_WAIT = {"lock_wait_timeout": "1"}
FIRST_PAUSE = 2.0
LONGEST_PAUSE = 8.0
# An attempt that took longer than its waits for locks did work, which was thrown away when it got no
# lock at its end (measured: 2.8 s of a rebuild): not to be repeated unasked.
LOST_WORK = 5.0

T = TypeVar("T")


def try_until(turn: Turn, work: Callable[[], T]) -> T:
    """Do what runs a statement, again after a pause while others hold the table."""
    started, pause = time.monotonic(), FIRST_PAUSE
    # Who holds it for the first time may be about to end.
    kill: Killing | None = None
    while True:
        tried = time.monotonic()
        with _beside(turn, kill) as beside:
            try:
                with turn.stop.runs():
                    return work()
            except ServerError as error:
                caught = error
        now = time.monotonic()
        pause = min(pause, started + turn.run.max_wait - now)
        is_sent = turn.server.is_cluster and not turn.is_data
        # Of a definition on a cluster the error alone does not say that it is not done.
        if caught.errno not in LOCKED or is_sent:
            raise caught
        lost = now - tried if now - tried > LOST_WORK else 0.0
        no_lock = ended.NoLock(caught, beside.wait, lost)
        if pause <= 0 or lost:
            raise no_lock
        turn.progress(WaitsForTable(turn.number, caught.what, pause, now - started, beside.wait))
        turn.stop.pause(pause)
        if turn.stop.by:
            raise no_lock
        pause = min(pause * 2, LONGEST_PAUSE)
        kill = turn.run.kill
        turn.lock.check()


@contextmanager
def _beside(turn: Turn, kill: Killing | None) -> Iterator[Beside]:
    statement, total = turn.statement, turn.total

    def tell(stage: Stage, seconds: float) -> None:
        turn.progress(Still(turn.number, total, statement, seconds, stage))

    names = [name for name in statement.after if key_of_id(name) is None]
    with Beside(turn.server, names, tell, kill) as beside:
        yield beside
    for each in beside.kills.values():
        turn.progress(Killed(turn.number, each))


def wait_for_locks(turn: Turn) -> None:
    """On a cluster, see that nobody has locked the tables: what is sent cannot be stopped.

    Raises:
        PlumbobError: LOCKED, somebody has, all the time.
    """
    started, pause = time.monotonic(), FIRST_PAUSE
    words = clustered.words_of(turn.statement)
    while found := turn.lock.on_all(lambda: list(in_use(turn.server, words))):
        waited = time.monotonic() - started
        if waited + pause > turn.run.max_wait or turn.stop.by:
            raise ended.locked_on_member(turn.task, turn.number, found)
        said = f"LOCK TABLES or HANDLER: {listed(found)}"
        turn.progress(WaitsForTable(turn.number, said, pause, waited))
        turn.stop.pause(pause)
        turn.lock.check()
