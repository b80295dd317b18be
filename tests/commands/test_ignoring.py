"""What plumbob.cfg says is not ours is listed and left alone, and ours may refer to it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from plumbob.errors import PlumbobError
from plumbob.model import Flavour, NotUnderstood, Table
from plumbob.server import introspect
from plumbob.server.scope import Pattern, Scope, read_patterns
from tests.commands.user import User, tables
from tests.servers import Server

OTHERS = (
    "CREATE TABLE legacy_users (id int unsigned AUTO_INCREMENT PRIMARY KEY, name varchar(20))",
    "CREATE TABLE legacy_notes (id int PRIMARY KEY, u int unsigned,"
    " FOREIGN KEY (u) REFERENCES legacy_users (id))",
    "CREATE TABLE tmp_1 (id int PRIMARY KEY)",
    "CREATE VIEW report_users AS SELECT name FROM legacy_users",
    "CREATE TABLE schema_migrations (version varchar(99) PRIMARY KEY)",
    "CREATE TABLE _posts_new (id int PRIMARY KEY)",
)
POSTS = """\
tables:
  posts:
    columns:
      id: int primary key
      author: int unsigned not null references legacy_users(id)
"""


@pytest.fixture
def user(tmp_path: Path, server: Server, database: str) -> User:
    server.run(database, *OTHERS)
    user = User(tmp_path, server.url(database))
    settings(user, ignore="tmp_*, table:LEGACY_*, view:report_*")
    user.declare(POSTS)
    return user


def settings(user: User, **values: str) -> None:
    lines = [f"{name} = {value}" for name, value in values.items()]
    (user.folder / "plumbob.cfg").write_text("\n".join(["[plumbob]", "scratch = target", *lines]))


def test_what_is_ignored_is_counted_named_and_left_alone(
    user: User, server: Server, database: str
) -> None:
    before = tables(server, database)
    result = user.types("diff", "-v")
    assert result.code == 1, result
    assert "1 table to create" in result.out
    assert "to drop" not in result.out
    assert "not managed, so left alone: " in result.out
    assert "3 ignored tables" in result.out
    assert "1 ignored view" in result.out
    assert "1 history table of dbmate, Rails or golang-migrate" in result.out
    assert "left alone: ignored table: legacy_notes, legacy_users, tmp_1" in result.err
    document = user.types("diff", "--json").json
    assert document["unmanaged"]["ignored table"] == ["legacy_notes", "legacy_users", "tmp_1"]
    assert document["unmanaged"]["ignored view"] == ["report_users"]

    assert user.brings_in_sync().code == 0
    assert "REFERENCES `legacy_users` (`id`)" in tables(server, database)["posts"]
    user.succeeds("rollback", "--allow", "all")
    assert tables(server, database) == before


def test_what_others_do_to_it_is_no_drift(user: User, server: Server, database: str) -> None:
    user.brings_in_sync()
    server.run(
        database,
        "ALTER TABLE legacy_users ADD COLUMN more int",
        "CREATE TABLE tmp_2 (id int)",
        "DROP TABLE tmp_1",
    )
    user.succeeds("status")
    user.succeeds("diff")
    user.declare(POSTS.replace("    columns:", "    comment: more\n    columns:"))
    user.brings_in_sync()
    user.succeeds("rollback", "--allow", "all")


def test_a_table_that_is_given_away(user: User) -> None:
    """It was managed, and is ignored from now on: no drift, whatever becomes of it."""
    user.declare(POSTS + "  ours_once:\n    columns: {id: int primary key}\n")
    user.brings_in_sync()
    user.declare(POSTS)
    settings(user, ignore="tmp_*, table:legacy_*, view:report_*, ours_once")
    user.succeeds("diff")
    user.succeeds("status")


def test_without_the_pattern_the_parent_has_to_be_declared(user: User) -> None:
    settings(user, ignore="tmp_*")
    for command in ("check", "diff"):
        result = user.types(command)
        assert result.code == 2, result
        assert "legacy_users, which is not declared" in result.err
    assert "REFERENCES" not in result.out


def test_a_parent_that_is_not_there(user: User) -> None:
    user.declare(POSTS.replace("legacy_users", "legacy_nobody"))
    user.succeeds("check")
    result = user.types("diff")
    assert result.code == 2, result
    assert "schema.yaml:5:" in result.err
    assert "legacy_nobody, which is not on this server" in result.err


def test_a_parent_whose_type_does_not_fit(user: User) -> None:
    user.declare(POSTS.replace("int unsigned not null", "bigint not null"))
    result = user.types("diff", "--write")
    assert result.code == 2, result
    assert "schema.yaml:2:3" in result.err
    assert "refuses the table posts" in result.err


@pytest.mark.parametrize("word", ["tmp_9", "legacy_posts"])
def test_a_declared_table_that_is_ignored(user: User, word: str) -> None:
    """One of the two is not meant: the pattern is named, and nothing is compared."""
    user.declare(POSTS.replace("  posts:", f"  {word}:"))
    for command in ("check", "diff"):
        result = user.types(command)
        assert result.code == 2, result
        assert "schema.yaml:2:3" in result.err
        assert f"{word} is declared, and `ignore` in plumbob.cfg says" in result.err
        assert ("tmp_*" if word == "tmp_9" else "table:LEGACY_*") in result.err


def test_a_declared_view_that_is_ignored(user: User) -> None:
    user.declare(POSTS + "views:\n  report_all: select id from posts\n")
    for command in ("check", "diff"):
        result = user.types(command)
        assert result.code == 2, result
        assert "schema.yaml:7:3" in result.err
        assert "the view report_all is declared" in result.err


def test_a_view_of_ours_reads_an_ignored_table(user: User) -> None:
    user.declare(
        POSTS + "views:\n  authors: select p.id, u.name from posts p join legacy_users u\n"
    )
    assert "in sync" in user.brings_in_sync().out


def test_an_ignored_table_is_not_renamed(user: User) -> None:
    user.declare(POSTS.replace("    columns:", "    was: tmp_1\n    columns:"))
    result = user.types("diff")
    assert result.code == 2, result
    assert "tmp_1 is declared" in result.err


def test_a_tool_s_table_is_taken_under_management(user: User) -> None:
    settings(user, ignore="tmp_*, legacy_*, report_*", manage="schema_*, _*_new")
    result = user.types("diff")
    assert result.code == 1, result
    assert "drop table schema_migrations" in result.out
    assert "drop table _posts_new" in result.out
    user.declare(
        POSTS + "  schema_migrations: {columns: {version: varchar(99) primary key}}\n"
        "  _posts_new: {columns: {id: int primary key, more: int}}\n"
    )
    user.brings_in_sync()
    user.succeeds("status")
    user.succeeds("rollback", "--allow", "all")


def test_a_tool_s_table_that_is_declared_is_ours(user: User) -> None:
    user.declare(POSTS + "  _posts_new: {columns: {id: int primary key, more: int}}\n")
    user.brings_in_sync()
    user.succeeds("status")


@pytest.mark.parametrize("text", ["*", "table:*", "tbl:a", "view:", "??"])
def test_patterns_that_are_not_meant(user: User, text: str) -> None:
    settings(user, ignore=text)
    result = user.types("check")
    assert result.code == 2, result
    assert "plumbob.cfg" in result.err
    assert text in result.err


MATCHES: list[tuple[str, str, str, bool]] = [
    ("tmp_*", "table", "tmp_1", True),
    ("tmp_*", "view", "TMP_1", True),
    ("tmp_*", "table", "a_tmp_1", False),
    ("table:tmp_*", "view", "tmp_1", False),
    ("table:tmp_?", "table", "tmp_12", False),
    ("a[b]", "table", "a[b]", True),
    ("a[b]", "table", "ab", False),
    ("table:a:b", "table", "a:b", True),
    ("*_old", "table", "two\nlines_old", True),
    ("a.b", "table", "axb", False),
]


@pytest.mark.parametrize("case", MATCHES, ids=str)
def test_patterns(case: Any) -> None:
    text, kind, name, matches = case
    assert Pattern(text).matches(kind, name) is matches


def test_our_own_tables_are_nobody_s() -> None:
    scope = Scope(manage=read_patterns("manage", "_plumbob_*, _*_new"))
    assert scope.foreign_kind("table", "_plumbob_history") == "history"
    assert scope.foreign_kind("table", "_a_new") is None
    with pytest.raises(PlumbobError):
        read_patterns("manage", "*")


def test_a_parent_that_is_not_understood_is_no_stranger(
    tmp_path: Path, server: Server, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is declared, and left alone: a foreign key to it asks for nothing."""
    user = User(tmp_path, server.url(database))
    user.declare("tables:\n  par: {columns: {id: int primary key}}\n")
    user.brings_in_sync()
    real = introspect.understand

    def understand(name: str, text: str, flavour: Flavour) -> Table | NotUnderstood:
        return NotUnderstood(name, text, "a test") if name == "par" else real(name, text, flavour)

    monkeypatch.setattr(introspect, "understand", understand)
    user.declare(
        "tables:\n  par: {columns: {id: int primary key}}\n"
        "  chi: {columns: {id: int primary key, p: int references par(id)}}\n"
    )
    result = user.types("diff")
    assert result.code == 1, result
    assert "not understood, so left alone: par" in result.out
    assert "1 table to create" in result.out
