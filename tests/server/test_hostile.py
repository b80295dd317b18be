"""Server-wide settings that change what a session sees or means: none of them gets through.

Cases C08, C09, C10, C12, C13 and C14, and some of our own, on servers that nobody else uses.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import pytest

from plumbob.errors import Exit
from plumbob.model import Schema
from plumbob.model.flavour import Maker
from plumbob.server.binaries import find
from plumbob.server.connection import Server, connect
from plumbob.server.introspect import read_schema, row_estimates, table_texts
from plumbob.server.sandbox import Sandbox
from plumbob.server.target import Target
from tests.servers import SERVERS


class Hostile(NamedTuple):
    """A global variable, its value, and the servers that have it."""

    variable: str
    value: str
    only: Maker | None = None


MODES = (
    "ANSI_QUOTES",
    "PIPES_AS_CONCAT,REAL_AS_FLOAT,HIGH_NOT_PRECEDENCE,IGNORE_SPACE",
    "NO_BACKSLASH_ESCAPES",
    "PAD_CHAR_TO_FULL_LENGTH",
    "ANSI",
    "",
)
MARIADB_MODES = (
    "NO_TABLE_OPTIONS",
    "NO_FIELD_OPTIONS",
    "NO_KEY_OPTIONS",
    "MYSQL40",
    "ORACLE",
    "MSSQL",
    "EMPTY_STRING_IS_NULL",
)
CASES = (
    *(Hostile("sql_mode", mode) for mode in MODES),
    *(Hostile("sql_mode", mode, "mariadb") for mode in MARIADB_MODES),
    Hostile("sql_quote_show_create", "0"),
    Hostile("time_zone", "+05:00"),
    Hostile("group_concat_max_len", "4"),
    Hostile("sql_select_limit", "3"),
    Hostile("max_join_size", "1"),
    Hostile("sql_safe_updates", "1"),
    Hostile("autocommit", "0"),
    Hostile("completion_type", "RELEASE"),
    Hostile("sql_notes", "0"),
    Hostile("lc_messages", "en_GB"),
    Hostile("max_error_count", "0"),
    Hostile("foreign_key_checks", "0"),
    Hostile("lock_wait_timeout", "31536000", "mysql"),
    Hostile("wait_timeout", "1"),
    Hostile("explicit_defaults_for_timestamp", "0"),
    Hostile("innodb_strict_mode", "0"),
    Hostile("character_set_server", "latin1"),
    Hostile("collation_connection", "latin1_swedish_ci"),
    Hostile("character_set_results", "latin1"),
    Hostile("init_connect", "SET NAMES latin1"),
    Hostile("default_storage_engine", "MyISAM"),
    Hostile("transaction_read_only", "1", "mysql"),
    Hostile("tx_read_only", "1", "mariadb"),
    Hostile("information_schema_stats_expiry", "86400", "mysql"),
    Hostile("show_gipk_in_create_table_and_information_schema", "0", "mysql"),
    Hostile("sql_generate_invisible_primary_key", "1", "mysql"),
    Hostile("sql_require_primary_key", "1", "mysql"),
    Hostile("max_execution_time", "1", "mysql"),
    Hostile("default_collation_for_utf8mb4", "utf8mb4_general_ci", "mysql"),
    Hostile("alter_algorithm", "INSTANT", "mariadb"),
    Hostile("check_constraint_checks", "0", "mariadb"),
    Hostile("max_statement_time", "0.0001", "mariadb"),
    Hostile("note_verbosity", "", "mariadb"),
    Hostile("old_mode", "", "mariadb"),
)
TABLES = (
    "CREATE TABLE parent (id int unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY,"
    " `order` varchar(20) NOT NULL DEFAULT 'a''b\\\\c\"d' COMMENT 'it''s',"
    " made timestamp NOT NULL DEFAULT '2020-01-01 12:00:00',"
    " size double DEFAULT '1.5', price decimal(8,2) NOT NULL,"
    " both_names varchar(50) GENERATED ALWAYS AS (concat(`order`, 'x')) VIRTUAL,"
    " KEY k (`order`(5)), CONSTRAINT ck CHECK (price > 0))"
    " ENGINE=InnoDB DEFAULT CHARSET=latin1 COMMENT='père'",
    "CREATE TABLE child (p int unsigned, day date DEFAULT '2020-02-02', n int NOT NULL DEFAULT 7,"
    " CONSTRAINT fk FOREIGN KEY (p) REFERENCES parent (id) ON DELETE SET NULL)"
    " ENGINE=InnoDB DEFAULT CHARSET=utf8mb4",
    *(f"CREATE TABLE t{number} (id int PRIMARY KEY) ENGINE=InnoDB" for number in range(5)),
    "CREATE TABLE wide (" + ", ".join(f"c{number} int" for number in range(100)) + ")",
    "INSERT INTO parent (price) VALUES (1), (2), (3)",
)


@pytest.fixture(scope="module", params=["mysql", "mariadb", "mariadb118"])
def sandbox(request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    with Sandbox(find(*SERVERS[request.param])) as server:
        with connect(Target.from_url(server.url)) as root:
            root.execute("CREATE DATABASE shop CHARACTER SET utf8mb4")
            root.use("shop")
            if root.flavour.is_mysql:
                with root.session({"sql_generate_invisible_primary_key": "1"}):
                    root.execute("CREATE TABLE hidden_key (a int)")
            for statement in TABLES:
                root.execute(statement)
        yield server


@pytest.fixture(scope="module")
def truth(sandbox: Sandbox) -> tuple[Schema, dict[str, str]]:
    with connect(Target.from_url(sandbox.url_of("shop"))) as server:
        schema = read_schema(server)
        assert not schema.not_understood
        assert len(schema.tables) == 8 + server.flavour.is_mysql
        return schema, table_texts(server, schema.tables)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.variable}={case.value}")
def test_nothing_gets_through(
    sandbox: Sandbox, truth: tuple[Schema, dict[str, str]], case: Hostile
) -> None:
    if case.only not in (None, sandbox.flavour.maker):
        return
    with connect(Target.from_url(sandbox.url)) as root:
        ((before,),) = root.query(f"SELECT @@GLOBAL.{case.variable}")
        set_global(root, case.variable, case.value)
        try:
            # An account without privileges of its own gets what root gets; init_connect is for it.
            user = Target.from_url(sandbox.url_of("shop").replace("root@", "ann@"))
            root.execute("CREATE USER ann@localhost")
            root.execute("GRANT ALL ON shop.* TO ann@localhost")
            for target in (Target.from_url(sandbox.url_of("shop")), user):
                with connect(target) as server:
                    check(server, *truth)
        finally:
            root.execute("DROP USER ann@localhost")
            set_global(root, case.variable, str(before))


def test_what_an_account_may_not_set_is_an_obstacle_to_changes_only(sandbox: Sandbox) -> None:
    with connect(Target.from_url(sandbox.url)) as root:
        set_global(root, "innodb_strict_mode", "0")
        root.execute("CREATE USER ann@localhost")
        root.execute("GRANT ALL ON shop.* TO ann@localhost")
        try:
            assert root.obstacles() == []
            url = sandbox.url_of("shop").replace("root@", "ann@")
            with connect(Target.from_url(url)) as server:
                assert read_schema(server).tables
                assert server.is_replica() is None
                if server.flavour.is_mariadb:
                    assert not server.refused
                else:
                    (obstacle,) = server.obstacles()
                    assert "ann may not set innodb_strict_mode" in obstacle.what
                    assert "SESSION_VARIABLES_ADMIN" in obstacle.advice
        finally:
            root.execute("DROP USER ann@localhost")
            set_global(root, "innodb_strict_mode", "1")


def test_a_replica_and_a_server_that_is_read_only(sandbox: Sandbox) -> None:
    """Root could write on both; the server itself does not mind."""
    mysql = sandbox.flavour.is_mysql
    with connect(Target.from_url(sandbox.url)) as root:
        root.execute(
            "CHANGE REPLICATION SOURCE TO SOURCE_HOST = 'db.invalid'"
            if mysql
            else "CHANGE MASTER TO MASTER_HOST = 'db.invalid'"
        )
        set_global(root, "read_only", "1")
        try:
            with connect(Target.from_url(sandbox.url)) as server:
                assert server.is_replica()
                told = [obstacle.what for obstacle in server.obstacles()]
                assert len(told) == 2
                assert "read-only" in told[0]
                assert "replica" in told[1]
                assert {obstacle.exit for obstacle in server.obstacles()} == {Exit.UNSAFE}
        finally:
            set_global(root, "read_only", "0")
            root.execute("RESET REPLICA ALL" if mysql else "RESET SLAVE ALL")


@pytest.mark.parametrize("name", SERVERS)
def test_names_without_case(name: str) -> None:
    with Sandbox(find(*SERVERS[name]), ["--lower-case-table-names=1"]) as sandbox:
        with connect(Target.from_url(sandbox.url)) as server:
            server.execute("CREATE DATABASE Shop")
            server.use("SHOP")
            server.execute("CREATE TABLE Users (Id int PRIMARY KEY)")
            server.execute("CREATE TABLE _Users_New (Id int PRIMARY KEY)")
            assert server.folds_table_names
            assert read_schema(server).tables.keys() == {"users"}
            assert read_schema(server, tables=["USERS"]).tables.keys() == {"users"}
            assert read_schema(server, tables=["USERS", "gone"]).tables.keys() == {"users"}
            assert "_users_new" in read_schema(server, keep=["_USERS_NEW"]).tables
            assert read_schema(server, "sHOp") == read_schema(server)


def check(server: Server, schema: Schema, texts: dict[str, str]) -> None:
    assert read_schema(server) == schema
    assert table_texts(server, texts) == texts
    assert row_estimates(server).keys() == texts.keys()
    # Changes mean what they say, and say what went wrong, in English.
    assert server.settings["lc_messages"] == "en_US"
    if server.refused:
        return
    server.execute("CREATE TABLE new (id int PRIMARY KEY, name varchar(9)) ENGINE=InnoDB")
    try:
        server.execute("ALTER TABLE new ADD COLUMN u varchar(9) FIRST, ADD KEY (name)")
        server.execute("INSERT INTO new (id, name) VALUES (0, 'a\\\\b')")
        assert server.query("SELECT id, name, LENGTH(name) FROM new") == [(0, "a\\b", 3)]
        server.execute("DROP TABLE IF EXISTS gone")
        assert server.warnings()
    finally:
        server.execute("DROP TABLE new")


def set_global(root: Server, variable: str, value: str) -> None:
    literal = value if value.replace(".", "").isdigit() else f"'{value}'"
    root.execute(f"SET GLOBAL {variable} = {literal}")
