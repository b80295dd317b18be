"""Facts in SQL comment lines (`-- key: value`): values that nothing can break out of, and back again."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import NamedTuple

# What ends a line for somebody (str.splitlines has eleven), has no shape of its own, or turns the text
# around it. A file has to be UTF-8, which has no surrogates.
_UNSAFE = frozenset(("Cc", "Cf", "Cs", "Zl", "Zp"))
_ESCAPED = re.compile(r"\\(\\|u[0-9a-f]{4}|U[0-9a-f]{8})")
_COMMENT = re.compile(r"/\*.*?\*/|(?:--|\#)[^\n]*", re.DOTALL)
_FACT = re.compile(r"-- ([a-z][a-z0-9 ]*):(?: (.*))?")


def escape(value: str) -> str:
    r"""The value on one line: what is not safe in a comment as `\u000a`, the backslash doubled."""
    body = "".join(map(_escape, value))
    # It would end the comment of somebody who comments a whole file out.
    body = body.replace("*/", f"*{_code('/')}")
    stripped = body.strip()
    if stripped == body:
        return body
    # Editors take blanks off the end of a line, and the reader takes them off its beginning.
    start = len(body) - len(body.lstrip())
    return _blanks(body[:start]) + stripped + _blanks(body[start + len(stripped) :])


def unescape(text: str) -> str:
    return _ESCAPED.sub(
        lambda found: "\\" if found[1] == "\\" else chr(int(found[1][1:], 16)), text.strip()
    )


class Remark(NamedTuple):
    """A comment: the fact that it states (`key` is "" where it states none), its text, where it begins."""

    key: str
    value: str
    text: str
    at: int


def remarks(gap: str, at: int = 0) -> Iterator[Remark]:
    """The comments in what stands between two tokens: white space and comments.

    Args:
        at: where the gap begins in its text.
    """
    for comment in _COMMENT.finditer(gap):
        text = comment[0].rstrip()
        found = _FACT.fullmatch(text)
        key, value = (found[1], found[2] or "") if found else ("", "")
        yield Remark(key, value, text, at + comment.start())


def facts(gap: str) -> Iterator[tuple[str, str]]:
    """The facts alone."""
    for remark in remarks(gap):
        if remark.key:
            yield remark.key, remark.value


def _escape(character: str) -> str:
    if character == "\\":
        return "\\\\"
    if unicodedata.category(character) in _UNSAFE:
        return _code(character)
    return character


def _blanks(text: str) -> str:
    return "".join(map(_code, text))


def _code(character: str) -> str:
    code = ord(character)
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
