"""What is logged of statements, where, and without which values."""

from __future__ import annotations

import logging
import re

import peewee
import pytest

from plumbob.migration.record import marks
from plumbob.runtime import Database
from plumbob.server.connection import connect as connect_tool
from plumbob.server.target import Target
from tests.runtime.conftest import Connect
from tests.servers import Server

SECRET = "hunter2"


def run_some(database: Database) -> None:
    database.execute_sql("CREATE TABLE t (id INT PRIMARY KEY, name VARCHAR(99))")
    database.execute_sql("INSERT INTO t VALUES (%s, %s)", (1234567, SECRET))
    database.execute_sql(f"UPDATE t SET name = 'x{SECRET}' WHERE id = 7654321 /* {SECRET} */")
    with pytest.raises(peewee.IntegrityError):
        database.execute_sql("INSERT INTO t VALUES (%s, %s)", (1234567, SECRET))


def test_in_development_statements_with_values_and_times(
    connected: Connect, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "plumbob.sql")
    run_some(connected(log_sql=True, log_values=True))
    lines = [record.getMessage() for record in caplog.records]
    assert re.fullmatch(
        r"\d+\.\d ms: INSERT INTO t VALUES \(%s, %s\) \[1234567, 'hunter2'\]", lines[1]
    )
    assert "failed with IntegrityError (1062" in lines[3]
    assert {record.levelname for record in caplog.records} == {"DEBUG"}


def test_elsewhere_no_value_is_in_any_log(
    connected: Connect, caplog: pytest.LogCaptureFixture
) -> None:
    # Peewee's own logger would show everything.
    caplog.set_level(logging.DEBUG)
    run_some(connected(log_sql=True))
    assert SECRET not in caplog.text
    assert "1234567" not in caplog.text
    assert "7654321" not in caplog.text
    lines = [record.getMessage() for record in caplog.records if record.name == "plumbob.sql"]
    assert [re.sub(r"^\d+\.\d ms: ", "", line) for line in lines] == [
        "CREATE TABLE t (id INT PRIMARY KEY, name VARCHAR(?))",
        "INSERT INTO t VALUES (%s, %s)",
        "UPDATE t SET name = ? WHERE id = ?",
        "INSERT INTO t VALUES (%s, %s) failed with IntegrityError 1062",
    ]


def test_a_database_that_is_marked_as_production_shows_none_whatever_the_settings(
    connected: Connect, caplog: pytest.LogCaptureFixture, server: Server, database: str
) -> None:
    with connect_tool(Target.from_url(server.url(database))) as tool:
        marks.put(tool, marks.PRODUCTION)
    caplog.set_level(logging.DEBUG)
    app = connected(log_sql=True, log_values=True)
    app.connect()
    run_some(app)
    assert SECRET not in caplog.text


def test_without_log_sql_only_what_is_slow(
    connected: Connect, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "plumbob.sql")
    connected(slow_query=3600).execute_sql("SELECT 1")
    connected(slow_query=0.005).execute_sql("SELECT SLEEP(%s)", (0.01,))
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert re.fullmatch(r"slow, \d+\.\d ms: SELECT SLEEP\(%s\)", caplog.records[0].getMessage())


def test_what_is_too_long_to_read_is_cut(
    connected: Connect, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "plumbob.sql")
    for shows_values in (True, False):
        database = connected(log_sql=True, log_values=shows_values)
        database.execute_sql(f"SELECT '{SECRET}{'x' * 9000}', %s", ("y" * 9000,))
        line = caplog.records[-1].getMessage()
        assert len(line) < 4200
        assert (SECRET in line, "(9020 characters)" in line) == (shows_values, True)
