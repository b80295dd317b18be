"""The pool of connections: playhouse's, with what it lacks.

playhouse counts, waits, tests and rolls back. What is added: the connection that was used last is
handed out first, so that the others become idle; an idle one is closed when its time has come; one
that a thread has left open when it ended is taken back; and no lock is held while a connection is
opened or tested, so that a server that does not answer stops nobody who already has a connection.
"""

from __future__ import annotations

import contextlib
import heapq
import threading
import time
import weakref
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import peewee
import pymysql
from playhouse.pool import PoolConnection
from pymysql.constants import SERVER_STATUS

from plumbob.runtime.errors import NoFreeConnection
from plumbob.runtime.forks import forget_after_fork
from plumbob.runtime.json_methods import JSONMethods
from plumbob.runtime.settings import Settings
from plumbob.server.driver import CONNECT_TIMEOUT, DriverConnection, open_connection
from plumbob.server.target import Target

if TYPE_CHECKING:
    # playhouse.pool has no types; its class is one of these.
    class _Base(peewee.MySQLDatabase):
        _connections: list[tuple[float, int, DriverConnection]]
        _in_use: dict[int, Any]
        _pool_lock: threading.RLock
        _pool_available: threading.Condition
        _lock: Any
        _state: Any

        def _close(self, conn: DriverConnection, close_conn: bool = False) -> None: ...
        def _close_raw(self, conn: DriverConnection) -> None: ...
        def _is_closed(self, conn: DriverConnection) -> bool: ...
        def _can_reuse(self, conn: DriverConnection) -> bool: ...
        def _initialize_connection(self, conn: DriverConnection) -> None: ...
        def _set_server_version(self, conn: DriverConnection) -> None: ...
        def _log_query(self, sql: str, params: Any) -> None: ...
        def _notify_hooks(
            self, sql: str, params: Any, start: float, exc: BaseException | None
        ) -> None: ...
        def execute(self, query: Any, **context_options: Any) -> Any: ...
        def execute_sql(self, sql: str, params: Any = None) -> Any: ...
        def close_all(self) -> None: ...
        def manual_close(self) -> bool: ...
else:
    from playhouse.pool import PooledMySQLDatabase as _Base

# A thread that ended gives no notice: who waits looks around now and then.
_LOOK_AROUND = 1.0


@dataclass(frozen=True, slots=True)
class PoolUse:
    """How many connections of a pool are in use, idle, and allowed."""

    in_use: int
    idle: int
    max: int


class Pool(_Base):
    """A Peewee database with a pool of connections to one server."""

    json_methods = JSONMethods

    def __init__(self, target: Target, settings: Settings) -> None:
        self.target = target
        self.settings = settings
        self._opening = 0
        self._owners: dict[int, threading.Thread] = {}
        self._reaper: threading.Thread | None = None
        super().__init__(target.database, max_connections=settings.max_connections)
        # Peewee's own lock would be held while a connection is opened. What it guards is the state,
        # which is each thread's own.
        self._lock = contextlib.nullcontext()
        forget_after_fork(self)

    def execute(self, query: Any, **context_options: Any) -> Any:
        if self.server_version is None and self.autoconnect:
            # How a query reads depends on the server.
            self.connect(reuse_if_open=True)
        return super().execute(query, **context_options)

    def _set_server_version(self, conn: DriverConnection) -> None:
        self.mariadb = "mariadb" in str(conn.server_version).lower()
        super()._set_server_version(conn)

    def pool_use(self) -> PoolUse:
        with self._pool_lock:
            in_use = len(self._in_use) + self._opening
            return PoolUse(in_use, len(self._connections), self.settings.max_connections)

    def close_idle(self) -> None:
        """Close the connections that nobody uses."""
        with self._pool_lock:
            idle, self._connections = self._connections, []
        for _, _, connection in idle:
            self._close_raw(connection)

    # What follows is called by playhouse and Peewee.

    def _connect(self) -> DriverConnection:
        self._wait_for_a_place(self._patience())
        try:
            connection = self._last_used() or self._open()
        except BaseException:
            with self._pool_available:
                self._opening -= 1
                self._pool_available.notify()
            raise
        with self._pool_lock:
            self._opening -= 1
            self._in_use[id(connection)] = PoolConnection(0.0, connection, time.time())
            self._owners[id(connection)] = threading.current_thread()
        return connection

    def _patience(self) -> float:
        return self.settings.acquire_timeout

    def _wait_for_a_place(self, patience: float) -> None:
        deadline = time.monotonic() + patience
        with self._pool_available:
            while not self._has_place():
                remaining = deadline - time.monotonic()
                if remaining <= 0:
                    raise NoFreeConnection(self._who_has_them(patience))
                self._pool_available.wait(min(remaining, _LOOK_AROUND))
            self._opening += 1

    def _has_place(self) -> bool:
        if len(self._in_use) + self._opening >= self.settings.max_connections:
            self._take_back()
        return len(self._in_use) + self._opening < self.settings.max_connections

    def _take_back(self) -> None:
        """Close the connections of threads that ended without a word."""
        for key, thread in list(self._owners.items()):
            if not thread.is_alive():
                del self._owners[key]
                if key in self._in_use:
                    self._close_raw(self._in_use.pop(key).connection)

    def _who_has_them(self, patience: float) -> str:
        oldest = min(self._in_use.values(), key=lambda used: used.checked_out, default=None)
        told = f"no connection became free within {patience:g} s: all {self.settings.max_connections} are in use"
        if oldest is None:
            return told
        thread = self._owners[id(oldest.connection)].name
        held = time.time() - oldest.checked_out
        return f"{told}, one of them for {held:.0f} s by the thread {thread}"

    def _last_used(self) -> DriverConnection | None:
        """The idle connection that was used last and still answers, or None."""
        while True:
            with self._pool_lock:
                if not self._connections:
                    return None
                _, _, connection = heapq.heappop(self._connections)
            if not self._is_closed(connection):
                return connection
            self._close_raw(connection)

    def _open(self) -> DriverConnection:
        return open_connection(
            self.target,
            program=self.settings.program,
            first=self.settings.first_statement,
            timeout=self._limit(),
        )

    def _limit(self) -> float:
        """Seconds for a server to answer when it is asked whether it is there."""
        return CONNECT_TIMEOUT

    def _is_closed(self, connection: DriverConnection) -> bool:
        connection.limit_reading(self._limit())
        try:
            return super()._is_closed(connection)
        finally:
            connection.limit_reading(None)

    def _can_reuse(self, connection: DriverConnection) -> bool:
        if not connection.open:
            return False
        # PyMySQL does not say whether a transaction is open, so playhouse always rolls back.
        in_transaction = connection.server_status & SERVER_STATUS.SERVER_STATUS_IN_TRANS
        if not in_transaction and connection.get_autocommit():
            return True
        try:
            connection.rollback()
            if not connection.get_autocommit():
                connection.autocommit(True)
        except pymysql.Error:
            return False
        return True

    def _close(self, connection: DriverConnection, close_conn: bool = False) -> None:
        # Asked first without the lock, since it may have to ask the server.
        close_conn = close_conn or not self._can_reuse(connection)
        with self._pool_lock:
            self._owners.pop(id(connection), None)
            used = self._in_use.get(id(connection))
            if used is not None:
                # The heap gives out its lowest first, which has to be the one used last.
                self._in_use[id(connection)] = used._replace(timestamp=-time.monotonic())
            super()._close(connection, close_conn)
            if self._connections and self._reaper is None:
                self._start_reaper()

    def _start_reaper(self) -> None:
        self._reaper = threading.Thread(
            target=_reap, args=(weakref.ref(self),), name="plumbob-idle", daemon=True
        )
        # A process that is ending starts no thread, and needs none.
        with contextlib.suppress(RuntimeError):
            self._reaper.start()

    def _close_overdue(self) -> float | None:
        """Close the connections that have been idle for too long.

        Returns:
            seconds until the next one is due; None when none will be, and the reaper may go.
        """
        overdue = []
        with self._pool_lock:
            now = time.monotonic()
            timeout = self.settings.idle_timeout
            # The heap sorted is the one used last first.
            idle = sorted(self._connections)
            spare = len(idle) + len(self._in_use) + self._opening - self.settings.min_connections
            while idle and spare > 0 and now + idle[-1][0] >= timeout:
                overdue.append(idle.pop())
                spare -= 1
            self._connections = idle
            wait = timeout - (now + idle[-1][0]) if idle and spare > 0 else None
            if wait is None:
                self._reaper = None
        for _, _, connection in overdue:
            self._close_raw(connection)
        return wait

    def after_fork(self) -> None:
        """Forget the parent's connections without a word to the server: they are still in use."""
        self._pool_lock = threading.RLock()
        self._pool_available = threading.Condition(self._pool_lock)
        self._opening = 0
        self._owners = {}
        self._reaper = None
        self.dispose()


def _reap(pool: weakref.ref[Pool]) -> None:
    wait: float | None = 0.0
    while wait is not None:
        # Nothing is held meanwhile, so that a pool that nobody knows any more can go.
        time.sleep(wait)
        wait = _close_overdue(pool)


def _close_overdue(pool: weakref.ref[Pool]) -> float | None:
    alive = pool()
    return None if alive is None else alive._close_overdue()
