"""A client that dies between the two statements of a program that is made anew, and what comes after it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from plumbob.migration.files import read_folder
from plumbob.migration.run import events, executor
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


def dies(user: User, number: int, event: type, run: Callable[..., object] = executor.apply) -> None:
    """Apply until a statement begins, or until it is done and nobody has written that down yet."""

    def progress(seen: object) -> None:
        if isinstance(seen, event) and seen.number == number:
            raise Killed

    with connect(Target.from_url(user.url)) as server, pytest.raises(Killed):
        chain = read_folder(user.folder / "generated" / "migrations")
        run(server, chain, executor.Conditions(allow=["all"], progress=progress))


@pytest.mark.parametrize("event", [events.Runs, events.Done])
@pytest.mark.parametrize("number", [1, 2])
def test_apply_goes_on(user: User, number: int, event: type) -> None:
    dies(user, number, event)
    user.succeeds("apply", "--allow", "all")
    user.succeeds("diff")
    user.succeeds("rollback", "--allow", "all")
    user.declare(FIRST)
    user.succeeds("diff")


@pytest.mark.parametrize("number", [1, 2])
def test_rollback_turns_back(user: User, number: int) -> None:
    """The way down goes through other states than the way up: the function comes first on both."""
    dies(user, number, events.Done)
    user.succeeds("rollback", "--allow", "all")
    user.declare(FIRST)
    user.succeeds("diff")
    user.declare(SECOND)
    user.succeeds("apply", "--allow", "all")
    user.succeeds("diff")


TABLES = """\
tables:
  one: {columns: {a: int primary key}}
  two: {columns: {a: int primary key, one: int references one(a)}}
  three: {columns: {a: int primary key}}
"""
MORE = """\
tables:
  one: {columns: {a: int primary key, b: int}}
  two: {columns: {a: int primary key, one: int references one(a), b: int}}
  three: {columns: {a: int primary key, b: int}}
  four: {columns: {a: int primary key, three: int references three(a)}}
"""


@pytest.mark.parametrize(("number", "back"), [(1, 1), (2, 2), (3, 1), (4, 1)])
def test_a_rollback_that_turned_back_and_died_goes_on(
    tmp_path: Path, server: Server, database: str, number: int, back: int
) -> None:
    """Every table in the order of its name, on both ways: no way goes through a state of the other."""
    user = User(tmp_path, server.url(database))
    user.declare(TABLES)
    user.brings_in_sync()
    user.declare(MORE)
    user.succeeds("diff", "--write", "-m", "more")
    dies(user, number, events.Done)
    try:
        dies(user, back, events.Done, executor.rollback)
    except pytest.fail.Exception:
        assert number < 4, "what is not needed is passed, and no statement of that number is run"
    else:
        user.succeeds("rollback", "--allow", "all")
    user.declare(TABLES)
    user.succeeds("diff")
    user.declare(MORE)
    user.succeeds("apply")
    user.succeeds("diff")


def test_a_hand_in_between_is_named(user: User, server: Server, database: str) -> None:
    dies(user, 1, events.Done)
    server.run(database, "DROP PROCEDURE IF EXISTS pr", "CREATE PROCEDURE pr() SELECT 99")
    result = user.types("apply", "--allow", "all")
    assert result.code != 0, result
    assert "procedure:pr" in result.err or "PROCEDURE pr already exists (1304)" in result.err
