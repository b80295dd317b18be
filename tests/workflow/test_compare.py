"""A declaration and a database side by side: false differences, hidden ones, and what is never touched."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from plumbob.declaration import Declaration, load
from plumbob.diff.change import Alter, Create, Drop
from plumbob.errors import Exit, PlumbobError
from plumbob.server import memory
from plumbob.server.connection import Server, connect
from plumbob.server.target import Target
from plumbob.workflow import compare_database
from tests.servers import Server as RealServer

REWRITTEN = """
CREATE TABLE t (
  id int PRIMARY KEY,
  a int,
  b varchar(20) DEFAULT 'x',
  CONSTRAINT ck CHECK (a in (1, 2) or not (a = 5))
)
"""


@pytest.fixture
def connected(server: RealServer, database: str) -> Iterator[Server]:
    with connect(Target.from_url(server.url(database))) as found:
        yield found


@pytest.fixture(autouse=True)
def no_answers(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(memory, "cache_folder", lambda: tmp_path / "cache")


def declared(folder: Path, text: str) -> Declaration:
    path = folder / "schema.sql"
    path.write_text(text)
    return load(path)


def test_a_rewritten_expression_is_no_difference(connected: Server, tmp_path: Path) -> None:
    connected.execute(REWRITTEN)
    found = compare_database(declared(tmp_path, REWRITTEN), connected, scratch="target")
    assert not found.changes
    assert not found.plan.up
    assert not found.unconfirmed


def test_without_scratch_it_is_shown_as_unconfirmed(connected: Server, tmp_path: Path) -> None:
    connected.execute(REWRITTEN)
    found = compare_database(declared(tmp_path, REWRITTEN), connected, scratch="none")
    assert found.changes
    assert found.unconfirmed


def test_an_unchanged_table_asks_once(
    connected: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    connected.execute(REWRITTEN)
    declaration = declared(tmp_path, REWRITTEN)
    compare_database(declaration, connected, scratch="target")

    def refuse(*args: object) -> None:
        raise AssertionError("the scratch database was asked again")

    monkeypatch.setattr("plumbob.workflow.open_scratch", refuse)
    assert not compare_database(declaration, connected, scratch="target").changes


def test_a_hidden_difference_is_found_although_the_answer_is_remembered(
    connected: Server, tmp_path: Path
) -> None:
    connected.execute(REWRITTEN)
    declaration = declared(tmp_path, REWRITTEN)
    compare_database(declaration, connected, scratch="target")
    connected.execute("ALTER TABLE t DROP CONSTRAINT ck, ADD CONSTRAINT ck CHECK (a in (1, 2))")
    found = compare_database(declaration, connected, scratch="target")
    assert [type(change) for change in found.changes] == [Alter]


def test_an_unnamed_key_takes_the_name_that_is_there(connected: Server, tmp_path: Path) -> None:
    parent = "CREATE TABLE p (id int PRIMARY KEY);"
    child = "CREATE TABLE c (p_id int, {} (p_id) REFERENCES p (id))"
    connected.execute(parent.rstrip(";"))
    connected.execute(child.format("CONSTRAINT c_ibfk_7 FOREIGN KEY"))
    text = parent + child.format("FOREIGN KEY")
    assert not compare_database(declared(tmp_path, text), connected, scratch="target").changes


def test_what_the_declaration_lacks_is_planned_as_a_drop_with_its_hazard(
    connected: Server, tmp_path: Path
) -> None:
    connected.execute("CREATE TABLE old (id int)")
    text = "CREATE TABLE new (id int)"
    found = compare_database(declared(tmp_path, text), connected, scratch="target")
    assert {type(change) for change in found.changes} == {Create, Drop}
    hazards = [each.approval for each in found.plan.hazards]
    assert hazards == ["drop-table:old"]


def test_an_empty_declaration_is_refused(connected: Server, tmp_path: Path) -> None:
    connected.execute("CREATE TABLE t (id int)")
    path = tmp_path / "schema.yaml"
    path.write_text("tables: {}\n")
    with pytest.raises(PlumbobError, match="has no tables") as caught:
        compare_database(load(path), connected)
    assert caught.value.exit == Exit.UNSAFE


def test_a_view_of_the_declared_name_is_not_replaced(connected: Server, tmp_path: Path) -> None:
    connected.execute("CREATE VIEW t AS SELECT 1 AS id")
    with pytest.raises(PlumbobError, match="has a view of that name"):
        compare_database(declared(tmp_path, "CREATE TABLE t (id int)"), connected)


def test_what_the_server_refuses_is_told_with_its_place(connected: Server, tmp_path: Path) -> None:
    text = "CREATE TABLE t (\n  a int,\n  CONSTRAINT ck CHECK (no_such_column > 1)\n)"
    with pytest.raises(PlumbobError, match="no_such_column") as caught:
        compare_database(declared(tmp_path, text), connected, scratch="target")
    assert caught.value.exit == Exit.BAD_INPUT


def test_the_counter_is_no_difference(connected: Server, tmp_path: Path) -> None:
    text = "CREATE TABLE t (id int AUTO_INCREMENT PRIMARY KEY)"
    connected.execute(text)
    connected.execute("INSERT INTO t VALUES (41)")
    assert not compare_database(declared(tmp_path, text), connected, scratch="target").changes
    lower = text + " AUTO_INCREMENT=10"
    assert not compare_database(declared(tmp_path, lower), connected, scratch="target").changes
    higher = text + " AUTO_INCREMENT=100"
    found = compare_database(declared(tmp_path, higher), connected, scratch="target")
    assert [statement.sql for statement in found.plan.up] == ["ALTER TABLE `t` AUTO_INCREMENT=100"]
    assert not found.plan.down
