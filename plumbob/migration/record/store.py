"""The two tables of plumbob in the target database: how they are made, and whose format they have.

The format stands in the table's comment, where every account that can read the table can see it.
"""

from __future__ import annotations

import base64
import json
import re
import struct
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from plumbob.ddl.quote import quote_text
from plumbob.errors import Exit, PlumbobError
from plumbob.server.connection import Server
from plumbob.server.errors import ServerError

HISTORY = "_plumbob_history"
JOURNAL = "_plumbob_journal"
FORMATS = {HISTORY: 1, JOURNAL: 2}

# Engine, character set and collation are written out: no default of a server has a say in them.
_TAIL = "ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin"
_TABLES = {
    HISTORY: f"""CREATE TABLE IF NOT EXISTS `{HISTORY}` (
  `id` bigint unsigned NOT NULL AUTO_INCREMENT,
  `migration` varchar(128) NOT NULL,
  `event` varchar(16) NOT NULL COMMENT 'applied, rolled back, adopted, baseline',
  `checksum` varchar(80) NOT NULL,
  `rollback_checksum` varchar(80) NOT NULL,
  `parent` varchar(128) DEFAULT NULL,
  `fingerprint_before` varchar(80) NOT NULL,
  `fingerprint_after` varchar(80) NOT NULL,
  `applied_at` datetime(6) NOT NULL COMMENT 'UTC',
  `applied_by` varchar(320) NOT NULL,
  `duration_ms` bigint unsigned NOT NULL,
  `tool` varchar(64) NOT NULL,
  `server` varchar(64) NOT NULL,
  `up` longtext NOT NULL COMMENT 'the migration file',
  `down` longtext NOT NULL COMMENT 'the rollback file',
  `snapshot` longtext DEFAULT NULL COMMENT 'UNCOMPRESS(FROM_BASE64(snapshot)): tables, in JSON',
  PRIMARY KEY (`id`)
) {_TAIL} COMMENT='plumbob history, format {FORMATS[HISTORY]}'""",
    JOURNAL: f"""CREATE TABLE IF NOT EXISTS `{JOURNAL}` (
  `id` bigint unsigned NOT NULL AUTO_INCREMENT,
  `migration` varchar(128) NOT NULL,
  `direction` varchar(8) NOT NULL COMMENT 'up, down',
  `number` int unsigned NOT NULL COMMENT 'of the statement; 0 is the begin of a run',
  `hash` varchar(80) NOT NULL COMMENT 'SHA-256 of the statement',
  `state` varchar(16) NOT NULL COMMENT 'running, done, failed, unknown, not started',
  `seen_before` longtext NOT NULL COMMENT 'JSON: fingerprints of tables',
  `expected` longtext NOT NULL,
  `seen_after` longtext DEFAULT NULL,
  `connection_id` bigint unsigned NOT NULL,
  `host` varchar(255) NOT NULL COMMENT 'of the client',
  `process` bigint unsigned DEFAULT NULL COMMENT 'of the client, on its host',
  `tool` varchar(64) NOT NULL,
  `started` datetime(6) NOT NULL COMMENT 'UTC',
  `ended` datetime(6) DEFAULT NULL COMMENT 'UTC',
  `errno` int unsigned DEFAULT NULL,
  `message` text DEFAULT NULL,
  `history` bigint unsigned DEFAULT NULL COMMENT 'the row of the history that ended the run',
  PRIMARY KEY (`id`),
  KEY `history` (`history`)
) {_TAIL} COMMENT='plumbob journal, format {FORMATS[JOURNAL]}'""",
}

# What makes a table of an older format one of the next, by that older format: one statement each, so
# that a crash leaves either. What is read is in all formats.
_UPGRADES = {
    (JOURNAL, 1): f"ALTER TABLE `{JOURNAL}` ADD COLUMN `process` bigint unsigned DEFAULT NULL"
    " COMMENT 'of the client, on its host' AFTER `host`, COMMENT='plumbob journal, format 2'",
}


def there(server: Server) -> frozenset[str]:
    """Which of the two tables the database has; raises as `formats`."""
    return frozenset(formats(server))


def formats(server: Server) -> dict[str, int]:
    """The format of each of the two tables that the database has.

    Raises:
        PlumbobError: one of them has a newer format, or is not ours.
    """
    names = ", ".join(map(quote_text, _TABLES))
    rows = server.query(
        "SELECT TABLE_NAME, TABLE_COMMENT FROM information_schema.TABLES"
        f" WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME IN ({names})"
    )
    return {name: check_format(name, comment, FORMATS[name]) for name, comment in rows}


def create(server: Server) -> None:
    """Make what is missing of the two tables, and those of an older format what they are now."""
    found = formats(server)
    for name in _TABLES.keys() - found.keys():
        server.execute(_TABLES[name])
    for name, format in found.items():
        for older in range(format, FORMATS[name]):
            server.execute(_UPGRADES[name, older])


@contextmanager
def transaction(server: Server) -> Iterator[None]:
    """All of what is written inside, or nothing."""
    server.execute("START TRANSACTION")
    try:
        yield
        server.execute("COMMIT")
    except BaseException:
        _take_back(server)
        raise


def _take_back(server: Server) -> None:
    """A connection that is gone has done so by itself; what ended the transaction is told."""
    try:
        if server.connection.open:
            server.execute("ROLLBACK")
    except ServerError as error:
        if not error.is_lost:
            raise


def to_json(fingerprints: Mapping[str, str]) -> str:
    # In ASCII: bytes of a text that are no UTF-8 are lone surrogates, which no server takes.
    return json.dumps(dict(sorted(fingerprints.items())), separators=(",", ":"))


def from_json(text: str | None) -> dict[str, str]:
    return {} if text is None else dict(json.loads(text))


def pack(texts: Mapping[str, str]) -> str:
    """The definitions of all tables in little room: as COMPRESS would, so that SQL can read them."""
    plain = to_json(texts).encode()
    return base64.b64encode(struct.pack("<I", len(plain)) + zlib.compress(plain)).decode()


def unpack(packed: str) -> dict[str, str]:
    return from_json(zlib.decompress(base64.b64decode(packed)[4:]).decode())


def check_format(name: str, comment: str, format: int) -> int:
    """The format of a table of ours; one whose comment has none, or a newer one, is refused.

    Raises:
        PlumbobError: UNSAFE.
    """
    of = f"plumbob {name.removeprefix('_plumbob_')}, format"
    found = re.fullmatch(rf"{of} (\d{{1,9}})", comment)
    if found is None:
        raise PlumbobError(
            f"the table {name} is not as plumbob made it: its comment has no format",
            advice=f"give it back the comment '{of} {format}', or rename the table",
            where=name,
            exit=Exit.UNSAFE,
        )
    if int(found[1]) > format:
        raise PlumbobError(
            f"the table {name} has format {found[1]}, and this plumbob knows format {format}",
            advice="a newer plumbob has worked on this database; use that one",
            where=name,
            exit=Exit.UNSAFE,
        )
    return int(found[1])
