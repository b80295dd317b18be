"""`schema pull` through the command line."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from plumbob import templates
from tests.commands.user import User
from tests.servers import Server

FILE = """\
# The shop.
tables:
  users:
    columns:
      id: int primary key   # never reused
"""


@pytest.fixture
def user(server: Server, database: str, tmp_path: Path) -> Iterator[User]:
    found = User(tmp_path, server.url(database))
    found.declare(FILE)
    server.run(database, "CREATE TABLE users (id int PRIMARY KEY, name varchar(9))")
    yield found


def test_the_difference_of_the_file_is_shown_first(user: User) -> None:
    result = user.types("pull", "--dry-run")
    assert result.code == 1
    assert result.out.splitlines()[1:] == [
        "--- schema/schema.yaml",
        "+++ schema/schema.yaml (pulled)",
        "@@ -3,3 +3,4 @@",
        "   users:",
        "     columns:",
        "       id: int primary key   # never reused",
        "+      name: varchar(9)",
    ]
    assert user.schema.read_text() == FILE


def test_it_is_written_and_then_in_sync(user: User) -> None:
    first = user.succeeds("pull")
    wrote, proof = first.out.splitlines()[1:]
    assert wrote == "wrote schema/schema.yaml"
    assert proof.startswith("1 object, all reproduced on a scratch database on ")
    assert user.schema.read_text() == FILE + "      name: varchar(9)\n"
    user.succeeds("diff")
    again = user.succeeds("pull")
    assert again.out.splitlines()[1:] == ["in sync: nothing is changed", proof]
    document = user.succeeds("pull", "--json", "--scratch", "none").json
    assert document == {
        "in_sync": True,
        "files": [],
        "written": False,
        "difference": "",
        "remarks": [],
        "proof": {
            "objects": 0,
            "place": "",
            "unproved": "no scratch database was wanted",
            "not_reproduced": [],
        },
    }


def test_a_new_project_is_filled(user: User) -> None:
    """`schema init` without a server, and the database later."""
    user.declare(templates.text("init_schema.yaml"))
    user.succeeds("pull")
    assert "  users:\n    columns:\n      id: int primary key\n" in user.schema.read_text()
    user.succeeds("diff")
