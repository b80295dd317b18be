"""The documentation is that of the commands there are."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

import pytest

from plumbob.commands import COMMANDS
from plumbob.server import pages as pages_of_errors

CHECKOUT = Path(__file__).parents[2]
ERRORS = CHECKOUT / "docs" / "errors"
PAGES = sorted(
    path
    for path in (CHECKOUT, CHECKOUT / "docs", ERRORS)
    for path in path.glob("*.md")
    if path.is_file()
)


def test_the_page_of_commands_is_current() -> None:
    made = runpy.run_path(str(CHECKOUT / "docs" / "make_commands.py"))["commands_page"]()
    assert (CHECKOUT / "docs" / "commands.md").read_text(encoding="utf-8") == made, (
        "run: python docs/make_commands.py"
    )


def test_the_list_of_errors_is_current() -> None:
    made = runpy.run_path(str(CHECKOUT / "docs" / "make_errors.py"))["errors_page"]()
    assert (ERRORS / "README.md").read_text(encoding="utf-8") == made, (
        "run: python docs/make_errors.py"
    )


def test_each_error_that_a_message_names_has_its_page() -> None:
    pages = {int(path.stem) for path in ERRORS.glob("[0-9]*.md")}
    assert pages == pages_of_errors.PAGES
    for number in pages:
        text = (ERRORS / f"{number}.md").read_text(encoding="utf-8")
        assert re.match(rf"# ERROR {number} \(\w{{5}}\): \S", text)
        assert re.findall(r"^\*\*([\w ]+)\.\*\*", text, re.MULTILINE) == [
            "What it means",
            "What plumbob does before",
            "What to do",
        ]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for target in re.findall(r"\]\((?!https?:)([^)#]+)", text):
        assert (page.parent / target).exists(), target


def test_the_readme_has_a_line_for_every_command() -> None:
    text = (CHECKOUT / "README.md").read_text(encoding="utf-8")
    for name in COMMANDS:
        assert f"`schema {name}" in text


def test_the_readme_says_why_each_package_is_needed() -> None:
    text = (CHECKOUT / "README.md").read_text(encoding="utf-8").lower()
    setup = (CHECKOUT / "setup.cfg").read_text(encoding="utf-8")
    needed = re.search(r"install_requires =\n((?:    .+\n)+)", setup)
    assert needed is not None
    for line in needed[1].split("\n"):
        if line.strip():
            assert f"| {line.split()[0]} |" in text


def test_each_row_of_what_sequelize_had_names_its_test() -> None:
    text = (CHECKOUT / "docs" / "sequelize.md").read_text(encoding="utf-8")
    _, table, _ = text.split("\n## ")
    rows = table.splitlines()[4:]
    rows = rows[: rows.index("")]
    assert len(rows) >= 20
    for row in rows:
        (named,) = re.findall(r"\| `([\w/]+\.py): (\w+)` \|$", row)
        tests = (CHECKOUT / "tests" / named[0]).read_text(encoding="utf-8")
        assert f"def {named[1]}(" in tests, row
