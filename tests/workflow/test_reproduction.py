"""A database is rebuilt from its declaration, and what is not the same is named with its clause."""

from __future__ import annotations

from pathlib import Path

from plumbob.declaration import load
from plumbob.server.connection import connect
from plumbob.server.target import Target
from plumbob.workflow.reproduction import reproduce
from tests.servers import Server


def test_what_differs_is_named_with_its_line(server: Server, database: str, tmp_path: Path) -> None:
    path = tmp_path / "schema.yaml"
    path.write_text(
        "tables:\n  same: {columns: {id: int}}\n  other: {columns: {id: int, a: int not null}}\n"
        "  missing: {columns: {id: int}}\n"
    )
    with connect(Target.from_url(server.url(database))) as connection:
        connection.execute("CREATE TABLE same (id int)")
        connection.execute("CREATE TABLE other (id int, a varchar(9) NOT NULL)")
        connection.execute("CREATE TABLE left_out (id int)")
        found = reproduce(load(path), connection, scratch="target")
        nowhere = reproduce(load(path), connection, scratch="none")
    assert found.objects == 4
    assert [each.name for each in found.unlike] == ["left_out", "missing", "other"]
    left_out, missing, other = found.unlike
    assert (left_out.live, left_out.rebuilt) == ("CREATE TABLE `left_out` (", "")
    assert (missing.live, missing.rebuilt) == ("", "CREATE TABLE `missing` (")
    assert other.live.startswith("`a` varchar(9)")
    assert other.rebuilt.startswith("`a` int")
    assert nowhere.unproved == "no scratch database was wanted"
    assert not nowhere.is_proved
