"""`apply` and `rollback` where somebody has changed the database: what stops them, and what they leave alone."""

from __future__ import annotations

import pytest

from tests.commands.user import User
from tests.servers import Server

FIRST = """\
tables:
  users:
    columns: {id: int primary key}
  orders:
    columns: {id: int primary key}
views:
  v: select id from users
"""
SECOND = FIRST.replace("users:\n    columns: {id: int", "users:\n    columns: {name: text, id: int")
THIRD = SECOND.replace(
    "orders:\n    columns: {id: int", "orders:\n    columns: {note: text, id: int"
)


@pytest.fixture
def user(root: User) -> User:
    """Two migrations wait: the first one changes users, the second one orders."""
    root.declare(FIRST)
    root.brings_in_sync()
    root.declare(SECOND)
    root.succeeds("diff", "--write", "-m", "second")
    return root


def drifted(user: User) -> list[str]:
    return [each["object"] for each in user.types("drift", "--json").json["drift"]]


def test_what_it_touches_stops_it_and_a_flag_is_named(
    user: User, server: Server, database: str
) -> None:
    server.run(database, "ALTER TABLE users ADD nick int")
    for command in (["apply"], ["apply", "--dry-run"]):
        refused = user.types(*command)
        assert refused.code == 6, refused
        assert "users is not as it was" in refused.err
        assert "--adopt takes it into the declaration, --revert undoes it" in refused.err
        assert "--over-drift users" in refused.err
    assert user.types("apply", "--over-drift", "orders").code == 6
    assert drifted(user) == ["users"]
    # It is drift as before, and no more than that.
    assert user.types("apply", "--over-drift", "users").code == 1
    assert drifted(user) == ["users"]
    (table,) = user.types("diff", "--json").json["tables"]
    assert [(each["verb"], each["name"], each["owner"]) for each in table["parts"]] == [
        ("remove", "nick", "drift")
    ]
    user.succeeds("rollback", "--allow", "all", "--over-drift", "users")
    user.succeeds("drift", "--revert")
    user.succeeds("apply", "--allow", "all")
    for command in ("drift", "status", "diff"):
        user.succeeds(command)


def test_what_it_does_not_touch_is_said_and_is_drift_afterwards(
    user: User, server: Server, database: str
) -> None:
    server.run(
        database,
        "ALTER TABLE orders ADD mine int",
        "CREATE TABLE theirs (id int)",
        "CREATE OR REPLACE VIEW v AS SELECT id FROM users WHERE id > 0",
    )
    applied = user.types("apply")
    assert "note: orders, theirs, view:v drifted, and is left as it is" in applied.err
    assert applied.code == 1, applied
    assert sorted(drifted(user)) == ["orders", "theirs", "view:v"]
    rolled_back = user.succeeds("rollback", "--allow", "all")
    assert "drifted, and is left as it is" in rolled_back.err
    assert sorted(drifted(user)) == ["orders", "theirs", "view:v"]
    user.types("apply")
    user.succeeds("drift", "--revert")
    user.succeeds("apply", "--allow", "all")
    for command in ("drift", "status", "diff"):
        user.succeeds(command)


def test_a_later_migration_that_touches_it_stops_the_first_one(
    user: User, server: Server, database: str
) -> None:
    """Nothing is run where a run would come to a stop half-way."""
    user.succeeds("apply")
    user.declare(THIRD)
    user.succeeds("diff", "--write", "-m", "third")
    user.succeeds("apply")
    user.succeeds("rollback", "--steps", "2", "--allow", "all")
    server.run(database, "ALTER TABLE orders ADD mine int")
    refused = user.types("apply")
    assert (refused.code, "orders is not as it was" in refused.err) == (6, True), refused
    assert len(user.types("status", "--json").json["pending"]) == 2
