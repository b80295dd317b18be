"""A client and a node are killed in every run of the tests; `make torture` has more of it."""

from __future__ import annotations

import signal

import pytest

from plumbob.errors import Exit
from plumbob.migration.run.events import Done, Event, Regrouped, Runs
from tests.cluster import Cluster
from tests.galera.forked import Forked
from tests.galera.test_cluster import ADD_A, DROP_A, on
from tests.migration.project import USERS, Project, alter, fill
from tests.migration.shop import CREATE, DROP

COPIED = alter("users", "MODIFY `name` varchar(300), ALGORITHM=COPY")
BACK = alter("users", "MODIFY `name` varchar(20), ALGORITHM=COPY")


@pytest.mark.parametrize("victim", ["client", "its node"])
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
    if victim == "client":
        client.kill()
    else:
        second.kill()
    assert client.ends() in (Exit.OK, Exit.FAILED, -signal.SIGKILL), client.said
    on(first, project).apply(lock_wait=30.0)
    if victim != "client":
        second.restart()
    cluster.settles()
    assert project.count("users") == 2**12
    done = [number for _, number, state in project.journal() if state == "done"]
    assert done == [1, 2, 3]
    assert cluster.databases_equal(project.database)
    on(third, project).rollback()
    assert project.tables() == ["users"]


def test_another_node_that_goes_and_comes_again_is_no_reason_to_stop(
    cluster: Cluster, project: Project
) -> None:
    """What those have that are members is what the cluster has; who comes gets all of it first."""
    project.start(USERS)
    fill(project, 12)
    project.migrate("first", CREATE, COPIED, ADD_A, down=(DROP_A, BACK, DROP))
    _, second, third = cluster.nodes
    groups: list[tuple[str, ...]] = []

    def progress(event: Event) -> None:
        match event:
            case Runs(number=2):
                third.kill()
            case Done(number=2):
                third.restart()
                cluster.settles()
            case Regrouped(members):
                groups.append(members)

    assert on(second, project).apply(progress=progress).statements == 3
    assert groups == [("n1", "n2"), ("n1", "n2", "n3")]
    assert project.journal() == [("up", number, "done") for number in (1, 2, 3)]
    assert cluster.databases_equal(project.database)
