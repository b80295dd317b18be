"""Fixtures of this folder: one cluster of three nodes for all of its tests, and a project on it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cluster import Cluster
from tests.conftest import empty_database
from tests.migration.project import Project


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    with Cluster() as found:
        yield found


@pytest.fixture
def project(cluster: Cluster, tmp_path: Path) -> Iterator[Project]:
    """No table and no migration, on the first node."""
    home = cluster.nodes[0].server
    with empty_database(home) as name:
        found = Project(home, name, tmp_path / "migrations")
        yield found
        found.drop_scratch()
