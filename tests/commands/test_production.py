"""A database that is production knows it, and what may lose all of it is refused there, whoever asks."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from plumbob.errors import Exit, PlumbobError
from plumbob.migration.record.production import is_production
from plumbob.migration.run import executor
from plumbob.server.connection import connect
from plumbob.server.target import Target
from tests.commands.user import User, names
from tests.conftest import empty_database
from tests.servers import Server

USERS = "tables:\n  users:\n    columns:\n      id: int primary key\n      name: varchar(20)\n"
WITHOUT_NAME = USERS.replace("      name: varchar(20)\n", "")
MARKS = "_plumbob_marks"


@pytest.fixture
def user(root: User) -> User:
    """One whose table has lost a column in the declaration: the migration waits."""
    root.declare(USERS)
    root.brings_in_sync()
    root.declare(WITHOUT_NAME)
    root.succeeds("diff", "--write", "-m", "no name")
    (root.folder / "seeds").mkdir()
    (root.folder / "seeds" / "all.yaml").write_text("rows: {users: {ann: {id: 1}}}\n")
    return root


def by_mark(user: User) -> tuple[str, ...]:
    user.succeeds("mark", "production")
    return ()


def by_settings(user: User) -> tuple[str, ...]:
    with (user.folder / "plumbob.cfg").open("a") as settings:
        settings.write("production = true\n")
    return ()


def by_environment(user: User) -> tuple[str, ...]:
    return ("--env", "production")


WAYS = pytest.mark.parametrize("is_known", [by_mark, by_settings, by_environment])
REFUSED = (
    ("drop", "--allow", "drop-database:{}"),
    ("drop", "--allow", "all"),
    ("seed",),
    ("sync", "--watch"),
    ("reset", "--allow", "drop-database:{}"),
    ("sync",),
    ("sync", "--dry-run"),
    ("sync", "--allow", "all"),
    ("apply", "--allow", "all"),
    ("apply",),
    ("rollback", "--allow", "all"),
)


@WAYS
def test_what_may_lose_all_is_refused_in_production(
    user: User, server: Server, database: str, is_known: Callable[[User], tuple[str, ...]]
) -> None:
    more = is_known(user)
    for argv in REFUSED:
        said = user.types(*(each.format(database) for each in argv), *more)
        assert said.code == Exit.UNSAFE, (argv, said)
    server.run(database, "SELECT name FROM users")


def test_a_loss_that_is_approved_by_its_name_is_one_in_production_too(user: User) -> None:
    by_mark(user)
    user.succeeds("apply", "--allow", "drop-column:users.name")


def test_the_first_apply_in_production_sets_the_mark(
    root: User, server: Server, database: str
) -> None:
    root.declare(USERS)
    root.succeeds("diff", "--write", "-m", "first")
    root.succeeds("apply")
    assert MARKS not in names(server, database)
    applied = root.succeeds("apply", "--env", "production")
    assert f"{database} is marked as production from now on" in applied.err
    assert "marked as production" not in root.succeeds("apply", "--env", "production").err
    assert root.types("drop", "--allow", f"drop-database:{database}").code == Exit.UNSAFE


def test_a_dry_run_sets_no_mark(root: User, server: Server, database: str) -> None:
    root.declare(USERS)
    root.succeeds("diff", "--write", "-m", "first")
    root.types("apply", "--env", "production", "--dry-run")
    assert MARKS not in names(server, database)


def test_the_mark_is_no_difference_and_survives_a_rollback_to_nothing(root: User) -> None:
    root.declare(USERS)
    root.succeeds("diff", "--write", "-m", "first")
    root.succeeds("apply", "--env", "production")
    root.succeeds("diff")
    root.succeeds("rollback", "--allow", "drop-table:users")
    shown = root.types("status")
    assert "production marked at" in shown.out
    assert root.types("status", "--json").json["production"]["by"].startswith("root@")
    root.succeeds("apply")
    root.succeeds("status")


def test_a_copy_is_unmarked_by_its_name(root: User, server: Server, database: str) -> None:
    root.declare(USERS)
    root.succeeds("mark", "production")
    with empty_database(server) as copy, server.connect(copy) as connection:
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE TABLE {MARKS} SELECT * FROM {database}.{MARKS}")
        theirs = User(root.folder, server.url(copy))
        refused = theirs.types("drop", "--allow", f"drop-database:{copy}")
        assert refused.code == Exit.UNSAFE
        assert f"when it was called {database}" in refused.err
        assert "schema mark production --remove" in refused.err
        for approval in ((), ("--allow", f"unmark-production:{database}"), ("--allow", "all")):
            left = theirs.types("mark", "production", "--remove", *approval)
            assert (left.code, f"unmark-production:{copy}" in left.err) == (Exit.UNSAFE, True)
        theirs.succeeds("mark", "production", "--remove", "--allow", f"unmark-production:{copy}")
        assert (
            "was before, and is not marked" in theirs.succeeds("mark", "production", "--remove").out
        )
        theirs.succeeds("drop", "--allow", f"drop-database:{copy}")
    assert root.types("drop", "--allow", f"drop-database:{database}").code == Exit.UNSAFE


def test_marks_that_may_not_be_read_are_not_taken_for_none(
    root: User, ann: Callable[..., User], database: str
) -> None:
    root.declare(USERS)
    theirs = ann("CREATE, DROP ON `{}`.*")
    assert theirs.types("drop").code == Exit.UNSAFE
    root.succeeds("mark", "production")
    refused = theirs.types("drop", "--allow", f"drop-database:{database}")
    assert refused.code == Exit.NO_ACCESS
    assert MARKS in refused.err


def test_programs_are_told_too(server: Server, database: str, tmp_path: Path) -> None:
    root = User(tmp_path, server.url(database))
    root.declare(USERS)
    with connect(Target.from_url(root.url)) as connected:
        assert not is_production(connected)
        root.succeeds("mark", "production")
        assert is_production(connected)
        with pytest.raises(PlumbobError, match="all` is refused") as caught:
            executor.apply(connected, (), executor.Conditions(allow=["all"]))
        assert caught.value.exit == Exit.UNSAFE


# What may lose rows, as an account that has all it needs for it, but for a look at the mark.
SINGLE = ("ALL ON {}.users", "ALL ON {}._plumbob_seeds")
UNSEEN = (
    ("sync",),
    ("drop", "--allow", "drop-database:{}"),
    ("reset", "--allow", "drop-database:{}"),
    ("seed",),
    ("seed", "--undo"),
    ("seed", "--fake", "users=2"),
    ("apply", "--allow", "all"),
)


@pytest.mark.parametrize("is_production", [True, False])
def test_a_mark_that_is_not_visible_is_not_absent(
    root: User,
    ann: Callable[..., User],
    server: Server,
    database: str,
    is_production: bool,
) -> None:
    root.declare(USERS)
    root.brings_in_sync()
    seeds = root.folder / "seeds"
    seeds.mkdir()
    (seeds / "a.yaml").write_text("rows: {users: {a: {id: 1, name: Ann}}}\n")
    root.succeeds("seed")
    if is_production:
        root.succeeds("mark", "production")
    user = ann(*SINGLE)
    for argv in UNSEEN:
        said = user.types(*(each.format(database) for each in argv))
        assert said.code == Exit.NO_ACCESS, (argv, said)
        assert f"may not see whether `{database}` is production" in said.err
        assert f"GRANT SELECT ON `{database}`.* TO" in said.err
    with server.connect(database) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT id, name FROM users")
        assert cursor.fetchall() == ((1, "Ann"),)
    # With a look at the whole database it is known, either way.
    seen = ann("SELECT ON {}.*", *SINGLE).types("seed")
    assert seen.code == (Exit.UNSAFE if is_production else Exit.OK), seen
