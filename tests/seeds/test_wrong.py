"""What is wrong with a seed file is told with its place and what to do, all at once, before any write."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml

from plumbob.ddl.canonical import canonical
from plumbob.ddl.charsets import Defaults
from plumbob.ddl.completed import completed
from plumbob.declaration import load
from plumbob.errors import Exit, ManyErrors, PlumbobError, Position
from plumbob.model import Flavour, Schema
from plumbob.seeds.checking import check
from plumbob.seeds.files import read_seeds
from plumbob.seeds.order import rows_in_order

HERE = Path(__file__).parent
CASES = yaml.safe_load((HERE / "wrong.yaml").read_text(encoding="utf-8"))
FLAVOURS = [Flavour("mysql", (9, 7, 0)), Flavour("mariadb", (10, 11, 0))]
ENVIRON = {"PLUMBOB_TEST_SECRET": "correct horse bat"}


def declared(flavour: Flavour) -> Schema:
    schema = completed(load(HERE / "schema.yaml").schema, flavour)
    return canonical(schema, flavour, Defaults("utf8mb4", "utf8mb4_unicode_ci", {}))


@pytest.fixture(scope="module", params=FLAVOURS, ids=str)
def schema(request: pytest.FixtureRequest) -> Schema:
    return declared(request.param)


def faults_of(schema: Schema, environment: str = "test") -> Sequence[PlumbobError]:
    """All that is wrong with the seeds of the working folder."""
    try:
        seeds = read_seeds(Path("."))
        rows = check(seeds, seeds.chosen(environment, by_name=False), schema, ENVIRON)
        rows_in_order(rows, schema)
    except ManyErrors as many:
        return many.errors
    except PlumbobError as error:
        return [error]
    return []


def told(error: PlumbobError) -> str:
    assert isinstance(error.where, Position), error.what
    return f"{error.where.line}:{error.where.column} {error.what}"


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["given"]))
def test_it_is_told(
    case: dict[str, Any], schema: Schema, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("seeds.yaml").write_text(case["file"], encoding="utf-8")
    faults = faults_of(schema)
    assert [told(fault) for fault in faults] == case["says"]
    assert all(fault.exit == Exit.BAD_INPUT for fault in faults)
    if "meant" in case:
        assert faults[0].advice == case["meant"]


def test_a_row_of_another_environment_is_not_taken_for_a_slip(
    schema: Schema, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("all.yaml").write_text(
        "rows:\n  people:\n    ann: {email: a@b, name: Ann, boss_id: {row: bob}}\n"
    )
    Path("live.yaml").write_text(
        "environments: [staging, live]\nrows:\n  people:\n    bob: {email: b@b, name: Bob}\n"
    )
    assert [told(each) for each in faults_of(schema)] == [
        "3:43 the row people.bob is in live.yaml, which is not for this environment"
    ]
    assert faults_of(schema, "live") == []


def test_files_share_their_labels(
    schema: Schema, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("one", "two"):
        Path(f"{name}.yaml").write_text("rows:\n  countries:\n    at: {code: AT, name: Austria}\n")
    assert [told(each) for each in faults_of(schema)] == [
        "3:5 the row countries.at stands here for the second time; the first is in one.yaml, line 3"
    ]
