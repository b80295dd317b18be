"""A plan is run both ways before it is written: a planner with a bug is caught, and nothing is written."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from plumbob.declaration import load
from plumbob.errors import Exit, PlumbobError
from plumbob.plan.statement import Plan
from plumbob.proof import PlanIsWrong
from plumbob.server.connection import Server, connect
from plumbob.server.target import Target
from plumbob.workflow import Comparison, compare_database
from tests.conftest import Servers, empty_database
from tests.servers import Server as RealServer

LIVE = (
    "CREATE TABLE p (id int NOT NULL, PRIMARY KEY (id)) COMMENT='old'",
    "CREATE TABLE c (id int NOT NULL, p_id int, gone varchar(9) DEFAULT 'x' COMMENT 'why', "
    "PRIMARY KEY (id), KEY k (p_id), CONSTRAINT fk FOREIGN KEY (p_id) REFERENCES p (id))",
)
DECLARED = """
CREATE TABLE p (id bigint NOT NULL, PRIMARY KEY (id)) COMMENT='new';
CREATE TABLE c (id int NOT NULL, p_id bigint, came datetime, PRIMARY KEY (id),
  KEY k (p_id, came), CONSTRAINT fk FOREIGN KEY (p_id) REFERENCES p (id) ON DELETE CASCADE);
CREATE TABLE n (id int PRIMARY KEY);
"""


@pytest.fixture
def connected(server: RealServer, database: str) -> Iterator[Server]:
    with connect(Target.from_url(server.url(database))) as found:
        for text in LIVE:
            found.execute(text)
        yield found


def proved(connected: Server, folder: Path) -> Comparison:
    path = folder / "schema.sql"
    path.write_text(DECLARED)
    return compare_database(load(path), connected, scratch="target", proved=True)


def test_both_ways_are_run_and_each_step_is_recorded(connected: Server, tmp_path: Path) -> None:
    found = proved(connected, tmp_path)
    assert found.proof is not None
    assert len(found.proof.up) == len(found.plan.up)
    assert len(found.proof.down) == len(found.plan.down)
    assert all(found.proof.up)
    assert connected.query("SHOW TABLES") == [("c",), ("p",)]


def without_a_clause(plan: Plan) -> Plan:
    up = [replace(each, sql=each.sql.replace(",\n  COMMENT 'new'", "")) for each in plan.up]
    return replace(plan, up=tuple(up))


def in_the_wrong_order(plan: Plan) -> Plan:
    return replace(plan, up=tuple(reversed(plan.up)))


def with_a_rollback_that_loses_an_attribute(plan: Plan) -> Plan:
    down = [replace(each, sql=each.sql.replace(" COMMENT 'why'", "")) for each in plan.down]
    return replace(plan, down=tuple(down))


@pytest.mark.parametrize(
    "bug", [without_a_clause, in_the_wrong_order, with_a_rollback_that_loses_an_attribute]
)
def test_a_bug_of_the_planner_is_caught(
    bug: Callable[[Plan], Plan],
    connected: Server,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from plumbob import workflow

    sound = workflow.plan
    monkeypatch.setattr(workflow, "plan", lambda *sides: bug(sound(*sides)))
    with pytest.raises(PlanIsWrong) as caught:
        proved(connected, tmp_path)
    assert caught.value.exit == Exit.FAILED
    assert connected.query("SHOW TABLES") == [("c",), ("p",)]


def test_a_table_that_nobody_touches_may_be_spelled_as_people_do(
    connected: Server, tmp_path: Path
) -> None:
    """Expressions of a check, a default and a generated column, below a view that comes."""
    columns = "a int check (a > 0), b int default (1 + 1), c int as (a + b)"
    connected.execute(f"CREATE TABLE s ({columns})")
    path = tmp_path / "schema.sql"
    said = f"CREATE TABLE s ({columns}); CREATE VIEW v AS SELECT a FROM s;"
    path.write_text(f"{';'.join(LIVE)}; {said}")
    found = compare_database(load(path), connected, scratch="target", proved=True)
    assert found.proof is not None
    assert [each.about for each in found.plan.up] == ["create view v"]


def test_a_view_that_mysql_cannot_make_again_is_named(servers: Servers, tmp_path: Path) -> None:
    """What it keeps of a text that it compares with binary gives another one each time."""
    running = servers("mysql")
    (tmp_path / "schema.yaml").write_text("tables: {p: {columns: {a: varbinary(9)}}}\nviews: {}\n")
    with empty_database(running) as name, connect(Target.from_url(running.url(name))) as live:
        live.execute("CREATE TABLE p (a varbinary(9))")
        live.execute("CREATE VIEW v AS SELECT a FROM p WHERE a = '€'")
        with pytest.raises(PlumbobError, match="no way back would make the view v") as caught:
            compare_database(load(tmp_path / "schema.yaml"), live, scratch="target", proved=True)
    assert caught.value.exit == Exit.UNSAFE
    assert "_utf8mb4" in caught.value.advice
