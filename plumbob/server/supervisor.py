"""Guards one server of a sandbox, in a process of its own; it knows nothing of MySQL.

It is run as a script, and not imported: `python -IS supervisor.py FOLDER LOCK UID GID STDIN
COMMAND…`. Its standard input is a pipe whose other end the sandbox's owner holds. When the owner
ends, however it ends (kill -9 as well), the pipe ends; then the server is killed and its folder
removed. Being in a session of its own it outlives the Ctrl-C that stops its owner.

It writes a line `running PID` for each start of the server and `ended STATUS` for each end, and
obeys a letter: `r` kills the server and starts it again in the same folder, any other is the end.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import select
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence

PR_SET_PDEATHSIG = 1


def main(folder: str, lock: int, uid: int, gid: int, stdin: str, command: Sequence[str]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    server = None
    try:
        while True:
            server, ended = start(folder, lock, uid, gid, stdin, command)
            if not guard(server, ended):
                return
    finally:
        if server:
            server.kill()
            server.wait()
        shutil.rmtree(folder, ignore_errors=True)


def start(
    folder: str, lock: int, uid: int, gid: int, stdin: str, command: Sequence[str]
) -> tuple[subprocess.Popen[bytes], int]:
    """Start the server as the given account, and return it with a pipe that ends when it does.

    The server inherits the folder's lock as well: a locked folder is in use, whoever uses it.
    """
    libc = ctypes.CDLL(None)

    def die_with_supervisor() -> None:
        # After setuid, which would clear it. Other systems than Linux have no such thing; there
        # a supervisor killed by hand leaves its server behind.
        if hasattr(libc, "prctl"):
            libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)

    reader, writer = os.pipe()
    is_root = os.geteuid() == 0
    with open(stdin, "rb") as source, open(os.path.join(folder, "output"), "ab") as output:
        server = subprocess.Popen(
            command,
            stdin=source,
            stdout=output,
            stderr=output,
            cwd=folder,
            pass_fds=(lock, writer),
            preexec_fn=die_with_supervisor,
            user=uid if is_root else None,
            group=gid if is_root else None,
            extra_groups=[] if is_root else None,
        )
    os.close(writer)
    say(f"running {server.pid}")
    return server, reader


def guard(server: subprocess.Popen[bytes], ended: int) -> bool:
    """Wait for the owner's word or end; True means that the server is to be started again."""
    watched = [0, ended]
    while True:
        ready, _, _ = select.select(watched, [], [])
        if ended in ready:
            watched.remove(ended)
            os.close(ended)
            say(f"ended {server.wait()}")
        if 0 in ready:
            word = os.read(0, 1)
            server.kill()
            server.wait()
            if ended in watched:
                os.close(ended)
            return word == b"r"


def say(line: str) -> None:
    # The owner may be gone already.
    with contextlib.suppress(BrokenPipeError):
        os.write(1, line.encode() + b"\n")


if __name__ == "__main__":
    folder, lock, uid, gid, stdin, *command = sys.argv[1:]
    main(folder, int(lock), int(uid), int(gid), stdin, command)
