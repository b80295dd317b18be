"""The order of indexes as a difference, where plumbob.cfg asks for it: in every command, there and back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.commands.user import User, tables
from tests.conftest import Servers, empty_database
from tests.servers import Server

MADE = (
    "CREATE TABLE p (id int PRIMARY KEY)",
    "CREATE TABLE t (id int PRIMARY KEY, a int, b int, c int, UNIQUE u (a, b), KEY k1 (a), KEY k2 (b),"
    " KEY k3 (c), CONSTRAINT f FOREIGN KEY (c) REFERENCES p (id))",
    "INSERT INTO p VALUES (1)",
    "INSERT INTO t VALUES (1, 1, 1, 1), (2, 1, 2, 1)",
)
DECLARED = """\
tables:
  p:
    columns:
      id: int primary key
  t:
    columns:
      id: int primary key
      a: int
      b: int
      c: int
    indexes:
      u: unique (a, b)
      k3: (c)
      # by a
      k1: (a)
      k2: (b)
    foreign_keys:
      f: (c) references p(id)
"""
MOVED_BY_HAND = "ALTER TABLE t DROP KEY k1, ADD KEY k1 (a), COMMENT ''"


@pytest.fixture
def user(tmp_path: Path, server: Server, database: str) -> User:
    return a_user(tmp_path, server, database)


def a_user(folder: Path, server: Server, database: str) -> User:
    server.run(database, *MADE)
    user = User(folder, server.url(database))
    user.declare(DECLARED)
    asks(user)
    return user


def asks(user: User, setting: str = "true") -> None:
    settings = f"[plumbob]\nscratch = target\nexact_order = {setting}\n"
    (user.folder / "plumbob.cfg").write_text(settings)


def order(server: Server, database: str) -> str:
    """The names of the indexes of `t` as they are printed."""
    lines = tables(server, database)["t"].splitlines()
    return " ".join(each.split("`")[1] for each in lines if each.startswith(("  KEY", "  UNIQUE")))


def test_it_comes_and_goes_back_to_the_letter(user: User, server: Server, database: str) -> None:
    asks(user, "no")
    assert "in sync" in user.succeeds("diff").out
    asks(user)
    before = tables(server, database)
    result = user.types("diff")
    assert result.code == 1, result
    assert "~ the order of indexes: u, k1, k2, k3 -> u, k3, k1, k2" in result.out
    assert "k1, k2 stay as they are, named again for the order alone" in result.out
    user.brings_in_sync()
    assert order(server, database) == "u k3 k1 k2"
    user.succeeds("status")
    user.succeeds("rollback")
    assert tables(server, database) == before
    user.succeeds("apply")
    assert order(server, database) == "u k3 k1 k2"


@pytest.fixture
def mariadb(servers: Servers) -> Server:
    return servers("mariadb")


@pytest.fixture
def ours(mariadb: Server, tmp_path: Path) -> Iterator[tuple[User, str]]:
    """A user of a database that has the declared order, and the name of that database."""
    with empty_database(mariadb) as database:
        user = a_user(tmp_path, mariadb, database)
        user.succeeds("sync")
        assert order(mariadb, database) == "u k3 k1 k2"
        user.succeeds("baseline")
        yield user, database


def test_drift_of_the_order_is_adopted(ours: tuple[User, str], mariadb: Server) -> None:
    user, database = ours
    mariadb.run(database, MOVED_BY_HAND)
    assert user.types("status").code == 6
    result = user.types("drift")
    assert result.code == 1, result
    assert "~ the order of indexes: u, k3, k1, k2 -> u, k3, k2, k1" in result.out
    user.succeeds("drift", "--adopt")
    user.succeeds("diff")
    user.succeeds("status")
    assert "      k3: (c)\n      k2: (b)\n      # by a\n      k1: (a)\n" in user.schema.read_text()


def test_drift_of_the_order_is_undone(ours: tuple[User, str], mariadb: Server) -> None:
    user, database = ours
    mariadb.run(database, MOVED_BY_HAND)
    user.succeeds("drift", "--revert")
    user.succeeds("apply")
    assert order(mariadb, database) == "u k3 k1 k2"
    user.succeeds("status")


def test_pull_takes_it_where_columns_say_indexes(ours: tuple[User, str], mariadb: Server) -> None:
    user, database = ours
    mariadb.run(
        database,
        "DROP TABLE t",
        "CREATE TABLE t (id int PRIMARY KEY, a int, b int, UNIQUE b (b), UNIQUE a (a))",
    )
    head, _, _ = user.schema.read_text().partition("      a: int")
    user.declare(head + "      a: int unique\n      b: int unique\n")
    assert "~ the order of indexes: b, a -> a, b" in user.types("diff").out
    user.succeeds("pull")
    user.succeeds("diff")


SCRIPT = """\
CREATE TABLE p (id int PRIMARY KEY);
CREATE TABLE t (
  id int,
  a int,
  b int,
  c int,
  UNIQUE u (a, b),
  KEY k3 (c), -- by c
  -- by a
  KEY k1 (a),
  -- by b
  KEY k2 (b), -- alone
  CONSTRAINT f FOREIGN KEY (c) REFERENCES p (id),
  PRIMARY KEY (id)
);
"""


@pytest.mark.parametrize("taken_by", [("drift", "--adopt"), ("pull",)])
def test_a_file_of_sql_takes_it_with_its_comments(
    ours: tuple[User, str], mariadb: Server, taken_by: tuple[str, ...]
) -> None:
    user, database = ours
    user.schema.unlink()
    script = user.schema.with_suffix(".sql")
    script.write_text(SCRIPT)
    with (user.folder / "plumbob.cfg").open("a") as settings:
        settings.write("schema = schema/schema.sql\n")
    user.succeeds("diff")
    mariadb.run(database, MOVED_BY_HAND)
    user.succeeds(*taken_by)
    user.succeeds("diff")
    keys = SCRIPT[SCRIPT.index("  -- by a") : SCRIPT.index("  CONSTRAINT")]
    moved = "  -- by b\n  -- alone\n  KEY k2 (b),\n  -- by a\n  KEY k1 (a),\n"
    assert script.read_text() == SCRIPT.replace(keys, moved)
