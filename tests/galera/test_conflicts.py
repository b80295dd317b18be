"""Two nodes that write the same row: the second one is sent back (1213), and a run tries again."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from plumbob.errors import Exit
from tests.cluster import Cluster, Node
from tests.commands.desk import BEGIN, END
from tests.commands.user import User
from tests.galera.test_cluster import globally
from tests.migration.project import USERS, Project
from tests.torture.rounds import Client

TABLE = "tables:\n  users:\n    columns:\n      id: int primary key\n      name: varchar(20)\n"
# It holds the lock of the row, and waits until the test lets it go on.
STEP = "UPDATE users SET name = CONCAT(name, IF(GET_LOCK('gate', 30), '+', '+'))"


@contextmanager
def conflict(cluster: Cluster, database: str) -> Iterator[None]:
    """Inside, the first node runs STEP and waits in it; at the end the second has changed its rows."""
    first, second, _ = cluster.nodes
    with first.server.connect() as gate, gate.cursor() as cursor:
        cursor.execute("SELECT GET_LOCK('gate', 0)")
        yield
        _waits(first)
        second.sql("UPDATE users SET name = 'Eve' WHERE id = 1", database=database)
        # The first one has it as well when it answers, and so has sent the step back.
        first.sql("SELECT 1 FROM users", database=database)


def _waits(node: Node) -> None:
    until = time.monotonic() + 30
    asked = "SELECT 1 FROM information_schema.PROCESSLIST WHERE STATE = 'User lock'"
    while not node.sql(asked):
        assert time.monotonic() < until, "nobody has come to the step"
        time.sleep(0.02)


def test_a_data_step_that_loses_against_another_node_is_run_again_and_once(
    cluster: Cluster, project: Project
) -> None:
    user = User(project.folder.parent, project.url)
    user.declare(TABLE)
    user.brings_in_sync()
    user.declare(TABLE + "      born: date\n")
    user.succeeds("diff", "--write", "-m", "born")
    (file,) = (user.folder / "generated" / "migrations").glob("*_born.sql")
    (back,) = (user.folder / "generated" / "migrations").glob("*_born.rollback.sql")
    approved = "-- approved: overwrite-column:users.name"
    file.write_text(f"{file.read_text()}\n{approved}\n{BEGIN}\n{STEP};\n{END}\n")
    back.write_text(f"{back.read_text()}\n-- by hand: no way back: a test\n")
    user.succeeds("check", "--write")
    project.sql("INSERT INTO users (id, name) VALUES (1, 'Ann'), (2, 'Bob')")
    # All of it is one write set, which may be too large.
    with globally(cluster.nodes[:1], wsrep_max_ws_rows="1"):
        refused = user.types("apply", "--allow", "all")
    assert refused.code == Exit.FAILED and "by ranges of the primary key" in refused.err, refused
    assert project.sql("SELECT name FROM users ORDER BY id") == [("Ann",), ("Bob",)]
    with conflict(cluster, project.database):
        client = Client(user, "apply", "--allow", "all")
    client.read_until(("  [2] no lock for 0 s: Deadlock found",))
    said = client.read()
    assert client.code == 0 and "trying again" not in said, said
    assert project.sql("SELECT name FROM users ORDER BY id") == [("Eve+",), ("Bob+",)]
    assert project.journal()[-1] == ("up", 2, "done")
    assert cluster.databases_equal(project.database)


def test_what_the_journal_writes_is_written_again(cluster: Cluster, project: Project) -> None:
    """Nobody but a run writes there; a node that is sent back does not ask why."""
    project.start(USERS, "INSERT INTO users VALUES (1, 'Ann')")
    with project.server() as server, ThreadPoolExecutor() as pool:
        with conflict(cluster, project.database):
            written = pool.submit(server.write, STEP)
        assert written.result() == 1
    assert project.sql("SELECT name FROM users") == [("Eve+",)]
