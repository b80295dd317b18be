"""A migration as text: plain SQL, nothing breaks out of a comment, and the same statements come back."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plumbob.errors import PlumbobError
from plumbob.migration.comments import escape, facts, unescape
from plumbob.migration.migration import UNKNOWN, FileStatement, Header, Migration, Script
from plumbob.migration.reading import read_script
from plumbob.migration.text import file_name, render
from plumbob.plan.named import Named
from plumbob.plan.statement import Hazard, Ref, Statement
from tests.migration.samples import example, schema

ADD = Statement("ALTER TABLE `users` ADD COLUMN `last_login` datetime", "add a column", "users")
DROP = Statement(
    "ALTER TABLE `users` DROP COLUMN `legacy`",
    "drop the column legacy",
    "users",
    hazards=(Hazard("drop-column", Named("users", "legacy"), "its values are lost"),),
)
NASTY = "*/ ' \" ` ; -- # {{ x }} {% raw %} \n-- statement 2 of 2: hi\r\n\x0b\x85\u2028\u202e\0\\ ünï \U0001f600"


def read(text: str, migration: Migration) -> tuple[Header, Script]:
    return read_script(text, file_name(migration.id, "up"), "up")


def sql_of(text: str) -> list[str]:
    """The statements of a file by a rule of this test's own: comments are lines, `;` ends a line."""
    lines = [line for line in text.split("\n") if line and not line.startswith("--")]
    return [each.strip() for each in re.split(r";(?:\n|$)", "\n".join(lines)) if each.strip()]


def test_the_file_is_the_header_the_settings_and_the_statements() -> None:
    text = render(example(ADD, DROP), "up")
    assert text.startswith("-- plumbob migration, format 3\n-- migration: 20261124T131500_add_last")
    assert "-- parent: none\n" in text
    assert "--   drop-column:users.legacy   its values are lost\n" in text
    assert "-- statement 1 of 2: add a column\n" in text
    assert "-- proof: not proved" in text
    assert "\r" not in text and text.endswith(";\n")
    assert sql_of(text)[0] == "SET NAMES utf8mb4"
    assert sql_of(text)[-2:] == [ADD.sql, DROP.sql]


def test_settings_of_one_statement_stand_around_it_and_are_taken_back() -> None:
    relaxed = replace(ADD, session=(("sql_mode", "STRICT_ALL_TABLES"), ("foreign_key_checks", "0")))
    migration = example(relaxed, DROP)
    assert sql_of(render(migration, "up"))[-8:] == [
        "SET @plumbob_sql_mode = @@SESSION.sql_mode",
        "SET SESSION sql_mode = 'STRICT_ALL_TABLES'",
        "SET @plumbob_foreign_key_checks = @@SESSION.foreign_key_checks",
        "SET SESSION foreign_key_checks = 0",
        ADD.sql,
        "SET SESSION foreign_key_checks = @plumbob_foreign_key_checks",
        "SET SESSION sql_mode = @plumbob_sql_mode",
        DROP.sql,
    ]
    assert read(render(migration, "up"), migration) == (migration.header, migration.forward)


COUNTED = replace(
    DROP,
    hazards=(
        Hazard(
            "change-type",
            Named("users", "a"),
            "cut",
            "SELECT COUNT(*), NULL FROM `a;\n-- x: y` WHERE `b\\`",
        ),
        Hazard(
            "nulls", Named("users", "b"), "NULL", "SELECT COUNT(*), NULL FROM `users`", fails=True
        ),
    ),
)


def test_counts_stand_above_their_statement_and_come_back() -> None:
    migration = example(ADD, COUNTED)
    text = render(migration, "up")
    assert text.startswith("-- plumbob migration, format 3\n")
    assert "-- count: SELECT COUNT(*), NULL FROM `users`\n-- refuse: nulls:users.b\n" in text
    assert read(text, migration) == (migration.header, migration.forward)


def test_a_count_is_a_part_of_the_checksum() -> None:
    migration = example(ADD, COUNTED)
    header, script = read(
        render(migration, "up").replace("COUNT(*), NULL FROM `users`", "0, NULL"), migration
    )
    assert Migration(header, script, migration.backward).changed() == ("up",)


@pytest.mark.parametrize(
    "count",
    ["DELETE FROM users", "SELECT 1; DROP TABLE users", "SELECT 1 INTO OUTFILE 'x'", "SELECT 'x"],
)
def test_a_count_is_a_select_alone(count: str) -> None:
    migration = example(ADD, COUNTED)
    text = render(migration, "up").replace("SELECT COUNT(*), NULL FROM `users`", count)
    with pytest.raises(PlumbobError, match="`count` is not one SELECT"):
        read(text, migration)


def test_a_kind_of_hazard_that_there_is_not_could_never_be_approved() -> None:
    migration = example(ADD, COUNTED)
    text = render(migration, "up").replace("approve: change-type:", "approve: chnge-type:")
    with pytest.raises(PlumbobError, match="no hazard 'chnge-type': did you mean") as caught:
        read(text, migration)
    assert "DROP COLUMN" in str(getattr(caught.value.where, "text", ""))


@pytest.mark.parametrize(
    "sql",
    [
        "ALTER TABLE `a;b` COMMENT = 'x;\ny'",
        "ALTER TABLE `a` COMMENT = 'it''s; \\'quoted\\' \\\\'",
        'ALTER TABLE `a``;` COMMENT = "x;y"',
        "ALTER TABLE `a` COMMENT = '\n-- statement 2 of 2: not one\n;\n'",
        "ALTER TABLE `a` COMMENT = '{{ not.jinja }} {% neither %} {# nor #}'",
        "CREATE TABLE `a` (\n  `b` int /* a ; comment */\n) /*!50100 PARTITION BY HASH (`b`) */",
        "ALTER TABLE `a` COMMENT = '/* no comment; -- here */'",
        "ALTER TABLE `a` COMMENT = '\ttab \x1a \u2028 \U0001f600'",
        "SET @x = 1",
    ],
)
def test_any_statement_comes_back_as_it_was(sql: str) -> None:
    migration = example(Statement(sql, "do it", "a"), DROP)
    back = read(render(migration, "up"), migration)
    assert back == (migration.header, migration.forward)
    assert migration.up[0].sql == sql


@pytest.mark.parametrize(
    "sql", ["DROP TABLE `a` -- why", "DROP TABLE `a`; DROP TABLE `b`", "", "DROP TABLE `a"]
)
def test_what_a_file_cannot_hold_is_refused_when_it_is_written(sql: str) -> None:
    with pytest.raises(PlumbobError, match="cannot be written as a file"):
        render(example(Statement(sql, "do it", "a"), DROP), "up")


def test_nothing_breaks_out_of_a_comment() -> None:
    hazard = Hazard("drop-table", Named(NASTY), NASTY)
    nasty = Statement("DROP TABLE `x`", NASTY, NASTY, hazards=(hazard,))
    migration = example(nasty, ADD, message=NASTY)
    text = render(migration, "up")
    assert read(text, migration) == (migration.header, migration.forward)
    assert sql_of(text)[-2:] == ["DROP TABLE `x`", ADD.sql]
    assert text.encode().decode() == text
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e]|\*/", text)
    assert "{{ x }} {% raw %}" in text


@given(st.text())
def test_a_value_in_a_comment_is_one_line_and_comes_back(value: str) -> None:
    line = escape(value)
    assert len(f"x{line}x".splitlines()) == 1
    line.encode()
    assert unescape(line) == value
    assert list(facts(f"-- message: {line}".rstrip() + "\n")) == [("message", line)]


@given(st.text(), st.text(min_size=1), st.text())
def test_any_words_round_trip_through_a_file(message: str, table: str, about: str) -> None:
    migration = example(Statement("DO 1", about, table), message=message)
    assert read(render(migration, "up"), migration) == (migration.header, migration.forward)


@pytest.mark.parametrize(
    "edit",
    [
        lambda text: text.replace("\n", "\r\n"),
        lambda text: "\ufeff" + text,
        lambda text: re.sub(r"(?m)[ \t]+$", "", text),
        lambda text: text.replace("-- statement 1 of 2: add a column", "-- statement 1 of 2: why"),
        lambda text: text.replace("ADD COLUMN", "ADD\n  COLUMN /* please */"),
        lambda text: text.replace("SET SESSION time_zone =", "SET  SESSION time_zone  ="),
        lambda text: text + "\n\n-- the end\n",
        lambda text: text.replace("-- tool:", "-- note: mine\n-- note: and yours\n-- tool:"),
    ],
)
def test_layout_and_comments_do_not_change_the_checksum(edit: Callable[[str], str]) -> None:
    migration = example(ADD, DROP)
    _, script = read(edit(render(migration, "up")), migration)
    assert script.checksum(migration.server) == script.written


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("`last_login` datetime", "`last_login` date"),
        ("DROP COLUMN `legacy`", "DROP COLUMN `email`"),
        ("'+00:00'", "'+01:00'"),
        ("-- approve: drop-column:users.legacy", "-- approve: drop-column:users.other"),
        ("-- hazard: its values are lost\n-- approve: drop-column:users.legacy\n", ""),
        ("-- after: unknown users", "-- after: absent users"),
    ],
)
def test_what_steers_a_run_changes_the_checksum(old: str, new: str) -> None:
    migration = example(ADD, DROP)
    text = render(migration, "up")
    assert old in text
    _, script = read(text.replace(old, new), migration)
    assert replace(migration, forward=script).changed() == ("up",)


def test_what_a_server_reads_in_a_version_comment_counts() -> None:
    one, other = (
        FileStatement(f"CREATE TABLE a (b int) /*!50100 PARTITION BY {way} (b) */", "", {})
        for way in ("HASH", "KEY")
    )
    assert one.hash(example().server) != other.hash(example().server)


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("format 3", "format 5", "format 5"),
        ("-- plumbob migration", "-- plumbob rollback", "says that it is a rollback"),
        ("-- plumbob migration, format 3", "-- hello", "first line"),
        ("-- before: sha256:", "-- before: md5:", "`before`"),
        ("-- parent: none", "-- parent: ../etc/passwd", "`parent`"),
        ("-- server: MySQL 9.7.4\n", "", "no `server`"),
        ("-- statement 2 of 2", "-- statement 3 of 2", "statement 2 of 2 is expected"),
        ("-- statement 2 of 2: drop the column legacy\n", "", "1 of 1"),
        ("-- approve: drop-column:users.legacy\n", "", "no `approve`"),
        ("`legacy`;", "`legacy`", "no semicolon"),
        ("'+00:00'", "'+00:00", "no closing quote"),
        ("-- created: 2026", "-- after: sha256:00\n-- created: 2026", "twice"),
    ],
)
def test_a_broken_file_is_refused_with_its_line(old: str, new: str, what: str) -> None:
    migration = example(ADD, DROP)
    text = render(migration, "up")
    assert old in text
    with pytest.raises(PlumbobError, match=what) as caught:
        read(text.replace(old, new), migration)
    assert str(caught.value.where).startswith("20261124T131500_add_last_login.sql:")


def test_a_file_cut_anywhere_is_never_taken_for_a_whole_one() -> None:
    migration = example(ADD, DROP)
    text = render(migration, "up")
    for end in range(len(text) - 2):
        try:
            _, script = read(text[:end], migration)
        except PlumbobError:
            continue
        assert replace(migration, forward=script).changed() == ("up",), text[:end]


def test_a_proof_is_told_in_words() -> None:
    migration = example(ADD)
    proved = replace(migration, header=replace(migration.header, proof="a private MySQL 9.7.4"))
    text = render(proved, "up")
    assert "-- proof: run up and down with the expected result on a private MySQL 9.7.4\n" in text
    assert read(text, proved) == (proved.header, proved.forward)


def test_a_header_tells_of_children_of_a_renamed_parent_and_of_names_like_those_of_tools() -> None:
    child = "CREATE TABLE `c` (`p` int, KEY `p` (`p`), CONSTRAINT `f` FOREIGN KEY (`p`) REFERENCES `{}` (`p`))"
    parent = "CREATE TABLE `{}` (`p` int NOT NULL, PRIMARY KEY (`p`))"
    tool = "CREATE TABLE `schema_migrations` (`id` int)"
    before, after = (schema(child.format(x), parent.format(x), tool) for x in ("old", "new"))
    names = (Ref("table", "old"), Ref("table", "new"))
    rename = Statement(
        "RENAME TABLE `old` TO `new`",
        "",
        "new",
        takes=frozenset(names[:1]),
        gives=frozenset(names[1:]),
    )
    migration = example(rename, before=before, after=after)
    assert sorted(migration.tables) == ["c", "new", "old", "schema_migrations"]
    assert sorted(migration.up[0].after) == ["new", "old"]


def test_expected_fingerprints_are_known_where_a_table_is_at_its_end() -> None:
    users = schema("CREATE TABLE `users` (`id` int)")
    create = Statement(
        "CREATE TABLE `users` (`x` int)", "", "users", gives=frozenset([Ref("table", "users")])
    )
    migration = example(
        create, ADD, down=(Statement("DROP TABLE `users`", "", "users"),), after=users
    )
    assert migration.up[0].after == {"users": UNKNOWN}
    assert migration.up[1].after["users"].startswith("sha256:")
    assert migration.down[0].after == {"users": "absent"}
    assert migration.forward.tables["users"] == ("absent", migration.up[1].after["users"])


@pytest.mark.parametrize("format", [1, 2])
def test_files_of_earlier_formats_are_read(format: int) -> None:
    migration = example(ADD, DROP)
    text = render(migration, "up").replace("migration, format 3", f"migration, format {format}")
    header, script = read(text, migration)
    assert (header, script) == (migration.header, migration.forward)
    assert script.written == script.checksum(migration.server)


BY_HAND = """
-- assert: SELECT COUNT(*) > 0 FROM `users`
-- by hand: begin fill
-- people say why
-- after: absent old
DROP TABLE old;
UPDATE users SET a = '; -- by hand: end';
DELIMITER //
CREATE PROCEDURE p() BEGIN SELECT 1; END//
DELIMITER ;
-- by hand: end
-- by hand: no way back: nobody knows
"""


def test_what_is_written_by_hand_comes_back_as_it_was() -> None:
    migration = example(ADD, DROP)
    text = render(migration, "up")
    at = text.index("\n-- statement 2")
    header, script = read(text[:at] + BY_HAND + text[at:], migration)
    assert [each.block for each in script.statements] == [0, 1, 1, 1, 0]
    assert [each.title for each in script.blocks] == ["fill", ""]
    assert script.blocks[1].no_way_back == "nobody knows"
    assert script.statements[1].after == {"old": "absent"}
    assert script.statements[1].asserted[0].sql == "SELECT COUNT(*) > 0 FROM `users`"
    assert script.name_of(5) == "statement 2 of 2"
    edited = replace(migration, forward=script)
    assert edited.changed() == ("up",)
    again = render(edited, "up")
    assert "-- people say why\n" in again
    assert read(again, edited) == (header, script)
    assert render(edited, "up") == again


def test_a_comment_between_statements_stays() -> None:
    migration = example(ADD, DROP)
    text = render(migration, "up").replace("\n-- statement 2", "\n-- mind the gap\n-- statement 2")
    header, script = read(text, migration)
    assert script.checksum(header.server) == script.written
    assert "-- mind the gap\n-- statement 2" in render(Migration(header, script, script), "up")
