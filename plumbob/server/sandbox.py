"""A private, throw-away server from a binary of this machine; it never touches another server.

`with Sandbox(find("mysql")) as server:` gives a fresh, empty server at `server.url` in about a
second. It runs as an unprivileged account, listens on a socket in a folder of its own and on the
loopback interface, takes its data from a template that is made once a version, and is gone with
its folder when the block ends or when this process does, by whatever signal.

Its account is root without a password. On the socket only this user (and root) can reach it;
on the loopback port every account of this machine can, so nothing of value belongs in it.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import pwd
import select
import shutil
import socket
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from urllib.parse import quote

from plumbob.errors import Exit, PlumbobError
from plumbob.server.binaries import Binary, cache_folder

# What both the template and the server that runs on it have to be told. Small files, because
# every start copies them; no syncing, because nothing here is to survive the machine. "loose":
# an option that some version does not have is none to fail for.
STORAGE = {
    "mysql": (
        "--innodb-data-file-path=ibdata1:5M:autoextend",
        "--loose-innodb-autoextend-increment=1",
        "--loose-innodb-redo-log-capacity=8M",
        "--loose-innodb-doublewrite=OFF",
        "--innodb-flush-method=nosync",
        "--skip-log-bin",
    ),
    "mariadb": (
        "--innodb-data-file-path=ibdata1:5M:autoextend",
        "--loose-innodb-autoextend-increment=1",
        "--loose-innodb-undo-tablespaces=0",
        "--innodb-log-file-size=8M",
        "--innodb-doublewrite=OFF",
        "--loose-innodb-flush-method=nosync",
        "--debug-no-sync",
    ),
}
RUNNING = {
    "mysql": (
        # 0.3 s of a start of 0.9 s.
        "--performance-schema=OFF",
        "--loose-mysqlx=OFF",
        "--secure-file-priv=NULL",
        "--innodb-flush-log-at-trx-commit=0",
        "--innodb-buffer-pool-load-at-startup=OFF",
    ),
    "mariadb": (
        "--innodb-flush-log-at-trx-commit=0",
        "--innodb-buffer-pool-load-at-startup=OFF",
        # From 11.4 on each start would make a key, which takes 0.3 to 1 s of 0.5 to 1.2 s.
        "--skip-ssl",
    ),
}
# Options that a data directory is made with: a server asked for them has a template of its own.
INITIAL = ("lower-case-table-names", "innodb-page-size")
SUPERVISOR = Path(__file__).with_name("supervisor.py")
# Counted up when a template made by an older plumbob is not to be used any more.
TEMPLATE_FORMAT = 1
# Linux has room for 107 bytes in a socket's address, macOS for 103.
LONGEST_SOCKET = 100
START_SECONDS = 60
ROOM_IN_MEMORY = 2 << 30
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
        self._process: _Process | None = None

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
        template = _template(self.binary, self.options)
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
        with _new_folder(self.binary) as (self.folder, lock):
            _copy(template, self.folder / "data")
            self.port = _free_port()
            self._process = _Process(self.folder, lock, self._command())
        try:
            self._wait()
        except BaseException:
            self.stop()
            raise

    def _command(self) -> list[str]:
        maker = self.binary.flavour.maker
        return [
            *self.binary.command,
            *_places(self.folder),
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
                log = _last_words(self.folder)
                kind = _PortTaken if "Address already in use" in log else PlumbobError
                raise kind(
                    f"{self.binary} did not start:\n{log}",
                    advice="Its words above say why; PLUMBOB_SANDBOX_DIR chooses another folder.",
                    exit=Exit.FAILED,
                )


class _PortTaken(PlumbobError):
    """Somebody took the free port between our look at it and the server's."""


class _Process:
    """A command under guard of `plumbob.server.supervisor`."""

    def __init__(
        self, folder: Path, lock: int, command: Sequence[str], stdin: Path | None = None
    ) -> None:
        self.folder = folder
        self.pid = 0
        self.status: int | None = None
        uid, gid = _account()
        self._supervisor = subprocess.Popen(
            [
                *(sys.executable, "-IS", str(SUPERVISOR), str(folder), str(lock)),
                *(str(uid), str(gid), str(stdin or os.devnull), *command),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            pass_fds=(lock,),
            start_new_session=True,
            cwd="/",
        )

    def ended(self, wait: float | None) -> bool:
        """Whether the command has ended, after waiting for that up to `wait` seconds."""
        assert self._supervisor.stdout
        while self.status is None:
            ready, _, _ = select.select([self._supervisor.stdout], [], [], wait)
            if not ready:
                return False
            word, _, number = self._supervisor.stdout.readline().partition(b" ")
            if word == b"running":
                self.pid = int(number)
            else:
                self.status = int(number or -1)
        return True

    def start_again(self) -> None:
        assert self._supervisor.stdin
        self.status = None
        self.pid = 0
        with contextlib.suppress(BrokenPipeError):
            self._supervisor.stdin.write(b"r")
            self._supervisor.stdin.flush()
        # The old socket answers until the old server is gone: wait for the new one's number.
        while not self.pid and not self.ended(wait=0.01):
            pass

    def end(self) -> None:
        # A word, because a forked child may hold the pipe open; then wait for the supervisor.
        self._supervisor.communicate(b"q")
        shutil.rmtree(self.folder, ignore_errors=True)


def _places(folder: Path) -> list[str]:
    return [
        f"--datadir={folder / 'data'}",
        f"--tmpdir={folder / 'tmp'}",
        f"--pid-file={folder / 'pid'}",
    ]


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


def _last_words(folder: Path) -> str:
    lines: list[str] = []
    for name in ("output", "error.log"):
        with contextlib.suppress(OSError):
            lines += (folder / name).read_text(encoding="utf-8", errors="replace").splitlines()
    errors = [line for line in lines if "ERROR" in line]
    return "\n".join((errors or lines)[-8:]) or "(it wrote no log)"


# --- the folders -----------------------------------------------------------------------------


def _account() -> tuple[int, int]:
    """The account that the server runs as: ours, or an unprivileged one when we are root."""
    if os.geteuid() != 0:
        return os.geteuid(), os.getegid()
    for name in ("mysql", "nobody"):
        with contextlib.suppress(KeyError):
            entry = pwd.getpwnam(name)
            return entry.pw_uid, entry.pw_gid
    raise PlumbobError(
        "a server must not run as root, and this machine has neither the account mysql nor nobody",
        advice="Run as an ordinary user.",
        exit=Exit.NO_ACCESS,
    )


def _base(binary: Binary) -> Path:
    """The folder that all sandboxes of this user are in."""
    chosen = os.environ.get("PLUMBOB_SANDBOX_DIR")
    place = Path(chosen).absolute() if chosen else _fastest_place(binary)
    base = place / f"plumbob-{os.geteuid()}"
    base.mkdir(mode=0o755, parents=True, exist_ok=True)
    # Others can write to /tmp: a folder of this name that is not ours is a trap.
    found = base.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
        raise PlumbobError(
            f"{base} belongs to somebody else",
            advice="Set PLUMBOB_SANDBOX_DIR to a folder of your own.",
            exit=Exit.NO_ACCESS,
        )
    return base


def _fastest_place(binary: Binary) -> Path:
    """Memory where there is enough, else the temporary folder.

    Measured on ext4, though nothing here is ever synced: 100 CREATE and 100 ALTER TABLE take
    MySQL 9.7 2.7 s on disk and 1.4 s in memory, MariaDB 11.8 0.7 to 1.2 s and 0.3 s; a start
    takes 0.9 to 1.0 s and 0.7 s, 0.3 to 0.5 s and 0.2 s.
    """
    # Containers have 64 MB of /dev/shm. A server under AppArmor may write below /tmp alone.
    profile = Path("/etc/apparmor.d", str(binary.path).strip("/").replace("/", "."))
    with contextlib.suppress(OSError):
        room = os.statvfs("/dev/shm")
        if room.f_bavail * room.f_frsize >= ROOM_IN_MEMORY and not profile.exists():
            return Path("/dev/shm")
    return Path(tempfile.gettempdir()).absolute()


@contextlib.contextmanager
def _new_folder(binary: Binary) -> Iterator[tuple[Path, int]]:
    """A folder for one server, and its lock; removed again when the block fails.

    Whoever holds the lock uses the folder. We hold it until the block ends, the supervisor and
    the server for as long as they live: a folder with a free lock belongs to nobody.
    """
    base = _base(binary)
    _remove_stale(base)
    # Named so that nobody takes it for a stale one before it is locked.
    new = Path(tempfile.mkdtemp(prefix="new-", dir=base))
    folder = base / new.name.removeprefix("new-")
    try:
        (new / "tmp").mkdir()
        lock = os.open(new / "lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            _give_away(new)
            new.rename(folder)
            _check_way(folder)
            _check_room(folder)
            yield folder, lock
        finally:
            os.close(lock)
    except BaseException:
        shutil.rmtree(new, ignore_errors=True)
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _remove_stale(base: Path) -> None:
    """Remove what killed supervisors have left behind."""
    for folder in base.iterdir():
        with contextlib.suppress(OSError):
            if folder.name.startswith("new-"):
                stale = time.time() - folder.stat().st_mtime > 3600
            else:
                with open(folder / "lock") as lock:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                stale = True
            if stale:
                shutil.rmtree(folder, ignore_errors=True)


def _check_room(folder: Path) -> None:
    if len(os.fsencode(folder / "s.sock")) > LONGEST_SOCKET:
        raise PlumbobError(
            f"{folder} is too long a path for a socket",
            advice="Set PLUMBOB_SANDBOX_DIR to a folder with a shorter path.",
            exit=Exit.NO_ACCESS,
        )


def _check_way(path: Path) -> None:
    """As root: whether the unprivileged account can get at this file at all."""
    if os.geteuid() != 0:
        return
    for parent in path.parents:
        if not parent.stat().st_mode & stat.S_IXOTH:
            raise PlumbobError(
                f"{path} is in {parent}, which the server's unprivileged account may not enter",
                advice="Set PLUMBOB_CACHE or PLUMBOB_SANDBOX_DIR to a folder open to all.",
                exit=Exit.NO_ACCESS,
            )


def _copy(source: Path, target: Path) -> None:
    shutil.copytree(source, target)
    _give_away(target)


def _give_away(top: Path) -> None:
    """Make everything from `top` downwards belong to the server's account."""
    if os.geteuid() == 0:
        account = _account()
        for folder, _, files in os.walk(top):
            os.chown(folder, *account)
            for file in files:
                os.chown(os.path.join(folder, file), *account)


# --- the template ----------------------------------------------------------------------------


def _template(binary: Binary, options: Sequence[str]) -> Path:
    """A data directory to copy; made when there is none for this binary and these options yet."""
    _check_way(binary.path)
    initial = [option for option in options if _name_of(option) in INITIAL]
    found = binary.path.stat()
    words = (TEMPLATE_FORMAT, *binary.command, *STORAGE[binary.flavour.maker], *sorted(initial))
    words += (found.st_size, found.st_mtime_ns, *_account())
    digest = hashlib.sha256(repr(words).encode()).hexdigest()[:12]
    templates = cache_folder() / "templates"
    template = templates / f"{binary.name}-{digest}"
    if template.is_dir():
        return template
    templates.mkdir(parents=True, exist_ok=True)
    with open(templates / f"{template.name}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not template.is_dir():
            _make_template(binary, initial, template)
    return template


def _name_of(option: str) -> str:
    name = option.partition("=")[0].removeprefix("--").replace("_", "-")
    return name.removeprefix("loose-")


def _make_template(binary: Binary, initial: Sequence[str], template: Path) -> None:
    maker = binary.flavour.maker
    with _new_folder(binary) as (folder, lock):
        data = folder / "data"
        data.mkdir()
        command = [*binary.command, *_places(folder), *STORAGE[maker], *initial]
        stdin = None
        if maker == "mysql":
            command.append("--initialize-insecure")
        else:
            command += ["--bootstrap", "--skip-grant-tables"]
            (data / "mysql").mkdir()
            stdin = folder / "system_tables.sql"
            stdin.write_bytes(_system_tables(binary))
        _give_away(folder)
        process = _Process(folder, lock, command, stdin)
    try:
        process.ended(wait=None)
        if process.status != 0:
            raise PlumbobError(
                f"{binary} did not make its first data directory:\n{_last_words(folder)}",
                advice="Its words above say why; PLUMBOB_SANDBOX_DIR chooses another folder.",
                exit=Exit.FAILED,
            )
        # Each copy makes a server id of its own.
        (data / "auto.cnf").unlink(missing_ok=True)
        part = template.with_name(f".{template.name}")
        shutil.rmtree(part, ignore_errors=True)
        _copy(data, part)
        part.rename(template)
    finally:
        process.end()


def _system_tables(binary: Binary) -> bytes:
    """MariaDB's bootstrap reads a statement a line; root is to need no password."""
    start = b"create database if not exists mysql;\nuse mysql;\nset @auth_root_socket=NULL;\n"
    return start + b"".join(script.read_bytes() for script in binary.scripts)
