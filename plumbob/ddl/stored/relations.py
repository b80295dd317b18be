"""What a SELECT reads: the tables and views behind FROM and JOIN, by the tokens alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from plumbob.ddl.lexer import Token

# Words behind which tables stand, and words that end a list of tables.
_BEFORE_TABLES = ("from", "join", "straight_join", "table")
_BEHIND_TABLES = ("where", "group", "having", "order", "limit", "window", "union", "except", "for")
_NO_TABLES = ("select", "values", "lateral", "with", "dual")


class Relation(NamedTuple):
    """A table or view that is read, the database that is named for it, and its first token's number."""

    schema: str | None
    name: str
    at: int


def relations(tokens: Sequence[Token]) -> Iterator[Relation]:
    """The tables and views that a SELECT reads, those of its subqueries as well."""
    is_awaited, depth = False, 0
    schema: str | None = None
    lists: list[int] = []
    for number, (token, following) in enumerate(pairwise(tokens)):
        if token.kind == "mark":
            depth += {"(": 1, ")": -1}.get(token.value, 0)
            lists = [each for each in lists if each <= depth]
            is_listed = token.value == "," and depth in lists
            is_awaited = is_listed or (is_awaited and token.value in ("(", "."))
        elif token.kind == "word" and token.value in _BEFORE_TABLES:
            is_awaited = True
            lists.append(depth)
        elif token.kind == "word" and token.value in _BEHIND_TABLES:
            lists = [each for each in lists if each < depth]
        elif is_awaited and token.kind in ("word", "name") and token.value not in _NO_TABLES:
            if following.value == ".":
                schema = token.value
                continue
            yield Relation(schema, token.value, number - 2 if schema is not None else number)
            is_awaited, schema = False, None
        else:
            is_awaited = False


def calls(tokens: Sequence[Token]) -> Iterator[str]:
    """The functions that it calls, the server's own among them."""
    for token, following in pairwise(tokens):
        if token.kind in ("word", "name") and (following.kind, following.value) == ("mark", "("):
            yield token.value
