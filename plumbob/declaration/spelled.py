"""SQL that is put together from texts of a declaration, and knows where each part of it was written.

A long form is spelled as the SQL that it stands for, and read by the same grammar as the short one.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from functools import lru_cache
from typing import Any, TypeVar

from plumbob.ddl.cursor import Cursor
from plumbob.ddl.lexer import SyntaxFault, Token, tokenize
from plumbob.declaration.nodes import Scalar
from plumbob.errors import PlumbobError, Position

T = TypeVar("T")

_AS_QUOTED = "put the whole text in quotes"


class Spelled:
    """A text of SQL in parts; a part is what a scalar says, or words that say what it means."""

    def __init__(self, scalar: Scalar | None = None) -> None:
        self.sql = ""
        self._starts: list[int] = []
        # The scalar of a part and where in its text the part begins; None for words of ours.
        self._parts: list[tuple[Scalar, int | None]] = []
        if scalar is not None:
            self.text(scalar)

    def text(self, scalar: Scalar, start: int = 0, end: int | None = None) -> None:
        """Add a scalar's text as it is, or a part of it."""
        self._add(scalar.text[start:end], scalar, start)

    def words(self, sql: str, because_of: Scalar) -> None:
        """Add words that a scalar means."""
        self._add(sql, because_of, None)

    def enclosed(
        self, before: str, scalar: Scalar, after: str = ")", end: int | None = None
    ) -> None:
        """Add a scalar's text between parentheses, which it may not close by itself.

        Raises:
            PlumbobError: at a parenthesis without its other half.
        """
        part = Spelled()
        part.text(scalar, 0, end)
        part.read(_balanced)
        self.words(before, scalar)
        self.text(scalar, 0, end)
        self.words(after, scalar)

    def _add(self, sql: str, scalar: Scalar, start: int | None) -> None:
        if self.sql:
            # Not a blank: a part may end in a comment to the end of its line.
            self.sql += "\n"
        self._starts.append(len(self.sql))
        self._parts.append((scalar, start))
        self.sql += sql

    def read(self, parse: Callable[..., T], *arguments: str) -> T:
        """Parse all of it.

        Args:
            parse: a function of a module, which gets a cursor and the arguments, and returns a value
                that does not change: large schemas say the same over and over, and it is read once.

        Raises:
            PlumbobError: with the place in the file, where the grammar knows no further.
        """
        try:
            found: T = parsed(self.sql, parse, arguments)
        except SyntaxFault as fault:
            raise self.error(fault) from None
        return found

    def tokens(self) -> list[Token]:
        """The tokens of it, with one of kind "end" at the end.

        Raises:
            PlumbobError: with the place in the file, where SQL knows no such token.
        """
        try:
            return tokenize(self.sql)
        except SyntaxFault as fault:
            raise self.error(fault) from None

    def error(self, fault: SyntaxFault) -> PlumbobError:
        """The fault with its place in the file."""
        scalar, offset = self._part(fault.offset)
        comment = scalar.starts_comment
        if comment is not None and (offset >= len(scalar.text) or "no closing" in fault.what):
            return PlumbobError(
                f"the text ends before the `#`, which begins a comment: {fault.what}",
                advice=_AS_QUOTED,
                where=scalar.source.position(comment),
            )
        return PlumbobError(fault.what, advice=fault.advice, where=self.position(fault.offset))

    def _part(self, offset: int) -> tuple[Scalar, int]:
        at = max(bisect_right(self._starts, offset) - 1, 0)
        scalar, start = self._parts[at]
        return scalar, 0 if start is None else start + offset - self._starts[at]

    def position(self, offset: int) -> Position:
        scalar, inside = self._part(offset)
        return scalar.position(inside)


def read_text(scalar: Scalar, parse: Callable[..., T], *arguments: str) -> T:
    """Parse the text of a scalar as it stands, as `Spelled.read` does.

    Raises:
        PlumbobError: with the place in the file, where the grammar knows no further.
    """
    try:
        found: T = parsed(scalar.text, parse, arguments)
    except SyntaxFault as fault:
        raise Spelled(scalar).error(fault) from None
    return found


@lru_cache(maxsize=50_000)
def parsed(sql: str, parse: Callable[..., Any], arguments: tuple[str, ...]) -> Any:
    """What a function reads from a text to its end; read once, however often it is asked.

    Raises:
        SyntaxFault: where the grammar knows no further.
    """
    cursor = Cursor(sql)
    refuse_version_comments(cursor)
    found = parse(cursor, *arguments)
    cursor.expect_end()
    return found


def _balanced(cursor: Cursor) -> None:
    depth = 0
    while not cursor.is_at_end:
        token = cursor.take()
        if token.kind != "mark":
            continue
        depth += {"(": 1, ")": -1}.get(token.value, 0)
        if depth < 0:
            raise SyntaxFault("this parenthesis closes none", token.start)
        if token.value == ";":
            raise SyntaxFault(
                "a semicolon ends a statement; here is only a part of one", token.start
            )
    if depth:
        cursor.fail("a parenthesis is not closed")
    if len(cursor.tokens) == 1:
        cursor.fail("expected an expression")


def refuse_version_comments(cursor: Cursor) -> None:
    """Their meaning depends on the server, and a text that is left out in silence is a trap."""
    sql = cursor.sql
    for opening in ("/*!", "/*M!"):
        at = sql.find(opening)
        while at >= 0:
            if not any(token.start <= at < token.end for token in cursor.tokens):
                raise SyntaxFault(
                    f"comments for one version ({opening}… */) are not read in a declaration",
                    at,
                    "write what stands in it without the comment",
                )
            at = sql.find(opening, at + 1)
