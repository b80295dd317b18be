"""A database of the runtime on each server, and servers of our own that may be killed."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from plumbob.runtime import Database, Settings, connect, proxy
from plumbob.server.binaries import find
from plumbob.server.sandbox import Sandbox
from tests.conftest import empty_database
from tests.runtime.shop import Shop, open_shop
from tests.servers import SERVERS, Server

PATIENT = 60.0
# Tests that do not ask how long something takes wait for nothing.
QUICK = Settings(retry_pause=0.01, slow_query=0)

Connect = Callable[..., Database]


def eventually(condition: Callable[[], Any]) -> Any:
    """Wait until a condition holds; gives what it gave."""
    deadline = time.monotonic() + PATIENT
    while not (found := condition()):
        assert time.monotonic() < deadline, "it did not come to pass"
        time.sleep(0.01)
    return found


def in_threads(work: Callable[[int], object], count: int) -> None:
    """Run `work(number)` in so many threads; raises what one of them raised."""
    errors: list[BaseException] = []

    def run(number: int) -> None:
        try:
            work(number)
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]


def connection_count(server: Server, database: str) -> int:
    with server.connect() as connection, connection.cursor() as cursor:
        cursor.execute(
            "SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE DB = %s", (database,)
        )
        return int(cursor.fetchone()[0])


@contextlib.contextmanager
def holders(database: Database, count: int) -> Iterator[Callable[[], None]]:
    """So many connections in use by threads, until the block ends or what it gives is called."""
    release = threading.Event()
    ready = threading.Barrier(count + 1)

    def hold() -> None:
        with database.connection_context():
            ready.wait()
            release.wait()

    threads = [threading.Thread(target=hold, name=f"holder {i}") for i in range(count)]
    for thread in threads:
        thread.start()
    ready.wait()
    try:
        yield release.set
    finally:
        release.set()
        for thread in threads:
            thread.join()


@pytest.fixture
def connected(server: Server, database: str) -> Iterator[Connect]:
    """Makes the runtime's database on `database`, with other settings where a test asks for them."""
    with contextlib.ExitStack() as stack:

        def make(url: str = server.url(database), **others: Any) -> Database:
            made = connect(url, settings=replace(QUICK, **others), bind=False)
            stack.callback(made.close_all)
            return made

        yield make


@pytest.fixture
def connections(server: Server, database: str) -> Callable[[], int]:
    """How many connections the server has to `database`."""

    return lambda: connection_count(server, database)


@pytest.fixture
def kill(server: Server) -> Callable[[int], None]:
    """Ends a connection as an administrator or a time limit of the server does."""
    return lambda number: kill_now(server, number)


def kill_now(server: Server, number: int, state: str = "%") -> None:
    """End a connection as soon as its state is this one, and wait until it is gone."""
    asked = "SELECT 1 FROM information_schema.PROCESSLIST WHERE ID = %s AND STATE LIKE %s"
    with server.connect() as connection, connection.cursor() as cursor:
        eventually(lambda: cursor.execute(asked, (number, state)))
        cursor.execute(f"KILL {number:d}")
        eventually(lambda: not cursor.execute(asked, (number, "%")))


@pytest.fixture(params=["mysql", "mariadb"])
def mortal(request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    """A server of the test's own, which keeps what was committed when it is killed."""
    maker, series = SERVERS[request.param]
    with Sandbox(find(maker, series), ["--innodb-flush-log-at-trx-commit=2"]) as sandbox:
        yield sandbox


@pytest.fixture(scope="session")
def shop(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """The demo shop, once for each server: tests add rows under names of their own."""
    with empty_database(server) as name:
        yield open_shop(server, name, tmp_path_factory.mktemp("shop"))


@pytest.fixture
def bound(shop: Shop) -> Iterator[Database]:
    """The shop's models on its database."""
    before = proxy.obj
    database = connect(shop.url, settings=QUICK)
    yield database
    database.close_all()
    proxy.initialize(before)
