"""What is looked at before the first statement: who holds its tables for long already, and room on the disk."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from plumbob.errors import Exit
from plumbob.migration.migration import FileStatement
from plumbob.migration.run.disk import Room, most_room, rebuilt
from plumbob.migration.run.limits import Limits
from plumbob.plan.approvals import is_approved
from plumbob.plan.cost import parse_cost
from plumbob.server.blockers import Held, holders
from plumbob.server.connection import connect
from plumbob.server.listing import Size
from plumbob.server.target import Target
from tests.commands.desk import fails
from tests.commands.user import User, tables
from tests.servers import Server

TABLES = (
    "tables:\n  t: {columns: {id: int primary key, n: %s, b: longblob}}\n"
    "  calm: {columns: {id: int primary key}}\n"
)
OLD = 5
MIB = 1024**2


@pytest.fixture
def user(root: User, server: Server, database: str) -> User:
    """A migration that copies a table of two MiB."""
    root.declare(TABLES % "int")
    root.brings_in_sync()
    server.run(
        database,
        "INSERT INTO t VALUES (1, 1, REPEAT('x', 1048576)), (2, 2, REPEAT('x', 1048576))",
        "ANALYZE TABLE t",
    )
    root.declare(TABLES % "bigint")
    root.succeeds("diff", "--write", "-m", "change")
    return root


@pytest.fixture
def holder(server: Server, database: str) -> Iterator[Any]:
    with server.connect(database, autocommit=False) as connection:
        yield connection


def runs(connection: Any, sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


def seen(url: str, names: tuple[str, ...] = ("t",), seconds: int = 0) -> dict[int, Held]:
    with connect(Target.from_url(url)) as server:
        return {each.blocker.id: each for each in holders(server, names, seconds)}


def test_a_transaction_that_is_old_is_told_before_the_run(
    user: User, server: Server, holder: Any
) -> None:
    runs(holder, "UPDATE t SET n = 4711 WHERE id = 1")
    id = holder.thread_id()
    until = time.monotonic() + 60
    while id not in seen(user.url, seconds=OLD):
        assert time.monotonic() < until, "nobody has seen it"
        time.sleep(0.5)
    dry = user.types("apply", "--dry-run", "--json")
    assert dry.code == Exit.DIFFERENT, dry
    (told,) = [each for each in dry.json["in_use"] if each["connection"] == id]
    assert told["user"] == "root"
    assert told["seconds"] >= OLD
    assert told["rows_changed"] == 1
    assert (told["tables"], told["statement"]) == (["t"], 1)
    assert "4711" not in dry.out + dry.err
    # MariaDB does not say what a transaction holds, without performance_schema.
    assert told["is_sure"] == server.flavour.is_mysql
    assert told["sql"] == ("UPDATE `t` SET `n` = ? WHERE `id` = ?" if told["is_sure"] else "")
    run = user.types("apply", "--max-wait", "0s")
    assert run.code == Exit.LOCKED, run
    for said in (dry.err, run.err):
        assert f"warning: connection {id} (root from localhost, for " in said
        assert "holds t: statement 1 of" in said or "may hold a table of this run: if so, s" in said
        assert "waits until that ends, and is tried again for" in said
    holder.commit()
    assert id not in seen(user.url)
    assert f"connection {id} " not in user.succeeds("apply").err


def test_what_is_young_or_holds_another_table_is_not_told(user: User, holder: Any) -> None:
    runs(holder, "UPDATE t SET n = 3 WHERE id = 1")
    id = holder.thread_id()
    assert id in seen(user.url)
    assert id not in seen(user.url, seconds=600)
    held = seen(user.url, ("calm",)).get(id)
    assert held is None or not held.blocker.is_sure


def test_who_may_not_see_it_is_told_nothing(
    user: User, ann: Callable[..., User], holder: Any
) -> None:
    runs(holder, "UPDATE t SET n = 3 WHERE id = 1")
    assert seen(ann("SELECT ON {}.*").url) == {}


def test_a_dry_run_tells_how_much_of_the_disk_is_needed(
    user: User, server: Server, database: str
) -> None:
    dry = user.types("apply", "--dry-run", "--json")
    disk = dry.json["disk"]
    with server.connect(database) as connection, connection.cursor() as cursor:
        cursor.execute(
            "SELECT DATA_LENGTH + INDEX_LENGTH, @@datadir FROM information_schema.TABLES"
            " WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 't'"
        )
        size, folder = cursor.fetchone()
    assert (disk["table"], disk["bytes"]) == ("t", size)
    assert size > 2 * MIB
    # Known where the server is on this machine.
    assert (disk["free"] is not None) == Path(folder).is_dir()
    if disk["free"] is not None:
        total = os.statvfs(folder)
        assert 0 < disk["free"] <= total.f_blocks * total.f_frsize
    assert "takes about 2.5 MiB of the server's disk while it runs; " in dry.err
    assert "of the server's disk" not in user.succeeds("apply").err


def test_what_the_disk_has_no_room_for_is_not_begun(
    user: User, server: Server, database: str
) -> None:
    """A table of 64 TiB, as its statistics say; the manuals let people write them by hand."""
    before = tables(server, database)
    with server.connect(database) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT @@datadir")
        assert Path(cursor.fetchone()[0]).is_dir(), "what is free is known on this machine alone"
        cursor.execute(
            "UPDATE mysql.innodb_table_stats SET clustered_index_size = 4294967295"
            " WHERE database_name = DATABASE() AND table_name = 't'"
        )
        # The server reads them when it opens the table anew.
        cursor.execute("RENAME TABLE t TO moved")
        cursor.execute("RENAME TABLE moved TO t")
    dry = user.types("apply", "--dry-run", "--json")
    assert dry.json["disk"]["bytes"] > 2**45 > dry.json["disk"]["free"]
    said = fails(user, Exit.UNSAFE, "apply").err
    assert "nothing was run" in said and "--allow disk:t (" in said
    assert "takes about 64 TiB, and the server's disk has " in said
    assert "`schema explain 1114`" in said
    assert tables(server, database) == before
    assert (
        "64 TiB of the server's disk"
        in user.succeeds("apply", "--allow", "disk:t", "--allow", "blocking:t").err
    )
    user.succeeds("diff")


def statement(sql: str, cost: str) -> FileStatement:
    return FileStatement(sql, "change", {}, cost=parse_cost(cost))


def test_the_largest_statement_counts_under_the_name_of_the_table_of_now(server: Server) -> None:
    built = rebuilt(
        [
            statement("ALTER TABLE big ADD COLUMN a int", "instant, blocks nothing"),
            statement("ALTER TABLE small FORCE", "rebuild, blocks nothing"),
            FileStatement("RENAME TABLE middle TO other", "rename", {}),
            statement("ALTER TABLE other FORCE", "copy, blocks writes"),
            statement("ALTER TABLE made_on_the_way FORCE", "copy, blocks writes"),
        ],
        server.flavour,
    )
    sizes = {"big": Size(9, 9 * MIB), "small": Size(1, MIB), "middle": Size(5, 5 * MIB)}
    found = most_room(built, sizes, Limits(bytes=4 * MIB))
    assert found == Room("middle", "change", 5 * MIB, is_large=True)


@pytest.mark.parametrize(
    ("free", "is_short"), [(None, False), (5 * MIB, False), (5 * MIB - 1, True), (0, True)]
)
def test_less_than_that_is_a_hazard(free: int | None, is_short: bool) -> None:
    room = Room("t", "change", 5 * MIB, free)
    assert room.is_short == is_short
    assert room.hazard.approval == "disk:t"
    assert is_approved(room.hazard, ["disk:t"])
