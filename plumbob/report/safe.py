r"""Makes text from a file, a server or a command line safe to show; what it means is not looked at.

A name or a comment may hold anything. Shown as it is, an escape sequence repaints the terminal, a
right-to-left override turns a line round, a zero-width space makes two names look alike, and a line
that begins with `::` is a command to a CI runner. Here such characters become visible: `\x1b`,
`\u202e`.
"""

from __future__ import annotations

import re
import unicodedata

# Categories that have no shape of their own: control, format, surrogate, private, unassigned, line,
# paragraph.
_SHAPELESS = frozenset(("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"))
# Letters and marks that are drawn as nothing (Unicode: Default_Ignorable_Code_Point, without the
# above).
_IGNORED = (
    (0x034F, 0x034F),
    (0x115F, 0x1160),
    (0x17B4, 0x17B5),
    (0x180B, 0x180F),
    (0x3164, 0x3164),
    (0xFE00, 0xFE0F),
    (0xFFA0, 0xFFA0),
    (0xE0000, 0xE0FFF),
)
_SHORT = {"\n": "\\n", "\r": "\\r", "\t": "\\t", "\0": "\\0"}
# Invisible, and no harm: a tab, and the joiners that Persian and Indian scripts are written with.
_HARMLESS = {ord(each): None for each in "\t\u200c\u200d"}
# GitHub reads "::" at the beginning of a line (blanks before it do not help) and "##[" within it;
# Azure DevOps and TeamCity read "##vso[" and "##teamcity[".
_RUNNER_COMMAND = re.compile(r"^([^\S\n]*):(?=:)|(?<=#)#(?=\w*\[)", re.MULTILINE)


class _Escapes(dict[int, str]):
    """What `str.translate` looks every character up in; filled as characters are met."""

    def __missing__(self, code: int) -> str:
        shown = chr(code)
        if not _has_a_shape(shown):
            shown = _SHORT.get(shown) or _escape(code)
        self[code] = shown
        return shown


def _has_a_shape(character: str) -> bool:
    category = unicodedata.category(character)
    if category == "Zs":
        return character == " "
    code = ord(character)
    return category not in _SHAPELESS and not any(a <= code <= b for a, b in _IGNORED)


def _escape(code: int) -> str:
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


_ESCAPES = _Escapes()


def line(text: object) -> str:
    """The text on one line, with all that is invisible written out."""
    return str(text).translate(_ESCAPES)


def lines(text: str) -> list[str]:
    """The text as the lines it has; everything else that is invisible is written out."""
    return [line(each) for each in text.split("\n")]


def guard(output: str) -> str:
    """Finished output in which no line is a command to a CI runner."""
    return _RUNNER_COMMAND.sub(lambda found: f"{found[1] or ''}\\x{ord(found[0][-1]):02x}", output)


def is_safe(text: str) -> bool:
    """Whether a text can be printed as it is, in several lines, and do no harm."""
    plain = text.translate(_HARMLESS)
    return "\n".join(lines(plain)) == plain and guard(plain) == plain


def width(text: str) -> int:
    """How many cells of a terminal a text without invisible characters takes."""
    return sum(_cells(character) for character in text)


def _cells(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
