"""What a statement that changes rows says: its tables, where they come from, and which rows it means.

A reader of clauses and nothing more: expressions and subqueries stay the text that they are. What it does
not read whole, it does not read at all.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from plumbob.ddl.lexer import Token, tokenize
from plumbob.ddl.stored.relations import relations
from plumbob.model import Flavour

Verb = Literal["delete", "update", "insert", "replace"]
_VERBS: tuple[Verb, ...] = ("delete", "update", "insert", "replace")
_MODIFIERS = ("low_priority", "high_priority", "delayed", "quick", "ignore")
_BEHIND_ROWS = ("where", "order", "limit", "returning")
_QUERY = ("select", "with", "table", "(")
# Words that end the name of a table in a list of them.
_BEHIND_NAME = (
    "join", "inner", "left", "right", "cross", "natural", "straight_join", "outer", "on", "using",
    "use", "force", "ignore", "partition", "where", "set", "order", "limit",
)  # fmt: skip


class NotRead(Exception):
    """A statement with a clause that is not known here, such as FOR PORTION OF."""


@dataclass(frozen=True, slots=True)
class Assignment:
    """`column = value`; `table` is the name or alias in front of the column, or ""."""

    table: str
    column: str
    value: str


@dataclass(frozen=True, slots=True)
class DataStep:
    """A DELETE, UPDATE, INSERT or REPLACE.

    Attributes:
        targets: the names or aliases of the tables whose rows it changes; of an UPDATE all that it reads.
        tables: the name of the table behind each name or alias.
        source: what stands behind FROM, or between UPDATE and SET.
        with_: the text ahead of the verb, `WITH …`, or "".
        where: the condition, or "".
        limit: ORDER BY and LIMIT, where there is a LIMIT.
        assignments: those of an UPDATE, or of ON DUPLICATE KEY UPDATE.
        columns: those that an INSERT or REPLACE names; None for all.
        rows: the values of each row that it writes; None where they come from `query`.
        is_history: it deletes the history of a system-versioned table.
    """

    verb: Verb
    targets: tuple[str, ...]
    tables: dict[str, str]
    source: str = ""
    with_: str = ""
    where: str = ""
    limit: str = ""
    assignments: tuple[Assignment, ...] = ()
    columns: tuple[str, ...] | None = None
    rows: tuple[tuple[str, ...], ...] | None = None
    query: str = ""
    is_history: bool = False


def read_data_step(sql: str, flavour: Flavour) -> DataStep | None:
    """Read a statement; None for one that is none of these.

    Raises:
        NotRead: it is one, and has more than is known here.
    """
    reader = _Reader(sql, tokenize(sql, flavour, is_lenient=True))
    start = next(iter(reader.places(_VERBS)), None)
    if start is None or (start and reader.word(0) != "with"):
        return None
    match reader.word(start):
        case "delete":
            return reader.delete(start)
        case "update":
            return reader.update(start)
        case "insert":
            return reader.insert("insert", start)
        case _:
            return reader.insert("replace", start)


class _Reader:
    """The tokens of one statement; a place is the number of a token."""

    def __init__(self, sql: str, tokens: Sequence[Token]) -> None:
        self.sql = sql
        self.tokens = tokens
        self.end = next(n for n, each in enumerate(tokens) if each.kind == "end")
        self.depths = [*_depths(tokens)]

    def word(self, place: int) -> str:
        token = self.tokens[place]
        return token.value if token.kind == "word" else token.text if token.kind == "mark" else ""

    def name(self, place: int) -> str:
        token = self.tokens[place]
        if token.kind not in ("word", "name"):
            raise NotRead
        return token.text if token.kind == "word" else token.value

    def text(self, start: int, end: int) -> str:
        if start >= end:
            return ""
        return self.sql[self.tokens[start].start : self.tokens[end - 1].end]

    def places(self, words: Sequence[str], start: int = 0) -> Iterator[int]:
        """Where one of these words stands outside of all parentheses."""
        for place in range(start, self.end):
            if self.depths[place] == 0 and self.word(place) in words:
                yield place

    def first(self, words: Sequence[str], start: int) -> int:
        return next(self.places(words, start), self.end)

    def behind_modifiers(self, place: int) -> int:
        while self.word(place) in _MODIFIERS:
            place += 1
        return place

    def delete(self, start: int) -> DataStep:
        place = self.behind_modifiers(start + 1)
        if self.word(place) == "history":
            table = self.name(self.first(("from",), place) + 1)
            return DataStep("delete", (table,), {table: table}, is_history=True)
        at = self.first(("from",), place)
        using = self.first(("using",), at)
        end = self.first(_BEHIND_ROWS, at)
        if at == self.end or list(self.places(("for",), at)):
            raise NotRead
        if using < end:
            names, source = (at + 1, using), (using + 1, end)
        elif at > place:
            names, source = (place, at), (at + 1, end)
        else:
            names, source = (at + 1, at + 1), (at + 1, end)
        tables = self.tables(*source)
        targets = tuple(self.listed_targets(*names)) or (next(iter(tables)),)
        return self.with_meant(DataStep("delete", targets, tables), start, *source)

    def update(self, start: int) -> DataStep:
        place = self.behind_modifiers(start + 1)
        at = self.first(("set",), place)
        end = self.first(_BEHIND_ROWS, at)
        if at == self.end or "for" in {self.word(n) for n in range(place, at)}:
            raise NotRead
        tables = self.tables(place, at)
        assignments = tuple(self.assignments(at + 1, end))
        step = DataStep("update", tuple(tables), tables, assignments=assignments)
        return self.with_meant(step, start, place, at)

    def with_meant(self, step: DataStep, start: int, source: int, end: int) -> DataStep:
        """A DELETE or UPDATE with the clauses that say which rows it means."""
        where = self.first(("where",), end)
        order, limit = (self.first((word,), end) for word in ("order", "limit"))
        last = self.first(("returning",), end)
        return replace(
            step,
            with_=self.text(0, start),
            source=self.text(source, end),
            where=self.text(where + 1, min(order, limit, last)),
            limit=self.text(min(order, limit), last) if limit < self.end else "",
        )

    def insert(self, verb: Verb, start: int) -> DataStep:
        place = self.behind_modifiers(start + 1)
        place += self.word(place) == "into"
        table = self.name(place)
        place += 1
        if self.word(place) == ".":
            raise NotRead
        if self.word(place) == "partition":
            place = self.closing(place + 1) + 1
        columns = None
        if self.word(place) == "(" and self.word(place + 1) not in _QUERY:
            closing = self.closing(place)
            columns = tuple(self.name(one) for one, _ in self.listed(place + 1, closing))
            place = closing + 1
        duplicate = next(
            (n for n in self.places(("duplicate",), place) if self.word(n - 1) == "on"), self.end
        )
        behind = duplicate - 1 if duplicate < self.end else self.end
        end = min(behind, self.first(("returning",), place))
        last = self.first(("returning",), duplicate)
        assigned = tuple(self.assignments(duplicate + 3, last)) if duplicate < self.end else ()
        step = DataStep(verb, (table,), {table: table}, assignments=assigned, columns=columns)
        return self.with_rows(step, place, end)

    def with_rows(self, step: DataStep, place: int, end: int) -> DataStep:
        if self.word(place) in ("values", "value"):
            rows = tuple(self.row(one, other) for one, other in self.listed(place + 1, end))
            return replace(step, rows=rows)
        if self.word(place) == "set":
            found = [*self.assignments(place + 1, end)]
            columns = tuple(each.column for each in found)
            return replace(step, columns=columns, rows=(tuple(each.value for each in found),))
        if self.word(place) in _QUERY:
            return replace(step, query=self.text(place, end))
        raise NotRead

    def row(self, start: int, end: int) -> tuple[str, ...]:
        """The values of `(1, 'a')` or `ROW(1, 'a')`; of MySQL's alias behind the last row nothing."""
        start += self.word(start) == "row"
        if self.word(start) != "(":
            raise NotRead
        closing = self.closing(start)
        return tuple(self.text(*each) for each in self.listed(start + 1, closing))

    def closing(self, place: int) -> int:
        """Where the parenthesis at a place is closed."""
        depth = self.depths[place]
        for other in range(place + 1, self.end):
            if self.word(other) == ")" and self.depths[other] == depth:
                return other
        raise NotRead

    def listed(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        """The parts between commas of one depth, each from a place to another."""
        if start >= end:
            return
        depth, first = self.depths[start], start
        for place in range(start, end):
            if self.word(place) == "," and self.depths[place] == depth:
                yield first, place
                first = place + 1
        yield first, end

    def listed_targets(self, start: int, end: int) -> Iterator[str]:
        """`a`, `b.*`: the tables that a DELETE of several takes rows from."""
        for one, other in self.listed(start, end):
            if other - one not in (1, 3) or (other - one == 3 and self.word(other - 1) != "*"):
                raise NotRead
            yield self.name(one)

    def assignments(self, start: int, end: int) -> Iterator[Assignment]:
        for one, other in self.listed(start, end):
            equals = next((n for n in range(one, other) if self.word(n) in ("=", ":=")), 0)
            if equals - one not in (1, 3):
                raise NotRead
            table = self.name(one) if equals - one == 3 else ""
            yield Assignment(table, self.name(equals - 1), self.text(equals + 1, other))

    def tables(self, start: int, end: int) -> dict[str, str]:
        """The tables of FROM by their aliases, those of subqueries aside."""
        words = [self.tokens[start]._replace(kind="word", value="from", text="from")]
        tokens = [*words, *self.tokens[start:end], self.tokens[self.end]]
        found: dict[str, str] = {}
        for each in relations(tokens):
            # One is the word that stands ahead of them here.
            place = start + each.at - 1
            if each.schema is not None:
                raise NotRead
            if self.depths[place] == self.depths[start] or self.word(place - 1) == "(":
                found[self.alias(place, end)] = self.name(place)
        if not found:
            raise NotRead
        return found

    def alias(self, place: int, end: int) -> str:
        """What a table is called in the statement."""
        behind = place + 1
        if behind < end and self.word(behind) == "partition":
            behind = self.closing(behind + 1) + 1
        if behind < end and self.word(behind) == "as":
            return self.name(behind + 1)
        token = self.tokens[behind]
        is_name = behind < end and token.kind in ("word", "name")
        if is_name and self.word(behind) not in _BEHIND_NAME:
            return self.name(behind)
        return self.name(place)


def _depths(tokens: Sequence[Token]) -> Iterator[int]:
    """For each token in how many parentheses it stands; a parenthesis stands outside of itself."""
    depth = 0
    for token in tokens:
        if token.kind == "mark" and token.text == ")":
            depth -= 1
        yield depth
        if token.kind == "mark" and token.text == "(":
            depth += 1
