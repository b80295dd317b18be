"""A run in a process of its own, forked from this one: to import all of it anew takes a second."""

from __future__ import annotations

import contextlib
import multiprocessing
from multiprocessing.connection import Connection

from plumbob.errors import PlumbobError
from tests.migration.project import Project

_FORK = multiprocessing.get_context("fork")


class Forked:
    """`executor.apply`, from its begin on. `said` has its events, as far as they were read."""

    def __init__(self, project: Project) -> None:
        self._reads, writes = _FORK.Pipe(duplex=False)
        self._process = _FORK.Process(target=_apply, args=(project, writes), daemon=True)
        self._process.start()
        writes.close()
        self.said: list[str] = []

    def read_until(self, word: str = "") -> None:
        """Read what it tells up to an event that begins so; to its end without a word."""
        with contextlib.suppress(EOFError):
            while not word or not any(each.startswith(word) for each in self.said):
                self.said.append(self._reads.recv())

    def kill(self) -> None:
        self._process.kill()

    def ends(self) -> int | None:
        """Its exit code: 0, that of the error, or minus the signal."""
        self.read_until()
        self._process.join()
        return self._process.exitcode


def _apply(project: Project, writes: Connection) -> None:
    code = 0
    try:
        project.apply(progress=lambda event: writes.send(repr(event)), lock_wait=60.0)
    except PlumbobError as error:
        writes.send(repr(error))
        code = error.exit
    writes.close()
    raise SystemExit(code)
