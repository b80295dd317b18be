"""The one place that opens connections: PyMySQL with our settings, and its errors in our words."""

from __future__ import annotations

import socket
import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import pymysql
from pymysql.connections import Connection
from pymysql.constants import CLIENT, SERVER_STATUS
from pymysql.cursors import Cursor

from plumbob.server.errors import CANNOT_CONNECT, LOST, ServerError, from_driver, no_cryptography
from plumbob.server.pins import pin_session
from plumbob.server.target import Target
from plumbob.server.tls import tls_arguments

CONNECT_TIMEOUT = 10.0
_PAUSE = 0.25
# What a server that is still starting, or a name that is not yet known, looks like.
_STARTING = (CANNOT_CONNECT, *LOST)
# A peer that is gone is noticed after 60 + 4 * 15 seconds; the system's default is two hours.
_KEEP_ALIVE = {"TCP_KEEPIDLE": 60, "TCP_KEEPINTVL": 15, "TCP_KEEPCNT": 4}
_LOST_STEP = 2013
# What PyMySQL raises when an answer breaks the protocol (Galera repeats a SHOW CREATE that a DDL of
# another node interrupted after its header was sent), and when a server asks for a file.
_BROKEN = (AssertionError, AttributeError, IndexError, struct.error, RuntimeError)

Row = tuple[Any, ...]
TextRow = tuple[str | None, ...]
RowsAndError = tuple[list[TextRow], ServerError | None]
TextsAndError = tuple[list[str], ServerError | None]


if TYPE_CHECKING:
    _Base = Connection[Cursor]
else:
    _Base = Connection


class DriverConnection(_Base):
    """PyMySQL's connection, with a time limit for the greeting and none for statements."""

    _sock: socket.socket | None
    _read_timeout: float | None
    connect_timeout: float
    _secure: bool
    server_thread_id: tuple[int]
    server_version: str
    server_status: int

    def limit_reading(self, seconds: float | None) -> None:
        """How long an answer may take from now on; None for as long as it takes."""
        self._read_timeout = seconds

    @property
    def is_secret(self) -> bool:
        """Whether nobody can listen: TLS or a socket."""
        return self._secure

    def connect(self, sock: socket.socket | None = None) -> None:
        self._read_timeout = self.connect_timeout
        super().connect(sock)
        # An ALTER may take hours without a byte on the wire.
        self._read_timeout = None
        if self._sock is not None and self._sock.family != socket.AF_UNIX:
            keep_alive(self._sock)


class Session:
    """A connection whose session is pinned; statements go to it as they are, never formatted.

    Attributes:
        settings: the pinned variables and those of `pins.SETTINGS`, as the server printed them.
        refused: pinned variables that this account may not set; to read goes on without them.
    """

    def __init__(self, target: Target, *, multi_statements: bool = False) -> None:
        self.target = target
        with self._in_our_words(connecting=True):
            self.connection = open_connection(target, multi_statements=multi_statements)
        try:
            _refuse_luck(self.connection, target)
            self.settings, self.refused = pin_session(self.query, self.execute)
        except BaseException:
            self.close()
            raise

    @property
    def identity(self) -> str:
        """What tells this server from every other: its own id, or where it runs."""
        settings = self.settings
        uid = settings.get("server_uuid") or settings.get("server_uid")
        return uid or f"{settings.get('hostname')}:{settings.get('port')}"

    @property
    def connection_id(self) -> int:
        return self.connection.server_thread_id[0]

    @property
    def is_in_transaction(self) -> bool:
        """Whether one was open behind the last statement that succeeded."""
        return bool(self.connection.server_status & SERVER_STATUS.SERVER_STATUS_IN_TRANS)

    def query(self, sql: str) -> list[Row]:
        """The rows of a statement that gives rows.

        Raises:
            ServerError: in our words, with the server's number of the error.
        """
        with self._cursor(sql) as cursor:
            return list(cursor.fetchall())

    def execute(self, sql: str) -> int:
        """Run a statement; the number of rows that it changed."""
        with self._cursor(sql) as cursor:
            return max(cursor.rowcount, 0)

    def insert(self, sql: str) -> int:
        """Insert a row; the number that AUTO_INCREMENT gave to it, or 0."""
        with self._cursor(sql) as cursor:
            return cursor.lastrowid or 0

    def read_rows(self, statements: list[str]) -> RowsAndError:
        """The first row of each statement that gives one, sent at once (needs `multi_statements`).

        Bytes that are not UTF-8 (MariaDB prints some defaults as they are stored) come as lone
        surrogates (PEP 383).

        Returns:
            the rows up to the first statement that failed, and its error.
        """
        rows: list[TextRow] = []
        connection = self.connection
        connection.use_unicode = False
        try:
            with self._cursor(";".join(statements)) as cursor:
                while True:
                    rows.extend(tuple(map(_text, row)) for row in cursor)
                    if not cursor.nextset():
                        return rows, None
        except ServerError as error:
            if error.is_lost:
                raise
            return rows, error
        finally:
            connection.use_unicode = True

    def read_texts(self, statements: list[str], column: int) -> TextsAndError:
        """One column of these rows; what this account may not see of it is ""."""
        rows, error = self.read_rows(statements)
        return [row[column] or "" for row in rows], error

    def close(self) -> None:
        with suppress(pymysql.Error):
            self.connection.close()

    @contextmanager
    def _cursor(self, sql: str) -> Iterator[Cursor]:
        with self._in_our_words(), self.connection.cursor() as cursor:
            # With arguments, even empty ones, PyMySQL takes % in the statement for a place holder.
            cursor.execute(sql, None)
            yield cursor

    @contextmanager
    def _in_our_words(self, *, connecting: bool = False) -> Iterator[None]:
        try:
            yield
        except pymysql.Error as error:
            told = from_driver(error, self.target, connecting=connecting)
            if told.is_lost and not connecting:
                self.close()
            raise told from None
        except _BROKEN as error:
            told = from_driver(error, self.target)
            if connecting or told.errno:
                raise told from None
            raise self._lost_step(error) from None

    def _lost_step(self, error: Exception) -> ServerError:
        self.close()
        what = f"the answer makes no sense: {error}"
        return from_driver(pymysql.OperationalError(_LOST_STEP, what), self.target)


def open_session(target: Target, *, wait: float = 0.0, multi_statements: bool = False) -> Session:
    """Open and pin a connection; a server that is starting is tried for `wait` seconds."""
    deadline = time.monotonic() + wait
    while True:
        try:
            return Session(target, multi_statements=multi_statements)
        except ServerError as error:
            if error.errno not in _STARTING or time.monotonic() + _PAUSE > deadline:
                raise
        time.sleep(_PAUSE)


def _text(value: object) -> str | None:
    if isinstance(value, bytes):
        return value.decode("utf-8", "surrogateescape")
    return None if value is None else str(value)


def open_connection(
    target: Target,
    *,
    multi_statements: bool = False,
    program: str = "plumbob",
    first: str | None = None,
    timeout: float | None = None,
) -> DriverConnection:
    """The driver's own connection with autocommit; its errors are the driver's.

    Args:
        program: what the server is told that connects.
        first: a statement to run before anything else.
        timeout: seconds to wait for the server, in place of CONNECT_TIMEOUT.
    """
    password = "" if target.password is None else target.password.reveal()
    return DriverConnection(
        host=target.host,
        port=target.port,
        unix_socket=target.socket,
        user=target.user,
        # PyMySQL would write a text as latin1.
        password=password.encode("utf-8", "surrogateescape"),
        database=target.database,
        charset="utf8mb4",
        autocommit=True,
        local_infile=False,
        client_flag=CLIENT.MULTI_STATEMENTS if multi_statements else 0,
        connect_timeout=timeout or CONNECT_TIMEOUT,
        program_name=program,
        init_command=first,
        **tls_arguments(target),
    )


def keep_alive(sock: socket.socket) -> None:
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in _KEEP_ALIVE.items():
        # macOS has other names for some of them.
        if hasattr(socket, name):
            sock.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)


def _refuse_luck(connection: DriverConnection, target: Target) -> None:
    """Refuse what works only while the server remembers the password.

    caching_sha2_password without TLS needs cryptography when the server's cache is cold: after its
    next restart the same command would fail.
    """
    version = connection.server_version
    has_cache = "mariadb" not in version.lower() and not version.startswith("5.")
    lucky = has_cache and target.password and not connection.is_secret
    if lucky and find_spec("cryptography") is None:
        raise no_cryptography(target)
