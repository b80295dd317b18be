"""Defaults that only ALTER COLUMN can set or take away, in statements of their own (MySQL)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from plumbob.ddl.column_sql import default_sql
from plumbob.ddl.defaults import drop_default_clauses, has_no_default
from plumbob.ddl.quote import quote_name
from plumbob.model import Column, Flavour, Table
from plumbob.plan.clauses import alter_sql, definition_sql
from plumbob.plan.statement import Ref, Statement


def set_defaults(table: Table, columns: list[Column], flavour: Flavour) -> Statement:
    clauses = [_set_default(table, column, flavour) for column in columns]
    names = [column.name for column in columns]
    return Statement(
        alter_sql(table.name, clauses),
        f"set default of {', '.join(names)} of {table.name}",
        table.name,
        needs=frozenset(Ref("column", table.name, name) for name in names),
    )


def _set_default(table: Table, column: Column, flavour: Flavour) -> str:
    """MySQL does not set an expression for a column of the primary key by ALTER COLUMN, and says nothing."""
    key = table.primary_key
    if column.default is None or (key and column.name.lower() in map(str.lower, key.columns)):
        return f"MODIFY COLUMN {definition_sql(column, table, flavour)}"
    value = default_sql(column.default, column.type, flavour)
    return f"ALTER COLUMN {quote_name(column.name)} SET DEFAULT {value}"


def drop_defaults(table: Table, columns: Iterable[Column], flavour: Flavour) -> Iterator[Statement]:
    """A nullable column without any default: no column definition can say that."""
    bare = [column for column in columns if has_no_default(column, flavour)]
    names = [column.name for column in bare]
    if names:
        yield Statement(
            alter_sql(table.name, drop_default_clauses(bare, flavour)),
            f"drop default of {', '.join(names)} of {table.name}",
            table.name,
            needs=frozenset(
                {Ref("table", table.name), *(Ref("column", table.name, name) for name in names)}
            ),
        )
