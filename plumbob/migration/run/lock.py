"""The lock that keeps two runs apart: GET_LOCK on the very connection that runs the DDL.

So it outlives a killed client for as long as its last statement goes on in the server (measured), and a
second run starts when the outcome can be seen. On a cluster it is taken on every member.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TypeVar

from plumbob.errors import Exit, PlumbobError
from plumbob.migration.record import journal
from plumbob.migration.run.events import Holder, Progress, Regrouped, WaitsForApplier
from plumbob.server import members
from plumbob.server.connection import Server
from plumbob.server.errors import DEADLOCK, LOCK_WAIT_TIMEOUT, ServerError

# Seconds to wait for another run of plumbob.
LOCK_WAIT = 60.0
# GET_LOCK itself: "deadlock found" of MySQL (3058) and MariaDB (1213).
_CONFLICTS = (3058, DEADLOCK, LOCK_WAIT_TIMEOUT)
_STEP = 1

T = TypeVar("T")


def lock_name(server: Server) -> str:
    """The name of the database's lock: the same for all clients, at most 64 characters, lower case."""
    ((database,),) = server.query("SELECT DATABASE()")
    if server.folds_table_names:
        database = database.lower()
    return "plumbob:" + hashlib.sha256(database.encode()).hexdigest()[:40]


@dataclass(frozen=True, slots=True)
class Lock:
    """The lock while it is held.

    `free` are members that have come since it was taken, and on which somebody else waits for this run.
    """

    server: Server
    name: str
    progress: Progress
    free: set[Server] = field(default_factory=set)

    def check(self) -> None:
        """Make sure that the lock is still this connection's own, and the server one to write to: before
        every statement.

        Raises:
            PlumbobError: it is not; nothing more may be run.
        """
        self.on_all(self._check)

    def on_all(self, ask: Callable[[], T]) -> T:
        """What is asked of all members; where one goes or comes meanwhile, of those that are there then."""
        try:
            return ask()
        except members.Unsettled:
            if self.server.is_cluster:
                self._settle()
            return ask()

    def _settle(self) -> None:
        """Go on with the members that there are.

        On this one and on those that stayed the lock was held all the time. So nobody else runs, for that
        takes all of them; who has taken it on one that came waits for us.
        """
        before = members.all_of(self.server)
        members.settle(self.server)
        for each in self.server.others:
            if each not in before and not _get(each, self.name, 0):
                self.free.add(each)
        if (now := members.all_of(self.server)) != before:
            self.progress(Regrouped(tuple(sorted(map(members.node_name, now)))))

    def _check(self) -> None:
        question = f"SELECT IS_USED_LOCK('{self.name}') = CONNECTION_ID(), @@GLOBAL.read_only"
        members.check(self.server)
        for each in members.all_of(self.server):
            with members.named(each):
                ((is_ours, read_only),) = each.query(question)
            if not is_ours and each not in self.free:
                raise PlumbobError(
                    "plumbob's lock was lost, so nothing more was run",
                    advice="run the same command again: it looks at what is there and goes on",
                    exit=Exit.FAILED,
                )
            # An account that may do so would write to it all the same. Of other members nothing is asked:
            # what a cluster sends them they do, and readers are often set so.
            if each is self.server and str(read_only) not in ("0", "OFF"):
                raise PlumbobError(
                    f"{each.target.label()} has become read-only since the run began, so nothing more was run",
                    advice="another server may be the primary by now: run the same command again there",
                    exit=Exit.UNSAFE,
                )

    def take_again(self, wait: float, progress: Progress) -> None:
        """Take it again on a connection that was lost and is there anew: once the old one's statement
        has ended.

        Raises:
            PlumbobError: LOCKED when somebody else has it by then.
        """
        _take(self.server, self.name, wait, progress)


@contextmanager
def held(server: Server, wait: float, progress: Progress) -> Iterator[Lock]:
    """Hold the lock of the database in use.

    Args:
        wait: seconds to wait for another run to end.

    Raises:
        PlumbobError: LOCKED when it did not, with who holds the lock.
    """
    name = lock_name(server)
    with members.reached(server):
        try:
            _take(server, name, wait, progress)
            yield Lock(server, name, progress)
        finally:
            for each in reversed(members.all_of(server)):
                # A connection that is lost has lost its lock as well.
                if each.connection.open:
                    _release(each, name)


def _take(server: Server, name: str, wait: float, progress: Progress) -> None:
    """Take the lock on every member, in the same order as everybody else."""
    started = time.monotonic()
    for each in members.all_of(server):
        while not _get(each, name, 0):
            waited = time.monotonic() - started
            holder = _holder(each, name)
            if waited >= wait:
                raise _taken(holder, waited)
            progress(WaitsForApplier(holder, waited))
            if _get(each, name, _STEP):
                break


def _get(server: Server, name: str, seconds: int) -> bool:
    try:
        return bool(_asked(server, f"SELECT GET_LOCK('{name}', {seconds:d})"))
    except ServerError as error:
        if error.errno in _CONFLICTS:
            raise PlumbobError(
                f"plumbob's lock cannot be waited for: {error.what}",
                advice="another connection waits for this one; try again",
                exit=Exit.LOCKED,
            ) from error
        raise


def _asked(server: Server, question: str) -> object:
    with members.named(server):
        ((answer,),) = server.query(question)
    return answer


def _release(server: Server, name: str) -> None:
    try:
        if server.home:
            # Nobody waits for a member that has not done all that it was sent.
            server.execute("SET SESSION wsrep_sync_wait = 0")
        server.query(f"SELECT RELEASE_LOCK('{name}')")
    except ServerError as error:
        # The connection to another member is closed next, and the lock is gone with it.
        if not error.is_lost and not server.home:
            raise


def _holder(server: Server, name: str) -> Holder | None:
    ((id,),) = server.query(f"SELECT IS_USED_LOCK('{name}')")
    if id is None:
        return None
    node = members.node_name(server) if server.is_cluster else ""
    # Of a connection of another member the journal has another number.
    client = "" if node else journal.client_of(server, int(id))
    # Without the privilege PROCESS an account sees its own connections only.
    for thread, user, host, _, _, seconds, *_ in server.query("SHOW PROCESSLIST"):
        if thread == id:
            return Holder(int(id), str(user), str(host), int(seconds or 0), node, client)
    return Holder(int(id), node=node, client=client)


def _taken(holder: Holder | None, waited: float) -> PlumbobError:
    who = f" by {holder}" if holder else ""
    return PlumbobError(
        f"another run of plumbob works on this database: its lock is held{who}",
        advice=f"waited {waited:.0f} s. Wait for it to end; a killed run holds the lock until its "
        "last statement has ended in the server",
        exit=Exit.LOCKED,
    )
