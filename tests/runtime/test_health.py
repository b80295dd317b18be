"""What a health page shows, when all is well and when it is not."""

from __future__ import annotations

import asyncio
import json

from plumbob.runtime import Settings, connect, connect_async, health
from plumbob.server.sandbox import Sandbox
from tests.freezing import frozen
from tests.runtime.conftest import PATIENT, Connect, holders
from tests.servers import Server


def test_a_database_that_is_well(connected: Connect, server: Server) -> None:
    database = connected()
    with holders(database, 2):
        found = health(database, patience=PATIENT)
        assert found.ok
        assert found.server is not None
        assert found.server.startswith("MariaDB 10." if server.flavour.is_mariadb else "MySQL 9.")
        assert (found.pool.in_use, found.pool.max) == (2, 10)
        assert found.latency > 0
    assert database.pool_use().in_use == 0
    assert json.loads(json.dumps(found.as_dict()))["pool"] == {"in_use": 2, "idle": 0, "max": 10}


def test_the_schema_is_a_part_of_it(connected: Connect) -> None:
    found = health(connected(), "sha256:0", patience=PATIENT)
    assert not found.ok
    assert found.schema is not None
    assert found.error is None
    assert str(found.schema) == (
        "no migration was ever applied to this database by plumbob: run schema apply"
    )


def test_inside_a_transaction_it_is_asked_there(connected: Connect) -> None:
    database = connected(max_connections=1)
    with database.atomic():
        assert health(database, patience=PATIENT).ok
        assert not database.is_closed()


def test_a_full_pool_is_told_in_time(connected: Connect) -> None:
    database = connected(max_connections=2, acquire_timeout=600)
    with holders(database, 2):
        found = health(database, patience=0.1)
    assert not found.ok
    assert (found.error or "").startswith(
        "no connection became free within 0.1 s: all 2 are in use"
    )


def test_a_server_that_does_not_answer_any_more_is_told_in_time(mortal: Sandbox) -> None:
    url = f"mysql://root@127.0.0.1:{mortal.port}/mysql"
    settings = Settings(retry_pause=600)
    database = connect(url, settings=settings, bind=False)
    assert health(database, patience=PATIENT).ok

    async def in_async_code() -> None:
        app = connect_async(url, settings=settings, bind=False)
        assert (await app.run(health, app, patience=PATIENT)).ok
        with frozen(mortal.pid):
            assert not (await app.run(health, app, patience=0.2)).ok
            assert not health(database, patience=0.2).ok
            database.close()
        assert (await app.run(health, app, patience=PATIENT)).ok
        async with app:
            with frozen(mortal.pid):
                assert not (await app.run(health, app, patience=0.2)).ok
        await app.close_pool()

    asyncio.run(in_async_code())
    with database.connection_context():
        assert health(database, patience=PATIENT).ok
        with frozen(mortal.pid):
            found = health(database, patience=0.2)
    assert (found.error or "").endswith("was lost before the answer came")
    assert health(database, patience=PATIENT).ok
    database.close_all()


def test_a_server_that_is_away_is_told_at_once(connected: Connect) -> None:
    database = connected("mysql://app:s3cret@127.0.0.1:1/shop", retries=9, retry_pause=600)
    found = health(database, "sha256:0")
    assert (found.ok, found.server, found.schema) == (False, None, None)
    assert (found.error or "").startswith("cannot connect to app@127.0.0.1:1/shop: ")
    assert "s3cret" not in str(found)
