"""Reads the text of a migration file back into the statements it was written from.

The server's own lexer rules decide where a statement ends and what is a comment, so a `;` or a line that
looks like a marker inside a text is a part of that text. Everything else in the file has to be what
`plumbob.migration.text` writes, or the file is refused with the line.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from typing import NoReturn

from plumbob.ddl.lexer import SyntaxFault, tokenize
from plumbob.errors import PlumbobError, Position
from plumbob.migration import session
from plumbob.migration.comments import facts, unescape
from plumbob.migration.delimiter import Fenced, find_fenced
from plumbob.migration.migration import Direction, FileStatement, Header, Parent, Script
from plumbob.model import STORED_KINDS, Flavour, StoredKind, parse_flavour
from plumbob.plan.approvals import hazard_kind, nearest_kind
from plumbob.plan.cost import Cost, parse_cost
from plumbob.plan.statement import Hazard

FORMAT = 1
# Of a file that has counts, or rows to refuse: no earlier plumbob looks for them.
FORMAT_WITH_COUNTS = 2
KIND = {"up": "migration", "down": "rollback"}
SUFFIX = {"up": ".sql", "down": ".rollback.sql"}
NO_PARENT = "none"
PROVED = "run up and down with the expected result on "
NOT_PROVED = "not proved: no scratch server was there to run it on"

_FIRST_LINE = re.compile(r"-- plumbob (migration|rollback), format (\d{1,9})[ \t]*(?:\n|$)")
_MARKER = re.compile(r"statement (\d{1,9}) of (\d{1,9})")
_ID = re.compile(r"[0-9]{8}T[0-9]{6}_[a-z0-9_]+(?:-[0-9]+)?")
_SUM = re.compile(r"sha256:[0-9a-f]{64}")
_FINGERPRINT = re.compile(rf"{_SUM.pattern}(?:\+[0-9a-f]{{16}})?|absent|unknown")
_KEEP = re.compile(r"SET\s+@plumbob_")
_BROKEN = "Take it from version control again; files of migrations are not edited by hand."
_SINGLE = (
    "migration",
    "message",
    "parent",
    "before",
    "after",
    "manages",
    "server",
    "tool",
    "created",
    "proof",
)
Facts = list[tuple[str, str]]


@dataclass(slots=True)
class _Piece:
    """A piece of SQL up to its semicolon, where it begins, and the facts in the comments ahead of it."""

    sql: str
    at: int
    facts: Facts


class _Fault(Exception):
    """What is wrong with a file, the offset where, and what to do about it."""

    def __init__(self, what: str, at: int = 0, advice: str = _BROKEN) -> None:
        super().__init__(what)
        self.what = what
        self.at = at
        self.advice = advice


def is_id(text: str) -> bool:
    """Whether it is the id of a migration: safe as the name of a file, and nothing else."""
    return len(text) <= 120 and _ID.fullmatch(text) is not None


def read_script(text: str, file: str, direction: Direction) -> tuple[Header, Script]:
    """Read one file of the pair; `file` is its name for messages.

    Raises:
        PlumbobError: the format is unknown, or something in it is not what plumbob writes.
    """
    text = text.removeprefix("\ufeff")
    if "\r" in text.partition("\n")[0]:
        # Git has turned all line ends round; a program may have such ends of its own.
        text = text.replace("\r\n", "\n")
    try:
        _check_format(text, direction)
        head = dict(_head(text))
        header = _header(head)
        pieces = list(_pieces(text, header.server))
        return header, _script(text, head, pieces)
    except SyntaxFault as fault:
        raise _error(fault.what, text, fault.offset, file, _BROKEN) from fault
    except _Fault as fault:
        raise _error(fault.what, text, fault.at, file, fault.advice) from fault


def _error(what: str, text: str, offset: int, file: str, advice: str) -> PlumbobError:
    line = text.count("\n", 0, offset) + 1
    start = text.rfind("\n", 0, offset) + 1
    shown = text[start:].partition("\n")[0]
    return PlumbobError(
        f"this migration file cannot be read: {what}",
        advice=advice,
        where=Position(file, line, offset - start + 1, shown),
    )


def _check_format(text: str, direction: Direction) -> None:
    found = _FIRST_LINE.match(text)
    if found is None:
        raise _Fault(f"its first line is not `-- plumbob {KIND[direction]}, format {FORMAT}`")
    if int(found[2]) not in (FORMAT, FORMAT_WITH_COUNTS):
        raise _Fault(
            f"it has format {found[2]}, and this plumbob knows formats up to {FORMAT_WITH_COUNTS}",
            advice="use the plumbob that wrote it",
        )
    if found[1] != KIND[direction]:
        raise _Fault(f"it says that it is a {found[1]}")


def _head(text: str) -> Iterator[tuple[str, str]]:
    """The facts of the header; `table` is left to `_tables`, and what people add is left alone."""
    seen = set()
    for key, value in _leading(text):
        if key in seen and key in (*_SINGLE, "checksum"):
            raise _Fault(f"its header says `{key}` twice")
        seen.add(key)
        yield key, value


def _leading(text: str) -> Iterator[tuple[str, str]]:
    comments = re.match(r"(?:[ \t]*(?:--[^\n]*)?(?:\n|$))*", text)
    for key, value in facts(comments[0] if comments else ""):
        if _MARKER.fullmatch(key):
            return
        yield key, value


def _header(head: dict[str, str]) -> Header:
    for key in (*_SINGLE, "checksum"):
        if key not in head:
            raise _Fault(f"its header has no `{key}`")
    for key in ("before", "after", "checksum"):
        if not _SUM.fullmatch(head[key]):
            raise _Fault(f"`{key}` in its header is no fingerprint")
    if not is_id(head["migration"]):
        raise _Fault("`migration` in its header is no id of a migration")
    try:
        server = parse_flavour(head["server"])
    except ValueError as error:
        raise _Fault("`server` in its header names no server") from error
    proof = unescape(head["proof"])
    return Header(
        id=head["migration"],
        message=unescape(head["message"]),
        parent=_parent(head["parent"]),
        server=server,
        tool=unescape(head["tool"]).removeprefix("plumbob "),
        created=head["created"],
        manages=_manages(head["manages"]),
        proof="" if proof == NOT_PROVED else proof.removeprefix(PROVED),
    )


def _manages(text: str) -> tuple[StoredKind, ...]:
    kinds = tuple(kind for kind in STORED_KINDS if kind in text.split())
    if len(kinds) + 1 != len(text.split()):
        raise _Fault("`manages` in its header names a kind that this plumbob does not know")
    return tuple(sorted(kinds))


def _parent(text: str) -> Parent | None:
    if text == NO_PARENT:
        return None
    id, _, checksum = text.partition(" ")
    if not is_id(id) or not _SUM.fullmatch(checksum):
        raise _Fault("`parent` in its header is not an id and a checksum")
    return Parent(id, checksum)


def _tables(text: str) -> dict[str, tuple[str, str]]:
    tables = {}
    for key, value in _leading(text):
        if key == "table":
            before, after, name = [*value.split(" ", 2), "", ""][:3]
            if not (_FINGERPRINT.fullmatch(before) and _FINGERPRINT.fullmatch(after) and name):
                raise _Fault("a `table` in its header is not two fingerprints and a name")
            tables[unescape(name)] = (before, after)
    return tables


def _pieces(text: str, flavour: Flavour) -> Iterator[_Piece]:
    """The SQL of the file, split at each `;` that ends a statement, and at other delimiters."""
    found: Facts = []
    at = 0
    while (program := _next_program(text, at)) is not None:
        found = yield from _plain_pieces(text, at, program.start, flavour, found)
        yield _Piece(program.sql, program.at, found)
        found, at = [], program.end
    found = yield from _plain_pieces(text, at, len(text), flavour, found)
    if any(_MARKER.fullmatch(key) for key, _ in found):
        raise _Fault("its last statement is missing", len(text) - 1)


def _next_program(text: str, at: int) -> Fenced | None:
    try:
        return find_fenced(text, at)
    except ValueError as error:
        raise _Fault(str(error), at) from None


def _plain_pieces(
    text: str, begin: int, stop: int, flavour: Flavour, found: Facts
) -> Generator[_Piece, None, Facts]:
    """The pieces of a part of the file; the facts that are left over belong to what follows."""
    start, end = -1, begin
    part = text[begin:stop]
    try:
        tokens = tokenize(part, flavour)
    except SyntaxFault as fault:
        raise SyntaxFault(fault.what, begin + fault.offset, fault.advice) from fault
    for token in tokens:
        first = begin + token.start
        if start < 0:
            found = [*found, *facts(text[end:first])]
        if token.kind == "end":
            break
        if (token.kind, token.value) == ("mark", ";"):
            if start < 0:
                raise _Fault("a semicolon ends nothing", first)
            # Up to the semicolon, not the last token: a version comment may close in between.
            yield _Piece(text[start:first].rstrip(), start, found)
            found, start = [], -1
        elif start < 0:
            start = first
        end = begin + token.end
    if start >= 0:
        raise _Fault("its last statement has no semicolon", start)
    return found


def _script(text: str, head: dict[str, str], pieces: list[_Piece]) -> Script:
    groups: list[list[_Piece]] = [[]]
    for piece in pieces:
        if any(_MARKER.fullmatch(key) for key, _ in piece.facts):
            groups.append([])
        groups[-1].append(piece)
    statements = tuple(
        _statement(group, number, len(groups) - 1) for number, group in enumerate(groups[1:], 1)
    )
    for piece in groups[0]:
        if not piece.sql.upper().startswith("SET "):
            raise _Fault("a statement has no `-- statement` line above it", piece.at)
    return Script(
        statements=statements,
        before=head["before"],
        after=head["after"],
        tables=_tables(text),
        preamble=tuple(piece.sql for piece in groups[0]),
        written=head["checksum"],
    )


def _statement(group: list[_Piece], number: int, total: int) -> FileStatement:
    first = group[0]
    about, after, hazards, cost = _above(first, number, total)
    settings = _settings(group)
    middle = 2 * len(settings)
    around = [*session.before(settings), *session.after(settings)]
    found = [piece.sql for piece in group]
    if len(group) <= middle or not _same(found[:middle] + found[middle + 1 :], around):
        raise _Fault(
            "below a `-- statement` line there is one statement, with its settings around it",
            first.at,
        )
    return FileStatement(found[middle], about, after, hazards, settings, cost=cost)


def _above(
    piece: _Piece, number: int, total: int
) -> tuple[str, dict[str, str], tuple[Hazard, ...], Cost | None]:
    """What the comments above a statement say."""
    cost = None
    about, after = "", {}
    hazards: list[Hazard] = []
    what, count = None, ""
    started = False
    for key, value in piece.facts:
        if _MARKER.fullmatch(key):
            if started or key != f"statement {number} of {total}":
                _fail(piece, f"`{key}` where statement {number} of {total} is expected")
            about, started = unescape(value), True
        elif not started:
            continue
        elif key == "after":
            fingerprint, _, name = value.partition(" ")
            if not _FINGERPRINT.fullmatch(fingerprint) or not name:
                _fail(piece, "`after` is not a fingerprint and a name")
            after[unescape(name)] = fingerprint
        elif key == "cost":
            cost = _cost(value, piece)
        elif key == "hazard":
            what, count = unescape(value), ""
        elif key == "count":
            count = unescape(value)
            if what is None or not _is_query(count):
                _fail(piece, "`count` is not one SELECT below a `hazard`")
        elif key in ("approve", "refuse"):
            kind, colon, name = unescape(value).partition(":")
            if what is None or not colon:
                _fail(piece, f"`{key}` is not KIND:OBJECT below a `hazard`")
            known = hazard_kind(kind)
            if known is None:
                _fail(piece, f"there is no hazard {kind!r}: {nearest_kind(kind)}")
            hazards.append(Hazard(known, name, what, count, fails=key == "refuse"))
            what = None
    if what is not None:
        _fail(piece, "a `hazard` has no `approve` or `refuse` below it")
    return about, after, tuple(hazards), cost


def _cost(text: str, piece: _Piece) -> Cost | None:
    try:
        return parse_cost(unescape(text))
    except ValueError:
        _fail(piece, "`cost` is not what a server said")


def _is_query(sql: str) -> bool:
    """Whether it is a SELECT alone: it is run where nothing else would be."""
    try:
        words = [token.value.upper() for token in tokenize(sql) if token.kind in ("word", "mark")]
    except SyntaxFault:
        return False
    return sql.startswith("SELECT ") and not {";", "INTO"} & set(words)


def _fail(piece: _Piece, what: str) -> NoReturn:
    raise _Fault(what, piece.at)


def _settings(group: list[_Piece]) -> tuple[tuple[str, str], ...]:
    """The settings ahead of a statement: pairs of a line that keeps the old value and one that sets."""
    settings = []
    pairs = zip(group[::2], group[1::2], reversed(group), strict=False)
    for keep, change, back in pairs:
        setting = session.setting_of(change.sql, back.sql)
        if not _KEEP.match(keep.sql) or setting is None:
            break
        settings.append(setting)
    return tuple(settings)


def _same(found: list[str], wanted: list[str]) -> bool:
    def words(lines: list[str]) -> list[list[str]]:
        return [[token.text for token in tokenize(line)] for line in lines]

    return words(found) == words(wanted)
