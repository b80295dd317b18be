"""Reads the pieces of a migration file as the statements that they are, ours and those by hand.

What is ours has to be what `plumbob.migration.text` writes, or the file is refused with the line; comments
that are not known are left alone. What stands between two marks belongs to people.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import NoReturn

from plumbob.ddl.lexer import tokenize
from plumbob.errors import PlumbobError
from plumbob.migration import session
from plumbob.migration.by_hand import about, advice_for, is_query, kind_of
from plumbob.migration.comments import Remark, unescape
from plumbob.migration.migration import Assertion, Block, FileStatement
from plumbob.migration.pieces import Fault, Piece, split
from plumbob.model import Flavour
from plumbob.plan.approvals import ALL, check_approvals, hazard_kind, nearest_kind
from plumbob.plan.cost import Cost, parse_cost
from plumbob.plan.named import read_named
from plumbob.plan.statement import OF_TABLES, Hazard

MARKER = re.compile(r"statement (\d{1,9}) of (\d{1,9})")
FINGERPRINT = re.compile(r"sha256:[0-9a-f]{64}(?:\+[0-9a-f]{16})?|absent|unknown")
BY_HAND, ASSERT, APPROVED = "by hand", "assert", "approved"
BEGIN, END, NO_WAY_BACK = "begin", "end", "no way back"
_KEEP = re.compile(r"SET\s+@plumbob_")
_MARKS = (
    "The marks are `-- by hand: begin`, `-- by hand: end` and `-- by hand: no way back: REASON`."
)

Item = Remark | Piece


@dataclass(slots=True)
class Steps:
    """What a file has to run: the settings at its top, then the rest as in `Script`."""

    preamble: list[str] = field(default_factory=list)
    statements: list[FileStatement] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    asserted: list[Assertion] = field(default_factory=list)
    approved: list[str] = field(default_factory=list)


def read_steps(text: str, flavour: Flavour) -> Steps:
    """What a file has to run, in order.

    Raises:
        Fault, SyntaxFault: something is not as it should be, with the offset where.
    """
    pieces, left = split(text, flavour)
    items: list[Item] = []
    for piece in pieces:
        items += [*piece.remarks, piece]
    items += left
    return _Reader(text, flavour, items).read()


def is_marker(item: Item) -> bool:
    return isinstance(item, Remark) and MARKER.fullmatch(item.key) is not None


class _Reader:
    """Goes through comments and pieces in the order of the file."""

    def __init__(self, text: str, flavour: Flavour, items: list[Item]) -> None:
        self._text = text
        self._flavour = flavour
        self._items = items
        self._total = sum(map(is_marker, items))
        self._at = 0
        self._number = 0
        self._asserted: list[Assertion] = []
        self._notes: list[str] = []
        self._found = Steps()

    def read(self) -> Steps:
        self._preamble()
        while self._at < len(self._items):
            item = self._items[self._at]
            self._at += 1
            if isinstance(item, Piece):
                raise Fault(
                    "a statement has no `-- statement` line above it",
                    item.at,
                    "Put it between `-- by hand: begin` and `-- by hand: end`.",
                )
            if is_marker(item):
                self._ours(item)
            elif item.key == BY_HAND:
                self._by_hand(item)
            else:
                self._remark(item)
        self._found.asserted = self._asserted
        return self._found

    def _preamble(self) -> None:
        for item in self._items:
            if isinstance(item, Piece):
                if not item.sql.upper().startswith("SET "):
                    return
                self._found.preamble.append(item.sql)
            elif is_marker(item) or item.key in (BY_HAND, ASSERT):
                return
            elif item.key == APPROVED:
                self._found.approved.append(_approval(item))
            self._at += 1

    def _remark(self, remark: Remark) -> None:
        """A comment that stands by itself: an assertion, or somebody's words."""
        if remark.key == ASSERT:
            self._asserted.append(self._assertion(remark))
        elif remark.key == APPROVED:
            self._found.approved.append(_approval(remark))
        elif not remark.key:
            self._notes.append(remark.text)

    def _assertion(self, remark: Remark) -> Assertion:
        if not is_query(remark.value):
            raise Fault(
                "`assert` is not one SELECT that only reads",
                remark.at,
                "An assertion is `-- assert: SELECT …` on one line, and gives one true value.",
            )
        return Assertion(remark.value, self._line(remark.at))

    def _ours(self, marker: Remark) -> None:
        """The statement below a `-- statement` line, with its settings around it."""
        self._number += 1
        if marker.key != f"statement {self._number} of {self._total}":
            what = f"`{marker.key}` where statement {self._number} of {self._total} is expected"
            raise Fault(what, marker.at)
        pieces: list[Piece] = []
        behind: list[tuple[int, Assertion]] = []
        notes: list[str] = []
        while self._at < len(self._items):
            item = self._items[self._at]
            if isinstance(item, Piece):
                pieces.append(item)
            elif is_marker(item) or item.key == BY_HAND:
                break
            elif item.key == ASSERT and pieces:
                behind.append((len(pieces), self._assertion(item)))
            elif pieces and not item.key:
                notes.append(item.text)
            else:
                self._remark(item)
            self._at += 1
        if not pieces:
            raise Fault("the statement below this line is missing", marker.at)
        statement, place = _statement(pieces, marker)
        ahead = [each for before, each in behind if before <= place]
        self._add(replace(statement, asserted=(*self._asserted, *ahead)), pieces[place])
        self._asserted = [each for before, each in behind if before > place]
        self._notes = notes

    def _by_hand(self, mark: Remark) -> None:
        """A block from its first mark to its last one, or the word that there is no way back."""
        word, _, title = (part.strip() for part in mark.value.strip().partition(" "))
        block = Block(unescape(title), len(self._found.statements), line=self._line(mark.at))
        if mark.value.strip().startswith(NO_WAY_BACK):
            self._found.blocks.append(replace(block, title="", no_way_back=_reason(mark)))
            return
        if word != BEGIN:
            what = "a block by hand ends that was not begun" if word == END else "it is no mark"
            raise Fault(what, mark.at, _MARKS)
        self._found.blocks.append(block)
        reason = self._inside(mark)
        if bool(reason) == (len(self._found.statements) > block.at):
            what = "has statements, and says that there is no way back" if reason else "is empty"
            raise Fault(f"this block by hand {what}", mark.at, _MARKS)
        if reason:
            notes, self._notes = tuple(self._notes), []
            self._found.blocks[-1] = replace(block, no_way_back=reason, notes=notes)

    def _inside(self, begin: Remark) -> str:
        """The statements of a block; gives the reason why there is none, or ""."""
        reason, first = "", self._at
        while self._at < len(self._items) and not is_marker(item := self._items[self._at]):
            self._at += 1
            if isinstance(item, Piece):
                self._add(self._hand_written(item, self._items[first : self._at - 1]), item)
                self._asserted, first = [], self._at
            elif item.key != BY_HAND:
                self._remark(item)
            elif item.value.strip() == END:
                return reason
            elif item.value.strip().startswith(NO_WAY_BACK):
                reason = _reason(item)
            else:
                raise Fault("a block by hand begins in another one", item.at, _MARKS)
        raise Fault("this block by hand does not end", begin.at, _MARKS)

    def _hand_written(self, piece: Piece, above: list[Item]) -> FileStatement:
        if kind_of(piece.sql, self._flavour) is None:
            what = "this statement has no place in a block by hand"
            raise Fault(what, piece.at, advice_for(piece.sql, self._flavour))
        remarks = [each for each in above if isinstance(each, Remark)]
        after, hazards, _ = _told(remarks, piece)
        return FileStatement(
            piece.sql,
            about(piece.sql),
            after,
            hazards,
            asserted=tuple(self._asserted),
            block=len(self._found.blocks),
        )

    def _add(self, statement: FileStatement, piece: Piece) -> None:
        line = self._line(piece.at)
        self._found.statements.append(replace(statement, notes=tuple(self._notes), line=line))
        self._notes = []

    def _line(self, at: int) -> int:
        return self._text.count("\n", 0, at) + 1


def _approval(remark: Remark) -> str:
    """An approval that stands in the file, of one thing by its name."""
    approval = unescape(remark.value)
    try:
        check_approvals([approval])
    except PlumbobError as error:
        raise Fault(error.what, remark.at, error.advice or "") from error
    if approval == ALL:
        raise Fault("a file approves what it names, and not all", remark.at)
    return approval


def _reason(mark: Remark) -> str:
    reason = unescape(mark.value.strip().removeprefix(NO_WAY_BACK).lstrip(":,; "))
    if not reason:
        raise Fault(
            "`no way back` has no reason",
            mark.at,
            "Say why, for whoever rolls it back: `-- by hand: no way back: REASON`.",
        )
    return reason


def _statement(group: list[Piece], marker: Remark) -> tuple[FileStatement, int]:
    """One of our statements, and its place among the pieces of its group."""
    first = group[0]
    after, hazards, cost = _above(first)
    settings = _settings(group)
    middle = 2 * len(settings)
    around = [*session.before(settings), *session.after(settings)]
    found = [piece.sql for piece in group]
    if len(group) <= middle or not _same(found[:middle] + found[middle + 1 :], around):
        raise Fault(
            "below a `-- statement` line there is one statement, with its settings around it",
            first.at,
            "What is written by hand stands between `-- by hand: begin` and `-- by hand: end`.",
        )
    about_it = unescape(marker.value)
    statement = FileStatement(found[middle], about_it, after, hazards, settings, cost)
    return statement, middle


def _above(piece: Piece) -> tuple[dict[str, str], tuple[Hazard, ...], Cost | None]:
    """What the comments between the line of a statement and its first piece say."""
    start = max(n for n, remark in enumerate(piece.remarks) if is_marker(remark))
    return _told(piece.remarks[start + 1 :], piece)


def _told(
    remarks: list[Remark], piece: Piece
) -> tuple[dict[str, str], tuple[Hazard, ...], Cost | None]:
    cost = None
    after: dict[str, str] = {}
    hazards: list[Hazard] = []
    what, count = None, ""
    for remark in remarks:
        if remark.key == "after":
            name, fingerprint = _after(remark)
            after[name] = fingerprint
        elif remark.key == "cost":
            cost = _cost(remark)
        elif remark.key == "hazard":
            what, count = unescape(remark.value), ""
        elif remark.key == "count":
            count = unescape(remark.value)
            if what is None or not is_query(count) or not count.startswith("SELECT "):
                _fail(piece, "`count` is not one SELECT below a `hazard`")
        elif remark.key in ("approve", "refuse"):
            kind, colon, name = unescape(remark.value).partition(":")
            if what is None or not colon:
                _fail(piece, f"`{remark.key}` is not KIND:OBJECT below a `hazard`")
            known = hazard_kind(kind)
            if known is None:
                _fail(piece, f"there is no hazard {kind!r}: {nearest_kind(kind)}")
            object = read_named(name, is_whole=known in OF_TABLES)
            hazards.append(Hazard(known, object, what, count, fails=remark.key == "refuse"))
            what = None
    if what is not None:
        _fail(piece, "a `hazard` has no `approve` or `refuse` below it")
    return after, tuple(hazards), cost


def _cost(remark: Remark) -> Cost | None:
    try:
        return parse_cost(unescape(remark.value))
    except ValueError:
        raise Fault("`cost` is not what a server said", remark.at) from None


def _after(remark: Remark) -> tuple[str, str]:
    """The object and the fingerprint that it is expected to have."""
    fingerprint, _, name = remark.value.partition(" ")
    if not FINGERPRINT.fullmatch(fingerprint) or not name:
        raise Fault("`after` is not a fingerprint and a name", remark.at)
    return unescape(name), fingerprint


def _fail(piece: Piece, what: str) -> NoReturn:
    raise Fault(what, piece.at)


def _settings(group: list[Piece]) -> tuple[tuple[str, str], ...]:
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
