"""A run that is asked to end, by Ctrl-C or SIGTERM: what its server is doing is stopped there as well.

A client that only goes away leaves its ALTER running (measured: 58 of 80 kills). So the statement is
stopped by KILL QUERY from a second connection; its answer comes on the first one, and the run ends
where the next look at the tables can say what is done.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from plumbob.errors import PlumbobError
from plumbob.server.connection import Server
from plumbob.server.errors import INTERRUPTED, ServerError

# How soon a pause ends that nobody needs any more.
_SLICE = 0.1


class Stop:
    """Whether a run is to end, and by what; one for each run.

    Attributes:
        by: the signal that asked for it, "" as long as none did.
    """

    def __init__(self) -> None:
        self.by = ""
        self._server: Server | None = None
        self._is_soft = False
        self._is_running = False

    @contextmanager
    def guards(self, server: Server) -> Iterator[None]:
        """From now on what this server does is stopped as well when the run is."""
        self._server = server
        try:
            yield
        finally:
            self._server = None

    @contextmanager
    def softly(self) -> Iterator[None]:
        """Inside, the run itself sees that it is to end, and writes down how far it came."""
        self._is_soft = True
        try:
            yield
        finally:
            self._is_soft = False

    @contextmanager
    def runs(self) -> Iterator[None]:
        """Inside `softly`, what takes its time, and is stopped in the server."""
        self._is_running = True
        try:
            yield
        finally:
            self._is_running = False

    def ask(self, by: str) -> None:
        """End the run. Called where a signal is received; for the second time it ends there and then.

        Raises:
            KeyboardInterrupt: nothing is running of which an account has to be given, the statement
                could not be stopped, or somebody asks again.
        """
        again, self.by = bool(self.by), by
        if not again and self._is_soft and not self._is_running:
            return
        if again or not self._stop_statement() or not self._is_soft:
            raise KeyboardInterrupt

    def _stop_statement(self) -> bool:
        if self._server is None:
            return False
        try:
            self._server.stop_statement()
        except (PlumbobError, OSError):
            return False
        return True

    def pause(self, seconds: float) -> None:
        """Sleep, unless the run is to end."""
        until = time.monotonic() + seconds
        while not self.by and (left := until - time.monotonic()) > 0:
            time.sleep(min(left, _SLICE))

    def settle(self, server: Server) -> None:
        """Let a KILL QUERY that came late, when its statement had ended, hit a statement of no account."""
        try:
            if self.by:
                server.query("SELECT 1")
        except ServerError as error:
            if error.errno != INTERRUPTED:
                raise
