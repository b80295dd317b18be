"""Periods and system versioning (MariaDB): text ⇄ `Period`, and what the server fills in for them."""

from __future__ import annotations

from dataclasses import replace

from plumbob.ddl.cursor import Cursor
from plumbob.ddl.quote import quote_name, quote_names
from plumbob.model import Column, Index, KeyPart, Period, Table
from plumbob.model.period import SYSTEM_TIME


def parse_period(cursor: Cursor) -> Period:
    """Read `PERIOD FOR name (start, end)`."""
    cursor.expect("period", "for")
    return parse_period_body(cursor, cursor.name())


def parse_period_body(cursor: Cursor, name: str) -> Period:
    """Read `(start, end)`; the parentheses may be left out, as in a declaration."""
    is_enclosed = cursor.accept_mark("(")
    start = cursor.name()
    cursor.expect_mark(",")
    end = cursor.name()
    if is_enclosed:
        cursor.expect_mark(")")
    return Period(name.upper() if name.upper() == SYSTEM_TIME else name, start, end)


def period_sql(period: Period) -> str:
    """A period as SHOW CREATE TABLE prints it."""
    return f"PERIOD FOR {period_name_sql(period)} ({quote_names((period.start, period.end), ', ')})"


def period_name_sql(period: Period) -> str:
    return SYSTEM_TIME if period.is_system_time else quote_name(period.name)


def with_versioned_columns(table: Table) -> Table:
    """WITH SYSTEM VERSIONING at single columns versions the table, and leaves the other columns out.

    Measured on 10.11 and 11.8; a table that says it itself leaves out only what says WITHOUT.
    """
    if not any(column.with_system_versioning for column in table.columns):
        return table
    columns = tuple(
        replace(
            column,
            with_system_versioning=False,
            without_system_versioning=column.without_system_versioning
            or not (table.versioned or column.with_system_versioning or column.system_time),
        )
        for column in table.columns
    )
    return replace(table, columns=columns, versioned=True)


def canonical_periods(table: Table) -> Table:
    """Columns of a period are NOT NULL; a unique key of a versioned table ends at the row's own end."""
    if not table.periods:
        return table
    periods = tuple(
        replace(
            period,
            start=_as_named(period.start, table),
            end=_as_named(period.end, table),
        )
        for period in table.periods
    )
    ends = {name.lower() for each in periods for name in (each.start, each.end)}
    columns = tuple(
        replace(column, null=False)
        if column.name.lower() in ends and column.system_time is None and column.null
        else column
        for column in table.columns
    )
    system = next((each for each in periods if each.is_system_time), None)
    indexes = table.indexes
    if system is not None and table.versioned:
        indexes = tuple(_with_row_end(index, system.end) for index in indexes)
    # The server prints the application's period before its own.
    periods = tuple(sorted(periods, key=lambda period: period.is_system_time))
    return replace(table, periods=periods, columns=columns, indexes=indexes)


def _as_named(name: str, table: Table) -> str:
    column = table.column(name)
    return column.name if column else name


def _with_row_end(index: Index, end: str) -> Index:
    """Two versions of a row differ in their end alone, so the server puts it into unique keys."""
    is_unique = index.kind in ("primary", "unique")
    if not is_unique or end.lower() in map(str.lower, index.columns):
        return index
    plain = tuple(part for part in index.parts if part.period is None)
    periods = tuple(part for part in index.parts if part.period is not None)
    return replace(index, parts=(*plain, KeyPart(end), *periods))


def without_versioning(table: Table) -> Table:
    """The table as DROP SYSTEM VERSIONING leaves it, without the columns and the period of the server."""
    ends = {KeyPart(each.end) for each in table.periods if each.is_system_time}
    indexes = tuple(
        replace(index, parts=tuple(part for part in index.parts if part not in ends))
        if index.kind in ("primary", "unique")
        else index
        for index in table.indexes
    )
    return replace(
        table,
        columns=tuple(
            replace(column, without_system_versioning=False)
            for column in table.columns
            if column.system_time is None
        ),
        indexes=tuple(index for index in indexes if index.parts),
        periods=tuple(each for each in table.periods if not each.is_system_time),
        versioned=False,
    )


def system_columns(table: Table) -> tuple[Column, ...]:
    """The columns that hold the row's start and end, where they were declared."""
    return tuple(column for column in table.columns if column.system_time is not None)
