"""Kills and failures in the middle, and how the next run goes on (F01, F03, F04, F09, F12, F13, G04, G06)."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import time
from dataclasses import replace

import pytest

from plumbob.errors import Exit, PlumbobError
from plumbob.migration.files import read_folder
from plumbob.migration.record.live import look
from plumbob.migration.record.status import status
from plumbob.migration.run import executor
from plumbob.migration.run.events import Done, FoundOut
from plumbob.plan.statement import Ref, Statement
from plumbob.server.connection import Server
from plumbob.server.errors import ServerError
from tests.migration.project import USERS, Project, alter, fill
from tests.migration.shop import CREATE, DROP

# More with PLUMBOB_KILLS=100, and with `make torture`.
KILLS = int(os.environ.get("PLUMBOB_KILLS", "2"))
RENAME = Statement(
    "RENAME TABLE `notes` TO `remarks`",
    "rename table notes",
    "remarks",
    takes=frozenset({Ref("table", "notes")}),
    gives=frozenset({Ref("table", "remarks")}),
)
RENAME_BACK = replace(RENAME, sql="RENAME TABLE `remarks` TO `notes`")
UP = (
    alter("users", "ADD COLUMN `a` int, ALGORITHM=COPY"),
    CREATE,
    RENAME,
    alter("users", "ADD INDEX `ix` (`name`)"),
    alter("users", "FORCE, ALGORITHM=COPY"),
    alter("users", "MODIFY `name` varchar(300), ALGORITHM=COPY"),
)
DOWN = (
    alter("users", "MODIFY `name` varchar(20), ALGORITHM=COPY"),
    alter("users", "DROP INDEX `ix`"),
    RENAME_BACK,
    DROP,
    alter("users", "DROP COLUMN `a`"),
)


@pytest.fixture
def long(project: Project) -> Project:
    """A migration whose statements take a while, and its rows."""
    project.start(USERS)
    project.migrate("long", *UP, down=DOWN)
    fill(project, 13)
    return project


def kill(project: Project, what: str, wait: float) -> bool:
    """Start a run and kill its client after a while; whether the client still ran."""
    client = subprocess.Popen(
        [*project.run_command, what], stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    assert client.stdout is not None
    assert client.stdout.readline() == b"connected\n"
    time.sleep(wait)
    client.kill()
    said = client.stdout.read().decode()
    client.wait()
    assert "Traceback" not in said, said
    return client.returncode == -signal.SIGKILL


def fingerprint(project: Project) -> str:
    with project.server() as server:
        return look(server).fingerprint


def test_a_client_killed_at_any_moment_is_followed_by_one_that_goes_on(long: Project) -> None:
    rows = long.count("users")
    (migration,) = read_folder(long.folder)
    started = time.monotonic()
    long.apply()
    took = time.monotonic() - started
    long.rollback()
    killed = 0
    for _ in range(KILLS):
        killed += kill(long, "apply", random.uniform(0, took / 2))
        long.apply(lock_wait=30.0)
        assert fingerprint(long) == migration.after
        killed += kill(long, "rollback", random.uniform(0, took / 2))
        # A run that the killed one had finished is not there to be rolled back a second time.
        with long.server() as server:
            left = status(server, [migration])
        if left.applied or left.half_done:
            long.rollback(lock_wait=30.0)
        assert fingerprint(long) == migration.before
        assert long.count("users") == rows
    assert killed
    assert long.count("_plumbob_journal", "history IS NULL") == 0


def test_a_run_waits_for_the_statement_of_a_killed_one(long: Project) -> None:
    fill_more = "INSERT INTO users SELECT id + {}, name FROM users"
    long.sql(*(fill_more.format(2**step) for step in range(13, 17)))
    client = subprocess.Popen([*long.run_command, "apply"], stdout=subprocess.PIPE)
    assert client.stdout is not None
    while b"Runs(number=1" not in client.stdout.readline():
        pass
    while not long.sql(
        "SELECT 1 FROM information_schema.processlist WHERE info LIKE 'ALTER TABLE%'"
    ):
        pass
    client.kill()
    client.wait()
    long.apply(lock_wait=60.0)
    states = long.sql("SELECT number, message FROM _plumbob_journal WHERE number > 0 ORDER BY id")
    assert states[0] == (1, "found done")
    assert [number for number, _ in states] == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize("number", [6, 4])
def test_a_done_that_was_lost_is_found_out(long: Project, number: int) -> None:
    long.apply()
    long.sql(
        "UPDATE _plumbob_journal SET history = NULL",
        "DELETE FROM _plumbob_history",
        f"DELETE FROM _plumbob_journal WHERE number > {number}",
        f"UPDATE _plumbob_journal SET state = 'running', seen_after = NULL WHERE number = {number}",
    )
    assert long.apply().statements == 0
    assert long.count("_plumbob_history") == 1


def test_a_failed_statement_is_run_again_once_its_cause_is_gone(project: Project) -> None:
    project.start(USERS)
    unique = alter("users", "ADD UNIQUE INDEX `u` (`name`)")
    project.migrate(
        "three",
        alter("users", "ADD COLUMN `a` int"),
        unique,
        CREATE,
        down=(DROP, alter("users", "DROP INDEX `u`"), alter("users", "DROP COLUMN `a`")),
    )
    project.sql("INSERT INTO users VALUES (1, 'Ann'), (2, 'Ann')")
    with pytest.raises(PlumbobError) as caught:
        project.apply()
    assert caught.value.exit == Exit.FAILED
    assert "statement 2 of 3 of 20261124T130000_three failed" in caught.value.what
    assert "(1062)" in caught.value.what
    assert "`schema rollback` takes it back" in caught.value.advice
    assert project.sql("SELECT errno FROM _plumbob_journal WHERE state = 'failed'") == [(1062,)]
    with project.server() as server:
        found = status(server, read_folder(project.folder))
    assert found.half_done is not None and not found.is_in_sync
    assert [entry.state for entry in found.half_done.entries] == ["done", "done", "failed"]
    project.sql("UPDATE users SET name = 'Bob' WHERE id = 2")
    assert project.apply().statements == 2
    assert "notes" in project.tables()


def test_a_half_applied_migration_is_rolled_back_by_what_was_done(project: Project) -> None:
    project.start(USERS)
    up = (
        alter("users", "ADD COLUMN `a` int"),
        CREATE,
        alter("users", "ADD UNIQUE INDEX `u` (`name`)"),
        alter("users", "ADD COLUMN `b` int"),
    )
    down = (
        alter("users", "DROP COLUMN `b`"),
        alter("users", "DROP INDEX `u`"),
        DROP,
        alter("users", "DROP COLUMN `a`"),
    )
    project.migrate("four", *up, down=down)
    before = project.definition("users")
    project.sql("INSERT INTO users VALUES (1, 'Ann'), (2, 'Ann')")
    with pytest.raises(PlumbobError):
        project.apply()
    assert project.rollback().statements == 2
    assert project.definition("users") == before
    assert project.tables() == ["users"]
    with project.server() as server:
        found = status(server, read_folder(project.folder))
    assert found.half_done is None and found.applied == ()
    assert project.journal()[-4:] == [("down", number, "done") for number in (1, 2, 3, 4)]
    project.sql("UPDATE users SET name = 'Bob' WHERE id = 2")
    assert project.apply().statements == 4


def test_a_half_done_rollback_can_be_turned_back_or_finished(
    long: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    (migration,) = read_folder(long.folder)
    long.apply()
    for finish in ("apply", "rollback"):
        cut_before(monkeypatch, "DROP TABLE")
        with pytest.raises(Cut):
            long.rollback()
        monkeypatch.undo()
        if finish == "apply":
            long.apply()
            assert fingerprint(long) == migration.after
        else:
            assert long.rollback().statements == 2
            assert fingerprint(long) == migration.before


class Cut(Exception):
    """The process ends here."""


def cut_before(monkeypatch: pytest.MonkeyPatch, start: str) -> None:
    """Let no statement through that begins so, and nothing after it."""
    through = Server.execute

    def execute(self: Server, sql: str) -> int:
        if sql.startswith(start):
            self.close()
            raise Cut
        return through(self, sql)

    monkeypatch.setattr(Server, "execute", execute)


def test_nothing_done_is_nothing_half_done(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.start(USERS)
    unique = alter("users", "ADD UNIQUE INDEX `u` (`name`)")
    project.migrate("unique", unique, down=(alter("users", "DROP INDEX `u`"),))
    project.sql("INSERT INTO users VALUES (1, 'Ann'), (2, 'Ann')")
    with pytest.raises(PlumbobError):
        project.apply()
    with project.server() as server:
        assert status(server, ()).half_done is None
    # So the migration may be planned anew.
    for path in project.folder.iterdir():
        path.unlink()
    assert project.apply().migrations == ()


def test_a_change_by_somebody_else_between_crash_and_resume_stops_the_run(
    long: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    cut_before(monkeypatch, "ALTER TABLE `users` ADD INDEX")
    with pytest.raises(Cut):
        long.apply()
    monkeypatch.undo()
    long.sql("ALTER TABLE users ADD COLUMN mine int")
    with pytest.raises(PlumbobError) as caught:
        long.apply()
    assert caught.value.exit == Exit.FAILED
    assert "statement 4 of 20261124T130000_long was running" in caught.value.what
    assert "users: before " in caught.value.what
    long.sql("ALTER TABLE users DROP COLUMN mine", "CREATE TABLE theirs (i int)")
    with pytest.raises(PlumbobError, match="theirs changed since") as caught:
        long.apply()
    assert caught.value.exit == Exit.STALE
    with pytest.raises(PlumbobError, match="theirs changed since"):
        long.rollback()
    long.sql("DROP TABLE theirs")
    assert long.apply().statements == 3


def test_a_done_statement_has_to_be_the_same_and_a_later_one_need_not(
    long: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    cut_before(monkeypatch, "ALTER TABLE `users` ADD INDEX")
    with pytest.raises(Cut):
        long.apply()
    monkeypatch.undo()
    (migration,) = read_folder(long.folder)

    def with_statement(number: int, sql: str) -> list[object]:
        statements = list(migration.up)
        statements[number - 1] = replace(statements[number - 1], sql=sql)
        forward = replace(migration.forward, statements=tuple(statements), written="")
        return [replace(migration, forward=forward)]

    with long.server() as server:
        with pytest.raises(
            PlumbobError, match="statement 1 of .* was run, and is another"
        ) as caught:
            executor.apply(server, with_statement(1, "DO 1"), executor.Conditions())
        assert caught.value.exit == Exit.STALE
        later = "ALTER TABLE `users` ADD KEY `ix` (`name`)"
        assert (
            executor.apply(server, with_statement(4, later), executor.Conditions()).statements == 3
        )


@pytest.mark.parametrize("is_done", [True, False])
def test_a_lost_connection_is_an_unknown_outcome_that_is_found_out(
    long: Project, monkeypatch: pytest.MonkeyPatch, is_done: bool
) -> None:
    """F05: on a new connection, once the lock says that nothing goes on any more."""
    through = Server.execute

    def execute(self: Server, sql: str) -> int:
        if "ADD INDEX" in sql:
            monkeypatch.undo()
            if is_done:  # And the answer never came.
                through(self, sql)
            self.close()
            raise ServerError(2013, "Lost connection")
        return through(self, sql)

    monkeypatch.setattr(Server, "execute", execute)
    if is_done:
        assert long.apply().statements == 6
        assert FoundOut(4, 6) in long.events
    else:
        with pytest.raises(PlumbobError) as caught:
            long.apply()
        assert caught.value.exit == Exit.FAILED
        assert "the connection was lost at statement 4 of 6" in caught.value.what
        assert "nothing of it is done" in caught.value.what
        assert long.journal()[-1] == ("up", 4, "not started")
        assert long.apply().statements == 3
    assert [each[1] for each in long.journal() if each[2] == "done"] == [1, 2, 3, 4, 5, 6]


def test_a_killed_connection_runs_nothing_more(
    long: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    def progress(event: object) -> None:
        if isinstance(event, Done) and event.number == 2:
            long.sql(f"KILL {long.sql('SELECT connection_id FROM _plumbob_journal LIMIT 1')[0][0]}")

    with pytest.raises(PlumbobError) as caught:
        long.apply(progress=progress)
    assert caught.value.exit == Exit.FAILED
    assert long.journal() == [("up", 1, "done"), ("up", 2, "done")]
    assert long.apply().statements == 4


def test_a_schema_that_is_different_at_the_end_is_not_recorded(
    long: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    def progress(event: object) -> None:
        if isinstance(event, Done) and event.number == 6:
            long.sql("CREATE TABLE theirs (i int)")

    with pytest.raises(PlumbobError) as caught:
        long.apply(progress=progress)
    assert caught.value.exit == Exit.FAILED
    assert "not what it should be: theirs is different" in caught.value.what
    assert long.count("_plumbob_history") == 0
    long.sql("DROP TABLE theirs")
    assert long.apply().statements == 0
    assert long.count("_plumbob_history") == 1
