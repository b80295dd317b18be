"""What a database has is taken into the file as a person would write it, and all else stays."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from plumbob.declaration import load
from plumbob.declaration.edit import edit
from plumbob.declaration.source import Source
from plumbob.declaration.sql_statements import statements
from plumbob.errors import Exit, PlumbobError
from plumbob.server.connection import Server as Connection
from plumbob.server.connection import connect
from plumbob.server.target import Target
from plumbob.workflow import compare_database
from plumbob.workflow.pull import Pulled, pull
from plumbob.workflow.reproduction import reproduce
from tests.load_yaml import load_yaml
from tests.servers import Server

CASES: list[dict[str, Any]] = load_yaml(
    Path(__file__).with_name("edit.yaml").read_text(encoding="utf-8")
)


@pytest.fixture
def connection(server: Server, database: str) -> Iterator[Connection]:
    with connect(Target.from_url(server.url(database))) as found:
        yield found


def apply(path: Path, connection: Connection) -> None:
    """Make the database what the declaration says."""
    for statement in compare_database(load(path), connection, scratch="none").plan.up:
        with connection.session(dict(statement.session)):
            connection.execute(statement.sql)


def pulled(path: Path, connection: Connection, *, every_kind: bool = False) -> Pulled:
    found = pull(load(path), connection, scratch="target", every_kind=every_kind)
    found.write()
    return found


def assert_nothing_to_edit(path: Path, connection: Connection) -> None:
    """Nothing is written, not even when every table is looked at part by part."""
    declaration = load(path)
    assert pull(declaration, connection, scratch="target").contents == {}
    if declaration.schema.tables:
        both = compare_database(declaration, connection, scratch="target")
        names = {*both.live.tables, *map(str, both.live.stored)}
        found = edit(declaration, both.declared, both.live, both.flavour, changed=names)
        assert found.contents == {}


def lay_out(folder: Path, files: str | dict[str, str]) -> Path:
    """Write the files of a case, the first of them being the declaration."""
    named = {"schema.yaml": files} if isinstance(files, str) else files
    for name, text in named.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(text.encode())
    return folder / next(iter(named))


def contents(folder: Path, files: str | dict[str, str]) -> str | dict[str, str]:
    if isinstance(files, str):
        return (folder / "schema.yaml").read_bytes().decode()
    return {name: (folder / name).read_bytes().decode() for name in files}


@pytest.mark.parametrize("case", CASES, ids=[case["when"] for case in CASES])
def test_it_is_taken_in_so(
    case: dict[str, Any], server: Server, connection: Connection, tmp_path: Path
) -> None:
    if case.get("server", connection.flavour.maker) != connection.flavour.maker:
        return
    before = case["before"]
    path = lay_out(tmp_path, before)
    path = tmp_path / case.get("folder", path)
    every_kind = case.get("every_kind", False)
    apply(path, connection)
    assert_nothing_to_edit(path, connection)
    if "edit" in case:
        path.write_text(case["edit"])
    # Whoever changes it does so in a session as the server gives it.
    connection.execute("SET sql_mode = @@GLOBAL.sql_mode")
    for statement in statements(Source("", case["change"])):
        connection.execute(statement.sql)
    found = pulled(path, connection, every_kind=every_kind)
    assert contents(tmp_path, before) == case["after"]
    assert [f"{each.table}: {each.what}" for each in found.remarks] == case.get("remarks", [])
    assert pulled(path, connection, every_kind=every_kind).contents == {}
    assert reproduce(load(path), connection, scratch="target").is_proved


def test_a_file_that_changes_meanwhile_is_left_alone(
    connection: Connection, tmp_path: Path
) -> None:
    path = lay_out(tmp_path, "tables: {t: {columns: {id: int}}}\n")
    apply(path, connection)
    connection.execute("ALTER TABLE t ADD a int")
    found = pull(load(path), connection, scratch="none")
    path.write_text("tables: {}   # somebody else\n")
    with pytest.raises(PlumbobError, match="was changed while it was read") as caught:
        found.write()
    assert caught.value.exit == Exit.STALE
    assert path.read_text() == "tables: {}   # somebody else\n"
    assert [each.name for each in tmp_path.iterdir()] == ["schema.yaml"]


def test_a_file_keeps_its_mode_and_its_link(connection: Connection, tmp_path: Path) -> None:
    path = lay_out(tmp_path, "tables: {t: {columns: {id: int}}}\n")
    path.chmod(0o640)
    link = tmp_path / "link.yaml"
    link.symlink_to(path)
    apply(link, connection)
    connection.execute("ALTER TABLE t ADD a int")
    pulled(link, connection)
    assert link.is_symlink()
    assert path.read_text() == "tables: {t: {columns: {id: int, a: int}}}\n"
    assert path.stat().st_mode & 0o7777 == 0o640


def test_an_empty_database_is_the_wrong_one(connection: Connection, tmp_path: Path) -> None:
    path = lay_out(tmp_path, "tables: {t: {columns: {id: int}}}\n")
    with pytest.raises(PlumbobError, match="has no tables, and the declaration has 1") as caught:
        pull(load(path), connection, scratch="none")
    assert caught.value.exit == Exit.UNSAFE
