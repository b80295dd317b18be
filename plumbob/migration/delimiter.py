"""Statements of programs in a file: a semicolon does not end them, so the client is told what does."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from typing import NamedTuple

from plumbob.ddl.cursor import Cursor
from plumbob.ddl.stored import is_stored

_LINE = re.compile(r"^DELIMITER (\S+)\n", re.MULTILINE)
_USUAL = ";"
_MARKS = (";", "$", "/", "@")


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
    # Behind a comment to the end of its line the client would not see it.
    last = sql[sql.rfind("\n") + 1 :]
    text = f"{sql}\n" if "--" in last or "#" in last else sql
    # A text may end in the first half of it, too.
    delimiter = next(each for each in _delimiters() if f"{text}{each}".find(each) == len(text))
    return f"DELIMITER {delimiter}\n{text}{delimiter}\nDELIMITER {_USUAL}"


def _delimiters() -> Iterator[str]:
    """Marks two at a time, then more of them: no text has all that there are."""
    return (mark * count for count in itertools.count(2) for mark in _MARKS)


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
