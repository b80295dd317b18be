"""The facts share a connection to each server."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import pytest

from plumbob.server.connection import Server
from tests.conftest import Servers
from tests.places import Places


@pytest.fixture(scope="session")
def places(servers: Servers) -> Iterator[Places]:
    with contextlib.ExitStack() as stack:
        yield Places(servers, stack)


@pytest.fixture
def live(request: pytest.FixtureRequest, places: Places) -> Iterator[Server]:
    """A connection to an empty database on the server that the test names."""
    with places.empty(request.param) as server:
        yield server
