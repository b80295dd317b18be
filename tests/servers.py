"""The real servers that the tests run on: kept running by `make servers`, or started on demand.

    python -m tests.servers start       start all three in the background; write .servers
    python -m tests.servers stop
    python -m tests.servers             say which run

An environment variable (PLUMBOB_TEST_MYSQL_URL and so on) names a server of another origin.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, TextIO
from urllib.parse import parse_qs, quote, unquote, urlsplit

import pymysql

from plumbob.model.flavour import Flavour, Maker, parse_flavour
from plumbob.server.binaries import find
from plumbob.server.sandbox import Sandbox

# Three servers, not two: MariaDB 11.8 has another default collation and types of its own.
SERVERS: dict[str, tuple[Maker, str]] = {
    "mysql": ("mysql", "9.7"),
    "mariadb": ("mariadb", "10.11"),
    "mariadb118": ("mariadb", "11.8"),
}
# What a sandbox leaves out to start fast, but production has: who blocks whom is asked there.
OPTIONS = {"mysql": ("--performance-schema=ON",), "mariadb": ()}
PROJECT = Path(__file__).parent.parent
NOTE = PROJECT / ".servers"


@dataclass(frozen=True)
class Server:
    """A server that tests may do anything to, as root."""

    address: str

    def url(self, database: str | None = None) -> str:
        """The address as plumbob takes it, of one database or of the whole server."""
        parts = urlsplit(self.address)
        return parts._replace(path=f"/{quote(database or '', safe='')}").geturl()

    @cached_property
    def flavour(self) -> Flavour:
        with self.connect() as connection, connection.cursor() as cursor:
            cursor.execute("SELECT VERSION()")
            return parse_flavour(cursor.fetchone()[0])

    def connect(self, database: str | None = None, **options: Any) -> Any:
        """A new PyMySQL connection with autocommit; `options` are passed on to PyMySQL."""
        parts = urlsplit(self.address)
        sockets = parse_qs(parts.query).get("unix_socket")
        where = (
            {"unix_socket": sockets[0]}
            if sockets
            else {"host": parts.hostname or "localhost", "port": parts.port or 3306}
        )
        arguments: dict[str, Any] = {
            **where,
            "user": unquote(parts.username or "root"),
            "password": unquote(parts.password or ""),
            "database": database,
            "charset": "utf8mb4",
            "autocommit": True,
            # PyMySQL reads all certificates of the machine for each connection: 10 ms of the processor.
            "ssl_disabled": "ssl" not in options,
            **options,
        }
        return pymysql.connect(**arguments)

    def run(self, database: str | None, *statements: str) -> list[tuple[Any, ...]]:
        """Run statements on a connection of their own; the rows of the last one."""
        with self.connect(database) as connection, connection.cursor() as cursor:
            for each in statements:
                cursor.execute(each)
            return list(cursor.fetchall()) if statements else []

    def alive(self) -> bool:
        with contextlib.suppress(pymysql.Error, OSError):
            self.connect().close()
            return True
        return False


@contextlib.contextmanager
def running(name: str) -> Iterator[Server]:
    """The server of this name: the one named, the one kept, or else one of our own."""
    if named := os.environ.get(f"PLUMBOB_TEST_{name.upper()}_URL"):
        yield Server(named)
    elif (kept := Server(noted().get(name, ""))).address and kept.alive():
        yield kept
    else:
        maker, series = SERVERS[name]
        with Sandbox(find(maker, series), OPTIONS[maker]) as sandbox:
            yield Server(sandbox.url)


def noted() -> dict[str, str]:
    """What is in .servers: name and address of each kept server, and `pid` of their keeper."""
    with contextlib.suppress(FileNotFoundError):
        return dict(line.split() for line in NOTE.read_text().splitlines())
    return {}


def keeper() -> int:
    """The process that keeps the servers running, or 0."""
    with contextlib.suppress(FileNotFoundError), NOTE.open() as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return int(noted().get("pid", 0))
    return 0


def keep(note: TextIO) -> None:
    """Start all servers, write the note, and stay until we are told to go."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    with contextlib.ExitStack() as stack:
        print("pid", os.getpid(), file=note)
        for name, (maker, series) in SERVERS.items():
            sandbox = stack.enter_context(Sandbox(find(maker, series), OPTIONS[maker]))
            print(name, sandbox.url, file=note, flush=True)
        while True:
            signal.pause()


def start() -> None:
    """Start the keeper, detached from this terminal, and wait until its servers answer."""
    if not keeper():
        command = [sys.executable, "-m", "tests.servers", "keep"]
        process = subprocess.Popen(command, cwd=PROJECT, start_new_session=True)
        while process.poll() is None and not (keeper() and SERVERS.keys() <= noted().keys()):
            time.sleep(0.05)
        if process.poll() is not None:
            sys.exit("the servers did not start")
    show()


def stop() -> None:
    if pid := keeper():
        os.kill(pid, signal.SIGTERM)
        while keeper():
            time.sleep(0.05)
    NOTE.unlink(missing_ok=True)


def show() -> None:
    for name, address in noted().items() if keeper() else ():
        print(name, address)


def main(word: str = "") -> None:
    if word == "keep":
        with NOTE.open("w") as note:
            fcntl.flock(note, fcntl.LOCK_EX)
            keep(note)
    {"start": start, "stop": stop, "": show}[word]()


if __name__ == "__main__":
    main(*sys.argv[1:])
