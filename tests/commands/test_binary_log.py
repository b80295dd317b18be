"""A server that writes a binary log, which gh-ost reads: what it would be told, as `apply --dry-run` shows it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from plumbob.server.binaries import find
from plumbob.server.sandbox import Sandbox
from tests.commands.test_handover import TABLE, Desk
from tests.commands.user import User
from tests.conftest import empty_database
from tests.servers import SERVERS, Server

CONF = "'--conf={DEFAULTS_FILE}'"
ALTER = "'--alter=MODIFY COLUMN `n` bigint NOT NULL'"
LOG = ("--log-bin=binlog", "--server-id=1", "--log-replica-updates")


@pytest.fixture
def server() -> Iterator[Server]:
    with Sandbox(find(*SERVERS["mysql"]), LOG) as sandbox:
        yield Server(sandbox.url)


def test_gh_ost_is_told_all_that_it_needs(server: Server, tmp_path: Path) -> None:
    with empty_database(server) as database:
        desk = Desk(server, database, tmp_path)
        desk.settings("gh-ost")
        desk.plan(TABLE % "bigint not null")
        port = urlsplit(server.address).port
        user = User(tmp_path, f"mysql://root@127.0.0.1:{port}/{database}")
        shown = user.types("apply", "--dry-run")
        assert shown.code == 1, shown
        assert f"handed to: gh-ost {CONF} --host=127.0.0.1 --port={port} " in shown.err
        for word in (
            f"--database={database}",
            "--table=t",
            ALTER,
            "--allow-on-master",
            "--execute",
        ):
            assert f" {word}" in shown.err
        missing = user.types("apply")
        assert missing.code == 7, missing
        assert "gh-ost cannot be run: No such file or directory" in missing.err
        # What was not done by it the server does, when that is approved.
        user.succeeds("apply", "--allow", "blocking:t")
        user.succeeds("diff")
