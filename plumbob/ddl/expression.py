"""Expressions made comparable: a key that is equal only for texts that surely mean the same.

What needs knowledge of SQL's meaning (precedence, functions that are rewritten) is left to the
server.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from plumbob.ddl.lexer import Token, tokenize
from plumbob.ddl.reserved import RESERVED
from plumbob.model import Expression

_PLAIN_NAME = re.compile(r"[a-z_$][a-z0-9_$]*")
# The session that reads and writes is pinned to utf8mb4, so this introducer says nothing.
_OWN_INTRODUCERS = ("_utf8mb4",)
_SYNONYMS = {"!=": "<>"}


def expression(sql: str, tokens: Sequence[Token] | None = None) -> Expression:
    """An Expression of a text without its enclosing parentheses.

    Args:
        sql: the text.
        tokens: its tokens, where they are known already.
    """
    return Expression(sql, key_of(tokenize(sql) if tokens is None else tokens))


def key_of(tokens: Sequence[Token]) -> str:
    words = [token for token in tokens if token.kind != "end"]
    while _is_enclosed(words):
        words = words[1:-1]
    return " ".join(
        _key(token)
        for token, following in zip(words, [*words[1:], None], strict=True)
        if not _is_own_introducer(token, following)
    )


def is_plain_name(name: str) -> bool:
    """Whether a name means the same with and without quotes, in an expression."""
    lowered = name.lower()
    return _PLAIN_NAME.fullmatch(lowered) is not None and lowered not in RESERVED


def _key(token: Token) -> str:
    if token.kind == "name":
        # Column names have no case; other quoted names in an expression are function or schema
        # names.
        return token.value.lower() if is_plain_name(token.value) else f"`{token.value.lower()}`"
    if token.kind == "text":
        return "'" + token.value.replace("'", "''") + "'"
    if token.kind == "hex":
        return f"0x{token.value}"
    if token.kind == "bits":
        return f"0b{token.value}"
    return _SYNONYMS.get(token.value, token.value)


def _is_own_introducer(token: Token, following: Token | None) -> bool:
    if token.kind != "word" or token.value not in _OWN_INTRODUCERS:
        return False
    return following is not None and following.kind == "text"


def _is_enclosed(tokens: Sequence[Token]) -> bool:
    """Whether the first and the last token are a pair of parentheses around everything."""
    if len(tokens) < 3 or not (_is(tokens[0], "(") and _is(tokens[-1], ")")):
        return False
    depth = 0
    for token in tokens[:-1]:
        depth += _is(token, "(") - _is(token, ")")
        if depth == 0:
            return False
    return True


def _is(token: Token, mark: str) -> bool:
    return token.kind == "mark" and token.value == mark
