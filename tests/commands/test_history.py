"""`schema history`: what happened, when, by whom, how long; and lost files again from its record."""

from __future__ import annotations

import re

import pytest

from plumbob.report.history import _duration
from tests.commands.user import User
from tests.servers import Server

FIRST = "tables:\n  users:\n    columns:\n      id: int primary key\n"
SECOND = FIRST + "      name: varchar(20)\n"


@pytest.fixture
def user(root: User) -> User:
    """Two migrations, of which the second was rolled back and applied again."""
    for text, message in ((FIRST, "users"), (SECOND, "name")):
        root.declare(text)
        root.succeeds("diff", "--write", "-m", message)
        root.succeeds("apply")
    root.succeeds("rollback", "--allow", "drop-column:users.name")
    root.succeeds("apply")
    return root


def test_every_event_with_its_time_its_account_and_its_duration(user: User) -> None:
    first, *lines = user.succeeds("history").out.splitlines()
    assert first.endswith(": 4 events")
    shape = (
        r"\d (\d{4}-\d\d-\d\d \d\d:\d\d:\d\d) (applied|rolled back) +\d{8}T\d{6}_(\w+) +[\d.]+ m?s"
        r"  root@\S+, plumbob \S+, (MySQL|MariaDB) \S+"
    )
    found = [re.fullmatch(shape, each) for each in lines]
    assert [each and each.group(2, 3) for each in found] == [
        ("applied", "users"),
        ("applied", "name"),
        ("rolled back", "name"),
        ("applied", "name"),
    ]
    # The same for programs.
    events = user.succeeds("history", "--json").json["events"]
    assert [each["event"] for each in events] == ["applied", "applied", "rolled back", "applied"]
    assert events[1]["parent"] == events[0]["migration"]
    assert [each["before"] for each in events[1:]] == [each["after"] for each in events[:-1]]
    assert all(isinstance(each["milliseconds"], int) for each in events)


def test_drift_that_was_adopted_is_an_event(user: User, server: Server, database: str) -> None:
    server.run(database, "ALTER TABLE users ADD COLUMN age int")
    user.succeeds("drift", "--adopt")
    assert " adopted     drift, into the declaration " in user.succeeds("history").out
    event = user.succeeds("history", "--json").json["events"][-1]
    assert (event["migration"], event["event"]) == (None, "adopted")


# What is compared, and what differs.
STEPS = {
    ("--from", "recorded:1"): ["add column name"],
    ("--from", "recorded:2"): [],
    ("--from", "recorded:3"): ["add column name"],
    ("--from", "recorded"): [],
    ("--to", "recorded:1"): ["remove column name"],
    ("--from", "recorded:2", "--to", "recorded:3"): ["remove column name"],
    ("--from", "recorded:3", "--to", "recorded:4"): ["add column name"],
}
# What is typed, and what is said.
NO_STEPS = {
    ("--from", "recorded:9"): "its steps are 1 to 4, of the migrations ",
    ("--from", "recorded:nome"): "did you mean recorded:{name}?",
    ("--to", "git:main"): "--to recorded:ID is a step of schema history",
    ("--from", "recorded:1", "--write"): "leave out --write, or --from",
}


def test_the_schema_at_any_step_is_compared_like_any_other(user: User) -> None:
    first, second, *_ = user.succeeds("history", "--json").json["events"]
    for argv, parts in STEPS.items():
        result = user.types("diff", *argv, "--json")
        assert result.code == bool(parts), (argv, result)
        found = [part for table in result.json["tables"] for part in table["parts"]]
        said = [f"{part['verb']} {part['kind']} {part['name']}" for part in found]
        assert said == parts, argv
    named = user.types("diff", "--from", f"recorded:{first['migration']}")
    assert f"UTC (1: {first['migration']})" in named.out
    # Of a migration that was rolled back and applied again it is the end that counts.
    assert "in sync" in user.succeeds("diff", "--from", f"recorded:{second['migration']}").out
    for argv, what in NO_STEPS.items():
        result = user.types("diff", *argv)
        said = what.format(name=second["migration"])
        assert (result.code, said in result.err) == (2, True), result


def test_a_database_without_a_history_has_none(root: User) -> None:
    root.declare(FIRST)
    assert root.succeeds("history").out.endswith(": 0 events\n")


def test_lost_files_are_written_again(user: User) -> None:
    folder = user.folder / "generated" / "migrations"
    texts = {path.name: path.read_bytes() for path in folder.glob("*.sql")}
    (kept, *lost) = sorted(folder.glob("*.sql"))
    for path in lost:
        path.unlink()
    kept.write_bytes(kept.read_bytes() + b"-- a remark\n")
    assert user.types("status").code != 0
    written = user.succeeds("history", "--write", "--json").json["files"]
    assert sorted(written) == [f"generated/migrations/{path.name}" for path in lost]
    assert {path.name: path.read_bytes() for path in lost} == {
        name: text for name, text in texts.items() if name != kept.name
    }
    assert kept.read_bytes().endswith(b"-- a remark\n"), "what is there is not touched"
    user.succeeds("status")
    assert user.succeeds("history", "--write").err == ""


@pytest.mark.parametrize(
    ("milliseconds", "said"),
    [
        (0, "0 ms"),
        (999, "999 ms"),
        (1234, "1.2 s"),
        (59_999, "60.0 s"),
        (60_000, "1 min 0 s"),
        (200_400, "3 min 20 s"),
        (7_500_000, "2 h 5 min"),
    ],
)
def test_a_duration(milliseconds: int, said: str) -> None:
    assert _duration(milliseconds) == said
