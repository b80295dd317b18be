"""Groups E and F of the fault cases, as commands: waiting for a table, and what ends a run in the middle."""

from __future__ import annotations

import contextlib
import signal
import socket
import threading
import time
from collections.abc import Callable, Sequence
from itertools import cycle
from pathlib import Path

import pymysql
import pytest

from plumbob.commands import running
from plumbob.migration.run import lock
from plumbob.migration.run.events import Done, Event
from plumbob.server import driver
from plumbob.server.connection import Server as Connection
from plumbob.server.connection import connect
from plumbob.server.errors import ServerError
from plumbob.server.target import Target
from tests.commands.desk import USERS, WITH_EMAIL, Desk, fails
from tests.commands.user import User
from tests.conftest import Servers
from tests.servers import Server
from tests.torture.rounds import Client

LOG = "  audit:\n    columns: {id: int primary key}\n"
ALTER = "ALTER TABLE `users`"
INSERT = "INSERT INTO users (id, name, email) VALUES ({}, 'c', '')"
# Some milliseconds for each row.
SLOW = '      n: {type: int, generated: "length(sha2(repeat(name, 90000), 512))", stored: true}\n'


class Splitting:
    """A proxy at a socket, which takes its clients to one server and another by turns."""

    def __init__(self, path: str, sockets: Sequence[str]) -> None:
        self._sockets = cycle(sockets)
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(path)
        self._listener.listen()
        threading.Thread(target=self._serve, daemon=True).start()

    def __enter__(self) -> None:
        pass

    def __exit__(self, *_: object) -> None:
        # close() alone does not wake a thread that waits in accept().
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                server = socket.socket(socket.AF_UNIX)
                server.connect(next(self._sockets))
                for pair in ((client, server), (server, client)):
                    threading.Thread(target=_carry, args=pair, daemon=True).start()


def _carry(one: socket.socket, other: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := one.recv(65536):
            other.sendall(data)
        other.shutdown(socket.SHUT_RDWR)


class Cut(BaseException):
    """The process ends here."""


@pytest.fixture
def desk(root: User, server: Server, database: str) -> Desk:
    return Desk(root, server, database)


@pytest.fixture
def two(desk: Desk) -> Desk:
    """With a migration of two statements, the second of which is the ALTER."""
    replans(desk, WITH_EMAIL + LOG)
    return desk


def replans(desk: Desk, declared: str) -> None:
    """Begin anew, with one migration to this declaration."""
    for path in desk.user.folder.glob("generated/migrations/*.sql"):
        path.unlink()
    desk.user.declare(declared)
    desk.user.succeeds("diff", "--write", "-m", "first")


def journal(desk: Desk) -> list[tuple[object, ...]]:
    return desk.sql("SELECT number, state FROM _plumbob_journal WHERE number > 0 ORDER BY id")


def at(monkeypatch: pytest.MonkeyPatch, start: str, *, done: bool, error: BaseException) -> None:
    """Let the run end at a statement that begins so, which the server has done, or never got."""
    through = Connection.execute

    def execute(self: Connection, sql: str) -> int:
        if sql.startswith(start):
            monkeypatch.undo()
            if done:
                through(self, sql)
            self.close()
            raise error
        return through(self, sql)

    monkeypatch.setattr(Connection, "execute", execute)


def behind(monkeypatch: pytest.MonkeyPatch, number: int, do: Callable[[], object]) -> None:
    """Let something happen when a statement of a run is done."""
    teller = running.teller

    def telling() -> Callable[[Event], None]:
        tell = teller()

        def progress(event: Event) -> None:
            tell(event)
            if isinstance(event, Done) and event.number == number:
                do()

        return progress

    monkeypatch.setattr(running, "teller", telling)


def until(desk: Desk, where: str) -> None:
    """Wait for a connection of the server that does this."""
    end = time.monotonic() + 30
    while not desk.sql(
        f"SELECT 1 FROM information_schema.processlist WHERE db = DATABASE() AND {where}"
    ):
        assert time.monotonic() < end
        time.sleep(0.02)


def test_readers_go_on_while_a_statement_waits(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """E02, E11, E14, and F06: it waits for longer than a connection may take to come about."""
    monkeypatch.setattr(driver, "CONNECT_TIMEOUT", 0.5)
    with (
        connect(Target.from_url(desk.user.url)) as reader,
        desk.server.connect(desk.database, autocommit=False) as blocker,
    ):
        name = lock.lock_name(reader)
        assert len(name) <= 64 and name == name.lower()
        with blocker.cursor() as cursor:
            cursor.execute("SELECT * FROM users")
            client = Client(desk.user, "apply")
            until(desk, "state LIKE 'Waiting for table%'")
            ((holder,),) = reader.query(f"SELECT IS_USED_LOCK('{name}')")
            assert holder
            # The blocker goes on as well, and yet a reader need not wait for its end.
            with reader.session({"lock_wait_timeout": "4"}):
                assert len(reader.query("SELECT * FROM users")) == 2
            try:
                cursor.execute(f"SELECT GET_LOCK('{name}', 0)")
                assert cursor.fetchall() == ((0,),)
                cursor.execute(f"SELECT GET_LOCK('{name}', 1)")
            except pymysql.err.OperationalError as error:  # A deadlock is told to one of the two.
                assert error.args[0] in (1213, 3058), error
            blocker.rollback()
    said = client.read()
    assert client.code == 0 and "Traceback" not in said, said
    assert "email" in desk.columns()


def test_a_statement_that_failed_is_run_again(desk: Desk) -> None:
    """F09, F12: what is done has to be the same, and what follows need not."""
    desk.sql("DROP TABLE users")
    replans(desk, USERS)
    desk.user.succeeds("apply")
    desk.sql("INSERT INTO users VALUES (1, 'ann'), (2, 'bob')")
    desk.user.declare(WITH_EMAIL)
    desk.user.succeeds("diff", "--write", "-m", "email")
    desk.fills(INSERT.format(1))
    desk.user.succeeds("check", "--write")
    said = fails(desk.user, 7, "apply").err
    assert "by hand" in said and "(1062)" in said
    assert journal(desk)[-2:] == [(1, "done"), (2, "failed")]
    assert desk.sql("SELECT errno FROM _plumbob_journal WHERE state = 'failed'") == [(1062,)]
    file, written = desk.file(), desk.file().read_text()
    file.write_text(written.replace("varchar(80)", "varchar(80) COMMENT 'x'"))
    assert fails(desk.user, 6, "apply").code == 6
    file.write_text(written.replace(INSERT.format(1), INSERT.format(3)))
    desk.user.succeeds("check", "--write")
    desk.user.succeeds("apply")
    assert len(desk.sql("SELECT id FROM users")) == 3


def test_what_became_of_a_statement_is_found_out(
    two: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F04, F05, F13"""
    at(monkeypatch, ALTER, done=False, error=Cut())
    with pytest.raises(Cut):
        two.user.types("apply")
    assert journal(two)[-1] == (2, "running")
    two.sql("ALTER TABLE users ADD COLUMN mine int")
    said = fails(two.user, 7, "apply").err
    assert "was running" in said and "users: before" in said
    assert two.columns() == {"id", "name", "mine"}
    two.sql("ALTER TABLE users DROP COLUMN mine")
    at(monkeypatch, ALTER, done=False, error=ServerError(2013, "Lost connection"))
    said = fails(two.user, 7, "apply").err
    assert "the connection was lost at statement 2 of 2" in said
    assert "nothing of it is done" in said
    at(monkeypatch, ALTER, done=False, error=ServerError(1053, "Server shutdown in progress"))
    assert "the connection was lost at statement 2 of 2" in fails(two.user, 7, "apply").err
    at(monkeypatch, ALTER, done=True, error=ServerError(2013, "Lost connection"))
    two.user.succeeds("apply")
    assert "email" in two.columns()
    # As a server leaves it that dies when the statement has returned.
    two.sql(
        "UPDATE _plumbob_journal SET history = NULL",
        "DELETE FROM _plumbob_history",
        "UPDATE _plumbob_journal SET state = 'running', seen_after = NULL WHERE number = 2",
    )
    two.user.succeeds("apply")
    two.user.succeeds("diff")


def test_what_changes_nothing_is_run_again(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """F14: before and after it the table is the same."""
    force = "ALTER TABLE users FORCE"
    desk.fills(force)
    desk.user.succeeds("check", "--write")
    at(monkeypatch, force, done=True, error=Cut())
    with pytest.raises(Cut):
        desk.user.types("apply")
    desk.user.succeeds("apply")
    desk.user.succeeds("diff")


def test_what_others_do_meanwhile(two: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """E08, F20"""
    behind(
        monkeypatch,
        1,
        lambda: two.sql(
            f"KILL {two.sql('SELECT connection_id FROM _plumbob_journal LIMIT 1')[0][0]}"
        ),
    )
    fails(two.user, 7, "apply")
    assert journal(two) == [(1, "done")]
    assert "email" not in two.columns()
    monkeypatch.undo()
    behind(monkeypatch, 2, lambda: two.sql("CREATE TABLE theirs (i int)"))
    said = fails(two.user, 7, "apply").err
    assert "not what it should be: theirs is different" in said
    assert two.sql("SELECT * FROM _plumbob_history") == []
    monkeypatch.undo()
    two.sql("DROP TABLE theirs")
    two.user.succeeds("apply")
    two.user.succeeds("diff")


@pytest.mark.parametrize("server", ["mariadb"], indirect=True)
def test_journals_of_other_versions(desk: Desk) -> None:
    """F18: missing, older, newer."""
    desk.user.succeeds("apply")
    desk.sql(
        "ALTER TABLE _plumbob_journal DROP COLUMN process, COMMENT 'plumbob journal, format 1'"
    )
    desk.user.succeeds("status")
    desk.user.declare(WITH_EMAIL + LOG)
    desk.user.succeeds("diff", "--write", "-m", "log")
    desk.user.succeeds("apply")
    (_, made), *_ = desk.sql("SHOW CREATE TABLE _plumbob_journal")
    assert "`process`" in str(made) and "plumbob journal, format 2" in str(made)
    desk.sql("DROP TABLE _plumbob_journal")
    desk.user.succeeds("rollback", "--allow", "all")
    assert desk.sql("SHOW TABLES LIKE '\\_plumbob\\_journal'")
    desk.sql("ALTER TABLE _plumbob_journal COMMENT 'plumbob journal, format 9'")
    assert "format 9" in fails(desk.user, 4, "apply").err


@pytest.mark.parametrize("server", ["mysql"], indirect=True)
def test_a_table_that_does_not_fit_is_left_as_it_was(desk: Desk) -> None:
    """F15, by the room that a table in memory may take: 1114, as for a full disk."""
    memory = "  m:\n    engine: MEMORY\n    columns:\n      id: int primary key\n"
    replans(desk, WITH_EMAIL + memory)
    desk.user.succeeds("apply")
    desk.sql("INSERT INTO m VALUES (0)")
    desk.sql(*(f"INSERT INTO m SELECT id + {2**n} FROM m" for n in range(15)))
    desk.user.declare(WITH_EMAIL + memory + "      wide: char(250) character set utf8mb4\n")
    desk.user.succeeds("diff", "--write", "-m", "wide")
    said = fails(desk.user, 7, "apply", "--allow", "all").err
    assert "(1114)" in said and "takes about its own size" in said
    assert [name for name, *_ in desk.sql("SHOW COLUMNS FROM m")] == ["id"]
    assert desk.sql("SELECT COUNT(*) FROM m") == [(2**15,)]


@pytest.mark.parametrize("server", ["mysql"], indirect=True)
def test_a_run_that_is_ended_from_outside(desk: Desk) -> None:
    """F03, F07, F08: the statement that it leaves behind is waited for, and runs once."""
    desk.user.succeeds("apply")
    desk.sql(*(f"INSERT INTO users SELECT id + {2**n}, name, '' FROM users" for n in range(1, 7)))
    desk.user.declare(desk.user.schema.read_text() + SLOW)
    desk.user.succeeds("diff", "--write", "-m", "slow")
    running = "info LIKE 'ALTER TABLE `users` %ADD COLUMN `n`%' AND state NOT LIKE 'wait%'"

    def ended(*signals: signal.Signals) -> Client:
        client = Client(desk.user, "apply", "--allow", "all")
        until(desk, running)
        client.kill(*signals)
        return client

    client = ended(signal.SIGHUP)
    said = client.read()
    assert client.code == 130, said
    assert "interrupted by SIGHUP at statement 1 of 1" in said and "nothing of it is done" in said
    assert journal(desk)[-1] == (1, "not started")
    assert not desk.sql(
        f"SELECT 1 FROM information_schema.processlist WHERE db = DATABASE() AND {running}"
    )
    client = ended(signal.SIGINT, signal.SIGTERM)
    said = client.read()
    assert client.code == 130 and "may go on in the server" in said, said
    assert journal(desk)[-1] == (1, "running")
    for killed in (False, True):
        if killed:
            desk.user.succeeds("rollback", "--allow", "all")
            ended(signal.SIGKILL).read()
        desk.user.succeeds("apply", "--allow", "all")
        assert "n" in desk.columns()
        told = "SELECT message FROM _plumbob_journal WHERE number = 1 ORDER BY id DESC LIMIT 1"
        # What the first of two signals had stopped was run anew.
        assert desk.sql(told) == [("found done",)] or (not killed and desk.sql(told) == [(None,)])


@pytest.mark.parametrize("server", ["mariadb"], indirect=True)
def test_two_servers_behind_one_address(desk: Desk, servers: Servers, tmp_path: Path) -> None:
    """E12: nothing is written where one connection reaches another server than the next."""
    other, path = servers("mariadb118"), str(tmp_path / "s")
    with other.connect() as connection, connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {desk.database}")
        sockets = [each.url().partition("unix_socket=")[2] for each in (desk.server, other)]
        with Splitting(path, sockets):
            url = f"mysql://root@localhost/{desk.database}?unix_socket={path}"
            said = fails(User(desk.user.folder, url), 3, "apply").err
        cursor.execute("SHOW TABLES FROM " + desk.database)
        assert cursor.fetchall() == ()
        cursor.execute(f"DROP DATABASE {desk.database}")
    assert "have reached two servers" in said
    assert desk.columns() == {"id", "name"}
    assert [name for (name,) in desk.sql("SHOW TABLES")] == ["users"]
