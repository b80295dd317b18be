"""F16: others write more, while a table is built anew, than the server keeps for them."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pymysql
import pytest

from tests.commands.desk import Desk, fails
from tests.commands.user import User
from tests.migration.titles import assert_titled
from tests.servers import Server

LIMIT = "innodb_online_alter_log_max_size"
# What one UPDATE of all rows writes into the log is twice its smallest size, which is that of a sort buffer.
ROWS, WIDTH = 4096, 600
TABLE = "tables:\n  t:\n    columns:\n      id: int primary key\n      pad: varchar(600)"


@pytest.fixture
def desk(root: User, server: Server, database: str) -> Desk:
    return Desk(root, server, database)


@pytest.fixture
def small_log(server: Server) -> Iterator[None]:
    """For the whole server: it has no such limit for one session."""
    with server.connect() as connection, connection.cursor() as cursor:
        cursor.execute(f"SELECT @@{LIMIT}")
        ((before,),) = cursor.fetchall()
        cursor.execute(f"SET GLOBAL {LIMIT} = 65536")
        yield
        cursor.execute(f"SET GLOBAL {LIMIT} = {before}")


def writes(desk: Desk, stop: threading.Event) -> None:
    """Write to all rows, again and again: the next one waits while the ALTER begins, and then runs beside it."""
    with desk.server.connect(desk.database) as connection, connection.cursor() as cursor:
        while not stop.is_set():
            try:
                cursor.execute(f"UPDATE t SET pad = REPEAT(IF(pad LIKE 'x%', 'y', 'x'), {WIDTH})")
            except pymysql.err.OperationalError as error:
                assert error.args[0] in (1205, 1213), error


def test_an_alter_whose_online_log_overflows(desk: Desk, small_log: None) -> None:
    desk.user.succeeds("apply")
    desk.user.declare(TABLE)
    desk.user.brings_in_sync()
    desk.sql(
        f"INSERT INTO t VALUES (0, REPEAT('x', {WIDTH}))",
        *(f"INSERT INTO t SELECT id + {2**n}, pad FROM t" for n in range(ROWS.bit_length() - 1)),
    )
    desk.user.declare(TABLE + " not null")
    desk.user.succeeds("diff", "--write", "-m", "change")
    before = desk.sql("SHOW CREATE TABLE t")
    stop = threading.Event()
    writers = [threading.Thread(target=writes, args=(desk, stop)) for _ in range(2)]
    for each in writers:
        each.start()
    try:
        said = fails(desk.user, 7, "apply").err
    finally:
        stop.set()
        for each in writers:
            each.join()
    assert "(1799)" in said and f"{LIMIT} is 65536 bytes" in said
    assert "the table is unchanged" in said and f"SET GLOBAL {LIMIT}" in said
    assert "`schema explain 1799`" in said
    (failed,) = desk.sql("SELECT errno, message FROM _plumbob_journal WHERE state = 'failed'")
    assert failed[0] == 1799
    assert_titled(1799, str(failed[1]).removesuffix(" (1799)"))
    assert desk.sql("SHOW CREATE TABLE t") == before
    desk.user.succeeds("apply")
    desk.user.succeeds("diff")
    assert desk.sql(f"SELECT COUNT(*) FROM t WHERE LENGTH(pad) = {WIDTH}") == [(ROWS,)]
