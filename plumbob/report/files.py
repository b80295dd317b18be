"""What changes in files, as `diff -u` shows it."""

from __future__ import annotations

import difflib
from collections.abc import Mapping


def files_diff(contents: Mapping[str, tuple[bytes, bytes]], what: str) -> str:
    """The difference of files by their names, each with its bytes before and after.

    Args:
        what: what became of them: behind the name of the second one.
    """
    said: list[str] = []
    for name, pair in contents.items():
        before, after = (each.decode("utf-8-sig").splitlines() for each in pair)
        said += difflib.unified_diff(before, after, name, f"{name} ({what})", lineterm="")
    return "\n".join(said)
