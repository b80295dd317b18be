"""Real schemas through the commands: read into a declaration, built anew from it, and equal to the letter.

With tables goes all that stands beside them: views, triggers and routines with their accounts, and the
sql_mode and collation that the server keeps with each.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from plumbob.server.connection import connect
from plumbob.server.introspect import read_schema
from plumbob.server.target import Target
from tests.cases.trip import texts
from tests.commands.user import OURS, User
from tests.conftest import empty_database
from tests.servers import Server

HERE = Path(__file__).parent


@pytest.mark.parametrize("path", sorted(HERE.glob("*.sql")), ids=lambda path: path.stem)
def test_a_real_schema_there_and_back(path: Path, every_server: Server, tmp_path: Path) -> None:
    with empty_database(every_server) as old, empty_database(every_server) as new:
        load(every_server, old, path)
        start = objects(every_server, old)
        user = User(tmp_path, every_server.url(old))
        user.succeeds("init", "--from", every_server.url(old))
        (tmp_path / "plumbob.cfg").write_text("[plumbob]\nscratch = target\n")
        user.succeeds("diff")
        user = User(tmp_path, every_server.url(new))
        user.brings_in_sync()
        assert objects(every_server, new) == start
        user.succeeds("rollback", "--allow", "all")
        assert objects(every_server, new) == {}


def objects(server: Server, database: str) -> dict[str, str]:
    """SHOW CREATE of every object, our own tables aside."""
    with connect(Target.from_url(server.url(database))) as connection:
        found = texts(connection)
    return {
        name: text.replace(f"`{database}`.", "") for name, text in found.items() if name not in OURS
    }


def load(server: Server, database: str, path: Path) -> None:
    """Run a file as the mysql client would."""
    server.run(database, *statements(path.read_text("utf-8")))


def statements(script: str) -> Iterator[str]:
    """The statements of a script; DELIMITER is a word of the client alone."""
    delimiter, lines = ";", list[str]()
    for line in script.splitlines():
        if line.upper().startswith("DELIMITER "):
            delimiter = line.split()[1]
        elif line.rstrip().endswith(delimiter):
            yield "\n".join([*lines, line.rstrip().removesuffix(delimiter)])
            lines = []
        elif lines or (line.strip() and not line.startswith(("--", "#"))):
            lines.append(line)


def test_what_is_no_table_is_read(every_server: Server, every_database: str) -> None:
    load(every_server, every_database, HERE / "sakila.sql")
    with connect(Target.from_url(every_server.url(every_database))) as server:
        stored = read_schema(server).stored
    kinds = Counter(key.kind for key in stored)
    assert kinds == {"view": 7, "trigger": 3, "procedure": 3, "function": 3}
