"""`schema drift --revert`: where its migration stands, what it costs, and what it does on other databases."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from plumbob.migration import head
from tests.commands.user import User
from tests.conftest import empty_database
from tests.servers import Server
from tests.torture.rounds import Client

FILE = """\
tables:
  users:
    columns:
      id: int primary key
      name: varchar(90)
"""
PENDING = FILE + "      born: date\n"
BY_HAND = "ALTER TABLE users ADD nick varchar(20) DEFAULT 'x', RENAME COLUMN name TO title"
ROW = "INSERT INTO users VALUES (1, 'ann')"


@pytest.fixture
def user(root: User, server: Server, database: str) -> User:
    """One row; a migration that waits; and what somebody has changed by hand."""
    root.declare(FILE)
    root.brings_in_sync()
    server.run(database, ROW)
    root.declare(PENDING)
    root.succeeds("diff", "--write", "-m", "born")
    server.run(database, BY_HAND)
    return root


def files(user: User) -> dict[str, bytes]:
    folder = user.folder / "generated" / "migrations"
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def ids(user: User) -> list[str]:
    return [re.sub(r"^\d{8}T\d{6}_", "", each["id"]) for each in pending(user)]


def pending(user: User) -> list[dict[str, str]]:
    found: list[dict[str, str]] = user.types("status", "--json").json["pending"]
    return found


@pytest.fixture
def other(user: User, server: Server, tmp_path: Path) -> Iterator[User]:
    """Another database of the same project, which nobody has touched."""
    with empty_database(server) as name:
        yield User(tmp_path, server.url(name))


def test_it_stands_ahead_of_what_is_pending(
    user: User, server: Server, database: str, other: User
) -> None:
    """It is approved by name, runs first, and names back what was renamed; what is pending follows."""
    before = files(user)
    shown = user.types("drift", "--revert", "--dry-run")
    assert (shown.code, files(user)) == (1, before)
    assert "users.title becomes users.name again" in shown.out
    assert "--allow drop-column:users.nick" in shown.out
    written = user.succeeds("drift", "--revert", "-m", "hotfix")
    assert "wrote generated/migrations/" in written.err
    assert ids(user) == ["hotfix", "born"]
    assert "proved: both ways were run" in written.out
    twice = user.succeeds("drift", "--revert")
    assert "written before, and not applied yet" in twice.err

    refused = user.types("apply")
    assert (refused.code, "--allow drop-column:users.nick (" in refused.err) == (4, True), refused
    user.succeeds("apply", "--allow", "drop-column:users.nick")
    user.succeeds("drift")
    user.succeeds("status")
    with server.connect(database) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT * FROM users")
        assert cursor.fetchall() == ((1, "ann", None),)

    # From nothing: there never was anything to undo, nor is there on the way back.
    applied = other.succeeds("apply")
    assert (
        "hotfix: nobody has changed here what it undoes, so there is nothing to run" in applied.err
    )
    for command in ("status", "diff", "drift"):
        other.succeeds(command)
    kinds = [each["event"] for each in other.succeeds("history", "--json").json["events"]]
    assert kinds == ["applied", "baseline", "applied"]
    other.succeeds("rollback", "--steps", "3", "--allow", "all")
    other.succeeds("apply")


def test_one_that_had_what_was_pending_before_it(
    user: User, other: User, server: Server, database: str
) -> None:
    """A database that was ahead gets a migration that is older in the chain, and has nothing to run."""
    other.succeeds("apply")
    user.succeeds("drift", "--revert", "-m", "hotfix")
    assert ids(other) == ["hotfix"]
    other.succeeds("apply")
    other.succeeds("status")
    assert ids(user) == ["hotfix", "born"]


def test_it_is_rolled_back_as_any_other(user: User, server: Server, database: str) -> None:
    user.succeeds("drift", "--revert", "-m", "hotfix")
    user.succeeds("apply", "--allow", "all")
    user.succeeds("rollback", "--steps", "2", "--allow", "all")
    with server.connect(database) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT id, title, nick FROM users")
        assert cursor.fetchall() == ((1, "ann", "x"),)
    # That is how it was recorded; and pending again.
    user.succeeds("drift")
    assert ids(user) == ["hotfix", "born"]
    user.succeeds("apply", "--allow", "all")
    user.succeeds("status")


def test_a_conflict_is_named_and_what_is_pending_stays(
    user: User, server: Server, database: str
) -> None:
    server.run(database, "ALTER TABLE users ADD born datetime")
    shown = user.succeeds("drift", "--revert", "-m", "hotfix")
    assert "conflict: users: column born" in shown.out
    user.succeeds("apply", "--allow", "all")
    user.succeeds("drift")
    user.succeeds("diff")


def test_nothing_to_undo(root: User) -> None:
    root.declare(FILE)
    root.brings_in_sync()
    before = files(root)
    assert "no drift" in root.succeeds("drift", "--revert").out
    assert files(root) == before


# What is typed, and what is said.
WRONG = {
    ("--revert", "--adopt"): "two ways",
    ("--message", "x"): "add --revert",
    ("--keep", "users"): "add --adopt",
    ("--dry-run",): "add one of them",
    ("--revert", "--keep", "users"): "add --adopt",
}


@pytest.mark.parametrize("argv", WRONG)
def test_options_that_do_not_go_together(argv: tuple[str, ...], tmp_path: Path) -> None:
    result = User(tmp_path).types("drift", *argv)
    assert (result.code, WRONG[argv] in result.err) == (2, True), result


def killed_at(number: int) -> Callable[[Path, Path], Path]:
    """What gives a file of the folder its name, and dies instead of that one."""
    named, replace = [0], Path.replace

    def give_name(path: Path, to: Path) -> Path:
        named[0] += path.parent.name == "migrations"
        if named[0] == number:
            os.kill(os.getpid(), signal.SIGKILL)
        return replace(path, to)

    return give_name


def dies(user: User, *argv: str) -> None:
    client = Client(user, *argv)
    client.read()
    assert client.code == -signal.SIGKILL


@pytest.mark.parametrize("server", ["mariadb"], indirect=True)
def test_one_that_is_killed_while_it_writes_leaves_no_fork(
    user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At the list of the files, nothing is there yet; behind it, the next command ends what was begun."""
    for number, there in ((1, ["born"]), (3, ["hotfix", "born"])):
        with monkeypatch.context() as patched:
            patched.setattr(Path, "replace", killed_at(number))
            dies(user, "drift", "--revert", "-m", "hotfix")
        assert ids(user) == there
    assert "written before" in user.succeeds("drift", "--revert").err
    user.succeeds("apply", "--allow", "all")
    user.succeeds("drift")


@pytest.mark.parametrize("server", ["mariadb"], indirect=True)
def test_one_that_is_killed_before_it_names_the_last_one_goes_on(
    root: User, server: Server, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    root.declare(FILE)
    root.brings_in_sync()
    server.run(database, "ALTER TABLE users ADD nick int")
    with monkeypatch.context() as patched:
        patched.setattr(head, "replace_file", lambda *_: os.kill(os.getpid(), signal.SIGKILL))
        dies(root, "drift", "--revert", "-m", "hotfix")
    assert root.types("apply").code == 6
    root.succeeds("drift", "--revert")
    root.succeeds("apply", "--allow", "drop-column:users.nick")
    root.succeeds("drift")
