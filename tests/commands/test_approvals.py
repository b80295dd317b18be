"""What may stand behind `--allow`, and what is said of what may not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from plumbob.errors import Exit, PlumbobError
from plumbob.plan.approvals import check_approvals
from plumbob.plan.statement import LOSSES, OBSTACLES
from tests.commands.user import User
from tests.servers import Server

GOOD = [
    "all",
    "drop-column:users.legacy",
    "drop-column:a.b.c",
    "drop-table:users",
    "drop-partition:log.p0",
    "drop-grants:total",
    "drop-database:shop_test",
    "unmark-production:shop",
]
# Given, the message, the advice.
BAD = [
    ("drop-colum:users.x", "'drop-colum:users.x' approves nothing", "did you mean drop-column?"),
    ("Drop-Table:users", "approves nothing: there is no 'Drop-Table'", "did you mean drop-table?"),
    ("ALL", "'ALL' is no approval", "did you mean all?"),
    ("al", "'al' is no approval", "did you mean all?"),
    ("users.x", "'users.x' is no approval, which is KIND:OBJECT or all", "the kinds are blocking, "),
    ("", "'' is no approval", "the kinds are"),
    ("drop-column", "'drop-column' does not say of what", "write drop-column:TABLE.COLUMN"),
    ("drop-column:", "'drop-column:' does not say of what", "write drop-column:TABLE.COLUMN"),
    ("drop-column:users", "does not say of what", "write drop-column:TABLE.COLUMN"),
    ("drop-partition:.p0", "does not say of what", "write drop-partition:TABLE.PARTITION"),
    ("drop-table:", "does not say of what", "write drop-table:NAME"),
    ("drop-database", "does not say of what", "write drop-database:DATABASE"),
    ("drop column:users.x", "there is no 'drop column'", "did you mean drop-column?"),
    ("nulls:users.x", "no approval helps against nulls", "change the rows or the declaration"),
]  # fmt: skip


@pytest.mark.parametrize("given", GOOD)
def test_an_approval(given: str) -> None:
    check_approvals([given])


@pytest.mark.parametrize(("given", "what", "advice"), BAD)
def test_what_is_none(given: str, what: str, advice: str) -> None:
    with pytest.raises(PlumbobError, match=re.escape(what)) as caught:
        check_approvals([given])
    assert caught.value.exit is Exit.BAD_INPUT
    assert advice in caught.value.advice


def test_a_text_is_one_approval_and_not_its_letters() -> None:
    check_approvals("all")


COMMANDS = ["apply", "rollback", "sync", "drop", "setup", "reset", "mark production --remove"]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_looks_before_it_connects(tmp_path: Path, command: str) -> None:
    user = User(tmp_path, "mysql://root@127.0.0.1:1/shop")
    user.declare("tables: {}\n")
    wrong = ["--allow", "drop-colum:users.x", "--allow", "all", "--allow", "users"]
    found = user.types(*command.split(), *wrong)
    assert found.code == Exit.BAD_INPUT, found
    assert "did you mean drop-column?" in found.err
    assert "'users' is no approval" in found.err


def test_names_with_dots_are_approved_each_by_itself(
    root: User, server: Server, database: str
) -> None:
    """The column `c` of `a.b` and the column `b.c` of `a`: the one with rows is not the one approved."""
    declared = "tables:\n  a:\n    columns: {id: int}\n  a.b:\n    columns: {id: int}\n"
    with server.connect(database) as connection, connection.cursor() as cursor:
        cursor.execute("CREATE TABLE a (id int, `b.c` int)")
        cursor.execute("CREATE TABLE `a.b` (id int, c int)")
        cursor.execute("INSERT INTO `a.b` VALUES (1, 2)")
        connection.commit()
    root.declare(declared)
    root.succeeds("diff", "--write", "-m", "dots")
    for given in ("a.b.c", "a.`b.c`"):
        found = root.types("apply", "--allow", f"drop-column:{given}")
        assert found.code == Exit.UNSAFE, found
        assert "--allow 'drop-column:`a.b`.c' (all values" in found.err, found.err
        assert ": 1 row of a.b)" in found.err, found.err
    assert (
        "(did you mean drop-column:a.`b.c`?)"
        in root.types("apply", "--allow", "drop-column:a.b.c").err
    )
    both = ("drop-column:a.`b.c`", "drop-column:`a.b`.c")
    root.succeeds("apply", *(word for each in both for word in ("--allow", each)))
    back = root.types("rollback")
    assert back.code == Exit.UNSAFE, back
    assert "--allow 'not-restored:`a.b`.c'" in back.err, back.err
    root.succeeds("rollback", "--allow", "not-restored:`a.b`.c")


def test_the_documentation_knows_all_kinds() -> None:
    text = (Path(__file__).parents[2] / "docs" / "safety.md").read_text("utf-8")
    missing = [kind for kind in (*LOSSES, *OBSTACLES) if f"`{kind}" not in text]
    assert missing == []
