"""Errors that no statement by itself brings about, and whether the page of each has the server's own text.

With tests/migration/errors.yaml and what stands in ELSEWHERE each page has been met on a real server.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from plumbob.server.driver import open_connection
from plumbob.server.pages import PAGES
from plumbob.server.target import Target
from tests.load_yaml import load_yaml
from tests.migration.titles import told
from tests.servers import Server

TESTS = Path(__file__).parents[1]
ACCOUNT = "migration/test_words.py::test_what_an_account_is_told"
ELSEWHERE = {
    **dict.fromkeys((1044, 1045, 1142, 1143, 1227, 1317, 1370, 1820, 1862, 3118, 4151), ACCOUNT),
    **dict.fromkeys(
        (1040, 1130, 1698, 2026, 3159), "commands/test_server_wide.py::test_who_may_not_come"
    ),
    1047: "galera/test_cluster.py::test_a_node_that_is_cut_off_says_so_and_the_others_go_on",
    1799: "commands/test_online_log.py::test_an_alter_whose_online_log_overflows",
    # The servers of the tests have no account whose way to log in PyMySQL lacks; we lack cryptography.
    2059: "commands/test_fault_cases_i.py::test_a_cold_cache_of_passwords",
    4092: "cost/test_used_up.py::test_what_the_live_table_has_left_decides",
}
Told = Callable[[], object]


def test_where_nobody_answers() -> None:
    with told(2003):
        open_connection(Target(host="127.0.0.1", port=1))


def test_a_connection_that_is_gone(server: Server) -> None:
    one = server.connect()
    one._sock.shutdown(socket.SHUT_WR)
    with told(2006):
        one.query("SELECT 1")
    with server.connect() as other:
        one = server.connect()
        killer = threading.Timer(0, ends, (other, one.thread_id()))
        killer.start()
        with told(2013):
            one.query("SELECT SLEEP(60)")
        killer.join()


def ends(other: Any, id: int) -> None:
    """End a connection as soon as its statement runs."""
    with other.cursor() as cursor:
        while not cursor.execute(
            f"SELECT 1 FROM information_schema.processlist WHERE id = {id} AND info LIKE '%SLEEP%'"
        ):
            pass
        cursor.execute(f"KILL {id}")


def test_transactions_that_wait_for_each_other(server: Server, database: str) -> None:
    options = {"database": database, "autocommit": False}
    with server.connect(**options) as one, server.connect(**options) as other:
        with one.cursor() as cursor:
            cursor.execute("CREATE TABLE t (id int PRIMARY KEY, n int) ENGINE=InnoDB")
            cursor.execute("INSERT INTO t VALUES (1, 0), (2, 0)")
        one.commit()
        one.query("UPDATE t SET n = 1 WHERE id = 1")
        other.query("SET innodb_lock_wait_timeout = 1")
        with told(1205):
            other.query("UPDATE t SET n = 2 WHERE id = 1")
        other.query("SET innodb_lock_wait_timeout = 60")
        # More rows than the other one has changed: so the other one is taken back.
        one.query("INSERT INTO t VALUES (3, 0), (4, 0), (5, 0), (6, 0)")
        other.query("UPDATE t SET n = 2 WHERE id = 2")
        waits = threading.Thread(target=lambda: one.query("UPDATE t SET n = 1 WHERE id = 2"))
        waits.start()
        with told(1213):
            other.query("UPDATE t SET n = 2 WHERE id = 1")
        waits.join()


def test_each_page_was_met_on_a_server() -> None:
    cases = load_yaml((TESTS / "migration/errors.yaml").read_text(encoding="utf-8"))["cases"]
    numbers = {
        int(case[key]) for case in cases for key in ("errno", "mysql", "mariadb") if key in case
    }
    here = {1205, 1213, 2003, 2006, 2013}
    assert numbers | here | ELSEWHERE.keys() >= PAGES
    for place in ELSEWHERE.values():
        file, _, name = place.partition("::")
        assert f"def {name}(" in (TESTS / file).read_text(encoding="utf-8")
