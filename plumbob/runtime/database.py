"""A Peewee database on the pool that tries again what was lost, where nothing can run twice by that.

A statement is sent again only outside transactions, and only if it did not reach the server or if it
only reads. Everything else is told to the caller: `ConnectionLost` when nothing has happened,
`OutcomeUnknown` when nobody can know.
"""

from __future__ import annotations

import logging
import select
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import peewee
import pymysql
from pymysql.constants import SERVER_STATUS

from plumbob.migration.record.marks import MARKS, PRODUCTION
from plumbob.runtime.errors import CannotConnect, ConnectionLost, NoFreeConnection, OutcomeUnknown
from plumbob.runtime.losses import GONE, NOT_OPENED, Loss, driver_error, loss, number_of
from plumbob.runtime.pool import Pool
from plumbob.runtime.settings import Settings
from plumbob.runtime.sql_log import SqlLog, peewees
from plumbob.runtime.statements import ends_with_its_transaction, is_read
from plumbob.server.driver import DriverConnection
from plumbob.server.errors import NO_SUCH_TABLE, from_driver
from plumbob.server.target import Target

logger = logging.getLogger("plumbob.runtime")
T = TypeVar("T")
MARKED = f"SELECT 1 FROM `{MARKS}` WHERE mark = '{PRODUCTION}'"
BEGIN, COMMIT, ROLLBACK = "BEGIN", "COMMIT", "ROLLBACK"


class Mood:
    """What a thread, or a task, is at.

    Attributes:
        trying: an outer call already tries again, so an inner one does not.
        hurry: seconds to wait for a connection at most, and no second try; None for no hurry.
        lost: how the open transaction was lost; every further statement in it fails the same way.
    """

    trying = False
    hurry: float | None = None
    lost: ConnectionLost | OutcomeUnknown | None = None


class _ThreadsMood(Mood, threading.local):
    """Each thread has its own."""


class Database(Pool):
    """A MySQL or MariaDB database for an application, used as any Peewee database.

    Made by `plumbob.runtime.connect`. No connection is opened before one is needed.
    """

    def __init__(self, target: Target, settings: Settings) -> None:
        self._mood = _ThreadsMood()
        self.sql_log = SqlLog(settings)
        self._knows_whether_production = False
        super().__init__(target, settings)
        self.query_hooks.append(self.sql_log)

    def connect(self, reuse_if_open: bool = False) -> bool:
        return self._trying(lambda: self._connect_once(reuse_if_open))

    def execute_sql(self, sql: str, params: Any = None) -> Any:
        return self._trying(lambda: self._execute_once(sql, params))

    def begin(self, isolation_level: str | None = None) -> None:
        self._trying(lambda: self._begin_once(isolation_level))

    def commit(self) -> None:
        with self._watched(COMMIT):
            super().commit()

    def rollback(self) -> None:
        """Take the transaction back; where its connection is lost, the server has done so."""
        if self._mood.lost is None:
            try:
                with self._watched(ROLLBACK):
                    super().rollback()
                return
            except (ConnectionLost, OutcomeUnknown):
                pass
        self._forget_lost()

    @contextmanager
    def hurried(self, seconds: float) -> Iterator[None]:
        """In this thread nothing is waited for longer than that, and nothing is tried again."""
        self._mood.hurry = seconds
        try:
            if self._state.conn is not None:
                self._state.conn.limit_reading(seconds)
            yield
        finally:
            self._mood.hurry = None
            if self._state.conn is not None:
                self._state.conn.limit_reading(None)

    def _initialize_connection(self, connection: DriverConnection) -> None:
        super()._initialize_connection(connection)
        connection.limit_reading(self._mood.hurry)
        if self.sql_log.shows_values and not self._knows_whether_production:
            # The settings may have been meant for another database than the URL leads to.
            self.sql_log.shows_values = not is_marked(connection)
            self._knows_whether_production = True

    def _patience(self) -> float:
        return super()._patience() if self._mood.hurry is None else self._mood.hurry

    def _limit(self) -> float:
        return min(super()._limit(), self._patience())

    def _trying(self, attempt: Callable[[], T]) -> T:
        """Try what was lost again, as often as the settings say."""
        if self._mood.trying or self._mood.hurry is not None:
            return attempt()
        self._mood.trying = True
        try:
            for number in range(1, self.settings.retries + 1):
                try:
                    return attempt()
                except (CannotConnect, ConnectionLost) as error:
                    if not may_repeat(error):
                        raise
                    log_retry(error, number, self.settings)
                time.sleep(self.settings.retry_pause)
            return attempt()
        finally:
            self._mood.trying = False

    def _connect_once(self, reuse_if_open: bool) -> bool:
        # Peewee forgets which `with` blocks are open when a connection is opened inside one.
        blocks = self._state.ctx
        try:
            return super().connect(reuse_if_open)
        except (peewee.PeeweeException, RuntimeError) as error:
            if not is_drivers(error):
                raise
            raise cannot_connect(error, self.target) from None
        finally:
            self._state.ctx = blocks

    def _execute_once(self, sql: str, params: Any) -> Any:
        with self._watched(sql):
            return super().execute_sql(sql, params)

    def _begin_once(self, isolation_level: str | None) -> None:
        with self._watched(BEGIN):
            super().begin(isolation_level)

    @contextmanager
    def _watched(self, sql: str) -> Iterator[None]:
        """Say what became of a statement whose connection was lost."""
        # Peewee commits when it has already taken the transaction off its list.
        if self._mood.lost is not None and not self.in_transaction() and sql != COMMIT:
            self._forget_lost()
        if self._mood.lost is not None:
            raise self._mood.lost
        connection: DriverConnection | None = self._state.conn
        in_transaction = self.in_transaction() or _is_in_transaction(connection)
        if connection is not None and self._has_hung_up(connection):
            error = peewee.OperationalError(GONE, "")
            raise self._lost(error, Loss.BEFORE, sql, in_transaction)
        try:
            yield
        except peewee.PeeweeException as error:
            raise self._lost(error, loss_in(error), sql, in_transaction) from error

    def _has_hung_up(self, connection: DriverConnection) -> bool:
        """Whether the server has closed the connection while nothing was asked of it.

        Without this an INSERT on it would be an outcome unknown: over TCP the first write succeeds.
        A server says nothing unasked but its farewell, so the ping is sent only when there is one.
        """
        if connection._sock is None:
            return True
        poll = select.poll()
        poll.register(connection._sock, select.POLLIN)
        return bool(poll.poll(0)) and self._is_closed(connection)

    def _lost(
        self, error: BaseException, found: Loss, sql: str, in_transaction: bool
    ) -> ConnectionLost | OutcomeUnknown:
        """The error to raise, with the connection put away."""
        was_in_transaction = _is_in_transaction(self._state.conn)
        told = lost(error, found, sql, was_in_transaction, self.target)
        if isinstance(told, ConnectionLost):
            told.repeatable = not in_transaction
        if self.in_transaction() or sql == COMMIT:
            # Peewee goes on with this connection until it has rolled back: it stays closed.
            self._mood.lost = told
            self._close_raw(self._state.conn)
        else:
            self._drop()
        return told

    def _forget_lost(self) -> None:
        self._mood.lost = None
        self._drop()

    def _drop(self) -> None:
        """Close this thread's connection, which does not go back into the pool."""
        connection, blocks = self._state.conn, self._state.ctx
        self._state.reset()
        self._state.ctx = blocks
        if connection is not None:
            self._close(connection, close_conn=True)

    def _log_query(self, sql: str, params: Any) -> None:
        if peewees.isEnabledFor(logging.DEBUG):
            super()._log_query(self.sql_log.text(sql), self.sql_log.values(params))


def is_marked(connection: DriverConnection) -> bool:
    """Whether the database may be production: it is marked, or its marks cannot be read."""
    with connection.cursor() as cursor:
        try:
            cursor.execute(MARKED, None)
            return cursor.fetchone() is not None
        except pymysql.Error as error:
            return not is_no_mark(error)


def is_no_mark(error: pymysql.Error) -> bool:
    """Whether the table of marks is not there, rather than not to be seen."""
    return number_of(error) == NO_SUCH_TABLE


def loss_in(error: peewee.PeeweeException) -> Loss:
    """When the connection was lost, by the error of a statement; any other one is raised."""
    inner = driver_error(error)
    if isinstance(inner, CannotConnect | NoFreeConnection):
        raise inner from None
    found = loss(error)
    if found is None:
        raise error
    return found


def may_repeat(error: CannotConnect | ConnectionLost) -> bool:
    if isinstance(error, ConnectionLost):
        return error.repeatable
    return number_of(error) in NOT_OPENED


def log_retry(error: CannotConnect | ConnectionLost, number: int, settings: Settings) -> None:
    """Say that something is tried again."""
    logger.warning(
        "%s; try %d of %d in %g s", error.args[1], number, settings.retries, settings.retry_pause
    )


def is_drivers(error: BaseException) -> bool:
    """Whether the driver could not connect; a RuntimeError is its word for a missing package."""
    cause = driver_error(error)
    return isinstance(cause, pymysql.Error) or "cryptography" in str(cause)


def cannot_connect(error: BaseException, target: Target) -> CannotConnect:
    cause = driver_error(error)
    assert isinstance(cause, Exception)
    told = from_driver(cause, target, connecting=True)
    return CannotConnect(told.errno, f"{told.what}; {told.advice}" if told.advice else told.what)


def lost(
    error: BaseException, found: Loss, sql: str, was_in_transaction: bool, target: Target
) -> ConnectionLost | OutcomeUnknown:
    """What a statement's loss means: with its transaction all of it is gone, and a read is no loss."""
    number = number_of(error)
    gone = f"the connection to {target.label()} was lost"
    taken_back = was_in_transaction and ends_with_its_transaction(sql)
    harmless = taken_back or is_read(sql) or sql in (BEGIN, ROLLBACK)
    if found is Loss.DURING and not harmless:
        return OutcomeUnknown(
            number,
            f"outcome unknown: {gone} after the statement was sent; it may have taken effect,"
            " so look before it is run again",
        )
    if was_in_transaction:
        return ConnectionLost(number, f"{gone}; the server has taken the transaction back")
    if found is Loss.DURING:
        return ConnectionLost(number, f"{gone} before the answer came")
    return ConnectionLost(number, f"{gone}; the statement was not sent")


def _is_in_transaction(connection: DriverConnection | None) -> bool:
    """What the server said last: a transaction may have been begun without Peewee's knowledge."""
    if connection is None:
        return False
    return bool(connection.server_status & SERVER_STATUS.SERVER_STATUS_IN_TRANS)
