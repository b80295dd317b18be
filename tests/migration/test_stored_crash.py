"""A client that dies between the two statements of a program that is made anew, and what comes after it."""

from __future__ import annotations

from pathlib import Path

import pytest

from plumbob.migration import executor, running
from plumbob.migration.files import read_folder
from plumbob.server.connection import connect
from plumbob.server.target import Target
from tests.commands.user import User
from tests.servers import Server

FIRST = """\
tables: {t: {columns: {a: int primary key}}}
triggers:
  one: before insert on t for each row set new.a = 1
  two: before insert on t for each row set new.a = 2
procedures:
  pr: () select 1
functions:
  f: () returns int deterministic return 1
"""
SECOND = FIRST.replace("new.a = 1", "new.a = 11").replace("select 1", "select 11")


class Killed(BaseException):
    """What no code catches."""


@pytest.fixture
def user(tmp_path: Path, server: Server, database: str) -> User:
    found = User(tmp_path, server.url(database))
    found.declare(FIRST)
    found.brings_in_sync()
    found.declare(SECOND)
    found.succeeds("diff", "--write", "-m", "second")
    return found


def dies(user: User, number: int, event: type) -> None:
    """Apply until a statement begins, or until it is done and nobody has written that down yet."""

    def progress(seen: object) -> None:
        if isinstance(seen, event) and seen.number == number:
            raise Killed

    with connect(Target.from_url(user.url)) as server, pytest.raises(Killed):
        executor.apply(
            server, read_folder(user.folder / "generated" / "migrations"), progress=progress
        )


@pytest.mark.parametrize("event", [running.Runs, running.Done])
@pytest.mark.parametrize("number", [1, 2])
def test_apply_goes_on(user: User, number: int, event: type) -> None:
    dies(user, number, event)
    user.succeeds("apply", "--allow", "all")
    user.succeeds("diff")
    user.succeeds("rollback", "--allow", "all")
    user.declare(FIRST)
    user.succeeds("diff")


@pytest.mark.parametrize("number", [1, 2])
def test_rollback_turns_back_or_says_what_comes_first(user: User, number: int) -> None:
    dies(user, number, running.Done)
    result = user.types("rollback", "--allow", "all")
    if result.code != 0:
        # The way down goes through other states than the way up.
        assert "finish the run that was begun, with `schema apply`" in result.err
        user.succeeds("apply", "--allow", "all")
        user.declare(SECOND)
        user.succeeds("diff")
        user.succeeds("rollback", "--allow", "all")
    user.declare(FIRST)
    user.succeeds("diff")


def test_a_hand_in_between_is_named(user: User, server: Server, database: str) -> None:
    dies(user, 1, running.Done)
    with server.connect(database) as connection, connection.cursor() as cursor:
        cursor.execute("DROP PROCEDURE IF EXISTS pr")
        cursor.execute("CREATE PROCEDURE pr() SELECT 99")
    result = user.types("apply", "--allow", "all")
    assert result.code != 0, result
    assert "procedure:pr" in result.err or "PROCEDURE pr already exists (1304)" in result.err
