"""A diff never lies: odd spellings are no differences, and no difference hides, whatever attribute it is in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from plumbob.ddl.fingerprint import fingerprint
from plumbob.declaration import load
from plumbob.diff.change import Alter, Change
from plumbob.model import Check, Column, ForeignKey, Index, KeyPart, Table, Type
from plumbob.server.connection import Server, connect
from plumbob.server.introspect import read_schema
from plumbob.server.target import Target
from plumbob.workflow import Comparison, compare_database
from tests.conftest import empty_database
from tests.load_yaml import load_yaml
from tests.servers import Server as RealServer

HERE = Path(__file__).parent
HIDDEN = load_yaml((HERE / "hidden.yaml").read_text(encoding="utf-8"))
SPELLINGS = load_yaml((HERE / "spellings.yaml").read_text(encoding="utf-8"))
PARENTS = {
    "parent": "CREATE TABLE parent (a int, b int, UNIQUE (a), UNIQUE (b))",
    "other": "CREATE TABLE other (a int, UNIQUE (a))",
}
# No part of a definition, or not to be met without another: an engine attribute that InnoDB takes, a
# table of another name.
UNTESTED = {
    "Column.engine_attribute",
    "Table.name",
}


@pytest.fixture
def connected(every_server: RealServer, every_database: str) -> Iterator[Server]:
    with connect(Target.from_url(every_server.url(every_database))) as found:
        yield found


@pytest.fixture(autouse=True)
def no_answers(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PLUMBOB_CACHE", str(tmp_path / "cache"))


def kind_of(server: Server) -> str:
    """The name under which the tables of this file know a server."""
    if server.flavour.is_mysql:
        return "mysql"
    return "mariadb118" if server.flavour.version >= (11, 5) else "mariadb"


def table_sql(name: str, definition: str) -> str:
    is_closed = ") " in definition and definition.count("(") < definition.count(")")
    return f"CREATE TABLE {name} ({definition}{'' if is_closed else ')'}"


def compared(server: Server, folder: Path, tables: dict[str, str]) -> Comparison:
    declaration = folder / "schema.sql"
    declaration.write_text(";\n".join(tables.values()), encoding="utf-8")
    return compare_database(load(declaration), server, scratch="target")


def altered(changes: tuple[Change, ...]) -> set[str]:
    return {change.after.name for change in changes if isinstance(change, Alter)}


def test_no_spelling_is_a_difference(
    connected: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a server makes of a text that people wrote is what the text declares."""
    tables = dict(PARENTS)
    for group in SPELLINGS:
        if kind_of(connected) in group["servers"]:
            for definition in group["tables"]:
                name = f"t{len(tables)}"
                tables[name] = table_sql(name, definition.replace("NAME", name))
    for sql in tables.values():
        connected.execute(sql)
    found = compared(connected, tmp_path, tables)
    assert [statement.sql for statement in found.plan.up] == []
    assert not found.changes
    # The same from memory.
    monkeypatch.setattr("plumbob.workflow.open_scratch", None)
    assert not compared(connected, tmp_path, tables).changes


def test_no_difference_hides(connected: Server, tmp_path: Path, every_server: RealServer) -> None:
    cases = {
        f"t{number}": case
        for number, case in enumerate(HIDDEN)
        if kind_of(connected) in case.get("servers", (kind_of(connected),))
    }
    tables = dict(PARENTS)
    for name, case in cases.items():
        tables[name] = table_sql(name, case["table"].replace("NAME", name))
    for sql in tables.values():
        connected.execute(sql)
    assert not compared(connected, tmp_path, tables).changes
    with empty_database(every_server) as elsewhere:
        connected.execute(f"CREATE TABLE {elsewhere}.parent (a int, UNIQUE (a))")
        for name, case in cases.items():
            change_behind_our_back(connected, name, case, elsewhere)
        found = compared(connected, tmp_path, tables).changes
        seen = altered(found)
        assert [case for name, case in cases.items() if name not in seen] == []
        for name in cases:
            connected.execute(f"DROP TABLE {name}")


def change_behind_our_back(server: Server, name: str, case: dict[str, Any], elsewhere: str) -> None:
    with server.session(case.get("session", {})):
        for clauses in case["alter"].split("; "):
            clauses = clauses.replace("NAME", name).replace("ELSEWHERE", elsewhere)
            server.execute(f"ALTER TABLE {name} {clauses}")


def test_a_parent_that_came_later_is_the_same_parent(connected: Server, tmp_path: Path) -> None:
    """A child that was made before its parent, as dumps do, keeps the case in which it names columns."""
    tables = {
        "parent": "CREATE TABLE parent (id int PRIMARY KEY)",
        "child": "CREATE TABLE child (a int, CONSTRAINT f FOREIGN KEY (a) REFERENCES parent (Id))",
    }
    with connected.session({"foreign_key_checks": "0"}):
        connected.execute(tables["child"])
        connected.execute(tables["parent"])
    before = read_schema(connected).tables["child"]
    assert before.foreign_keys[0].parent_columns == ("Id",)
    found = compared(connected, tmp_path, tables)
    assert not found.changes
    assert fingerprint(found.live.tables["child"], connected.flavour) == fingerprint(
        before, connected.flavour
    )


@pytest.mark.parametrize("kind", [Column, Type, Index, KeyPart, ForeignKey, Check, Table])
def test_every_attribute_is_changed_once(kind: type) -> None:
    compared_ones = {f"{kind.__name__}.{field.name}" for field in fields(kind) if field.compare}
    assert compared_ones - UNTESTED - {case["what"] for case in HIDDEN} == set()
