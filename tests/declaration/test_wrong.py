"""What is wrong with a declaration is told with its place, its words and what to do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from plumbob.declaration import load, validate
from plumbob.errors import Exit, ManyErrors, PlumbobError, Position
from plumbob.model import Flavour
from tests.load_yaml import load_yaml

CASES = load_yaml(Path(__file__).with_name("wrong.yaml").read_text(encoding="utf-8"))
SERVERS = {"mysql": Flavour("mysql", (9, 7, 0)), "mariadb": Flavour("mariadb", (10, 11, 0))}


def faults_of(path: Path, flavour: Flavour | None = None) -> list[PlumbobError]:
    """All that is wrong with a file, first of its form, then of what it declares."""
    try:
        validate(load(path), flavour)
    except ManyErrors as many:
        return many.errors
    except PlumbobError as error:
        return [error]
    return []


def told(error: PlumbobError) -> str:
    where = error.where
    assert isinstance(where, Position), error.what
    return f"{where.line}:{where.column} {error.what}"


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.get('id', '')} {case['given']}")
def test_it_is_told(case: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    path = Path("schema.yaml")
    path.write_bytes(case["file"].encode())
    faults = faults_of(path, SERVERS.get(case.get("server", "")))
    assert all(fault.exit == Exit.BAD_INPUT for fault in faults)
    messages = [told(fault) for fault in faults]
    for expected in case["says"]:
        assert any(message.startswith(expected) for message in messages), messages
    assert len(messages) == len(case["says"]), messages
    if "meant" in case:
        assert case["meant"] in faults[0].advice
