"""Approvals that nothing asks for are no error, and are said: the next database may need them."""

from __future__ import annotations

import pytest

from tests.commands.desk import WITH_EMAIL, Desk, fails
from tests.commands.user import User
from tests.servers import Server

LOSES_NAME = WITH_EMAIL.replace("      name: varchar(80)\n", "")


@pytest.fixture
def desk(root: User, server: Server, database: str) -> Desk:
    return Desk(root, server, database)


def allowed(*names: str) -> list[str]:
    return [word for each in names for word in ("--allow", each)]


def test_what_nothing_in_a_run_asks_for_is_said_on_one_line(desk: Desk) -> None:
    given = allowed("blocking:nosuch", "drop-table:old", "disk:users")
    said = (
        "note: nothing in this run asks for --allow blocking:nosuch, disk:users, drop-table:old\n"
    )
    dry = fails(desk.user, 1, "apply", "--dry-run", "--json", *given)
    assert said in dry.err
    assert dry.json["not_needed"] == ["blocking:nosuch", "disk:users", "drop-table:old"]
    assert said in desk.user.succeeds("apply", *given).err
    # With nothing to run, nothing is asked for, and that is no news.
    assert "asks for" not in desk.user.succeeds("apply", *given).err
    undone = desk.user.succeeds("rollback", *allowed("drop-column:users.email", "drop-table:old"))
    assert "nothing in this run asks for --allow drop-table:old\n" in undone.err


def test_one_that_was_meant_is_named(desk: Desk) -> None:
    desk.user.succeeds("apply")
    desk.user.declare(LOSES_NAME)
    desk.user.succeeds("diff", "--write", "-m", "less")
    refused = fails(desk.user, 4, "apply", *allowed("drop-column:user.name"))
    said = "asks for --allow drop-column:user.name (did you mean drop-column:users.name?)\n"
    assert said in refused.err
    assert "note:" not in desk.user.succeeds("apply", *allowed("drop-column:users.name")).err


def test_check_tells_of_those_in_a_file(desk: Desk) -> None:
    """How large a table is, no file knows."""
    lines = ("drop-column:users.mail", "blocking:users", "disk:users", "blocking:others")
    desk.edits("".join(f"-- approved: {each}\n" for each in lines))
    desk.edits("-- approved: drop-column:users.mail\n", ".rollback")
    said = "it approves what nothing in it asks for: "
    refused = fails(desk.user, 6, "check").err
    assert f"{said}blocking:others\n" in refused
    written = desk.user.succeeds("check", "--write")
    assert f"  {said}drop-column:users.mail\n" in written.out
    assert f"{said}drop-column:users.mail (did you mean drop-column:users.email?)\n" in written.out
    assert written.out.count(said) == 3
    (found,) = desk.user.succeeds("check", "--json").json["migrations"]
    assert found["not_needed"] == [
        "blocking:others",
        "drop-column:users.mail",
        "drop-column:users.mail",
    ]
    assert "note:" not in desk.user.succeeds("apply").err
