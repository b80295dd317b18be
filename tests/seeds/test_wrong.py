"""What is wrong with a seed file is told with its place and what to do, all at once, before any write."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from plumbob.ddl.canonical import canonical
from plumbob.ddl.charsets import Defaults
from plumbob.ddl.completed import completed
from plumbob.declaration import load
from plumbob.errors import Exit, ManyErrors, PlumbobError, Position
from plumbob.model import Flavour, Schema
from plumbob.seeds.checking import check
from plumbob.seeds.files import read_seeds
from plumbob.seeds.offline import check_offline
from plumbob.seeds.order import rows_in_order
from tests.commands.user import User
from tests.load_yaml import load_yaml

HERE = Path(__file__).parent
CASES = load_yaml((HERE / "wrong.yaml").read_text(encoding="utf-8"))
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


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["given"]))
def test_it_is_told_without_a_server(
    case: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All but what variables hold, which are those of another machine."""
    monkeypatch.chdir(tmp_path)
    Path("seeds.yaml").write_text(case["file"], encoding="utf-8")
    try:
        check_offline(read_seeds(Path(".")), load(HERE / "schema.yaml").schema)
        faults: Sequence[PlumbobError] = []
    except ManyErrors as many:
        faults = many.errors
    except PlumbobError as error:
        faults = [error]
    assert [told(fault) for fault in faults] == ([] if "PLUMBOB" in case["file"] else case["says"])


LIVE = (
    "environments: [production, staging]\nrows:\n  countries:\n    at: {code: AT, name: Austria}\n"
)
PEOPLE = "rows:\n  people:\n    ann: {email: a@b, name: Ann}\n"
# A file beside the sound one above: what `schema check` says of it.
CHECKED = {
    "rows:\n  people:\n    bob: {email: b@b, nam: Bob}\n": [
        "error: the row people.bob has no name", "--> seeds/b.yaml:3:5\n",
        "error: the table people has no column 'nam'", "--> seeds/b.yaml:3:23\n",
        "did you mean 'name'?",
    ],
    # For production alone: nobody else would find it.
    "environments: production\nrows:\n  countries:\n    be: {code: Belgium, name: Belgium}\n": [
        "error: countries.code: ", "--> seeds/b.yaml:4:16\n",
    ],
    # In one environment only is there the row.
    PEOPLE.replace("ann", "eve").replace("name: Ann", "name: Eve, boss_id: {row: bob}"): [
        "error: there is no row people.bob", "--> seeds/b.yaml:3:43\n",
    ],
    "rows: [\n": ["--> seeds/b.yaml:2:1\n"],
    PEOPLE: ["error: the row people.ann stands here for the second time", "--> seeds/b.yaml:3:5\n"],
}  # fmt: skip


@pytest.mark.parametrize("text", CHECKED)
def test_schema_check_looks_at_the_seeds_of_every_environment(tmp_path: Path, text: str) -> None:
    user = User(tmp_path)
    user.declare((HERE / "schema.yaml").read_bytes())
    (tmp_path / "seeds").mkdir()
    (tmp_path / "seeds" / "a.yaml").write_text(PEOPLE)
    (tmp_path / "seeds" / "live.yaml").write_text(LIVE)
    assert user.succeeds("check").out.endswith(", and 2 seed files, nothing is wrong\n")
    assert user.succeeds("check", "--json").json["seed_files"] == 2
    (tmp_path / "seeds" / "b.yaml").write_text(text)
    wrong = user.types("check")
    assert wrong.code == Exit.BAD_INPUT
    assert [each for each in CHECKED[text] if each not in wrong.err] == [], wrong.err


def test_schema_check_asks_for_no_variable(tmp_path: Path) -> None:
    user = User(tmp_path)
    user.declare((HERE / "schema.yaml").read_bytes())
    (tmp_path / "seeds").mkdir()
    (tmp_path / "seeds" / "a.yaml").write_text(
        "rows:\n  people:\n"
        "    ann: {email: {env: PLUMBOB_UNSET}, name: Ann}\n"
        "    bob: {email: {env: PLUMBOB_UNSET_TOO}, name: Bob}\n"
    )
    user.succeeds("check")


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
