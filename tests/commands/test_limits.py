"""A table that is larger than the settings say: what makes others wait for it needs an approval (D20)."""

from __future__ import annotations

import pytest

from plumbob.migration.migration import FileStatement
from plumbob.migration.run.limits import Limits, blocking
from plumbob.server.connection import connect
from plumbob.server.target import Target
from tests.commands.user import User
from tests.servers import Server

TABLE = "tables: {t: {columns: {id: int primary key auto_increment, n: %s}}}\n"
ROWS = 4096
APPROVAL = "blocking:t"


@pytest.fixture
def user(root: User, server: Server, database: str) -> User:
    """A user whose limit is half of the rows of a table."""
    root.declare(TABLE % "int")
    root.brings_in_sync()
    settings(root, ROWS // 2)
    with server.connect(database) as connection, connection.cursor() as cursor:
        cursor.execute("INSERT INTO t (n) VALUES (1)")
        for _ in range(ROWS.bit_length() - 1):
            cursor.execute("INSERT INTO t (n) SELECT n FROM t")
        connection.commit()
        cursor.execute("ANALYZE TABLE t")
        cursor.fetchall()
    return root


def settings(user: User, rows: int, more: str = "") -> None:
    text = f"[plumbob]\nscratch = target\nlarge_rows = {rows}\n{more}"
    (user.folder / "plumbob.cfg").write_text(text)


def plan(user: User, type: str) -> None:
    user.declare(TABLE % type)
    user.succeeds("diff", "--write", "-m", "change")


def test_a_copy_of_a_large_table_is_refused_without_an_approval(user: User) -> None:
    plan(user, "bigint")
    result = user.types("apply")
    assert result.code == 4, result
    assert f"--allow {APPROVAL}" in result.err
    assert "writes wait as long as it takes, and t has about" in result.err
    assert "online with pt-online-schema-change or gh-ost" in result.err
    assert user.types("diff").code == 1, "nothing was run"
    user.succeeds("apply", "--allow", APPROVAL)


def test_so_is_the_way_back(user: User) -> None:
    plan(user, "bigint")
    user.succeeds("apply", "--allow", APPROVAL)
    result = user.types("rollback", "--allow", "change-type:t.n")
    assert result.code == 4, result
    assert f"--allow {APPROVAL}" in result.err
    user.succeeds("rollback", "--allow", "change-type:t.n", "--allow", APPROVAL)


def test_a_dry_run_tells_of_it(user: User) -> None:
    plan(user, "bigint")
    result = user.types("apply", "--dry-run")
    assert result.code == 1, result
    assert f"--allow {APPROVAL}" in result.out


@pytest.mark.parametrize("form", ["text", "sql", "markdown"])
def test_a_diff_that_is_proved_tells_of_it(user: User, form: str) -> None:
    user.declare(TABLE % "bigint")
    said = user.types("diff", "--prove", "--format", form).out.replace("\\", "")
    assert "writes wait as long as it takes, and t has about" in said
    assert f"--allow {APPROVAL}" in said
    assert APPROVAL not in user.types("diff", "--format", form).out, "nobody has asked"
    settings(user, ROWS // 2, "online_alter = pt-online-schema-change\n")
    result = user.types("diff", "--prove", "--format", form)
    assert "schema apply hands it to pt-online-schema-change" in result.out
    assert APPROVAL not in result.out
    (large,) = user.types("diff", "--prove", "--json").json["large"]
    assert (large["allow"], large["handed_to"]) == (APPROVAL, "pt-online-schema-change")


def test_what_nobody_waits_for_needs_none(user: User) -> None:
    plan(user, "int, m: int")
    user.succeeds("apply")


def test_what_nobody_has_asked_may_be_a_copy(user: User) -> None:
    user.declare(TABLE % "int, m: int")
    user.succeeds("diff", "--write", "-m", "change", "--scratch", "none")
    result = user.types("apply")
    assert result.code == 4, result
    assert "nobody has asked what it costs, and t has about" in result.err
    user.succeeds("apply", "--allow", APPROVAL)


@pytest.mark.parametrize("rows", [0, 10 * ROWS])
def test_below_the_limit_or_without_one_nothing_is_asked(user: User, rows: int) -> None:
    settings(user, rows)
    plan(user, "bigint")
    user.succeeds("apply")


BY_HAND = (
    ("CREATE INDEX i ON t (n)", "nobody has asked"),
    ("ALTER TABLE IF EXISTS t FORCE", "nobody has asked"),
    ("ALTER ONLINE TABLE t FORCE", "nobody has asked"),
    ("ALTER IGNORE TABLE `t` FORCE", "nobody has asked"),
    ("DROP INDEX i ON t", "nobody has asked"),
    ("OPTIMIZE LOCAL TABLE other, t", "builds the table anew"),
    ("REPAIR TABLE t", "reads and writes wait"),
    ("TRUNCATE t", "drops all rows"),
    ("UPDATE other JOIN t USING (id) SET other.n = 1", "no LIMIT"),
    ("DELETE FROM t WHERE n > 5", "no LIMIT"),
    ("WITH x AS (SELECT 1) DELETE FROM t", "no LIMIT"),
    ("INSERT INTO other SELECT * FROM t", "rows that it reads"),
    ("CREATE TABLE copy AS SELECT * FROM t", "rows that it reads"),
)
MILD = (
    "INSERT INTO t (n) VALUES (1)",
    "UPDATE t SET n = 1 LIMIT 100",
    "ANALYZE TABLE t",
    "RENAME TABLE t TO u",
    "CREATE INDEX i ON other (n)",
    "CREATE VIEW v AS SELECT * FROM t",
    "DELETE FROM other WHERE n = 't'",
)


def test_what_is_written_by_hand_is_known_by_its_words(user: User) -> None:
    with connect(Target.from_url(user.url)) as server:
        limits = Limits(rows=ROWS // 2)
        for sql, why in BY_HAND:
            ((_, found),) = blocking(server, [by_hand(sql)], limits)
            assert (found.approval, why in found.what) == (APPROVAL, True), found
        for sql in MILD:
            assert not list(blocking(server, [by_hand(sql)], limits)), sql
        behind = [by_hand("RENAME TABLE t TO u"), by_hand("ALTER TABLE u FORCE")]
        assert [each.approval for _, each in blocking(server, behind, limits)] == ["blocking:u"]


def by_hand(sql: str) -> FileStatement:
    return FileStatement(sql, f"by hand: {sql}", {}, block=1)


def test_each_statement_by_hand_is_told_and_approved_by_its_table(user: User) -> None:
    plan(user, "int, m: int")
    up, down = sorted(user.folder.glob("generated/migrations/*_change*"), key=lambda p: len(p.name))
    block = "-- by hand: begin\nCREATE INDEX i ON t (n);\nUPDATE t SET m = n;\nDROP INDEX i ON t;\n"
    up.write_text(f"{up.read_text()}\n{block}-- by hand: end\n")
    down.write_text(f"{down.read_text()}\n-- by hand: no way back: it goes\n")
    user.succeeds("check", "--write")
    result = user.types("apply")
    assert result.code == 4, result
    assert result.err.count(f"--allow {APPROVAL} (by hand: ") == 3
    user.succeeds("apply", "--allow", APPROVAL)
