"""What was seeded, kept in a table of plumbob's own in the database: so that it can be undone.

One record a named row, one a batch of faked ones. No secret is kept: what stands for values is a hash
over those that are none.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from plumbob import __version__
from plumbob.ddl.quote import quote_name, quote_names, quote_text
from plumbob.migration.record.store import check_format
from plumbob.seeds.literals import value_literal
from plumbob.seeds.rows import Name, digest
from plumbob.server.connection import Server
from plumbob.server.driver import Row
from plumbob.server.errors import ServerError
from plumbob.server.listing import folded

SEEDS = "_plumbob_seeds"
FORMAT = 1
_UNKNOWN_COLUMN = 1054
# Of so many rows of a batch it is kept what was in them, by so many digits of a hash.
_SAMPLE = 5
DIGITS = 12
_CREATE = f"""CREATE TABLE IF NOT EXISTS `{SEEDS}` (
  `id` bigint unsigned NOT NULL AUTO_INCREMENT,
  `table_name` varchar(64) NOT NULL,
  `label` varchar(128) DEFAULT NULL COMMENT 'of a row of a seed file; none for faked rows',
  `inserted` tinyint NOT NULL COMMENT '0: the row was there before',
  `keys` longtext NOT NULL COMMENT 'JSON: columns, and their values for each row',
  `definition` varchar(80) NOT NULL COMMENT 'SHA-256 of what the file says, without secrets',
  `columns` longtext NOT NULL COMMENT 'JSON: columns that the next hash is over, none with a secret',
  `content` varchar(80) NOT NULL COMMENT 'SHA-256 of what was in the row then',
  `moments` longtext NOT NULL COMMENT 'JSON: columns with a time of the insert',
  `table_made` varchar(32) NOT NULL COMMENT 'CREATE_TIME of the table then',
  `seeded_at` datetime(6) NOT NULL COMMENT 'UTC',
  `tool` varchar(64) NOT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `label` (`table_name`,`label`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin COMMENT='plumbob seeds, format {FORMAT}'"""

# The value of a key as it was read from the server.
Cell = Any
Identity = tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Keys:
    """Rows of a table by the values of some columns that tell them apart."""

    columns: tuple[str, ...]
    rows: tuple[Identity, ...]


@dataclass(frozen=True, slots=True)
class Record:
    """A named row that was seeded, or a batch of faked rows, whose label is None.

    `stored` is a hash over what `columns` had then (of a batch: the first digits of some), and
    `table_made` tells a table from one that was made anew, where the same numbers mean other rows.
    """

    table: str
    label: str | None
    inserted: bool
    keys: Keys
    definition: str = ""
    columns: tuple[str, ...] = ()
    stored: str = ""
    moments: tuple[tuple[str, str], ...] = ()
    table_made: str = ""
    id: int = 0

    @property
    def name(self) -> Name:
        return self.table, self.label or ""


def is_there(server: Server) -> bool:
    """Whether anything was ever seeded here.

    Raises:
        PlumbobError: UNSAFE when the table has a newer format, or is not ours.
    """
    rows = server.query(
        "SELECT TABLE_COMMENT FROM information_schema.TABLES"
        f" WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = {quote_text(SEEDS)}"
    )
    if not rows:
        return False
    check_format(SEEDS, rows[0][0], FORMAT)
    return True


def create(server: Server) -> None:
    """Make the table where it is missing. It ends a transaction, so it comes before one."""
    if not is_there(server):
        server.execute(_CREATE)


def read(server: Server, *, fakes: bool = True) -> list[Record]:
    """All records, oldest first.

    Args:
        fakes: whether those of faked rows are wanted, which may be many.
    """
    if not is_there(server):
        return []
    rows = server.query(
        "SELECT table_name, label, inserted, `keys`, definition, `columns`, content, moments,"
        f" table_made, id FROM `{SEEDS}`{'' if fakes else ' WHERE label IS NOT NULL'} ORDER BY id"
    )
    return [_record(row) for row in rows]


def _record(row: Row) -> Record:
    table, label, inserted, keys, definition, columns, content, moments, made, id = row
    return Record(
        table,
        label,
        bool(inserted),
        _keys(keys),
        definition,
        tuple(json.loads(columns)),
        content,
        tuple(json.loads(moments).items()),
        made,
        int(id),
    )


def write(server: Server, record: Record) -> None:
    """Keep a record: a new one is added, one with an id is changed."""
    values = {
        "table_name": quote_text(record.table),
        "label": "NULL" if record.label is None else quote_text(record.label),
        "inserted": f"{record.inserted:d}",
        "keys": quote_text(_written(record.keys)),
        "definition": quote_text(record.definition),
        "columns": quote_text(json.dumps(record.columns)),
        "content": quote_text(record.stored),
        "moments": quote_text(json.dumps(dict(record.moments))),
        "table_made": quote_text(record.table_made),
        "seeded_at": "UTC_TIMESTAMP(6)",
        "tool": quote_text(__version__),
    }
    settings = ", ".join(f"{quote_name(name)} = {value}" for name, value in values.items())
    if record.id:
        server.execute(f"UPDATE `{SEEDS}` SET {settings} WHERE id = {record.id:d}")
    else:
        server.execute(f"INSERT INTO `{SEEDS}` SET {settings}")


def tables_made(server: Server) -> dict[str, str]:
    """When each table was made, as far as the server knows: a TRUNCATE or a rebuild counts as well."""
    rows = server.query(
        "SELECT TABLE_NAME, CAST(CREATE_TIME AS CHAR) FROM information_schema.TABLES"
        " WHERE TABLE_SCHEMA = DATABASE()"
    )
    return {folded(server, name): made or "" for name, made in rows}


def contents_of(server: Server, table: str, keys: Keys, columns: Iterable[str]) -> list[str]:
    """A hash over what these columns have, for the first few of the rows that are there."""
    names = tuple(columns)
    first = Keys(keys.columns, keys.rows[:_SAMPLE])
    wanted = quote_names(names) if names else "NULL"
    try:
        rows = server.query(f"SELECT {wanted} FROM {quote_name(table)} WHERE {among(first)}")
    except ServerError as error:
        if error.errno == _UNKNOWN_COLUMN:
            return ["a column is gone"]
        raise
    return [content(names, row) for row in rows]


def content(columns: Iterable[str], cells: Iterable[Cell]) -> str:
    """A hash over columns and what they have."""
    return digest(list(zip(columns, cells, strict=False)))


def among(keys: Keys, alias: str = "") -> str:
    """The condition that a row is one of these."""
    names = [f"{alias}.{quote_name(name)}" if alias else quote_name(name) for name in keys.columns]
    if len(names) == 1:
        return f"{names[0]} IN ({', '.join(value_literal(row[0]) for row in keys.rows)})"
    rows = (f"({', '.join(map(value_literal, row))})" for row in keys.rows)
    return f"({', '.join(names)}) IN ({', '.join(rows)})"


def forget(server: Server, records: Iterable[Record]) -> None:
    """Delete records."""
    ids = [f"{each.id:d}" for each in records]
    if ids:
        server.execute(f"DELETE FROM `{SEEDS}` WHERE id IN ({', '.join(ids)})")


def _keys(text: str) -> Keys:
    found = json.loads(text)
    rows = (tuple(_restored(value) for value in row) for row in found["rows"])
    return Keys(tuple(found["columns"]), tuple(rows))


def _written(keys: Keys) -> str:
    rows = [[_kept(value) for value in row] for row in keys.rows]
    return json.dumps({"columns": keys.columns, "rows": rows}, separators=(",", ":"))


def _kept(value: Cell) -> object:
    """A value as JSON has it; what JSON has not is named."""
    if value is None or isinstance(value, str | int | float):
        return value
    if isinstance(value, bytes):
        return {"hex": value.hex()}
    if isinstance(value, Decimal):
        return {"decimal": str(value)}
    return str(value)


def _restored(value: Any) -> Cell:
    if not isinstance(value, dict):
        return value
    if "hex" in value:
        return bytes.fromhex(value["hex"])
    return Decimal(value["decimal"])
