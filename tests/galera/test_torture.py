"""A client and a node are killed in every run of the tests; `make torture` has more of it."""

from __future__ import annotations

import signal

import pytest

from plumbob.errors import Exit
from tests.cluster import Cluster
from tests.galera.forked import Forked
from tests.galera.test_cluster import ADD_A, DROP_A, on
from tests.migration.project import USERS, Project, alter, fill
from tests.migration.shop import CREATE, DROP

COPIED = alter("users", "MODIFY `name` varchar(300), ALGORITHM=COPY")
BACK = alter("users", "MODIFY `name` varchar(20), ALGORITHM=COPY")


@pytest.mark.parametrize("victim", ["client", "its node", "another node"])
def test_what_is_killed_in_the_middle_is_finished_from_another_node(
    cluster: Cluster, project: Project, victim: str
) -> None:
    """In a statement that rebuilds the table; nobody knows how far it came on which node."""
    project.start(USERS)
    fill(project, 12)
    project.migrate("first", CREATE, COPIED, ADD_A, down=(DROP_A, BACK, DROP))
    first, second, third = cluster.nodes
    client = Forked(on(second, project))
    client.read_until("Runs(number=2")
    killed = {"its node": second, "another node": third}.get(victim)
    if killed is None:
        client.kill()
    else:
        killed.kill()
    assert client.ends() in (Exit.OK, Exit.FAILED, Exit.UNSAFE, -signal.SIGKILL), client.said
    on(first, project).apply(lock_wait=30.0)
    if killed:
        killed.restart()
    cluster.settles()
    assert project.count("users") == 2**12
    done = [number for _, number, state in project.journal() if state == "done"]
    assert done == [1, 2, 3]
    assert cluster.databases_equal(project.database)
    on(third, project).rollback()
    assert project.tables() == ["users"]
