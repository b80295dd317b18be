"""A job rotates partitions while migrations are written and applied: what notices, and what does not."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.commands.user import User, tables
from tests.servers import Server

DECLARED = """\
tables:
  log:
    columns:
      n: int not null
    partitions:
      keep: {keep}
      by: |
        range (n) (partition p1 values less than (1), partition p2 values less than (2))
  users:
    columns:
      id: int
"""
KEPT, LISTED = DECLARED.format(keep="true"), DECLARED.format(keep="false")
WITH_LINE = "      n: int not null\n      line: text\n"


class Job:
    """Drops the oldest partition and adds a newer one, as its own account would."""

    def __init__(self, server: Server, database: str) -> None:
        self.server, self.database, self.newest = server, database, 2

    def rotates(self) -> None:
        self.newest += 1
        with self.server.connect(self.database) as connection, connection.cursor() as cursor:
            n = self.newest
            cursor.execute(f"ALTER TABLE log ADD PARTITION (PARTITION p{n} VALUES LESS THAN ({n}))")
            cursor.execute(f"ALTER TABLE log DROP PARTITION p{n - 2}")


@pytest.fixture
def user(tmp_path: Path, server: Server, database: str) -> User:
    return User(tmp_path, server.url(database))


@pytest.fixture
def job(server: Server, database: str) -> Job:
    return Job(server, database)


def declares(user: User, text: str, columns: str = WITH_LINE) -> None:
    user.declare(text.replace("      n: int not null\n", columns))


def test_kept_partitions_rotate_and_nobody_minds(
    user: User, job: Job, server: Server, database: str
) -> None:
    user.declare(KEPT)
    user.brings_in_sync()
    job.rotates()
    assert user.succeeds("diff").out.splitlines()[1:] == ["in sync"]
    assert user.succeeds("status").code == 0
    declares(user, KEPT)
    assert user.types("diff", "--write", "-m", "line").code == 0
    job.rotates()
    user.succeeds("apply")
    assert user.succeeds("diff").out.splitlines()[1:] == ["in sync"]
    job.rotates()
    user.succeeds("status")
    user.succeeds("rollback", "--allow", "all")
    log = tables(server, database)["log"]
    assert "`line`" not in log
    assert [f"p{number} " in log.replace("`", "") for number in range(1, 7)] == [
        *[False] * 3,
        *[True] * 2,
        False,
    ]


def test_a_migration_of_another_table_does_not_look_at_partitions(user: User, job: Job) -> None:
    user.declare(LISTED)
    user.brings_in_sync()
    user.declare(LISTED.replace("id: int", "id: int\n      name: text"))
    assert user.types("diff", "--write", "-m", "name").code == 0
    job.rotates()
    status = user.types("status")
    assert (status.code, "log" in status.out) == (6, True)
    applied = user.types("apply")
    assert (applied.code, "the declaration asks for more" in applied.err) == (1, True)
    assert "looks like a rotation" in user.types("diff").out


def test_partitions_that_are_listed_are_looked_at_where_a_migration_touches_them(
    user: User, job: Job
) -> None:
    user.declare(LISTED)
    user.brings_in_sync()
    declares(user, LISTED)
    assert user.types("diff", "--write", "-m", "line").code == 0
    job.rotates()
    stale = user.types("apply")
    assert (stale.code, "log is not as it was" in stale.err) == (6, True)


def test_a_rotation_that_is_listed_is_told_as_one(user: User, job: Job) -> None:
    user.declare(LISTED)
    user.brings_in_sync()
    job.rotates()
    result = user.types("diff")
    assert result.code == 1
    assert "log: p3 goes, p1 comes: it looks like a rotation" in result.out
    assert "--allow drop-partition:log.p3" in result.out + result.err
    user.declare(KEPT)
    assert user.succeeds("diff").out.splitlines()[1:] == ["in sync"]


def test_a_partition_is_dropped_by_approval_and_nothing_else(
    user: User, server: Server, database: str
) -> None:
    user.declare(LISTED)
    user.brings_in_sync()
    user.declare(LISTED.replace("partition p1 values less than (1), ", ""))
    assert user.types("diff", "--write", "-m", "rotate").code == 0
    refused = user.types("apply")
    assert (refused.code, "drop-partition:log.p1" in refused.err) == (4, True)
    user.succeeds("apply", "--allow", "drop-partition:log.p1")
    assert "p1" not in tables(server, database)["log"]
    user.succeeds("rollback")
    assert "p1" in tables(server, database)["log"]
    assert user.types("diff").code == 1


def test_a_pending_change_of_partitions_is_not_taken_for_another(user: User) -> None:
    user.declare(LISTED)
    user.brings_in_sync()
    user.declare(LISTED.replace("(2))", "(2), partition p3 values less than (3))"))
    assert user.types("diff", "--write", "-m", "p3").code == 0
    user.declare(LISTED.replace("(2))", "(2), partition p4 values less than (4))"))
    other = user.types("diff", "--write", "-m", "p4")
    assert (other.code, "leads elsewhere than the declaration" in other.err) == (6, True)


def test_pull_takes_another_scheme_in_and_keeps_the_rest(
    user: User, job: Job, server: Server, database: str
) -> None:
    user.declare(KEPT)
    user.brings_in_sync()
    job.rotates()
    user.succeeds("pull")
    assert user.schema.read_text() == KEPT
    server.run(database, "ALTER TABLE log PARTITION BY HASH (n) PARTITIONS 3")
    user.succeeds("pull")
    assert "keep: true" in user.schema.read_text()
    assert user.succeeds("diff").out.splitlines()[1:] == ["in sync"]
