"""A file of the declaration as text, read once and checked, with the lines that its offsets stand for."""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import cached_property
from pathlib import Path

from plumbob.errors import PlumbobError, Position

# Far above any schema that people write (a table takes about 1 kB), far below what hurts.
MAX_BYTES = 10_000_000

# What YAML 1.1 lets stand in a file (section 5.1); the rest is written as an escape in double quotes.
_NO_TEXT = re.compile("[^\t\n\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")


class Source:
    """The text of one file, with LF line ends and without a byte order mark.

    Offsets count characters of `text`; `name` is the file as messages show it.
    """

    def __init__(self, name: str, text: str) -> None:
        self.name = name
        self.text = text

    @cached_property
    def _line_starts(self) -> list[int]:
        return [0, *(match.end() for match in re.finditer("\n", self.text))]

    def position(self, offset: int) -> Position:
        """The line and column of an offset, with the line itself."""
        offset = min(max(offset, 0), len(self.text))
        line = bisect_right(self._line_starts, offset)
        start = self._line_starts[line - 1]
        return Position(self.name, line, offset - start + 1, self.line_at(offset))

    def line_at(self, offset: int) -> str:
        """The whole line in which an offset stands, without its end."""
        start = self.text.rfind("\n", 0, offset) + 1
        end = self.text.find("\n", offset)
        return self.text[start : len(self.text) if end < 0 else end]

    def offset(self, line: int, column: int) -> int:
        """The offset of a line and a column that both count from 0."""
        return self._line_starts[min(line, len(self._line_starts) - 1)] + column


def read_source(path: Path) -> Source:
    """Read a file of the declaration.

    Raises:
        PlumbobError: when there is no such file, or when it is too long or not plain UTF-8 text.
    """
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise PlumbobError(
            f"there is no file {path}", advice="`schema init` lays out a project"
        ) from None
    except OSError as error:
        raise PlumbobError(f"{path} cannot be read: {error.strerror}") from None
    return decode(content, str(path))


def decode(content: bytes, name: str) -> Source:
    """The text of a file's bytes; CRLF and a byte order mark make no difference.

    Raises:
        PlumbobError: with line and column of the first byte or character that cannot be.
    """
    if len(content) > MAX_BYTES:
        raise PlumbobError(
            f"{name} is longer than {MAX_BYTES // 1_000_000} MB",
            advice="split it into several files with `include:`",
        )
    if content.startswith(_UTF16_MARKS):
        raise PlumbobError(f"{name} is UTF-16", advice="save it as UTF-8")
    content = content.removeprefix(_BYTE_ORDER_MARK)
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        before = Source(name, _with_plain_ends(content[: error.start].decode("utf-8")))
        raise PlumbobError(
            f"the byte 0x{content[error.start]:02X} is not UTF-8",
            advice="save the file as UTF-8",
            where=before.position(len(before.text)),
        ) from None
    source = Source(name, _with_plain_ends(text))
    _refuse_control_characters(source)
    return source


def _with_plain_ends(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _refuse_control_characters(source: Source) -> None:
    found = _NO_TEXT.search(source.text)
    if found is None:
        return
    number = ord(found.group())
    what = "a NUL byte" if number == 0 else f"the control character U+{number:04X}"
    raise PlumbobError(
        f"{what} cannot stand in the file",
        advice=f'in a text in double quotes it is written "\\x{number:02x}"' if number else "",
        where=source.position(found.start()),
    )
