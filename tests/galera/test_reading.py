"""What only reads asks every member as well: in sync means that all of them are."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from plumbob import api
from plumbob.errors import Exit
from tests.cluster import Cluster, Node
from tests.commands.user import User
from tests.conftest import account_of
from tests.migration.project import Project

# A sequence has to be without a cache here.
KINDS = """\
tables:
  users:
    columns:
      id: int unsigned auto_increment primary key
      name: varchar(20)
views:
  names: select name from users
triggers:
  upper_name: before insert on users for each row set new.name = upper(new.name)
events:
  tidy: on schedule every 1 day do delete from users where name is null
  never: on schedule every 1 day disable do delete from users
procedures:
  one: () select 1
functions:
  next: (a int) returns int deterministic return a + 1
sequences:
  numbers: cache 0
"""
HELPED = 'make the members equal first, as docs/cluster.md says ("Split")'


@pytest.fixture
def user(project: Project) -> User:
    """Who has declared and applied a table."""
    found = User(project.folder.parent, project.url)
    found.declare("tables:\n  users:\n    columns:\n      id: int primary key\n")
    found.brings_in_sync()
    return found


def at(node: Node, user: User) -> User:
    return User(user.folder, node.server.url(user.url.partition("?")[0].rpartition("/")[2]))


@contextmanager
def alone(node: Node, database: str, *statements: str, back: str) -> Iterator[None]:
    """Inside, a node has what the others have not."""
    off = "SET wsrep_on = 0"
    node.sql(off, *statements, database=database)
    try:
        yield
    finally:
        node.sql(off, back, database=database)


def test_every_kind_of_object_is_the_same_whichever_member_is_asked(
    cluster: Cluster, project: Project
) -> None:
    """An event runs on the member that made it, and is disabled on the others by the server itself."""
    user = User(project.folder.parent, project.url)
    user.declare(KINDS)
    user.brings_in_sync()
    others = [at(node, user) for node in cluster.nodes[1:]]
    for each in others:
        assert [each.types(what).code for what in ("diff", "status", "drift")] == [0, 0, 0]
    # It runs on another one from now on.
    user.declare(KINDS.replace("disable do", "do").replace("every 1 day do", "every 2 day do"))
    others[0].brings_in_sync()
    assert [each.types("drift").code for each in (user, *others)] == [0, 0, 0]
    statuses = [node.sql("SHOW EVENTS", database=project.database) for node in cluster.nodes]
    here = [[row[10] for row in rows] for rows in statuses]
    assert here == [["SLAVESIDE_DISABLED"] * 2, ["ENABLED"] * 2, ["SLAVESIDE_DISABLED"] * 2]
    others[1].succeeds("rollback")
    assert user.types("drift").code == 0


def test_what_reads_names_a_split_and_writes_nothing(
    cluster: Cluster, project: Project, user: User
) -> None:
    n3 = cluster.nodes[2]
    files = sorted(user.folder.rglob("*"))
    change = "ALTER TABLE users ADD COLUMN mine int"
    with alone(n3, project.database, change, back="ALTER TABLE users DROP COLUMN mine"):
        for typed, words in (
            (user, ("diff",)),
            (user, ("diff", "--write", "-m", "split")),
            (user, ("diff", "--to", "recorded")),
            (user, ("status",)),
            (user, ("drift",)),
            (user, ("pull",)),
            (user, ("apply", "--dry-run")),
            (user, ("sync", "--dry-run")),
            (user, ("init", "--dir", "new", "--from", user.url)),
            (at(n3, user), ("diff",)),
            (at(n3, user), ("status",)),
        ):
            result = typed.types(*words)
            assert (result.code, result.out.count("in sync")) == (Exit.SPLIT, 0), words
            assert "the cluster is split" in result.err and HELPED in result.err
            assert "users: " in result.err and "n3 (" in result.err
        assert user.types("status", "--json").json["error"]["exit"] == Exit.SPLIT
        assert sorted(user.folder.rglob("*")) == files
        # Which of them is right, the way out asks first.
        codes = [at(node, user).types("diff", "--one-member").code for node in cluster.nodes]
        assert codes == [0, 0, 1]
        assert user.types("diff", "--one-member", "--write").code == Exit.BAD_INPUT
    other = f"ALTER DATABASE {project.database} CHARACTER SET {{}}"
    with alone(n3, project.database, other.format("latin1"), back=other.format("utf8mb4")):
        assert "the database's defaults: " in user.types("diff").err
    assert [user.types(what).code for what in ("diff", "status")] == [0, 0]


def test_in_sync_is_not_said_for_a_member_that_does_not_answer(
    cluster: Cluster, project: Project, user: User
) -> None:
    n1, _, n3 = cluster.nodes
    ann = f"{account_of(project.database)}@localhost"
    n1.sql(f"CREATE USER {ann}", f"GRANT ALL ON *.* TO {ann}")
    user = replace(user, url=user.url.replace("root", ann.partition("@")[0]))
    locked = f"ALTER USER {ann} ACCOUNT LOCK"
    with alone(n3, project.database, locked, back=f"ALTER USER {ann} ACCOUNT UNLOCK"):
        for words in (("diff",), ("diff", "--format", "sql"), ("diff", "--format", "markdown")):
            result = user.types(*words)
            assert result.code == Exit.UNSAFE, result
            assert "in sync, as far as could be asked" in result.out
            assert f"127.0.0.1:{n3.port}, a member of this cluster, is not reached" in result.out
        for what in ("diff", "status"):
            result = user.types(what, "--json")
            assert [result.code, len(result.json["not_asked"])] == [Exit.UNSAFE, 1]
        assert "not asked: 127.0.0.1:" in user.types("pull").err
        difference = api.compare(user.url, folder=user.folder, scratch="none")
        assert (difference.in_sync, difference.up) == (False, ())
        assert not api.status(user.url, folder=user.folder).is_in_sync
        # What changes something does not begin.
        assert user.types("apply").code == Exit.UNSAFE
    assert user.types("diff").code == Exit.OK
    n1.sql(f"DROP USER {ann}")
