"""How names and texts are written in SQL: the one place that quotes."""

from __future__ import annotations

# SHOW CREATE TABLE escapes these and no others, on both servers (measured).
_TEXT_ESCAPES = str.maketrans(
    {"\\": "\\\\", "'": "''", "\0": "\\0", "\n": "\\n", "\r": "\\r"},
)
_UNESCAPES = {"0": "\0", "b": "\b", "n": "\n", "r": "\r", "t": "\t", "Z": "\x1a"}


def quote_name(name: str) -> str:
    """An identifier in backquotes, with backquotes inside doubled (manual: Schema Object Names)."""
    return "`" + name.replace("`", "``") + "`"


def quote_names(names: tuple[str, ...], separator: str = ",") -> str:
    return separator.join(map(quote_name, names))


def quote_text(text: str) -> str:
    """A string literal, valid in every sql_mode without NO_BACKSLASH_ESCAPES."""
    return "'" + text.translate(_TEXT_ESCAPES) + "'"


def unquote_text(literal: str, *, escapes: bool = True) -> str:
    r"""The value of a quoted string literal; `\%` and `\_` keep their backslash (manual: String Literals)."""
    quote, body = literal[0], literal[1:-1]
    if not escapes or "\\" not in body:
        return body.replace(quote * 2, quote)
    out: list[str] = []
    characters = iter(body)
    for character in characters:
        if character == "\\":
            following = next(characters)
            out.append(
                "\\" + following if following in "%_" else _UNESCAPES.get(following, following)
            )
        else:
            out.append(character)
            if character == quote:
                next(characters)
    return "".join(out)


def unquote_name(literal: str) -> str:
    return literal[1:-1].replace("``", "`")
