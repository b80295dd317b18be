"""What each command needs: with these privileges it works, and with one less it says so and does nothing.

The same table stands in docs/connecting.md.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from plumbob.server.binaries import find
from plumbob.server.sandbox import Sandbox
from tests.commands.user import User, names, tables
from tests.conftest import account_of, anonymous_account, empty_database
from tests.servers import SERVERS, Server

FIRST = """\
tables:
  par: {columns: {id: int primary key, s: varchar(9)}}
  gone: {columns: {id: int primary key}}
  old: {columns: {id: int primary key}}
"""
SECOND = """\
tables:
  par: {columns: {id: int primary key, s: varchar(19)}}
  fresh: {was: old, columns: {id: int primary key}}
  chi: {columns: {id: int primary key, p: int references par(id)}}
"""
APPLY = ("SELECT", "INSERT", "UPDATE", "CREATE", "ALTER", "DROP", "REFERENCES")
# What a database of the tool's own for trying out needs, beside what reads the target.
SCRATCH = "SELECT, CREATE, ALTER, DROP, INSERT, REFERENCES ON `\\_plumbob\\_scratch\\_%`.*"


def test_to_look_takes_references_alone(root: User, ann: Callable[..., User]) -> None:
    root.declare(FIRST)
    root.brings_in_sync()
    for privilege in ("REFERENCES", "SELECT"):
        user = ann(f"{privilege} ON {{}}.*")
        user.succeeds("diff")
        user.declare(SECOND)
        assert user.types("diff", "--scratch", "sandbox").code == 1
        user.declare(FIRST)
        (root.folder / "read").mkdir()
        user.succeeds("init", "--dir", "read", "--from", user.url)
        for file in sorted((root.folder / "read").rglob("*"), reverse=True):
            file.unlink() if file.is_file() else file.rmdir()
        (root.folder / "read").rmdir()


def test_status_reads_the_history(root: User, ann: Callable[..., User]) -> None:
    root.declare(FIRST)
    root.brings_in_sync()
    ann("SELECT ON {}.*").succeeds("status")
    table = "SELECT ON {}._plumbob_"
    user = ann("REFERENCES ON {}.*", f"{table}history", f"{table}journal")
    user.succeeds("status")
    result = ann("REFERENCES ON {}.*").types("status")
    assert result.code == 3, result
    assert "_plumbob_" in result.err


def test_to_try_out_on_the_target(root: User, ann: Callable[..., User], server: Server) -> None:
    root.declare(FIRST)
    root.brings_in_sync()
    root.declare(SECOND)
    ann("SELECT ON {}.*", SCRATCH).succeeds("diff", "--write", "-m", "test")
    result = ann("SELECT ON {}.*").types("diff", "--write", "-m", "other")
    assert result.code == 3, result
    assert "scratch" in result.err


def test_to_apply_and_to_go_back(
    root: User, ann: Callable[..., User], server: Server, database: str
) -> None:
    user = ann(f"{', '.join(APPLY)} ON {{}}.*")
    for text in (FIRST, SECOND):
        root.declare(text)
        root.succeeds("diff", "--write", "-m", "test")
        user.succeeds("apply", "--allow", "all")
    user.succeeds("rollback", "--allow", "all")
    assert tables(server, database).keys() == {"par", "gone", "old"}


@pytest.mark.parametrize("privilege", APPLY)
def test_what_is_missing_is_said_before_anything_runs(
    privilege: str, root: User, ann: Callable[..., User], server: Server, database: str
) -> None:
    root.declare(FIRST)
    root.brings_in_sync()
    root.declare(SECOND)
    root.succeeds("diff", "--write", "-m", "second")
    before = tables(server, database), names(server, database)
    rest = [each for each in APPLY if each != privilege]
    user = ann(f"{', '.join(rest)} ON {{}}.*")
    if privilege == "REFERENCES" and server.flavour.is_mariadb:
        # It takes any privilege on the parent for enough.
        user.succeeds("apply", "--allow", "all")
        return
    result = user.types("apply", "--allow", "all")
    assert result.code == 3, result
    assert privilege in result.err
    assert (tables(server, database), names(server, database)) == before
    if "has not the privileges" in result.err:
        account = f"'{account_of(database)}'@'localhost'"
        assert f"GRANT {privilege} ON `{database}`.* TO {account}" in result.err
    root.succeeds("apply", "--allow", "all")


def test_privileges_on_single_tables_are_enough_where_they_are(
    root: User, ann: Callable[..., User]
) -> None:
    """Nobody is sent away for what the database as a whole does not give."""
    root.declare(FIRST)
    root.brings_in_sync()
    root.declare(FIRST.replace("varchar(9)", "varchar(19)"))
    root.succeeds("diff", "--write", "-m", "second")
    user = ann(
        "SELECT ON {}.*",
        "ALTER ON {}.par",
        "INSERT, UPDATE ON {}._plumbob_history",
        "INSERT, UPDATE ON {}._plumbob_journal",
    )
    result = user.succeeds("apply")
    assert result.code == 0


def test_grants_to_the_anonymous_account_count(
    root: User, ann: Callable[..., User], server: Server, database: str
) -> None:
    """They are not shown to anybody else, so the server itself is asked."""
    root.declare(FIRST)
    root.succeeds("diff", "--write", "-m", "first")
    user = ann()
    with (
        anonymous_account(server),
        server.connect() as connection,
        connection.cursor() as cursor,
    ):
        cursor.execute(f"GRANT ALL ON {database}.* TO ''@localhost")
        user.succeeds("apply")


@pytest.mark.parametrize("name", SERVERS)
def test_a_server_that_asks_nobody(name: str, tmp_path: Path) -> None:
    """--skip-grant-tables: SHOW GRANTS is refused there (1290)."""
    with Sandbox(find(*SERVERS[name]), ["--skip-grant-tables"]) as sandbox:
        with empty_database(Server(sandbox.url)) as database:
            user = User(tmp_path, sandbox.url_of(database))
            for text in (FIRST, SECOND):
                user.declare(text)
                user.brings_in_sync()
            user.succeeds("rollback", "--allow", "all")
