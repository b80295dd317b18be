"""Splits the text of a migration file into its statements, each with the comments ahead of it.

The server's own lexer rules decide where a statement ends and what is a comment, so a `;` or a line that
looks like a marker inside a text is a part of that text.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import dataclass

from plumbob.ddl.lexer import SyntaxFault, tokenize
from plumbob.migration.comments import Remark, remarks
from plumbob.migration.delimiter import Fenced, find_fenced
from plumbob.model import Flavour

BROKEN = "Take it from version control again, or mend the line."


@dataclass(slots=True)
class Piece:
    """A piece of SQL up to its semicolon, where it begins, and the comments ahead of it."""

    sql: str
    at: int
    remarks: list[Remark]


class Fault(Exception):
    """What is wrong with a file, the offset where, and what to do about it."""

    def __init__(self, what: str, at: int = 0, advice: str = BROKEN) -> None:
        super().__init__(what)
        self.what = what
        self.at = at
        self.advice = advice


def split(text: str, flavour: Flavour) -> tuple[list[Piece], list[Remark]]:
    """The SQL of a file, split at each `;` that ends a statement, and at other delimiters.

    Returns:
        the pieces, and the comments behind the last of them.

    Raises:
        Fault, SyntaxFault: something does not end.
    """
    left: list[Remark] = []

    def pieces() -> Iterator[Piece]:
        found: list[Remark] = []
        at = 0
        while (program := _next_program(text, at)) is not None:
            found = yield from _plain_pieces(text, at, program.start, flavour, found)
            yield Piece(program.sql, program.at, found)
            found, at = [], program.end
        left.extend((yield from _plain_pieces(text, at, len(text), flavour, found)))

    return list(pieces()), left


def _next_program(text: str, at: int) -> Fenced | None:
    try:
        return find_fenced(text, at)
    except ValueError as error:
        raise Fault(str(error), at) from None


def _plain_pieces(
    text: str, begin: int, stop: int, flavour: Flavour, found: list[Remark]
) -> Generator[Piece, None, list[Remark]]:
    """The pieces of a part of the file; the comments that are left over belong to what follows."""
    start, end = -1, begin
    part = text[begin:stop]
    try:
        tokens = tokenize(part, flavour)
    except SyntaxFault as fault:
        raise SyntaxFault(fault.what, begin + fault.offset, fault.advice) from fault
    for token in tokens:
        first = begin + token.start
        if start < 0:
            found = [*found, *remarks(text[end:first], end)]
        if token.kind == "end":
            break
        if (token.kind, token.value) == ("mark", ";"):
            if start < 0:
                raise Fault("a semicolon ends nothing", first)
            # Up to the semicolon, not the last token: a version comment may close in between.
            yield Piece(text[start:first].rstrip(), start, found)
            found, start = [], -1
        elif start < 0:
            start = first
        end = begin + token.end
    if start >= 0:
        raise Fault("its last statement has no semicolon", start)
    return found
