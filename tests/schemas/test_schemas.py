"""Our own schemas, written in the ways of well-known applications, through the commands and back.

`make schemas SQL=folder` does the same with any others, on all three servers.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import Servers
from tests.schemas.folder import Application, applications
from tests.schemas.walk import walk

OWN = applications(Path(__file__).parent / "own")


@pytest.mark.parametrize("application", OWN, ids=lambda each: each.name)
@pytest.mark.parametrize("name", ["mysql", "mariadb"])
def test_a_schema_goes_up_and_back(
    name: str, application: Application, servers: Servers, tmp_path: Path
) -> None:
    outcomes = list(walk(application, servers(name), tmp_path))
    assert [outcome for outcome in outcomes if outcome.wrong] == []
    assert [str(each) for outcome in outcomes for each in outcome.refused] == []
    assert len(outcomes) == 2 * len(application.versions) - 1
