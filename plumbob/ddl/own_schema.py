"""The name of a schema in front of the names of its own objects, which means the same without it."""

from __future__ import annotations

from dataclasses import replace

from plumbob.ddl.expression import expression
from plumbob.ddl.lexer import tokenize
from plumbob.model import Column, Expression, Table


def without_schema(found: Expression, schema: str) -> Expression:
    """An expression or SELECT without the name of a schema in front of other names."""
    if schema.lower() not in found.sql.lower():
        return found
    tokens = tokenize(found.sql)
    parts, offset = [], 0
    for place, token in enumerate(tokens[:-1]):
        is_first = not place or tokens[place - 1].value != "."
        is_name = token.kind in ("word", "name") and token.value.lower() == schema.lower()
        if is_first and is_name and tokens[place + 1].value == ".":
            parts.append(found.sql[offset : token.start])
            offset = tokens[place + 2].start
    return expression("".join(parts) + found.sql[offset:]) if parts else found


def table_without_schema(table: Table, schema: str) -> Table:
    """A table whose defaults name its own schema: MariaDB puts it in front of a sequence."""
    if not any(column.default and column.default.expression for column in table.columns):
        return table
    columns = tuple(_column(column, schema) for column in table.columns)
    return table if columns == table.columns else replace(table, columns=columns)


def _column(column: Column, schema: str) -> Column:
    default = column.default
    if default is None or default.expression is None:
        return column
    value = without_schema(default.expression, schema)
    return replace(column, default=replace(default, expression=value))
