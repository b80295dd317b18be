"""Names, expressions and values as people write them in SQL: without the quotes that mean nothing."""

from __future__ import annotations

from collections.abc import Iterable

from plumbob.ddl.expression import expression, is_plain_name, key_of
from plumbob.ddl.lexer import Token, tokenize
from plumbob.ddl.quote import quote_name, quote_text
from plumbob.model import Default, Expression, Type

# Words that begin the full form of an index: a column of this name is quoted, so that it is none.
_BEGINNINGS = ("unique", "fulltext", "spatial", "vector", "index", "key")
_OWN_INTRODUCER = "_utf8mb4"


def name_text(name: str) -> str:
    """A name, in backquotes where it needs them."""
    if is_plain_name(name) and name.lower() not in _BEGINNINGS:
        return name
    return quote_name(name)


def names_text(names: Iterable[str]) -> str:
    return ", ".join(map(name_text, names))


def expression_text(written: Expression, *, with_introducers: bool = False) -> str:
    """An expression without what the server adds: quotes of plain names, parentheses, and introducers on MySQL."""
    tokens = _unenclosed(tokenize(written.sql)[:-1])
    words: list[str] = []
    end = tokens[0].start
    for token, following in zip(tokens, [*tokens[1:], None], strict=True):
        words.append(written.sql[end : token.start])
        end = token.end
        is_introducer = following is not None and _is_own_introducer(token, following)
        if following is not None and is_introducer and not with_introducers:
            end = following.start
        else:
            words.append(_token_text(token, following))
    text = "".join(words)
    return text if expression(text).key == written.key else written.sql


def _unenclosed(tokens: list[Token]) -> list[Token]:
    """Without parentheses around everything, which mean nothing."""
    while tokens[0].value == "(" and len(tokens) > 2 and key_of(tokens[1:-1]) == key_of(tokens):
        tokens = tokens[1:-1]
    return tokens


def _token_text(token: Token, following: Token | None) -> str:
    """A quoted name loses its quotes, unless it would become a function."""
    is_function = following is not None and following.value == "("
    if token.kind == "name" and is_plain_name(token.value) and not is_function:
        return token.value
    return token.text


def _is_own_introducer(token: Token, following: Token) -> bool:
    return token.kind == "word" and token.value == _OWN_INTRODUCER and following.kind == "text"


def default_text(default: Default, of: Type, *, with_introducers: bool = False) -> str:
    """What stands behind DEFAULT; with `_utf8mb4` ahead of a text, where only a person can have put it there."""
    match default.kind:
        case "null":
            return "null"
        case "now":
            return now_text(default.value)
        case "bits":
            return f"b'{default.value}'"
        case "hex":
            return f"0x{default.value}" if default.value else "''"
        case "expression" if default.expression is not None:
            text = expression_text(default.expression, with_introducers=with_introducers)
            return f"({text})"
    if of.is_number and _is_number(default.value):
        return default.value
    if of.is_binary and not (default.value.isascii() and default.value.isprintable()):
        return "0x" + default.value.encode("utf-8", "surrogateescape").hex().upper()
    return quote_text(default.value)


def now_text(digits: str) -> str:
    return f"current_timestamp({digits})" if digits else "current_timestamp"


def _is_number(text: str) -> bool:
    tokens = tokenize(text.removeprefix("-"))
    return len(tokens) == 2 and tokens[0].kind == "number" and tokens[0].text == text.lstrip("-")
