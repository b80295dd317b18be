"""A connection is safe, pinned and knows its server; what fails is told in one sentence."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from pymysql.constants import CLIENT

from plumbob.errors import Exit, PlumbobError
from plumbob.server import driver
from plumbob.server.connection import Server, connect
from plumbob.server.errors import ServerError
from plumbob.server.pins import PINS
from plumbob.server.secret import Secret
from plumbob.server.target import Target
from tests.server.conftest import Account, accounts
from tests.server.rogue import OK, WANTS_FILE, Rogue, rows
from tests.servers import Server as Running

CANARY = "kanari-7"


def failure(target: Target, **options: float) -> PlumbobError:
    """The error of a connection that has to fail; it never shows the password."""
    with pytest.raises(PlumbobError) as caught:
        connect(target, **options).close()
    error = caught.value
    assert CANARY not in f"{error.what} {error.advice} {error.where} {error!r}"
    assert error.__cause__ is None
    assert error.__suppress_context__ or error.__context__ is None
    return error


class TestServer:
    def test_knows_whom_it_talks_to(self, live: Server) -> None:
        assert live.flavour.maker in live.version.lower() or live.flavour.is_mysql
        assert live.identity
        assert live.database == live.query("SELECT DATABASE()")[0][0]
        assert live.connection_id == live.query("SELECT CONNECTION_ID()")[0][0]
        assert live.settings["lower_case_table_names"] == "0"
        assert not live.is_cluster
        assert live.is_replica() is False
        assert live.obstacles() == []

    def test_statements_go_out_as_they_are(self, live: Server) -> None:
        assert live.query("SELECT '100%', '%s', '%(a)s'") == [("100%", "%s", "%(a)s")]
        live.execute("CREATE TABLE t (a int COMMENT '100%d')")
        assert live.execute("INSERT INTO t VALUES (1), (2)") == 2
        assert live.execute("UPDATE t SET a = 3") == 2
        assert live.execute("DELETE FROM t WHERE a = 9") == 0

    def test_every_statement_commits_itself(self, live: Server) -> None:
        live.execute("CREATE TABLE t (a int)")
        live.execute("INSERT INTO t VALUES (1)")
        with live.twin() as other:
            assert other.query("SELECT a FROM t") == [(1,)]

    def test_one_statement_at_a_time(self, live: Server) -> None:
        with pytest.raises(ServerError) as caught:
            live.query("SELECT 1; SELECT 2")
        assert caught.value.errno == 1064
        assert "(1064)" in caught.value.what
        assert not live.connection.client_flag & (CLIENT.MULTI_STATEMENTS | CLIENT.LOCAL_FILES)

    def test_warnings(self, live: Server) -> None:
        live.query("SELECT CAST('7x' AS UNSIGNED)")
        ((level, code, message),) = live.warnings()
        assert (level, code) == ("Warning", 1292)
        assert "7x" in message

    def test_a_relaxed_session_ends_with_the_statement(self, live: Server) -> None:
        question = "SELECT @@sql_mode, @@foreign_key_checks"
        before = live.query(question)
        with pytest.raises(ServerError):
            with live.session({"sql_mode": "ANSI_QUOTES", "foreign_key_checks": "0"}):
                assert live.query(question) == [("ANSI_QUOTES", 0)]
                live.query("SELECT nothing")
        assert live.query(question) == before

    def test_a_twin_can_end_a_statement(self, live: Server) -> None:
        with live.twin() as other:
            assert other.identity == live.identity
            assert other.connection_id != live.connection_id
            kill = threading.Timer(0.2, other.execute, (f"KILL QUERY {live.connection_id}",))
            kill.start()
            began = time.monotonic()
            try:
                # MariaDB answers 1 to a SLEEP that is killed, MySQL 1 or an error.
                live.query("SELECT SLEEP(30)")
            except ServerError as error:
                assert error.errno == 1317
            assert time.monotonic() - began < 10
            kill.join()

    def test_a_statement_may_take_longer_than_connecting(
        self, live: Server, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(driver, "CONNECT_TIMEOUT", 0.5)
        with live.twin() as other:
            assert other.query("SELECT SLEEP(1)") == [(0,)]

    def test_a_lost_connection_says_that_the_outcome_is_unknown(self, live: Server) -> None:
        with live.twin() as other:
            other.execute(f"KILL {live.connection_id}")
        with pytest.raises(ServerError) as caught:
            live.query("SELECT 1")
        assert caught.value.is_lost
        assert caught.value.exit == Exit.FAILED
        identity = live.identity
        live.reconnect()
        assert live.identity == identity
        assert live.query("SELECT @@time_zone") == [("+00:00",)]

    def test_defaults_of_the_database(self, live: Server) -> None:
        charset, collation = live.database_defaults()
        assert charset == "utf8mb4"
        assert live.collations()["utf8mb4"] == collation
        live.execute(f"ALTER DATABASE {live.database} CHARACTER SET latin1")
        assert live.database_defaults() == ("latin1", "latin1_swedish_ci")
        with pytest.raises(ServerError, match="no database") as caught:
            live.database_defaults("no%such`'db")
        assert caught.value.errno == 1049

    def test_two_servers_behind_one_address(self, live: Server) -> None:
        pretended = {"server_uuid": "another", "server_uid": "another"}
        live._session.settings.update(pretended)
        for second in (live.twin, live.reader, live.reconnect):
            with pytest.raises(PlumbobError, match="server") as caught:
                second()
            assert caught.value.exit in (Exit.NO_ACCESS, Exit.FAILED)

    def test_using_another_database(self, live: Server) -> None:
        live.use("information_schema")
        assert live.database == "information_schema"
        with live.twin() as other:
            assert other.query("SELECT DATABASE()") == [("information_schema",)]


class TestPins:
    def test_the_session_is_what_it_was_set_to(self, live: Server) -> None:
        wanted = {"galera"} | ({"mysql"} if live.flavour.is_mariadb else {"mariadb"})
        for pin in PINS:
            if pin.only not in wanted and pin.variable in live.settings:
                ((value,),) = live.query(f"SELECT @@SESSION.{pin.variable}")
                if pin.variable == "sql_mode":
                    assert set(value.split(",")) == set(pin.value.split(","))
                else:
                    assert str(value).removesuffix(".0") == pin.value

    def test_names_are_known_to_one_server_at_least(self) -> None:
        assert len({pin.variable for pin in PINS}) == len(PINS)

    def test_a_proxy_that_drops_settings_is_refused(self) -> None:
        def answer(sql: str) -> list[bytes]:
            if sql.startswith("SHOW"):
                return rows(("version", "9.7.4"), ("sql_mode", "ANSI_QUOTES"))
            return [OK]

        with Rogue(answer) as rogue:
            error = failure(rogue_target(rogue))
        assert error.what.startswith("sql_mode is 'ANSI_QUOTES' although it was set to")
        assert error.exit == Exit.NO_ACCESS


def rogue_target(rogue: Rogue) -> Target:
    return Target("127.0.0.1", rogue.port, user="ann", password=Secret(CANARY), tls="preferred")


class TestFailures:
    """What cannot be connected to: one sentence, advice, exit code NO_ACCESS."""

    def test_nobody_there(self, tmp_path: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port = listener.getsockname()[1]
        for target in (Target("127.0.0.1", port, tls="preferred"), Target(socket=f"{tmp_path}/s")):
            error = failure(replace(target, user="ann", password=Secret(CANARY)))
            assert error.exit == Exit.NO_ACCESS
            assert target.label().removeprefix("@") in error.what
            assert "--wait" in error.advice

    def test_no_such_host(self) -> None:
        error = failure(Target("no-such-host.invalid", user="ann", password=Secret(CANARY)))
        assert "the name of the host is not known" in error.what

    def test_a_server_that_never_greets(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(driver, "CONNECT_TIMEOUT", 0.2)
        with Rogue(greets=False) as rogue:
            error = failure(rogue_target(rogue))
        assert error.exit == Exit.NO_ACCESS
        assert "did not answer in time" in error.what

    def test_a_wrong_password(self, account: Account) -> None:
        target = replace(account(password="other"), password=Secret(CANARY))
        error = failure(target)
        assert error.exit == Exit.NO_ACCESS
        assert target.user in error.what
        assert "refused the password" in error.what
        assert "MYSQL_PWD" in error.advice

    def test_an_unknown_database(self, live: Server) -> None:
        error = failure(replace(live.target, database="no_such_database"))
        assert error.exit == Exit.NO_ACCESS
        assert "no_such_database" in error.what
        assert "schema create" in error.advice

    def test_a_database_of_others(self, account: Account) -> None:
        error = failure(account())
        assert error.exit == Exit.NO_ACCESS
        assert "privilege" in error.what

    @pytest.mark.parametrize(
        ("version", "advice"),
        [("8.0.11-TiDB-v8.5.0", ""), ("8.0.40-Vitess", "that of the shard's primary tablet")],
    )
    def test_what_is_no_mysql(self, version: str, advice: str) -> None:
        def answer(sql: str) -> list[bytes]:
            return rows(("version", version)) if "SHOW" in sql else [OK]

        with Rogue(answer) as rogue:
            error = failure_of_flavour(rogue)
        assert "neither MySQL nor MariaDB" in error.what
        assert advice in error.advice

    def test_a_server_that_asks_for_a_file_gets_none(self) -> None:
        with Rogue(lambda sql: [WANTS_FILE]) as rogue:
            failure(rogue_target(rogue))
        hostname = Path("/etc/hostname").read_bytes().strip()
        assert hostname not in rogue.received

    def test_an_answer_that_makes_no_sense(self) -> None:
        def answer(sql: str) -> list[bytes]:
            if sql == "SELECT 1":
                # Where the columns end, one more begins.
                return [*rows(("1",))[:2], b"\x03abc"]
            return rows(("version", "9.7.4")) if "SHOW" in sql else [OK]

        with Rogue(answer) as rogue, connect(rogue_target(rogue)) as server:
            with pytest.raises(ServerError) as caught:
                server.query("SELECT 1")
            assert caught.value.is_lost
            assert not server.connection.open

    def test_what_went_wrong_is_told_and_not_that_the_connection_is_gone(
        self, live: Server
    ) -> None:
        with connect(live.target) as server, pytest.raises(PlumbobError, match="what went wrong"):
            with server.session({"lock_wait_timeout": "9"}):
                live.execute(f"KILL {server.connection_id}")
                raise PlumbobError("what went wrong")

    @pytest.mark.parametrize("password", ["pä€ss", "%s'\\\"`", "x" * 200])
    def test_any_password(self, account: Account, password: str) -> None:
        sql = password.replace("\\", "\\\\").replace("'", "''")
        target = replace(account(password=sql), password=Secret(password), database=None)
        connect(target).close()


def failure_of_flavour(rogue: Rogue) -> PlumbobError:
    with pytest.raises(PlumbobError) as caught:
        connect(rogue_target(rogue))
    return caught.value


class TestWaiting:
    def test_for_a_server_that_is_starting(self) -> None:
        def answer(sql: str) -> list[bytes]:
            return rows(("version", "9.7.4")) if "SHOW" in sql else [OK]

        with socket.create_server(("127.0.0.1", 0)) as listener:
            port = listener.getsockname()[1]
        target = Target("127.0.0.1", port, user="ann", tls="preferred")

        def start() -> None:
            started.append(Rogue(answer, port=port).__enter__())

        started: list[Rogue] = []
        timer = threading.Timer(0.5, start)
        timer.start()
        connect(target, wait=30).close()
        timer.join()
        started[0].__exit__(None, None, None)

    def test_gives_up_in_time(self, tmp_path: Path) -> None:
        began = time.monotonic()
        failure(Target(socket=f"{tmp_path}/s"), wait=0.6)
        assert 0.3 < time.monotonic() - began < 5

    def test_not_for_what_will_not_change(self, live: Server) -> None:
        began = time.monotonic()
        failure(replace(live.target, database="no_such_database"), wait=30)
        assert time.monotonic() - began < 5


class TestColdCache:
    """caching_sha2_password without TLS and without cryptography: never by luck."""

    def test_refused_with_advice(
        self, servers: Callable[[str], Running], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with connect(Target.from_url(servers("mysql").url())) as live:
            with accounts(live, host="%") as make:
                port = int(live.settings["port"])
                self.check(live, replace(make(), socket=None, port=port), monkeypatch)

    def check(self, live: Server, target: Target, monkeypatch: pytest.MonkeyPatch) -> None:
        over_tcp = replace(target, host="127.0.0.1", tls="disabled")
        # With cryptography it works, and warms the server's cache.
        connect(over_tcp).close()
        monkeypatch.setattr("pymysql._auth._have_cryptography", False)
        monkeypatch.setattr(driver, "find_spec", lambda name: None)
        lucky = failure(over_tcp)
        live.execute("FLUSH PRIVILEGES")
        cold = failure(over_tcp)
        assert lucky.what == cold.what
        assert "cryptography" in cold.what
        assert "TLS" in cold.advice
        assert cold.exit == Exit.NO_ACCESS
        connect(replace(over_tcp, tls="required")).close()
