"""Fixtures of this folder: a project on each server."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import empty_database
from tests.migration.project import USERS, Project
from tests.migration.shop import ADD_X, ADD_Y, CREATE, DROP, DROP_X, DROP_Y
from tests.servers import Server


@pytest.fixture
def project(server: Server, database: str, tmp_path: Path) -> Iterator[Project]:
    """No table and no migration."""
    found = Project(server, database, tmp_path / "migrations")
    yield found
    found.drop_scratch()


@pytest.fixture(scope="session")
def shop_migrations(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two migrations, proved once: they are the same for every database."""
    with empty_database(server) as name:
        made = Project(server, name, tmp_path_factory.mktemp("shop"))
        made.start(USERS)
        made.migrate("first", ADD_X, CREATE, down=(DROP, DROP_X))
        made.migrate("second", ADD_Y, down=(DROP_Y,))
        made.drop_scratch()
    return made.folder


@pytest.fixture
def shop(project: Project, shop_migrations: Path) -> Project:
    """One table, and two migrations that are not applied."""
    shutil.copytree(shop_migrations, project.folder)
    project.sql(USERS, "INSERT INTO users VALUES (1, 'Ann')")
    return project
