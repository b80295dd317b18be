"""Programs that were made before the database got another collation: they keep the old one."""

from __future__ import annotations

from dataclasses import replace

import pytest

from plumbob.migration.files import read_folder
from plumbob.migration.run import executor
from plumbob.server.connection import Server as Connection
from plumbob.server.connection import connect
from plumbob.server.target import Target
from tests.commands.user import User
from tests.conftest import empty_database
from tests.servers import Server

OLD, NEW, OTHER = "latin1_german1_ci", "utf8mb4_bin", "utf8mb4_unicode_ci"
BEFORE = (
    f"alter database collate {OLD}",
    "create procedure p(a varchar(10)) select a",
    "create function f(a varchar(10)) returns varchar(10) deterministic return a",
    f"alter database collate {NEW}",
    "create procedure q(a varchar(10)) select a",
    "create table t (a varchar(10))",
)
PROGRAMS = ("procedure p", "function f", "procedure q")


class Killed(BaseException):
    """What no code catches."""


@pytest.fixture
def old(root: User, server: Server, database: str) -> User:
    """A user with such a database, and with its declaration."""
    server.run(database, *BEFORE)
    root.succeeds("init", "--from", root.url, "--scratch", "target")
    (root.folder / "plumbob.cfg").write_text("[plumbob]\nscratch = target\n")
    return root


def programs(server: Server, database: str) -> list[tuple[str, ...]]:
    """All that SHOW CREATE says of them."""
    with server.connect(database) as connection, connection.cursor() as cursor:
        found = []
        for each in PROGRAMS:
            cursor.execute(f"show create {each}")
            found += cursor.fetchall()
        return found


def collation(server: Server, database: str) -> str:
    with server.connect(database) as connection, connection.cursor() as cursor:
        cursor.execute("select @@collation_database")
        return str(cursor.fetchone()[0])


def test_what_init_writes_makes_them_again_in_any_database(
    old: User, server: Server, database: str
) -> None:
    text = old.schema.read_text("utf-8")
    assert text.count(f"database_collation: {OLD}") == 2
    assert text.count("database_collation:") == 2
    with empty_database(server) as empty:
        server.run(empty, f"alter database collate {OTHER}")
        user = replace(old, url=old.url.replace(database, empty))
        user.brings_in_sync()
        assert programs(server, empty) == programs(server, database)
        assert collation(server, empty) == OTHER


def test_a_change_and_its_rollback_leave_it(old: User, server: Server, database: str) -> None:
    start = programs(server, database)
    text = old.schema.read_text("utf-8")
    said_no_more = text.replace(f"    database_collation: {OLD}\n", "")
    old.declare(said_no_more)
    old.succeeds("diff")
    old.declare(said_no_more.replace("select a", "select a, 1"))
    old.brings_in_sync()
    assert [row[-1] for row in programs(server, database)] == [OLD, OLD, NEW]
    assert collation(server, database) == NEW
    old.succeeds("rollback", "--allow", "all")
    assert programs(server, database) == start


def test_the_file_alone_says_it(old: User) -> None:
    old.declare(old.schema.read_text("utf-8").replace("select a", "select a, 1"))
    old.succeeds("diff", "--write", "-m", "change")
    (up,) = (old.folder / "generated" / "migrations").glob("*_change.sql")
    lines = up.read_text("utf-8").split("\n")
    assert lines.count(f"ALTER DATABASE COLLATE `{OLD}`;") == 1
    assert lines.count(f"ALTER DATABASE COLLATE `{NEW}`;") == 1


def test_a_client_that_dies_meanwhile(
    old: User, server: Server, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = programs(server, database)
    text = old.schema.read_text("utf-8")
    old.declare(text.replace("select a", "select a, 1"))
    old.succeeds("diff", "--write", "-m", "change")
    with monkeypatch.context() as patched:
        patched.setattr(Connection, "warnings", dies)
        with connect(Target.from_url(old.url)) as connection, pytest.raises(Killed):
            chain = read_folder(old.folder / "generated" / "migrations")
            executor.apply(connection, chain, executor.Conditions())
    assert collation(server, database) == OLD
    old.succeeds("apply", "--allow", "all")
    assert collation(server, database) == NEW
    assert [row[-1] for row in programs(server, database)] == [OLD, OLD, NEW]
    old.succeeds("rollback", "--allow", "all")
    assert programs(server, database) == start


def dies(connection: Connection) -> list[tuple[str, int, str]]:
    if connection.query("select @@collation_database")[0][0] == OLD:
        connection.connection.close()
        raise Killed
    return []
