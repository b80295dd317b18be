"""Signals end any command as Ctrl-C does: with 130, in one word, and what it had made for itself is gone."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from plumbob.errors import Exit
from tests.commands.user import User
from tests.conftest import account_of
from tests.freezing import frozen
from tests.servers import Server

TABLE = "CREATE TABLE t{} (id int PRIMARY KEY, name varchar(40), KEY name (name))"
# The scratch databases of an account that are in use.
SCRATCH = (
    "SELECT SCHEMA_NAME FROM information_schema.SCHEMATA JOIN information_schema.PROCESSLIST"
    " ON IS_USED_LOCK(SCHEMA_NAME) = ID WHERE SCHEMA_NAME LIKE '\\_plumbob\\_scratch\\_%' AND USER = '{}'"
)
THERE = "SELECT SCHEMA_NAME FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = '{}'"


@contextmanager
def stopped(process: subprocess.Popen[str], until: Callable[[], object]) -> Iterator[None]:
    """Inside, the process hangs where something has become true."""
    while not until():
        assert process.poll() is None
        time.sleep(0.001)
    with frozen(process.pid):
        yield


@pytest.mark.parametrize("server", ["mysql"], indirect=True)
def test_a_command_that_is_ended_takes_its_scratch_database_with_it(
    ann: Callable[..., User], server: Server, database: str
) -> None:
    user = ann("ALL ON *.*")
    user.declare("tables: {}\n")
    server.run(database, *(TABLE.format(number) for number in range(10)))
    wanted = SCRATCH.format(account_of(database))
    with server.connect() as connection, connection.cursor() as cursor:
        for number in (signal.SIGTERM, signal.SIGHUP):
            with user.starts("pull") as running:
                with stopped(running, lambda: cursor.execute(wanted)):
                    ((name,),) = cursor.fetchall()
                    running.send_signal(number)
                said, _ = running.communicate(timeout=30)
                assert (running.returncode, "interrupted" in said) == (Exit.INTERRUPTED, True), said
                assert "Traceback" not in said
            assert cursor.execute(THERE.format(name)) == 0
