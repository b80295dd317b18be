"""The pool: how many, how long, which first, and who gets one back."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable

import pytest

from plumbob.errors import PlumbobError
from plumbob.runtime import NoFreeConnection, PoolUse, Settings, connect
from tests.conftest import Servers, empty_database
from tests.runtime.conftest import Connect, connection_count, eventually, holders, in_threads
from tests.servers import Server


def test_defaults() -> None:
    settings = Settings()
    assert (settings.max_connections, settings.min_connections) == (10, 0)
    assert (settings.acquire_timeout, settings.idle_timeout) == (30.0, 10.0)
    assert (settings.retries, settings.retry_pause) == (3, 1.0)


@pytest.mark.parametrize(
    "wrong", [{"max_connections": 0}, {"min_connections": 11}, {"retries": -1}]
)
def test_settings_that_make_no_sense_are_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(PlumbobError):
        Settings(**wrong)


def test_nothing_is_opened_before_it_is_needed(
    connected: Connect, connections: Callable[[], int]
) -> None:
    database = connected()
    assert connections() == 0
    assert database.pool_use() == PoolUse(in_use=0, idle=0, max=10)
    with database.connection_context():
        assert connections() == 1
        assert database.pool_use() == PoolUse(in_use=1, idle=0, max=10)
    assert database.pool_use() == PoolUse(in_use=0, idle=1, max=10)


def test_the_eleventh_waits_and_is_told(connected: Connect, connections: Callable[[], int]) -> None:
    database = connected(acquire_timeout=0.2)
    with holders(database, 10):
        assert connections() == 10
        with pytest.raises(
            NoFreeConnection, match=r"within 0\.2 s: all 10 are in use, one .* holder"
        ):
            database.connect()
        assert connections() == 10
    # The places are free again.
    assert database.execute_sql("SELECT 1").fetchone() == (1,)


def test_the_eleventh_gets_what_becomes_free(connected: Connect) -> None:
    database = connected(acquire_timeout=30)
    with holders(database, 10) as release:
        waiting = threading.Timer(0.1, release)
        waiting.start()
        assert database.execute_sql("SELECT 1").fetchone() == (1,)
        waiting.join()


def test_twenty_threads_share_three_connections(
    connected: Connect, connections: Callable[[], int]
) -> None:
    database = connected(max_connections=3)
    database.execute_sql("CREATE TABLE t (id INT AUTO_INCREMENT PRIMARY KEY, thread INT)")
    database.close()
    seen: set[int] = set()

    def work(number: int) -> None:
        for _ in range(25):
            with database.connection_context(), database.atomic():
                database.execute_sql("INSERT INTO t (thread) VALUES (%s)", (number,))
                seen.add(database.execute_sql("SELECT CONNECTION_ID()").fetchone()[0])

    in_threads(work, 20)
    rows = database.execute_sql("SELECT thread, COUNT(*) FROM t GROUP BY thread").fetchall()
    assert sorted(rows) == [(number, 25) for number in range(20)]
    assert len(seen) <= 3
    assert connections() <= 3


def test_the_one_used_last_is_handed_out_first(connected: Connect) -> None:
    database = connected()

    def number() -> int:
        with database.connection_context():
            return int(database.execute_sql("SELECT CONNECTION_ID()").fetchone()[0])

    with holders(database, 3):
        pass
    last = number()
    assert [number() for _ in range(5)] == [last] * 5
    assert database.pool_use().idle == 3


def test_idle_connections_are_closed(connected: Connect, connections: Callable[[], int]) -> None:
    database = connected(idle_timeout=0.2)
    for count in (4, 1):
        with holders(database, count):
            assert connections() == count
        eventually(lambda: connections() == 0)
        assert database.pool_use() == PoolUse(in_use=0, idle=0, max=10)
        # Whoever closed them is gone as well, and comes again.
        eventually(lambda: database._reaper is None)


def test_without_a_word_they_are_idle_for_ten_seconds(servers: Servers) -> None:
    with empty_database(servers("mariadb")) as name:
        database = connect(servers("mariadb").url(name), settings=Settings(), bind=False)
        with holders(database, 4):
            pass
        began = time.monotonic()
        eventually(lambda: connection_count(servers("mariadb"), name) == 0)
        assert time.monotonic() - began > 9.5


def test_light_load_keeps_one_connection_and_lets_the_others_go(
    connected: Connect, connections: Callable[[], int]
) -> None:
    database = connected(idle_timeout=0.3)
    with holders(database, 4):
        pass

    def one_is_left() -> bool:
        with database.connection_context():
            return connections() == 1

    eventually(one_is_left)


def test_min_connections_are_kept(connected: Connect, connections: Callable[[], int]) -> None:
    database = connected(idle_timeout=0.1, min_connections=2)
    with holders(database, 5):
        pass
    eventually(lambda: connections() == 2)
    eventually(lambda: database._reaper is None)
    assert database.pool_use() == PoolUse(in_use=0, idle=2, max=10)


def test_what_a_thread_left_open_when_it_ended_is_taken_back(connected: Connect) -> None:
    database = connected(max_connections=2, acquire_timeout=5)
    in_threads(lambda _: database.connect(), 2)
    assert database.execute_sql("SELECT 1").fetchone() == (1,)


def test_a_transaction_left_open_does_not_reach_the_next_one(connected: Connect) -> None:
    database = connected()
    database.execute_sql("CREATE TABLE t (id INT)")
    for begin in ("BEGIN", "SET autocommit = 0"):
        database.execute_sql(begin)
        database.execute_sql("INSERT INTO t VALUES (1)")
        database.close()
        database.execute_sql("INSERT INTO t VALUES (2)")
        database.close()
    rows = database.execute_sql("SELECT id FROM t").fetchall()
    assert [row[0] for row in rows] == [2, 2]


def test_a_dead_connection_is_not_handed_out(
    connected: Connect, kill: Callable[[int], None]
) -> None:
    database = connected(retries=0)
    with database.connection_context():
        (number,) = database.execute_sql("SELECT CONNECTION_ID()").fetchone()
    kill(number)
    assert database.execute_sql("SELECT CONNECTION_ID()").fetchone() != (number,)


def test_a_forked_child_has_connections_of_its_own(connected: Connect) -> None:
    database = connected()
    held = threading.Event()
    forked = threading.Event()

    def hold_the_lock() -> None:
        with database._pool_lock:
            held.set()
            forked.wait()

    holder = threading.Thread(target=hold_the_lock)
    with database.atomic():
        number = database.execute_sql("SELECT CONNECTION_ID()").fetchone()
        holder.start()
        held.wait()
        child = os.fork()
        if not child:
            other = database.execute_sql("SELECT CONNECTION_ID()").fetchone()
            os._exit(0 if other != number else 1)
        forked.set()
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        # The parent's own is as it was.
        assert database.execute_sql("SELECT CONNECTION_ID()").fetchone() == number
    holder.join()


def test_a_process_ends_while_connections_are_idle(server: Server, database: str) -> None:
    program = (
        "import sys; from plumbob.runtime import connect\n"
        "database = connect(sys.argv[1], bind=False)\n"
        "with database.connection_context(): print(database.execute_sql('SELECT 1').fetchone()[0])"
    )
    command = [sys.executable, "-c", program, server.url(database)]
    run = subprocess.run(command, capture_output=True, text=True, timeout=9)
    assert (run.stdout, run.stderr, run.returncode) == ("1\n", "", 0)
