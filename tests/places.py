"""Connections that many tests share, each test in an empty database: opening them takes most of the time."""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import Iterator

from plumbob.server.connection import Server, connect
from plumbob.server.scratch import Scratch
from plumbob.server.scratch_place import open_scratch
from plumbob.server.target import Target
from tests.conftest import Servers, empty_database


class Places:
    """For each server a connection to it and a scratch database on it, opened when first asked for."""

    def __init__(self, servers: Servers, stack: contextlib.ExitStack) -> None:
        self._servers = servers
        self._stack = stack
        self._known: dict[str, tuple[Server, Scratch]] = {}

    def __getitem__(self, name: str) -> tuple[Server, Scratch]:
        if name not in self._known:
            target = Target.from_url(self._servers(name).url())
            server = self._stack.enter_context(connect(target))
            server.use(self._stack.enter_context(empty_database(self._servers(name))))
            scratch = self._stack.enter_context(open_scratch("target", server))
            assert isinstance(scratch, Scratch)
            self._known[name] = server, scratch
        return self._known[name]

    @contextlib.contextmanager
    def empty(self, name: str) -> Iterator[Server]:
        """The connection, with an empty database in use."""
        server, _ = self[name]
        database = f"test_{uuid.uuid4().hex[:12]}"
        server.execute(f"CREATE DATABASE {database} CHARACTER SET utf8mb4")
        server.use(database)
        yield server
        server.execute(f"DROP DATABASE {database}")
