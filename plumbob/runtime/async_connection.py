"""Opening a connection with aiomysql, as safely as the tool does it with PyMySQL."""

from __future__ import annotations

import asyncio
import select
import socket
from typing import TYPE_CHECKING, Any

import pymysql
from pymysql.constants import CLIENT

from plumbob.runtime.settings import Settings
from plumbob.server.driver import CONNECT_TIMEOUT, keep_alive
from plumbob.server.errors import CANNOT_CONNECT, TLS_FAILED
from plumbob.server.target import Target
from plumbob.server.tls import tls_arguments

if TYPE_CHECKING:
    # aiomysql has no types.
    class _Base:
        closed: bool
        client_flag: int
        server_status: int
        server_capabilities: int
        _ssl_context: Any
        _reader: Any
        _writer: Any

        def __init__(self, **arguments: Any) -> None: ...
        async def _connect(self) -> None: ...
        async def _request_authentication(self) -> None: ...
        async def ping(self, reconnect: bool = True) -> None: ...
        async def query(self, sql: str) -> int: ...
        async def rollback(self) -> None: ...
        async def autocommit(self, value: bool) -> None: ...
        async def ensure_closed(self) -> None: ...
        def get_autocommit(self) -> bool: ...
        def get_transaction_status(self) -> bool: ...
        def get_server_info(self) -> str: ...
        async def cursor(self) -> Any: ...
        def close(self) -> None: ...
else:
    from aiomysql import Connection as _Base


class AsyncConnection(_Base):
    """aiomysql's connection, which refuses a server without TLS where TLS was asked for.

    aiomysql itself goes on in plain text then, and sends the password.
    """

    async def _request_authentication(self) -> None:
        if self._ssl_context and not self.server_capabilities & CLIENT.SSL:
            raise pymysql.OperationalError(TLS_FAILED, "the server has no TLS")
        await super()._request_authentication()

    def abort(self) -> None:
        """Have whoever waits for an answer told that the connection is lost."""
        if self._writer is not None:
            self._writer.transport.abort()

    async def has_hung_up(self) -> bool:
        """Whether the server has closed the connection while nothing was asked of it."""
        if self.closed:
            return True
        reader = self._reader
        if reader.at_eof() or reader.exception() or reader.eof_received:
            return True
        # What the event loop has not seen yet.
        poll = select.poll()
        poll.register(self._writer.get_extra_info("socket").fileno(), select.POLLIN)
        return bool(poll.poll(0)) and not await self.answers()

    async def answers(self, limit: float = CONNECT_TIMEOUT) -> bool:
        try:
            await asyncio.wait_for(self.ping(reconnect=False), limit)
        except (pymysql.Error, OSError, asyncio.TimeoutError):
            self.close()
            return False
        return True


async def open_async_connection(
    target: Target, settings: Settings, limit: float = CONNECT_TIMEOUT
) -> AsyncConnection:
    """A connection with autocommit; its errors are the driver's."""
    password = "" if target.password is None else target.password.reveal()
    connection = AsyncConnection(
        host=target.host,
        port=target.port,
        unix_socket=target.socket,
        user=target.user,
        # aiomysql writes it as latin1; so it comes out as UTF-8.
        password=password.encode("utf-8", "surrogateescape").decode("latin1"),
        db=target.database,
        charset="utf8mb4",
        autocommit=True,
        connect_timeout=limit,
        program_name=settings.program,
        init_command=settings.first_statement,
        # On this machine, where TLS is only preferred, aiomysql goes without.
        ssl=tls_arguments(target).get("ssl"),
    )
    connection.client_flag &= ~CLIENT.MULTI_STATEMENTS
    try:
        # aiomysql has a limit for the socket alone, and none for the greeting.
        await asyncio.wait_for(connection._connect(), limit)
    except BaseException as error:
        connection.close()
        if isinstance(error, asyncio.TimeoutError):
            raise pymysql.OperationalError(CANNOT_CONNECT, "no answer in time") from None
        if isinstance(error, pymysql.Error) and error.__cause__ is not None:
            # Where PyMySQL keeps it: aiomysql's own words say less, and nothing of TLS.
            vars(error)["original_exception"] = error.__cause__
        raise
    sock = connection._writer.get_extra_info("socket")
    if sock.family != socket.AF_UNIX:
        keep_alive(sock)
    return connection
