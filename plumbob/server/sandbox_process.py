"""A server's process under guard of `supervisor.py`, seen from its owner's side."""

from __future__ import annotations

import contextlib
import os
import select
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from plumbob.server.redact import environment
from plumbob.server.sandbox_folder import account

SUPERVISOR = Path(__file__).with_name("supervisor.py")


class Process:
    """A command that is killed, and its folder removed, when `end()` is called or we end.

    Args:
        folder: the command's folder, below which it may write.
        lock: the descriptor of the folder's lock, which the command inherits.
        stdin: a file for the command to read, or None.

    Attributes:
        pid: the command's own process.
        status: how it ended, as `subprocess` counts; None while it runs.
    """

    def __init__(
        self, folder: Path, lock: int, command: Sequence[str], stdin: Path | None = None
    ) -> None:
        self.folder = folder
        self.pid = 0
        self.status: int | None = None
        uid, gid = account()
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
            env=environment(),
            # Unbuffered: select() does not see a line that has been read ahead.
            bufsize=0,
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
        """Kill the command and start it once more in the same folder."""
        assert self._supervisor.stdin
        self.status = None
        self.pid = 0
        with contextlib.suppress(BrokenPipeError):
            self._supervisor.stdin.write(b"r")
        # The old socket answers until the old server is gone: wait for the new one's number.
        while not self.pid and not self.ended(wait=0.01):
            pass

    def end(self) -> None:
        """Kill the command and remove its folder."""
        # A word, because a forked child may hold the pipe open; then wait for the supervisor.
        self._supervisor.communicate(b"q")
        shutil.rmtree(self.folder, ignore_errors=True)


def last_words(folder: Path) -> str:
    """The errors that the server in this folder has written last, for a person."""
    lines: list[str] = []
    for name in ("output", "error.log"):
        with contextlib.suppress(OSError):
            lines += (folder / name).read_text(encoding="utf-8", errors="replace").splitlines()
    errors = [line for line in lines if "ERROR" in line]
    return "\n".join((errors or lines)[-8:]) or "(it wrote no log)"
