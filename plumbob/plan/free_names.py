"""What has taken the name of something renamed has to go before the old name can come back.

A new column `a` beside `old_a`, which was `a` before: on the way back the new one is dropped first,
in statements of its own, or the values of the old one would be lost. On the way up the rename comes
first by itself, for both servers hang the indexes of `a` on a new `a` of the same ALTER (measured).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from plumbob.ddl.completed import covers
from plumbob.diff.renamed import names_in, names_in_partitioning
from plumbob.model import Column, Expression, ForeignKey, Index, Renames, Schema, Table, Trigger

Columns = set[tuple[str, str]]


def with_names_free(schema: Schema, renames: Renames) -> Schema:
    """The schema without what stands in the way of renames, and without what needs that.

    Args:
        schema: as it is before the renames.
        renames: all of them are still to come.
    """
    was = renames.tables.values()
    tables = {name for name in renames.tables if name in schema.tables and name not in was}
    columns = _in_the_way(schema, renames)
    if not (tables or columns):
        return schema
    kept = {
        name: _without(table, tables, columns)
        for name, table in schema.tables.items()
        if name not in tables
    }
    if not _has_all_moving(kept, renames):
        return schema
    held = {name: _with_held_keys(table, kept) for name, table in kept.items()}
    # Triggers go with their table.
    stored = {
        key: each
        for key, each in schema.stored.items()
        if not (isinstance(each, Trigger) and each.table in tables)
    }
    return replace(schema, tables=held, stored=stored)


def _has_all_moving(tables: Mapping[str, Table], renames: Renames) -> bool:
    """Whether nothing that is to be renamed needs what stands in its way."""
    places = ((renames.tables.get(of, of), old) for (of, _), old in renames.columns.items())
    return all(tables[name].column(old) for name, old in places if name in tables)


def _with_held_keys(table: Table, tables: Mapping[str, Table]) -> Table:
    """The table without foreign keys that have lost the index under one of their ends."""
    keys = (key for key in table.foreign_keys if _is_held(key, table, tables.get(key.parent_name)))
    return replace(table, foreign_keys=tuple(keys))


def _is_held(key: ForeignKey, table: Table, parent: Table | None) -> bool:
    if not any(covers(index, key) for index in table.indexes):
        return False
    if parent is None:
        return True
    end = replace(key, columns=key.parent_columns)
    return any(covers(index, end) for index in parent.indexes)


def _in_the_way(schema: Schema, renames: Renames) -> Columns:
    """Table and name, in small letters, of each column whose name another one will take."""
    found: Columns = set()
    for table, name in renames.columns:
        now = renames.tables.get(table, table)
        moving = {old for (of, _), old in renames.columns.items() if of == table}
        there = schema.tables[now].column(name) if now in schema.tables else None
        if there is not None and there.name not in moving:
            found.add((now, there.name.lower()))
    return found


def _without(table: Table, tables: set[str], columns: Columns) -> Table:
    gone = {name for of, name in columns if of == table.name}
    keys = [key for key in table.foreign_keys if not _leans_on(key, table, tables, columns)]
    if not gone:
        return replace(table, foreign_keys=tuple(keys))
    partitions = table.partitions
    if names_in_partitioning(partitions) & gone:
        partitions = None
    return replace(
        table,
        columns=tuple(column for column in table.columns if not _needs(column, gone)),
        indexes=tuple(index for index in table.indexes if not _has(index, gone)),
        checks=tuple(check for check in table.checks if not names_in(check.expression) & gone),
        foreign_keys=tuple(keys),
        partitions=partitions,
    )


def _needs(column: Column, gone: set[str]) -> bool:
    return column.name.lower() in gone or any(names_in(each) & gone for each in _formulas(column))


def _formulas(column: Column) -> list[Expression]:
    found = [column.generated.expression] if column.generated else []
    return [*found, column.check] if column.check else found


def _has(index: Index, gone: set[str]) -> bool:
    if any(name.lower() in gone for name in index.columns):
        return True
    return any(part.expression and names_in(part.expression) & gone for part in index.parts)


def _leans_on(key: ForeignKey, table: Table, tables: set[str], columns: Columns) -> bool:
    if key.parent_name in tables:
        return True
    own = {(table.name, name.lower()) for name in key.columns}
    theirs = {(key.parent_name, name.lower()) for name in key.parent_columns}
    return bool((own | theirs) & columns)
