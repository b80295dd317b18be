"""Groups D and G of the fault cases, as commands that a user types; the table is fault_cases_d.yaml.

A case that is shown by a test of its own elsewhere is listed with it.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from plumbob.server.binaries import find
from plumbob.server.sandbox import Sandbox
from tests.commands.desk import Desk, fails
from tests.commands.user import User, tables
from tests.conftest import empty_database
from tests.servers import Server

HERE = Path(__file__).parent
TESTS = HERE.parent
CASES: list[dict[str, Any]] = yaml.safe_load((HERE / "fault_cases_d.yaml").read_text("utf-8"))
ELSEWHERE = {
    "D01": "commands/test_losses.py::test_every_measured_loss",
    "D02": "commands/test_losses.py::test_every_measured_loss",
    "D03": "commands/test_losses.py::test_every_measured_loss",
    "D06": "commands/test_work.py::test_a_rename_is_hinted_at_and_then_told",
    "D15": "cost/test_merging.py::",
    "D17": "cost/test_online_ddl.py::",
    "D18": "cost/test_used_up.py::",
    "D19": "cost/test_online_ddl.py::",
    "D20": "commands/test_limits.py::test_a_copy_of_a_large_table_is_refused_without_an_approval",
    "D21": "commands/test_work.py::test_apply_refuses_what_somebody_changed",
    "D24": "commands/test_work.py::test_twice_the_same_is_twice_the_same",
    "D25": "commands/test_planner_bugs.py::test_a_bug_of_the_planner",
    "D26": "server/test_scratch.py::test_leftovers_go_when_they_are_ours_and_empty",
    "G01": "cases/test_cases.py::",
    "G06": "migration/test_crash.py::",
}
HERE_BELOW = ("D04", "D22", "D23", "G04", "G05", "G07")


@pytest.mark.parametrize(
    "id", [f"D{n:02}" for n in range(1, 27)] + [f"G{n:02}" for n in range(1, 9)]
)
def test_every_case_is_shown_somewhere(id: str) -> None:
    told = {case["id"] for case in CASES} | {*HERE_BELOW}
    if id in ELSEWHERE:
        file, _, name = ELSEWHERE[id].partition("::")
        assert f"def test_{name.removeprefix('test_')}" in (TESTS / file).read_text()
    else:
        assert id in told


def run(server: Server, database: str, *statements: str) -> list[tuple[Any, ...]]:
    with server.connect(database) as connection, connection.cursor() as cursor:
        connection.autocommit(True)
        for statement in statements:
            cursor.execute(statement)
        return list(cursor.fetchall()) if statements else []


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_a_fault_case(case: dict[str, Any], root: User, server: Server, database: str) -> None:
    root.declare(case["from"])
    root.brings_in_sync()
    run(server, database, *case.get("rows", ()))
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
    run(server, database, *case.get("then", ()))
    for sql, value in case.get("selects", {}).items():
        assert run(server, database, sql) == [(value,)], sql
    for text in case.get("rollback_says", ()):
        (file,) = root.folder.glob("generated/migrations/*_case.rollback.sql")
        assert text in file.read_text()
    if "back" in case and "refused" in case["back"]:
        refuses(case["back"]["refused"], case["back"]["kept"], root, server, database, "rollback")
    elif "back" in case:
        root.succeeds("rollback", "--allow", "all")
        assert tables(server, database) == before


def refuses(
    wanted: list[Any], kept: list[Any], user: User, server: Server, database: str, command: str
) -> None:
    """A command is refused, says why, and has changed nothing."""
    before = tables(server, database)
    code, *texts = wanted
    said = fails(user, code, command).err
    for text in texts:
        assert text in said
    assert tables(server, database) == before
    sql, value = kept
    assert run(server, database, sql) == [(value,)]


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
            run(server, database, "INSERT INTO t VALUES (1, REPEAT('x', 40))")
            user.declare("tables: {t: {columns: {id: int primary key, a: varchar(32)}}}\n")
            user.succeeds("diff", "--write", "-m", "case")
            assert "1 row of t" in fails(user, 4, "apply").err
            fails(user, 4, "apply", "--allow", "change-type:t.a")
            assert run(server, database, "SELECT LENGTH(a) FROM t") == [(40,)]


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


def test_a_rollback_of_an_instant_column_is_instant(desk: Desk) -> None:
    """G07"""
    assert "-- cost: instant" in desk.file(".rollback").read_text()
    assert "ALGORITHM=INSTANT" in desk.file(".rollback").read_text()
