"""Runs a dump as `mysql --force` does: what the server refuses is written down, and the rest goes on.

It knows nothing of how plumbob reads SQL: what it loads is what plumbob is held against.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import pymysql

from plumbob.ddl.quote import quote_name
from tests.servers import Server

_COMMENT = r"/\*(?!!|M!).*?\*/|\#[^\n]*|--(?=\s|\Z)[^\n]*"
_QUOTED = r"'(?:[^'\\]|''|\\.)*'|\"(?:[^\"\\]|\"\"|\\.)*\"|`(?:[^`]|``)*`"
_CLIENT = r"(?:(?<=\n)|\A)[ \t]*DELIMITER[ \t]+(?P<next>\S+)[^\n]*"
_BEFORE = re.compile(rf"(?:\s|{_COMMENT})*", re.DOTALL)
_PROGRAM = re.compile(
    rf"{_BEFORE.pattern}(?:/\*M?!\d*\s*)?create\b(?:[^(]|\(\))*?\b(?:procedure|function|trigger|event)\b",
    re.DOTALL | re.IGNORECASE,
)
# What changes more than the one database, or waits for other connections.
_OF_THE_SERVER = re.compile(
    r"""(?:/\*M?!\d*\s*)?(?:
        use|grant|revoke|flush|load|lock|unlock|reset|kill|shutdown|install|uninstall|purge|change
      | (?:create|drop|alter)\s+(?:or\s+replace\s+)?(?:database|schema|user|role|server|tablespace)
      | set\s+(?:global|persist|persist_only|password|@@global\s*\.|@@persist)
    )\b""",
    re.VERBOSE | re.IGNORECASE,
)
_OF_ROWS = re.compile(r"(?:insert|replace|update|delete|select|call|do|truncate)\b", re.IGNORECASE)
# Servers of today refuse what those took that the dumps are of.
_LENIENT = {
    "sql_mode": "''",
    "foreign_key_checks": "0",
    "innodb_strict_mode": "0",
    "restrict_fk_on_non_standard_key": "0",
}
_UNKNOWN_VARIABLE = 1193
_DANGLING = """
SELECT r.TABLE_NAME, r.CONSTRAINT_NAME, r.REFERENCED_TABLE_NAME
FROM information_schema.REFERENTIAL_CONSTRAINTS r LEFT JOIN information_schema.TABLES t
  ON t.TABLE_SCHEMA = r.UNIQUE_CONSTRAINT_SCHEMA AND t.TABLE_NAME = r.REFERENCED_TABLE_NAME
WHERE r.CONSTRAINT_SCHEMA = DATABASE() AND t.TABLE_NAME IS NULL
"""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A statement that the server did not take, and why."""

    errno: int
    message: str
    sql: str

    def __str__(self) -> str:
        return f"{self.errno} {self.message} ({' '.join(self.sql.split())[:40]} …)"


def make(server: Server, database: str, script: str) -> tuple[Refusal, ...]:
    """Make what a script defines; its rows are left out."""
    found = [sql for sql in statements(script) if not _OF_ROWS.match(sql)]
    return _run(server, database, found)


def let_go(server: Server, database: str) -> tuple[str, ...]:
    """Take out the foreign keys that refer to tables which the script has not made; those."""
    with server.connect(database) as connection, connection.cursor() as cursor:
        cursor.execute(_DANGLING)
        found = cursor.fetchall()
        for table, key, _ in found:
            names = f"{quote_name(table)} DROP FOREIGN KEY {quote_name(key)}"
            cursor.execute(f"ALTER TABLE {names}", None)
    return tuple(f"{key} of {table} to {parent}" for table, key, parent in found)


def fill(server: Server, database: str, script: str) -> None:
    """Write the rows of a script into tables; how many the server does not take makes no difference here."""
    found = [sql for sql in statements(script) if _OF_ROWS.match(sql)]
    _run(server, database, found)


def statements(script: str) -> Iterator[str]:
    """The statements of a script that are about the one database, without comments ahead of them."""
    for piece in _pieces(script):
        begin = _BEFORE.match(piece)
        sql = piece[begin.end() if begin else 0 :].rstrip()
        if sql and not _OF_THE_SERVER.match(sql):
            yield sql


def _pieces(script: str) -> Iterator[str]:
    """What stands between two delimiters, outside of quotes and comments."""
    delimiter, start, position = ";", 0, 0
    while found := _next(delimiter).search(script, position):
        position = found.end()
        # Ahead of another delimiter the client sends several as one, and the server splits them.
        if found["end"] or (found["inner"] and not _PROGRAM.match(script, start, found.start())):
            yield script[start : found.start()]
            start = position
        elif found["next"] and not _BEFORE.sub("", script[start : found.start()], count=1):
            delimiter, start = found["next"], position
    yield script[start:]


def _next(delimiter: str) -> re.Pattern[str]:
    pattern = rf"(?P<end>{re.escape(delimiter)})|(?P<inner>;)|{_CLIENT}|{_QUOTED}|{_COMMENT}"
    return re.compile(pattern, re.DOTALL | re.IGNORECASE)


def _run(server: Server, database: str, script: Iterable[str]) -> tuple[Refusal, ...]:
    refused = []
    with server.connect(database) as connection, connection.cursor() as cursor:
        for name, value in _LENIENT.items():
            try:
                cursor.execute(f"SET SESSION {name} = {value}")
            except pymysql.Error as error:
                if error.args[0] != _UNKNOWN_VARIABLE:
                    raise
        for sql in script:
            try:
                cursor.execute(sql, None)
            except pymysql.Error as error:
                refused.append(Refusal(error.args[0], str(error.args[1]), sql))
    return tuple(refused)
