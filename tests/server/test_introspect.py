"""A database is read whole and without loss; what is not ours or not readable is named."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest

from plumbob.errors import Exit, PlumbobError
from plumbob.model import NotUnderstood, Schema, Table
from plumbob.server import introspect
from plumbob.server.connection import Server, connect
from plumbob.server.errors import ServerError
from plumbob.server.introspect import read_schema, row_estimates, table_texts, understand
from plumbob.server.target import Target
from tests.server.conftest import Account
from tests.servers import Server as Running

ODD_NAMES = (
    "a`b",
    "100%s",
    "two\nlines",
    "O'Hara",
    'say "hi"',
    "semi;colon",
    "пользователи",
    "a.b",
)
FOREIGN = (
    "_users_gho",
    "_users_ghc",
    "_users_del",
    "_users_new",
    "__users_old",
    "_vt_vrp_6ace8bcef73211ea87e9f875a4d24e90_20200915120410_",
    "_c26f3b5e_6b50_11ee_808b_0a43f95f28a3_20231015114830_vrepl",
    "_plumbob_history",
    "_plumbob_journal",
    "flyway_schema_history",
    "alembic_version",
    "django_migrations",
    "DATABASECHANGELOG",
    "DATABASECHANGELOGLOCK",
    "knex_migrations_lock",
    "SequelizeMeta",
    "_prisma_migrations",
    "schema_migrations",
    "ar_internal_metadata",
    "goose_db_version",
    "atlas_schema_revisions",
)


def fill(server: Server, *statements: str) -> None:
    for statement in statements:
        server.execute(statement)


def kinds(schema: Schema) -> set[tuple[str, str]]:
    return {(found.kind, found.name) for found in schema.unmanaged}


def test_tables_come_as_the_grammar_reads_them(live: Server) -> None:
    fill(
        live,
        "CREATE TABLE parent (id int unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY, e varchar(9))",
        "CREATE TABLE child (id int PRIMARY KEY, p int unsigned, CONSTRAINT fk FOREIGN KEY (p)"
        " REFERENCES parent (id) ON DELETE CASCADE, CONSTRAINT ck CHECK (id > 0))",
        "CREATE TABLE parted (id int PRIMARY KEY) PARTITION BY HASH (id) PARTITIONS 2",
        "CREATE TABLE old_engine (id int) ENGINE=MyISAM",
        "CREATE TABLE in_memory (id int) ENGINE=MEMORY",
    )
    schema = read_schema(live)
    assert not schema.not_understood
    assert not schema.unmanaged
    assert sorted(schema.tables) == ["child", "in_memory", "old_engine", "parent", "parted"]
    assert schema.charset == "utf8mb4"
    assert schema.collation == live.database_defaults()[1]
    child = schema.tables["child"]
    assert [column.name for column in child.columns] == ["id", "p"]
    assert child.foreign_keys[0].parent == "parent"
    assert schema.tables["old_engine"].engine == "MyISAM"
    assert schema.tables["parted"].partitions


def test_an_empty_database(live: Server) -> None:
    schema = read_schema(live)
    assert (schema.tables, schema.unmanaged) == ({}, ())


def test_odd_names(live: Server) -> None:
    quoted = ["`" + name.replace("`", "``") + "`" for name in ODD_NAMES]
    fill(live, *(f"CREATE TABLE {name} ({name} int)" for name in quoted))
    schema = read_schema(live)
    assert set(schema.tables) == set(ODD_NAMES)
    assert all(table.columns[0].name == name for name, table in schema.tables.items())
    assert set(table_texts(live, ODD_NAMES)) == set(ODD_NAMES)


def test_bytes_that_are_no_text(live: Server) -> None:
    fill(
        live,
        r"CREATE TABLE t (a varbinary(9) DEFAULT X'FF00C3', b binary(2) DEFAULT '\0\0',"
        " c varbinary(9) DEFAULT 'abc', d blob DEFAULT (X'FF'))",
    )
    schema = read_schema(live)
    assert list(schema.tables) == ["t"], schema.not_understood


@pytest.mark.parametrize("name", ["", "mysql", "information_schema", "performance_schema", "SYS"])
def test_a_database_of_the_server_is_refused(live: Server, name: str) -> None:
    if not name:
        live.target = Target.from_url("mysql://root@localhost:1/")
    with pytest.raises(PlumbobError) as caught:
        read_schema(live, name)
    assert caught.value.exit == Exit.BAD_INPUT


def test_a_database_that_is_not_there(live: Server) -> None:
    with pytest.raises(ServerError, match="no database"):
        read_schema(live, "no_such_database")


def test_another_database_than_the_one_in_use(live: Server, every_server: Running) -> None:
    fill(live, "CREATE TABLE t (id int PRIMARY KEY)")
    with connect(Target.from_url(every_server.url())) as elsewhere:
        assert read_schema(elsewhere, live.database) == read_schema(live)


class TestCounter:
    def test_the_counter_is_data(self, live: Server) -> None:
        fill(live, "CREATE TABLE t (id int AUTO_INCREMENT PRIMARY KEY)")
        before = read_schema(live)
        fill(live, "INSERT INTO t VALUES (41)")
        after = read_schema(live)
        assert before == after
        assert before.tables["t"].auto_increment is None
        assert after.tables["t"].auto_increment == 42

    def test_sizes_are_those_of_now(self, live: Server) -> None:
        """MySQL keeps what it once said for a day (case C11)."""
        fill(
            live, "CREATE TABLE t (id int AUTO_INCREMENT PRIMARY KEY)", "CREATE VIEW v AS SELECT 1"
        )
        assert row_estimates(live)["t"].rows == 0
        fill(live, "INSERT INTO t VALUES (1), (2), (3)")
        sizes = row_estimates(live)
        assert sizes["t"].rows > 0
        assert sizes["t"].bytes > 0
        assert list(sizes) == ["t"]
        assert row_estimates(live, names=["t"]) == row_estimates(live)
        assert row_estimates(live, names=[]) == {}


class TestOtherObjects:
    def test_tables_of_tools(self, live: Server) -> None:
        fill(live, *(f"CREATE TABLE {name} (id int)" for name in (*FOREIGN, "users", "_users")))
        schema = read_schema(live)
        assert set(schema.tables) == {"users", "_users"}
        assert {found.name for found in schema.unmanaged} == set(FOREIGN)
        found = kinds(schema)
        assert ("history", "_plumbob_journal") in found
        assert ("history table of Flyway", "flyway_schema_history") in found
        assert ("table of gh-ost", "_users_gho") in found

    def test_unless_they_are_declared(self, live: Server) -> None:
        fill(live, "CREATE TABLE _users_new (id int)", "CREATE TABLE _users_old (id int)")
        schema = read_schema(live, keep=["_users_new"])
        assert list(schema.tables) == ["_users_new"]
        assert read_schema(live, tables=["_users_old"]).tables.keys() == {"_users_old"}

    def test_other_kinds(self, live: Server) -> None:
        fill(
            live,
            "CREATE TABLE t (id int PRIMARY KEY)",
            "CREATE VIEW v AS SELECT id FROM t",
            "CREATE TRIGGER tr BEFORE INSERT ON t FOR EACH ROW SET NEW.id = NEW.id",
            "CREATE PROCEDURE pr() SELECT 1",
            "CREATE FUNCTION fn() RETURNS int DETERMINISTIC RETURN 1",
            "CREATE EVENT ev ON SCHEDULE EVERY 1 DAY DISABLE DO SELECT 1",
            "CREATE TEMPORARY TABLE temporary_one (id int)",
        )
        schema = read_schema(live)
        assert list(schema.tables) == ["t"]
        # MariaDB 11.8 lists the temporary tables of the session.
        assert kinds(schema) <= {("temporary", "temporary_one")}
        assert set(schema.stored) == {
            ("view", "v"),
            ("trigger", "tr"),
            ("procedure", "pr"),
            ("function", "fn"),
            ("event", "ev"),
        }

    def test_a_broken_view(self, live: Server) -> None:
        fill(
            live,
            "CREATE TABLE t (a int, b int)",
            "CREATE VIEW good AS SELECT b FROM t",
            "CREATE VIEW broken AS SELECT a FROM t",
            "ALTER TABLE t DROP COLUMN a",
        )
        schema = read_schema(live)
        assert kinds(schema) == {("broken view", "broken")}
        assert set(schema.stored) == {("view", "good")}
        assert list(schema.tables) == ["t"]

    def test_what_only_mariadb_has(self, live: Server) -> None:
        if live.flavour.is_mysql:
            assert not read_schema(live).unmanaged
            return
        fill(
            live,
            "CREATE SEQUENCE s",
            "CREATE TABLE versioned (id int PRIMARY KEY) WITH SYSTEM VERSIONING",
            "CREATE TABLE t (id int PRIMARY KEY)",
        )
        schema = read_schema(live)
        assert set(schema.stored) == {("sequence", "s")}
        # Understood or not, it is neither missing nor dropped.
        assert "versioned" in {*schema.tables, *schema.not_understood}
        assert "t" in schema.tables

    def test_a_table_on_another_server_shows_no_password(
        self, live: Server, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        fill(live, "CREATE TABLE t (id int)")
        text = (
            "CREATE TABLE `t` (\n  `id` int DEFAULT NULL\n) ENGINE=FEDERATED DEFAULT CHARSET=utf8mb4"
            " CONNECTION='mysql://ann:kanari@db.example/shop/t'"
        )
        monkeypatch.setattr(introspect, "_show_create", lambda *_: {"t": text})
        schema = read_schema(live)
        assert kinds(schema) == {("federated table", "t")}
        assert "kanari" not in repr(schema)


class TestNotUnderstood:
    def test_a_clause_that_the_grammar_does_not_know(self, live: Server) -> None:
        found = understand("t", "CREATE TABLE `t` (\n  `a` int FROBNICATED\n)", live.flavour)
        assert isinstance(found, NotUnderstood)
        assert "`a` int FROBNICATED" in found.why

    def test_the_line_is_found_behind_other_line_ends(self, live: Server) -> None:
        text = "CREATE TABLE `t` (\n  `a` int COMMENT 'x\u2028y',\n  `b` int FROBNICATED\n)"
        found = understand("t", text, live.flavour)
        assert isinstance(found, NotUnderstood)
        assert found.why.endswith("`b` int FROBNICATED")

    def test_a_text_that_is_not_given_back(self, live: Server) -> None:
        found = understand("t", "CREATE TABLE `t` (\n  `a`  int DEFAULT NULL\n)", live.flavour)
        assert isinstance(found, NotUnderstood)
        assert "would be given back as" in found.why

    def test_a_trailing_blank_is_no_difference(self, live: Server) -> None:
        fill(live, "CREATE TABLE t (id int)")
        text = table_texts(live, ["t"])["t"]
        assert isinstance(understand("t", text + " ", live.flavour), Table)

    def test_what_the_server_cannot_read(
        self, live: Server, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        fill(live, "CREATE TABLE t (id int)", "CREATE TABLE u (id int)")
        real = introspect._show_create

        def broken(server: Server, database: str, names: list[str]) -> dict[str, object]:
            answers: dict[str, object] = dict(real(server, database, names))
            answers["u"] = ServerError(1812, "Tablespace is missing for table u (1812)")
            return answers

        monkeypatch.setattr(introspect, "_show_create", broken)
        schema = read_schema(live)
        assert list(schema.tables) == ["t"]
        assert "Tablespace is missing" in schema.not_understood["u"].why


def test_a_reading_connection_that_was_lost_is_opened_again(live: Server) -> None:
    fill(live, "CREATE TABLE t (id int)")
    before = read_schema(live)
    live.execute(f"KILL {live.reader().connection_id}")
    assert read_schema(live) == before


class TestNamedTables:
    def test_only_these_are_read(self, live: Server) -> None:
        fill(
            live, "CREATE TABLE a (id int)", "CREATE TABLE b (id int)", "CREATE VIEW v AS SELECT 1"
        )
        assert read_schema(live, tables=["a", "gone"]).tables.keys() == {"a"}
        assert kinds(read_schema(live, tables=["v"])) == {("view", "v")}
        assert read_schema(live, tables=[]).tables == {}
        assert read_schema(live, tables=["A"]).tables == {}

    def test_texts(self, live: Server) -> None:
        fill(live, *(f"CREATE TABLE t{number} (id int)" for number in range(5)))
        names = ["t3", "gone", "t0", "t4"]
        texts = table_texts(live, names)
        assert texts.keys() == {"t0", "t3", "t4"}
        ((_, text),) = live.query("SHOW CREATE TABLE t3")
        assert texts["t3"] == text


class TestPrivileges:
    """Cases C01 to C04 and H09: what is not visible is never taken for missing."""

    @pytest.fixture(autouse=True)
    def tables(self, live: Server) -> None:
        fill(
            live,
            "CREATE TABLE par (id int PRIMARY KEY, secret varchar(9) NOT NULL DEFAULT 's3')",
            "CREATE TABLE chi (id int PRIMARY KEY, p int, FOREIGN KEY (p) REFERENCES par (id))",
        )

    @pytest.fixture
    def read(self, account: Account) -> Callable[..., Schema]:
        def read(*grants: str, tables: list[str] | None = None) -> Schema:
            with connect(account(*grants)) as server:
                return read_schema(server, tables=tables)

        return read

    @pytest.mark.parametrize(
        "grants",
        [
            ("SELECT ON {}.par",),
            ("SELECT (id) ON {}.par",),
            ("SELECT ON {}.par", "SELECT ON {}.chi"),
            ("EXECUTE ON {}.*",),
            ("EVENT ON {}.*",),
            ("LOCK TABLES ON {}.*",),
        ],
        ids=str,
    )
    def test_a_part_of_the_tables(
        self, read: Callable[..., Schema], grants: tuple[str, ...]
    ) -> None:
        with pytest.raises(PlumbobError, match="may not see all tables") as caught:
            read(*grants)
        assert caught.value.exit == Exit.NO_ACCESS
        assert "GRANT REFERENCES" in caught.value.advice

    @pytest.mark.parametrize(
        "privilege", ["CREATE, ALTER, DROP, INDEX", "CREATE", "TRIGGER", "SHOW VIEW"]
    )
    def test_tables_without_columns(self, read: Callable[..., Schema], privilege: str) -> None:
        with pytest.raises(PlumbobError, match="may not see the columns of the table") as caught:
            read(f"{privilege} ON {{}}.*")
        assert caught.value.exit == Exit.NO_ACCESS

    @pytest.mark.parametrize("grant", ["REFERENCES ON {}.*", "SELECT ON {}.*", "SELECT ON *.*"])
    def test_enough(self, live: Server, read: Callable[..., Schema], grant: str) -> None:
        schema = read(grant)
        assert schema == read_schema(live)
        assert schema.tables["chi"].foreign_keys

    def test_the_least_account_reads_no_rows(self, account: Account) -> None:
        with connect(account("REFERENCES ON {}.*")) as server:
            with pytest.raises(ServerError) as caught:
                server.query("SELECT * FROM par")
        assert caught.value.errno == 1142
        assert caught.value.exit == Exit.NO_ACCESS

    def test_named_tables_have_to_be_visible_themselves(self, read: Callable[..., Schema]) -> None:
        assert read("SELECT ON {}.par", tables=["par"]).tables.keys() == {"par"}
        with pytest.raises(PlumbobError, match="may not see the table chi") as caught:
            read("SELECT ON {}.par", tables=["par", "chi"])
        assert caught.value.exit == Exit.NO_ACCESS

    def test_texts_too(self, account: Account) -> None:
        with connect(account("SELECT ON {}.par")) as server:
            assert table_texts(server, ["par"]).keys() == {"par"}
            with pytest.raises(PlumbobError, match="may not see the table chi"):
                table_texts(server, ["par", "chi"])


class TestChanges:
    """Case C19: others create, rename and drop tables while we read."""

    @pytest.fixture
    def restless(self, live: Server) -> Iterator[None]:
        over = threading.Event()

        def change() -> None:
            with live.twin() as other:
                while not over.is_set():
                    other.execute("CREATE TABLE a (id int)")
                    other.execute("RENAME TABLE a TO b")
                    other.execute("ALTER TABLE b ADD COLUMN c int")
                    other.execute("DROP TABLE b")

        fill(live, *(f"CREATE TABLE t{number} (id int)" for number in range(20)))
        thread = threading.Thread(target=change)
        thread.start()
        yield
        over.set()
        thread.join()

    def test_one_answer_or_a_clear_one(self, live: Server, restless: None) -> None:
        steady = {f"t{number}" for number in range(20)}
        for _ in range(100):
            try:
                schema = read_schema(live)
            except PlumbobError as error:
                assert error.exit in (Exit.STALE, Exit.LOCKED)
                continue
            assert schema.tables.keys() - {"a", "b"} == steady
            assert not schema.not_understood


def test_the_number_of_statements_is_bounded(live: Server) -> None:
    """Case C20: one SHOW CREATE a table, in few round trips; times are in `make bench`."""
    fill(live, *(f"CREATE TABLE t{number} (id int)" for number in range(120)))
    read_schema(live)

    def counters() -> tuple[int, int]:
        query = "SHOW GLOBAL STATUS WHERE Variable_name IN ('Com_show_create_table', 'Com_select')"
        counted = dict(live.query(query))
        return int(counted["Com_show_create_table"]), int(counted["Com_select"])

    before = counters()
    assert len(read_schema(live).tables) == 120
    shown, selected = (new - old for new, old in zip(counters(), before, strict=True))
    # One more proves that all tables are visible. Other tests may be busy on the same server.
    assert 121 <= shown < 240
    assert selected < 100


@pytest.mark.parametrize(
    ("table", "kind"),
    [
        ("schema_version (version int primary key, minor int)", None),
        ("schema_version (version varchar(50), installed_rank int, script text)", "Flyway"),
        ("migrations (id int auto_increment primary key, name varchar(9))", None),
        (
            "migrations (id int unsigned auto_increment primary key, migration varchar(255), batch int)",
            "Laravel",
        ),
        (
            "migrations (id int auto_increment primary key, timestamp bigint, name varchar(255))",
            "TypeORM",
        ),
        ("migration (id int primary key, version varchar(180), apply_time int)", None),
        ("migration (version varchar(180) primary key, apply_time int)", "Yii"),
    ],
)
def test_a_name_that_a_tool_shares_with_applications_is_told_by_the_columns(
    table: str, kind: str | None, every_server: Server, every_database: str
) -> None:
    name = table.partition(" ")[0]
    with connect(Target.from_url(every_server.url(every_database))) as connection:
        connection.execute(f"create table {table}")
        found = read_schema(connection)
        assert list(found.tables) == [name] * (kind is None)
        others = [(each.kind, each.name) for each in found.unmanaged]
        assert others == [(f"history table of {kind}", name)] * (kind is not None)
        assert list(read_schema(connection, keep=[name]).tables) == [name]
