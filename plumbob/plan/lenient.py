"""Tables that InnoDB takes only with innodb_strict_mode=0: which they are, and what they need.

Such a table is there because somebody made it so. What goes on with it needs the setting again, also
where the option or column at fault is not touched (1005, 1118, 1478; measured on all three servers).
A new table, and a table that gets another such fault, stays in strict mode, and is refused.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace

from plumbob.ddl.charsets import longest_character
from plumbob.declaration.validate.sizes import bytes_of
from plumbob.model import Column, Flavour, Renames, Schema, Table
from plumbob.model.type import BLOBS, TEXTS
from plumbob.plan.statement import Statement

LENIENT = ("innodb_strict_mode", "0")
# Half of a page of 16 KB (both manuals: Row Size Limits), and of a row what stands ahead of its columns.
_HALF_PAGE, _HEADER = 8126, 24
# Of each KB of a compressed page (7836 of 8192 bytes are taken, 7878 are not: MySQL 9.7).
_OF_COMPRESSED = 960
# What stays in the row of a value that stands outside of it, in the formats that keep more and less.
_KEPT = {"COMPACT": 788, "REDUNDANT": 788}
_KEPT_LESS = 40
_OUTSIDE_FROM = {True: 40, False: 255}


def faults_of(table: Table, flavour: Flavour) -> frozenset[str]:
    """What strict mode refuses of a table, by the option that says so; ROW is a row that is too long.

    The length is an upper bound, so that a table which is taken for too long may just not be.
    """
    if (table.engine or "InnoDB").lower() != "innodb":
        return frozenset()
    options = {option.name: option.value.upper() for option in table.options}
    row_format = options.get("ROW_FORMAT", "")
    block = options.get("KEY_BLOCK_SIZE", "0")
    found = set()
    if row_format == "FIXED":
        found.add("ROW_FORMAT")
    if block not in ("0", "1", "2", "4", "8", "16"):
        found.add("KEY_BLOCK_SIZE")
    if block != "0" and row_format not in ("", "DEFAULT", "COMPRESSED"):
        found.add("KEY_BLOCK_SIZE")
    size, most = row_bytes(table, flavour)
    if size >= most:
        found.add("ROW")
    return frozenset(found)


def row_bytes(table: Table, flavour: Flavour) -> tuple[int, int]:
    """The bytes that a row may take inside of a page of InnoDB, an upper bound, and how many it may."""
    options = {option.name: option.value.upper() for option in table.options}
    row_format, block = options.get("ROW_FORMAT", ""), options.get("KEY_BLOCK_SIZE", "0")
    return _row_bytes(table, row_format, flavour), _most_bytes(row_format, block)


def _row_bytes(table: Table, row_format: str, flavour: Flavour) -> int:
    kept = _KEPT.get(row_format, _KEPT_LESS)
    stored = (column for column in table.columns if _is_stored(column))
    return _HEADER + sum(_bytes(column, table, kept, flavour) for column in stored)


def _most_bytes(row_format: str, block: str) -> int:
    """Of a compressed page, 8 KB unless said otherwise, a row may fill almost all."""
    if row_format != "COMPRESSED" and block == "0":
        return _HALF_PAGE
    return min(_HALF_PAGE, _OF_COMPRESSED * (int(block) or 8))


def _is_stored(column: Column) -> bool:
    return column.generated is None or column.generated.stored


def _bytes(column: Column, table: Table, kept: int, flavour: Flavour) -> int:
    """The most that a value takes in its row, with what tells its length.

    MySQL stores a value outside from 41 bytes on, MariaDB from 256 on (measured on 10.11 and 11.8).
    """
    name, charset = column.type.name, column.type.charset or table.charset
    if name in TEXTS or name in BLOBS or name == "json":
        return kept + 2
    size = bytes_of(column.type, charset)
    is_variable = name in ("varchar", "varbinary") or (
        name == "char" and longest_character(charset) > 1
    )
    if is_variable and size > _OUTSIDE_FROM[flavour.is_mysql]:
        return min(size, kept) + 2
    return size + 2


def lenient_tables(
    live: Schema, declared: Schema, renames: Renames, flavour: Flavour
) -> frozenset[str]:
    """The tables that have such a fault live, and are declared with no other one.

    The statement that mends the fault may need the setting, too: MariaDB keeps the place of a column
    that it drops at once, and counts it (1118).
    """
    found = set()
    for name, table in declared.tables.items():
        there = live.tables.get(renames.tables.get(name, name))
        faults = faults_of(there, flavour) if there is not None else frozenset()
        if there is not None and faults and faults_of(table, flavour) <= faults:
            found |= {name, there.name}
    return frozenset(found)


def all_lenient(schema: Schema, renames: Renames, flavour: Flavour) -> frozenset[str]:
    """The tables of a schema that have such a fault, under their new names as well."""
    found = {name for name, table in schema.tables.items() if faults_of(table, flavour)}
    return frozenset(found | {new for new, old in renames.tables.items() if old in found})


def with_leniency(statements: Iterable[Statement], lenient: Collection[str]) -> Iterator[Statement]:
    """The statements, those that make or alter one of these tables with the setting."""
    for each in statements:
        if each.table in lenient and each.sql.startswith(("ALTER TABLE", "CREATE TABLE")):
            yield replace(each, session=(*each.session, LENIENT))
        else:
            yield each
