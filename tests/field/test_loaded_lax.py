"""What an old dump left behind: objects that were made under an empty sql_mode, as most loaders have it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.commands.user import User
from tests.conftest import Servers, empty_database

MADE = (
    "SET sql_mode = ''",
    "CREATE TABLE t (id int PRIMARY KEY, at datetime NOT NULL DEFAULT '0000-00-00 00:00:00')",
    "CREATE TRIGGER tick BEFORE INSERT ON t FOR EACH ROW SET NEW.id = NEW.id + 1",
    "CREATE PROCEDURE ping() CALL pong()",
    "CREATE PROCEDURE pong() CALL ping()",
)


@pytest.mark.parametrize("name", ["mysql", "mariadb", "mariadb118"])
def test_it_is_read_and_made_again_as_it_was(name: str, servers: Servers, tmp_path: Path) -> None:
    server = servers(name)
    with empty_database(server) as old, empty_database(server) as new:
        server.run(old, *MADE)
        there = User(tmp_path, server.url(old))
        there.succeeds("init", "--from", server.url(old))
        there.succeeds("diff")
        here = User(tmp_path, server.url(new))
        here.brings_in_sync()
        with server.connect(new) as connection, connection.cursor() as cursor:
            cursor.execute(
                "SELECT SQL_MODE FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA = DATABASE() "
                "UNION ALL SELECT SQL_MODE FROM information_schema.TRIGGERS "
                "WHERE TRIGGER_SCHEMA = DATABASE()"
            )
            assert [mode for (mode,) in cursor.fetchall()] == ["", "", ""]
        here.succeeds("rollback", "--allow", "all")
