"""Texts of a view that MySQL itself keeps as other texts."""

from __future__ import annotations

from plumbob.ddl.lexer import tokenize
from plumbob.model import Flavour, View


def spoiled_text(said: View, kept: View, flavour: Flavour) -> str | None:
    """A literal of a view that the server keeps, and runs, as another one; None where there is none.

    MySQL compares a text with a binary column as bytes, and prints those bytes as characters, one
    each: `x = '€'` of a varbinary is kept as `x = 'â\\x82¬'`, which no row has (measured on 9.7;
    MariaDB keeps what was written). An introducer or a function in front of it spares it.
    """
    if not flavour.is_mysql:
        return None
    before, after = (_texts(each, flavour) for each in (said, kept))
    return next((each for each in sorted(before - after) if _as_bytes(each) in after), None)


def _texts(view: View, flavour: Flavour) -> set[str]:
    tokens = tokenize(view.select.sql, flavour, is_lenient=True)
    return {each.value for each in tokens if each.kind == "text" and not each.value.isascii()}


def _as_bytes(text: str) -> str:
    return text.encode().decode("latin-1")
