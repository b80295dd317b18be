"""After every single statement of a plan each view can be read, and no trigger is left behind; both ways."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pymysql
import pytest

from plumbob.ddl.tables import parse_create_table
from plumbob.migration.files import read_folder
from plumbob.model import Flavour
from plumbob.proof.watch import unsupported
from tests.commands.user import User
from tests.conftest import account_of
from tests.servers import Server

TABLE = "tables:\n  t:\n    columns:\n      id: int primary key\n      {}: int\n"
VIEWS = "views:\n  v: select {0} as x from t\n  w: select x from v\n"
RENAMED = TABLE.format("b").replace("b: int", "b: {type: int, was: a}")


def broken(cursor: Any, *views: str) -> list[str]:
    return [view for view in views if not readable(cursor, view)]


def readable(cursor: Any, view: str) -> bool:
    try:
        cursor.execute(f"SELECT * FROM {view} LIMIT 0")
    except pymysql.MySQLError as error:
        # 1146: it is not there, which is what the plan says.
        return bool(error.args[0] == 1146)
    return True


@pytest.fixture
def user(tmp_path: Path, server: Server, database: str) -> User:
    return User(tmp_path, server.url(database))


def test_a_view_over_a_renamed_column_is_dropped_before_and_made_after(
    user: User, server: Server, database: str
) -> None:
    user.declare(TABLE.format("a") + VIEWS.format("a"))
    user.brings_in_sync()
    user.declare(RENAMED + VIEWS.format("b"))
    user.succeeds("diff", "--write", "-m", "rename")
    migration = read_folder(user.folder / "generated" / "migrations")[-1]
    assert [each.about for each in migration.up][:2] == ["drop view w", "drop view v"]
    with server.connect(database) as connection, connection.cursor() as cursor:
        for script in (migration.up, migration.down):
            for statement in script:
                cursor.execute(statement.sql)
                assert broken(cursor, "v", "w") == []
    user.succeeds("apply")
    user.succeeds("diff")
    user.succeeds("rollback")


def test_a_view_that_does_not_name_what_changes_stays(user: User) -> None:
    user.declare(TABLE.format("a") + VIEWS.format("id"))
    user.brings_in_sync()
    user.declare(RENAMED + VIEWS.format("id"))
    assert "drop view" not in user.types("diff", "--write").out


@pytest.mark.parametrize(
    ("made", "said"),
    [
        ("CREATE VIEW v AS SELECT a FROM t", "the view v"),
        (
            "CREATE TRIGGER r BEFORE INSERT ON t FOR EACH ROW SET NEW.a = 1",
            "the trigger of the table t",
        ),
    ],
)
@pytest.mark.parametrize("column", ["      b: {type: int, was: a}\n", ""])
def test_what_nobody_declared_is_not_left_behind(
    made: str, said: str, column: str, user: User, server: Server, database: str
) -> None:
    """A view or trigger that the declaration leaves alone, of a column that is dropped or renamed."""
    user.declare(TABLE.format("a"))
    user.brings_in_sync()
    server.run(database, made)
    user.declare(TABLE.format("a").replace("      a: int\n", column))
    result = user.types("diff", "--write", "-m", "gone")
    assert result.code == 4, result
    assert said in result.err and "left without something that it names" in result.err
    assert not list(user.folder.glob("generated/migrations/*gone*"))


def test_what_was_broken_before_is_nobodys_fault(user: User, server: Server, database: str) -> None:
    user.declare(TABLE.format("a"))
    user.brings_in_sync()
    server.run(
        database,
        "CREATE TABLE gone (x int)",
        "CREATE VIEW v AS SELECT t.a, x FROM t, gone",
        "DROP TABLE gone",
    )
    user.declare(TABLE.format("c"))
    user.succeeds("diff", "--write", "-m", "column")


def test_what_a_new_trigger_names_is_left_to_whoever_writes_it(user: User) -> None:
    """Both servers take it, and old applications have dead ones."""
    dead = "triggers:\n  tr: after insert on t for each row insert into nowhere values (1)\n"
    user.declare(TABLE.format("a"))
    user.brings_in_sync()
    user.declare(TABLE.format("b") + dead)
    user.succeeds("diff", "--write", "-m", "dead")


def test_a_trigger_that_changes_and_names_what_the_plan_takes_away_is_named(user: User) -> None:
    log = "  log:\n    columns: {{id: int primary key auto_increment, {}: int}}\n"
    trigger = "triggers:\n  tr: after insert on t for each row insert into log (x) values ({})\n"
    user.declare(TABLE.format("a") + log.format("x") + trigger.format("new.a"))
    user.brings_in_sync()
    for changed in ("new.a", "new.a + 1"):
        user.declare(TABLE.format("a") + log.format("y") + trigger.format(changed))
        result = user.types("diff", "--write", "-m", "gone")
        assert result.code == 4, result
        assert "the trigger of the table t" in result.err and "'x'" in result.err
    user.declare(TABLE.format("a") + log.format("y") + trigger.format("7").replace("(x)", "(y)"))
    user.succeeds("diff", "--write", "-m", "kept")


def test_a_foreign_key_that_would_lean_on_nothing_is_named() -> None:
    """MariaDB takes the index from below it, where foreign keys are not checked."""
    flavour = Flavour("mariadb", (10, 11, 19))
    texts = (
        "CREATE TABLE `p` (`id` int NOT NULL, PRIMARY KEY (`id`))",
        "CREATE TABLE `c` (`p` int, KEY `k` (`p`),"
        " CONSTRAINT `f` FOREIGN KEY (`p`) REFERENCES `p` (`id`))",
    )
    p, c = (parse_create_table(text, flavour) for text in texts)
    assert unsupported({"p": p, "c": c}) == {}
    assert unsupported({"c": c}) == {}
    assert unsupported({"p": p, "c": replace(c, indexes=())}) == {"c.f": "c has no index for it"}
    assert unsupported({"p": replace(p, indexes=()), "c": c}) == {"c.f": "p has no index for it"}


FIRES = "triggers:\n  tr: before insert on t for each row set new.{0} = {1}\n"
BESIDE = "  ts: before insert on t for each row set new.id = new.id + 1\n"
CALLS = "functions:\n  f: () returns int deterministic return {}\n"


def fails(cursor: Any) -> str:
    """What a server says of a row that is written; "" where it takes it."""
    try:
        cursor.execute("INSERT INTO t (id) SELECT COALESCE(MAX(id), 0) + 5 FROM t AS u")
    except pymysql.MySQLError as error:
        return str(error)
    return ""


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (TABLE.format("a") + FIRES.format("a", 1), RENAMED + FIRES.format("b", 1)),
        (
            TABLE.format("a") + FIRES.format("a", 1) + BESIDE,
            TABLE.format("b") + FIRES.format("b", 1) + BESIDE,
        ),
        (
            TABLE.format("a") + CALLS.format(1) + FIRES.format("a", "f()"),
            TABLE.format("a") + CALLS.format(2) + FIRES.format("a", "f()"),
        ),
    ],
    ids=["renamed", "anew", "called"],
)
def test_no_statement_leaves_a_trigger_that_fails(
    before: str, after: str, user: User, server: Server, database: str
) -> None:
    """Rows can be written behind every statement, both ways; triggers keep their order."""
    user.declare(before)
    user.brings_in_sync()
    user.declare(after)
    user.succeeds("diff", "--write", "-m", "changed")
    migration = read_folder(user.folder / "generated" / "migrations")[-1]
    with server.connect(database) as connection, connection.cursor() as cursor:
        for script in (migration.up, migration.down):
            for statement in script:
                cursor.execute(statement.sql)
                assert fails(cursor) == "", (statement.about, [each.about for each in script])
    user.succeeds("apply", "--allow", "all")
    user.succeeds("diff")
    user.succeeds("rollback", "--allow", "all")


def test_an_account_that_may_read_its_own_database_alone_has_a_view(
    user: User, server: Server, database: str
) -> None:
    """In a scratch database on the same server it may read nothing: the view is whole all the same."""
    account = f"{account_of(database)}@localhost"
    user.declare(TABLE.format("a"))
    user.brings_in_sync()
    server.run(
        database,
        f"CREATE USER {account}",
        f"GRANT ALL ON {database}.* TO {account}",
        f"CREATE DEFINER={account} FUNCTION f() RETURNS int DETERMINISTIC NO SQL RETURN 1",
        f"CREATE DEFINER={account} VIEW w AS SELECT a, f() FROM t",
    )
    try:
        user.succeeds("pull", "--all", "--scratch", "target")
        new = f"views:\n  v: {{sql: select a from t, definer: {account}}}\n"
        user.declare(user.schema.read_text().replace("views:\n", new))
        user.succeeds("diff", "--write", "-m", "more", "--scratch", "target")
        user.succeeds("apply")
    finally:
        server.run(database, f"DROP USER {account}")
