"""What was seeded, kept in a table of plumbob's own in the database: so that it can be undone.

One record a named row, one a batch of faked ones. No secret is kept: what stands for values is a hash
over those that are none.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from plumbob import __version__
from plumbob.ddl.quote import quote_text
from plumbob.errors import Exit, PlumbobError
from plumbob.seeds.rows import Name
from plumbob.server.connection import Server

SEEDS = "_plumbob_seeds"
FORMAT = 1
_COMMENT = re.compile(r"plumbob seeds, format (\d{1,9})")
_CREATE = f"""CREATE TABLE IF NOT EXISTS `{SEEDS}` (
  `id` bigint unsigned NOT NULL AUTO_INCREMENT,
  `table_name` varchar(64) NOT NULL,
  `label` varchar(128) DEFAULT NULL COMMENT 'of a row of a seed file; none for faked rows',
  `inserted` tinyint NOT NULL COMMENT '0: the row was there before',
  `keys` longtext NOT NULL COMMENT 'JSON: columns, and their values for each row',
  `definition` varchar(80) NOT NULL COMMENT 'SHA-256 of what the file says, without secrets',
  `content` varchar(80) NOT NULL COMMENT 'SHA-256 of what was in the row then, without secrets',
  `moments` longtext NOT NULL COMMENT 'JSON: columns with a time of the insert',
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
    """A named row that was seeded, or a batch of faked rows, whose label is None."""

    table: str
    label: str | None
    inserted: bool
    keys: Keys
    definition: str = ""
    stored: str = ""
    moments: tuple[tuple[str, str], ...] = ()
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
    found = _COMMENT.fullmatch(rows[0][0])
    if found is None:
        raise PlumbobError(
            f"the table {SEEDS} is not as plumbob made it: its comment has no format",
            advice=f"give it back the comment 'plumbob seeds, format {FORMAT}', or rename the table",
            where=SEEDS,
            exit=Exit.UNSAFE,
        )
    if int(found[1]) > FORMAT:
        raise PlumbobError(
            f"the table {SEEDS} has format {found[1]}, and this plumbob knows format {FORMAT}",
            advice="a newer plumbob has worked on this database; use that one",
            where=SEEDS,
            exit=Exit.UNSAFE,
        )
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
        "SELECT table_name, label, inserted, `keys`, definition, content, moments, id"
        f" FROM `{SEEDS}`{'' if fakes else ' WHERE label IS NOT NULL'} ORDER BY id"
    )
    return [
        Record(
            table, label, bool(inserted), _keys(keys), definition, stored, _pairs(moments), int(id)
        )
        for table, label, inserted, keys, definition, stored, moments, id in rows
    ]


def write(server: Server, records: Sequence[Record]) -> None:
    """Keep records: a new one is added, one with an id is changed."""
    for each in records:
        if each.id:
            server.execute(
                f"UPDATE `{SEEDS}` SET label = {_text(each.label)}, inserted = {each.inserted:d},"
                f" `keys` = {quote_text(_written(each.keys))},"
                f" definition = {quote_text(each.definition)}, content = {quote_text(each.stored)},"
                f" moments = {quote_text(json.dumps(dict(each.moments)))},"
                f" seeded_at = UTC_TIMESTAMP(6), tool = {quote_text(__version__)}"
                f" WHERE id = {each.id:d}"
            )
            continue
        server.execute(
            f"INSERT INTO `{SEEDS}` (table_name, label, inserted, `keys`, definition, content, moments,"
            f" seeded_at, tool) VALUES ({quote_text(each.table)}, {_text(each.label)},"
            f" {each.inserted:d}, {quote_text(_written(each.keys))}, {quote_text(each.definition)},"
            f" {quote_text(each.stored)}, {quote_text(json.dumps(dict(each.moments)))},"
            f" UTC_TIMESTAMP(6), {quote_text(__version__)})"
        )


def forget(server: Server, records: Iterable[Record]) -> None:
    """Delete records."""
    ids = [f"{each.id:d}" for each in records]
    if ids:
        server.execute(f"DELETE FROM `{SEEDS}` WHERE id IN ({', '.join(ids)})")


def _text(text: str | None) -> str:
    return "NULL" if text is None else quote_text(text)


def _pairs(text: str) -> tuple[tuple[str, str], ...]:
    return tuple(json.loads(text).items())


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
