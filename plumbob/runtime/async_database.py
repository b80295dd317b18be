"""The database for async code: playhouse.pwasyncio's, with the same pool and retries as the other one.

What pwasyncio lacks was measured (docs/runtime.md): it tries nothing again, and a statement inside a
transaction whose connection is lost goes to a new connection, where it is committed by itself.
"""

from __future__ import annotations

import asyncio
import logging
import weakref
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterator
from contextlib import aclosing, asynccontextmanager, contextmanager
from typing import Any, TypeVar

import peewee
import pymysql

from plumbob.runtime.async_base import (
    AsyncMySQLConnection,
    AsyncMySQLDatabase,
    _ConnectionState,
    await_,
)
from plumbob.runtime.async_pool import AsyncPool
from plumbob.runtime.database import (
    BEGIN,
    COMMIT,
    MARKED,
    ROLLBACK,
    Mood,
    cannot_connect,
    is_drivers,
    is_no_mark,
    log_retry,
    loss_in,
    lost,
    may_repeat,
)
from plumbob.runtime.errors import (
    CannotConnect,
    ConnectionLost,
    NoFreeConnection,
    OutcomeUnknown,
)
from plumbob.runtime.forks import forget_after_fork
from plumbob.runtime.json_methods import JSONMethods
from plumbob.runtime.losses import GONE, Loss, driver_error
from plumbob.runtime.pool import PoolUse
from plumbob.runtime.settings import Settings
from plumbob.runtime.sql_log import SqlLog, peewees
from plumbob.server.target import Target

T = TypeVar("T")


class AsyncDatabase(AsyncMySQLDatabase):
    """A MySQL or MariaDB database for async code, used as `AsyncMySQLDatabase` of playhouse.pwasyncio.

    Made by `plumbob.runtime.connect_async`. Each task has its own connection, from its first statement
    to its end or to `aclose()`.
    """

    json_methods = JSONMethods

    def __init__(self, target: Target, settings: Settings) -> None:
        self.target = target
        self.settings = settings
        self.sql_log = SqlLog(settings)
        self._knows_whether_production = False
        self._moods: weakref.WeakKeyDictionary[asyncio.Task[Any], Mood] = (
            weakref.WeakKeyDictionary()
        )
        super().__init__(target.database)
        self.query_hooks.append(self.sql_log)
        forget_after_fork(self)

    def pool_use(self) -> PoolUse:
        pool: AsyncPool | None = self._pool
        return PoolUse(0, 0, self.settings.max_connections) if pool is None else pool.use()

    def execute(self, query: Any, **context_options: Any) -> Any:
        if self.server_version is None:
            # How a query reads depends on the server.
            await_(self.aconnect())
        return super().execute(query, **context_options)

    async def iterate(
        self, query: Any, buffer_size: int | None = None
    ) -> AsyncGenerator[Any, None]:
        await self.aconnect()
        async with aclosing(super().iterate(query, buffer_size)) as rows:
            async for row in rows:
                yield row

    async def aexecute_sql(self, sql: str, params: Any = None) -> Any:
        return await self._trying(lambda: self._execute_once(sql, params))

    async def aconnect(self) -> AsyncMySQLConnection:
        return await self._trying(self._connect_once)

    def begin(self, isolation_level: str | None = None) -> None:
        await_(self._trying(lambda: self._begin_once(isolation_level)))

    def commit(self) -> None:
        await_(self._send(COMMIT))

    def rollback(self) -> None:
        """Take the transaction back; where its connection is lost, the server has done so."""
        await_(self._roll_back())

    @contextmanager
    def hurried(self, seconds: float) -> Iterator[None]:
        """In this task nothing is waited for longer than that, and nothing is tried again."""
        self._mood.hurry = seconds
        try:
            yield
        finally:
            self._mood.hurry = None

    def after_fork(self) -> None:
        """Forget the parent's connections without a word to the server: they are still in use."""
        self._pool = None
        self._state = _ConnectionState(release=self._release_conn)
        self._moods = weakref.WeakKeyDictionary()

    @property
    def _mood(self) -> Mood:
        task = asyncio.current_task()
        assert task is not None, "there is no task"
        mood = self._moods.get(task)
        if mood is None:
            mood = self._moods[task] = Mood()
        return mood

    async def _trying(self, attempt: Callable[[], Awaitable[T]]) -> T:
        """Try what was lost again, as often as the settings say."""
        mood = self._mood
        if mood.trying or mood.hurry is not None:
            return await attempt()
        mood.trying = True
        try:
            for number in range(1, self.settings.retries + 1):
                try:
                    return await attempt()
                except (CannotConnect, ConnectionLost) as error:
                    if not may_repeat(error):
                        raise
                    log_retry(error, number, self.settings)
                await asyncio.sleep(self.settings.retry_pause)
            return await attempt()
        finally:
            mood.trying = False

    async def _execute_once(self, sql: str, params: Any) -> Any:
        async with self._watched(sql):
            if self._mood.hurry is None:
                return await super().aexecute_sql(sql, params)
            # Not by wait_for: it makes a task of its own, which would have another connection.
            connection = (await self.aconnect()).conn
            too_late = asyncio.get_running_loop().call_later(self._mood.hurry, connection.abort)
            try:
                return await super().aexecute_sql(sql, params)
            finally:
                too_late.cancel()

    async def _connect_once(self) -> AsyncMySQLConnection:
        try:
            connection = await super().aconnect()
        except (peewee.PeeweeException, pymysql.Error, RuntimeError) as error:
            inner = driver_error(error)
            if isinstance(inner, CannotConnect | NoFreeConnection) or not is_drivers(error):
                raise inner from None
            raise cannot_connect(error, self.target) from None
        if self.sql_log.shows_values and not self._knows_whether_production:
            self.sql_log.shows_values = await _is_unmarked(connection)
            self._knows_whether_production = True
        return connection

    async def _begin_once(self, isolation_level: str | None) -> None:
        if isolation_level:
            await self._send_once(f"SET TRANSACTION ISOLATION LEVEL {isolation_level}", BEGIN)
        await self._send_once(BEGIN, BEGIN)

    async def _send(self, sql: str) -> None:
        await self._send_once(sql, sql)

    async def _send_once(self, sql: str, meant: str) -> None:
        async with self._watched(meant):
            connection = await self.aconnect()
            try:
                await connection.execute(sql)
            except pymysql.Error as error:
                raise peewee.OperationalError(error, *error.args) from error

    async def _roll_back(self) -> None:
        if self._mood.lost is None:
            try:
                await self._send(ROLLBACK)
                return
            except (ConnectionLost, OutcomeUnknown):
                pass
        await self._forget_lost()

    @asynccontextmanager
    async def _watched(self, sql: str) -> AsyncIterator[None]:
        """Say what became of a statement whose connection was lost."""
        mood = self._mood
        if mood.lost is not None and not self.in_transaction() and sql != COMMIT:
            await self._forget_lost()
        if mood.lost is not None:
            raise mood.lost
        connection = self._state.conn
        was_in_transaction = _is_in_transaction(connection)
        in_transaction = self.in_transaction() or was_in_transaction
        if connection is not None and await _has_hung_up(connection):
            error = peewee.OperationalError(GONE, "")
            raise await self._lost(error, Loss.BEFORE, sql, in_transaction, was_in_transaction)
        try:
            yield
        except peewee.PeeweeException as error:
            found = loss_in(error)
            raise await self._lost(error, found, sql, in_transaction, was_in_transaction) from error

    async def _lost(
        self,
        error: BaseException,
        found: Loss,
        sql: str,
        in_transaction: bool,
        was_in_transaction: bool,
    ) -> ConnectionLost | OutcomeUnknown:
        """The error to raise, with the connection put away."""
        told = lost(error, found, sql, was_in_transaction, self.target)
        if isinstance(told, ConnectionLost):
            told.repeatable = not in_transaction
        if self.in_transaction() or sql == COMMIT:
            self._mood.lost = told
        else:
            await self._drop()
        return told

    async def _forget_lost(self) -> None:
        self._mood.lost = None
        await self._drop()

    async def _drop(self) -> None:
        """Close this task's connection, which does not go back into the pool."""
        connection, blocks = self._state.conn, self._state.ctx
        self._state.reset()
        self._state.ctx.extend(blocks)
        if connection is not None:
            connection.conn.close()
            await self._release_conn(connection)

    def _log_query(self, sql: str, params: Any) -> None:
        if peewees.isEnabledFor(logging.DEBUG):
            super()._log_query(self.sql_log.text(sql), self.sql_log.values(params))

    # What pwasyncio asks of a driver.

    async def _create_pool_async(self) -> AsyncPool:
        return AsyncPool(self.target, self.settings)

    async def _acquire_conn_async(self) -> AsyncMySQLConnection:
        # pwasyncio's own would put a limit of its own around the pool's.
        if self._pool is None or not self._pool.is_of_this_loop():
            self._pool = AsyncPool(self.target, self.settings)
        pool: AsyncPool = self._pool
        hurry = self._mood.hurry
        connection = await pool.acquire(self.settings.acquire_timeout if hurry is None else hurry)
        if self.server_version is None:
            self._learn_version(connection.get_server_info())
        wrapped = AsyncMySQLConnection(connection)
        vars(wrapped)["_pool"] = pool
        return wrapped

    def _learn_version(self, version: str) -> None:
        self.server_version = self._extract_server_version(version)
        self.mariadb = "mariadb" in version.lower()
        self._set_csq_grouped(self.mariadb)

    async def _pool_release(self, wrapped: AsyncMySQLConnection) -> None:
        if wrapped.conn is not None:
            await self._pool.release(wrapped.conn)

    async def _pool_close(self) -> None:
        await self._pool.close()


def _is_in_transaction(wrapped: AsyncMySQLConnection | None) -> bool:
    """What the server said last: a transaction may have been begun without Peewee's knowledge."""
    return wrapped is not None and bool(wrapped.conn.get_transaction_status())


async def _has_hung_up(wrapped: AsyncMySQLConnection) -> bool:
    return bool(await wrapped.conn.has_hung_up())


async def _is_unmarked(wrapped: AsyncMySQLConnection) -> bool:
    """Whether the database is surely not production: see `database.is_marked`."""
    try:
        return not (await wrapped.execute(MARKED)).fetchone()
    except pymysql.Error as error:
        return is_no_mark(error)
