"""Fixtures for real servers. A server that is missing fails the test: it is never skipped.

`server` runs a test on MySQL and on MariaDB, `every_server` on MariaDB 11.8 as well; `database`
and `every_database` give it an empty database there. Each worker of pytest-xdist has servers of
its own, unless `make servers` keeps some running: so no worker waits for another one's lock or
setting, at the price of about a second.
"""

from __future__ import annotations

import contextlib
import gc
import os
import sys
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from plumbob.errors import PlumbobError
from tests.servers import Server, running

Servers = Callable[[str], Server]

# MariaDB 11.8 has the data-driven cases; random schemas too, where there is more time.
_ASKED = os.environ.get("PLUMBOB_EXAMPLES")
RANDOM_ON = ("mysql", "mariadb", "mariadb118") if _ASKED else ("mysql", "mariadb")


def pytest_pycollect_makemodule(module_path: Path) -> None:
    """Settle the settings of property tests, before the first file that has some is imported.

    No sooner, because Hypothesis takes half a second to import. No deadline: on a busy machine
    the first example may take as long as it likes. The examples are the same in every run, so that
    a change is judged and not luck; `make fuzz` asks for more, and for new ones each time.
    """
    if "hypothesis" in sys.modules or "hypothesis" not in module_path.read_text(encoding="utf-8"):
        return
    from hypothesis import settings

    settings.register_profile(
        "plumbob", deadline=None, max_examples=int(_ASKED or 100), derandomize=not _ASKED
    )
    settings.load_profile("plumbob")


def pytest_collection_finish() -> None:
    """Spare the garbage collector thousands of tests that stay to the end."""
    gc.freeze()


@pytest.fixture(scope="session")
def servers() -> Iterator[Servers]:
    """The server of a name, started when it is first asked for."""
    known: dict[str, Server] = {}
    with contextlib.ExitStack() as stack:

        def get(name: str) -> Server:
            if name not in known:
                try:
                    known[name] = stack.enter_context(running(name))
                except PlumbobError as error:
                    pytest.fail(f"{error}. {error.advice}", pytrace=False)
            return known[name]

        yield get


@pytest.fixture(scope="session", params=["mysql", "mariadb"])
def server(request: pytest.FixtureRequest, servers: Servers) -> Server:
    return servers(request.param)


@pytest.fixture(scope="session", params=["mysql", "mariadb", "mariadb118"])
def every_server(request: pytest.FixtureRequest, servers: Servers) -> Server:
    return servers(request.param)


@pytest.fixture(scope="session", params=RANDOM_ON)
def random_server(request: pytest.FixtureRequest, servers: Servers) -> Server:
    """For random schemas."""
    return servers(request.param)


@pytest.fixture
def database(server: Server) -> Iterator[str]:
    """The name of an empty database on `server`."""
    with empty_database(server) as name:
        yield name


@pytest.fixture
def every_database(every_server: Server) -> Iterator[str]:
    """The name of an empty database on `every_server`."""
    with empty_database(every_server) as name:
        yield name


def account_of(database: str) -> str:
    """The name of an account for a test of this database: servers may be shared by workers."""
    return f"ann_{database[-12:]}"


@contextlib.contextmanager
def anonymous_account(server: Server) -> Iterator[None]:
    """The account without a name, of which a server has one: another worker's test waits."""
    with server.connect() as connection, connection.cursor() as cursor:
        cursor.execute("SELECT GET_LOCK('the anonymous account', 60)")
        cursor.execute("CREATE USER ''@localhost")
        try:
            yield
        finally:
            cursor.execute("DROP USER ''@localhost")


@contextlib.contextmanager
def empty_database(server: Server) -> Iterator[str]:
    name = f"test_{uuid.uuid4().hex[:12]}"
    with server.connect() as connection, connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name} CHARACTER SET utf8mb4")
    yield name
    with server.connect() as connection, connection.cursor() as cursor:
        # A connection that the test has left open may hold a lock for as long as it likes.
        cursor.execute("SET lock_wait_timeout = 5")
        cursor.execute(f"DROP DATABASE IF EXISTS {name}")
