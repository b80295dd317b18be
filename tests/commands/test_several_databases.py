"""Several databases on one server: foreign keys across them, and projects that do not see each other."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from plumbob.server.binaries import find
from tests.commands.user import User, tables
from tests.conftest import account_of, empty_database
from tests.servers import Server

PEOPLE = """\
tables:
  users:
    columns:
      id: int unsigned auto_increment primary key
      code: varchar(20) character set ascii not null unique
"""
ORDERS = """\
tables:
  users:
    columns: {{id: int unsigned primary key, note: varchar(20)}}
  orders:
    columns:
      id: int primary key
      ours: int unsigned not null references users(id)
      theirs: int unsigned not null references {other}.users(id) on delete cascade
      code: varchar(20) character set ascii
    foreign_keys:
      fk_code: {{columns: code, references: "{other}.users(code)"}}
"""


@pytest.fixture
def people(tmp_path: Path, server: Server, database: str) -> User:
    """Somebody else's project, in a database of its own."""
    (tmp_path / "people").mkdir()
    user = User(tmp_path / "people", server.url(database))
    user.declare(PEOPLE)
    user.brings_in_sync()
    return user


@pytest.fixture
def second(server: Server, database: str) -> Iterator[str]:
    """Made after `database`, so dropped before it: a parent cannot go first."""
    with empty_database(server) as name:
        yield name


@pytest.fixture
def orders(tmp_path: Path, server: Server, second: str, people: User, database: str) -> User:
    (tmp_path / "orders").mkdir()
    user = User(tmp_path / "orders", server.url(second))
    user.declare(ORDERS.format(other=database))
    return user


def all_databases(server: Server) -> set[str]:
    """But for those of other tests, whose worker may share the server: a scratch database in use is locked."""
    found = server.run(
        None, "SELECT SCHEMA_NAME, IS_FREE_LOCK(SCHEMA_NAME) FROM information_schema.SCHEMATA"
    )
    return {name for name, is_free in found if is_free and not name.startswith("test_")}


def test_there_and_back(orders: User, server: Server, database: str, second: str) -> None:
    theirs, databases = tables(server, database), all_databases(server)
    orders.brings_in_sync()
    text = tables(server, second)["orders"]
    assert f"REFERENCES `{database}`.`users` (`id`) ON DELETE CASCADE" in text
    assert "REFERENCES `users` (`id`)" in text
    orders.succeeds("status")
    orders.declare(
        ORDERS.format(other=database).replace(" on delete cascade", "").replace("note", "notes")
    )
    orders.brings_in_sync()
    orders.succeeds("rollback", "--allow", "all")
    assert tables(server, second)["orders"] == text
    orders.succeeds("rollback", "--allow", "all")
    assert tables(server, second) == {}
    assert (tables(server, database), all_databases(server)) == (theirs, databases)


def test_a_rename_of_ours_is_not_theirs(
    orders: User, server: Server, database: str, second: str
) -> None:
    orders.brings_in_sync()
    before = tables(server, second)
    orders.declare(
        ORDERS.format(other=database)
        .replace("  users:\n", "  people:\n    was: users\n")
        .replace("references users(id)", "references people(id)")
    )
    orders.brings_in_sync()
    text = tables(server, second)["orders"]
    assert "REFERENCES `people` (`id`)" in text
    assert f"REFERENCES `{database}`.`users` (`id`)" in text
    orders.succeeds("rollback", "--allow", "all")
    assert tables(server, second) == before


def test_their_tables_are_not_touched_by_a_plan(
    orders: User, server: Server, database: str, second: str
) -> None:
    """Foreign keys on the scratch database, which is on this server, lead to a copy.

    The transaction of somebody else holds `users`: a foreign key to it would wait (1205) on MySQL.
    """
    with server.connect(database) as busy, busy.cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute("INSERT INTO users (code) VALUES ('a')")
        orders.succeeds("diff", "--write", "-m", "test")
        cursor.execute("ROLLBACK")


def test_in_a_sandbox_as_well(orders: User, server: Server) -> None:
    find(server.flavour.maker, server.flavour.series)
    orders.succeeds("diff", "--write", "-m", "test", "--scratch", "sandbox")
    orders.succeeds("apply")
    orders.succeeds("diff")


def test_the_own_name_written_out(orders: User, server: Server, database: str, second: str) -> None:
    orders.brings_in_sync()
    own = ORDERS.format(other=database).replace("references users", f"references {second}.users")
    orders.declare(own)
    orders.succeeds("diff")
    # What is wrong with it is found as without.
    orders.declare(own.replace(f"{second}.users(id)", f"{second}.users(note)"))
    result = orders.types("diff")
    assert result.code == 2, result
    assert "users" in result.err


@pytest.mark.parametrize(
    ("reference", "said"),
    [
        ("nowhere.users(id)", "nowhere.users, which is not on this server"),
        ("{other}.nobody(id)", ".nobody, which is not on this server"),
        ("{other}.users", "without a column"),
        ("{other}.users(nothing)", "refuses the table"),
    ],
)
def test_what_is_not_there(orders: User, database: str, reference: str, said: str) -> None:
    text = ORDERS.format(other=database)
    wrong = reference.format(other=database)
    orders.declare(text.replace(f"{database}.users(id)", wrong))
    result = orders.types("diff")
    assert result.code == 2, result
    assert said in result.err
    assert "schema.yaml:" in result.err


def test_what_was_dropped_there_is_still_read_here(
    orders: User, server: Server, database: str, second: str
) -> None:
    """A foreign key to nowhere is as it is declared; taking it out does not need the parent."""
    orders.brings_in_sync()
    server.run(database, "SET foreign_key_checks = 0", "DROP TABLE users")
    orders.succeeds("diff")
    orders.declare("tables:\n  users:\n    columns: {id: int unsigned primary key}\n")
    result = orders.types("diff")
    assert result.code == 1, result


@contextlib.contextmanager
def odd_database(server: Server, name: str) -> Iterator[str]:
    quoted = "`" + name.replace("`", "``") + "`"
    with server.connect() as connection, connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {quoted}", None)
        cursor.execute(f"CREATE DATABASE {quoted} CHARACTER SET utf8mb4", None)
    yield name
    with server.connect() as connection, connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE {quoted}", None)


@pytest.mark.parametrize("name", ["a-b%c", "a`b", "my.shop d'or"])
def test_odd_names(tmp_path: Path, server: Server, second: str, name: str) -> None:
    with odd_database(server, name):
        (tmp_path / "there").mkdir()
        there = User(tmp_path / "there", server.url(name))
        there.declare(PEOPLE)
        there.brings_in_sync()
        user = User(tmp_path, server.url(second))
        quoted = "`" + name.replace("`", "``") + "`"
        user.declare(
            "tables:\n  orders:\n    columns:\n      id: int primary key\n      theirs: "
            f'"int unsigned references {quoted}.users(id)"\n'
        )
        user.brings_in_sync()
        assert f"REFERENCES {quoted}.`users`" in tables(server, second)["orders"]
        user.succeeds("rollback", "--allow", "all")
        there.succeeds("diff")


def test_two_projects_keep_their_own_history(
    people: User, orders: User, server: Server, database: str
) -> None:
    orders.brings_in_sync()
    people.declare(PEOPLE + "      more: int\n")
    people.brings_in_sync()
    for user in (people, orders):
        user.succeeds("status")
        user.succeeds("diff")
    orders.succeeds("rollback", "--allow", "all")
    assert "`more`" in tables(server, database)["users"]


def test_an_account_that_may_not_see_the_parent(
    orders: User, server: Server, database: str, second: str
) -> None:
    """Not visible is said; with REFERENCES on the parent alone it goes through."""
    name = account_of(second)
    with server.connect() as connection, connection.cursor() as cursor:
        cursor.execute(f"CREATE USER {name}@localhost")
        try:
            cursor.execute(f"GRANT ALL ON {second}.* TO {name}@localhost")
            address = server.url(second).replace("root@", f"{name}@")
            user = User(orders.folder, address)
            result = user.types("diff", "--scratch", "sandbox")
            assert result.code == 2, result
            assert "not visible to this account" in result.err
            assert name in result.err
            cursor.execute(f"GRANT REFERENCES ON {database}.users TO {name}@localhost")
            user.succeeds("diff", "--write", "--scratch", "sandbox")
            user.succeeds("apply")
        finally:
            cursor.execute(f"DROP USER {name}@localhost")


def test_offline_nothing_is_known_of_other_databases(tmp_path: Path) -> None:
    user = User(tmp_path)
    user.declare(ORDERS.format(other="elsewhere"))
    user.succeeds("check")


@pytest.mark.parametrize("scratch", ["sandbox", "target"])
def test_a_view_of_another_database_s_table(
    orders: User, server: Server, database: str, second: str, scratch: str
) -> None:
    view = f"select o.id, u.code from orders o join {database}.users u on o.theirs = u.id"
    orders.declare(ORDERS.format(other=database) + f"views:\n  codes: {view}\n")
    (orders.folder / "plumbob.cfg").write_text(f"[plumbob]\nscratch = {scratch}\n")
    assert "in sync" in orders.brings_in_sync().out
    orders.succeeds("rollback", "--allow", "all")
    assert tables(server, second) == {}
