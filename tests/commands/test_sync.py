"""`schema sync`: a database becomes what is declared without files, and what others get of it."""

from __future__ import annotations

import shutil
import signal
import subprocess
from collections.abc import Iterator

import pytest

from plumbob.errors import Exit
from tests.commands.test_terminal import on_a_terminal
from tests.commands.user import User, names, tables
from tests.conftest import empty_database
from tests.servers import Server

V1 = "tables:\n  users:\n    columns:\n      id: int primary key\n      name: varchar(20)\n"
EMAIL = "      email: varchar(100)\n"
AGE = "      age: int\n"
INCLUDES = "include: [part.yaml]\n"
NOTES = "  notes:\n    columns:\n      id: int primary key\n"
V2 = V1 + EMAIL


@pytest.fixture
def ann(root: User) -> User:
    """A developer whose database has the first migration."""
    root.declare(V1)
    root.brings_in_sync()
    return root


@pytest.fixture
def ben(ann: User, server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[User]:
    """Another one, with the same files and a database of his own."""
    with empty_database(server) as name:
        other = User(tmp_path_factory.mktemp("ben"), server.url(name))
        shares(ann, other)
        other.succeeds("apply")
        yield other


def shares(one: User, other: User) -> None:
    """What one has committed and the other pulls: the declaration and the migrations."""
    shutil.copytree(one.folder, other.folder, dirs_exist_ok=True)


def migrations(user: User) -> list[str]:
    return sorted(path.name for path in user.folder.glob("generated/migrations/*.sql"))


def test_a_database_becomes_what_is_declared(root: User, server: Server, database: str) -> None:
    root.declare(V1)
    assert "synced by 1 statement" in root.succeeds("sync").out
    root.succeeds("diff")
    assert "nothing to do" in root.succeeds("sync").out
    root.declare(V2 + NOTES)
    assert root.succeeds("sync", "--json").json["statements"] == [
        "create table notes",
        "alter table users: add column email",
    ]
    root.succeeds("diff")
    assert migrations(root) == []
    assert tables(server, database).keys() == {"users", "notes"}


def test_a_dry_run_changes_nothing(ann: User, server: Server, database: str) -> None:
    ann.declare(V2)
    before = tables(server, database)
    said = ann.types("sync", "--dry-run")
    assert (said.code, "would run 1 statement" in said.out) == (Exit.DIFFERENT, True)
    assert tables(server, database) == before
    assert "_plumbob_marks" not in names(server, database)


def test_a_loss_is_approved_by_its_name(ann: User, server: Server, database: str) -> None:
    ann.declare(V1.replace("      name: varchar(20)\n", EMAIL))
    before = tables(server, database)
    refused = ann.types("sync")
    assert refused.code == Exit.UNSAFE
    assert "--allow drop-column:users.name" in refused.err
    assert tables(server, database) == before
    ann.succeeds("sync", "--allow", "drop-column:users.name")
    ann.succeeds("diff")


@pytest.mark.parametrize(("answer", "code"), [("y", Exit.OK), ("n", Exit.UNSAFE)])
def test_a_loss_is_asked_about_on_a_terminal(ann: User, answer: str, code: Exit) -> None:
    ann.declare(V1.replace("      name: varchar(20)\n", EMAIL))
    found, shown = on_a_terminal(ann, "sync", answer=answer, question="Lose it?")
    assert found == code, shown
    assert "drop-column:users.name" in shown


def test_two_developers(ann: User, ben: User, server: Server, database: str) -> None:
    """The whole story: sync, sync again, one migration of it all, which others run."""
    ann.declare(V2)
    ann.succeeds("sync")
    status = ann.types("status")
    assert (status.code, "users is ahead of the migrations" in status.out) == (1, True)
    assert "drifted" not in status.out
    assert "ahead of the migrations" in ann.succeeds("diff").err
    ann.declare(V2 + NOTES)
    ann.succeeds("sync")

    written = ann.succeeds("diff", "--write", "-m", "email and notes")
    assert "begins where those before it end" in written.err
    assert "written before" in ann.succeeds("diff", "--write").err
    recorded = ann.succeeds("apply")
    assert "recorded" in recorded.err
    ann.succeeds("status")
    ann.succeeds("diff")

    shares(ann, ben)
    ben.succeeds("apply")
    ben.succeeds("status")
    ben.succeeds("diff")
    ben.succeeds("rollback", "--allow", "drop-column:users.email", "--allow", "drop-table:notes")
    ann.succeeds("rollback", "--allow", "drop-column:users.email", "--allow", "drop-table:notes")
    ann.succeeds("apply")
    ann.succeeds("status")


def test_a_migration_of_another_one_comes_while_one_is_ahead(ann: User, ben: User) -> None:
    ben.declare(V2)
    ben.succeeds("sync")

    ann.declare(V1 + AGE)
    ann.brings_in_sync()
    shares(ann, ben)
    ben.declare(V1 + AGE + EMAIL)

    refused = ben.types("apply")
    assert (refused.code, "schema sync" in refused.err) == (Exit.STALE, True)
    synced = ben.succeeds("sync", "--json").json
    assert len(synced["recorded"]) == 1
    assert synced["ahead"]
    assert "pending" not in ben.types("status").out
    ben.succeeds("diff", "--write", "-m", "email")
    ben.succeeds("apply")
    ben.succeeds("status")

    shares(ben, ann)
    ann.succeeds("apply")
    ann.succeeds("status")
    ann.succeeds("diff")


def test_a_rename_stays_one_for_those_who_never_synced(
    ann: User, ben: User, server: Server, database: str
) -> None:
    renamed = "      full_name: {type: varchar(20), was: name}\n"
    with server.connect(database) as connection, connection.cursor() as cursor:
        cursor.execute("INSERT INTO users VALUES (1, 'Ann')")
        ann.declare(V1.replace("      name: varchar(20)\n", renamed) + NOTES)
        ann.succeeds("sync")
        ann.declare(V1.replace("      name: varchar(20)\n", renamed))
        ann.succeeds("sync", "--allow", "drop-table:notes")
        cursor.execute("SELECT full_name FROM users")
        assert cursor.fetchone() == ("Ann",)
    ann.succeeds("diff", "--write", "-m", "full name")
    ann.succeeds("apply")
    shares(ann, ben)
    ben.succeeds("apply")
    ben.succeeds("diff")


def test_migrations_that_refer_to_tables_of_others_come_too(
    ann: User, ben: User, server: Server
) -> None:
    make = "CREATE TABLE legacy (id int PRIMARY KEY)"
    refers = "      legacy_id: int references legacy(id)\n"
    for user in (ann, ben):
        with (user.folder / "plumbob.cfg").open("a") as settings:
            settings.write("ignore = legacy\n")
        database = user.url.partition("?")[0].rpartition("/")[2]
        server.run(database, make)
    ben.declare(V2)
    ben.succeeds("sync")
    ann.declare(V1 + refers)
    ann.brings_in_sync()
    shares(ann, ben)
    ben.declare(V1 + refers + EMAIL)
    assert len(ben.succeeds("sync", "--json").json["recorded"]) == 1
    ben.succeeds("diff", "--write", "-m", "email")
    ben.succeeds("apply")
    ben.succeeds("status")


def test_a_sync_behind_what_was_written_takes_that_as_done(ann: User, ben: User) -> None:
    ann.declare(V2)
    ann.succeeds("sync")
    ann.succeeds("diff", "--write", "-m", "email")
    ann.declare(V2 + AGE)
    assert ann.succeeds("sync", "--json").json["recorded"][0].endswith("_email")
    ann.succeeds("diff", "--write", "-m", "age")
    ann.succeeds("apply")
    ann.succeeds("status")
    shares(ann, ben)
    ben.succeeds("apply")
    ben.succeeds("diff")


def test_who_comes_new_may_begin_with_a_sync(ann: User, ben: User, server: Server) -> None:
    ann.declare(V2)
    ann.brings_in_sync()
    with empty_database(server) as name:
        new = User(ann.folder, server.url(name))
        assert len(new.succeeds("sync", "--json").json["recorded"]) == 2
        new.succeeds("status")
        new.succeeds("diff")


def test_the_first_migration_begins_before_the_first_sync(root: User, server: Server) -> None:
    """A database that was there before plumbob, and another one like it that was never synced."""
    make = "CREATE TABLE users (id int PRIMARY KEY, name varchar(20)) CHARSET utf8mb4"
    with empty_database(server) as name:
        other = User(root.folder, server.url(name))
        for user in (root, other):
            user.declare(V1)
            database = user.url.partition("?")[0].rpartition("/")[2]
            server.run(database, make)
        root.declare(V2)
        root.succeeds("sync")
        root.declare(V2 + AGE)
        root.succeeds("sync")
        root.succeeds("diff", "--write", "-m", "both")
        root.succeeds("apply")
        root.succeeds("status")
        other.succeeds("apply")
        other.succeeds("diff")


VIEW = "views:\n  everybody: select id from users\n"


def test_kinds_that_no_migration_spoke_of_are_written_as_well(
    root: User, server: Server, database: str
) -> None:
    """An adopted database without a migration, and a view that only a sync has made."""
    root.declare(V1)
    root.succeeds("sync")
    server.run(database, "DROP TABLE _plumbob_history, _plumbob_journal")
    root.declare(V1 + VIEW)
    root.succeeds("sync")
    assert "view:everybody is ahead of the migrations" in root.types("status").out
    root.succeeds("diff", "--write", "-m", "view")
    assert "recorded" in root.succeeds("apply").err
    root.succeeds("status")
    root.succeeds("rollback")
    root.succeeds("apply")
    root.succeeds("diff")


def test_a_sync_that_is_taken_back_leaves_nothing(ann: User) -> None:
    ann.declare(V2)
    ann.succeeds("sync")
    refused = ann.types("rollback", "--allow", "all")
    assert (refused.code, "was synced" in refused.err) == (Exit.STALE, True)
    ann.declare(V1)
    ann.succeeds("sync", "--allow", "drop-column:users.email")
    ann.succeeds("status")
    ann.succeeds("rollback", "--allow", "drop-table:users")


def test_what_somebody_changes_behind_a_sync_is_drift(
    ann: User, server: Server, database: str
) -> None:
    ann.declare(V2)
    ann.succeeds("sync")
    server.run(database, "ALTER TABLE users ADD COLUMN by_hand int")
    status = ann.types("status")
    assert (status.code, "drifted" in status.out) == (Exit.STALE, True)


def test_rows_that_would_stop_a_sync_are_told_before_it_runs(
    ann: User, server: Server, database: str
) -> None:
    server.run(database, "INSERT INTO users VALUES (1, 'a'), (2, 'a')")
    ann.declare(V1 + "    indexes:\n      uq_name: unique (name)\n" + NOTES)
    refused = ann.types("sync", "--allow", "all")
    assert refused.code == Exit.UNSAFE
    assert "1 value that several rows of users have, for example id 1" in refused.err
    assert "notes" not in tables(server, database)


def test_a_sync_that_fails_goes_on(ann: User, server: Server, database: str) -> None:
    with server.connect(database) as connection, connection.cursor() as cursor:
        cursor.execute("INSERT INTO users VALUES (1, 'a'), (2, 'a')")
        # A division by zero stops the statement, and no count finds it.
        ann.declare(V1 + "      share: int as (100 div (id - 1)) stored\n" + NOTES)
        failed = ann.types("sync")
        assert failed.code == Exit.FAILED, failed
        assert "`schema sync` goes on from here" in failed.err
        assert "notes" in tables(server, database)
        cursor.execute("UPDATE users SET id = 3 WHERE id = 1")
    ann.succeeds("sync")
    ann.succeeds("diff")
    ann.succeeds("diff", "--write", "-m", "share")
    ann.succeeds("apply")
    ann.succeeds("status")


def read_until(running: subprocess.Popen[str], text: str) -> None:
    assert running.stdout is not None
    seen = []
    for each in running.stdout:
        seen.append(each)
        if text in each:
            return
    pytest.fail(f"{text!r} was not said, but {''.join(seen)}")


def test_a_sync_that_is_killed_goes_on(ann: User, server: Server, database: str) -> None:
    ann.declare(V2 + NOTES)
    with server.connect(database) as connection, connection.cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute("SELECT * FROM users")
        with ann.starts("sync") as running:
            read_until(running, "trying again in")
            running.kill()
            running.wait()
        cursor.execute("COMMIT")
    status = ann.types("status")
    assert "go on with `schema sync`" in status.out, status
    refused = ann.types("apply")
    assert (refused.code, "Run `schema sync` again" in refused.err) == (Exit.STALE, True)
    ann.succeeds("sync")
    ann.succeeds("diff")
    ann.succeeds("diff", "--write", "-m", "all of it")
    ann.succeeds("apply")
    ann.succeeds("status")


def test_every_save_is_synced_until_ctrl_c(ann: User) -> None:
    with ann.starts("sync", "--watch") as running:
        for text, part, said in (
            (V2, "", "synced by 1 statement"),
            ("tables:\n  users: [\n", "", "error:"),
            (V2 + INCLUDES, "tables: [", "error:"),
            ("", "tables:\n" + NOTES, "synced by 1 statement"),
            (V1, "", "--allow drop-column:users.email"),
        ):
            read_until(running, "until Ctrl-C")
            if part:
                (ann.folder / "schema" / "part.yaml").write_text(part)
            if text:
                ann.declare(text)
            read_until(running, said)
        read_until(running, "until Ctrl-C")
        running.send_signal(signal.SIGINT)
        read_until(running, "interrupted")
        assert running.wait() == Exit.INTERRUPTED
