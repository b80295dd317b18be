"""A little torture in every run of the tests; `make torture` has more of it (F01, F02, E01)."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from plumbob.server.binaries import find
from plumbob.server.sandbox import Sandbox
from tests.conftest import empty_database
from tests.servers import Server
from tests.torture.rounds import Torture


@pytest.mark.parametrize("maker", ["mysql", "mariadb"])
def test_a_little_torture(maker: str, tmp_path: Path) -> None:
    """A client, a server, and a pair; more rounds and other moments with `make torture`."""
    with Sandbox(find(maker)) as sandbox:
        server = Server(sandbox.url)
        with empty_database(server) as database:
            torture = Torture(tmp_path, server, database, random.Random(maker), rows=256)
            torture.prepare()
            torture.client_killed()
            torture.server_killed(sandbox.restart)
            torture.pair()
            assert sum(torture.seen.values()) == 5
