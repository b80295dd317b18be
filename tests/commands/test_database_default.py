"""What the database has by itself otherwise than `database:` says is told, and changed by no plan."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.commands.user import User
from tests.servers import Server

TABLE = "tables:\n  notes:\n    columns: {id: int primary key}\n"


@pytest.fixture
def user(tmp_path: Path, server: Server, database: str) -> User:
    server.run(database, "ALTER DATABASE CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci")
    server.run(
        database,
        "CREATE TABLE notes (id int PRIMARY KEY) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin",
    )
    return User(tmp_path, server.url(database))


@pytest.mark.parametrize(
    ("declared", "said"),
    [
        ("{charset: utf8mb4, collation: utf8mb4_bin}", "utf8mb4 COLLATE utf8mb4_bin"),
        ("{collation: utf8mb4_bin}", "utf8mb4 COLLATE utf8mb4_bin"),
    ],
)
def test_another_default_is_told_and_no_difference(user: User, declared: str, said: str) -> None:
    user.declare(f"database: {declared}\n{TABLE}")
    live = "utf8mb4 COLLATE utf8mb4_unicode_ci"
    shown = user.succeeds("diff")
    assert "in sync" in shown.out
    assert f"own default is {live}, `database:` says {said}: " in shown.out
    assert user.succeeds("diff", "--json").json["other_default"] == {"declared": said, "live": live}
    for format in ("markdown", "sql"):
        assert f"own default is {live}" in user.succeeds("diff", "--format", format).out.replace(
            "\\", ""
        )


def test_a_default_of_another_character_set_is_told(
    user: User, server: Server, database: str
) -> None:
    server.run(database, "ALTER DATABASE CHARACTER SET latin1")
    user.declare(f"database: {{charset: utf8mb4}}\n{TABLE}")
    assert "own default is latin1 COLLATE latin1_swedish_ci" in user.types("diff").out


@pytest.mark.parametrize(
    "declared",
    ["", "database: {charset: utf8mb4}\n", "database: {collation: utf8mb4_unicode_ci}\n"],
)
def test_what_is_not_said_is_not_told(user: User, declared: str) -> None:
    user.declare(declared + TABLE)
    assert "default" not in user.types("diff").out
    assert user.types("diff", "--json").json["other_default"] is None
