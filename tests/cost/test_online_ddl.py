"""Every measured kind of ALTER TABLE, through the commands: what the plan says that it costs was measured.

Each kind is a table of its own with a row, all of them are changed by one migration: it is planned, applied
and rolled back. No statement may be cheaper than it was measured; where the plan takes a better way, the
data say so. (D17, D19, G01)
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from plumbob.plan.cost import Cost
from plumbob.server.connection import Server, connect
from plumbob.server.target import Target
from tests.commands.user import User, tables
from tests.conftest import Servers, empty_database
from tests.cost.kinds import Kind, dearest, kinds
from tests.cost.project import declare

PARENT = "CREATE TABLE par (id int unsigned NOT NULL PRIMARY KEY)"
# A row that fits before and after each change.
VALUES = "id=7 w=1 a=3 b=1 z=9 d=1.25 p_id=5 q_id=5 c='c' n='n' e='a' s='x,z' txt='t' ch='h' sm='s'"
VALUES += " dt='2026-01-02' ts='2026-01-02' l1='é' u3='é' u3i='é' geo=POINT(1,1)"
ROW = dict(each.split("=", 1) for each in VALUES.split())
RENAMED = {
    "col_rename": ("a2", "a"),
    "col_rename_indexed": ("b2", "b"),
    "col_rename_change": ("a2", "a"),
    "col_rename_fk_parent": ("id2", "id"),
    "col_rename_in_generated": ("a2", "a"),
}


@pytest.mark.parametrize("maker", ["mysql", "mariadb"])
def test_each_kind_costs_what_was_measured_and_comes_back(
    servers: Servers, maker: str, tmp_path: Path
) -> None:
    found, running = kinds(maker), servers(maker)
    with empty_database(running) as name, empty_database(running) as other:
        user = User(tmp_path, running.url(name))
        with connect(Target.from_url(user.url)) as server:
            declare(user, list(made(server, other, found, changed=True)), renames(found))
            list(made(server, name, found, changed=False))
            fill(server, found)
            before, rows = tables(running, name), contents(server, found)
            planned = user.succeeds("diff", "--write", "-m", "all", "--json").json
            assert costs(planned["up"], found) == {each.id: str(each.expected) for each in found}
            user.succeeds("apply", "--allow", "all")
            user.succeeds("rollback", "--allow", "all")
            lost = {
                each.partition(":")[2].partition(".")[0] for each in planned["rollback"]["loses"]
            }
            assert differing(contents(server, found), rows) <= lost
        assert without_counters(tables(running, name)) == without_counters(before)


def renames(found: list[Kind]) -> dict[tuple[str, str], str]:
    names = {each.id for each in found}
    return {(id, new): old for id, (new, old) in RENAMED.items() if id in names}


def costs(statements: list[dict[str, Any]], found: list[Kind]) -> dict[str, str]:
    """What the statements of each table cost together."""
    by_table: dict[str, list[Cost]] = defaultdict(list)
    for each in statements:
        assert each["cost"] is not None, each["sql"]
        by_table[each["table"]].append(Cost(each["cost"]["kind"], each["cost"]["blocks"]))
    return {each.id: dearest(by_table[each.id]) for each in found}


def fill(server: Server, found: list[Kind]) -> None:
    server.execute("INSERT INTO par VALUES (5)")
    for kind in found:
        names = [name for name, *_ in server.query(f"SHOW COLUMNS FROM `{kind.id}`")]
        known = [name for name in names if name in ROW]
        values = ", ".join(ROW[name] for name in known)
        server.execute(f"INSERT INTO `{kind.id}` ({', '.join(known)}) VALUES ({values})")


def contents(server: Server, found: list[Kind]) -> dict[str, list[tuple[Any, ...]]]:
    return {each.id: server.query(f"SELECT * FROM `{each.id}`") for each in found}


def without_counters(definitions: dict[str, str]) -> dict[str, str]:
    return {name: re.sub(r" AUTO_INCREMENT=\d+", "", text) for name, text in definitions.items()}


def differing(one: dict[str, Any], other: dict[str, Any]) -> set[str]:
    return {name for name in other if one[name] != other[name]}


def made(server: Server, database: str, found: list[Kind], *, changed: bool) -> Iterator[str]:
    """Make the tables, before the change or after it; gives their definitions."""
    server.use(database)
    server.execute(PARENT)
    yield PARENT
    with server.session({"sql_mode": ""}):
        for kind in found:
            server.execute(kind.table)
            if kind.child:
                server.execute(kind.child)
            if changed:
                server.execute(kind.alter)
            for name in (kind.id, f"{kind.id}_child") if kind.child else (kind.id,):
                yield server.query(f"SHOW CREATE TABLE `{name}`")[0][1]
