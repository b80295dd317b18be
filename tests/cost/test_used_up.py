"""MySQL takes 255 instant changes of the columns of a table; what the live one has left is read there."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pymysql
import pytest
from pymysql.cursors import Cursor

from tests.commands.user import User
from tests.conftest import Servers, empty_database
from tests.migration.titles import assert_titled

DECLARED = "CREATE TABLE `a-b` (id int NOT NULL PRIMARY KEY{})"
MOST = 255


@pytest.fixture
def worn(servers: Servers) -> Iterator[tuple[User, Cursor]]:
    """A table that takes two more instant changes, and a project that asks for one."""
    server = servers("mysql")
    with (
        tempfile.TemporaryDirectory() as folder,
        empty_database(server) as name,
        server.connect(name) as connection,
        connection.cursor() as cursor,
    ):
        cursor.execute(DECLARED.format(""))
        cursor.execute("ALTER TABLE `a-b` ADD COLUMN x int, ALGORITHM=INSTANT")
        for _ in range((MOST - 3) // 2):
            add_and_drop(cursor)
        user = User(Path(folder), server.url(name))
        user.declare(DECLARED.format(", x int, y int"), "schema.sql")
        yield user, cursor


def add_and_drop(cursor: Cursor) -> None:
    cursor.execute("ALTER TABLE `a-b` ADD COLUMN z int, ALGORITHM=INSTANT")
    cursor.execute("ALTER TABLE `a-b` DROP COLUMN z, ALGORITHM=INSTANT")


def test_what_the_live_table_has_left_decides(worn: tuple[User, Cursor]) -> None:
    user, cursor = worn
    assert cost(user) == ("instant", "instant")
    user.succeeds("diff", "--write", "-m", "y")
    add_and_drop(cursor)
    refused = user.types("apply")
    assert refused.code == 4
    assert "a-b takes no more instant changes of columns" in refused.err
    assert "OPTIMIZE TABLE `a-b`" in refused.err
    # Who may not read how many are left is told by the server.
    with without_process(user, cursor) as limited:
        refused = limited.types("apply")
    assert refused.code == 7
    assert "the server did nothing" in refused.err
    with pytest.raises(pymysql.Error) as caught:
        cursor.execute("ALTER TABLE `a-b` ADD COLUMN z int, ALGORITHM=INSTANT")
    assert_titled(*caught.value.args)
    assert user.types("status", "--json").json["half_done"] is None
    # What is planned now is told as what it is.
    assert cost(user) == ("rebuild", "instant")
    cursor.execute("OPTIMIZE TABLE `a-b`")
    user.succeeds("apply")


@contextlib.contextmanager
def without_process(user: User, cursor: Cursor) -> Iterator[User]:
    """The same user of the command line, as an account that sees its own database alone."""
    cursor.execute("SELECT DATABASE()")
    (name,) = cursor.fetchone() or ("",)
    account = f"u_{name[-12:]}"
    cursor.execute(f"CREATE USER {account}@localhost IDENTIFIED BY 'p'")
    try:
        cursor.execute(f"GRANT ALL ON `{name}`.* TO {account}@localhost")
        yield User(user.folder, user.url.replace("root@", f"{account}:p@"))
    finally:
        cursor.execute(f"DROP USER {account}@localhost")


def cost(user: User) -> tuple[str, str]:
    found = user.types("diff", "--prove", "--json").json["costs"]
    return found["up"], found["down"]
