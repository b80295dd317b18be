"""What a migration is: its way up and its way down as statements, with what has to be true before and after.

A value alone: `plumbob.migration.text` writes and reads it, `plumbob.migration.run.executor` runs it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal

from plumbob.ddl.cursor import Cursor
from plumbob.ddl.lexer import tokenize
from plumbob.ddl.stored import is_stored
from plumbob.model import Flavour, StoredKind
from plumbob.plan.cost import Cost
from plumbob.plan.statement import Hazard

Direction = Literal["up", "down"]
# The fingerprint of a table that is not there, and of one that nobody foresaw.
ABSENT = "absent"
UNKNOWN = "unknown"
# Why nothing was proved, where nobody says more.
NO_SCRATCH = "no scratch server was there to run it on"


@dataclass(frozen=True, slots=True)
class Assertion:
    """A SELECT of one value that has to be true; `line` is where it stands in its file, 0 for nowhere."""

    sql: str
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class FileStatement:
    """One statement of a migration file, without a semicolon at its end.

    `after` has the tables whose definition it changes, makes or drops, each with the fingerprint that is
    expected once it has run: ABSENT for a dropped table, UNKNOWN where nobody could say. `session` are
    settings for this statement alone, texts without quotes. `cost` is for people: what a server said.
    `asserted` is looked at right before it.
    `block` is the number of the block by hand that it stands in, from 1 on; 0 where we wrote it.
    `notes` are the comments that people have put above it.
    """

    sql: str
    about: str
    after: Mapping[str, str]
    hazards: tuple[Hazard, ...] = ()
    session: tuple[tuple[str, str], ...] = ()
    cost: Cost | None = None
    asserted: tuple[Assertion, ...] = ()
    block: int = 0
    notes: tuple[str, ...] = ()
    line: int = field(default=0, compare=False)

    @property
    def is_by_hand(self) -> bool:
        return self.block > 0

    def hash(self, flavour: Flavour) -> str:
        """SHA-256 over what the server is told, white space and comments aside."""
        return _sha256([_words(self.sql, flavour), [list(each) for each in self.session]])


@dataclass(frozen=True, slots=True)
class Block:
    """What stands between two marks in a file, written by hand.

    `title` tells it from the others of its file; `at` is the number of statements ahead of it.
    `no_way_back` is the reason why there is nothing in it: the rollback cannot undo the block of this
    title.
    """

    title: str
    at: int
    no_way_back: str = ""
    notes: tuple[str, ...] = ()
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Script:
    """One way, up or down: what one file says.

    `before` and `after` are fingerprints of all tables of the database; `tables` has those of the
    objects that the script touches, before and after it, by id; `preamble` are the SET statements at
    the top, for a client that runs the file alone; `written` is the checksum that stands in the file,
    or "" before there is one. `blocks` are those by hand; `asserted` is looked at when all is done;
    `approved` is what people have approved in the file.
    """

    statements: tuple[FileStatement, ...]
    before: str
    after: str
    tables: Mapping[str, tuple[str, str]]
    preamble: tuple[str, ...] = ()
    blocks: tuple[Block, ...] = ()
    asserted: tuple[Assertion, ...] = ()
    approved: tuple[str, ...] = ()
    written: str = field(default="", compare=False)

    def checksum(self, flavour: Flavour) -> str:
        """SHA-256 over all that steers a run; comments for people and white space are no part of it."""
        steering = [
            self.before,
            self.after,
            [_words(line, flavour) for line in self.preamble],
            [
                [
                    each.hash(flavour),
                    sorted(each.after.items()),
                    [_steering(hazard) for hazard in each.hazards],
                    *self._by_hand(each, flavour),
                ]
                for each in self.statements
            ],
        ]
        if self.blocks or self.asserted:
            steering.append([[each.title, each.at, each.no_way_back] for each in self.blocks])
            steering.append([_words(each.sql, flavour) for each in self.asserted])
        if self.approved:
            steering.append(["approved", *self.approved])
        return "sha256:" + _sha256(steering)

    @staticmethod
    def _by_hand(statement: FileStatement, flavour: Flavour) -> Iterator[object]:
        """What files of earlier formats have nothing of."""
        if statement.is_by_hand or statement.asserted:
            yield statement.block
            yield [_words(each.sql, flavour) for each in statement.asserted]

    @property
    def hazards(self) -> tuple[Hazard, ...]:
        return tuple(hazard for each in self.statements for hazard in each.hazards)

    @property
    def by_hand(self) -> int:
        """How many of its statements were written by hand."""
        return sum(each.is_by_hand for each in self.statements)

    def is_unseen(self, number: int) -> bool:
        """Whether no fingerprint tells if a statement of ours was run: it brings indexes into order, or sets a counter.

        Such a one may be run again. Numbers count from 1 on.
        """
        state = {id: before for id, (before, _) in self.tables.items()}
        for each in self.statements[: number - 1]:
            state |= each.after
        each = self.statements[number - 1]
        is_same = all(state.get(id) == end != UNKNOWN for id, end in each.after.items())
        return bool(each.after) and is_same and not each.is_by_hand

    @property
    def leaves_no_trace(self) -> bool:
        """Whether no fingerprint tells if it was run, and it may be run again."""
        numbers = range(1, len(self.statements) + 1)
        return bool(self.statements) and all(map(self.is_unseen, numbers))

    @property
    def is_edited(self) -> bool:
        """Whether people have put something into it that steers a run."""
        put_in = self.blocks or self.asserted or self.approved
        return bool(put_in or any(each.asserted for each in self.statements))

    def name_of(self, number: int) -> str:
        """A statement, by its number from 1 on, as its file has it: `statement 2 of 3`."""
        each = self.statements[number - 1]
        if each.is_by_hand:
            return f"the statement by hand in line {each.line}"
        ours = [other for other in self.statements if not other.is_by_hand]
        before = sum(not other.is_by_hand for other in self.statements[:number])
        return f"statement {before} of {len(ours)}"


@dataclass(frozen=True, slots=True)
class Parent:
    """The migration that comes before, and the checksum that its way up had."""

    id: str
    checksum: str


@dataclass(frozen=True, slots=True)
class Header:
    """What both files of a migration say about it.

    `created` is a time in UTC, `2026-11-24T13:15:00Z`; `manages` are the kinds of stored objects that
    the declaration spoke of; `tool` the version of plumbob that wrote them;
    `proof` is the place where both ways were run with the expected result, or "" when nobody could:
    `unproved` says why.
    `undoes_drift`: it leads back to where the migration before it ended, on a database that somebody
    has changed by hand. Where nobody has, there is nothing to run.
    """

    id: str
    message: str
    parent: Parent | None
    server: Flavour
    tool: str
    created: str
    proof: str
    manages: tuple[StoredKind, ...] = ()
    unproved: str = ""
    undoes_drift: bool = False


@dataclass(frozen=True, slots=True)
class Migration:
    """The way up and the way down between two states of a database."""

    header: Header
    forward: Script
    backward: Script

    @property
    def id(self) -> str:
        return self.header.id

    @property
    def message(self) -> str:
        return self.header.message

    @property
    def parent(self) -> Parent | None:
        return self.header.parent

    @property
    def server(self) -> Flavour:
        return self.header.server

    @property
    def created(self) -> str:
        return self.header.created

    @property
    def proof(self) -> str:
        return self.header.proof

    @property
    def unproved(self) -> str:
        return self.header.unproved or NO_SCRATCH

    @property
    def undoes_drift(self) -> bool:
        return self.header.undoes_drift

    @property
    def tool(self) -> str:
        return self.header.tool

    @property
    def before(self) -> str:
        return self.forward.before

    @property
    def after(self) -> str:
        return self.forward.after

    @property
    def up(self) -> tuple[FileStatement, ...]:
        return self.forward.statements

    @property
    def down(self) -> tuple[FileStatement, ...]:
        return self.backward.statements

    @property
    def checksum(self) -> str:
        return self.forward.checksum(self.server)

    @property
    def rollback_checksum(self) -> str:
        return self.backward.checksum(self.server)

    @property
    def tables(self) -> frozenset[str]:
        """The tables that one of the two ways tells of."""
        return frozenset((*self.forward.tables, *self.backward.tables))

    def script(self, direction: Direction) -> Script:
        return self.forward if direction == "up" else self.backward

    def changed(self) -> tuple[Direction, ...]:
        """The ways whose file was edited after it had been written."""
        ways: tuple[Direction, ...] = ("up", "down")
        return tuple(
            way
            for way in ways
            if self.script(way).written not in ("", self.script(way).checksum(self.server))
        )


def _steering(hazard: Hazard) -> object:
    """What a hazard has to do with a run; in files of the first format the approval alone."""
    if not hazard.count and not hazard.fails:
        return hazard.approval
    return [hazard.approval, hazard.count, hazard.fails]


@lru_cache(maxsize=4096)
def _words(sql: str, flavour: Flavour) -> str:
    """The tokens of a text with one blank between them, so that layout and comments do not count.

    The body of a program is compared to the letter.
    """
    if is_stored(Cursor(sql, is_lenient=True)):
        return sql
    return " ".join(token.text for token in tokenize(sql, flavour)[:-1])


def _sha256(value: Sequence[object]) -> str:
    return hashlib.sha256(json.dumps(value).encode()).hexdigest()
