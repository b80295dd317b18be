"""The pool of connections for async code, with the same rules as the other one.

aiomysql's own pool opens connections under its lock, hands out the one that was used longest ago, and
closes an idle one only when it is asked for another.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque

import pymysql

from plumbob.runtime.async_connection import AsyncConnection, open_async_connection
from plumbob.runtime.errors import NoFreeConnection
from plumbob.runtime.pool import PoolUse
from plumbob.runtime.settings import Settings
from plumbob.server.driver import CONNECT_TIMEOUT
from plumbob.server.target import Target


class AsyncPool:
    """Connections to one server, of one event loop."""

    def __init__(self, target: Target, settings: Settings) -> None:
        self._loop = asyncio.get_running_loop()
        self._target = target
        self._settings = settings
        # The one used last stands last.
        self._idle: list[tuple[float, AsyncConnection]] = []
        # Places that are taken, by connections in use and by those that are being opened.
        self._taken = 0
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._next_look: asyncio.TimerHandle | None = None
        self._closing: set[asyncio.Task[None]] = set()
        self._is_closed = False

    def use(self) -> PoolUse:
        return PoolUse(self._taken, len(self._idle), self._settings.max_connections)

    def is_of_this_loop(self) -> bool:
        """Whether it can be used here: a program may run one event loop after another."""
        return self._loop is asyncio.get_running_loop()

    async def acquire(self, patience: float) -> AsyncConnection:
        """A connection that answers.

        Raises:
            NoFreeConnection: none became free within `patience` seconds.
        """
        await self._take_a_place(patience)
        limit = min(patience, CONNECT_TIMEOUT)
        try:
            return await self._last_used(limit) or await open_async_connection(
                self._target, self._settings, limit
            )
        except BaseException:
            self._give_place()
            raise

    async def release(self, connection: AsyncConnection) -> None:
        """Give a connection back; a transaction that is open in it is rolled back."""
        try:
            if self._is_closed or not await _can_reuse(connection):
                connection.close()
            else:
                self._idle.append((self._loop.time(), connection))
                self._look_later()
        finally:
            self._give_place()

    async def close(self) -> None:
        """Close what is idle; what is in use is closed when it comes back."""
        self._is_closed = True
        if self._next_look is not None:
            self._next_look.cancel()
        idle, self._idle = self._idle, []
        for _, connection in idle:
            await _farewell(connection)
        await asyncio.gather(*self._closing)

    async def _take_a_place(self, patience: float) -> None:
        if self._taken < self._settings.max_connections:
            self._taken += 1
            return
        place: asyncio.Future[None] = self._loop.create_future()
        self._waiting.append(place)
        giving_up = self._loop.call_later(patience, self._tell, place, patience)
        try:
            await place
        except BaseException:
            if place.done() and not place.cancelled() and place.exception() is None:
                # It was handed over, and whom it was for has been cancelled.
                self._give_place()
            raise
        finally:
            giving_up.cancel()

    def _tell(self, place: asyncio.Future[None], patience: float) -> None:
        if not place.done():
            place.set_exception(
                NoFreeConnection(
                    f"no connection became free within {patience:g} s:"
                    f" all {self._settings.max_connections} are in use"
                )
            )

    def _give_place(self) -> None:
        while self._waiting:
            place = self._waiting.popleft()
            if not place.done():
                place.set_result(None)
                return
        self._taken -= 1

    async def _last_used(self, limit: float) -> AsyncConnection | None:
        while self._idle:
            _, connection = self._idle.pop()
            if not await connection.has_hung_up() and await connection.answers(limit):
                return connection
            connection.close()
        return None

    def _look_later(self) -> None:
        """Look for connections that are idle for too long when the oldest one will be."""
        spare = len(self._idle) + self._taken - self._settings.min_connections
        if self._next_look is None and self._idle and spare > 0:
            due = self._idle[0][0] + self._settings.idle_timeout
            self._next_look = self._loop.call_at(due, self._close_overdue)

    def _close_overdue(self) -> None:
        self._next_look = None
        spare = len(self._idle) + self._taken - self._settings.min_connections
        oldest = self._loop.time() - self._settings.idle_timeout
        while self._idle and spare > 0 and self._idle[0][0] <= oldest:
            _, connection = self._idle.pop(0)
            task = self._loop.create_task(_farewell(connection))
            self._closing.add(task)
            task.add_done_callback(self._closing.discard)
            spare -= 1
        self._look_later()


async def _can_reuse(connection: AsyncConnection) -> bool:
    if connection.closed:
        return False
    if not connection.get_transaction_status() and connection.get_autocommit():
        return True
    try:
        await connection.rollback()
        await connection.autocommit(True)
    except (pymysql.Error, OSError):
        return False
    return True


async def _farewell(connection: AsyncConnection) -> None:
    with contextlib.suppress(pymysql.Error, OSError):
        await connection.ensure_closed()
