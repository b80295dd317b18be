"""The name of a schema in front of the names of its own objects, which means the same without it.

Only what surely is a schema's name is left out: a table may have an alias of the same name.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from plumbob.ddl.expression import expression
from plumbob.ddl.lexer import Token, tokenize
from plumbob.ddl.stored.one_row import select_expression
from plumbob.ddl.stored.relations import relations
from plumbob.model import Column, Expression, Table, View

# What MariaDB prints of a sequence in a default: `nextval(`shop`.`orders`)`.
_OF_SEQUENCES = ("nextval", "lastval", "setval")


def view_without_schema(view: View, schema: str) -> View:
    """A view that names tables, columns and functions of its own schema without it.

    MariaDB prints it in front of all names as soon as one table is of another schema.
    """
    if schema.lower() not in view.select.sql.lower():
        return view
    tokens = tokenize(view.select.sql)
    tables = {each.at for each in relations(tokens) if each.schema is not None}
    places = [
        place
        for place in _chains(tokens, schema)
        if place in tables or _is_mark(tokens[place + 3], ".") or _is_mark(tokens[place + 3], "(")
    ]
    if not places:
        return view
    select = _without(view.select, tokens, places).sql
    return replace(view, select=select_expression(select, tokenize(select)))


def table_without_schema(table: Table, schema: str) -> Table:
    """A table whose defaults name sequences of its own schema without it."""
    columns = tuple(_column(column, schema) for column in table.columns)
    return table if columns == table.columns else replace(table, columns=columns)


def _column(column: Column, schema: str) -> Column:
    default = column.default
    if default is None or default.expression is None:
        return column
    tokens = tokenize(default.expression.sql)
    places = [place for place in _chains(tokens, schema) if _is_of_sequence(tokens, place)]
    value = _without(default.expression, tokens, places)
    return replace(column, default=replace(default, expression=value))


def _is_of_sequence(tokens: Sequence[Token], place: int) -> bool:
    return place >= 2 and tokens[place - 2].value in _OF_SEQUENCES


def _chains(tokens: Sequence[Token], schema: str) -> list[int]:
    """Where a name begins that has the schema's name as its first part."""
    return [
        place
        for place, token in enumerate(tokens[:-3])
        if token.kind in ("word", "name")
        and token.value.lower() == schema.lower()
        and _is_mark(tokens[place + 1], ".")
        and not (place and _is_mark(tokens[place - 1], "."))
    ]


def _is_mark(token: Token, mark: str) -> bool:
    return token.kind == "mark" and token.value == mark


def _without(found: Expression, tokens: Sequence[Token], places: Sequence[int]) -> Expression:
    if not places:
        return found
    parts, offset = [], 0
    for place in places:
        parts.append(found.sql[offset : tokens[place].start])
        offset = tokens[place + 2].start
    return expression("".join(parts) + found.sql[offset:])
