"""Migrations on a cluster of three: what one node does alone is seen, said and never taken for done."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pymysql
import pytest

from plumbob.errors import Exit, PlumbobError
from plumbob.migration.migration import FileStatement
from plumbob.migration.record.live import look
from plumbob.migration.run import clustered, diverging, waiting
from plumbob.migration.run.events import OnCluster
from plumbob.migration.run.lock import lock_name
from plumbob.model.flavour import parse_flavour
from plumbob.server import members
from plumbob.server.errors import DEADLOCK, ServerError
from tests.cluster import Cluster, Node
from tests.commands.user import User
from tests.galera.forked import Forked
from tests.migration import test_stopping
from tests.migration.project import USERS, Project, alter, fill
from tests.migration.shop import CREATE, DROP
from tests.migration.titles import assert_titled
from tests.torture.rounds import Client

ADD_A, DROP_A = alter("users", "ADD COLUMN `a` int"), alter("users", "DROP COLUMN `a`")
UNIQUE = alter("users", "ADD UNIQUE INDEX `u` (`name`)")
DROP_UNIQUE = alter("users", "DROP INDEX `u`")


def refused(project: Project, what: str = "apply", **options: Any) -> PlumbobError:
    with pytest.raises(PlumbobError) as caught:
        getattr(project, what)(**options)
    return caught.value


def on(node: Node, project: Project) -> Project:
    """The same project, its commands typed on another node."""
    return replace(project, home=node.server, events=[])


@contextmanager
def globally(nodes: Sequence[Node], **values: str) -> Iterator[None]:
    """Inside, these nodes have other settings, from the next connection on."""
    with contextlib.ExitStack() as stack:
        for node in nodes:
            cursor = stack.enter_context(node.server.connect()).cursor()
            stack.callback(_set, cursor, dict.fromkeys(values, "DEFAULT"))
            _set(cursor, values)
        yield


def _set(cursor: Any, values: Mapping[str, str]) -> None:
    for name, value in values.items():
        cursor.execute(f"SET GLOBAL {name} = {value}")


def test_what_is_applied_on_one_node_is_on_all_and_any_of_them_goes_on(
    cluster: Cluster, project: Project
) -> None:
    project.start(USERS)
    project.sql("INSERT INTO users VALUES (1, 'Ann'), (2, 'Bob')")
    project.migrate("first", ADD_A, CREATE, UNIQUE, down=(DROP_UNIQUE, DROP, DROP_A))
    assert project.apply().statements == 3
    assert OnCluster(("n1", "n2", "n3")) in project.events
    assert cluster.databases_equal(project.database)
    others = [on(node, project) for node in cluster.nodes[1:]]
    assert [each.apply().statements for each in others] == [0, 0]
    project.sql(
        "UPDATE _plumbob_journal SET history = NULL",
        "DELETE FROM _plumbob_history",
        "DELETE FROM _plumbob_journal WHERE number > 2",
        "UPDATE _plumbob_journal SET state = 'running', seen_after = NULL WHERE number = 2",
    )
    assert others[0].apply().statements == 0
    assert others[1].rollback().statements == 3
    assert cluster.databases_equal(project.database)


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_lock_on_any_node_keeps_others_out_and_its_holder_is_named(
    cluster: Cluster, project: Project, number: int
) -> None:
    project.start(USERS)
    project.migrate("first", ADD_A, down=(DROP_A,))
    node = cluster.nodes[number - 1]
    with project.server() as server:
        name = lock_name(server)
    with node.server.connect() as holder, holder.cursor() as cursor:
        cursor.execute(f"SELECT GET_LOCK('{name}', 0)")
        there = f"connection {holder.thread_id()} on n{number} (root from"
        error = refused(on(cluster.nodes[1], project), lock_wait=0)
        assert error.exit == Exit.LOCKED and there in error.what
        user = User(project.folder.parent, cluster.nodes[1].server.url(project.database))
        (user.folder / "plumbob.cfg").write_text("[plumbob]\ngenerated = .\n")
        client = Client(user, "apply")
        client.read_until((f"waiting for another run to end: {there}",))
    said = client.read()
    assert client.code == 0 and "applied" in said, said
    assert project.count("_plumbob_history") == 1


def test_of_appliers_on_all_nodes_one_runs(cluster: Cluster, project: Project) -> None:
    project.start(USERS)
    project.migrate("first", ADD_A, CREATE, down=(DROP, DROP_A))
    clients = [Forked(on(node, project)) for node in cluster.nodes]
    assert [client.ends() for client in clients] == [0, 0, 0]
    began = [any(each.startswith("Begins(") for each in client.said) for client in clients]
    assert sum(began) == 1
    assert project.count("_plumbob_journal", "number > 0") == 2
    assert cluster.databases_equal(project.database)


@pytest.mark.parametrize(
    ("number", "lock"), [(1, "LOCK TABLES users READ"), (2, "HANDLER users OPEN")]
)
def test_nothing_is_sent_that_would_wait_for_a_lock(
    cluster: Cluster, project: Project, number: int, lock: str
) -> None:
    project.start(USERS)
    project.migrate("first", ADD_A, down=(DROP_A,))
    with cluster.nodes[number - 1].server.connect(project.database) as holder:
        holder.cursor().execute(lock)
        error = refused(project, max_wait=0)
        with project.server() as server, members.reached(server):
            for sql, waits in {
                "CREATE TRIGGER t BEFORE INSERT ON `users` FOR EACH ROW DO 1": True,
                "DROP TRIGGER t": True,
                "CREATE TABLE t (i int REFERENCES Users (id))": True,
                "CREATE TABLE t (i int COMMENT 'users')": False,
            }.items():
                words = clustered.words_of(FileStatement(sql, "it", {}))
                assert list(members.in_use(server, words)) == [f"users on n{number}"] * waits
    assert error.exit == Exit.LOCKED
    assert f"locked users on n{number}" in error.what
    assert project.apply().statements == 1


def test_a_node_that_lags_behind_is_named_and_waited_for_by_the_next_run(
    cluster: Cluster, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody locks the table right behind the look at it: the ALTER is ok all the same."""
    project.start(USERS)
    project.migrate("first", ADD_A, down=(DROP_A,))
    n2 = cluster.nodes[1]
    n2.sql_at_once("SET GLOBAL wsrep_provider_options = 'repl.causal_read_timeout=PT0.5S'")
    monkeypatch.setattr(waiting, "in_use", lambda *_: ())
    with n2.server.connect(project.database) as holder:
        holder.cursor().execute("LOCK TABLES users READ")
        error = refused(project)
    assert error.exit == Exit.LOCKED
    assert "n2 has not done what the others have" in error.what
    assert project.journal() == [("up", 1, "running")]
    n2.sql_at_once("SET GLOBAL wsrep_provider_options = 'repl.causal_read_timeout=PT30S'")
    assert project.apply().statements == 0
    assert project.journal() == [("up", 1, "done")]
    assert cluster.databases_equal(project.database)


def test_a_signal_lets_the_statement_end_that_cannot_be_stopped(
    cluster: Cluster, project: Project
) -> None:
    """KILL QUERY gets 1095 (9 of 9)."""
    project.start(USERS)
    project.migrate("three", *test_stopping.UP, down=test_stopping.DOWN)
    fill(project, 9)
    client = test_stopping.start(project, "apply", "SET STATEMENT %ADD COLUMN `b`")
    said = test_stopping.stop(client, signal.SIGINT)
    assert "interrupted by SIGINT" in said and "2 of 3 statements done" in said
    assert project.journal() == [("up", 1, "done"), ("up", 2, "done")]
    assert project.apply().statements == 1
    assert cluster.databases_equal(project.database)


def test_a_backup_on_any_node_is_waited_for_by_nobody(
    cluster: Cluster, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.start(USERS)
    project.migrate("first", ADD_A, down=(DROP_A,))
    monkeypatch.setattr(members, "SETTLES", 0.0)
    with cluster.nodes[2].server.connect() as holder:
        holder.cursor().execute("FLUSH TABLES WITH READ LOCK")
        error = refused(project)
    assert error.exit == Exit.UNSAFE
    assert "n3 is not in sync with its cluster" in error.what
    cluster.settles()
    assert project.apply().statements == 1


def test_what_a_node_is_set_to_makes_no_difference(cluster: Cluster, project: Project) -> None:
    """The second node has its clock in another zone, which says what a TIMESTAMP literal is."""
    project.start(USERS)
    project.sql("INSERT INTO users VALUES (1, 'Ann')")
    at = alter("users", "ADD COLUMN `at` timestamp NOT NULL DEFAULT '2020-01-01 12:00:00'")
    latin = alter("users", "MODIFY `name` varchar(20) CHARACTER SET latin1")
    utf8 = alter("users", "MODIFY `name` varchar(20)")
    project.migrate("first", at, latin, down=(utf8, alter("users", "DROP COLUMN `at`")))
    with (
        globally(
            (cluster.nodes[0], cluster.nodes[2]),
            alter_algorithm="INSTANT",
            time_zone="'+03:00'",
            innodb_strict_mode="0",
            default_storage_engine="MyISAM",
            max_statement_time="0.002",
        ),
        # Readers, and a session that takes a text otherwise.
        globally(cluster.nodes[1:], read_only="1", sql_mode="'ANSI_QUOTES,NO_BACKSLASH_ESCAPES'"),
    ):
        assert project.apply().statements == 2
    assert cluster.databases_equal(project.database)


def test_a_node_that_is_cut_off_says_so_and_the_others_go_on(
    cluster: Cluster, project: Project
) -> None:
    project.start(USERS)
    project.migrate("first", ADD_A, down=(DROP_A,))
    n3 = cluster.nodes[2]
    with n3.isolated():
        cluster.settles(cluster.nodes[:2])
        error = refused(on(n3, project))
        assert (error.exit, "its cluster is non-Primary" in error.what) == (Exit.NO_ACCESS, True)
        with pytest.raises(pymysql.Error) as caught:
            n3.sql(f"SELECT * FROM {project.database}.users")
        assert caught.value.args[0] == 1047
        assert_titled(*caught.value.args)
        assert project.apply().statements == 1
        assert OnCluster(("n1", "n2")) in project.events
    cluster.settles()
    assert cluster.databases_equal(project.database)


def test_a_split_is_seen_before_a_run(cluster: Cluster, project: Project) -> None:
    project.start(USERS)
    project.migrate("first", ADD_A, down=(DROP_A,))
    n3 = cluster.nodes[2]
    n3.sql("SET wsrep_on = 0", "CREATE TABLE mine (i int)", database=project.database)
    error = refused(project)
    assert error.exit == Exit.SPLIT
    assert "mine: n1 and n2 (absent), n3 (" in error.what
    assert project.tables() == ["users"]
    n3.sql("SET wsrep_on = 0", "DROP TABLE mine", database=project.database)
    assert project.apply().statements == 1


def test_a_statement_that_one_node_did_not_do_splits_the_cluster_and_has_a_way_out(
    cluster: Cluster, project: Project
) -> None:
    """The node says nothing of it: Synced, Primary; the error is in its log alone (3 of 3)."""
    project.start(USERS)
    project.sql("INSERT INTO users VALUES (1, 'Ann'), (2, 'Bob')")
    project.migrate("first", UNIQUE, ADD_A, down=(DROP_A, DROP_UNIQUE))
    n3 = cluster.nodes[2]
    alone = "SET wsrep_on = 0"
    n3.sql(alone, "INSERT INTO users VALUES (3, 'Ann')", database=project.database)
    error = refused(project)
    assert error.exit == Exit.SPLIT
    assert "statement 1 of 2 of 20261124T130000_first has split the cluster" in error.what
    assert "n3 (" in error.what and "n1 and n2 (" in error.what
    assert project.journal() == [("up", 1, "split")]
    assert refused(on(n3, project)).exit == Exit.SPLIT
    delete = "DELETE FROM users WHERE id = 3"
    n3.sql(alone, delete, UNIQUE.sql, database=project.database)
    assert on(n3, project).apply().statements == 1
    assert project.journal() == [("up", 1, "done"), ("up", 2, "done")]
    assert cluster.databases_equal(project.database)


def test_an_error_that_only_one_node_had_splits_the_cluster_as_well(
    cluster: Cluster, project: Project
) -> None:
    """1062 on the node that was asked, and the others have the index."""
    project.start(USERS)
    project.sql("INSERT INTO users VALUES (1, 'Ann')")
    project.migrate("first", UNIQUE, down=(DROP_UNIQUE,))
    alone = "SET wsrep_on = 0"
    n1 = cluster.nodes[0]
    n1.sql(alone, "INSERT INTO users VALUES (3, 'Ann')", database=project.database)
    error = refused(project)
    assert (error.exit, project.journal()) == (Exit.SPLIT, [("up", 1, "split")])
    delete = "DELETE FROM users WHERE id = 3"
    n1.sql(alone, delete, UNIQUE.sql, database=project.database)
    assert project.apply().statements == 0
    assert cluster.databases_equal(project.database)


def test_a_reader_that_is_hit_by_a_ddl_reads_again(cluster: Cluster, project: Project) -> None:
    """17 to 41 of 400 ALTERs hit one of three readers, who gets 1213."""
    project.start(USERS)
    added, dropped = "ALTER TABLE users ADD COLUMN c int", "ALTER TABLE users DROP COLUMN c"

    def read(node: Node) -> None:
        with on(node, project).server() as server:
            while not altered.done():
                assert server.query("SHOW CREATE TABLE users")

    with ThreadPoolExecutor() as pool:
        altered = pool.submit(project.sql, *[added, dropped] * 75)
        for reader in [pool.submit(read, node) for node in cluster.nodes]:
            reader.result()


def test_a_transaction_that_a_ddl_has_ended_is_not_done_again_by_halves(
    cluster: Cluster, project: Project
) -> None:
    project.start(USERS)
    with on(cluster.nodes[2], project).server() as server:
        server.execute("START TRANSACTION")
        server.execute("INSERT INTO users VALUES (1, 'Ann')")
        project.sql(ADD_A.sql)
        # The node has done it as well when it answers.
        cluster.nodes[2].sql("SHOW COLUMNS FROM users", database=project.database)
        with pytest.raises(ServerError) as caught:
            server.write("INSERT INTO users VALUES (2, 'Bob')")
    assert caught.value.errno == DEADLOCK
    assert project.count("users") == 0


KEYLESS = "CREATE TABLE keyless (n int) ENGINE=InnoDB"
REFUSED = {
    "ALTER TABLE users ADD COLUMN c uuid DEFAULT (uuid())": "the default uuid()",
    "ALTER TABLE users ADD COLUMN (a int, c double DEFAULT (1 + rand()))": "the default rand()",
    "ALTER TABLE users ADD c datetime(6) DEFAULT (sysdate(6))": "the default sysdate()",
    "ALTER TABLE users ADD COLUMN `c` int DEFAULT (@@port)": "the default @@port",
    "ALTER TABLE users ADD c datetime(3) NOT NULL DEFAULT current_timestamp(3)": "timestamp(3)",
    "ALTER TABLE users ADD c varchar(99) DEFAULT current_user()": "the default current_user()",
    "ALTER ONLINE TABLE IF EXISTS users ADD c int DEFAULT (NEXT VALUE FOR s)": "next value",
    "ALTER TABLE keyless ADD COLUMN id int AUTO_INCREMENT PRIMARY KEY FIRST": "AUTO_INCREMENT",
    "CREATE TABLE other (i int) ENGINE=MyISAM": "the rows of myisam",
    "CREATE TABLE other (i int) ENGINE Aria": "the rows of aria",
    "ALTER TABLE files ADD COLUMN c int": "the table files: a cluster does not replicate",
    "CREATE SEQUENCE s START WITH 1 CACHE 1000": "no sequence with a cache",
    "ALTER TABLE keyless MODIFY n int NOT NULL AUTO_INCREMENT PRIMARY KEY": "AUTO_INCREMENT",
    "ALTER TABLE users ENGINE = MEMORY": "the rows of memory",
}
# One behind the other.
RENAMED = ("RENAME TABLE users TO people", "ALTER TABLE people ADD c uuid DEFAULT (uuid())")
# By hand.
ROWS = {
    "UPDATE files SET id = id + 1": "the table files",
    "INSERT INTO users SELECT id, 'x' FROM files": "the table files",
    "UPDATE users SET name = uuid()": "",
    "UPDATE users SET files = 1": "",
}
TAKEN = [
    "ALTER TABLE users ADD c datetime NOT NULL DEFAULT current_timestamp()",
    "ALTER TABLE users ADD c datetime(6) NULL DEFAULT NULL ON UPDATE current_timestamp(6)",
    "ALTER TABLE users ADD c varchar(9) DEFAULT 'uuid()'",
    "ALTER TABLE users ALTER COLUMN name SET DEFAULT (uuid())",
    "ALTER TABLE users ADD INDEX ix (name), ADD UNIQUE KEY uuid (name)",
    "ALTER TABLE empty ADD COLUMN c uuid DEFAULT (uuid())",
    "CREATE TABLE other (i int, c uuid DEFAULT (uuid())) ENGINE=InnoDB",
    "CREATE SEQUENCE s NOCACHE",
    "CREATE SEQUENCE s INCREMENT BY 0 CACHE 10",
    "DROP TABLE files",
]


def named(sql: str) -> dict[str, str]:
    return {name: "x" for name in ("users", "keyless", "files", "empty") if name in sql}


def test_what_would_give_each_node_other_rows_is_refused_with_another_way(
    project: Project,
) -> None:
    project.start(
        USERS,
        KEYLESS,
        "CREATE TABLE empty (id int PRIMARY KEY)",
        "CREATE TABLE files (id int PRIMARY KEY) ENGINE=MyISAM",
        "INSERT INTO users VALUES (1, 'Ann')",
        "INSERT INTO keyless VALUES (1)",
    )
    migration = project.migrate("first", ADD_A, down=(DROP_A,))
    with project.server() as server:
        live = look(server)

        def why(*statements: str, is_by_hand: bool = False) -> list[PlumbobError]:
            up = replace(
                migration.forward,
                statements=tuple(
                    FileStatement(sql, "it", named(sql), block=int(is_by_hand))
                    for sql in statements
                ),
            )
            task = clustered.Task(replace(migration, forward=up), "up")
            return list(diverging.refusals(server, [task], live))

        for sql, what in REFUSED.items():
            (error,) = why(sql)
            assert what in error.what, sql
            assert error.exit == Exit.UNSAFE and error.advice
        assert {sql: why(sql) for sql in TAKEN} == {sql: [] for sql in TAKEN}
        (error,) = why(*RENAMED)
        assert "people.c with the default uuid()" in error.what
        for sql, what in ROWS.items():
            assert [what in each.what for each in why(sql, is_by_hand=True)] == [True] * bool(what)
        # A table that the run itself makes and fills is not there when all of it is looked at.
        project.sql("CREATE TABLE fresh (id int PRIMARY KEY)", "INSERT INTO fresh VALUES (1)")
        late = FileStatement("ALTER TABLE fresh ADD c uuid DEFAULT (uuid())", "it", {"fresh": "x"})
        assert not why(late.sql)
        (error,) = diverging.at_its_turn(server, late, "x")
        assert "fresh.c with the default uuid()" in error.what
        keyless = FileStatement("ALTER TABLE keyless ADD c int", "it", {"keyless": "x"})
        up = replace(migration.forward, statements=(keyless,))
        told = clustered.told(server, [clustered.Task(replace(migration, forward=up), "up")], live)
        assert told == OnCluster(("n1",), ("keyless",))


def test_settings_go_along_with_a_definition(project: Project) -> None:
    with project.server() as server:
        zero = (("sql_mode", "STRICT_ALL_TABLES"),)
        statement = FileStatement("ALTER TABLE t ADD c int", "it", {}, session=zero)
        assert clustered.as_sent(server, statement) == (
            "SET STATEMENT time_zone = '+00:00', innodb_strict_mode = 1, "
            "default_storage_engine = InnoDB, max_statement_time = 0, alter_algorithm = 'DEFAULT', "
            "sql_mode = 'STRICT_ALL_TABLES' FOR ALTER TABLE t ADD c int"
        )
        for sql in (
            "CREATE VIEW v AS SELECT 1",
            "CREATE TRIGGER t BEFORE INSERT ON u FOR EACH ROW DO 1",
        ):
            assert clustered.as_sent(server, FileStatement(sql, "it", {})) == sql
        assert parse_flavour(server.version).is_mariadb


def test_a_node_that_is_set_to_other_ways_is_refused(cluster: Cluster, project: Project) -> None:
    project.start(USERS)
    project.migrate("first", ADD_A, down=(DROP_A,))
    for variable, value in {
        "wsrep_OSU_method": "RSU",
        "innodb_default_row_format": "compact",
    }.items():
        with globally([cluster.nodes[1]], **{variable: value}):
            error = refused(project)
        assert error.exit == Exit.UNSAFE
        assert variable.lower() in error.what.lower() and "n2" in error.what
    assert project.apply().statements == 1


def test_an_arbitrator_is_a_member_without_data() -> None:
    """As garbd of Galera 26.4 shows itself beside three nodes; to run one takes a package of its own."""
    told = {
        "wsrep_incoming_addresses": ",127.0.0.1:23187,127.0.0.1:24173,127.0.0.1:31290",
        "wsrep_cluster_size": "4",
    }
    state = members.State("n1", told)
    assert (state.size, len(state.addresses)) == (3, 3)
