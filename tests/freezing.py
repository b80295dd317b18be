"""Stops a process as a machine does that hangs: it is there, and answers nothing."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


@contextmanager
def frozen(pid: int) -> Iterator[None]:
    """Inside, no thread of it runs: the signal alone lets one finish an answer (seen)."""
    os.kill(pid, signal.SIGSTOP)
    try:
        until = time.monotonic() + 10
        while not all(state == "T" for state in _states(pid)):
            assert time.monotonic() < until
            time.sleep(0.001)
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


def _states(pid: int) -> list[str]:
    """The state of each thread, as Linux tells it (proc(5)); a name may have a parenthesis in it."""
    found = []
    for thread in Path(f"/proc/{pid}/task").glob("*/stat"):
        with suppress(OSError):  # It has ended in between.
            found.append(thread.read_text(errors="replace").rpartition(")")[2].split()[0])
    return found
