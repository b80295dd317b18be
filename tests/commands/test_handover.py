"""Large tables go to an online schema-change tool: the real pt-online-schema-change, on MariaDB.

Debian's pt-online-schema-change does not know MySQL 9's ways to log in.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.commands.user import User
from tests.conftest import Servers, account_of, empty_database
from tests.servers import Server
from tools.toolkit import provide

ROWS = 2048
TABLE = """\
tables:
  t:
    columns:
      id: int primary key auto_increment
      n: %s
      s: varchar(40)
"""


class Desk:
    """A project whose table t is large by the settings, and the tool on PATH."""

    def __init__(self, server: Server, database: str, folder: Path) -> None:
        self.server = server
        self.database = database
        self.user = User(folder, server.url(database))
        self.user.declare(TABLE % "int not null")
        self.user.brings_in_sync()
        self.settings()
        self.run("INSERT INTO t (n, s) VALUES (1, 'x')")
        for _ in range(ROWS.bit_length() - 1):
            self.run("INSERT INTO t (n, s) SELECT n + (SELECT MAX(n) FROM t), s FROM t")
        self.run("ANALYZE TABLE t")

    def settings(self, tool: str = "pt-online-schema-change") -> None:
        text = f"[plumbob]\nscratch = target\nlarge_rows = {ROWS // 2}\nonline_alter = {tool}\n"
        (self.user.folder / "plumbob.cfg").write_text(text)

    def run(self, *statements: str) -> list[tuple[object, ...]]:
        with self.server.connect(self.database) as connection, connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
            return list(cursor.fetchall())

    def plan(self, declaration: str) -> None:
        self.user.declare(declaration)
        self.user.succeeds("diff", "--write", "-m", "change")

    def sum(self) -> tuple[object, ...]:
        return self.run("SELECT COUNT(*), SUM(n), SUM(LENGTH(s)) FROM t")[0]

    @property
    def triggers(self) -> int:
        return len(self.run("SHOW TRIGGERS"))


@pytest.fixture
def desk(servers: Servers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    folder = os.path.dirname(provide())
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    server = servers("mariadb")
    with empty_database(server) as database:
        yield Desk(server, database, tmp_path)


def test_a_large_table_is_altered_by_the_tool_and_looked_at_like_any_other(desk: Desk) -> None:
    rows = desk.sum()
    desk.plan(TABLE % "bigint not null")
    dry = desk.user.types("apply", "--dry-run")
    assert "handed to: pt-online-schema-change" in dry.err
    assert "'MODIFY COLUMN `n` bigint(20) NOT NULL'" in dry.err
    assert desk.user.types("diff").code == 1, "nothing was run"
    done = desk.user.succeeds("apply")
    assert "| Successfully altered" in done.err
    desk.user.succeeds("diff")
    assert desk.sum() == rows
    assert desk.triggers == 0
    back = desk.user.succeeds("rollback")
    assert "| Successfully altered" in back.err
    assert desk.sum() == rows


def test_what_is_approved_to_block_the_server_does_itself(desk: Desk) -> None:
    desk.plan(TABLE % "bigint not null")
    assert "handed to" not in desk.user.succeeds("apply", "--allow", "blocking:t").err


def test_what_blocks_nobody_the_server_does_itself(desk: Desk) -> None:
    desk.plan(TABLE % "int not null" + "      m: int\n")
    assert "handed to" not in desk.user.succeeds("apply").err


def test_a_unique_key_that_rows_speak_against_is_not_handed_over(desk: Desk) -> None:
    """The tool would drop the second row without a word."""
    unique = TABLE % "bigint not null unique"
    desk.plan(unique)
    rows = desk.sum()
    desk.run("INSERT INTO t (n, s) VALUES (5, 'twice')")
    refused = desk.user.types("apply")
    assert refused.code == 4, refused
    assert "1 value that several rows of t have" in refused.err
    desk.run("DELETE FROM t WHERE s = 'twice'")
    assert "| Successfully altered" in desk.user.succeeds("apply").err
    assert desk.sum() == rows


REFUSED = {
    "a trigger": (
        ["CREATE TRIGGER own BEFORE INSERT ON t FOR EACH ROW SET NEW.s = 'y'"],
        "it has triggers",
    ),
    "a child": (
        ["CREATE TABLE _c_old (t int, FOREIGN KEY (t) REFERENCES t (id))"],
        "foreign keys begin or end at it",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_the_tool_cannot_is_said_before_anything_runs(case: str, desk: Desk) -> None:
    statements, why = REFUSED[case]
    desk.plan(TABLE % "bigint not null")
    desk.run(*statements)
    refused = desk.user.types("apply")
    assert refused.code == 4, refused
    assert why in refused.err
    assert "let the server do it, with: --allow blocking:t" in refused.err
    desk.user.succeeds("apply", "--allow", "blocking:t")


def test_what_the_tool_needs_and_the_account_has_not_is_said_before(desk: Desk) -> None:
    """An account that may do all that `apply` does by itself; with what is said it is enough."""
    desk.plan(TABLE % "bigint not null")
    name = f"{account_of(desk.database)}@localhost"
    granted = desk.user.succeeds("grants", "apply", "--to", name).out
    desk.run(f"CREATE USER {name} IDENTIFIED BY 'x'")
    try:
        desk.run(*(line for line in granted.splitlines() if line.startswith("GRANT")))
        url = desk.user.url.replace("root@", f"{account_of(desk.database)}:x@")
        user = User(desk.user.folder, url)
        refused = user.types("apply")
        assert refused.code == 3, refused
        assert "pt-online-schema-change takes: DELETE, TRIGGER, LOCK TABLES, PROCESS" in refused.err
        desk.run(*re.findall(r"GRANT .*? TO '\w+'@'localhost'", refused.err))
        assert "| Successfully altered" in user.succeeds("apply").err
    finally:
        desk.run(f"DROP USER {name}")


def test_gh_ost_is_not_sent_where_it_could_not_do_it(desk: Desk) -> None:
    """It connects by TCP alone, and needs the binary log; the servers of the tests have none."""
    desk.settings("gh-ost")
    desk.plan(TABLE % "bigint not null")
    by_socket = desk.user.types("apply", "--dry-run")
    assert by_socket.code == 4, by_socket
    assert (
        "it connects by TCP, and we by a socket: give the server's host and port" in by_socket.err
    )
    port = urlsplit(desk.server.address).port
    user = User(desk.user.folder, f"mysql://root@127.0.0.1:{port}/{desk.database}")
    by_tcp = user.types("apply", "--dry-run")
    assert by_tcp.code == 4, by_tcp
    assert "it reads the binary log, and this server writes none" in by_tcp.err
    assert "let the server do it, with: --allow blocking:t" in by_tcp.err


def test_a_tool_that_fails_leaves_what_was(desk: Desk) -> None:
    desk.settings(
        "pt-online-schema-change --execute --alter {CLAUSES} D={SCHEMA},t=elsewhere,F={DEFAULTS_FILE}"
    )
    desk.plan(TABLE % "bigint not null")
    failed = desk.user.types("apply")
    assert failed.code == 7, failed
    assert "pt-online-schema-change ended with" in failed.err
    assert "elsewhere" in failed.err
    desk.settings()
    desk.user.succeeds("apply")
    desk.user.succeeds("diff")


def test_a_tool_that_is_not_there(desk: Desk) -> None:
    desk.settings("no-such-tool {DDL}")
    desk.plan(TABLE % "bigint not null")
    failed = desk.user.types("apply")
    assert failed.code == 7, failed
    assert "no-such-tool cannot be run: No such file or directory" in failed.err


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_it_ends_when_the_run_does_and_the_same_command_goes_on(
    number: signal.Signals, desk: Desk, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """And nothing is left of the option file, which has the password."""
    temporary = tmp_path_factory.mktemp("temporary")
    slow = "pt-online-schema-change --execute --no-version-check --chunk-size=10 --sleep=0.2 --alter {CLAUSES}"
    desk.settings(f"{slow} F={{DEFAULTS_FILE}},D={{SCHEMA}},t={{TABLE}}")
    desk.plan(TABLE % "bigint not null")
    rows = desk.sum()
    environment = {**os.environ, "DATABASE_URL": desk.user.url, "TMPDIR": str(temporary)}
    with subprocess.Popen(
        [sys.executable, "-m", "plumbob", "apply"],
        cwd=desk.user.folder,
        env=environment,
        stderr=subprocess.DEVNULL,
    ) as process:
        wait(lambda: desk.triggers == 3 and count(desk, "_t_new") > 10)
        assert len([*temporary.glob("plumbob-*/client.cnf")]) == 1
        process.send_signal(number)
        assert process.wait(20) != 0
    wait(lambda: not [*temporary.glob("plumbob-*")])
    assert number == signal.SIGKILL or desk.triggers == 0
    desk.settings()
    desk.user.succeeds("apply")
    desk.user.succeeds("diff")
    assert desk.sum() == rows


def count(desk: Desk, table: str) -> int:
    if not desk.run(f"SHOW TABLES LIKE '{table}'"):
        return 0
    return int(str(desk.run(f"SELECT COUNT(*) FROM {table}")[0][0]))


def wait(condition: object) -> None:
    until = time.monotonic() + 30
    assert callable(condition)
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.05)


@pytest.mark.parametrize(
    ("setting", "wrong"),
    [
        (
            "pt-osc",
            "online_alter is not one of pt-online-schema-change, gh-ost, vitess, or a command",
        ),
        ("tool {CLAUSE}", "{CLAUSE} is none"),
        ("tool '{DDL}", "a command whose quotes are closed"),
    ],
)
def test_a_setting_that_is_none(setting: str, wrong: str, tmp_path: Path) -> None:
    user = User(tmp_path)
    user.declare(TABLE % "int")
    (tmp_path / "plumbob.cfg").write_text(f"[plumbob]\nonline_alter = {setting}\n")
    result = user.types("check")
    assert result.code == 2, result
    assert wrong in result.err
