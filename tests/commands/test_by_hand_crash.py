"""A run that ends in the middle of a data step, by a kill or a failure: it goes on, or turns back."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.commands.desk import BEGIN, END, WITH_EMAIL, Desk, fails
from tests.commands.user import User
from tests.servers import Server

ROOT = Path(__file__).parents[2]
# Not the same when it is run twice; slow enough to be killed, and as fast as any on a table without rows.
ADD = "UPDATE users SET name = CONCAT(name, '+', SLEEP(0.3))"
PLUS = "UPDATE users SET name = CONCAT(name, '+')"
MINUS = "UPDATE users SET name = CONCAT(name, '-')"
NAMES = "overwrite-column:users.name"


@pytest.fixture
def desk(root: User, server: Server, database: str) -> Desk:
    return Desk(root, server, database)


def names(desk: Desk) -> list[object]:
    return [name for (name,) in desk.sql("SELECT name FROM users ORDER BY id")]


def is_running(desk: Desk, sql: str) -> bool:
    rows = desk.sql(
        "SELECT INFO FROM information_schema.PROCESSLIST WHERE INFO IS NOT NULL AND DB = DATABASE()"
    )
    return any(str(info).startswith(sql[:20]) for (info,) in rows)


def killed_in(desk: Desk, sql: str) -> None:
    """Start `schema apply`, and kill it while the server runs a statement."""
    process = subprocess.Popen(
        [sys.executable, "-m", "plumbob", "apply"],
        cwd=desk.user.folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "DATABASE_URL": desk.user.url},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    end = time.monotonic() + 30
    while not is_running(desk, sql):
        assert process.poll() is None and time.monotonic() < end
        time.sleep(0.02)
    process.kill()
    process.wait()


def test_a_data_step_that_was_killed_is_run_once(desk: Desk) -> None:
    desk.fills(ADD)
    desk.approves(NAMES)
    desk.user.succeeds("check", "--write")
    killed_in(desk, ADD)
    desk.user.succeeds("apply")
    assert names(desk) == ["ann+0", "bob+0"]
    states = desk.sql("SELECT number, state FROM _plumbob_journal WHERE number = 2 ORDER BY id")
    assert states[-1] == (2, "done")
    assert [state for _, state in states].count("done") == 1
    desk.user.succeeds("status")


@pytest.mark.parametrize(("answer", "rows"), [("done", 1), ("again", 2)])
def test_what_is_in_no_transaction_nobody_knows_and_the_user_is_asked(
    answer: str, rows: int, desk: Desk
) -> None:
    """A table of an engine without transactions: one of two rows is there when the server is asked."""
    desk.user.declare(
        WITH_EMAIL + "  log:\n    engine: MyISAM\n    columns: {id: int primary key}\n"
    )
    for path in desk.user.folder.glob("generated/migrations/*_email*"):
        path.unlink()
    desk.user.succeeds("diff", "--write", "-m", "email")
    step = "REPLACE INTO log SELECT id + SLEEP(0.3) FROM users"
    desk.fills(step)
    desk.user.succeeds("check", "--write")
    killed_in(desk, step)
    asked = fails(desk.user, 7, "apply").err
    assert "nobody knows how far it came" in asked and "--interrupted done" in asked
    desk.sql("DELETE FROM log WHERE id > 1")
    desk.user.succeeds("apply", "--interrupted", answer)
    assert len(desk.sql("SELECT id FROM log")) == rows


@pytest.mark.parametrize(
    ("failing", "left"),
    [
        # Looked at ahead of the block: it was not run, and is not undone.
        ("ahead", ["ann", "bob"]),
        # Looked at behind it: it was run, and is undone.
        ("behind", ["ann+-", "bob+-"]),
    ],
)
def test_a_rollback_from_the_middle_undoes_the_blocks_that_were_run(
    failing: str, left: list[str], desk: Desk
) -> None:
    never = "-- assert: SELECT COUNT(*) = 0 FROM users"
    back = f"{BEGIN}\n{MINUS};\n{END}"
    if failing == "ahead":
        desk.edits(never)
    desk.fills(PLUS, back=back)
    desk.approves(NAMES)
    desk.approves(NAMES, ".rollback")
    if failing == "behind":
        desk.edits(never)
    desk.user.succeeds("check", "--write")
    fails(desk.user, 7, "apply")
    desk.user.succeeds("rollback", "--allow", "drop-column:users.email")
    assert names(desk) == left
    assert desk.columns() == {"id", "name"}
    assert "pending" in desk.user.types("status").out


def test_a_data_step_that_the_server_warns_of_is_taken_back(desk: Desk) -> None:
    desk.fills("UPDATE users SET name = IF(id = 2, 1 / 0, 'x')")
    desk.approves(NAMES)
    desk.user.succeeds("check", "--write")
    fails(desk.user, 7, "apply")
    assert names(desk) == ["ann", "bob"]


def test_rows_that_others_hold_are_waited_for(desk: Desk, server: Server, database: str) -> None:
    desk.fills(PLUS)
    desk.approves(NAMES)
    desk.user.succeeds("check", "--write")
    with server.connect(database) as other, other.cursor() as cursor:
        cursor.execute("START TRANSACTION")
        cursor.execute("SELECT * FROM users WHERE id = 2 FOR UPDATE")
        # The column is added at once, on the server that lets a reader hold the table no longer.
        fails(desk.user, 5, "apply", "--max-wait", "1s")
        other.rollback()
    desk.user.succeeds("apply")
    assert names(desk) == ["ann+", "bob+"]
