"""CREATE TABLE: text ⇄ `Table`."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from plumbob.ddl.column_sql import column_sql
from plumbob.ddl.columns import parse_column
from plumbob.ddl.constraints import (
    check_sql,
    foreign_key_sql,
    parse_check,
    parse_foreign_key,
)
from plumbob.ddl.cursor import Cursor
from plumbob.ddl.indexes import index_sql, is_index, parse_index
from plumbob.ddl.options import parse_table_options, table_options_sql
from plumbob.ddl.partitions import parse_partitioning, partitioning_sql
from plumbob.ddl.periods import parse_period, period_sql
from plumbob.ddl.quote import quote_name
from plumbob.model import (
    Check,
    Column,
    Flavour,
    ForeignKey,
    Index,
    Period,
    Table,
)


def parse_create_table(sql: str, flavour: Flavour | None = None) -> Table:
    """Read a CREATE TABLE statement, as a server prints it or as people write it.

    Args:
        sql: one statement; a semicolon at its end is allowed.
        flavour: the server whose version comments are read as text.

    Raises:
        SyntaxFault: at the first token that the grammar does not know.
    """
    cursor = Cursor(sql, flavour)
    cursor.expect("create")
    if cursor.accept("or"):
        cursor.expect("replace")
    cursor.expect("table")
    if cursor.accept("if"):
        cursor.expect("not", "exists")
    name = cursor.name()
    if cursor.accept_mark("."):
        name = cursor.name()
    if cursor.is_word("like", "as", "select"):
        advice = "a table is declared by its columns, not by another table or a query"
        cursor.fail("expected the columns", advice)
    table = _definitions(cursor, name)
    table = parse_table_options(cursor, table)
    if cursor.accept("partition"):
        cursor.expect("by")
        table = replace(table, partitions=parse_partitioning(cursor))
    cursor.accept_mark(";")
    cursor.expect_end()
    return table


@dataclass(slots=True)
class _Draft:
    """What stands between the parentheses of CREATE TABLE, sorted by kind while it is being read."""

    columns: list[Column] = field(default_factory=list)
    indexes: list[Index] = field(default_factory=list)
    foreign_keys: list[ForeignKey] = field(default_factory=list)
    checks: list[Check] = field(default_factory=list)
    periods: list[Period] = field(default_factory=list)


def _definitions(cursor: Cursor, name: str) -> Table:
    cursor.expect_mark("(")
    draft = _Draft()
    _read_definition(cursor, draft)
    while cursor.accept_mark(","):
        _read_definition(cursor, draft)
    cursor.expect_mark(")")
    return Table(
        name,
        tuple(draft.columns),
        tuple(draft.indexes),
        tuple(draft.foreign_keys),
        tuple(draft.checks),
        periods=tuple(draft.periods),
    )


def _read_definition(cursor: Cursor, draft: _Draft) -> None:
    """Read one column, index or constraint."""
    constraint = ""
    is_constraint = cursor.accept("constraint")
    if is_constraint and not cursor.is_word("primary", "unique", "foreign", "check"):
        constraint = cursor.name()
    if cursor.is_word("foreign"):
        draft.foreign_keys.append(parse_foreign_key(cursor, constraint))
    elif cursor.is_word("check") and cursor.ahead().value == "(":
        draft.checks.append(parse_check(cursor, constraint))
    elif is_constraint and not cursor.is_word("primary", "unique"):
        cursor.fail("expected PRIMARY KEY, UNIQUE, FOREIGN KEY or CHECK")
    elif is_index(cursor):
        draft.indexes.append(parse_index(cursor, constraint))
    elif cursor.is_word("period") and cursor.ahead().value == "for":
        draft.periods.append(parse_period(cursor))
    else:
        parts = parse_column(cursor, cursor.name())
        draft.columns.append(parts.column)
        draft.indexes.extend(parts.indexes)
        draft.foreign_keys.extend(parts.foreign_keys)
        draft.checks.extend(parts.checks)


def create_table_sql(table: Table, flavour: Flavour) -> str:
    """A table as SHOW CREATE TABLE of this flavour prints it."""
    lines = [
        *(column_sql(column, flavour) for column in table.columns),
        *(period_sql(each) for each in table.periods if not each.is_system_time),
        *(index_sql(index, flavour) for index in table.indexes),
        *(period_sql(each) for each in table.periods if each.is_system_time),
        *(foreign_key_sql(key, flavour) for key in table.foreign_keys),
        *(check_sql(check, flavour) for check in table.checks),
    ]
    body = ",\n".join("  " + line for line in lines)
    options = " ".join(table_options_sql(table, flavour))
    sql = f"CREATE TABLE {quote_name(table.name)} (\n{body}\n)"
    return f"{sql} {options}".rstrip(" ") + table_partitions_sql(table, flavour)


def table_partitions_sql(table: Table, flavour: Flavour) -> str:
    """PARTITION BY behind the options, or nothing."""
    if table.partitions is None:
        return ""
    return partitioning_sql(table.partitions, flavour, table.engine)
