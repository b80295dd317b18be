"""What is tried again when a connection is lost, what is not, and what the caller is told."""

from __future__ import annotations

import socket
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

import peewee
import pytest

from plumbob.runtime import (
    CannotConnect,
    ConnectionLost,
    Database,
    OutcomeUnknown,
    Settings,
    connect,
)
from plumbob.server.sandbox import Sandbox
from tests.runtime.conftest import Connect, eventually, in_threads, kill_now
from tests.servers import Server

Kill = Callable[[int], None]


def number(database: Database) -> int:
    return int(database.execute_sql("SELECT CONNECTION_ID()").fetchone()[0])


@pytest.mark.parametrize("statement", ["SELECT 1", "INSERT INTO t VALUES (1)"])
def test_a_connection_lost_while_idle_is_replaced(
    connected: Connect, kill: Kill, statement: str, caplog: pytest.LogCaptureFixture
) -> None:
    database = connected()
    database.execute_sql("CREATE TABLE t (id INT)")
    kill(number(database))
    database.execute_sql(statement)
    assert [record.getMessage().partition("; ")[2] for record in caplog.records] == [
        "the statement was not sent; try 1 of 3 in 0.01 s"
    ]
    assert database.execute_sql("SELECT COUNT(*) FROM t").fetchone()[0] == ("INSERT" in statement)


def test_a_transaction_is_not_tried_again(connected: Connect, kill: Kill) -> None:
    database = connected()
    database.execute_sql("CREATE TABLE t (id INT)")
    with pytest.raises(ConnectionLost, match="the server has taken the transaction back") as told:
        with database.atomic():
            database.execute_sql("INSERT INTO t VALUES (1)")
            kill(number(database))
            database.execute_sql("INSERT INTO t VALUES (2)")
    assert not told.value.repeatable
    assert database.execute_sql("SELECT COUNT(*) FROM t").fetchone() == (0,)


def test_a_transaction_goes_on_failing_when_its_loss_is_overlooked(
    connected: Connect, kill: Kill
) -> None:
    database = connected()
    database.execute_sql("CREATE TABLE t (id INT)")
    with pytest.raises(ConnectionLost):
        with database.atomic():
            kill(number(database))
            for _ in range(2):
                with pytest.raises(ConnectionLost):
                    with database.atomic():
                        database.execute_sql("INSERT INTO t VALUES (1)")
    assert database.execute_sql("SELECT COUNT(*) FROM t").fetchone() == (0,)


def test_a_transaction_begun_behind_peewees_back_is_not_tried_again(
    connected: Connect, kill: Kill
) -> None:
    database = connected()
    database.execute_sql("CREATE TABLE t (id INT)")
    database.execute_sql("START TRANSACTION")
    database.execute_sql("INSERT INTO t VALUES (1)")
    kill(number(database))
    with pytest.raises(ConnectionLost):
        database.execute_sql("INSERT INTO t VALUES (2)")
    assert database.execute_sql("SELECT COUNT(*) FROM t").fetchone() == (0,)


def test_the_begin_of_a_transaction_is_tried_again(connected: Connect, kill: Kill) -> None:
    database = connected()
    database.execute_sql("CREATE TABLE t (id INT)")
    kill(number(database))
    with database.atomic("READ COMMITTED"):
        database.execute_sql("INSERT INTO t VALUES (1)")
    assert database.execute_sql("SELECT COUNT(*) FROM t").fetchone() == (1,)


def test_a_write_is_not_tried_again_after_it_was_sent(connected: Connect, server: Server) -> None:
    database = connected()
    database.execute_sql("CREATE TABLE t (id INT)")
    killer = threading.Thread(target=kill_now, args=(server, number(database), "User sleep"))
    killer.start()
    with pytest.raises(OutcomeUnknown, match="outcome unknown: .* it may have taken effect"):
        database.execute_sql("INSERT INTO t SELECT SLEEP(60)")
    killer.join()
    # MySQL has written the row, MariaDB has not.
    assert database.execute_sql("SELECT COUNT(*) FROM t").fetchone()[0] <= 1


def test_a_read_is_tried_again_after_it_was_sent(
    connected: Connect, server: Server, database: str, caplog: pytest.LogCaptureFixture
) -> None:
    app = connected()
    app.execute_sql("CREATE TABLE t (id INT)")
    app.execute_sql("INSERT INTO t VALUES (1)")
    victim = number(app)
    with server.connect(database) as other, other.cursor() as cursor:
        cursor.execute("LOCK TABLES t WRITE")

        def kill_and_unlock() -> None:
            kill_now(server, victim, "Waiting for table metadata lock")
            cursor.execute("UNLOCK TABLES")

        killer = threading.Thread(target=kill_and_unlock)
        killer.start()
        assert app.execute_sql("SELECT id FROM t").fetchall() == ((1,),)
        killer.join()
    assert [record.getMessage().rpartition(" lost ")[2] for record in caplog.records] == [
        "before the answer came; try 1 of 3 in 0.01 s"
    ]
    assert number(app) != victim


def test_a_server_that_is_not_there_is_tried_three_times(caplog: pytest.LogCaptureFixture) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        url = f"mysql://app:secret@127.0.0.1:{nobody.getsockname()[1]}/shop"
        database = connect(url, settings=Settings(retry_pause=0.01), bind=False)
        for attempt in (database.connect, lambda: database.execute_sql("INSERT INTO t VALUES (1)")):
            caplog.clear()
            with pytest.raises(CannotConnect, match="cannot connect to app@127.0.0.1:") as told:
                attempt()
            assert len(caplog.records) == 3
            assert isinstance(told.value, peewee.OperationalError)
            assert "secret" not in f"{told.value!r} {caplog.text}"


def test_a_wrong_password_is_not_tried_again(
    server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    port = server.url().partition("localhost:")[2].partition("/")[0]
    url = f"mysql://nobody:wr0ng-secret@127.0.0.1:{port}/mysql"
    with pytest.raises(CannotConnect, match="refused the password of nobody") as told:
        connect(url, settings=Settings(), bind=False).connect()
    assert not caplog.records
    assert "wr0ng-secret" not in repr(told.value)


def test_tries_are_a_pause_apart(connected: Connect, kill: Kill) -> None:
    database = connected(retry_pause=0.3)
    kill(number(database))
    began = time.monotonic()
    database.execute_sql("SELECT 1")
    assert time.monotonic() - began >= 0.3


@dataclass
class Ledger:
    """What 20 threads were told about the rows that they wrote."""

    told: dict[str, str] = field(default_factory=dict)
    finished: Counter[int] = field(default_factory=Counter)
    strange: list[BaseException] = field(default_factory=list)

    def write(self, database: Database, thread: int) -> None:
        """One row by itself, then two in a transaction, under a name that nobody else has."""
        for statements in (1, 2):
            name = uuid.uuid4().hex
            try:
                with database.connection_context():
                    self._rows(database, name, statements)
                self.told[name] = f"{statements} written"
                self.finished[thread] += 1
            except OutcomeUnknown:
                self.told[name] = f"{statements} unknown"
            except ConnectionLost:
                self.told[name] = f"{statements} lost"
            except BaseException as error:
                self.strange.append(error)

    def _rows(self, database: Database, name: str, statements: int) -> None:
        sql = "INSERT INTO t (name) VALUES (%s)"
        if statements == 1:
            database.execute_sql(sql, (name,))
            return
        with database.atomic():
            for _ in range(statements):
                database.execute_sql(sql, (name,))


def test_twenty_threads_survive_the_death_of_the_server(mortal: Sandbox) -> None:
    settings = Settings(retries=600, retry_pause=0.1, slow_query=0)
    with Server(mortal.url).connect() as connection:
        connection.cursor().execute("CREATE DATABASE shop")
    database = connect(f"mysql://root@127.0.0.1:{mortal.port}/shop", settings=settings, bind=False)
    database.execute_sql(
        "CREATE TABLE t (id INT AUTO_INCREMENT PRIMARY KEY, name CHAR(32)) ENGINE=InnoDB"
    )
    database.close()
    ledger = Ledger()
    enough = threading.Event()

    def work(thread: int) -> None:
        while not enough.is_set():
            ledger.write(database, thread)

    def all_went_on(more: int) -> bool:
        before = Counter(ledger.finished)
        eventually(lambda: all(ledger.finished[i] >= before[i] + more for i in range(20)))
        return True

    def murder() -> None:
        try:
            for _ in range(2):
                all_went_on(3)
                mortal.restart()
            all_went_on(3)
        finally:
            enough.set()

    murderer = threading.Thread(target=murder)
    murderer.start()
    in_threads(work, 20)
    murderer.join()

    assert ledger.strange == []
    rows = Counter(
        dict(database.execute_sql("SELECT name, COUNT(*) FROM t GROUP BY name").fetchall())
    )
    database.close_all()
    allowed = {
        "1 written": {1}, "1 unknown": {0, 1}, "1 lost": {0},
        "2 written": {2}, "2 unknown": {0, 2}, "2 lost": {0},
    }  # fmt: skip
    assert [
        (told, rows[name]) for name, told in ledger.told.items() if rows[name] not in allowed[told]
    ] == []
    assert set(rows) <= set(ledger.told)
    # The killing was not for nothing: something was under way each time.
    assert any(told.endswith(("unknown", "lost")) for told in ledger.told.values())
