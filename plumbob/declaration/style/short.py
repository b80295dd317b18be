"""The shortest text that says what a definition says, and SQL as it is spelled in one style."""

from __future__ import annotations

from collections.abc import Callable

from plumbob.ddl.lexer import SyntaxFault, Token, tokenize
from plumbob.declaration.columns import column_spelled
from plumbob.declaration.constraints import check_spelled, foreign_key_spelled
from plumbob.declaration.faults import Faults
from plumbob.declaration.fields import Fields
from plumbob.declaration.indexes import index_spelled
from plumbob.declaration.nodes import Mapping
from plumbob.declaration.spelled import Spelled

# Keys of which a short form knows nothing.
_LONG_ONLY = ("was", "as", "backref")
_LEVELS: dict[str, tuple[str, Callable[[Fields], Spelled]]] = {
    "columns": ("column", column_spelled),
    "indexes": ("index", index_spelled),
    "foreign_keys": ("foreign key", foreign_key_spelled),
    "checks": ("check", check_spelled),
}
_NO_BLANK_BEFORE = (",", ")", ";", ".")
_NO_BLANK_BEHIND = ("(", ".")


def short_form(section: str, mapping: Mapping) -> str | None:
    """The short form of a long one; None where there is none that says it all."""
    if section not in _LEVELS or any(
        entry.key is not None and entry.key.text in _LONG_ONLY for entry in mapping.entries
    ):
        return None
    level, spelled_of = _LEVELS[section]
    spelled = spelled_of(Fields(mapping, level, "", Faults()))
    try:
        tokens = tokenize(spelled.sql)[:-1]
    except SyntaxFault:
        return None
    if any("\n" in token.text for token in tokens):
        return None
    return _unwrapped(section, spelled.sql, tokens)


def _unwrapped(section: str, sql: str, tokens: list[Token]) -> str:
    """Without what goes without saying: FOREIGN KEY, CHECK ( ), parentheses around key parts alone."""
    values = [token.value for token in tokens]
    if section == "foreign_keys":
        return _joined(sql, tokens[2:])
    if section == "checks" and values[:2] == ["check", "("] and values[-1] == ")":
        return _joined(sql, tokens[2:-1])
    is_parts = section == "indexes" and values[0] == "(" and values[-1] == ")"
    if is_parts and values.count("(") == 1:
        return _joined(sql, tokens[1:-1])
    return _joined(sql, tokens)


def _joined(sql: str, tokens: list[Token]) -> str:
    """Tokens as they were spelled; blanks only where our own words and parentheses met."""
    said: list[str] = []
    end = None
    for token in tokens:
        gap = "" if end is None else sql[end : token.start]
        if "\n" in gap:
            is_tight = token.value in _NO_BLANK_BEFORE or (said and said[-1] in _NO_BLANK_BEHIND)
            gap = "" if is_tight else " "
        said += [gap, token.text]
        end = token.end
    return "".join(said)


def in_style(section: str, text: str) -> str:
    """SQL on one line, with one blank between words and the words of a definition in small letters.

    What stands in parentheses or quotes stays as it is, and so does what has comments in it.
    """
    try:
        tokens = tokenize(text)[:-1]
    except SyntaxFault:
        return text
    said: list[str] = []
    depth, end = 0, 0
    previous = ""
    for token in tokens:
        gap = text[end : token.start]
        if gap.strip():
            return text
        depth += (token.value == "(") - (token.value == ")")
        is_ours = token.kind == "word" and depth == 0 and section == "columns"
        is_name = previous in ("references", ".", "charset", "set", "collate")
        said += [" " if gap and said else "", token.text]
        if is_ours and not is_name:
            said[-1] = token.text.lower()
        end, previous = token.end, token.value
    return "".join(said)
