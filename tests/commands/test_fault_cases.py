"""Groups A and B of the fault cases, each as commands that a user types; the table is fault_cases.yaml."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from plumbob.plan.named import Named
from plumbob.server.binaries import find
from plumbob.server.sandbox import Sandbox
from tests.commands import makes
from tests.commands.user import Result, User, tables
from tests.conftest import empty_database
from tests.load_yaml import load_yaml
from tests.servers import Server

HERE = Path(__file__).parent
CASES: list[dict[str, Any]] = load_yaml((HERE / "fault_cases.yaml").read_text("utf-8"))
ALL = [f"A{n:02}" for n in range(1, 23)] + [f"B{n:02}" for n in range(1, 19)]
# Nobody listens there: a command that connects exits with 3, and one that does not with 2.
NOBODY = "mysql://root@127.0.0.1:1/nothing"


def cases(*keys: str) -> Any:
    """The cases that have one of these keys, as parameters of a test."""
    chosen = [case for case in CASES if any(key in case for key in keys)]
    names = [f"{case['id']}-{case['given'].replace(' ', '_')}" for case in chosen]
    return pytest.mark.parametrize("case", chosen, ids=names)


def declaration(case: dict[str, Any]) -> bytes:
    if "make" in case:
        made: bytes = getattr(makes, case["make"])()
        return made
    return str(case["file"]).encode()


def quoted(text: str) -> str:
    """A YAML scalar in double quotes, all but plain letters as escapes."""
    escaped = (c if c.isascii() and c.isalnum() else f"\\U{ord(c):08x}" for c in text)
    return '"' + "".join(escaped) + '"'


def sql_name(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"


def sql_text(text: str) -> str:
    for raw, escaped in (("\\", "\\\\"), ("'", "''"), ("\0", "\\0"), ("\n", "\\n"), ("\r", "\\r")):
        text = text.replace(raw, escaped)
    return f"'{text}'"


def named(name: str) -> bytes:
    """A declaration in which everything has this name that has a name."""
    key, within = quoted(name), quoted(sql_name(name))
    lines = [
        "tables:",
        f"  {key}:",
        "    columns:",
        "      id: int primary key",
        f"      {key}: int",
        "    indexes:",
        f"      {key}: {within}",
        "    checks:",
        f"      {key}: {quoted(sql_name(name) + ' > 0')}",
        "  child:",
        "    columns: {id: int primary key, p: int}",
        "    foreign_keys:",
        f"      {key}: {{columns: p, references: {quoted(sql_name(name) + '(id)')}}}",
    ]
    return "\n".join(lines).encode()


def saying(text: str) -> bytes:
    """A declaration that has this text wherever a text may stand.

    MariaDB keeps nothing of the comment of a table behind a NUL, which is refused there.
    """
    literal = quoted(f"varchar(99) default {sql_text(text)} comment {sql_text(text)}")
    lines = [
        "tables:",
        "  kept:",
        "    columns: {id: int primary key}",
        "  t:",
        f"    comment: {quoted(text.replace(chr(0), ''))}",
        "    columns:",
        "      id: int primary key",
        f"      a: {literal}",
        f"      b: {{type: varchar(99), default: {quoted(text)}, comment: {quoted(text)}}}",
        f"      c: {quoted('enum(' + sql_text(text) + ')')}",
        "    checks:",
        f"      ck: {quoted('a <> ' + sql_text(text))}",
    ]
    return "\n".join(lines).encode()


@pytest.fixture
def user(tmp_path: Path, server: Server, database: str) -> User:
    return User(tmp_path, server.url(database))


@pytest.fixture
def offline(tmp_path: Path) -> User:
    return User(tmp_path, NOBODY)


def test_every_case_of_the_list_is_here() -> None:
    assert sorted({case["id"] for case in CASES}) == ALL


@cases("refused")
def test_what_is_wrong_is_refused_before_connecting(case: dict[str, Any], offline: User) -> None:
    texts = [named(name) for name in case["names"]] if "names" in case else [declaration(case)]
    for text in texts:
        offline.declare(text)
        for command in ("check", "diff", "apply"):
            result = (
                offline.types(command) if command != "apply" else offline.types("diff", "--write")
            )
            assert result.code == 2, result
            assert result.out == ""
            assert "Traceback" not in result.err
            for said in case["refused"]:
                assert said.lower() in result.err.lower()


@cases("refused_on")
def test_what_one_server_lacks_is_refused_there(
    case: dict[str, Any], user: User, server: Server, database: str
) -> None:
    maker = server.flavour.maker
    if maker not in case["refused_on"]:
        return
    user.declare(declaration(case))
    result = user.types("diff", "--write", "-m", "test")
    assert result.code == 2, result
    for said in case["refused_on"][maker]:
        assert said in result.err
    assert tables(server, database) == {}


@cases("warned")
def test_what_is_probably_not_meant_is_told(case: dict[str, Any], offline: User) -> None:
    offline.declare(declaration(case))
    result = offline.succeeds("check")
    assert "warning:" in result.err
    for said in case["warned"]:
        assert said in result.err


@cases("plan")
def test_the_plan_has_what_was_written(case: dict[str, Any], user: User) -> None:
    user.declare(declaration(case))
    result = user.types("diff", "--json")
    assert result.code == 1, result
    sql = "\n".join(each["sql"] for each in result.json["up"])
    for text in case["plan"]:
        assert text in sql


@cases("applied")
def test_what_is_declared_is_created_and_then_in_sync(
    case: dict[str, Any], user: User, server: Server
) -> None:
    if server.flavour.maker in case.get("refused_on", {}):
        return
    user.declare(declaration(case))
    assert "in sync" in user.brings_in_sync().out


@cases("same_as")
def test_what_editors_add_makes_no_difference(case: dict[str, Any], user: User) -> None:
    plans = []
    for make in (case["make"], case["same_as"]):
        user.declare(declaration({"make": make}))
        plans.append(user.types("diff", "--json").out)
    assert plans[0] == plans[1]
    assert json.loads(plans[0])["up"]


# Processor time, since the other tests share the machine. The peak is that of /proc: a process
# inherits ru_maxrss from the one that started it, which here is pytest with all its tests.
MEASURED_CHECK = """
import sys, time
from pathlib import Path
from plumbob.commands import run
code = run(["check"])
status = Path("/proc/self/status").read_text()
print(code, time.process_time(), status.split("VmHWM:")[1].split()[0])
"""


@cases("seconds", "megabytes")
def test_no_file_takes_long_or_much(case: dict[str, Any], offline: User) -> None:
    offline.declare(declaration(case))
    process = subprocess.run(
        [sys.executable, "-c", MEASURED_CHECK],
        cwd=offline.folder,
        env={**os.environ, "PYTHONPATH": str(HERE.parents[1])},
        capture_output=True,
        text=True,
    )
    code, seconds, kilobytes = process.stdout.split()[-3:]
    assert int(code) == (0 if case.get("passes") else 2)
    assert float(seconds) < case.get("seconds", 60)
    assert int(kilobytes) < case.get("megabytes", 500) * 1024


def test_an_empty_file_never_drops_what_is_there(user: User, server: Server, database: str) -> None:
    """A10: against a database with tables, in each form that says nothing."""
    user.declare(makes.PLAIN)
    user.brings_in_sync()
    before = tables(server, database)
    for text, code in (("", 2), ("# nothing\n", 2), ("tables:\n", 2), ("tables: {}\n", 4)):
        user.declare(text)
        result = user.types("diff", "--write", "-m", "oops")
        assert result.code == code, result
        assert result.out == ""
    assert tables(server, database) == before


@pytest.mark.parametrize(
    ("case", "name"),
    [(case, name) for case in CASES if "refused" not in case for name in case.get("names", ())],
    ids=lambda value: value["id"] if isinstance(value, dict) else ascii(value),
)
def test_a_name_comes_back_as_it_went(
    case: dict[str, Any], name: str, user: User, server: Server, database: str
) -> None:
    user.declare(named(name))
    shown = [user.types("diff"), user.brings_in_sync(), user.succeeds("status")]
    with server.connect(database) as connection, connection.cursor() as cursor:
        assert name in tables(server, database)
        for table, column in (
            ("COLUMNS", "COLUMN_NAME"),
            ("STATISTICS", "INDEX_NAME"),
            ("CHECK_CONSTRAINTS", "CONSTRAINT_NAME"),
            ("REFERENTIAL_CONSTRAINTS", "CONSTRAINT_NAME"),
        ):
            where = "CONSTRAINT_SCHEMA" if "CONSTRAINT" in table else "TABLE_SCHEMA"
            cursor.execute(
                f"SELECT {column} FROM information_schema.{table} WHERE {where} = %s", (database,)
            )
            assert name in {row[0] for row in cursor.fetchall()}, table
    for result in shown:
        assert_harmless(result, case.get("hidden", ""))


@pytest.mark.parametrize(
    ("case", "text"),
    [
        (case, text)
        for case in CASES
        if not {"sql_mode", "unreadable"} & set(case)
        for text in case.get("texts", ())
    ],
    ids=lambda value: value["id"] if isinstance(value, dict) else ascii(value),
)
def test_a_text_comes_back_as_it_went(
    case: dict[str, Any], text: str, user: User, server: Server, database: str
) -> None:
    user.declare(saying(text))
    shown = [user.types("diff"), user.brings_in_sync()]
    assert_texts(server, database, text)
    for result in shown:
        assert_harmless(result, case.get("hidden", ""))


@pytest.fixture(scope="module", params=["mysql", "mariadb"])
def odd_server(request: pytest.FixtureRequest) -> Iterator[Server]:
    mode = next(case["sql_mode"] for case in CASES if "sql_mode" in case)
    with Sandbox(find(request.param), [f"--sql-mode={mode}"]) as sandbox:
        yield Server(sandbox.url)


@pytest.mark.parametrize(
    "text", next(case["texts"] for case in CASES if "sql_mode" in case), ids=ascii
)
def test_the_servers_own_sql_mode_changes_nothing(
    text: str, odd_server: Server, tmp_path: Path
) -> None:
    """B12"""
    with empty_database(odd_server) as database:
        user = User(tmp_path, odd_server.url(database))
        user.declare(saying(text))
        user.brings_in_sync()
        assert_texts(odd_server, database, text)


@cases("unreadable")
def test_a_text_that_no_server_gives_back_makes_no_endless_diff(
    case: dict[str, Any], user: User
) -> None:
    """B13: each place by itself, because each may be refused or not."""
    (text,) = case["texts"]
    literal = sql_text(text)
    for column in (
        f"varchar(9) comment {literal}",
        f"enum({literal})",
        f"varchar(9) default {literal}",
        f"varchar(9) default (concat({literal}, 'a'))",
        f"varchar(9) check (a <> {literal})",
    ):
        user.declare(
            f"tables:\n  t:\n    columns:\n      id: int primary key\n      a: {quoted(column)}\n"
        )
        result = user.types("diff", "--write", "-m", "test")
        if result.code == 2:
            assert "schema.yaml:5:" in result.err, result
            continue
        assert result.code == 0, result
        user.succeeds("apply", "--allow", "all")
        again = user.types("diff")
        assert again.code == 0, again


@cases("told_or_applied")
def test_what_a_server_refuses_is_told_as_such(
    case: dict[str, Any], user: User, server: Server, database: str
) -> None:
    user.declare(declaration(case))
    result = user.types("diff", "--write", "-m", "test")
    if result.code == 0:
        result = user.types("apply")
    if result.code == 0:
        user.succeeds("diff")
        return
    assert result.code in (2, 7), result
    assert case["told_or_applied"][0] in result.err
    assert "Traceback" not in result.err
    assert tables(server, database).keys() == set()


@pytest.mark.parametrize(
    "name", next(case["databases"] for case in CASES if "databases" in case), ids=ascii
)
def test_a_database_may_have_any_name(name: str, server: Server, tmp_path: Path) -> None:
    """B17"""
    name = f"test {os.getpid()} {name}"
    user = User(tmp_path, server.url(name))
    user.declare(makes.PLAIN)
    try:
        user.succeeds("create")
        user.brings_in_sync()
        assert "t" in tables(server, name)
    finally:
        user.types("drop", "--allow", f"drop-database:{Named(name)}")
    with server.connect() as connection, connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = %s", (name,))
        assert cursor.fetchone() is None


def test_names_that_differ_in_case_need_a_server_that_keeps_them_apart(tmp_path: Path) -> None:
    """B18: lower_case_table_names=1"""
    case = next(case for case in CASES if case["id"] == "B18")
    with Sandbox(find("mariadb"), ["--lower-case-table-names=1"]) as sandbox:
        server = Server(sandbox.url)
        with empty_database(server) as database:
            user = User(tmp_path, server.url(database))
            user.declare(declaration(case))
            result = user.types("diff", "--write")
            assert result.code == 2, result
            assert "lower_case_table_names" in result.err
            assert tables(server, database) == {}


def assert_harmless(result: Result, hidden: str) -> None:
    for text in (result.out, result.err):
        assert not set(hidden) & set(text)
        assert not re.search(r"^\s*::|##\w*\[", text, re.MULTILINE)
        assert not [c for c in text if unicodedata.category(c) == "Cc" and c != "\n"]


def assert_texts(server: Server, database: str, text: str) -> None:
    """The text is what every place has, and nothing came of what stands in it."""
    with server.connect(database) as connection, connection.cursor() as cursor:
        cursor.execute(
            "SELECT COLUMN_NAME, COLUMN_COMMENT FROM information_schema.COLUMNS "
            "WHERE TABLE_SCHEMA = %s AND TABLE_NAME = 't' ORDER BY ORDINAL_POSITION",
            (database,),
        )
        comments = dict(cursor.fetchall())
        assert comments == {"id": "", "a": text, "b": text, "c": ""}
        # MySQL reads its own text of a check wrongly in a session with NO_BACKSLASH_ESCAPES.
        cursor.execute("SET sql_mode = ''", None)
        cursor.execute("ALTER TABLE t DROP CONSTRAINT ck", None)
        cursor.execute("INSERT INTO t (id, c) VALUES (1, 1)", None)
        cursor.execute("SELECT a, b, c FROM t", None)
        assert cursor.fetchone() == (text, text, text)
        cursor.execute(
            "SELECT TABLE_COMMENT FROM information_schema.TABLES "
            "WHERE TABLE_SCHEMA = %s AND TABLE_NAME = 't'",
            (database,),
        )
        # MySQL shows a table's comment up to a NUL here (and whole in SHOW CREATE TABLE), MariaDB
        # stores NULs for what follows it.
        assert cursor.fetchone() == (text,) or "\0" in text
    assert "kept" in tables(server, database)
