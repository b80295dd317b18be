"""What a database knows of itself, kept beside its history: that it is production.

A table of its own, made when the first mark is set: a database from before there were any has none.
"""

from __future__ import annotations

from dataclasses import dataclass

from plumbob import __version__
from plumbob.ddl.quote import quote_name, quote_text
from plumbob.errors import Exit, PlumbobError
from plumbob.server.connection import Server
from plumbob.server.errors import DENIED, NO_SUCH_TABLE, UNKNOWN_DATABASE, ServerError
from plumbob.server.visibility import account

MARKS = "_plumbob_marks"
PRODUCTION = "production"
_TABLE = f"""CREATE TABLE IF NOT EXISTS `{MARKS}` (
  `mark` varchar(16) NOT NULL COMMENT 'production',
  `database_name` varchar(64) NOT NULL COMMENT 'as it was called then',
  `set_at` datetime(6) NOT NULL COMMENT 'UTC',
  `set_by` varchar(320) NOT NULL,
  `tool` varchar(64) NOT NULL,
  PRIMARY KEY (`mark`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin COMMENT='plumbob marks, format 1'"""


@dataclass(frozen=True, slots=True)
class Mark:
    """A mark as it was set: `at` is the server's time in UTC, `database` what the database was called."""

    database: str
    at: str
    by: str

    def __str__(self) -> str:
        return f"{self.at.partition('.')[0]} by {self.by}"


def find(server: Server, name: str, database: str | None = None) -> Mark | None:
    """A mark of the database in use, or of another one of the server; None where it is not set.

    Raises:
        PlumbobError: NO_ACCESS when there are marks that this account may not read, or may be some that
            it does not see: nobody takes that for none.
    """
    place = quote_name(database or server.database or "")
    try:
        rows = server.query(
            "SELECT database_name, CAST(set_at AS CHAR), set_by"
            f" FROM {place}.`{MARKS}` WHERE mark = {quote_text(name)}"
        )
    except ServerError as error:
        if error.errno in (NO_SUCH_TABLE, UNKNOWN_DATABASE):
            return None
        if error.errno not in DENIED:
            raise
        _prove_absent(server, place, error)
        return None
    return Mark(*rows[0]) if rows else None


def put(server: Server, name: str) -> None:
    """Set a mark on the database in use; one that is set already is left as it is."""
    server.execute(_TABLE)
    server.execute(
        f"INSERT INTO `{MARKS}` (mark, database_name, set_at, set_by, tool) VALUES"
        f" ({quote_text(name)}, DATABASE(), UTC_TIMESTAMP(6), USER(), {quote_text(__version__)})"
        " ON DUPLICATE KEY UPDATE mark = mark"
    )


def remove(server: Server, name: str) -> None:
    """Take a mark away; one that is not set is no error."""
    if find(server, name) is not None:
        server.execute(f"DELETE FROM `{MARKS}` WHERE mark = {quote_text(name)}")


def _prove_absent(server: Server, place: str, denied: ServerError) -> None:
    """See that the table is not there, as an account that may not read it.

    Who may do anything in the whole database is told of a table that it is not there; who has
    privileges on other tables alone is told nothing, as `introspect` measures it.
    """
    try:
        server.query(f"SHOW CREATE TABLE {place}.`{MARKS}`")
    except ServerError as error:
        if error.errno in (NO_SUCH_TABLE, UNKNOWN_DATABASE):
            return
        if error.errno not in DENIED:
            raise
        raise PlumbobError(
            f"{account(server)} may not see whether {place} is production",
            advice="not visible is not absent, so nothing is done; grant it: "
            f"GRANT SELECT ON {place}.* TO {account(server)}",
            where=MARKS,
            exit=Exit.NO_ACCESS,
        ) from None
    raise denied
