"""A database on each server that every example of the property tests uses anew."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from plumbob.server.connection import connect
from plumbob.server.target import Target
from tests.conftest import RANDOM_ON, Servers, empty_database

if TYPE_CHECKING:
    from tests.property.trip import Place


@pytest.fixture(scope="session", params=RANDOM_ON)
def place(request: pytest.FixtureRequest, servers: Servers) -> Iterator[Place]:
    # Not above: the settings of Hypothesis come before its first import (tests/conftest.py).
    from tests.property.trip import Place

    server = servers(request.param)
    with empty_database(server) as name:
        with connect(Target.from_url(server.url(name))) as connected:
            yield Place(connected)
