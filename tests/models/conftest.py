"""A database on each server that models are bound to; each test makes its tables there."""

from __future__ import annotations

from collections.abc import Iterator

import peewee
import pytest

from tests.conftest import empty_database
from tests.models.bound import Bound
from tests.servers import Server


@pytest.fixture(scope="module")
def bound(server: Server) -> Iterator[peewee.MySQLDatabase]:
    with empty_database(server) as name:
        database = Bound(server, name)
        yield database
        database.close()
