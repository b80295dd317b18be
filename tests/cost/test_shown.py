"""Where the cost of a statement stands, who says it, and what happens where it is not true any more."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from pymysql.cursors import Cursor

from tests.commands.user import User
from tests.conftest import Servers, empty_database

TABLE = "CREATE TABLE users (id int NOT NULL PRIMARY KEY, legacy int, name varchar(50){})"
Place = tuple[User, Cursor]


@pytest.fixture(params=["mysql", "mariadb"])
def place(request: pytest.FixtureRequest, servers: Servers) -> Iterator[Place]:
    """A table with two rows, and a project that asks for another column."""
    with shop(servers, request.param) as found:
        yield found


@contextlib.contextmanager
def shop(servers: Servers, maker: str) -> Iterator[Place]:
    server = servers(maker)
    with (
        tempfile.TemporaryDirectory() as folder,
        empty_database(server) as name,
        server.connect(name) as connection,
        connection.cursor() as cursor,
    ):
        cursor.execute(TABLE.format(""))
        cursor.execute("INSERT INTO users VALUES (1, 1, 'a'), (2, 2, 'b')")
        cursor.execute("ANALYZE TABLE users")
        user = User(Path(folder), server.url(name))
        user.declare(TABLE.format(", age int"), "schema.sql")
        yield user, cursor


def test_the_file_has_it_and_status_and_apply_say_it(place: Place) -> None:
    user, _ = place
    user.succeeds("diff", "--write", "-m", "age")
    text = up(user)
    assert "-- cost: instant, blocks nothing; about 2 rows, 16384 bytes\n" in text
    assert "ALTER TABLE `users` ALGORITHM=INSTANT, ADD COLUMN `age`" in text
    assert user.types("status", "--json").json["pending"][0]["cost"] == "instant"
    assert "(1 statement, instant)" in user.types("status").out
    assert "add column age (instant)" in user.types("apply", "--dry-run").err
    user.succeeds("apply")
    user.succeeds("rollback", "--allow", "drop-column:users.age")


def test_instant_up_and_rebuild_down(place: Place) -> None:
    """With what a rollback gives back, and what not."""
    user, _ = place
    user.declare(
        "CREATE TABLE users (id int NOT NULL PRIMARY KEY, name varchar(50) NOT NULL)", "schema.sql"
    )
    shown = user.types("diff", "--prove").out
    assert "costs: rebuild up, rebuild down" in shown
    assert "definitions back, and not what is lost by drop-column:users.legacy" in shown
    found = user.types("diff", "--prove", "--json").json
    assert found["rollback"] == {
        "cost": "rebuild",
        "proved": True,
        "loses": ["drop-column:users.legacy"],
        "approvals": ["not-restored:users.legacy"],
    }
    (cost,) = [each["cost"] for each in found["up"]]
    assert cost == {"kind": "rebuild", "blocks": "nothing", "rows": 2, "bytes": 16384}
    markdown = user.types("diff", "--prove", "--format", "markdown").out
    assert "-- cost: rebuild, blocks nothing; about 2 rows, 16 KiB\n" in markdown
    sql = user.types("diff", "--prove", "--format", "sql").out
    assert "-- cost: rebuild, blocks nothing; about 2 rows, 16 KiB\n" in sql


def test_a_new_child_of_a_table_that_changes_has_its_foreign_key_from_the_start(
    place: Place,
) -> None:
    """To add it afterwards would copy a table, and be told so, although it has no row."""
    user, _ = place
    parent = TABLE.format(", age int").replace("id int", "id bigint")
    key = "CONSTRAINT f FOREIGN KEY (user_id) REFERENCES users (id)"
    child = f"CREATE TABLE cars (id int PRIMARY KEY, user_id bigint, {key})"
    user.declare(f"{parent};\n{child};", "schema.sql")
    found = user.types("diff", "--prove", "--json").json
    assert [each["table"] for each in found["up"]] == ["users", "cars"]
    assert "FOREIGN KEY" in found["up"][1]["sql"]
    user.brings_in_sync()
    user.succeeds("rollback", "--allow", "all")


def test_what_is_copied_without_a_row_costs_nothing(place: Place) -> None:
    """Two new tables that refer to each other: one foreign key is added behind them."""
    user, _ = place
    user.declare(
        TABLE.format("")
        + "; CREATE TABLE a (id int PRIMARY KEY, b int, CONSTRAINT fa FOREIGN KEY (b) REFERENCES b (id));"
        "CREATE TABLE b (id int PRIMARY KEY, a int, CONSTRAINT fb FOREIGN KEY (a) REFERENCES a (id))",
        "schema.sql",
    )
    found = user.types("diff", "--prove", "--json").json
    (cost,) = [each["cost"] for each in found["up"] if each["cost"]]
    assert (cost["rows"], cost["bytes"], found["costs"]["up"]) == (0, 0, "instant")


def test_nobody_was_asked(place: Place) -> None:
    user, _ = place
    assert "costs: not asked: `schema diff --prove` asks" in user.types("diff").out
    shown = user.succeeds("diff", "--write", "--scratch", "none", "-m", "age").out
    assert "costs: not asked: no scratch database was wanted" in shown
    assert "-- cost: not asked\n" in up(user)
    assert "ALGORITHM" not in up(user)
    user.succeeds("apply")


def test_what_the_live_table_has_from_its_past_is_refused_and_nothing_done(
    servers: Servers,
) -> None:
    """MySQL keeps a hidden column of a full-text index that was dropped: nothing is instant there."""
    with shop(servers, "mysql") as (user, cursor):
        cursor.execute("ALTER TABLE users ADD FULLTEXT KEY k (name)")
        cursor.execute("ALTER TABLE users DROP KEY k")
        user.succeeds("diff", "--write", "-m", "age")
        assert "-- cost: instant" in up(user)
        refused = user.types("apply")
        assert refused.code == 7, refused
        assert "the server did nothing" in refused.err
        assert user.types("status", "--json").json["half_done"] is None
        assert user.types("diff").code == 1


def test_an_account_that_may_not_see_how_it_was_done_is_told_the_dearer_way(
    servers: Servers,
) -> None:
    with shop(servers, "mysql") as (user, cursor):
        cursor.execute("SELECT DATABASE()")
        (name,) = cursor.fetchone() or ("",)
        user.declare(TABLE.format("") + " COMMENT 'x'", "schema.sql")
        assert kind(user) == "in place"
        account = f"u_{name[-12:]}"
        cursor.execute(f"CREATE USER {account}@localhost IDENTIFIED BY 'p'")
        try:
            cursor.execute(f"GRANT ALL ON `{name}`.* TO {account}@localhost")
            cursor.execute(f"GRANT ALL ON `\\_plumbob\\_scratch\\_%`.* TO {account}@localhost")
            limited = User(user.folder, user.url.replace("root@", f"{account}:p@"))
            assert kind(limited) == "rebuild"
        finally:
            cursor.execute(f"DROP USER {account}@localhost")


def up(user: User) -> str:
    (path,) = (
        path
        for path in (user.folder / "generated" / "migrations").glob("*.sql")
        if not path.name.endswith(".rollback.sql")
    )
    return path.read_text(encoding="utf-8")


def kind(user: User) -> str:
    found = user.types("diff", "--prove", "--json")
    assert found.code == 1, found
    return str(found.json["costs"]["up"])
