"""The pages about errors of the server, at a terminal; also where the package alone is installed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from plumbob.server.pages import PAGES, page
from tests.commands.desk import fails
from tests.commands.user import User

CHECKOUT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    "asked", [["1062"], ["ERROR", "1062"], ["(1062, \"Duplicate entry 'a'\")"]]
)
def test_an_error_is_explained_by_its_number(asked: list[str], tmp_path: Path) -> None:
    said = User(tmp_path).succeeds("explain", *asked).out
    assert said.startswith(
        "ERROR 1062 (23000): Duplicate entry '…' for key '…'\n\nWhat it means. Two rows"
    )
    assert "\nWhat to do. " in said


def test_all_of_them_are_listed(tmp_path: Path) -> None:
    lines = User(tmp_path).succeeds("explain").out.splitlines()
    assert [int(line[:4]) for line in lines] == sorted(PAGES)


def test_no_page_has_a_link_at_a_terminal(tmp_path: Path) -> None:
    said = {number: User(tmp_path).succeeds("explain", str(number)).out for number in PAGES}
    assert [number for number, text in said.items() if "](" in text] == []


def test_what_has_no_page(tmp_path: Path) -> None:
    assert (
        "no error of the server" in fails(User(tmp_path), 2, "explain", "12", "99999", "1000").err
    )


def test_the_package_has_the_pages(tmp_path: Path) -> None:
    build = ["-c", "import setuptools; setuptools.setup()", "-q"]
    steps = ["egg_info", "-e", str(tmp_path), "build_py", "-d", str(tmp_path)]
    subprocess.run([sys.executable, *build, *steps], cwd=CHECKOUT, check=True, capture_output=True)
    built = tmp_path / "plumbob" / "pages"
    assert {int(each.stem) for each in built.iterdir()} == PAGES
    assert (built / "1062.md").read_text(encoding="utf-8") == page(1062)
    assert not (built / "1062.md").is_symlink()
