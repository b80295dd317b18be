"""The SELECT of a view that gives one row: its order means nothing, and MySQL forgets it.

Whenever a table below such a view is altered, MySQL 9.7 writes the view anew without its ORDER BY
(measured). So the key of such a SELECT has none.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from plumbob.ddl.expression import key_of
from plumbob.ddl.lexer import Token
from plumbob.model import Expression

# fmt: off
_AGGREGATES = frozenset((
    "avg", "bit_and", "bit_or", "bit_xor", "count", "group_concat", "json_arrayagg",
    "json_objectagg", "max", "min", "std", "stddev", "stddev_pop", "stddev_samp", "sum",
    "var_pop", "var_samp", "variance",
))
# fmt: on
# With one of these there may be more rows than one.
_SEVERAL = frozenset(("group", "union", "except", "intersect", "with", "window"))


def select_expression(sql: str, tokens: Sequence[Token]) -> Expression:
    """The SELECT of a view, by a key that is the same before and after a table below it was altered.

    Who reads the view is given its columns by the names behind AS, in their own case.
    """
    return Expression(sql, " ".join((key_of(_without_order(tokens)), *_names_in_capitals(tokens))))


def _names_in_capitals(tokens: Sequence[Token]) -> Iterator[str]:
    """The names of columns of which a key without case says too little."""
    depths = _depths(tokens)
    for at, token in enumerate(tokens[:-1]):
        if token.kind == "word" and depths[at] == 0:
            if token.value == "from":
                return
            name = tokens[at + 1].value
            if token.value == "as" and name != name.lower():
                yield f"`{name}`"


def _without_order(tokens: Sequence[Token]) -> Sequence[Token]:
    depths = _depths(tokens)
    words = {
        token.value: at
        for at, (token, depth) in reversed(list(enumerate(zip(tokens, depths, strict=True))))
        if token.kind == "word" and depth == 0
    }
    if "order" not in words or not _SEVERAL.isdisjoint(words):
        return tokens
    listed = range(words.get("from", words["order"]))
    if not any(_is_aggregate(tokens, depths, at) for at in listed):
        return tokens
    end = words.get("limit", len(tokens))
    return [*tokens[: words["order"]], *tokens[end:]]


def _depths(tokens: Sequence[Token]) -> list[int]:
    """How deep in parentheses each token stands, parentheses as what is around them."""
    depths, depth = [], 0
    for token in tokens:
        depth -= _is(token, ")")
        depths.append(depth)
        depth += _is(token, "(")
    return depths


def _is_aggregate(tokens: Sequence[Token], depths: Sequence[int], at: int) -> bool:
    """Whether a function begins here that makes one row of all: not a window's, nor a subquery's."""
    token = tokens[at]
    behind = tokens[at + 1 : at + 2]
    if token.kind != "word" or token.value not in _AGGREGATES or not any(map(_opens, behind)):
        return False
    end = next(n for n in range(at + 2, len(tokens)) if depths[n] == depths[at])
    if any(each.value == "over" for each in tokens[end + 1 : end + 2]):
        return False
    around = (n for n in range(at) if _opens(tokens[n]) and depths[n] < depths[at])
    return not any(tokens[n + 1].value in ("select", "with") for n in around)


def _opens(token: Token) -> bool:
    return _is(token, "(")


def _is(token: Token, mark: str) -> bool:
    return token.kind == "mark" and token.value == mark
