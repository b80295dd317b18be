"""A sandbox answers, keeps to itself, and leaves nothing behind, whatever ends its owner."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pymysql
import pytest

from plumbob.errors import Exit, PlumbobError
from plumbob.server import binaries
from plumbob.server.binaries import Binary, find
from plumbob.server.sandbox import Sandbox
from tests.servers import PROJECT, SERVERS

linux = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")

OWNER = """
import json, sys, time
from plumbob.server.binaries import find
from plumbob.server.sandbox import Sandbox
with Sandbox(find(*sys.argv[1:])) as server:
    print(json.dumps([server.pid, str(server.folder)]), flush=True)
    time.sleep(60)
"""


@pytest.fixture(params=SERVERS)
def binary(request: pytest.FixtureRequest) -> Binary:
    return find(*SERVERS[request.param])


@pytest.fixture
def mariadb() -> Binary:
    return find("mariadb", "11.8")


def ask(server: Sandbox, question: str) -> object:
    with (
        pymysql.connect(unix_socket=str(server.socket), user=server.user) as connection,
        connection.cursor() as cursor,
    ):
        cursor.execute(question)
        row = cursor.fetchone()
        return row[0] if row else None


def wait_until(true: Callable[[], bool], seconds: float = 5) -> bool:
    deadline = time.monotonic() + seconds
    while not true():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


def runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    with contextlib.suppress(OSError):
        # A dead process stays as a zombie for as long as its new parent likes.
        return ") Z " not in Path(f"/proc/{pid}/stat").read_text()
    return True


def test_answers_on_socket_and_port_and_is_gone_afterwards(binary: Binary) -> None:
    with Sandbox(binary) as server:
        assert str(ask(server, "SELECT VERSION()")).startswith(
            ".".join(map(str, binary.flavour.version))
        )
        with pymysql.connect(host=server.host, port=server.port, user=server.user) as connection:
            assert connection.open
        pid, folder = server.pid, server.folder
        assert server.url == (
            f"mysql://root@localhost:{server.port}/?unix_socket={folder / 's.sock'}"
        )
        assert "/shop?" in server.url_of("shop")
    assert not runs(pid)
    assert not folder.exists()


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_is_gone_when_its_owner_is_killed(binary: Binary, end: signal.Signals) -> None:
    flavour = binary.flavour
    owner = subprocess.Popen(
        [sys.executable, "-c", OWNER, flavour.maker, flavour.series],
        cwd=PROJECT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert owner.stdout
    pid, folder = json.loads(owner.stdout.readline())
    assert runs(pid)
    owner.send_signal(end)
    owner.communicate()
    assert wait_until(lambda: not runs(pid) and not Path(folder).exists())


@linux
def test_a_killed_supervisor_takes_the_server_along_and_the_next_start_cleans_up(
    mariadb: Binary,
) -> None:
    server = Sandbox(mariadb)
    server.start()
    status = Path(f"/proc/{server.pid}/status").read_text()
    supervisor = int(status.partition("PPid:")[2].split()[0])
    os.kill(supervisor, signal.SIGKILL)
    assert wait_until(lambda: not runs(server.pid))
    assert server.folder.exists()

    def next_start_cleans_up() -> bool:
        with Sandbox(mariadb):
            return not server.folder.exists()

    # The dead server's last threads may hold on to the folder's lock a moment longer.
    assert wait_until(next_start_cleans_up)
    server.stop()


def test_two_at_once_do_not_meet(binary: Binary) -> None:
    with Sandbox(binary) as one, Sandbox(binary) as two:
        ask(one, "CREATE DATABASE ours")
        assert one.port != two.port
        assert ask(one, "SHOW DATABASES LIKE 'ours'") == "ours"
        assert ask(two, "SHOW DATABASES LIKE 'ours'") is None


def open_files(pid: int) -> Iterator[str]:
    """What a process has open; a file that it closes meanwhile is left out."""
    for file in Path(f"/proc/{pid}/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):
            yield os.readlink(file)


@linux
def test_listens_on_loopback_only(binary: Binary) -> None:
    with Sandbox(binary) as server:
        sockets = {link[8:-1] for link in open_files(server.pid) if link.startswith("socket:")}
        rows = [
            line.split()
            for table in ("tcp", "tcp6")
            for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]
        ]
        listening = [row[1] for row in rows if row[9] in sockets and row[3] == "0A"]
    assert listening == [f"0100007F:{server.port:04X}"]


@linux
@pytest.mark.skipif(os.geteuid() != 0, reason="only root has anything to give up")
def test_runs_as_an_unprivileged_account(binary: Binary) -> None:
    with Sandbox(binary) as server:
        status = Path(f"/proc/{server.pid}/status").read_text()
        assert "0" not in status.partition("Uid:")[2].splitlines()[0].split()
        assert server.folder.stat().st_mode & 0o077 == 0


@linux
def test_no_secret_of_ours_is_in_its_environment(
    mariadb: Binary, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may run as an account that could not read ours."""
    monkeypatch.setenv("DATABASE_URL", "mysql://shop:canary-1@localhost/shop")
    monkeypatch.setenv("MYSQL_PWD", "canary-2")
    monkeypatch.setenv("SHOP_URL", "mysql://shop@localhost/shop")
    with Sandbox(mariadb) as server:
        said = Path(f"/proc/{server.pid}/environ").read_text()
    assert "canary" not in said
    assert "SHOP_URL" in said


def test_survives_a_crash_with_its_data(binary: Binary) -> None:
    with Sandbox(binary, ["--innodb-flush-log-at-trx-commit=1"]) as server:
        ask(server, "CREATE DATABASE ours")
        before = server.pid
        server.restart()
        assert server.pid != before
        assert ask(server, "SHOW DATABASES LIKE 'ours'") == "ours"


def test_options_reach_the_server(binary: Binary) -> None:
    options = ["--lower_case_table_names=1", "--max-connections=17"]
    with Sandbox(binary, options) as server:
        assert ask(server, "SELECT @@lower_case_table_names") == 1
        assert ask(server, "SELECT @@max_connections") == 17


def test_a_server_that_does_not_start_says_why(binary: Binary) -> None:
    with pytest.raises(PlumbobError, match="no-such-option"):
        Sandbox(binary, ["--no-such-option=1"]).start()


def test_the_template_is_made_once_and_whole(
    mariadb: Binary, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for folder in (tmp_path, *tmp_path.parents[:2]):
        folder.chmod(0o755)
    monkeypatch.setenv("PLUMBOB_CACHE", str(tmp_path))
    for _ in range(2):
        with Sandbox(mariadb) as server:
            assert ask(server, "SELECT COUNT(*) FROM mysql.user WHERE user = 'root'")
    names = sorted(path.name for path in (tmp_path / "templates").iterdir())
    assert len(names) == 2
    assert names[1] == f"{names[0]}.lock"


def test_a_missing_server_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(PlumbobError, match=r"no MariaDB 5\.5 server") as caught:
        find("mariadb", "5.5")
    assert caught.value.exit == Exit.NO_ACCESS
    assert "PLUMBOB_MARIADB_5_5" in caught.value.advice


def test_a_variable_that_names_no_server_is_not_passed_over(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PLUMBOB_MARIADB_11_8", "/bin/true")
    with pytest.raises(PlumbobError, match="PLUMBOB_MARIADB_11_8 names /bin/true"):
        binaries.found()


def test_servers_are_fetched_before_anything_is_installed() -> None:
    subprocess.run(
        [sys.executable, "-IS", "tools/servers.py", "--help"],
        cwd=PROJECT,
        check=True,
        stdout=subprocess.DEVNULL,
    )
