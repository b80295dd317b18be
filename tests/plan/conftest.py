"""What the tests of plans on real servers have in common."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache

import pytest

from plumbob.server.connection import Server, connect
from plumbob.server.target import Target
from tests.conftest import Servers, empty_database


@pytest.fixture(scope="module")
def databases(servers: Servers) -> Iterator[Callable[[str], Server]]:
    """A connection to a database on the server of a name, the same one for all cases of a file."""
    with ExitStack() as stack:

        @cache
        def get(name: str) -> Server:
            database = stack.enter_context(empty_database(servers(name)))
            return stack.enter_context(connect(Target.from_url(servers(name).url(database))))

        yield get
