"""One style: what a file becomes, that it says the same, and that nothing is left to do then."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from plumbob.declaration import load
from plumbob.workflow.formatting import formatted
from tests.load_yaml import load_yaml

CASES: list[dict[str, Any]] = load_yaml(
    Path(__file__).with_name("style.yaml").read_text(encoding="utf-8")
)


@pytest.mark.parametrize("line_end", ["\n", "\r\n"], ids=["LF", "CRLF"])
@pytest.mark.parametrize("case", CASES, ids=[case["given"] for case in CASES])
def test_the_style(case: dict[str, Any], line_end: str, tmp_path: Path) -> None:
    path = tmp_path / "schema.yaml"
    path.write_bytes(case["before"].replace("\n", line_end).encode())
    (content,) = formatted(load(path)).values()
    assert content.decode() == case["after"].replace("\n", line_end)
    path.write_bytes(content)
    assert formatted(load(path)) == {}


def test_the_demo_has_the_style() -> None:
    root = Path(__file__).parents[2]
    for path in (root / "schema" / "schema.yaml", root / "plumbob" / "templates" / "demo.yaml"):
        assert formatted(load(path)) == {}
