"""A schema as it is right after renames alone: what the server changes by itself, and no more.

Both servers carry a new column name into indexes and foreign keys and a new table name into the
foreign keys of others. In expressions MariaDB does the same, and MySQL refuses the rename (3959,
3108, 3837, 3766) until the plan takes the expression out of its way; here the expression has the
new name as well.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise

from plumbob.ddl.expression import expression
from plumbob.ddl.lexer import tokenize
from plumbob.ddl.quote import quote_name
from plumbob.model import (
    Check,
    Column,
    Expression,
    Flavour,
    ForeignKey,
    Index,
    KeyPart,
    PartitionFunction,
    Partitioning,
    Period,
    Renames,
    Schema,
    Stored,
    Table,
    Trigger,
)

Names = Mapping[str, str]


def renamed(schema: Schema, renames: Renames, flavour: Flavour) -> Schema:
    """The schema under its new names. `renames` has to fit it (see `plumbob.diff.heeded`)."""
    if not (renames.tables or renames.columns or renames.indexes):
        return schema
    new_names = {old: new for new, old in renames.tables.items()}
    columns, indexes = _by_table(renames.columns), _by_table(renames.indexes)
    tables = {}
    for name, table in schema.tables.items():
        new = new_names.get(name, name)
        own = columns.get(new, {})
        moved = _with_table_name(table, new, flavour)
        moved = with_columns(moved, own, indexes.get(new, {}))
        keys = tuple(_key(key, new_names, own, columns) for key in moved.foreign_keys)
        tables[new] = replace(moved, foreign_keys=keys)
    stored = {key: _with_table(each, new_names) for key, each in schema.stored.items()}
    return replace(schema, tables=tables, stored=stored)


def _with_table(stored: Stored, new_names: Names) -> Stored:
    """A trigger goes with its table; nothing in a body follows a new name on either server."""
    if isinstance(stored, Trigger) and stored.table in new_names:
        return replace(stored, table=new_names[stored.table])
    return stored


def _by_table(parts: Mapping[tuple[str, str], str]) -> dict[str, dict[str, str]]:
    """New names by old ones, in lower case, for each table."""
    names: dict[str, dict[str, str]] = {}
    for (table, new), old in parts.items():
        names.setdefault(table, {})[old.lower()] = new
    return names


def _with_table_name(table: Table, name: str, flavour: Flavour) -> Table:
    """Names that InnoDB made from the table's name follow it (measured on both servers)."""
    if table.name == name:
        return table
    keys = tuple(
        replace(key, name=_following(key.name, table.name, name, "ibfk"))
        for key in table.foreign_keys
    )
    checks = table.checks
    if flavour.is_mysql:
        checks = tuple(
            replace(check, name=_following(check.name, table.name, name, "chk")) for check in checks
        )
    return replace(table, name=name, foreign_keys=keys, checks=checks)


def _following(part: str, old: str, new: str, middle: str) -> str:
    made = re.fullmatch(re.escape(old) + rf"(_{middle}_\d+)", part)
    return new + made[1] if made else part


def with_columns(table: Table, columns: Names, indexes: Names) -> Table:
    """A table with other names for columns and indexes; the keys are old names in lower case."""
    if not columns and not indexes:
        return table
    return replace(
        table,
        columns=tuple(_column(column, columns) for column in table.columns),
        indexes=tuple(_index(index, columns, indexes) for index in table.indexes),
        checks=tuple(_check(check, columns) for check in table.checks),
        periods=tuple(_period(period, columns) for period in table.periods),
        partitions=_partitions(table.partitions, columns),
    )


def _partitions(partitions: Partitioning | None, names: Names) -> Partitioning | None:
    if partitions is None:
        return None
    subpartition_by = partitions.subpartition_by
    return replace(
        partitions,
        by=_function(partitions.by, names),
        subpartition_by=_function(subpartition_by, names) if subpartition_by else None,
    )


def _function(function: PartitionFunction, names: Names) -> PartitionFunction:
    if function.arguments is None:
        return function
    return replace(function, arguments=in_new_words(function.arguments, names))


def _column(column: Column, names: Names) -> Column:
    column = replace(column, name=names.get(column.name.lower(), column.name))
    if column.generated is not None:
        formula = in_new_words(column.generated.expression, names)
        column = replace(column, generated=replace(column.generated, expression=formula))
    if column.check is not None:
        column = replace(column, check=in_new_words(column.check, names))
    if column.default is not None and column.default.expression is not None:
        value = in_new_words(column.default.expression, names)
        column = replace(column, default=replace(column.default, expression=value))
    return column


def _index(index: Index, columns: Names, indexes: Names) -> Index:
    parts = tuple(_key_part(part, columns) for part in index.parts)
    return replace(index, name=indexes.get(index.name.lower(), index.name), parts=parts)


def _key_part(part: KeyPart, names: Names) -> KeyPart:
    if part.period is not None:
        return part
    if part.expression is not None:
        return replace(part, expression=in_new_words(part.expression, names))
    column = part.column or ""
    return replace(part, column=names.get(column.lower(), column))


def _period(period: Period, names: Names) -> Period:
    start, end = (names.get(name.lower(), name) for name in (period.start, period.end))
    return replace(period, start=start, end=end)


def _check(check: Check, names: Names) -> Check:
    return replace(check, expression=in_new_words(check.expression, names))


def _key(key: ForeignKey, tables: Names, own: Names, columns: Mapping[str, Names]) -> ForeignKey:
    parent = key.parent if key.parent_schema else tables.get(key.parent, key.parent)
    theirs = {} if key.parent_schema else columns.get(parent, {})
    return replace(
        key,
        columns=tuple(own.get(name.lower(), name) for name in key.columns),
        parent=parent,
        parent_columns=tuple(theirs.get(name.lower(), name) for name in key.parent_columns),
    )


def in_new_words(old: Expression, names: Names) -> Expression:
    """An expression with other column names; a word before "(" or "." is no column."""
    if not names:
        return old
    sql, offset = [], 0
    tokens = tokenize(old.sql)
    for token, following in pairwise(tokens):
        new = names.get(token.value.lower())
        if new is None or token.kind not in ("word", "name") or following.value in ("(", "."):
            continue
        sql.append(old.sql[offset : token.start] + quote_name(new))
        offset = token.end
    return expression("".join(sql) + old.sql[offset:]) if sql else old


def names_in(expression_: Expression) -> set[str]:
    """The words and names in an expression, in lower case: among them the columns that it uses."""
    return {
        token.value.lower() for token in tokenize(expression_.sql) if token.kind in ("word", "name")
    }


def names_in_partitioning(partitions: Partitioning | None) -> set[str]:
    """The columns that place a row, in lower case, among other words."""
    functions = partitions.functions if partitions else ()
    return {name for each in functions if each.arguments for name in names_in(each.arguments)}
