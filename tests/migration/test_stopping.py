"""Ctrl-C and SIGTERM in the middle of a statement (F07, F08): it is stopped in the server as well."""

from __future__ import annotations

import signal
import subprocess
import sys
import time

import pytest

from plumbob.errors import Exit
from tests.migration.project import USERS, Project, alter, fill

# What `schema apply` does, without its start.
RUN = """
import sys
from pathlib import Path
from plumbob.commands import console
from plumbob.commands.running import interruptible, teller
from plumbob.migration.run import executor
from plumbob.migration.files import read_folder
from plumbob.server.connection import connect
from plumbob.server.target import Target
url, folder, what = sys.argv[1:]
def command():
    with interruptible(what) as stop, connect(Target.from_url(url)) as server:
        run = getattr(executor, what)
        on = executor.Conditions(progress=teller(), stop=stop)
        run(server, read_folder(Path(folder)), on)
sys.exit(console.run(command, as_json=False))
"""
# Some milliseconds for each row, until KILL QUERY.
SLOW = "ADD COLUMN `b` int GENERATED ALWAYS AS (LENGTH(SHA2(REPEAT(`name`, 90000), 512))) STORED"
UP = (
    alter("users", "ADD COLUMN `a` int"),
    alter("users", SLOW),
    alter("users", "ADD COLUMN `c` int"),
)
DOWN = tuple(alter("users", f"DROP COLUMN `{name}`") for name in "cba")


@pytest.fixture
def long(project: Project) -> Project:
    """A migration of three statements, the second of which takes a while."""
    project.start(USERS)
    project.migrate("three", *UP, down=DOWN)
    fill(project, 8)
    return project


def start(project: Project, what: str, statement: str) -> subprocess.Popen[str]:
    """Start a run, and come back when this statement runs in the server."""
    client = subprocess.Popen(
        [sys.executable, "-c", RUN, project.url, str(project.folder), what],
        stderr=subprocess.PIPE,
        text=True,
    )
    while not running(project, statement):
        assert client.poll() is None, client.communicate()
        time.sleep(0.05)
    return client


def running(project: Project, statement: str) -> int:
    """The connection that runs a statement, or 0."""
    found = project.sql(
        "SELECT id FROM information_schema.processlist"
        f" WHERE db = '{project.database}' AND info LIKE '{statement}%' AND state NOT LIKE 'wait%'"
    )
    return int(found[0][0]) if found else 0


def stop(client: subprocess.Popen[str], *signals: int) -> str:
    """Send signals at once; what the run said, which has to have ended as interrupted."""
    for each in signals:
        client.send_signal(each)
    said = client.communicate()[1]
    assert client.returncode == Exit.INTERRUPTED, said
    assert "Traceback" not in said
    return said


def test_a_signal_stops_the_statement_in_the_server(long: Project) -> None:
    """F07: nothing runs on, the journal and the exit code say how far it came."""
    said = stop(start(long, "apply", "ALTER TABLE `users` ADD COLUMN `b`"), signal.SIGINT)
    assert "interrupted by SIGINT at statement 2 of 3" in said
    assert "nothing of it is done; 1 of 3 statements done" in said
    assert "`schema apply` goes on from here, `schema rollback` takes it back" in said
    assert long.journal() == [("up", 1, "done"), ("up", 2, "not started")]
    assert not running(long, "ALTER")
    assert "`a`" in long.definition("users") and "`b`" not in long.definition("users")
    # F08: who cannot wait for that leaves at once, and is told that the statement may go on.
    client = start(long, "apply", "ALTER TABLE `users` ADD COLUMN `b`")
    assert "may go on in the server" in stop(client, signal.SIGINT, signal.SIGTERM)
    assert long.journal()[-1] == ("up", 2, "running")
    long.apply(lock_wait=60.0)
    assert "`c`" in long.definition("users")


@pytest.mark.parametrize("server", ["mysql"], indirect=True)
def test_a_signal_ends_a_pause(shop: Project) -> None:
    """While others hold the table the run sleeps between two attempts, and does not sleep on."""
    with shop.home.connect(shop.database, autocommit=False) as blocker:
        blocker.cursor().execute("SELECT 1 FROM users LIMIT 1")
        client = subprocess.Popen(
            [sys.executable, "-c", RUN, shop.url, str(shop.folder), "apply"],
            stderr=subprocess.PIPE,
            text=True,
        )
        assert client.stderr is not None
        while "no lock for" not in (line := client.stderr.readline()):
            assert line
        # It names who holds it.
        assert f"connection {blocker.thread_id()} (root" in line
        said = stop(client, signal.SIGTERM)
    assert "interrupted by SIGTERM" in said and "0 of 2 statements done" in said
    assert shop.journal() == [("up", 1, "not started")]
    assert shop.apply().statements == 3
