"""One connection and one scratch database on each server for all cases; every case has an empty database.

Opening them anew for each case would take three quarters of the time.
"""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import Iterator

import pytest

from plumbob.server.connection import Server, connect
from plumbob.server.scratch import Scratch, open_scratch
from plumbob.server.target import Target
from tests.conftest import Servers, empty_database

Place = tuple[Server, Scratch]


class Places:
    """For each server a connection to it and a scratch database on it, opened when first asked for."""

    def __init__(self, servers: Servers, stack: contextlib.ExitStack) -> None:
        self.servers = servers
        self.stack = stack
        self.known: dict[str, Place] = {}

    def __getitem__(self, name: str) -> Place:
        if name not in self.known:
            target = Target.from_url(self.servers(name).url())
            server = self.stack.enter_context(connect(target))
            server.use(self.stack.enter_context(empty_database(self.servers(name))))
            scratch = self.stack.enter_context(open_scratch("target", server))
            assert isinstance(scratch, Scratch)
            self.known[name] = server, scratch
        return self.known[name]


@pytest.fixture(scope="session")
def places(servers: Servers) -> Iterator[Places]:
    with contextlib.ExitStack() as stack:
        yield Places(servers, stack)


@pytest.fixture
def live(
    request: pytest.FixtureRequest,
    places: Places,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Server]:
    """A connection to an empty database on the server that the test names.

    What a server answered in an earlier run is not remembered.
    """
    folder = tmp_path_factory.getbasetemp()
    monkeypatch.setattr("plumbob.server.memory.cache_folder", lambda: folder)
    server, scratch = places[request.param]
    monkeypatch.setattr("plumbob.workflow.open_scratch", lambda *_: emptied(scratch))
    name = f"test_{uuid.uuid4().hex[:12]}"
    server.execute(f"CREATE DATABASE {name} CHARACTER SET utf8mb4")
    server.use(name)
    yield server
    server.execute(f"DROP DATABASE {name}")


@contextlib.contextmanager
def emptied(scratch: Scratch) -> Iterator[Scratch]:
    try:
        yield scratch
    finally:
        scratch.empty()
