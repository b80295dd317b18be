"""Real schemas on real servers: read into a declaration, made anew from it, equal to the letter."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pymysql
import pytest

from tests.commands.user import OURS, User
from tests.conftest import empty_database
from tests.servers import Server as RealServer

FOLDER = Path(__file__).parent
SCHEMAS = sorted(path.stem for path in FOLDER.glob("*.sql"))
_DELIMITER = re.compile(r"^DELIMITER\s+(\S+)\s*$", re.MULTILINE | re.IGNORECASE)
_COUNTER = re.compile(r" AUTO_INCREMENT=\d+")


def statements(text: str) -> Iterator[str]:
    """The statements of a script for the command-line client, which knows DELIMITER."""
    pieces = _DELIMITER.split(text)
    for delimiter, piece in zip([";", *pieces[1::2]], pieces[::2], strict=True):
        for part in piece.split(delimiter) if delimiter != ";" else _ended_by_semicolon(piece):
            if part.strip():
                yield part.strip()


def _ended_by_semicolon(text: str) -> list[str]:
    """Split at semicolons outside quotes and comments."""
    skipped = r"'(?:[^'\\]|\\.|'')*'|`[^`]*`|--[^\n]*|\#[^\n]*|/\*.*?\*/|[^;]"
    return re.findall(rf"(?:{skipped})+", text, re.DOTALL)


def load(server: RealServer, database: str, text: str) -> None:
    """Run a script as far as this server goes: what it refuses (views of old) is no table of ours."""
    with server.connect(database) as connection, connection.cursor() as cursor:
        cursor.execute("SET foreign_key_checks = 0, sql_mode = ''")
        for statement in statements(text):
            try:
                cursor.execute(statement)
            except pymysql.MySQLError:
                assert "CREATE TABLE" not in statement.upper()


def tables(server: RealServer, database: str) -> dict[str, str]:
    with server.connect(database) as connection, connection.cursor() as cursor:
        cursor.execute("SHOW FULL TABLES WHERE Table_type = 'BASE TABLE'")
        names = [row[0] for row in cursor.fetchall() if row[0] not in OURS]
        texts = {}
        for name in names:
            cursor.execute(f"SHOW CREATE TABLE `{name}`")
            texts[name] = _COUNTER.sub("", cursor.fetchone()[1])
        return texts


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_real_schema_is_read_and_made_anew(
    name: str, every_server: RealServer, every_database: str, tmp_path: Path
) -> None:
    text = (FOLDER / f"{name}.sql").read_text(encoding="utf-8")
    load(every_server, every_database, text)
    original = tables(every_server, every_database)
    assert original
    reader = User(tmp_path, every_server.url(every_database))
    reader.succeeds("init", "--from", reader.url)
    reader.succeeds("diff")
    with empty_database(every_server) as fresh:
        maker = User(tmp_path, every_server.url(fresh))
        assert maker.types("diff").code == 1
        maker.brings_in_sync()
        assert tables(every_server, fresh) == original
