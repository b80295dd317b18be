"""What a person, a script and a CI log see of one comparison."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import click
import pytest

from plumbob.ddl.tables import parse_create_table
from plumbob.declaration import Declaration
from plumbob.diff.change import Alter, Change, Move, Rename, RenamePart
from plumbob.diff.compare import compare
from plumbob.errors import PlumbobError
from plumbob.model import Flavour, NotUnderstood, Schema, Table, Unmanaged
from plumbob.plan.named import Named
from plumbob.plan.statement import Hazard, Plan, Statement
from plumbob.report.comparison import Compared, compared, counted
from plumbob.report.document import comparison_document
from plumbob.report.markdown import comparison_markdown
from plumbob.report.safe import guard
from plumbob.report.sql import comparison_sql
from plumbob.report.text import comparison_text
from plumbob.workflow import Comparison

MYSQL = Flavour("mysql", (9, 7, 4))
DECLARED = "schema/schema.yaml"
LIVE = "MySQL 9.7.4 at localhost:3306, database shop"
HAZARD = Hazard("drop-column", Named("users", "legacy"), "the values of users.legacy are lost")


def schema(*tables: str) -> Schema:
    parsed = [parse_create_table(sql, MYSQL) for sql in tables]
    return Schema({table.name: table for table in parsed})


BEFORE = schema(
    "CREATE TABLE users (id int, email varchar(100) NOT NULL, legacy int, KEY ix_old (email))",
    "CREATE TABLE gone (id int)",
)
AFTER = schema(
    "CREATE TABLE users (id int, email varchar(255) NOT NULL, seen int, KEY ix_email (email))"
    " COMMENT='people'",
    "CREATE TABLE files (id int)",
)
PLAN = Plan(
    (
        Statement("CREATE TABLE `files` (\n  `id` int\n)", "create table files", "files"),
        Statement(
            "ALTER TABLE `users` DROP COLUMN `legacy`", "change users", "users", hazards=(HAZARD,)
        ),
    ),
    (Statement("DROP TABLE `files`", "drop table files", "files"),),
)


def side_by_side(
    live: Schema,
    declared: Schema,
    changes: tuple[Change, ...],
    plan: Plan,
    unconfirmed: str = "",
    name: str = DECLARED,
) -> Compared:
    comparison = Comparison(
        Declaration(declared), MYSQL, live, declared, declared, changes, plan, unconfirmed
    )
    return compared(comparison, name, LIVE if name == DECLARED else name)


def found(plan: Plan = PLAN, unconfirmed: str = "") -> Compared:
    live = replace(
        BEFORE,
        not_understood={"odd": NotUnderstood("odd", "", "the clause WOMBAT is not known")},
        unmanaged=(Unmanaged("view", "v1"), Unmanaged("view", "v2"), Unmanaged("sequence", "s")),
    )
    changes = compare(BEFORE, AFTER, MYSQL)
    return side_by_side(live, AFTER, changes, plan, unconfirmed)


def in_sync() -> Compared:
    return side_by_side(BEFORE, BEFORE, (), Plan((), ()))


def text(of: Compared) -> str:
    return click.unstyle(comparison_text(of))


def test_the_first_line_says_what_was_read_on_both_sides() -> None:
    """What is not understood was read, too."""
    expected = "schema/schema.yaml: 2 tables | MySQL 9.7.4 at localhost:3306, database shop: "
    for of, tables in ((found(), "3 tables"), (in_sync(), "2 tables")):
        assert text(of).splitlines()[0] == expected + tables
        assert comparison_sql(of).splitlines()[0] == f"-- {expected}{tables}"
        assert expected + tables in comparison_markdown(of)


def test_no_difference_is_in_sync_everywhere() -> None:
    assert text(in_sync()).splitlines()[1:] == ["in sync"]
    assert comparison_document(in_sync())["in_sync"] is True
    assert "in sync" in comparison_sql(in_sync())
    assert "in sync" in comparison_markdown(in_sync())


@pytest.mark.parametrize(
    "said",
    [
        "+ table files",
        "- table gone",
        "~ table users",
        "    ~ COMMENT: (none) -> people",
        "    + column `seen` int",
        "    - column `legacy` int",
        "    ~ column `email` varchar(100) NOT NULL",
        "-> `email` varchar(255) NOT NULL",
        "type.length: 100 -> 255",
        "up (2 statements)",
        "down (1 statement)",
        "  CREATE TABLE `files` (",
        "    `id` int",
        "  );",
        "needs approval: the values of users.legacy are lost",
        "  --allow drop-column:users.legacy",
        "users.legacy goes and users.seen comes: it looks like a rename.",
        "not understood, so left alone: odd: the clause WOMBAT is not known",
        "not managed, so left alone: 2 views, 1 sequence",
        "1 table to create, 1 table to alter, 1 table to drop",
    ],
)
def test_the_text_tells_all_that_has_to_be_known(said: str) -> None:
    assert said in text(found())


def test_renames_and_moves_have_words_of_their_own() -> None:
    users = AFTER.tables["users"]
    old = replace(users.indexes[0], name="ix_old")
    parts = (RenamePart(old, users.indexes[0]), Move(users.columns[0], "seen"))
    changes = (Rename("people", "users"), Alter(users, users, parts))
    of = side_by_side(BEFORE, AFTER, changes, PLAN)
    assert text(of).splitlines()[2:5] == [
        "~ table users (was people)",
        "    ~ index ix_old -> ix_email",
        "    ~ column id: behind seen",
    ]


def test_what_no_server_confirmed_says_so() -> None:
    of = found(unconfirmed="there is no scratch server")
    assert "unconfirmed by a server: there is no scratch server" in text(of)
    assert comparison_document(of)["confirmed"] is False
    assert "there is no scratch server" in comparison_markdown(of)


def test_the_document_is_json_with_stable_keys() -> None:
    document = json.loads(json.dumps(comparison_document(found())))
    assert set(document) == {
        "declared",
        "live",
        "in_sync",
        "diverging",
        "confirmed",
        "unconfirmed",
        "proved",
        "proved_by",
        "unproved",
        "tables",
        "stored",
        "up",
        "down",
        "approvals",
        "costs",
        "rollback",
        "large",
        "refused",
        "looks_like_rename",
        "other_default",
        "looks_like_rotation",
        "not_asked",
        "not_understood",
        "unmanaged",
    }
    assert document["approvals"][0]["allow"] == "drop-column:users.legacy"
    email = next(
        part for table in document["tables"] for part in table["parts"] if part["name"] == "email"
    )
    assert email["verb"] == "modify"
    assert email["details"] == [{"path": "type.length", "before": 100, "after": 255}]


def test_sql_is_what_the_client_runs() -> None:
    setting = replace(PLAN.up[0], session=(("sql_mode", ""),))
    lines = comparison_sql(found(Plan((setting,), ()))).splitlines()
    keep = lines.index("SET @plumbob_sql_mode = @@SESSION.sql_mode;")
    assert lines[keep + 1] == "SET SESSION sql_mode = '';"
    assert lines[-2:] == [");", "SET SESSION sql_mode = @plumbob_sql_mode;"]


def evil(name: str) -> Compared:
    table = Table(name, AFTER.tables["files"].columns)
    changes = compare(Schema(), Schema({name: table}), MYSQL)
    hazard = Hazard("drop-table", Named(name), f"all rows of {name}")
    statement = Statement(f"CREATE TABLE `{name}` (\n`id` int)", f"create {name}", name)
    plan = Plan((replace(statement, hazards=(hazard,)),), ())
    live = Schema(not_understood={name: NotUnderstood(name, "", name)})
    return side_by_side(live, Schema({name: table}), changes, plan, name, name)


EVIL = "a\x1b[31m\n::set-output name=x::y\u202e"


@pytest.mark.parametrize("report", [text, comparison_markdown])
def test_names_reach_neither_the_terminal_nor_the_runner(report: object) -> None:
    """B16"""
    assert callable(report)
    shown = guard(report(evil(EVIL)))
    assert "\x1b" not in shown
    assert "\u202e" not in shown
    assert "\n::" not in shown.replace(" ", "")


def test_sql_that_cannot_be_shown_as_it_is_is_refused() -> None:
    with pytest.raises(PlumbobError, match="invisible characters") as caught:
        comparison_sql(evil(EVIL))
    assert "--json" in caught.value.advice


@pytest.mark.parametrize("name", ["a|b", "a`b", "<script>", "a*b_c", "[x](y)", "#1"])
def test_markdown_shows_names_as_they_are(name: str) -> None:
    shown = comparison_markdown(evil(name))
    assert name.replace("|", "\\|") in shown
    outside = re.sub(r"(`+)[^`].*?\1|```sql.*?```", "", shown, flags=re.DOTALL)
    assert name not in outside or name == "#1"


def test_counts_have_a_plural() -> None:
    assert [counted(1, "table"), counted(0, "table"), counted(2, "history table of Rails")] == [
        "1 table",
        "0 tables",
        "2 history tables of Rails",
    ]
