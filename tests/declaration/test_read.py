"""A declaration means what CREATE TABLE means, in each of its forms."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from plumbob.ddl.tables import parse_create_table
from plumbob.declaration import load
from plumbob.model import Schema, Table
from tests.load_yaml import load_yaml

CASES = load_yaml(Path(__file__).with_name("read.yaml").read_text(encoding="utf-8"))


def read(text: str, folder: Path) -> Schema:
    path = folder / "schema.yaml"
    path.write_text(text, encoding="utf-8")
    return load(path).schema


def created(sql: str) -> dict[str, Table]:
    tables = [parse_create_table(each) for each in sql.split(";\n") if each.strip()]
    return {table.name: table for table in tables}


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.get('id', '')} {case['given']}")
def test_it_means_the_same(case: dict[str, Any], tmp_path: Path) -> None:
    schema = read(case["file"], tmp_path)
    assert list(schema.tables) == list(created(case["is"]))
    for name, expected in created(case["is"]).items():
        found = schema.tables[name]
        assert found == expected
        # These take no part in comparing schemas.
        assert found.auto_increment == expected.auto_increment
        assert [index.using for index in found.indexes] == [each.using for each in expected.indexes]
        assert [index.named for index in found.indexes] == [each.named for each in expected.indexes]


def test_what_the_server_does_not_know_is_kept_for_models(tmp_path: Path) -> None:
    schema = read(
        """
        tables:
          users: {columns: {id: int primary key}, model: {class: Person, base: Audited}}
          files:
            columns:
              a: {type: int references users(id), as: owner, backref: files}
              b: int
            foreign_keys:
              fk_b: {columns: b, references: users(id), as: editor, backref: edited}
        """,
        tmp_path,
    )
    ends = [(key.alias, key.backref) for key in schema.tables["files"].foreign_keys]
    assert ends == [("owner", "files"), ("editor", "edited")]
    assert schema.tables["users"].model == {"class": "Person", "base": "Audited"}


def test_renames(tmp_path: Path) -> None:
    path = tmp_path / "schema.yaml"
    path.write_text(
        """
        mixins: {m: {columns: {made: {type: date, was: created}}}}
        tables:
          people:
            was: users
            use: m
            columns:
              id: int
              lat: {type: int, was: lon}
              lon: {type: int, was: lat}
            indexes: {ix: {columns: id, was: old_ix}}
          users: {columns: {id: int}}
        """,
        encoding="utf-8",
    )
    renames = load(path).renames
    assert renames.tables == {"people": "users"}
    assert renames.columns == {
        ("people", "lat"): "lon",
        ("people", "lon"): "lat",
        ("people", "made"): "created",
    }
    assert renames.indexes == {("people", "ix"): "old_ix"}
