"""A database is rebuilt from its declaration, and what is not the same is named with its clause."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from plumbob.declaration import load
from plumbob.model import NotUnderstood
from plumbob.server.connection import connect
from plumbob.server.target import Target
from plumbob.workflow import read_live
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


def test_what_is_not_understood_is_not_reproduced(
    server: Server, database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "schema.yaml"
    path.write_text("tables:\n  t: {columns: {id: int}}\nfunctions: {}\n")
    # What no grammar of ours reads: a function in the words of another database.
    odd = NotUnderstood("f", "CREATE FUNCTION ...", "expected RETURNS", "function")
    hidden = NotUnderstood("p", "CREATE PROCEDURE ...", "expected (", "procedure")
    with connect(Target.from_url(server.url(database))) as connection:
        connection.execute("CREATE TABLE t (id int)")
        live = read_live(connection)
        found = replace(live, not_understood={"function:f": odd, "procedure:p": hidden})
        monkeypatch.setattr("plumbob.workflow.reproduction.read_live", lambda *_: found)
        proof = reproduce(load(path), connection, scratch="target")
    assert proof.objects == 2
    assert [(each.name, each.live) for each in proof.unlike] == [("function:f", "expected RETURNS")]
