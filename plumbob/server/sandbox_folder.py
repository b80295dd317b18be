"""The folders that sandboxes live in: private, locked while in use, removed when abandoned.

It starts nothing. A folder belongs to the unprivileged account that its server runs as.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import pwd
import shutil
import stat
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from plumbob.errors import Exit, PlumbobError
from plumbob.server.binaries import Binary

# Linux has room for 107 bytes in a socket's address, macOS for 103.
LONGEST_SOCKET = 100
ROOM_IN_MEMORY = 2 << 30


def account() -> tuple[int, int]:
    """The account that the server runs as: ours, or an unprivileged one when we are root."""
    if os.geteuid() != 0:
        return os.geteuid(), os.getegid()
    for name in ("mysql", "nobody"):
        with contextlib.suppress(KeyError):
            entry = pwd.getpwnam(name)
            return entry.pw_uid, entry.pw_gid
    raise PlumbobError(
        "a server must not run as root, and this machine has neither the account mysql nor nobody",
        advice="run as an ordinary user",
        exit=Exit.NO_ACCESS,
    )


def _base(binary: Binary) -> Path:
    """The folder that all sandboxes of this user are in."""
    chosen = os.environ.get("PLUMBOB_SANDBOX_DIR")
    place = Path(chosen).absolute() if chosen else _fastest_place(binary)
    base = place / f"plumbob-{os.geteuid()}"
    base.mkdir(parents=True, exist_ok=True)
    # Others can write to /tmp: a folder of this name that is not ours is a trap.
    found = base.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
        raise PlumbobError(
            f"{base} belongs to somebody else",
            advice="set PLUMBOB_SANDBOX_DIR to a folder of your own",
            exit=Exit.NO_ACCESS,
        )
    # Whatever the umask: the server's account has to get through to its own folder.
    base.chmod(0o755)
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
def new_folder(binary: Binary) -> Iterator[tuple[Path, int]]:
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
            give_away(new)
            new.rename(folder)
            check_way(folder)
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
            advice="set PLUMBOB_SANDBOX_DIR to a folder with a shorter path",
            exit=Exit.NO_ACCESS,
        )


def check_way(path: Path) -> None:
    """As root: whether the unprivileged account can get at this file at all."""
    if os.geteuid() != 0:
        return
    for parent in path.parents:
        if not parent.stat().st_mode & stat.S_IXOTH:
            raise PlumbobError(
                f"{path} is in {parent}, which the server's unprivileged account may not enter",
                advice="set PLUMBOB_CACHE or PLUMBOB_SANDBOX_DIR to a folder open to all",
                exit=Exit.NO_ACCESS,
            )


def copy(source: Path, target: Path) -> None:
    """Copy a data directory, for the server's account to use."""
    shutil.copytree(source, target)
    give_away(target)


def give_away(top: Path) -> None:
    """Make everything from `top` downwards belong to the server's account."""
    if os.geteuid() == 0:
        owner = account()
        for folder, _, files in os.walk(top):
            os.chown(folder, *owner)
            for file in files:
                os.chown(os.path.join(folder, file), *owner)
