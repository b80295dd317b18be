"""The page on the declaration tells the truth: its example loads, its table has every key."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from plumbob.declaration import load, validate
from plumbob.declaration.keys import LEVELS

PAGE = (Path(__file__).parents[2] / "docs" / "declaration.md").read_text(encoding="utf-8")
FORMS = re.findall(
    r"^\| (column|index|foreign key|check|period) \| `(.*?)` \| `(\{.*?\})` \|$", PAGE, re.M
)


def written(folder: Path, text: str) -> Path:
    path = folder / "schema.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_all_forms_were_found() -> None:
    assert {kind for kind, *_ in FORMS} == {
        "column",
        "index",
        "foreign key",
        "check",
        "period",
    }


def test_the_example(tmp_path: Path) -> None:
    example = PAGE.split("```yaml\n", 1)[1].split("```", 1)[0]
    declaration = load(written(tmp_path, example))
    assert list(declaration.schema.tables) == ["users", "payments"]
    assert validate(declaration) == ()


def test_the_examples_of_partitions(tmp_path: Path) -> None:
    section = PAGE.split("## Partitions\n", 1)[1].split("\n## ", 1)[0]
    tables = {}
    for example in section.split("```yaml\n")[1:]:
        declaration = load(written(tmp_path, example.split("```", 1)[0]))
        assert validate(declaration) == ()
        tables |= declaration.schema.tables
    kept = {name for name, each in tables.items() if each.partitions and each.partitions.keep}
    assert (set(tables), kept) == ({"payments", "log"}, {"log"})


@pytest.mark.parametrize(("kind", "short", "long"), FORMS)
def test_both_forms_say_the_same(kind: str, short: str, long: str, tmp_path: Path) -> None:
    sections = {"index": "indexes", "foreign key": "foreign_keys"}
    section = None if kind == "column" else sections.get(kind, f"{kind}s")
    columns = "columns: {a: int}" if section else "columns:"
    before = f"tables:\n  t:\n    {columns}\n" + (f"    {section}:\n" if section else "")
    one, other = (
        load(written(tmp_path, f"{before}      c: {form}\n")).schema for form in (short, long)
    )
    assert one == other


def test_every_key_is_named() -> None:
    table = PAGE.split("## Every key", 1)[1].split("An unknown key", 1)[0]
    named = set(re.findall(r"`(\w+)`", table))
    known = {key for level in LEVELS.values() for key in level}
    assert named - {"sql"} == known - {"sql"}
