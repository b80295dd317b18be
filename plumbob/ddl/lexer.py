"""SQL text into tokens, as the server's own lexer splits it; what the tokens mean is not known here.

Version comments (`/*!80023 … */`, `/*M! … */`) are read as the server of the given flavour reads
them: their content is either part of the text or a comment.
"""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

from plumbob.ddl.quote import unquote_name, unquote_text
from plumbob.model import Flavour

TokenKind = Literal["word", "name", "text", "number", "hex", "bits", "mark", "end"]


class SyntaxFault(Exception):
    """A text that is not what the grammar expects, with the offset where it stops being so."""

    def __init__(self, what: str, offset: int, advice: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.offset = offset
        self.advice = advice


class Token(NamedTuple):
    """A token: `text` as written, `value` as meant (lower case for words), from `start` to `end`."""

    kind: TokenKind
    text: str
    value: str
    start: int
    end: int


def without_escapes(pattern: str) -> str:
    r"""A pattern of tokens in a session with NO_BACKSLASH_ESCAPES, where `'\'` is a whole text."""
    texts = ((r"[^'\\]|''|\\.", "[^']|''"), (r'[^"\\]|""|\\.', '[^"]|""'))
    for with_escapes, without in texts:
        pattern = pattern.replace(with_escapes, without)
    return pattern


# The parser and the expression key see numbers whole ("1e3", ".5"), and a word may begin with a
# digit.
_TOKEN_TEXT = r"""
      (?P<space>\s+)
    | (?P<version>/\*(?:!|M!)(?P<since>\d{5,6})?)
    | (?P<comment>/\*.*?\*/ | \#[^\n]* | --(?=\s|$)[^\n]*)
    | (?P<close>\*/)
    | (?P<name>`(?:[^`]|``)*`)
    | (?P<text>'(?:[^'\\]|''|\\.)*' | "(?:[^"\\]|""|\\.)*")
    | (?P<hex>0x[0-9A-Fa-f]+(?![\w$]) | [xX]'[0-9A-Fa-f]*')
    | (?P<bits>0b[01]+(?![\w$]) | [bB]'[01]*')
    | (?P<number>(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?(?![\w$]))
    | (?P<word>[\w$]+)
    | (?P<mark>->>|->|:=|<=>|<<|>>|<=|>=|<>|!=|&&|\|\||/(?!\*)|[-+*%(),.;=<>!&|^~@:{}?\[\]])
    """
_TOKEN = re.compile(_TOKEN_TEXT, re.VERBOSE | re.DOTALL)
_TOKEN_WITHOUT_ESCAPES = re.compile(without_escapes(_TOKEN_TEXT), re.VERBOSE | re.DOTALL)
_UNCLOSED = {
    "'": "this text has no closing quote",
    '"': "this text has no closing quote",
}


def tokenize(
    sql: str, flavour: Flavour | None = None, *, is_lenient: bool = False, escapes: bool = True
) -> list[Token]:
    """Split a text into tokens, with one of kind "end" at its end.

    Args:
        sql: the text.
        flavour: the server whose version comments are read; None leaves all of them out.
        is_lenient: end the tokens where the first fault is: the body of a program may have been
            written under an sql_mode with other rules.
        escapes: whether a backslash is an escape: not in a session with NO_BACKSLASH_ESCAPES.

    Raises:
        SyntaxFault: at a character that begins no token, or at an unclosed quote or comment.
    """
    pattern = _TOKEN if escapes else _TOKEN_WITHOUT_ESCAPES
    tokens: list[Token] = []
    position, open_comments = 0, 0
    while position < len(sql):
        match = pattern.match(sql, position)
        kind = match.lastgroup if match else None
        if match is None and is_lenient:
            break
        if match is None:
            raise _fault(sql, position)
        position = match.end()
        if kind in ("version", "since"):
            if _is_executed(sql[match.start() : match.start() + 3], match["since"], flavour):
                open_comments += 1
            else:
                position = _end_of_comment(sql, match.start(), is_lenient)
        elif kind == "close" and open_comments:
            open_comments -= 1
        elif kind == "close":
            tokens.append(Token("mark", "*", "*", match.start(), match.start() + 1))
            position = match.start() + 1
        elif kind not in ("space", "comment"):
            tokens.append(_token(kind, match, escapes))
    tokens.append(Token("end", "", "", position, position))
    return tokens


def _token(kind: str | None, match: re.Match[str], escapes: bool) -> Token:
    text = match.group()
    start, end = match.span()
    if kind == "word":
        return Token("word", text, text.lower(), start, end)
    if kind == "name":
        return Token("name", text, unquote_name(text), start, end)
    if kind == "text":
        return Token("text", text, unquote_text(text, escapes=escapes), start, end)
    if kind == "hex":
        return Token("hex", text, _digits(text).upper(), start, end)
    if kind == "bits":
        return Token("bits", text, _digits(text), start, end)
    return Token("number" if kind == "number" else "mark", text, text, start, end)


def _digits(literal: str) -> str:
    return literal[2:-1] if literal.endswith("'") else literal[2:]


def _is_executed(opening: str, since: str | None, flavour: Flavour | None) -> bool:
    """Whether the server runs what stands in a version comment (both manuals: Comments)."""
    if flavour is None:
        return False
    if opening == "/*M" and flavour.is_mysql:
        return False
    if since is None:
        return True
    major, minor, patch = flavour.version
    wanted = int(since)
    # MariaDB leaves out what MySQL 5.7 and later wrote for themselves.
    if flavour.is_mariadb and opening == "/*!" and 50700 <= wanted <= 99999:
        return False
    return wanted <= major * 10000 + minor * 100 + patch


def _end_of_comment(sql: str, start: int, is_lenient: bool) -> int:
    end = sql.find("*/", start)
    if end < 0 and is_lenient:
        return len(sql)
    if end < 0:
        raise SyntaxFault("this comment has no end", start)
    return end + 2


def _fault(sql: str, position: int) -> SyntaxFault:
    character = sql[position]
    if character in _UNCLOSED:
        return SyntaxFault(
            _UNCLOSED[character], position, "close the quote; a quote inside is doubled"
        )
    if character == "`":
        return SyntaxFault("this name has no closing backquote", position)
    if sql.startswith("/*", position):
        return SyntaxFault("this comment has no end", position)
    return SyntaxFault(f"the character {character!r} begins nothing that SQL knows", position)
