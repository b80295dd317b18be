"""Events and the clock: what is over, what has run, and zones that one server knows and another does not."""

from __future__ import annotations

import datetime
import time
from pathlib import Path

import pytest

from plumbob.migration.files import read_folder
from plumbob.server.binaries import find
from plumbob.server.sandbox import Sandbox
from tests.commands.user import User
from tests.conftest import empty_database
from tests.servers import SERVERS, Server

TABLE = "tables: {t: {columns: {a: int primary key}}}\n"


@pytest.mark.parametrize("preserve", ["", "on completion preserve "])
def test_an_event_that_has_run_is_no_drift(preserve: str, root: User, server: Server) -> None:
    moment = datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=4)
    event = f"on schedule at '{moment:%Y-%m-%d %H:%M:%S}' {preserve}do insert into t values (1)"
    root.declare(f"{TABLE}events:\n  e: {event}\n")
    with server.connect() as connection, connection.cursor() as cursor:
        cursor.execute("SELECT @@GLOBAL.event_scheduler")
        (before,) = cursor.fetchone()
        cursor.execute("SET GLOBAL event_scheduler = ON")
        root.succeeds("diff", "--write", "-m", "one")
        root.succeeds("apply")
        time.sleep(5)
        cursor.execute(f"SET GLOBAL event_scheduler = {before}")
    root.succeeds("diff")
    root.succeeds("status")
    root.declare(f"{TABLE.replace('}}}', ', b: int}}}')}events:\n  e: {event}\n")
    root.brings_in_sync()


def test_an_event_that_ends_before_it_is_made(root: User) -> None:
    until = "on schedule every 1 day starts '2001-01-01' ends '2002-01-01' do select 1"
    root.declare(f"{TABLE}events:\n  e: {until}\n")
    root.brings_in_sync()
    assert "event" not in (read_folder(root.folder / "generated" / "migrations")[0]).forward.tables


@pytest.mark.parametrize("name", SERVERS)
def test_a_zone_that_only_the_target_knows(name: str, tmp_path: Path) -> None:
    """A private server has no tables of time zones."""
    zoned = (
        "{sql: \"on schedule every 1 day starts '2031-07-01' do select 1\", time_zone: Test/Zone}"
    )
    with Sandbox(find(*SERVERS[name])) as sandbox:
        server = Server(sandbox.url)
        with empty_database(server) as database:
            user = User(tmp_path, sandbox.url_of(database))
            user.declare(f"{TABLE}events:\n  e: {zoned}\nviews:\n  v: select a from t\n")
            result = user.types("diff")
            assert result.code == 2, result
            assert "does not know Test/Zone, the time zone of the event e" in result.err
            server.run(
                "mysql",
                "INSERT INTO time_zone VALUES (4711, 'N')",
                "INSERT INTO time_zone_name VALUES ('Test/Zone', 4711)",
                "INSERT INTO time_zone_transition_type VALUES (4711, 0, 3600, 0, 'TST')",
            )
            user.succeeds("diff", "--write", "-m", "one", "--scratch", "sandbox")
            user.succeeds("apply")
            user.succeeds("diff")
            user.succeeds("rollback", "--allow", "all")
