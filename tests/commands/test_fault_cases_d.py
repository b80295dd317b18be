"""Groups D and G of the fault cases, as commands that a user types; the table is fault_cases_d.yaml.

A case that is shown by a test of its own elsewhere is listed with it.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from plumbob.server.binaries import find
from plumbob.server.sandbox import Sandbox
from tests.commands.desk import WITH_EMAIL, Desk, fails
from tests.commands.user import User, tables
from tests.conftest import empty_database
from tests.load_yaml import load_yaml
from tests.servers import Server

HERE = Path(__file__).parent
TESTS = HERE.parent
CASES: list[dict[str, Any]] = load_yaml((HERE / "fault_cases_d.yaml").read_text("utf-8"))
ELSEWHERE = {
    "D01": "commands/test_losses.py::test_every_measured_loss",
    "D02": "commands/test_losses.py::test_every_measured_loss",
    "D03": "commands/test_losses.py::test_every_measured_loss",
    "D15": "cost/test_merging.py::test_each_pair_costs_no_more_than_its_clauses",
    "D17": "cost/test_online_ddl.py::test_each_kind_costs_what_was_measured_and_comes_back",
    "D18": "cost/test_used_up.py::test_what_the_live_table_has_left_decides",
    "D19": "cost/test_online_ddl.py::test_each_kind_costs_what_was_measured_and_comes_back",
    "D20": "commands/test_limits.py::test_a_copy_of_a_large_table_is_refused_without_an_approval",
    "D21": "commands/test_work.py::test_apply_refuses_what_somebody_changed",
    "D25": "commands/test_planner_bugs.py::test_a_bug_of_the_planner",
    "G01": "cost/test_online_ddl.py::test_each_kind_costs_what_was_measured_and_comes_back",
}
HERE_BELOW = ("D04", "D06", "D22", "D23", "D24", "D26", "G04", "G05", "G06", "G07")
# More with PLUMBOB_KILLS=50.
KILLS = int(os.environ.get("PLUMBOB_KILLS", "2"))
SCRATCH = "_plumbob_scratch_"


@pytest.mark.parametrize(
    "id", [f"D{n:02}" for n in range(1, 27)] + [f"G{n:02}" for n in range(1, 9)]
)
def test_every_case_is_shown_somewhere(id: str) -> None:
    told = {case["id"] for case in CASES} | {*HERE_BELOW}
    if id in ELSEWHERE:
        file, _, name = ELSEWHERE[id].partition("::")
        assert f"def {name}" in (TESTS / file).read_text()
    else:
        assert id in told


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_a_fault_case(case: dict[str, Any], root: User, server: Server, database: str) -> None:
    root.declare(case["from"])
    root.brings_in_sync()
    server.run(database, *case.get("rows", ()))
    before = tables(server, database)
    root.declare(case["to"])
    if "invalid" in case:
        assert case["invalid"] in fails(root, 2, "diff", "--write").err
        return
    written = root.succeeds("diff", "--write", "-m", "case")
    place = -1
    for text in case.get("plan", ()):
        place = written.out.index(text, place + 1)
    if "refused" in case:
        refuses(case["refused"], case["kept"], root, server, database, "apply")
        if "allow" not in case:
            return
    root.succeeds("apply", *(["--allow", case["allow"]] if "allow" in case else []))
    root.succeeds("diff")
    server.run(database, *case.get("then", ()))
    for sql, value in case.get("selects", {}).items():
        assert server.run(database, sql) == [(value,)], sql
    for text in case.get("rollback_says", ()):
        (file,) = root.folder.glob("generated/migrations/*_case.rollback.sql")
        assert text in file.read_text()
    back = case.get("back")
    if back is None:
        return
    if "refused" in back:
        said = refuses(back["refused"], back["kept"], root, server, database, "rollback")
        assert "unsaid" not in back or back["unsaid"] not in said
        if "allow" not in back:
            return
        shown = root.types("rollback", "--dry-run", "--json").json["unapproved"]
        assert {each["allow"] for each in shown if each["rows"]} == {*back["allow"]}
    allowed = back.get("allow", ["all"])
    root.succeeds("rollback", *(word for each in allowed for word in ("--allow", each)))
    assert tables(server, database) == before


def refuses(
    wanted: list[Any], kept: list[Any], user: User, server: Server, database: str, command: str
) -> str:
    """A command is refused, says why, and has changed nothing; gives what it says."""
    before = tables(server, database)
    code, *texts = wanted
    said = fails(user, code, command).err
    for text in texts:
        assert text in said
    assert tables(server, database) == before
    sql, value = kept
    assert server.run(database, sql) == [(value,)]
    return said


@pytest.fixture
def desk(root: User, server: Server, database: str) -> Desk:
    return Desk(root, server, database)


@pytest.mark.parametrize("maker", ["mysql", "mariadb"])
def test_a_server_that_is_lax_for_all_is_not_so_for_us(maker: str, tmp_path: Path) -> None:
    """D04: a value that would be cut, approved even so, is an error and not cut."""
    with Sandbox(find(maker), ["--sql-mode="]) as sandbox:
        server = Server(sandbox.url)
        with empty_database(server) as database:
            user = User(tmp_path, server.url(database))
            user.declare("tables: {t: {columns: {id: int primary key, a: varchar(64)}}}\n")
            user.brings_in_sync()
            server.run(database, "INSERT INTO t VALUES (1, REPEAT('x', 40))")
            user.declare("tables: {t: {columns: {id: int primary key, a: varchar(32)}}}\n")
            user.succeeds("diff", "--write", "-m", "case")
            assert "1 row of t" in fails(user, 4, "apply").err
            fails(user, 4, "apply", "--allow", "change-type:t.a")
            assert server.run(database, "SELECT LENGTH(a) FROM t") == [(40,)]


def test_a_rename_that_nobody_told_of_is_a_column_and_a_refused_drop(desk: Desk) -> None:
    """D06"""
    desk.user.succeeds("apply")
    desk.sql("UPDATE users SET email = 'a@example.org'")
    desk.user.declare(WITH_EMAIL.replace("email:", "mail:"))
    shown = desk.user.succeeds("diff", "--write", "-m", "unhinted").out
    assert "looks like a rename" in shown and "was: email" in shown
    assert "drop-column:users.email" in fails(desk.user, 4, "apply").err
    for file in desk.user.folder.glob("generated/migrations/*_unhinted*"):
        file.unlink()
    told = "mail: {type: varchar(80) not null, was: email}"
    desk.user.declare(WITH_EMAIL.replace("email: varchar(80) not null", told))
    assert "RENAME COLUMN `email`" in desk.user.types("diff").out
    desk.user.brings_in_sync()
    assert desk.sql("SELECT DISTINCT mail FROM users") == [("a@example.org",)]


def test_twice_the_same_is_the_same_plan_to_the_byte(desk: Desk) -> None:
    """D24"""
    names = ("", ".rollback")
    first = [plan_of(desk.file(way)) for way in names]
    for way in names:
        desk.file(way).unlink()
    desk.user.succeeds("diff", "--write", "-m", "email")
    assert [plan_of(desk.file(way)) for way in names] == first
    desk.user.succeeds("apply")
    assert desk.user.succeeds("diff").out == desk.user.succeeds("diff").out


def plan_of(file: Path) -> str:
    """A file without its moment, and the name that has it in it."""
    moment = r"\d{8}T\d{6}|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"
    return re.sub(moment, "", file.read_text())


def test_a_scratch_database_that_is_not_ours_or_has_rows_is_never_dropped(desk: Desk) -> None:
    """D26: and one that a killed run has left goes at the next one."""
    table = f"t_{desk.database}"
    desk.user.declare(WITH_EMAIL + f"  {table}: {{columns: {{id: int primary key, n: int}}}}\n")
    full, foreign = (f"{SCRATCH}{word}_{desk.database[-6:]}" for word in ("full", "foreign"))
    desk.sql(
        f"CREATE TABLE {table} (id int PRIMARY KEY)",
        *(f"CREATE DATABASE {name}" for name in (full, foreign)),
        f"CREATE TABLE {full}._plumbob_scratch (id int)",
        f"CREATE TABLE {full}.t (id int)",
        f"INSERT INTO {full}.t VALUES (1)",
    )

    def made() -> list[Any]:
        like = f"TABLE_SCHEMA LIKE '{SCRATCH}%' AND TABLE_NAME = '{table}'"
        sql = f"SELECT DISTINCT TABLE_SCHEMA FROM information_schema.TABLES WHERE {like}"
        return [name for (name,) in desk.sql(sql)]

    def databases() -> set[Any]:
        return {name for (name,) in desk.sql("SHOW DATABASES")}

    left: list[Any] = []
    try:
        while not left:
            with desk.user.starts("diff", "--prove", stdout=subprocess.DEVNULL) as process:
                while not left and process.poll() is None:
                    left = made()
        until(lambda: desk.sql(f"SELECT IS_FREE_LOCK('{left[0]}')") == [(1,)])
        desk.user.types("diff", "--prove")
        assert databases() & {*left, full, foreign} == {full, foreign}
        assert desk.sql(f"SELECT * FROM {full}.t") == [(1,)]
    finally:
        desk.sql(*(f"DROP DATABASE {name}" for name in (full, foreign)))


def until(is_so: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not is_so():
        assert time.monotonic() < end


def test_a_file_that_was_edited_is_refused_and_its_line_ends_are_not_looked_at(desk: Desk) -> None:
    """D22"""
    text = desk.file().read_text()
    desk.file().write_bytes(text.replace("varchar(80)", "varchar(81)").encode())
    assert "was changed after it had been written" in fails(desk.user, 6, "apply").err
    desk.file().write_bytes(text.replace("\n", "\r\n").encode())
    desk.user.succeeds("apply")


def test_a_plan_for_one_server_is_refused_by_another(desk: Desk) -> None:
    """D23"""
    for way in ("", ".rollback"):
        text = desk.file(way).read_text()
        desk.file(way).write_text(re.sub(r"-- server: .*", "-- server: MariaDB 10.6.1", text))
    assert "was planned for MariaDB 10.6.1" in fails(desk.user, 6, "apply").err
    assert desk.columns() == {"id", "name"}


def test_a_rollback_of_a_half_done_migration_undoes_what_was_done(desk: Desk) -> None:
    """G04"""
    desk.edits("-- assert: SELECT COUNT(*) = 0 FROM users")
    desk.user.succeeds("check", "--write")
    fails(desk.user, 7, "apply")
    assert "email" in desk.columns()
    desk.user.succeeds("rollback", "--allow", "drop-column:users.email")
    assert desk.columns() == {"id", "name"}


def test_a_rollback_is_refused_where_the_schema_moved_on(desk: Desk) -> None:
    """G05"""
    desk.user.succeeds("apply")
    desk.sql("ALTER TABLE users ADD COLUMN theirs int")
    assert "users" in fails(desk.user, 6, "rollback", "--allow", "all").err
    assert desk.columns() == {"id", "name", "email", "theirs"}


def test_a_killed_run_and_a_killed_rollback_go_on(
    root: User, server: Server, database: str
) -> None:
    """G06, and F01 on the way up: real processes, killed at a statement."""
    names = [f"t{number}" for number in range(4)]
    rows = {name: [(1, 7), (2, 8)] for name in names}

    def declares(type: str) -> None:
        tables = [f"  {name}: {{columns: {{id: int primary key, n: {type}}}}}" for name in names]
        root.declare("\n".join(["tables:", *tables, ""]))

    declares("int")
    root.brings_in_sync()
    server.run(database, *(f"INSERT INTO {name} VALUES (1, 7), (2, 8)" for name in names))
    before = tables(server, database)
    declares("bigint")
    root.succeeds("diff", "--write", "-m", "wider")
    for number in range(KILLS):
        at = 1 + number % (len(names) - 1)
        killed_at(root, at, "apply") if number % 2 else None
        root.succeeds("apply")
        assert all("`n` bigint" in text for text in tables(server, database).values())
        killed_at(root, at, "rollback")
        root.succeeds("rollback")
        assert tables(server, database) == before
    left = {name: server.run(database, f"SELECT * FROM {name} ORDER BY id") for name in names}
    assert left == rows
    assert server.run(database, "SELECT COUNT(*) FROM _plumbob_journal WHERE history IS NULL") == [
        (0,)
    ]


def killed_at(user: User, number: int, command: str) -> None:
    """Kill a run once it has said that it begins a statement."""
    with user.starts(command) as process:
        assert process.stdout is not None
        said = []
        while not (line := process.stdout.readline()).startswith(f"  [{number}/"):
            said.append(line)
            assert line, said
        process.kill()
        process.wait()
        assert process.returncode == -signal.SIGKILL


def test_a_rollback_of_an_instant_column_is_instant(desk: Desk) -> None:
    """G07"""
    assert "-- cost: instant" in desk.file(".rollback").read_text()
    assert "ALGORITHM=INSTANT" in desk.file(".rollback").read_text()
