"""Nothing is lost without a hazard that names it: each change of `losses.yaml` is run over real rows.

What the server does is measured anew each time: it keeps the values, loses some, or refuses. The rows
that it would refuse are found before, and no others.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import pytest

from plumbob.declaration import load
from plumbob.migration.run.counting import count_rows
from plumbob.plan.statement import OBSTACLES, Statement
from plumbob.server.connection import Server
from plumbob.server.errors import ServerError
from plumbob.workflow import compare_database
from tests.load_yaml import load_yaml

SERVERS = ("mysql", "mariadb")
CASES = load_yaml(Path(__file__).with_name("losses.yaml").read_text(encoding="utf-8"))
OF_TABLE = ("change-engine",)
# One after the other on each server: they share a database there.
PAIRS = [
    pytest.param(server, case, id=f"{case['id']}-{server}")
    for server in (*SERVERS, "mariadb118")
    for case in CASES
    if server in case.get("servers", SERVERS)
]


@pytest.mark.parametrize(("server", "case"), PAIRS)
def test_loss(
    databases: Callable[[str], Server], server: str, case: dict[str, Any], tmp_path: Path
) -> None:
    database = databases(server)
    database.execute("DROP TABLE IF EXISTS t")
    database.execute(f"CREATE TABLE t (id int NOT NULL, {case['old']}){case.get('was', '')}")
    with database.session({"sql_mode": "STRICT_ALL_TABLES"}):
        for number, value in enumerate(case["values"]):
            database.execute(f"INSERT INTO t (id, v) VALUES ({number + 1}, {value})")
    declared = tmp_path / "schema.sql"
    declared.write_text(f"CREATE TABLE t (id int NOT NULL, {case['new']}){case.get('becomes', '')}")
    plan = compare_database(load(declared), database, scratch="none").plan
    counted = count_rows(database, plan.hazards)
    outcome = run(database, plan.up)
    assert outcome == told(case["outcome"], server)
    found = dict.fromkeys(
        each.hazard.approval for each in counted if each.hazard.kind not in OBSTACLES
    )
    kinds = told(case["hazards"], server)
    assert list(found) == [kind if ":" in kind else f"{kind}:{owner(kind)}" for kind in kinds]
    assert not [each.why for each in counted if each.why]
    assert any(each.is_refused for each in counted) is (outcome == "refused")
    assert any(each.needs_approval for each in counted) or outcome != "lost"


def owner(kind: str) -> str:
    """The object of a hazard that is told by its kind alone."""
    return "t" if kind in OF_TABLE else "t.v"


def told(expected: Any, server: str) -> Any:
    """What is said of one server, or of all."""
    if not isinstance(expected, dict):
        return expected
    return expected[server if server in expected else "mariadb"]


def run(database: Server, statements: tuple[Statement, ...]) -> str:
    """What becomes of the values: "kept", "lost" or "refused"."""
    assert statements
    before = values(database)
    try:
        for statement in statements:
            with database.session(dict(statement.session)):
                database.execute(statement.sql)
    except ServerError:
        assert values(database) == before
        return "refused"
    after = None
    with suppress(ServerError):
        after = values(database)
    is_kept = after is not None and len(after) == len(before)
    return "kept" if is_kept and all(map(is_same, before, after or ())) else "lost"


def values(database: Server) -> list[Any]:
    return [row[0] for row in database.query("SELECT v FROM t ORDER BY id")]


def is_same(before: Any, after: Any) -> bool:
    """Whether a reader finds the same number, text or moment."""
    if before == after or str(before) == str(after):
        return True
    if None in (before, after):
        return False
    with suppress(InvalidOperation):
        return not isinstance(before, str) and Decimal(str(before)) == Decimal(str(after))
    return str(after) == f"{before} 00:00:00"
