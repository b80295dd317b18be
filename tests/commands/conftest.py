"""Two users of one project: root, and an account with grants that a test chooses."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.commands.user import User
from tests.conftest import account_of
from tests.servers import Server


@pytest.fixture
def root(tmp_path: Path, server: Server, database: str) -> User:
    return User(tmp_path, server.url(database))


@pytest.fixture
def ann(root: User, server: Server, database: str) -> Iterator[Callable[..., User]]:
    """A user of the same project with these grants; `{}` is the database."""
    name = account_of(database)
    with server.connect() as connection, connection.cursor() as cursor:

        def make(*grants: str) -> User:
            cursor.execute(f"DROP USER IF EXISTS {name}@localhost")
            cursor.execute(f"CREATE USER {name}@localhost")
            for grant in grants:
                cursor.execute(f"GRANT {grant.format(database)} TO {name}@localhost", None)
            return User(root.folder, root.url.replace("root@", f"{name}@"))

        yield make
        cursor.execute(f"DROP USER IF EXISTS {name}@localhost")
