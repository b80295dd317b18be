"""Fixtures of the server layer: plumbob's own connection, and accounts with few privileges."""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from plumbob.server.connection import Server, connect
from plumbob.server.secret import Secret
from plumbob.server.target import Target
from tests.servers import Server as Running

Account = Callable[..., Target]


@pytest.fixture
def live(every_server: Running, every_database: str) -> Iterator[Server]:
    """A connection to an empty database, on each of the servers."""
    with connect(Target.from_url(every_server.url(every_database))) as server:
        yield server


@pytest.fixture
def account(live: Server) -> Iterator[Account]:
    """Makes accounts on the server of `live`: `account("SELECT ON {}.t", …)` gives a target.

    `{}` in a grant is the database of `live`.
    """
    with accounts(live) as make:
        yield make


@contextlib.contextmanager
def accounts(root: Server, *, host: str = "localhost") -> Iterator[Account]:
    made: list[str] = []

    def make(*grants: str, password: str = "kanari-7") -> Target:
        user = f"test_{uuid.uuid4().hex[:12]}"
        root.execute(f"CREATE USER {user}@'{host}' IDENTIFIED BY '{password}'")
        made.append(user)
        for grant in grants:
            root.execute(f"GRANT {grant.format(root.database)} TO {user}@'{host}'")
        return replace(root.target, user=user, password=Secret(password))

    try:
        yield make
    finally:
        for user in made:
            root.execute(f"DROP USER {user}@'{host}'")
