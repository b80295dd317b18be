"""Writes docs/errors/README.md, the list of its pages: `python docs/make_errors.py`."""

from __future__ import annotations

from pathlib import Path

FOLDER = Path(__file__).resolve().parent / "errors"
_HEAD = """# Errors of the servers

Written by `python docs/make_errors.py` from the titles of the pages; do not edit this page.

Each page has the server's own text for its title, `…` where a name or number stands, and says what the error means,
what plumbob does before it comes to that, and what to do. A message of plumbob names the
command that prints it, such as `schema explain 1062`.
"""


def errors_page() -> str:
    """The whole page: a line for each error, by number."""
    pages = sorted(FOLDER.glob("[0-9]*.md"), key=lambda path: int(path.stem))
    lines = [f"* [{_title(page)}]({page.name})" for page in pages]
    return _HEAD + "\n" + "\n".join(lines) + "\n"


def _title(page: Path) -> str:
    title = page.read_text(encoding="utf-8").partition("\n")[0].removeprefix("# ERROR ")
    return title if len(title) <= 110 else title[:109].rstrip() + "…"


if __name__ == "__main__":
    (FOLDER / "README.md").write_text(errors_page(), encoding="utf-8")
