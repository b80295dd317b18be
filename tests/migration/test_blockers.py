"""Who holds a lock that a statement waits for, and who of them is ended when that is asked for (E03 to E07).

The server has performance_schema on, as MySQL has by default; MariaDB's default is shown by E04 and
`test_fault_cases_e.py`, on the servers of all tests.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from plumbob.migration.run.beside import Beside, Killing
from plumbob.server.binaries import find
from plumbob.server.connection import connect
from plumbob.server.errors import LOCK_WAIT_TIMEOUT, ServerError
from plumbob.server.sandbox import Sandbox
from plumbob.server.target import Target
from tests.commands.user import User
from tests.conftest import empty_database
from tests.servers import Server

OPTIONS = (
    "--performance-schema=ON",
    "--performance-schema-instrument=wait/lock/metadata/sql/mdl=ON",
)
# What lets rows be written, and no definition.
NO_DDL = {
    "mysql": ("LOCK INSTANCE FOR BACKUP",),
    "mariadb": tuple(f"BACKUP STAGE {stage}" for stage in ("START", "FLUSH", "BLOCK_DDL")),
}
END = {"mysql": "UNLOCK INSTANCE", "mariadb": "BACKUP STAGE END"}
BACKUP = {"mysql": "LOCK INSTANCE FOR BACKUP", "mariadb": "FLUSH TABLES WITH READ LOCK"}


@pytest.fixture(scope="module", params=["mysql", "mariadb"])
def home(request: pytest.FixtureRequest) -> Iterator[Server]:
    """A server of one's own: a backup holds up everybody on it."""
    with Sandbox(find(request.param), OPTIONS) as sandbox:
        server = Server(sandbox.url)
        with server.connect() as connection, connection.cursor() as cursor:
            cursor.execute("CREATE DATABASE shop")
            cursor.execute("CREATE TABLE shop.other (a int)")
            cursor.execute("CREATE TABLE shop.t (id int PRIMARY KEY, a int)")
            cursor.execute("INSERT INTO shop.t VALUES (1, 1), (2, 2), (3, 3), (4, 4)")
        yield server


class Holder:
    """A connection that holds a lock, by the statements that it has run."""

    def __init__(
        self, home: Server, stack: ExitStack, *statements: str, begun: bool = True
    ) -> None:
        self.connection = stack.enter_context(home.connect("shop", autocommit=not begun))
        with self.connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)

    @property
    def id(self) -> int:
        return int(self.connection.thread_id())


@contextmanager
def waiting(home: Server, killing: Killing | None) -> Iterator[Beside]:
    """An ALTER of `t` that waits a second for its lock, looked at from beside."""
    with connect(Target.from_url(home.url("shop"))) as server:
        with server.session({"lock_wait_timeout": "1"}):
            with Beside(server, ["t"], lambda *_: None, killing) as beside:
                with pytest.raises(ServerError) as caught:
                    server.execute("ALTER TABLE t COMMENT 'x'")
                assert caught.value.errno == LOCK_WAIT_TIMEOUT
            yield beside


def is_alive(home: Server, id: int) -> bool:
    with home.connect() as connection, connection.cursor() as cursor:
        cursor.execute(f"SELECT 1 FROM information_schema.processlist WHERE id = {id}")
        return bool(cursor.fetchall())


def test_those_are_ended_who_hold_this_very_lock(home: Server) -> None:
    """A reader and a writer are ended; large transactions and bystanders are not."""
    with ExitStack() as stack:
        reads = Holder(home, stack, "SELECT a FROM t WHERE a = 4711")
        writes = Holder(home, stack, "UPDATE t SET a = 5 WHERE id = 1")
        large = Holder(home, stack, "UPDATE t SET a = 5 WHERE id > 1")
        beside_it = Holder(home, stack, "INSERT INTO other VALUES (1)")
        with waiting(home, Killing(rows=2)) as seen:
            assert seen.wait is not None and seen.wait.lock == "table t"
            found = {each.id: each for each in seen.wait.blockers} | {
                id: kill.blocker for id, kill in seen.kills.items()
            }
            assert found.keys() == {reads.id, writes.id, large.id}
            why = {id: kill.why_not for id, kill in seen.kills.items()}
            spared = "it has changed more than 2 rows"
            assert why == {reads.id: "", writes.id: "", large.id: spared}
            said = str(found[reads.id])
            assert f"connection {reads.id} (root from " in said and "for " in said
            # Whose statement it was is told, where the server keeps it, and no value of it.
            assert "4711" not in said
            if home.flavour.is_mysql:
                assert "SELECT `a` FROM `t` WHERE `a` = ?" in said
        alive = [is_alive(home, each.id) for each in (reads, writes, large, beside_it)]
        assert alive == [False, False, True, True]


def test_a_lock_that_somebody_asked_for_is_spared(home: Server) -> None:
    with ExitStack() as stack:
        locks = Holder(home, stack, "LOCK TABLES t READ", begun=False)
        with waiting(home, Killing()) as seen:
            (kill,) = seen.kills.values()
            assert kill.blocker.id == locks.id
            assert kill.why_not in ("LOCK TABLES", "a lock that was asked for")
        assert is_alive(home, locks.id)


def test_a_backup_is_spared_and_named(home: Server) -> None:
    with ExitStack() as stack:
        backup = Holder(home, stack, BACKUP[home.flavour.maker], begun=False)
        with waiting(home, Killing()) as seen:
            assert seen.wait is not None and seen.wait.lock == "the lock of a backup"
            assert [kill.why_not for kill in seen.kills.values()] == ["a backup"]
            assert f"connection {backup.id}" in str(seen.wait)
        assert is_alive(home, backup.id)


def test_apply_gives_up_on_a_backup_and_names_it(home: Server, tmp_path: Path) -> None:
    """E07, by the command."""
    with empty_database(home) as database, ExitStack() as stack:
        user = User(tmp_path, home.url(database))
        user.declare("tables: {t: {columns: {id: int primary key}}}\n")
        user.brings_in_sync()
        user.declare("tables: {t: {columns: {id: int primary key, a: int}}}\n")
        user.succeeds("diff", "--write", "-m", "a")
        backup = Holder(home, stack, *NO_DDL[home.flavour.maker], begun=False)
        result = user.types("apply", "--max-wait", "1s")
        assert result.code == 5, result
        assert "the lock of a backup" in result.err and f"connection {backup.id}" in result.err
        with backup.connection.cursor() as cursor:
            cursor.execute(END[home.flavour.maker])
        user.succeeds("apply")


def test_a_dump_is_spared(home: Server) -> None:
    """mysqldump --single-transaction is a reader like any other, but for what it says of itself."""
    with ExitStack() as stack:
        dump = stack.enter_context(home.connect("shop", autocommit=False, program_name="mysqldump"))
        dump.cursor().execute("SELECT /*!40001 SQL_NO_CACHE */ a FROM t")
        with waiting(home, Killing()) as seen:
            assert [kill.why_not for kill in seen.kills.values()] == ["a backup"]
        assert is_alive(home, dump.thread_id())
