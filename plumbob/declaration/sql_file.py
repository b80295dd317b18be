"""`schema.sql`: a declaration of plain CREATE TABLE statements."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from plumbob.ddl.cursor import Cursor
from plumbob.ddl.lexer import SyntaxFault, Token, tokenize
from plumbob.ddl.tables import parse_create_table
from plumbob.declaration.declaration import Declaration, TablePlaces
from plumbob.declaration.faults import Faults
from plumbob.declaration.nodes import Entry, Scalar
from plumbob.declaration.source import Source, read_source
from plumbob.declaration.spelled import refuse_version_comments
from plumbob.errors import PlumbobError
from plumbob.model import Schema, Table


def load_sql(path: Path) -> Declaration:
    """Read a file of CREATE TABLE statements.

    Raises:
        PlumbobError: the one thing that is wrong, or ManyErrors, each with its place in the file.
    """
    source = read_source(path)
    faults = Faults()
    tables: dict[str, Table] = {}
    places: dict[str, TablePlaces] = {}
    for start, end in _statements(source):
        with faults.collected():
            table = _read(source, start, end)
            if table.name in tables:
                raise PlumbobError(
                    f"the table {table.name} is created twice; the first is in line "
                    f"{_line(places[table.name])}",
                    where=source.position(start),
                )
            tables[table.name] = table
            places[table.name] = _places(table, source, start, end)
    if not tables and not faults.errors:
        faults.error(f"{path} creates no tables", source.position(0))
    faults.raise_if_any()
    return Declaration(Schema(tables), files=(path,), places=places)


def _statements(source: Source) -> Iterator[tuple[int, int]]:
    """Where each statement begins and ends, the semicolon left out."""
    try:
        tokens = tokenize(source.text)
    except SyntaxFault as fault:
        raise _located(fault, source, 0) from None
    first: Token | None = None
    for token in tokens:
        if token.kind == "end" or (token.value == ";" and token.kind == "mark"):
            if first is not None:
                yield first.start, token.start
            first = None
        elif first is None:
            first = token


def _read(source: Source, start: int, end: int) -> Table:
    sql = source.text[start:end]
    try:
        cursor = Cursor(sql)
        refuse_version_comments(cursor)
        if not (cursor.is_word("create") and cursor.ahead().value == "table"):
            cursor.fail(
                f"{cursor.token.text.upper()} is no part of a declaration",
                "the file has CREATE TABLE statements only",
            )
        return parse_create_table(sql)
    except SyntaxFault as fault:
        raise _located(fault, source, start) from None


def _located(fault: SyntaxFault, source: Source, start: int) -> PlumbobError:
    where = source.position(start + fault.offset)
    return PlumbobError(fault.what, advice=fault.advice, where=where)


def _places(table: Table, source: Source, start: int, end: int) -> TablePlaces:
    """All parts share the statement as their place; a word to look for narrows it down."""
    statement = Scalar(source.text[start:end], source, start, end)
    entry = Entry(None, statement)
    return TablePlaces(
        entry,
        {},
        columns=[entry] * len(table.columns),
        indexes=[entry] * len(table.indexes),
        foreign_keys=[entry] * len(table.foreign_keys),
        checks=[entry] * len(table.checks),
        periods=[entry] * len(table.periods),
    )


def _line(places: TablePlaces) -> int:
    return places.entry.value.position().line
