"""A database on each server that every example of the property tests uses anew."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from plumbob.server.connection import connect
from plumbob.server.target import Target
from tests.conftest import empty_database
from tests.servers import Server

if TYPE_CHECKING:
    from tests.property.trip import Place


@pytest.fixture(scope="session")
def place(random_server: Server) -> Iterator[Place]:
    # Not above: the settings of Hypothesis come before its first import (tests/conftest.py).
    from tests.property.trip import Place

    with empty_database(random_server) as name:
        with connect(Target.from_url(random_server.url(name))) as server:
            yield Place(server)
