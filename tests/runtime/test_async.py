"""The same pool and the same retries for async code, in short."""

from __future__ import annotations

import asyncio
import logging
import os
import time
import uuid
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import peewee
import pytest
from peewee import CharField

from plumbob.errors import PlumbobError
from plumbob.runtime import (
    CannotConnect,
    ConnectionLost,
    Model,
    NoFreeConnection,
    OutcomeUnknown,
    PoolUse,
    Settings,
    connect_async,
    connecting,
    health,
)
from plumbob.runtime.async_database import AsyncDatabase
from plumbob.server.sandbox import Sandbox
from tests.runtime.conftest import PATIENT, QUICK, connection_count, kill_now
from tests.runtime.conftest import eventually as until
from tests.runtime.test_json import SAID, TABLE, Note
from tests.servers import Server

Work = Callable[[AsyncDatabase], Awaitable[None]]
Run = Callable[..., None]


@pytest.fixture
def run(server: Server, database: str) -> Run:
    """Runs a coroutine on a database of its own event loop, which leaves no connection behind."""

    def start(work: Work, url: str = server.url(database), **others: Any) -> None:
        async def main() -> None:
            app = connect_async(url, settings=replace(QUICK, **others), bind=False)
            try:
                await work(app)
            finally:
                await app.close_pool()

        asyncio.run(main())
        until(lambda: connection_count(server, database) == 0)

    return start


async def eventually(condition: Callable[[], Any]) -> None:
    deadline = time.monotonic() + PATIENT
    while not condition():
        assert time.monotonic() < deadline, "it did not come to pass"
        await asyncio.sleep(0.01)


async def ask(app: AsyncDatabase, sql: str, *values: Any) -> Any:
    row = (await app.aexecute_sql(sql, values)).fetchone()
    return row[0]


class Holders:
    """So many connections in use by tasks, until `release` is set."""

    def __init__(self, app: AsyncDatabase, count: int) -> None:
        self._app = app
        self._count = count
        self._connected = 0
        self.release = asyncio.Event()

    async def __aenter__(self) -> Holders:
        self._tasks = [asyncio.create_task(self._hold()) for _ in range(self._count)]
        await eventually(lambda: self._connected == self._count)
        return self

    async def __aexit__(self, *reason: object) -> None:
        self.release.set()
        await asyncio.gather(*self._tasks)
        await eventually(lambda: self._app.pool_use().in_use == 0)

    async def _hold(self) -> None:
        await self._app.aexecute_sql("SELECT 1")
        self._connected += 1
        await self.release.wait()


def test_the_eleventh_waits_and_is_told_or_gets_what_becomes_free(run: Run) -> None:
    async def work(app: AsyncDatabase) -> None:
        assert app.pool_use() == PoolUse(0, 0, 10)
        async with Holders(app, 10) as holders:
            with app.hurried(0.1):
                with pytest.raises(NoFreeConnection, match=r"within 0\.1 s: all 10 are in use"):
                    await app.aexecute_sql("SELECT 1")
            waiting = asyncio.create_task(ask(app, "SELECT 2"))
            cancelled = asyncio.create_task(ask(app, "SELECT 3"))
            await asyncio.sleep(0)
            cancelled.cancel()
            holders.release.set()
            assert await waiting == 2

    run(work)


def test_idle_connections_are_closed_but_for_those_to_be_kept(
    run: Run, server: Server, database: str
) -> None:
    async def work(app: AsyncDatabase) -> None:
        async with Holders(app, 5):
            assert connection_count(server, database) == 5
        await eventually(lambda: connection_count(server, database) == 2)
        assert app.pool_use() == PoolUse(0, 2, 10)

    run(work, idle_timeout=0.2, min_connections=2)


def test_the_one_used_last_is_handed_out_first(run: Run) -> None:
    async def work(app: AsyncDatabase) -> None:
        async with Holders(app, 3):
            pass
        numbers = set()
        for _ in range(5):
            numbers.add(await ask(app, "SELECT CONNECTION_ID()"))
            await app.aclose()
        assert len(numbers) == 1

    run(work)


def test_a_connection_lost_while_idle_is_replaced(
    run: Run, server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    async def work(app: AsyncDatabase) -> None:
        await app.aexecute_sql("CREATE TABLE t (id INT)")
        kill_now(server, await ask(app, "SELECT CONNECTION_ID()"))
        await app.aexecute_sql("INSERT INTO t VALUES (1)")
        assert await ask(app, "SELECT COUNT(*) FROM t") == 1

    caplog.set_level(logging.WARNING, "plumbob.runtime")
    run(work)
    (line,) = [record.getMessage() for record in caplog.records if "plumbob" in record.name]
    assert line.endswith("was lost; the statement was not sent; try 1 of 3 in 0.01 s")


def test_a_transaction_is_not_tried_again(run: Run, server: Server) -> None:
    async def work(app: AsyncDatabase) -> None:
        await app.aexecute_sql("CREATE TABLE t (id INT)")
        for isolation in ((), ("SERIALIZABLE",)):
            with pytest.raises(ConnectionLost, match="has taken the transaction back"):
                async with app.atomic(*isolation):
                    await app.aexecute_sql("INSERT INTO t VALUES (1)")
                    kill_now(server, await ask(app, "SELECT CONNECTION_ID()"))
                    with pytest.raises(ConnectionLost):
                        async with app.atomic():
                            await app.aexecute_sql("INSERT INTO t VALUES (2)")
        assert await ask(app, "SELECT COUNT(*) FROM t") == 0

    run(work)


def test_a_write_is_not_tried_again_after_it_was_sent(run: Run, server: Server) -> None:
    async def work(app: AsyncDatabase) -> None:
        await app.aexecute_sql("CREATE TABLE t (id INT)")
        number = await ask(app, "SELECT CONNECTION_ID()")
        asleep = asyncio.create_task(asyncio.to_thread(kill_now, server, number, "User sleep"))
        with pytest.raises(OutcomeUnknown, match="it may have taken effect"):
            await app.aexecute_sql("INSERT INTO t SELECT SLEEP(60)")
        await asleep
        assert await ask(app, "SELECT COUNT(*) FROM t") <= 1

    run(work)


def test_a_cancelled_statement_leaves_nothing_behind(run: Run) -> None:
    async def work(app: AsyncDatabase) -> None:
        await app.aexecute_sql("CREATE TABLE t (id INT)")

        async def write_and_wait() -> None:
            async with app.atomic():
                await app.aexecute_sql("INSERT INTO t VALUES (1)")
                # The server sleeps on when nobody waits for it any more.
                await app.aexecute_sql("SELECT SLEEP(1)")

        task = asyncio.create_task(write_and_wait())
        await eventually(lambda: app.pool_use().in_use == 2)
        await asyncio.sleep(0.1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert await ask(app, "SELECT COUNT(*) FROM t") == 0
        await eventually(lambda: app.pool_use().in_use == 1)

    run(work)


def test_a_server_that_is_not_there(run: Run, caplog: pytest.LogCaptureFixture) -> None:
    async def work(app: AsyncDatabase) -> None:
        for statement in ("SELECT 1", "INSERT INTO t VALUES (1)"):
            caplog.clear()
            with pytest.raises(CannotConnect, match="cannot connect to app@127.0.0.1:1/shop"):
                await app.aexecute_sql(statement)
            assert sum(record.name == "plumbob.runtime" for record in caplog.records) == 3
        found = await app.run(health, app)
        assert "s3cret" not in f"{found} {caplog.text}"
        assert not found.ok

    run(work, "mysql://app:s3cret@127.0.0.1:1/shop")


def test_models_health_and_log(run: Run, server: Server, caplog: pytest.LogCaptureFixture) -> None:
    class Thing(Model):
        name = CharField(10)

    async def work(app: AsyncDatabase) -> None:
        with Thing.bind_ctx(app):
            await app.acreate_tables([Thing])
            thing = await app.run(Thing.create, name="plumb")
            assert (await app.get(Thing.select())).id == thing.id
            with pytest.raises(peewee.DataError):
                await app.run(Thing.create, name="longer than ten")
            found = await app.run(health, app)
            assert found.ok
            assert (found.server or "").split()[0] in ("MySQL", "MariaDB")
            assert await ask(app, "SELECT @@time_zone") == "+00:00"

    caplog.set_level(logging.DEBUG)
    run(work, log_sql=True)
    assert "plumb'" not in caplog.text
    assert any("ms: INSERT INTO `thing`" in record.getMessage() for record in caplog.records)


def test_many_rows_one_by_one(run: Run) -> None:
    class Thing(Model):
        name = CharField(10)

    async def work(app: AsyncDatabase) -> None:
        with Thing.bind_ctx(app):
            await app.acreate_tables([Thing])
            await app.run(Thing.insert_many([{"name": str(i)} for i in range(250)]).execute)
            names = [thing.name async for thing in app.iterate(Thing.select().order_by(Thing.id))]
            assert names == [str(i) for i in range(250)]

    run(work)


def test_json(run: Run) -> None:
    async def work(app: AsyncDatabase) -> None:
        await app.aexecute_sql(TABLE)
        with Note.bind_ctx(app):
            note = await app.run(Note.create, said=SAID)
            assert (await app.get(Note.select().where(Note.id == note.id))).said == SAID

    run(work)


def test_a_server_without_tls_gets_no_password(servers: Callable[[str], Server]) -> None:
    # MariaDB's sandbox has no TLS.
    port = servers("mariadb").url().partition("localhost:")[2].partition("/")[0]

    async def main() -> None:
        url = f"mysql://root:s3cret@127.0.0.1:{port}/mysql?ssl-mode=required"
        app = connect_async(url, settings=QUICK, bind=False)
        with pytest.raises(CannotConnect, match="has no TLS"):
            await app.aexecute_sql("SELECT 1")

    asyncio.run(main())


def test_without_the_packages_it_is_said_which(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connecting, "find_spec", lambda name: None)
    with pytest.raises(PlumbobError, match="async code needs aiomysql and greenlet") as told:
        connect_async("mysql://root@localhost/shop")
    assert told.value.advice == "run: pip install 'plumbob[async]'"


def test_twenty_tasks_survive_the_death_of_the_server(mortal: Sandbox) -> None:
    told: dict[str, str] = {}
    finished: Counter[int] = Counter()

    async def work(app: AsyncDatabase, number: int, enough: asyncio.Event) -> None:
        while not enough.is_set():
            name = uuid.uuid4().hex
            try:
                await app.aexecute_sql("INSERT INTO t (name) VALUES (%s)", (name,))
                told[name] = "written"
                finished[number] += 1
            except OutcomeUnknown:
                told[name] = "unknown"
            await app.aclose()

    async def all_went_on() -> None:
        before = Counter(finished)
        await eventually(lambda: all(finished[i] >= before[i] + 3 for i in range(20)))

    async def main() -> None:
        with Server(mortal.url).connect() as connection:
            connection.cursor().execute("CREATE DATABASE shop")
        url = f"mysql://root@127.0.0.1:{mortal.port}/shop"
        settings = Settings(retries=600, retry_pause=0.1, slow_query=0)
        app = connect_async(url, settings=settings, bind=False)
        await app.aexecute_sql(
            "CREATE TABLE t (id INT AUTO_INCREMENT PRIMARY KEY, name CHAR(32)) ENGINE=InnoDB"
        )
        await app.aclose()
        enough = asyncio.Event()
        tasks = [asyncio.create_task(work(app, number, enough)) for number in range(20)]
        for _ in range(2):
            await all_went_on()
            await asyncio.to_thread(mortal.restart)
        await all_went_on()
        enough.set()
        await asyncio.gather(*tasks)
        rows = Counter(
            name for (name,) in (await app.aexecute_sql("SELECT name FROM t")).fetchall()
        )
        await app.close_pool()
        allowed = {"written": {1}, "unknown": {0, 1}}
        assert [name for name, word in told.items() if rows[name] not in allowed[word]] == []
        assert set(rows) <= set(told)

    asyncio.run(main())


def test_one_event_loop_after_another_and_a_forked_child(server: Server, database: str) -> None:
    app = connect_async(server.url(database), settings=QUICK, bind=False)

    async def number() -> int:
        found: int = await ask(app, "SELECT CONNECTION_ID()")
        return found

    async def parent() -> None:
        mine = await number()
        child = os.fork()
        if not child:
            os._exit(0 if asyncio.run(number()) != mine else 1)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        assert await number() == mine

    asyncio.run(parent())
    asyncio.run(parent())


def test_settings_are_the_same_ones() -> None:
    app = connect_async("mysql://root@localhost/shop", settings=Settings(), bind=False)
    assert app.settings == Settings()
    assert app.pool_use() == PoolUse(0, 0, 10)
