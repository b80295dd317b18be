"""The page on what is covered names cases that are there, and tells each clause with its proof."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.cases.case import cases
from tests.load_yaml import load_yaml

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "coverage.md").read_text("utf-8")
ROWS = [
    tuple(cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1])
    for line in PAGE.splitlines()
    if line.startswith("| `") or re.match(r"\| [a-z]", line)
]
PROOF = re.compile(r"`(\w+): ((?:[^`])+)`")
CLAUSES = [row for row in ROWS if row[0] != "clause"]
SPELLINGS = {
    definition
    for group in load_yaml(
        (ROOT / "tests" / "workflow" / "spellings.yaml").read_text(encoding="utf-8")
    )
    for definition in group["tables"]
}
CASES = {(case.topic, str(case.told["name"])) for case in cases()}


@pytest.mark.parametrize("row", CLAUSES, ids=[row[0] for row in CLAUSES])
def test_a_clause_has_its_proof(row: tuple[str, ...]) -> None:
    assert len(row) == 4
    proofs = PROOF.findall(row[3])
    assert proofs, row[3]
    missing = [
        f"{topic}: {name}"
        for topic, name in proofs
        if (name not in SPELLINGS if topic == "spelling" else (topic, name) not in CASES)
    ]
    assert missing == []


def test_the_page_has_all_its_sections() -> None:
    sections = re.findall(r"^## (.*)$", PAGE, re.MULTILINE)
    kinds = ("VIEW", "TRIGGER", "PROCEDURE", "FUNCTION", "EVENT", "SEQUENCE", "DATABASE")
    assert [kind for kind in kinds if not any(kind in section for section in sections)] == []
