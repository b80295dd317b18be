"""Statements of programs in a file: a semicolon does not end them, so the client is told what does."""

from __future__ import annotations

import re
from typing import NamedTuple

from plumbob.ddl.cursor import Cursor
from plumbob.ddl.stored import is_stored

_LINE = re.compile(r"^DELIMITER (\S+)\n", re.MULTILINE)
_USUAL = ";"
_CHOICE = (";;", "$$", "//", "@@", ";;;;", "$$$$")


class Fenced(NamedTuple):
    """A statement between two DELIMITER lines: its text and where that begins, and where the whole does."""

    sql: str
    at: int
    start: int
    end: int


def ended(sql: str) -> str:
    """The statement as a client reads it, with what ends it."""
    return fenced(sql) if is_fenced(sql) else f"{sql};"


def is_fenced(sql: str) -> bool:
    """Whether a statement may have semicolons in it that do not end it, or texts with other rules."""
    return is_stored(Cursor(sql, is_lenient=True))


def fenced(sql: str) -> str:
    """The statement as a file has it, with its end."""
    delimiter = next((each for each in _CHOICE if each not in sql), "")
    if not delimiter:
        raise ValueError("every delimiter stands in the text itself")
    # Behind a comment to the end of its line the client would not see it.
    last = sql[sql.rfind("\n") + 1 :]
    gap = "\n" if "--" in last or "#" in last else ""
    return f"DELIMITER {delimiter}\n{sql}{gap}{delimiter}\nDELIMITER {_USUAL}"


def find_fenced(text: str, start: int) -> Fenced | None:
    """The next statement between two DELIMITER lines, or None.

    Raises:
        ValueError: one that does not end.
    """
    line = _LINE.search(text, start)
    if line is None:
        return None
    end = text.find(line[1], line.end())
    closing = f"{line[1]}\nDELIMITER {_USUAL}"
    if end < 0 or not text.startswith(closing, end):
        raise ValueError("what begins with DELIMITER does not end")
    return Fenced(text[line.end() : end].strip(), line.end(), line.start(), end + len(closing))
