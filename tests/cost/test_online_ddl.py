"""Every measured kind of ALTER TABLE: what the proof says that it costs is what it was measured to cost.

Each kind is a table of its own, all of them are changed in one plan, and each statement is proved. No
statement may be cheaper than it was measured; where the plan takes a better way, the data say so.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from plumbob.declaration import load
from plumbob.model import Renames
from plumbob.plan.cost import Cost
from plumbob.plan.statement import Statement
from plumbob.server.connection import Server, connect
from plumbob.server.target import Target
from plumbob.workflow import compare_database
from tests.conftest import Servers, empty_database
from tests.cost.kinds import Kind, dearest, kinds
from tests.servers import Server as RealServer

PARENT = "CREATE TABLE par (id int unsigned NOT NULL PRIMARY KEY)"
RENAMED = {
    "col_rename": ("a2", "a"),
    "col_rename_indexed": ("b2", "b"),
    "col_rename_change": ("a2", "a"),
    "col_rename_fk_parent": ("id2", "id"),
    "col_rename_in_generated": ("a2", "a"),
}


@pytest.mark.parametrize("maker", ["mysql", "mariadb"])
def test_each_kind_costs_what_was_measured(servers: Servers, maker: str, tmp_path: Path) -> None:
    found = kinds(maker)
    with empty_database(servers(maker)) as name, empty_database(servers(maker)) as other:
        statements = planned(servers(maker), name, other, found, tmp_path)
    by_table: dict[str, list[Cost]] = defaultdict(list)
    for each in statements:
        assert each.cost is not None, each.sql
        by_table[each.table].append(replace(each.cost, rows=None, bytes=None))
    costs = {each.id: dearest(by_table[each.id]) for each in found}
    assert costs == {each.id: str(each.expected) for each in found}


def planned(
    running: RealServer, name: str, other: str, found: list[Kind], folder: Path
) -> tuple[Statement, ...]:
    """The way from the tables of all kinds to what their statements make of them, proved."""
    with connect(Target.from_url(running.url(name))) as server:
        texts = list(made(server, other, found, changed=True))
        (folder / "schema.sql").write_text(";\n".join(texts))
        list(made(server, name, found, changed=False))
        declaration = load(folder / "schema.sql")
        renamed = {(id, new): old for id, (new, old) in RENAMED.items()}
        declaration = replace(declaration, renames=Renames(columns=renamed))
        plan = compare_database(declaration, server, scratch="target", proved=True).plan
    return plan.up


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
