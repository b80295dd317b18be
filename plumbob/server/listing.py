"""What a database holds, by name and kind, from information_schema; no definitions."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from plumbob.ddl.quote import quote_text
from plumbob.errors import PlumbobError
from plumbob.model import Unmanaged
from plumbob.server.connection import Server

SYSTEM_DATABASES = frozenset(("information_schema", "mysql", "performance_schema", "sys"))
# TABLE_TYPE of what SHOW CREATE TABLE is asked for.
_TABLE_TYPES = ("BASE TABLE", "SYSTEM VERSIONED")
# More names than these cost more in a condition than they save.
_MOST_NAMES = 200


class Listed(NamedTuple):
    """The names of one database: tables by name, and what is no table."""

    tables: list[str]
    others: list[Unmanaged]


class Size(NamedTuple):
    """Estimates of the server: rows, and bytes of data and indexes."""

    rows: int
    bytes: int


def database_of(server: Server, database: str | None) -> str:
    """The database to read.

    Raises:
        PlumbobError: when none was chosen, or it belongs to the server itself.
    """
    name = database or server.database
    if not name:
        raise PlumbobError(
            "no database is named", advice="put its name behind the URL's host, or use -D NAME"
        )
    if name.lower() in SYSTEM_DATABASES:
        raise PlumbobError(f"{name} belongs to the server itself", advice="name another database")
    return name


def list_tables(server: Server, database: str, names: Collection[str] | None = None) -> Listed:
    """Tables, views and sequences of a database.

    Args:
        names: list these only, as far as they are there.
    """
    rows = server.query(
        "SELECT TABLE_NAME, TABLE_TYPE FROM information_schema.TABLES"
        f" WHERE TABLE_SCHEMA = {quote_text(database)}{_among(names)}"
    )
    if names is not None:
        wanted = {folded(server, name) for name in names}
        rows = [row for row in rows if folded(server, row[0]) in wanted]
    rows.sort()
    tables = [name for name, kind in rows if kind in _TABLE_TYPES]
    others = [_other(server, kind.lower(), name) for name, kind in rows if kind not in _TABLE_TYPES]
    if any(other.kind == "view" for other in others):
        broken = _broken_views(server, database)
        others = [
            Unmanaged("broken view", other.name)
            if other.kind == "view" and other.name in broken
            else other
            for other in others
        ]
    return Listed(tables, others)


def folded(server: Server, name: str) -> str:
    """A table's name in the form in which this server compares it."""
    return name.lower() if server.folds_table_names else name


def _other(server: Server, kind: str, name: str) -> Unmanaged:
    return Unmanaged(server.scope.foreign_kind(kind, name) or kind, name)


def column_counts(
    server: Server, database: str, names: Collection[str] | None = None
) -> dict[str, int]:
    """How many columns of each table this account may see."""
    rows = server.query(
        "SELECT TABLE_NAME, COUNT(*) FROM information_schema.COLUMNS"
        f" WHERE TABLE_SCHEMA = {quote_text(database)}{_among(names)} GROUP BY TABLE_NAME"
    )
    return {name: int(count) for name, count in rows}


def row_estimates(
    server: Server, database: str | None = None, names: Collection[str] | None = None
) -> dict[str, Size]:
    """How large the tables are, as the server estimates it without counting."""
    rows = server.query(
        "SELECT TABLE_NAME, TABLE_ROWS, DATA_LENGTH + INDEX_LENGTH FROM information_schema.TABLES"
        f" WHERE TABLE_SCHEMA = {quote_text(database_of(server, database))}{_among(names)}"
        " AND TABLE_TYPE <> 'VIEW'"
    )
    return {name: Size(int(count or 0), int(size or 0)) for name, count, size in rows}


def _broken_views(server: Server, database: str) -> set[str]:
    """Views over something that is gone: their comment is the server's complaint.

    MariaDB opens a view, and so finds out, only when it is asked for more than name and comment.
    """
    rows = server.query(
        "SELECT TABLE_NAME, TABLE_COMMENT, TABLE_ROWS FROM information_schema.TABLES"
        f" WHERE TABLE_SCHEMA = {quote_text(database)} AND TABLE_TYPE = 'VIEW'"
    )
    return {name for name, comment, _ in rows if comment != "VIEW"}


def _among(names: Collection[str] | None) -> str:
    """A condition that holds for these tables, and perhaps for more; or none."""
    if names is None or len(names) > _MOST_NAMES:
        return ""
    if not names:
        return " AND FALSE"
    return f" AND TABLE_NAME IN ({', '.join(map(quote_text, sorted(names)))})"
