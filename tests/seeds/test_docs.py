"""docs/seeds.md lists what a seed file may say."""

from __future__ import annotations

from pathlib import Path

from plumbob.seeds.files import KEYS
from plumbob.seeds.values import FUNCTIONS

PAGE = (Path(__file__).parents[2] / "docs" / "seeds.md").read_text(encoding="utf-8")


def test_every_key_and_function_is_on_the_page() -> None:
    for name in KEYS:
        assert f"| `{name}` |" in PAGE
    for name in FUNCTIONS:
        assert f"`{{{name}: " in PAGE
