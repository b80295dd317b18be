"""Three bugs put into the planner: `schema diff --write` finds each by running the plan, and writes nothing.

A forgotten clause, statements in the wrong order, and a rollback that loses an attribute.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from plumbob import workflow
from plumbob.plan.statement import Plan
from tests.commands.user import User, tables
from tests.servers import Server

LIVE = """
CREATE TABLE p (id int NOT NULL, PRIMARY KEY (id)) COMMENT='old';
CREATE TABLE c (id int NOT NULL, p_id int, gone varchar(9) DEFAULT 'x' COMMENT 'why', PRIMARY KEY (id),
  KEY k (p_id), CONSTRAINT fk FOREIGN KEY (p_id) REFERENCES p (id));
"""
DECLARED = """
CREATE TABLE p (id bigint NOT NULL, PRIMARY KEY (id)) COMMENT='new';
CREATE TABLE c (id int NOT NULL, p_id bigint, came datetime, PRIMARY KEY (id), KEY k (p_id, came),
  CONSTRAINT fk FOREIGN KEY (p_id) REFERENCES p (id) ON DELETE CASCADE);
CREATE TABLE n (id int PRIMARY KEY);
"""


def without_a_clause(plan: Plan) -> Plan:
    up = [replace(each, sql=each.sql.replace(",\n  COMMENT 'new'", "")) for each in plan.up]
    assert tuple(up) != plan.up
    return replace(plan, up=tuple(up))


def in_the_wrong_order(plan: Plan) -> Plan:
    return replace(plan, up=tuple(reversed(plan.up)))


def with_a_rollback_that_loses_an_attribute(plan: Plan) -> Plan:
    down = [replace(each, sql=each.sql.replace(" COMMENT 'why'", "")) for each in plan.down]
    assert tuple(down) != plan.down
    return replace(plan, down=tuple(down))


BUGS: tuple[tuple[Callable[[Plan], Plan], str], ...] = (
    (without_a_clause, "the way up does not lead to the declaration: p"),
    (in_the_wrong_order, "the way up fails at: "),
    (with_a_rollback_that_loses_an_attribute, "the way down does not lead back: c"),
)


def test_a_bug_of_the_planner_is_caught_by_the_proof_and_nothing_is_written(
    root: User, server: Server, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """D25: what a plan leads to is seen on a scratch database before anybody gets it."""
    root.declare(LIVE, "schema.sql")
    root.brings_in_sync()
    before = tables(server, database)
    root.declare(DECLARED, "schema.sql")
    sound = workflow.plan
    for bug, said in BUGS:
        with monkeypatch.context() as patch:
            patch.setattr(workflow, "plan", lambda *sides, bug=bug: bug(sound(*sides)))
            result = root.types("diff", "--write", "-m", "bug")
        assert result.code == 7, result
        assert said in result.err
        assert "this is a bug of plumbob: nothing was written" in result.err
        assert not list(root.folder.glob("generated/migrations/*bug*"))
    assert tables(server, database) == before
    root.succeeds("diff", "--write", "-m", "sound")
