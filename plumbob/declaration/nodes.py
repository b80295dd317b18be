"""What a declaration file is made of: texts, lists and mappings, each with its place in the file.

Every scalar is text, as it was written: YAML's guesses (`no` is False, `010` is 8) are never made.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from plumbob.declaration.source import Source
from plumbob.errors import Position

# How the characters of a scalar are spelled in the file: `''` in single quotes, escapes in double ones.
_SPELLED = {
    "'": re.compile(r"''|."),
    '"': re.compile(r"\\(?:x..|u.{4}|U.{8}|.)|.", re.DOTALL),
}
_CHARACTER = re.compile(r".")
_BEFORE_COMMENT = re.compile(r"[ \t]+(?=#)")
_BLOCK_HEADER = re.compile(r"[|>][-+0-9]*[^\n]*\n")
# In double quotes these escapes stand for white space, as does an escaped line end.
_WHITE_ESCAPES = ("\\n", "\\t", "\\r", "\\ ", "\\_", "\\N", "\\L", "\\P", "\\\n", "\\v", "\\f")


@dataclass(frozen=True, slots=True)
class Scalar:
    """A text. `style` is the quote or block mark it was written with, "" for a plain one."""

    text: str
    source: Source
    start: int
    end: int
    style: str = ""

    @property
    def is_quoted(self) -> bool:
        return self.style != ""

    @property
    def is_blank(self) -> bool:
        """Whether nothing was written at all, as after `indexes:`."""
        return not self.text and not self.style

    @property
    def starts_comment(self) -> int | None:
        """The offset of a `#` that stands behind a plain text on its line, or None."""
        if self.style:
            return None
        found = _BEFORE_COMMENT.match(self.source.text, self.end)
        return found.end() if found else None

    def position(self, offset: int = 0) -> Position:
        """Where in the file a character of the text stands."""
        return self.source.position(self._place(offset) if offset else self._start_of_text())

    def _start_of_text(self) -> int:
        if self.style not in ("|", ">"):
            return self.start
        return next(iter(self._visible()), self.start)

    def _place(self, offset: int) -> int:
        """The offset in the file, found by counting the characters that are not white space.

        White space is folded, indented and escaped in five ways; the other characters stand in the same
        order in the text and in the file, whatever the style.
        """
        wanted = sum(not character.isspace() for character in self.text[:offset])
        last = self.start
        for count, place in enumerate(self._visible()):
            if count == wanted:
                return place
            last = place + 1
        return last

    def _visible(self) -> Iterator[int]:
        """The offsets in the file of the characters that are not white space."""
        text, start, end = self.source.text, self.start, self.end
        if self.style in ("|", ">"):
            header = _BLOCK_HEADER.match(text, start)
            start = header.end() if header else start
        elif self.style:
            start, end = start + 1, end - 1
        for found in _SPELLED.get(self.style, _CHARACTER).finditer(text, start, end):
            if not found.group().isspace() and found.group() not in _WHITE_ESCAPES:
                yield found.start()


@dataclass(frozen=True, slots=True)
class Sequence:
    """A list of nodes; `end` is behind its last character where it stands in brackets (`is_flow`)."""

    items: tuple[Node, ...]
    source: Source
    start: int
    end: int = 0
    is_flow: bool = False

    def position(self) -> Position:
        return self.source.position(self.start)


@dataclass(frozen=True, slots=True)
class Entry:
    """A key with its value; the key is None for what stands in a list, without a name."""

    key: Scalar | None
    value: Node


@dataclass(frozen=True, slots=True)
class Mapping:
    """Keys with their values, in the order of the file, merge keys already taken in.

    `merges` are the `<<` as they were written; `end` is behind the last character where the mapping
    stands in braces (`is_flow`), else somewhere in front of what follows.
    """

    entries: tuple[Entry, ...]
    source: Source
    start: int
    end: int = 0
    is_flow: bool = False
    merges: tuple[Entry, ...] = ()

    def position(self) -> Position:
        return self.source.position(self.start)


Node = Scalar | Sequence | Mapping
