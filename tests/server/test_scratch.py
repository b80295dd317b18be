"""Scratch databases: made, marked, gone afterwards, and never anybody else's."""

from __future__ import annotations

import pytest

from plumbob.ddl.tables import parse_create_table
from plumbob.errors import PlumbobError
from plumbob.server.connection import Server as Connected
from plumbob.server.connection import connect
from plumbob.server.scratch import MARK, CannotCreate, Scratch
from plumbob.server.scratch_place import PREFIX, NoScratch, open_scratch
from plumbob.server.target import Target
from tests.servers import Server

PARENT = "CREATE TABLE parent (id int NOT NULL, PRIMARY KEY (id))"
CHILD = "CREATE TABLE child (p int, CONSTRAINT fk FOREIGN KEY (p) REFERENCES parent (id))"


@pytest.fixture
def connected(server: Server, database: str):
    with connect(Target.from_url(server.url(database))) as found:
        yield found


def scratch_names(server: Connected) -> set[str]:
    rows = server.query("SELECT SCHEMA_NAME FROM information_schema.SCHEMATA")
    return {name for (name,) in rows if name.startswith(PREFIX)}


def test_tables_are_made_in_any_order_and_the_database_is_gone(connected: Connected) -> None:
    with open_scratch("target", connected) as scratch:
        assert isinstance(scratch, Scratch)
        own = scratch.server.database
        scratch.create([parse_create_table(CHILD), parse_create_table(PARENT)])
        assert set(scratch.read().tables) == {"child", "parent"}
        scratch.empty()
        assert not scratch.read().tables
    assert own not in scratch_names(connected)


def test_the_target_keeps_its_tables(connected: Connected) -> None:
    connected.execute("CREATE TABLE ours (id int)")
    with open_scratch("target", connected) as scratch:
        assert isinstance(scratch, Scratch)
        scratch.create([parse_create_table(PARENT)])
    assert connected.query("SHOW TABLES") == [("ours",)]


def test_a_table_that_the_server_refuses_is_named(connected: Connected) -> None:
    wrong = parse_create_table("CREATE TABLE t (a int DEFAULT (no_such_function(1)))")
    with open_scratch("target", connected) as scratch:
        assert isinstance(scratch, Scratch)
        with pytest.raises(CannotCreate) as caught:
            scratch.create([wrong])
    assert caught.value.name == "t"


def test_zero_dates_and_odd_foreign_keys_can_be_repeated(connected: Connected) -> None:
    odd = [
        "CREATE TABLE p (a int, b int, KEY k (a, b))",
        "CREATE TABLE c (a int, d datetime DEFAULT '0000-00-00 00:00:00', "
        "CONSTRAINT odd FOREIGN KEY (a) REFERENCES p (a))",
    ]
    with open_scratch("target", connected) as scratch:
        assert isinstance(scratch, Scratch)
        scratch.create([parse_create_table(text) for text in odd])
        assert set(scratch.read().tables) == {"p", "c"}


def test_leftovers_go_when_they_are_ours_and_empty(connected: Connected) -> None:
    left, full, foreign = (f"{PREFIX}{name}" for name in ("left", "full", "foreign"))
    # A kill came before the mark; and somebody has put something into one.
    blank, viewed = (f"{PREFIX}{digit * 12}" for digit in "0f")
    for name in (left, full, foreign, blank, viewed):
        connected.execute(f"CREATE DATABASE {name}")
    for name in (left, full):
        connected.execute(f"CREATE TABLE {name}.{MARK} (id int)")
    connected.execute(f"CREATE TABLE {full}.t (id int)")
    connected.execute(f"CREATE VIEW {viewed}.v AS SELECT 1")
    connected.execute(f"INSERT INTO {full}.t VALUES (1)")
    try:
        with open_scratch("target", connected):
            names = scratch_names(connected)
        assert not {left, blank} & names
        assert {full, foreign, viewed} <= names
    finally:
        for name in (full, foreign, viewed):
            connected.execute(f"DROP DATABASE {name}")


def test_a_living_scratch_database_is_let_alone(connected: Connected) -> None:
    with open_scratch("target", connected) as one, open_scratch("target", connected) as other:
        assert isinstance(one, Scratch)
        assert isinstance(other, Scratch)
        assert one.server.database in scratch_names(connected)


def test_none_is_wanted(connected: Connected) -> None:
    with open_scratch("none", connected) as scratch:
        assert isinstance(scratch, NoScratch)


def test_a_sandbox_is_of_the_same_series(connected: Connected) -> None:
    with open_scratch("sandbox", connected) as scratch:
        assert isinstance(scratch, Scratch)
        assert scratch.server.flavour.series == connected.flavour.series
        assert scratch.server.identity != connected.identity


def test_a_scratch_server_of_another_kind_is_refused(servers, connected: Connected) -> None:
    other = "mariadb" if connected.flavour.is_mysql else "mysql"
    with pytest.raises(PlumbobError, match="the scratch server is"):
        with open_scratch(servers(other).url(), connected):
            pass
