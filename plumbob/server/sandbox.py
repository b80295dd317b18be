"""A private, throw-away server from a binary of this machine; it never touches another server.

`with Sandbox(find("mysql")) as server:` gives a fresh, empty server at `server.url` in about a
second. It runs as an unprivileged account, listens on a socket in a folder of its own and on the
loopback interface, takes its data from a template that is made once a version, and is gone with
its folder when the block ends or when this process does, by whatever signal.

Its account is root without a password. On the socket only this user (and root) can reach it;
on the loopback port every account of this machine can, so nothing of value belongs in it.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from urllib.parse import quote

from plumbob.errors import Exit, PlumbobError
from plumbob.server.binaries import Binary
from plumbob.server.sandbox_folder import copy, new_folder
from plumbob.server.sandbox_process import Process, last_words
from plumbob.server.sandbox_template import STORAGE, data_template, places

# What only a running server is told, beside what its data was made with (STORAGE).
RUNNING = {
    "mysql": (
        # 0.3 s of a start of 0.9 s.
        "--performance-schema=OFF",
        "--loose-mysqlx=OFF",
        "--secure-file-priv=NULL",
        # An event that is tried out here must never run.
        "--event-scheduler=OFF",
        "--innodb-flush-log-at-trx-commit=0",
        "--innodb-buffer-pool-load-at-startup=OFF",
    ),
    "mariadb": (
        # An event that is tried out here must never run.
        "--event-scheduler=OFF",
        "--innodb-flush-log-at-trx-commit=0",
        "--innodb-buffer-pool-load-at-startup=OFF",
        # From 11.4 on each start would make a key, which takes 0.3 to 1 s of 0.5 to 1.2 s.
        "--skip-ssl",
    ),
}
START_SECONDS = 60
PORT_ATTEMPTS = 5


class Sandbox:
    """A server of one's own: a context manager, or `start()` and `stop()`.

    Args:
        binary: which server; see `plumbob.server.binaries.find`.
        options: further options of the server, such as `--performance-schema=ON`; they come
            last and so win.

    Attributes:
        binary, flavour: what runs.
        user, host, port, socket, folder: where it is reached; set by `start()`.
        pid: the server's process.
    """

    user = "root"
    host = "127.0.0.1"

    def __init__(self, binary: Binary, options: Sequence[str] = ()) -> None:
        self.binary = binary
        self.flavour = binary.flavour
        self.options = tuple(options)
        self.port = 0
        self.folder = Path()
        self._process: Process | None = None

    @property
    def socket(self) -> Path:
        return self.folder / "s.sock"

    @property
    def pid(self) -> int:
        return self._process.pid if self._process else 0

    @property
    def url(self) -> str:
        return self.url_of("")

    def url_of(self, database: str) -> str:
        """The address of one database on this server."""
        return (
            f"mysql://{self.user}@localhost:{self.port}/{quote(database, safe='')}"
            f"?unix_socket={quote(str(self.socket))}"
        )

    def __enter__(self) -> Sandbox:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Start the server and wait until it answers.

        Raises:
            PlumbobError: it does not start; the message has the last words of its log.
        """
        template = data_template(self.binary, self.options)
        for attempt in range(1, PORT_ATTEMPTS + 1):
            try:
                self._start(template)
                return
            except _PortTaken:
                if attempt == PORT_ATTEMPTS:
                    raise

    def stop(self) -> None:
        """Kill the server and remove its folder; a second call does nothing."""
        if self._process:
            self._process.end()
            self._process = None

    def restart(self) -> None:
        """Kill the server as a crash would, and start it again on the same data."""
        assert self._process, "the sandbox is not running"
        self._process.start_again()
        self._wait()

    def _start(self, template: Path) -> None:
        with new_folder(self.binary) as (self.folder, lock):
            copy(template, self.folder / "data")
            self.port = _free_port()
            self._process = Process(self.folder, lock, self._command())
        try:
            self._wait()
        except BaseException:
            self.stop()
            raise

    def _command(self) -> list[str]:
        maker = self.binary.flavour.maker
        return [
            *self.binary.command,
            *places(self.folder),
            f"--socket={self.socket}",
            f"--port={self.port}",
            f"--bind-address={self.host}",
            f"--log-error={self.folder / 'error.log'}",
            *STORAGE[maker],
            *RUNNING[maker],
            # MariaDB has no word for "no files at all"; this folder stays empty.
            *([f"--secure-file-priv={self.folder / 'tmp'}"] if maker == "mariadb" else []),
            *self.options,
        ]

    def _wait(self) -> None:
        assert self._process
        deadline = time.monotonic() + START_SECONDS
        while not _answers(self.socket):
            if self._process.ended(wait=0.005) or time.monotonic() > deadline:
                log = last_words(self.folder)
                kind = _PortTaken if "Address already in use" in log else PlumbobError
                raise kind(
                    f"{self.binary} did not start:\n{log}",
                    advice="its words above say why; PLUMBOB_SANDBOX_DIR chooses another folder",
                    exit=Exit.FAILED,
                )


class _PortTaken(PlumbobError):
    """Somebody took the free port between our look at it and the server's."""


def _answers(path: Path) -> bool:
    """Whether a server greets on this socket: it does so when it is ready, and not before."""
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(START_SECONDS)
        try:
            client.connect(str(path))
            return bool(client.recv(1))
        except OSError:
            return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((Sandbox.host, 0))
        port: int = probe.getsockname()[1]
        return port
