"""Two runs at once, and tables that somebody else holds (E01, E02, E03, E11)."""

from __future__ import annotations

import subprocess
import threading
import time

import pytest

from plumbob.errors import Exit, PlumbobError
from plumbob.migration.run import lock
from plumbob.migration.run.events import WaitsForApplier, WaitsForTable
from plumbob.server.connection import connect
from plumbob.server.target import Target
from tests.migration.project import Project


def test_the_name_of_the_lock_is_short_and_has_the_database(shop: Project) -> None:
    with shop.server() as server:
        name = lock.lock_name(server)
        assert len(name) <= 64 and name == name.lower()
        server.use("mysql")
        assert lock.lock_name(server) != name


def test_another_run_is_waited_for_and_then_named(shop: Project) -> None:
    with shop.server() as server, lock.held(server, 0, lambda _: None):
        with pytest.raises(PlumbobError) as caught:
            shop.apply(lock_wait=1.5)
    assert caught.value.exit == Exit.LOCKED
    assert f"its lock is held by connection {server.connection_id} (root from" in caught.value.what
    waits = [event for event in shop.events if isinstance(event, WaitsForApplier)]
    assert waits and waits[0].holder is not None
    assert shop.sql("SHOW TABLES") == [("users",)]
    assert shop.apply().statements == 3


def test_a_run_begins_as_soon_as_the_other_has_ended(shop: Project) -> None:
    holder = connect(Target.from_url(shop.url))
    with lock.held(holder, 0, lambda _: None):
        timer = threading.Timer(1.5, holder.close)
        timer.start()
        started = time.monotonic()
        shop.apply(lock_wait=30.0)
        assert time.monotonic() - started > 1.0
        timer.join()


def test_of_two_runs_at_once_each_statement_runs_once(shop: Project) -> None:
    clients = [
        subprocess.Popen([*shop.run_command, "apply"], stdout=subprocess.PIPE) for _ in range(3)
    ]
    for client in clients:
        client.communicate()
    assert [client.returncode for client in clients] == [0, 0, 0]
    assert shop.journal() == [("up", 1, "done"), ("up", 2, "done"), ("up", 1, "done")]
    assert shop.count("_plumbob_history") == 2


def test_a_deadlock_of_the_lock_and_a_table_is_a_conflict(shop: Project) -> None:
    """E14: a run holds the lock and waits for a transaction, whose connection asks for the lock."""
    with shop.server() as other:
        # Otherwise it would not see the journal, which is younger than its transaction.
        other.execute("SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED")
        other.execute("START TRANSACTION")
        other.query("SELECT * FROM users")
        run = subprocess.Popen([*shop.run_command, "apply"], stdout=subprocess.PIPE, text=True)
        assert run.stdout is not None
        while not run.stdout.readline().startswith("Runs("):
            pass
        while not shop.sql(
            "SELECT 1 FROM information_schema.processlist WHERE state LIKE 'Waiting for table%'"
            f" AND db = '{shop.database}'"
        ):
            time.sleep(0.05)
        with pytest.raises(PlumbobError) as caught, lock.held(other, 0.5, lambda _: None):
            pass
        assert caught.value.exit == Exit.LOCKED
        other.execute("ROLLBACK")
        run.communicate()
    assert run.returncode == 0
    assert shop.count("_plumbob_history") == 2


def test_a_held_table_is_given_up_after_a_while_and_nothing_is_half_done(shop: Project) -> None:
    with shop.home.connect(shop.database, autocommit=False) as blocker:
        with blocker.cursor() as cursor:
            cursor.execute("SELECT * FROM users")
            with pytest.raises(PlumbobError) as caught:
                shop.apply(max_wait=2.5)
            blocker.rollback()
    assert caught.value.exit == Exit.LOCKED
    assert "statement 1 of 2 of 20261124T130000_first got no lock" in caught.value.what
    assert shop.journal() == [("up", 1, "not started")]
    waits = [event for event in shop.events if isinstance(event, WaitsForTable)]
    assert waits and 0 < waits[0].pause <= 2.0
    assert shop.apply().statements == 3


def test_readers_go_on_while_a_statement_waits(shop: Project) -> None:
    """R5: the statement gets its turn, and no reader waits much longer than one attempt."""
    stop = threading.Event()
    worst = [0.0]

    def read() -> None:
        with shop.home.connect(shop.database) as connection, connection.cursor() as cursor:
            while not stop.is_set():
                started = time.monotonic()
                cursor.execute("SELECT * FROM users")
                worst[0] = max(worst[0], time.monotonic() - started)
                time.sleep(0.01)

    reader = threading.Thread(target=read)
    with shop.home.connect(shop.database, autocommit=False) as blocker:
        blocker.cursor().execute("SELECT * FROM users")
        release = threading.Timer(4.0, blocker.rollback)
        reader.start()
        release.start()
        shop.apply(max_wait=30.0)
        release.join()
    stop.set()
    reader.join()
    assert 0.5 < worst[0] < 2.5
