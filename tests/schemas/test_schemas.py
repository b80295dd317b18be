"""Our own schemas, written in the ways of well-known applications, through the commands and back.

Each takes its turn on one of two servers, which takes a minute. `make schemas` takes all of them through all
three servers, and any others just as well: `make schemas SQL=folder`.
"""

from __future__ import annotations

from itertools import cycle
from pathlib import Path

import pytest

from tests.conftest import Servers
from tests.schemas.folder import Application, applications
from tests.schemas.walk import walk

OWN = applications(Path(__file__).parent / "own")
TURNS = [
    pytest.param(server, application, id=f"{application.name}-{server}")
    for server, application in zip(cycle(("mysql", "mariadb")), OWN, strict=False)
]


@pytest.mark.parametrize(("name", "application"), TURNS)
def test_a_schema_goes_up_and_back(
    name: str, application: Application, servers: Servers, tmp_path: Path
) -> None:
    outcomes = list(walk(application, servers(name), tmp_path))
    assert [outcome for outcome in outcomes if outcome.wrong] == []
    assert [str(each) for outcome in outcomes for each in outcome.refused] == []
    assert len(outcomes) == 2 * len(application.versions) - 1


def test_there_are_enough_upgrades() -> None:
    assert sum(len(each.versions) - 1 for each in OWN) >= 20
