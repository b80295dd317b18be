"""Settings of a whole server in the middle of the work, and what keeps people out of it: on a server that nobody
else uses.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from urllib.parse import urlsplit

import pymysql
import pytest

from plumbob.server.binaries import find
from plumbob.server.sandbox import Sandbox
from tests.commands.desk import WITH_EMAIL, Desk, fails
from tests.commands.test_fault_cases_f import INSERT, LOG, behind, journal, replans
from tests.commands.user import User
from tests.conftest import account_of
from tests.migration.titles import told
from tests.servers import SERVERS, Server

# The smallest that MariaDB takes.
CONNECTIONS = 10


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Sandbox(find(*SERVERS["mariadb118"])) as sandbox:
        yield Server(sandbox.url)


@pytest.fixture
def desk(root: User, server: Server, database: str) -> Desk:
    return Desk(root, server, database)


@contextmanager
def variable(server: Server, name: str, value: int) -> Iterator[None]:
    with server.connect() as connection, connection.cursor() as cursor:
        cursor.execute(f"SELECT @@GLOBAL.{name}")
        ((before,),) = cursor.fetchall()
        cursor.execute(f"SET GLOBAL {name} = {value}")
        try:
            yield
        finally:
            cursor.execute(f"SET GLOBAL {name} = {before}")


@contextmanager
def account(server: Server, database: str, how: str) -> Iterator[str]:
    name = account_of(database)
    with server.connect() as connection, connection.cursor() as cursor:
        cursor.execute(f"CREATE USER {name}@localhost IDENTIFIED {how}")
        try:
            yield name
        finally:
            cursor.execute(f"DROP USER {name}@localhost")


def test_a_server_that_is_the_primary_no_more(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Root may write where read_only is set; a run that goes on there would write to a replica."""
    replans(desk, WITH_EMAIL + LOG)
    with ExitStack() as stack:
        behind(
            monkeypatch,
            1,
            lambda: stack.enter_context(variable(desk.server, "read_only", 1)),
        )
        said = fails(desk.user, 4, "apply").err
    assert "has become read-only since the run began, so nothing more was run" in said
    assert journal(desk) == [(1, "done")]
    monkeypatch.undo()
    desk.user.succeeds("apply")


@pytest.mark.parametrize("length", [40_000, 8_000], ids=["a statement", "the record"])
def test_what_the_server_takes_no_packet_for_is_said_before(desk: Desk, length: int) -> None:
    """It would hang up: at that statement, or when all of them are done and nothing is written down."""
    text = "x" * length
    desk.fills(*(INSERT.format(f"LENGTH('{text}') + {n}") for n in range(40_000 // length)))
    desk.user.succeeds("check", "--write")
    with variable(desk.server, "max_allowed_packet", 32768):
        said = fails(desk.user, 4, "apply").err
    assert "KiB, and the server takes 32 KiB at once" in said
    assert "SET GLOBAL max_allowed_packet = 1048576" in said
    assert "email" not in desk.columns()
    desk.user.succeeds("apply")


def test_who_may_not_come(server: Server, database: str) -> None:
    with told(1130):
        over_tcp(server, user="root", bind_address="127.0.0.9")
    with account(server, database, "BY 'x'") as name:
        with variable(server, "max_connections", CONNECTIONS), ExitStack() as stack, told(1040):
            for _ in range(CONNECTIONS + 1):
                stack.enter_context(server.connect(user=name, password="x"))
        with variable(server, "require_secure_transport", 1), told(3159):
            over_tcp(server, user=name, password="x", ssl_disabled=True)
    with account(server, database, "VIA unix_socket") as name, told(1698):
        server.connect(user=name)
    with told(2026):
        over_tcp(server, user="root", ssl={"ca": None})


def over_tcp(server: Server, **options: Any) -> None:
    pymysql.connect(host="127.0.0.1", port=urlsplit(server.address).port or 0, **options).close()
