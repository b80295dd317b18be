"""A statement of somebody else that takes long is in the way of questions about all tables of MySQL."""

from __future__ import annotations

from threading import Thread

import pymysql

from plumbob.server.connection import connect
from plumbob.server.instant import table_ids, versions_left
from plumbob.server.target import Target
from tests.conftest import Servers, empty_database

LONG = "CREATE TABLE made AS SELECT SLEEP(600) AS a"


def test_what_cannot_be_told_meanwhile_is_not_known(servers: Servers) -> None:
    """It was an error (1205), and taken for a bug of the planner."""
    mysql = servers("mysql")
    with empty_database(mysql) as mine, empty_database(mysql) as theirs:
        with connect(Target.from_url(mysql.url(mine))) as server:
            server.execute("CREATE TABLE t (a int)")
            assert set(table_ids(server) or ()) == {f"{mine}/t"}
            holder = mysql.connect(theirs)
            thread = Thread(target=_run, args=(holder, LONG))
            thread.start()
            try:
                while not server.query(
                    "SELECT 1 FROM information_schema.PROCESSLIST"
                    f" WHERE ID = {holder.thread_id()} AND STATE = 'User sleep'"
                ):
                    pass
                with server.session({"lock_wait_timeout": "1"}):
                    assert table_ids(server) is None
                    assert versions_left(server, ["t"]) == {}
            finally:
                server.execute(f"KILL {holder.thread_id()}")
                thread.join()


def _run(connection: pymysql.Connection, sql: str) -> None:
    with connection.cursor() as cursor:
        try:
            cursor.execute(sql)
        except pymysql.Error:
            return
