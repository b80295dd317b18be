"""A script of SQL into its statements, as the mysql client splits it.

DELIMITER is understood, and BEGIN … END of a stored program without it. Version comments are opened:
what stands in `/*!50100 … */` or `/*M!100301 … */` is read as text, whatever the server.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field

from plumbob.ddl.lexer import without_escapes
from plumbob.declaration.source import Source
from plumbob.declaration.sql_session import after_set, has_ansi_quotes, has_escapes
from plumbob.model import Session

_PIECE_TEXT = r"""
      (?P<quoted>'(?:[^'\\]|''|\\.)*'|"(?:[^"\\]|""|\\.)*"|`(?:[^`]|``)*`)
    | (?P<comment>/\*M!999999.*?\*/|/\*(?!!|M!).*?\*/|\#[^\n]*|--(?=\s|$)[^\n]*)
    | (?P<version>/\*M?!\d*)
    | (?P<close>\*/)
    | (?P<client>(?<![^\n])[ \t]*DELIMITER[ \t]+(?P<delimiter>\S+)[^\n]*)
    | (?P<word>[\w$]+)
    | (?P<space>\s+)
    | (?P<mark>.)
    """
_PIECE = re.compile(_PIECE_TEXT, re.VERBOSE | re.DOTALL | re.IGNORECASE)
_PIECE_WITHOUT_ESCAPES = re.compile(without_escapes(_PIECE_TEXT), _PIECE.flags)
# A quote inside of a name.
_INSIDE = re.compile(r'["`]')
# Statements whose bodies have statements in them.
_PROGRAMS = ("procedure", "function", "trigger", "event", "package")
_KINDS = (*_PROGRAMS, "table", "view", "index", "database", "schema", "sequence", "user", "role")
# What may stand between CREATE and INDEX.
_BEFORE_INDEX = ("or", "replace", "online", "offline", "unique", "fulltext", "spatial", "vector")
# Behind END these words close what no BEGIN or CASE has opened.
_OTHER_ENDS = ("if", "loop", "repeat", "while")


@dataclass(frozen=True, slots=True)
class SqlStatement:
    """A statement without its delimiter.

    `sql` has blanks where version comments begin and end, so that offsets are those of the file;
    `words` are its first words in small letters, up to the first parenthesis.
    """

    sql: str
    source: Source
    start: int
    end: int
    words: tuple[str, ...]
    # What the file set ahead of it says of its quotes.
    escapes: bool = True

    @property
    def is_program(self) -> bool:
        """Whether what it makes keeps the sql_mode that it was made with, and its text as it is."""
        return _is_made(self.words, _PROGRAMS)

    @property
    def is_index(self) -> bool:
        """Whether it is CREATE INDEX, of whichever kind."""
        made = next((word for word in self.words[1:] if word not in _BEFORE_INDEX), "")
        return self.words[:1] == ("create",) and made == "index"

    @property
    def keeps_comments(self) -> bool:
        """Whether what it makes has a text of its own, with the comments in it."""
        return _is_made(self.words, (*_PROGRAMS, "view"))


@dataclass(slots=True)
class _Draft:
    """A statement while it is read."""

    start: int = -1
    words: list[str] = field(default_factory=list)
    is_head: bool = True
    depth: int = 0
    ends: bool = False
    blanks: list[tuple[int, int]] = field(default_factory=list)

    @property
    def is_program(self) -> bool:
        return _is_made(self.words, _PROGRAMS)

    def word(self, text: str) -> None:
        """Take a word in: one of the head, or one that opens or closes a block."""
        lowered = text.lower()
        if self.is_head:
            self.words.append(lowered)
        if not self.is_program:
            return
        if self.ends:
            # The word behind END says what it ends.
            self.depth -= lowered not in _OTHER_ENDS
            self.ends = False
            if lowered == "case":
                return
        if lowered in ("begin", "case") or (self.is_head and lowered == "package"):
            self.depth += 1
        elif lowered == "end":
            self.ends = True

    def mark(self, text: str) -> None:
        if text == "(" and self.words[-1:] not in (["current_user"], ["current_role"]):
            self.is_head = False
        if text.strip() and self.ends:
            self.depth -= 1
            self.ends = False


def _is_made(words: Sequence[str], kinds: Collection[str]) -> bool:
    """Whether these are the first words of a CREATE statement for one of the kinds."""
    kind = next((word for word in words if word in _KINDS), "")
    return kind in kinds and words[0] == "create"


def statements(source: Source) -> Iterator[SqlStatement]:
    """The statements of a script that are not empty, in order."""
    text = source.text
    delimiter, draft, position = ";", _Draft(), 0
    session = Session()
    while position < len(text):
        if draft.is_program and delimiter == ";" and text.startswith("$$", position):
            # The body of a program in another language, which may have semicolons.
            close = text.find("$$", position + 2)
            position = close + 2 if close >= 0 else len(text)
            continue
        found = _piece(text, position, session)
        assert found is not None
        kind, end = found.lastgroup, found.end()
        if kind == "delimiter":
            kind = "client"
        if kind in ("word", "mark"):
            cut = text.find(delimiter, position, max(end, position + len(delimiter)))
            end = cut if cut >= 0 else end
            if cut == position:
                kind, end = "end", position + len(delimiter)
            elif text[position] == ";" and not draft.is_program:
                # What is sent as one the server splits, but for the body of a program.
                kind = "end"
        if kind == "end":
            draft.mark(delimiter)
            if delimiter == ";" and draft.depth > 0:
                position = end
                continue
            for statement in _finished(draft, source, position, session):
                yield statement
                if statement.words[:1] == ("set",):
                    session = after_set(session, statement.sql)
            draft = _Draft()
        elif kind == "client" and draft.start < 0:
            delimiter = found["delimiter"]
        elif kind in ("version", "close"):
            draft.blanks.append((position, end))
        elif kind not in ("space", "comment"):
            if draft.start < 0:
                draft.start = position
            piece = text[position:end]
            if kind == "word":
                draft.word(piece)
            else:
                draft.mark(piece)
        position = end
    yield from _finished(draft, source, len(text), session)


def _piece(text: str, position: int, session: Session) -> re.Match[str] | None:
    pattern = _PIECE if has_escapes(session) else _PIECE_WITHOUT_ESCAPES
    return pattern.match(text, position)


def comments(source: Source) -> Iterator[int]:
    """Where the comments of a script begin, those inside of statements among them."""
    position = 0
    without = [each for each in statements(source) if not each.escapes]
    while position < len(source.text):
        is_without = any(each.start <= position < each.end for each in without)
        found = (_PIECE_WITHOUT_ESCAPES if is_without else _PIECE).match(source.text, position)
        assert found is not None
        if found.lastgroup == "comment":
            yield position
        position = found.end()


def _finished(draft: _Draft, source: Source, end: int, session: Session) -> Iterator[SqlStatement]:
    if draft.start < 0:
        return
    sql = source.text[draft.start : end]
    for start, stop in draft.blanks:
        if start >= draft.start:
            start, stop = start - draft.start, stop - draft.start
            sql = sql[:start] + " " * (stop - start) + sql[stop:]
    sql = sql.rstrip()
    if has_ansi_quotes(session) and not draft.is_program:
        sql = _in_backquotes(sql, session)
    yield SqlStatement(
        sql, source, draft.start, draft.start + len(sql), tuple(draft.words), has_escapes(session)
    )


def _in_backquotes(sql: str, session: Session) -> str:
    """A statement of a session with ANSI_QUOTES, whose names in double quotes stand in backquotes."""
    said, position = "", 0
    while found := _piece(sql, position, session):
        piece, position = found.group(), found.end()
        is_name = len(piece) > 2 and piece[0] == '"' and not _INSIDE.search(piece[1:-1])
        said += f"`{piece[1:-1]}`" if is_name else piece
    return said
