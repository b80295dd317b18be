"""A CREATE TABLE statement as it stands in a file: its definitions one by one, and what follows them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from plumbob.ddl.lexer import tokenize
from plumbob.ddl.tables import parse_create_table
from plumbob.declaration.declaration import TablePlaces
from plumbob.declaration.edit.extents import line_end, line_start
from plumbob.declaration.nodes import Entry, Scalar
from plumbob.declaration.source import Source
from plumbob.declaration.sql_statements import SqlStatement

_COMMENT = re.compile(r"\s*(--|#)")


@dataclass(frozen=True, slots=True)
class Definition:
    """One definition between the parentheses; offsets are those of the file.

    `comma` is the offset of the comma behind it, None behind the last one.
    """

    entry: Entry
    start: int
    end: int
    comma: int | None


@dataclass(frozen=True, slots=True)
class Body:
    """The definitions of a statement, and where its table options begin and end."""

    source: Source
    definitions: tuple[Definition, ...]
    tail: tuple[int, int]
    places: TablePlaces


def read_body(statement: SqlStatement) -> Body | None:
    """The definitions of a CREATE TABLE statement; None where it has none (LIKE)."""
    spans, tail = _spans(statement.sql)
    if not spans:
        return None
    source, offset = statement.source, statement.start
    definitions: list[Definition] = []
    whole = Entry(None, Scalar(statement.sql, source, offset, statement.end))
    places = TablePlaces(whole, {}, [], [], [], [])
    for start, end, comma in spans:
        text = statement.sql[start:end]
        entry = Entry(None, Scalar(text, source, offset + start, offset + end))
        behind = None if comma is None else offset + comma
        definitions.append(Definition(entry, offset + start, offset + end, behind))
        part = parse_create_table(f"create table t ({text}\n)")
        for entries, found in (
            (places.columns, part.columns),
            (places.indexes, part.indexes),
            (places.foreign_keys, part.foreign_keys),
            (places.checks, part.checks),
        ):
            assert isinstance(entries, list)
            entries.extend([entry] * len(found))
    return Body(source, tuple(definitions), (offset + tail, statement.end), places)


def _spans(sql: str) -> tuple[list[tuple[int, int, int | None]], int]:
    """Where each definition begins and ends with its comma, and where the closing parenthesis ends."""
    depth, start, last = 0, 0, 0
    spans: list[tuple[int, int, int | None]] = []
    for token in tokenize(sql):
        if token.kind == "mark" and token.value == "(":
            depth += 1
            if depth == 1:
                start = -1
                continue
        elif token.kind == "mark" and token.value == ")":
            depth -= 1
            if depth == 0:
                spans.append((start, last, None))
                return spans, token.end
        if depth == 1 and token.kind == "mark" and token.value == ",":
            spans.append((start, last, token.start))
            start = -1
            continue
        if depth and start < 0:
            start = token.start
        last = token.end
    return [], len(sql)


def lines_of(body: Body, at: Definition) -> tuple[int, int] | None:
    """The lines of a definition that shares them with no other, with comments above; else None."""
    text = body.source.text
    start, end = line_start(text, at.start), line_end(text, at.end)
    behind = at.end if at.comma is None else at.comma + 1
    rest = text[behind:end]
    if text[start : at.start].strip() or (rest.strip() and not _COMMENT.match(rest)):
        return None
    while start:
        above = line_start(text, start - 1)
        if not _COMMENT.match(text[above : start - 1]):
            break
        start = above
    return start, end


def indent_of(body: Body, at: Definition) -> str:
    start = line_start(body.source.text, at.start)
    return body.source.text[start : at.start]
