"""Looks at a running statement from a second connection: how far it is, and who keeps it waiting.

Only a statement that takes a while is looked at, so that the others cost nothing. `--kill-blockers` ends
those from here who hold the very lock that is waited for, while it is waited for.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from types import TracebackType

from plumbob.config import Config
from plumbob.ddl.quote import quote_name
from plumbob.errors import Exit, PlumbobError
from plumbob.server.blockers import Blocker, Wait, wait_of
from plumbob.server.connection import Server
from plumbob.server.errors import NO_SUCH_THREAD, NOT_YOURS, ServerError
from plumbob.server.grants import read_grants
from plumbob.server.stages import Stage, stage_of
from plumbob.server.visibility import account

# A statement is first looked at after this time, and then again and again.
_FIRST = 0.3
_PAUSE = 0.25
# How many rows a transaction may have changed that is ended: to take them back takes as long as it
# took to change them, and the lock is held meanwhile.
MOST_ROWS = 1000


@dataclass(frozen=True, slots=True)
class Killing:
    """Whether others are ended who hold a lock that is waited for, and which are not.

    `rows`: a transaction that has changed more is spared. Backups, LOCK TABLES and other DDL always are.
    """

    rows: int = MOST_ROWS

    @classmethod
    def of(cls, config: Config, *, is_asked: bool) -> Killing | None:
        """Whom a run may end, by the settings: nobody, unless asked."""
        return cls(config.kill_rows) if is_asked else None

    def why_spared(self, blocker: Blocker) -> str:
        if blocker.spared:
            return blocker.spared
        if not blocker.is_sure:
            return "nobody can tell whether it holds this lock"
        return f"it has changed more than {self.rows} rows" if blocker.rows > self.rows else ""


@dataclass(frozen=True, slots=True)
class Kill:
    """What became of somebody who was to be ended: `why_not` is "" for one who was."""

    blocker: Blocker
    why_not: str = ""


class Beside:
    """A look at the statement that a connection runs inside the block, on a thread of its own.

    Args:
        server: the connection that runs it.
        names: the tables of the statement.
        tell: is told, on that thread, what the server says of it and for how many seconds it runs.
        kill: is asked about each who keeps it waiting; None where nobody is ended.

    Attributes:
        wait: what it last waited for; None where it did not.
        kills: who was ended, and who was not and why.
    """

    def __init__(
        self,
        server: Server,
        names: Collection[str],
        tell: Callable[[Stage, float], object],
        kill: Killing | None = None,
    ) -> None:
        self.wait: Wait | None = None
        self.kills: dict[int, Kill] = {}
        self._server = server
        self._names = names
        self._tell = tell
        self._kill = kill
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Beside:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._ended.set()
        # Somebody who leaves at once does not wait for a look at a server that may be gone.
        if kind is None or issubclass(kind, Exception):
            self._thread.join()

    def _watch(self) -> None:
        started = time.monotonic()
        if self._ended.wait(_FIRST):
            return
        try:
            with self._server.twin() as second:
                while not self._ended.is_set():
                    self._look(second, time.monotonic() - started)
                    self._ended.wait(_PAUSE)
        except (PlumbobError, OSError) as error:
            # Without a second connection the statement runs all the same, and nobody sees it.
            if self.wait is None:
                self.wait = Wait("", unseen=f"who holds it is not known: {error}")

    def _look(self, second: Server, seconds: float) -> None:
        id = self._server.connection_id
        stage = stage_of(second, id)
        if stage is None:
            return
        if stage.waits:
            found = wait_of(second, id, self._names, stage.state)
            self.wait = found or self.wait
            if found and self._kill:
                self._end_others(second, found, self._kill)
        if not self._ended.is_set():
            self._tell(stage, seconds)

    def _end_others(self, second: Server, wait: Wait, kill: Killing) -> None:
        for blocker in wait.blockers:
            if blocker.id in self.kills:
                continue
            why_not = kill.why_spared(blocker) or _end(second, blocker.id)
            self.kills[blocker.id] = Kill(blocker, why_not)


def _end(second: Server, id: int) -> str:
    """End a connection; why that was not possible, or ""."""
    try:
        second.execute(f"KILL {id:d}")
    except ServerError as error:
        if error.errno == NO_SUCH_THREAD:
            return "it has ended by itself"
        if error.errno == NOT_YOURS:
            return f"{second.target.user} may not end it"
        raise
    return ""


def lacks_to_kill(server: Server) -> PlumbobError | None:
    """What the account lacks to see and end others who hold a lock; None where it has all of it."""
    grants = read_grants(server, server.database or "")
    ends = ("CONNECTION_ADMIN", "CONNECTION ADMIN", "SUPER", "ALL PRIVILEGES")
    missing = [] if any(map(grants.has_globally, ends)) else [ends[server.flavour.is_mariadb]]
    missing += [] if grants.has_globally("PROCESS") else ["PROCESS"]
    sees = "SELECT ON performance_schema.*"
    if server.flavour.is_mysql and not _sees_locks(server):
        missing.append(sees)
    if not missing:
        return None
    who = account(server)
    advice = [f"GRANT {', '.join(each for each in missing if each != sees)} ON *.* TO {who}"]
    if missing == [sees]:
        advice = []
    if sees in missing:
        advice.append(f"GRANT SELECT ON {quote_name('performance_schema')}.* TO {who}")
    return PlumbobError(
        f"--kill-blockers takes privileges that {who} has not: {', '.join(missing)}",
        advice="grant them: " + "; ".join(advice),
        exit=Exit.NO_ACCESS,
    )


def _sees_locks(server: Server) -> bool:
    try:
        server.query("SELECT 1 FROM performance_schema.metadata_locks LIMIT 1")
    except ServerError:
        return False
    return True
