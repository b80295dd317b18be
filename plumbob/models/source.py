"""Python source as `ruff format` and Black leave it: texts, docstrings, and calls that are broken over lines.

A line of at most 79 characters stays as it is under every usual setting, and so does what is broken at
each comma, with a comma at the end.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from dataclasses import dataclass

WIDTH = 79
INDENT = "    "


@dataclass(frozen=True, slots=True)
class Group:
    """Something in brackets: a call, a tuple or a list."""

    opening: str
    items: tuple[Source, ...]
    closing: str = ")"

    def flat(self) -> str:
        inside = ", ".join(map(flat, self.items))
        is_single_tuple = self.opening == "(" and len(self.items) == 1
        return f"{self.opening}{inside}{',' * is_single_tuple}{self.closing}"


@dataclass(frozen=True, slots=True)
class Named:
    """`name=value` in a call."""

    name: str
    value: Source

    def flat(self) -> str:
        return f"{self.name}={flat(self.value)}"


Source = str | Group | Named


def flat(source: Source) -> str:
    """All on one line."""
    return source if isinstance(source, str) else source.flat()


def statement(head: str, source: Source, indent: int = 0) -> list[str]:
    """The lines of a statement: `head` and what follows it, on one line where it fits."""
    margin = INDENT * indent
    return [f"{margin}{line}".rstrip() for line in _broken(head, source, "", len(margin))]


def _broken(head: str, source: Source, tail: str, column: int) -> list[str]:
    whole = f"{head}{flat(source)}{tail}"
    if isinstance(source, Named):
        return _broken(f"{head}{source.name}=", source.value, tail, column)
    if isinstance(source, str) or not source.items or column + len(whole) <= WIDTH:
        return [whole]
    inner = column + len(INDENT)
    items = [line for each in source.items for line in _broken("", each, ",", inner)]
    return [
        f"{head}{source.opening}",
        *(f"{INDENT}{line}" for line in items),
        f"{source.closing}{tail}",
    ]


def call(name: str, *items: Source) -> Group:
    return Group(f"{name}(", items)


def tuple_of(items: Iterable[Source]) -> Group:
    return Group("(", tuple(items))


def list_of(items: Iterable[Source]) -> Group:
    return Group("[", tuple(items), "]")


def text(value: str) -> str:
    """A literal, in double quotes unless that takes more backslashes."""
    quote = "'" if value.count('"') > value.count("'") else '"'
    body = "".join(_escaped(each, quote) for each in value)
    return f"{quote}{body}{quote}"


_ESCAPES = {"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def _escaped(character: str, quote: str) -> str:
    if character == quote:
        return f"\\{quote}"
    if character in _ESCAPES:
        return _ESCAPES[character]
    if character.isprintable():
        return character
    code = ord(character)
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


def docstring(value: str, indent: int = 0) -> list[str]:
    """The lines of a docstring; white space is one blank, and what cannot be printed is left out."""
    words = "".join(each if each.isprintable() else " " for each in value).split()
    plain = " ".join(words).replace("\\", "\\\\")
    # One at either end would stand beside those of the docstring.
    if plain.startswith('"') or plain.endswith('"') or '"""' in plain:
        plain = plain.replace('"', '\\"')
    margin = INDENT * indent
    if not plain:
        return []
    if len(margin) + len(plain) + 6 <= WIDTH:
        return [f'{margin}"""{plain}"""']
    lines = textwrap.wrap(
        plain,
        WIDTH - len(margin) - 3,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return [f'{margin}"""{lines[0]}', *(f"{margin}{line}" for line in lines[1:]), f'{margin}"""']
