"""What the rows of a database come to, so that a lost or changed value shows."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

import yaml

from plumbob.ddl.quote import quote_name
from tests.servers import Server

_COLUMNS = """
SELECT c.TABLE_NAME, c.COLUMN_NAME, c.DATA_TYPE, c.COLUMN_TYPE, c.GENERATION_EXPRESSION
FROM information_schema.COLUMNS c JOIN information_schema.TABLES t
  ON t.TABLE_SCHEMA = c.TABLE_SCHEMA AND t.TABLE_NAME = c.TABLE_NAME
WHERE t.TABLE_SCHEMA = DATABASE() AND t.TABLE_TYPE = 'BASE TABLE' AND t.TABLE_NAME NOT LIKE '\\_plumbob\\_%'
ORDER BY c.TABLE_NAME, c.ORDINAL_POSITION
"""
_TEXTS = ("char", "varchar", "tinytext", "text", "mediumtext", "longtext", "enum", "set")
_INTEGERS = ("tinyint", "smallint", "mediumint", "int", "bigint")
_KINDS = {**dict.fromkeys(_TEXTS, "text"), **dict.fromkeys(_INTEGERS, "integer")}


@dataclass(slots=True)
class Sums:
    """Of one table: how many rows, and by column the sum of its values with the kind of its type.

    Sums of columns of the same kind are comparable: a number in a wider type is the same number. Names are
    in small letters.
    """

    rows: int = 0
    columns: dict[str, tuple[str, object]] = field(default_factory=dict)


def read(server: Server, database: str) -> dict[str, Sums]:
    """The sums of all tables, ours aside."""
    found: dict[str, Sums] = {}
    with server.connect(database) as connection, connection.cursor() as cursor:
        cursor.execute(_COLUMNS)
        columns: dict[str, dict[str, str]] = {}
        for table, name, data_type, whole, generated in cursor.fetchall():
            kind = f"{whole} {generated}" if generated else _KINDS.get(data_type, whole)
            columns.setdefault(table, {})[name] = kind
        for table, kinds in columns.items():
            values = ", ".join(_sum(name, kind) for name, kind in kinds.items())
            cursor.execute(f"SELECT COUNT(*), {values} FROM {quote_name(table)}", None)
            rows, *sums = cursor.fetchone()
            by_column = zip(kinds.items(), sums, strict=True)
            found[table] = Sums(
                rows, {name.lower(): (kind, value) for (name, kind), value in by_column}
            )
    return found


def lost(
    before: Mapping[str, Sums], after: Mapping[str, Sums], approved: Collection[str] = ()
) -> Iterator[str]:
    """What has other rows or values than it had, and was not approved to be lost.

    Args:
        approved: `KIND:TABLE` or `KIND:TABLE.COLUMN`. An approval of a column excuses that column; of
            a table, it excuses all of the table only where that goes, or some of its rows.
    """
    names = {each.partition(":")[2].lower() for each in approved}
    gone = {
        _table(each) for each in approved if each.startswith(("drop-table:", "drop-partition:"))
    }
    for table, sums in before.items():
        if table in gone or not sums.rows:
            continue
        there = after.get(table, Sums())
        if there.rows != sums.rows:
            yield f"{table} had {sums.rows} rows and has {there.rows}"
            continue
        for name, value in sums.columns.items():
            is_kept = _is_kept(value, there.columns.get(name))
            if not is_kept and f"{table}.{name}".lower() not in names:
                yield f"{table}.{name} has other values"


def under_old_names(found: Mapping[str, Sums], declaration: str) -> dict[str, Sums]:
    """The sums of tables and columns by the names that they had, where the declaration renames them."""
    declared = yaml.safe_load(declaration)["tables"]
    sums = {}
    for table, of_table in found.items():
        told = declared.get(table) or {}
        columns = told.get("columns") or {}
        was = {name.lower(): _was(column, name) for name, column in columns.items()}
        renamed = {was.get(name, name).lower(): value for name, value in of_table.columns.items()}
        sums[_was(told, table)] = Sums(of_table.rows, renamed)
    return sums


def _was(declared: object, name: str) -> str:
    """The old name of a table or a column; a column's short form has none."""
    return str(declared.get("was", name)) if isinstance(declared, dict) else name


def _is_kept(value: tuple[str, object], other: tuple[str, object] | None) -> bool:
    """A column that is gone has lost nothing where it was empty; sums of other types say nothing."""
    if other is None:
        return not value[1]
    return other[0] != value[0] or other == value


def _table(approval: str) -> str:
    kind, _, name = approval.partition(":")
    return name.rpartition(".")[0] if kind == "drop-partition" else name


def _sum(name: str, kind: str) -> str:
    """Of texts the letters count, not how a character set writes them; NULL is not the empty text."""
    quoted = quote_name(name)
    value = f"CONVERT({quoted} USING utf8mb4)" if kind == "text" else f"CAST({quoted} AS BINARY)"
    return f"COALESCE(SUM(CRC32({value})), 0) + COUNT({quoted})"
