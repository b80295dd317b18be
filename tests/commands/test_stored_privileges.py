"""What an account needs to apply views and programs: said before the first statement is run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from plumbob.server.binaries import find
from plumbob.server.sandbox import Sandbox
from tests.commands.user import User
from tests.conftest import empty_database
from tests.servers import SERVERS, Server

TABLE = "tables: {t: {columns: {event: int primary key}}}\n"
OBJECTS = (
    TABLE
    + """\
views:
  v: select event from t
triggers:
  tr: before insert on t for each row set new.event = 1
procedures:
  pr: () select trigger_name, event from information_schema.triggers, t
events:
  e: on schedule every 1 day starts '2030-01-01' disable do select 1
"""
)
CHANGED = (
    OBJECTS.replace("select event from t\n", "select event + 1 as event from t\n")
    .replace("new.event = 1", "new.event = 2")
    .replace("trigger_name, event", "event, trigger_name")
    .replace("1 day", "2 day")
)
TABLES = "SELECT, INSERT, UPDATE, CREATE, ALTER, DROP, REFERENCES"
STORED = ("CREATE VIEW", "SHOW VIEW", "TRIGGER", "CREATE ROUTINE", "ALTER ROUTINE", "EVENT")


def sees_programs(server: Server) -> tuple[str, ...]:
    if server.flavour.is_mysql:
        # An object of root, who has SYSTEM_USER, is not for others to replace.
        return ("SHOW_ROUTINE ON *.*", "SYSTEM_USER ON *.*")
    newer = server.flavour.version >= (11, 3, 0)
    return ("SHOW CREATE ROUTINE ON {}.*",) if newer else ("SELECT ON mysql.proc",)


@pytest.fixture
def owner(server: Server) -> tuple[str, ...]:
    """The grants of one who may make objects of others."""
    return ("SET_ANY_DEFINER ON *.*",) if server.flavour.is_mysql else ("SET USER ON *.*",)


@pytest.mark.parametrize("privilege", ["", *STORED])
def test_what_is_missing_is_said_first(
    privilege: str, root: User, ann: Callable[..., User], server: Server, owner: tuple[str, ...]
) -> None:
    rest = ", ".join(each for each in STORED if each != privilege)
    root.declare(OBJECTS)
    root.brings_in_sync()
    root.declare(CHANGED)
    root.succeeds("diff", "--write", "-m", "second")
    user = ann(f"{TABLES}, {rest} ON {{}}.*", *sees_programs(server), *owner)
    result = user.types("apply", "--allow", "all")
    if not privilege:
        # Two dynamic privileges stand in one line of SHOW GRANTS, with no blank between them.
        assert result.code == 0, result
        user.succeeds("rollback", "--allow", "all")
        return
    assert result.code == 3, result
    assert privilege in result.err
    assert "[1/" not in result.out + result.err
    root.succeeds("apply", "--allow", "all")


def test_a_definer_that_this_account_may_not_name(
    root: User, ann: Callable[..., User], server: Server, owner: tuple[str, ...]
) -> None:
    root.declare(TABLE)
    root.brings_in_sync()
    more = "views:\n  v: {sql: select event from t, definer: nobody@nowhere}\n"
    root.declare(TABLE + more)
    root.succeeds("diff", "--write", "-m", "second")
    grants = f"{TABLES}, {', '.join(STORED)} ON {{}}.*"
    result = ann(grants, *sees_programs(server)).types("apply")
    assert result.code == 3, result
    assert "may not make an object of another account: `nobody`@`nowhere`" in result.err
    assert owner[0].removesuffix(" ON *.*") in result.err
    if server.flavour.is_mysql:
        owner += ("ALLOW_NONEXISTENT_DEFINER ON *.*",)
    ann(grants, *sees_programs(server), *owner).succeeds("apply")


def test_one_routine_alone_is_enough_where_it_is(
    root: User, ann: Callable[..., User], server: Server
) -> None:
    root.declare(OBJECTS)
    root.brings_in_sync()
    root.declare(OBJECTS.replace("pr: ()", "pr: () comment 'x'"))
    root.succeeds("diff", "--write", "-m", "second")
    grants = [f"{TABLES}, SHOW VIEW, TRIGGER, EVENT ON {{}}.*", *sees_programs(server)]
    if server.flavour.is_mariadb:
        grants += ["CREATE ROUTINE ON {}.*", "SET USER ON *.*"]
    ann(*grants, "ALTER ROUTINE ON PROCEDURE {}.pr").succeeds("apply", "--allow", "all")


@pytest.mark.parametrize("name", SERVERS)
def test_a_binary_log(name: str, tmp_path: Path) -> None:
    """MySQL writes one unless it is told not to."""
    with Sandbox(find(*SERVERS[name]), ["--log-bin"]) as sandbox:
        server = Server(sandbox.url)
        with empty_database(server) as database:
            root = User(tmp_path, sandbox.url_of(database))
            root.declare(TABLE + "functions:\n  f: () returns int return 1\n")
            root.succeeds("diff", "--write", "-m", "first", "--scratch", "sandbox")
            result = root.types("apply")
            assert result.code == 3, result
            assert "the function f says neither DETERMINISTIC nor" in result.err
            with server.connect() as connection, connection.cursor() as cursor:
                cursor.execute("CREATE USER ann@localhost")
                cursor.execute(f"GRANT ALL ON {database}.* TO ann@localhost")
                for grant in sees_programs(server):
                    cursor.execute(f"GRANT {grant.format(database)} TO ann@localhost")
                user = User(tmp_path, root.url.replace("root@", "ann@"))
                result = user.types("apply")
                assert result.code == 3, result
                assert "may not make functions while the server writes a binary log" in result.err
                cursor.execute("SET GLOBAL log_bin_trust_function_creators = 1")
                # To look whether the declaration asks for more takes a scratch database as well.
                assert "applied 1 migration" in user.types("apply").out


def test_a_view_of_nobody_is_named_before_another_one_reads_it(
    root: User, server: Server, database: str
) -> None:
    """Its account is gone (1449): a scratch database, which has it without one, takes both."""
    of_nobody = TABLE + "views:\n  v: {sql: select event from t, definer: gone@nowhere}\n"
    root.declare(of_nobody)
    root.brings_in_sync()
    root.declare(of_nobody + "  w: select event from v\n")
    root.succeeds("diff", "--write", "-m", "w")
    refused = root.types("apply")
    assert refused.code == 3
    assert "the view w reads the view v, whose account is gone (1449)" in refused.err
    server.run(database, "CREATE OR REPLACE DEFINER = root@localhost VIEW v AS SELECT event FROM t")
    root.declare(root.schema.read_text().replace("gone@nowhere", "root@localhost"))
    root.succeeds("apply")
