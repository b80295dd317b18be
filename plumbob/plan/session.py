"""Session settings that a statement needs for itself alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from plumbob.model import Column, Flavour, ForeignKey, Schema, Table
from plumbob.model.features import UNIQUE_PARENTS
from plumbob.plan.cost import alters
from plumbob.plan.foreign_keys import key_ref
from plumbob.plan.statement import Ref, Statement

_NO_CHECKS = (("foreign_key_checks", "0"),)
_UNIQUE_PARENTS = (("restrict_fk_on_non_standard_key", "0"),)

# Without it a system-versioned table keeps its columns and unique keys as they are (4119).
_KEEP_HISTORY = ("system_versioning_alter_history", "KEEP")
_ZERO_DATES = ("sql_mode", "STRICT_ALL_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION")


def session_for(table: Table, before: Table | None = None) -> tuple[tuple[str, str], ...]:
    """What a statement needs to be run, and nothing that changes what it means.

    Zero dates as defaults are refused under NO_ZERO_DATE (1067), even where they are only repeated.
    """
    settings = []
    if repeats_zero_date(table):
        settings.append(_ZERO_DATES)
    if before is not None and before.versioned:
        settings.append(_KEEP_HISTORY)
    return tuple(settings)


def repeats_zero_date(table: Table) -> bool:
    """Whether a statement about the table needs a session that takes zero dates."""
    return any(_has_zero_date(column) for column in table.columns)


def takes_zero_dates(statement: Statement) -> bool:
    return _ZERO_DATES in statement.session


def _has_zero_date(column: Column) -> bool:
    default = column.default
    if default is None or column.type.name not in ("date", "datetime", "timestamp"):
        return False
    date = default.value.partition(" ")[0]
    return default.kind == "text" and ("-00" in date or date.startswith("0000"))


def with_zero_dates(
    statements: list[Statement], before: Schema, after: Schema
) -> Iterator[Statement]:
    """Statements that alter foreign keys or defaults alone: they are made without the whole table at hand.

    Keys are dropped before the table changes; all else comes after that.
    """
    for each in statements:
        names_columns = any(ref.kind in ("column", "index") for ref in each.gives | each.takes)
        drops_keys = bool(each.takes) and not each.gives
        table = (before if drops_keys else after).tables.get(each.table)
        is_bare = alters(each.sql) and not names_columns and not takes_zero_dates(each)
        if is_bare and table is not None and repeats_zero_date(table):
            yield replace(each, session=(*each.session, _ZERO_DATES))
        else:
            yield each


def with_loose_keys(
    statements: list[Statement], schemas: tuple[Schema, ...], flavour: Flavour
) -> list[Statement]:
    """Statements about tables that a foreign key joins whose parent columns are not unique.

    MySQL 8.4 and later refuse to add such a key (6125), and any ALTER or RENAME of its parent (1553,
    6125, measured on 9.7), unless this is turned off; every account may do so.
    """
    if not UNIQUE_PARENTS.is_in(flavour):
        return statements
    joined = {name for schema in schemas for name in _loosely_joined(schema)}
    return [
        replace(each, session=each.session + _UNIQUE_PARENTS) if _tables(each) & joined else each
        for each in statements
    ]


def with_broken_keys(statements: list[Statement], before: Schema, after: Schema) -> list[Statement]:
    """Statements that leave a foreign key to a table that is not there: a rollback gives it back so.

    Such a key is what foreign_key_checks=0 leaves behind, and nothing else can make it (1005, 1824), be it
    that the key comes or that its parent goes (1451, 3730).
    """
    known = {name for each in (before, after) for name in (*each.tables, *each.not_understood)}
    known |= {each.name for schema in (before, after) for each in schema.unmanaged}
    broken = {
        ref
        for table in after.tables.values()
        for key in table.foreign_keys
        if key.parent_schema is None and key.parent not in known
        for ref in (key_ref(key), Ref("table", table.name))
    }
    left_behind = {
        Ref("table", key.parent)
        for table in after.tables.values()
        for key in table.foreign_keys
        if key.parent_schema is None and key.parent in before.tables.keys() - after.tables.keys()
    }
    return [
        replace(each, session=each.session + _NO_CHECKS)
        if each.gives & broken or (each.sql.startswith("DROP TABLE ") and each.takes & left_behind)
        else each
        for each in statements
    ]


def _tables(statement: Statement) -> set[str]:
    refs = statement.gives | statement.takes
    return {statement.table, *(ref.table for ref in refs if ref.kind == "table")}


def _loosely_joined(schema: Schema) -> Iterator[str]:
    for table in schema.tables.values():
        for key in table.foreign_keys:
            parent = None if key.parent_schema else schema.tables.get(key.parent)
            if parent is not None and not has_unique_parent(key, parent):
                yield from (table.name, parent.name)


def has_unique_parent(key: ForeignKey, parent: Table) -> bool:
    """Whether the columns that a foreign key refers to are a whole unique key, in its order."""
    wanted = [name.lower() for name in key.parent_columns]
    return any(
        index.kind in ("primary", "unique") and [name.lower() for name in index.columns] == wanted
        for index in parent.indexes
    )
