"""What people leave out and the server fills in: names, DEFAULT NULL, the index under a foreign key.

Names that were left out are given by rule: the same declaration gives the same names, each of at most
64 characters. `plumbob.diff.adopt` sees to it that a live object to which the server has given another
one by itself is not renamed for that.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from plumbob.ddl.given_names import FUNCTIONAL, given_name, index_name, name_of_brought
from plumbob.ddl.lexer import tokenize
from plumbob.ddl.periods import with_versioned_columns
from plumbob.model import (
    Check,
    Column,
    Default,
    Flavour,
    ForeignKey,
    Index,
    KeyPart,
    Schema,
    Table,
)


def completed(schema: Schema, flavour: Flavour) -> Schema:
    """A declared schema with all that CREATE TABLE would have filled in.

    Args:
        schema: as it was written; parts without a name have the name "".
        flavour: MySQL turns the check of a column into one of the table, MariaDB keeps it there.
    """
    taken: set[str] = set()
    for table in schema.tables.values():
        taken.update(key.name.lower() for key in table.foreign_keys if key.name)
        taken.update(check.name.lower() for check in table.checks if check.name)
    tables = {
        name: _completed_table(table, schema.tables, flavour, taken)
        for name, table in schema.tables.items()
    }
    return replace(schema, tables=tables)


def _completed_table(
    table: Table, tables: Mapping[str, Table], flavour: Flavour, taken: set[str]
) -> Table:
    table = with_versioned_columns(table)
    table = replace(table, columns=tuple(_with_null_default(column) for column in table.columns))
    if flavour.is_mariadb:
        table = _without_unique_beside_primary(table)
    table = _with_primary_first(_with_index_names(table))
    keys = tuple(_foreign_key(key, table, tables, taken) for key in table.foreign_keys)
    table = replace(table, foreign_keys=keys)
    if flavour.is_mysql:
        table = _with_table_checks(table)
    table = replace(table, checks=tuple(_check(check, table, taken) for check in table.checks))
    return _with_implied_indexes(table)


def _with_null_default(column: Column) -> Column:
    if column.default is not None or not column.null or column.auto_increment:
        return column
    if column.generated is not None or column.system_time is not None:
        return column
    return replace(column, default=Default("null"))


def _without_unique_beside_primary(table: Table) -> Table:
    """MariaDB makes one index of UNIQUE and PRIMARY KEY inside of one column (measured; MySQL two)."""
    keyed = {index.columns for index in table.indexes if index.kind == "primary" and index.inside}
    indexes = tuple(
        index
        for index in table.indexes
        if not (index.kind == "unique" and index.inside and index.columns in keyed)
    )
    return replace(table, indexes=indexes)


def _with_primary_first(table: Table) -> Table:
    indexes = sorted(table.indexes, key=lambda index: index.kind != "primary")
    return replace(table, indexes=tuple(indexes))


def _with_index_names(table: Table) -> Table:
    """The server's own rule: the first column's name, then with _2, _3 … (measured on both)."""
    taken = {index.name.lower() for index in table.indexes if index.name}
    named: list[Index] = []
    for index in table.indexes:
        if index.name:
            named.append(index)
            continue
        name = index_name(_first_name(index, table), taken)
        named.append(replace(index, name=name, named=False))
    return replace(table, indexes=tuple(named))


def _first_name(index: Index, table: Table) -> str:
    """The first column's; with an expression among its parts, MySQL names an index after none."""
    if any(part.expression for part in index.parts):
        return FUNCTIONAL
    column = table.column(index.parts[0].column or "")
    return column.name if column else FUNCTIONAL


def _foreign_key(
    key: ForeignKey, table: Table, tables: Mapping[str, Table], taken: set[str]
) -> ForeignKey:
    if not key.parent_columns:
        parent = tables.get(key.parent_name)
        primary = parent.primary_key if parent else None
        key = replace(key, parent_columns=primary.columns if primary else ())
    if key.name:
        return key
    return replace(key, name=given_name("fk", table.name, key.columns, taken), named=False)


def _check(check: Check, table: Table, taken: set[str]) -> Check:
    if check.name:
        return check
    return replace(
        check,
        name=given_name("ck", table.name, columns_in(check, table), taken),
        named=False,
    )


def columns_in(check: Check, table: Table) -> tuple[str, ...]:
    """The columns that an expression names, each once, in the order of the text."""
    names = {column.name.lower(): column.name for column in table.columns}
    tokens = tokenize(check.expression.sql)
    found = [names[token.value.lower()] for token in tokens if token.value.lower() in names]
    return tuple(dict.fromkeys(found))


def _with_table_checks(table: Table) -> Table:
    checks = tuple(
        Check("", column.check, named=False) for column in table.columns if column.check is not None
    )
    columns = tuple(replace(column, check=None) for column in table.columns)
    return replace(table, columns=columns, checks=(*table.checks, *checks))


def _with_implied_indexes(table: Table) -> Table:
    """InnoDB makes an index for a foreign key where none begins with its columns (manual: FOREIGN KEY).

    One that it makes for a longer foreign key serves a shorter one as well; of those over the same
    columns the last one written gets it, and so names it (measured on all three).
    """
    keys = table.foreign_keys
    for place, key in enumerate(keys):
        implied = _implied_index(key, table)
        longer = [other for other in keys if len(other.columns) > len(key.columns)]
        later = [other for other in keys[place + 1 :] if len(other.columns) == len(key.columns)]
        others = (_implied_index(other, table) for other in (*longer, *later))
        if not any(covers(index, key) for index in (*table.indexes, *others)):
            table = replace(table, indexes=(*table.indexes, implied))
    return table


def _implied_index(key: ForeignKey, table: Table) -> Index:
    taken = {index.name.lower() for index in table.indexes}
    name = index_name(name_of_brought(key), taken)
    return Index(name, "index", tuple(map(KeyPart, key.columns)), named=False)


def covers(index: Index, key: ForeignKey) -> bool:
    """Whether an index begins with the columns of a foreign key, whole and in order."""
    if index.kind in ("fulltext", "spatial", "vector"):
        return False
    parts = index.parts[: len(key.columns)]
    names = tuple((part.column or "").lower() for part in parts)
    return names == tuple(name.lower() for name in key.columns) and not any(
        part.length for part in parts
    )
