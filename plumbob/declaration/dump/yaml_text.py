"""Nested names and texts as YAML of one style, each text quoted where it has to be and only there."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from yaml.nodes import ScalarNode
from yaml.resolver import Resolver

INDENT = 2
# Texts that may stand without quotes: no mark that means something in YAML, no `: ` and no ` #`.
_PLAIN = re.compile(r"[^\s\-?:,\[\]{}#&*!|>'\"%@`](?:[^\n\t]*\S)?")
_ENDS_PLAIN = re.compile(r": |:$| #")
_NO_PRINT = re.compile(
    "[^\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)
# A block keeps its lines as they are; blanks at their ends would not be seen.
_NO_BLOCK = re.compile(
    "[^\x21-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\n ]|^\\s|\\s$| \n"
)
_NO_VERBATIM = re.compile(
    "[^\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff\n\t]|^\\s|\n$"
)
_STRING = "tag:yaml.org,2002:str"
# PyYAML's stubs leave the resolver without types.
_RESOLVER: Any = Resolver()


@dataclass(frozen=True, slots=True)
class Block:
    """A text of several lines, written as it is below its name.

    `is_verbatim` is for bodies of programs, in which tabs and blanks at the ends of lines are kept.
    """

    text: str
    is_verbatim: bool = False


@dataclass(frozen=True, slots=True)
class Raw:
    """YAML that stands somewhere already, written as it is there, with the comments `above` it."""

    text: str
    above: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Items:
    """Texts without names, as a list."""

    texts: tuple[Value, ...]


class Word(str):
    """A key of the format, which stands without quotes whatever other readers take it for: `null`."""


Pairs = Sequence[tuple[str, "Value"]]
Value = str | bool | Block | Raw | Items | Pairs


def render(pairs: Pairs, indent: int = 0, step: int = INDENT) -> list[str]:
    """The lines of a mapping; each level is indented by `step` more."""
    lines: list[str] = []
    for name, value in pairs:
        start = " " * indent + key_text(name) + ":"
        if isinstance(value, bool):
            lines.append(f"{start} {flag_text(value)}")
        elif isinstance(value, str):
            lines.append(f"{start} {quoted(value)}")
        elif isinstance(value, Items):
            dash = " " * indent + "- "
            lines.extend([start, *(dash + quoted(str(text)) for text in value.texts)])
        elif isinstance(value, Raw):
            lines.extend(" " * indent + comment for comment in value.above)
            lines.append(f"{start} {value.text}")
        elif isinstance(value, Block):
            lines.extend(_block(start, value, indent + step))
        elif value:
            lines.extend([start, *render(value, indent + step, step)])
        else:
            lines.append(f"{start} {{}}")
    return lines


def flag_text(value: bool) -> str:
    return "true" if value else "false"


def key_text(name: str) -> str:
    return name if isinstance(name, Word) else quoted(name)


def _block(start: str, block: Block, indent: int) -> list[str]:
    text = block.text
    if "\n" not in text or (_NO_VERBATIM if block.is_verbatim else _NO_BLOCK).search(text):
        return [f"{start} {quoted(text)}"]
    # The body of a program ends in no line end, which the reader would have to leave out.
    header = "|" if block.is_verbatim else "|-"
    return [
        f"{start} {header}",
        *(" " * indent + line if line else "" for line in text.split("\n")),
    ]


@lru_cache(maxsize=20_000)
def quoted(text: str, is_plain: bool = True) -> str:
    """A text as a YAML scalar: plain where that is safe, else in the quotes that need fewest escapes."""
    if is_plain and _is_plain(text):
        return text
    if _NO_PRINT.search(text):
        return '"' + "".join(map(escaped, text)) + '"'
    if "'" in text and '"' not in text and "\\" not in text:
        return f'"{text}"'
    return "'" + text.replace("'", "''") + "'"


def _is_plain(text: str) -> bool:
    """Whether a text stays itself without quotes; words that other readers of YAML guess at do not."""
    if _PLAIN.fullmatch(text) is None or _ENDS_PLAIN.search(text) or _NO_PRINT.search(text):
        return False
    return bool(_RESOLVER.resolve(ScalarNode, text, (True, False)) == _STRING)


def escaped(character: str) -> str:
    """A character as it stands in double quotes."""
    if character in '"\\':
        return "\\" + character
    if _NO_PRINT.match(character) is None:
        return character
    short = {"\n": "\\n", "\t": "\\t", "\r": "\\r", "\0": "\\0"}.get(character)
    number = ord(character)
    return short or (f"\\x{number:02x}" if number < 0x100 else f"\\u{number:04x}")
