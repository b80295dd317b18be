"""The cases share a connection and a scratch database on each server."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import pytest

from plumbob.server.connection import Server
from plumbob.server.scratch import Scratch
from tests.conftest import Servers
from tests.places import Places


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
    _, scratch = places[request.param]
    monkeypatch.setattr("plumbob.workflow.open_scratch", lambda *_: emptied(scratch))
    with places.empty(request.param) as server:
        yield server


@contextlib.contextmanager
def emptied(scratch: Scratch) -> Iterator[Scratch]:
    try:
        yield scratch
    finally:
        scratch.empty()
