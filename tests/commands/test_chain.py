"""The chain and its files, as commands show them: what stops a run, what does not, and what is said."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from plumbob.migration.record.store import FORMATS
from tests.commands.user import User
from tests.conftest import Servers, empty_database
from tests.servers import Server

FIRST = "tables:\n  users:\n    columns:\n      id: int primary key\n"
SECOND = FIRST + "      name: varchar(20)\n"
BORN = FIRST + "      born: date\n"
THIRD = FIRST + "      name: varchar(20)\n      born: date\n"
OLD = "20200101T000000_born"


@pytest.fixture(scope="module")
def made(
    servers: Servers, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Server, str, Path]]:
    """A database with two migrations; none of it is about a maker's server, so one is enough."""
    running = servers("mariadb")
    with empty_database(running) as name:
        user = User(tmp_path_factory.mktemp("chain"), running.url(name))
        user.declare(FIRST)
        with (user.folder / "plumbob.cfg").open("a") as settings:
            settings.write("models = off\n")
        for text, message in ((FIRST, "users"), (SECOND, "name")):
            user.declare(text)
            user.succeeds("diff", "--write", "-m", message)
            user.succeeds("apply")
        yield running, name, user.folder


@pytest.fixture
def user(made: tuple[Server, str, Path], tmp_path: Path) -> User:
    """The same database, with files of its own."""
    server, name, folder = made
    shutil.copytree(folder, tmp_path / "own")
    return User(tmp_path / "own", server.url(name))


def file(user: User, message: str, way: str = "") -> Path:
    (found,) = user.folder.glob(f"generated/migrations/*_{message}{way}.sql")
    return found


def by_hand(made: tuple[Server, str, Path], sql: str) -> None:
    server, name, _ = made
    server.run(name, sql)


# What somebody did to a file that was applied, and that stops nothing.
HARMLESS: dict[str, Callable[[str], str]] = {
    "a comment": lambda text: text + "-- a remark\n",
    "a comment ahead": lambda text: text.replace(
        "-- statement 1", "-- why it is so\n-- statement 1"
    ),
    "the message": lambda text: text.replace("-- message: name", "-- message: names of people"),
    "white space": lambda text: text.replace("ADD COLUMN ", "ADD   COLUMN\n    "),
    "line ends": lambda text: text.replace("\n", "\r\n"),
    "a mark at the begin": lambda text: "\ufeff" + text,
}


@pytest.mark.parametrize("edit", HARMLESS)
def test_what_says_nothing_to_a_server_stops_nothing(user: User, edit: str) -> None:
    for way in ("", ".rollback"):
        path = file(user, "name", way)
        path.write_bytes(HARMLESS[edit](path.read_text()).encode())
    for command in ("status", "apply", "diff"):
        user.succeeds(command)


def test_a_changed_statement_is_shown_old_against_new(user: User) -> None:
    path = file(user, "name")
    text = path.read_text()
    path.write_text(text.replace("varchar(20)", "varchar(200)"))
    for command in ("apply", "rollback"):
        refused = user.types(command)
        assert refused.code == 6
        assert f"{path.stem} was changed after it had been applied" in refused.err
        old, new = (
            next(line for line in refused.err.splitlines() if line.strip().startswith(sign))
            for sign in "-+"
        )
        assert ("varchar(20)" in old, "varchar(200)" in new) == (True, True), refused
    assert user.types("status").code == 6
    path.write_text(re.sub(r"(?m)^-- after: sha256:\w+ users$", "-- after: unknown users", text))
    assert "its statements are the same" in user.types("apply").err


def test_files_that_are_missing_or_not_ours_are_named(user: User) -> None:
    (user.folder / "generated/migrations/notes.sql").write_text("SELECT 1;\n")
    for command in ("status", "apply", "check"):
        refused = user.types(command)
        assert (refused.code != 0, "notes.sql:1:1" in refused.err) == (True, True), refused
    (user.folder / "generated/migrations/notes.sql").unlink()
    gone = file(user, "name")
    for path in (gone, file(user, "name", ".rollback"), gone.with_name("head")):
        path.unlink()
    refused = user.types("apply")
    assert refused.code == 6
    assert f"{gone.stem} was applied to this database, and its files are not there" in refused.err
    assert "schema history --write" in refused.err


def test_an_older_plumbob_refuses_what_a_newer_one_wrote(
    user: User, made: tuple[Server, str, Path]
) -> None:
    path = file(user, "name")
    text = path.read_text()
    path.write_text(text.replace("format 3", "format 99", 1))
    refused = user.types("apply")
    assert (refused.code, "it has format 99" in refused.err) == (2, True), refused
    assert "use the plumbob that wrote it" in refused.err
    path.write_text(text)
    for table, format in FORMATS.items():
        known = f"plumbob {table.removeprefix('_plumbob_')}, format"
        by_hand(made, f"ALTER TABLE {table} COMMENT = '{known} 99'")
        refused = user.types("apply")
        by_hand(made, f"ALTER TABLE {table} COMMENT = '{known} {format}'")
        assert (refused.code, "has format 99" in refused.err) == (4, True), refused
    user.succeeds("status")


@pytest.fixture
def branched(made: tuple[Server, str, Path], tmp_path: Path) -> Iterator[tuple[User, str]]:
    """A database that has `name`, and a folder into which `born` came later, which is older by its name."""
    server, _, folder = made
    shutil.copytree(folder, tmp_path / "own")
    with empty_database(server) as database:
        user = User(tmp_path / "own", server.url(database))
        user.succeeds("apply")
        with empty_database(server) as other:
            colleague = User(user.folder, server.url(other))
            ours = {file(user, "name", way): b"" for way in ("", ".rollback")}
            ours = {path: path.read_bytes() for path in ours}
            head = next(iter(ours)).with_name("head")
            for path in (*ours, head):
                path.unlink()
            colleague.declare(BORN)
            colleague.types("apply")
            colleague.succeeds("diff", "--write", "-m", "born")
        for way in (".rollback", ""):
            path = file(user, "born", way)
            text = path.read_text().replace(path.name.removesuffix(f"{way}.sql"), OLD)
            path.with_name(f"{OLD}{way}.sql").write_text(text)
            path.unlink()
        for path, content in ours.items():
            path.write_bytes(content)
        head.unlink()
        user.declare(THIRD)
        yield user, file(user, "name").stem


def planned_anew(user: User) -> None:
    user.succeeds("rebase", OLD)
    user.succeeds("apply")
    for command in ("status", "diff", "check"):
        user.succeeds(command)


def test_an_older_migration_that_comes_in_later_is_never_skipped(
    branched: tuple[User, str],
) -> None:
    """It is seen and named by every command, planned anew behind what was applied, and run."""
    user, name = branched
    for command in ("status", "apply", "check"):
        refused = user.types(command)
        assert refused.code == 6, (command, refused)
        assert f"{OLD} and {name} both follow" in refused.err
        assert "schema rebase" in refused.err
    planned_anew(user)


def test_nor_is_it_where_somebody_has_put_it_into_the_middle(branched: tuple[User, str]) -> None:
    user, name = branched
    text = file(user, "born").read_text()
    parent = f"-- parent: {OLD} {text.partition('-- checksum: ')[2][:71]}"
    for way in ("", ".rollback"):
        path = file(user, "name", way)
        path.write_text(re.sub("(?m)^-- parent: .*$", parent, path.read_text()))
    refused = user.types("apply")
    assert refused.code == 6
    assert (
        f"{name} was applied to this database, and {OLD}, which it follows, was not" in refused.err
    )
    assert f"schema rebase {OLD}" in refused.err
    for way in ("", ".rollback"):
        file(user, "name", way).unlink()
    user.succeeds("history", "--write")
    planned_anew(user)
