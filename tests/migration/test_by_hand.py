"""The files alone, without plumbob: run by the command-line client, or by a splitter of this test's own."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from plumbob.ddl.quote import quote_name, quote_text
from plumbob.migration.files import read_folder
from plumbob.migration.record.live import look
from plumbob.plan.named import Named
from plumbob.plan.statement import Hazard, Statement
from tests.migration.project import USERS, Project, alter

CLIENT = os.environ.get("PLUMBOB_CLIENT") or shutil.which("mariadb") or shutil.which("mysql")
NASTY = 'it\'s; a "test" \\ `x` -- no /* comment */ # {{ x }} %s\n-- statement 9 of 9: no\r\n;\nend'
NAME = "a;b`c'd\"e -- {{ f }} #%s\\"


def split(text: str) -> Iterator[str]:
    """Statements by a walk over the characters, as the client does it."""
    statement, quote, i = "", "", 0
    while i < len(text):
        character = text[i]
        if quote:
            if character == "\\" and quote != "`":
                statement += character
                i += 1
                character = text[i]
            elif character == quote:
                quote = ""
        elif character in "'\"`":
            quote = character
        elif text.startswith("-- ", i) or text.startswith("--\n", i):
            i = text.index("\n", i)
            continue
        elif text.startswith("/*", i):
            end = text.index("*/", i) + 2
            statement += text[i:end]
            i = end
            continue
        elif character == ";":
            yield statement.strip()
            statement, character = "", ""
        statement += character
        i += 1
    assert not statement.strip()


def run_by_hand(project: Project, path: Path) -> None:
    if CLIENT is None:
        project.sql(*split(path.read_text()))
        return
    parts = urlsplit(project.url)
    (socket,) = parse_qs(parts.query)["unix_socket"]
    done = subprocess.run(
        [CLIENT, "--no-defaults", f"--socket={socket}", "--user=root", project.database],
        stdin=path.open(),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr


@pytest.fixture
def nasty(project: Project) -> Project:
    project.start(USERS)
    zero = (("sql_mode", "STRICT_ALL_TABLES"),)
    up = (
        alter("users", f"COMMENT = {quote_text(NASTY)}"),
        alter("users", "ADD COLUMN `d` date NOT NULL DEFAULT '0000-00-00'", session=zero),
        Statement(
            f"CREATE TABLE {quote_name(NAME)} (\n  `e` enum('a;','b''c','\\\\') /* ; */ DEFAULT 'a;'\n)",
            NASTY,
            NAME,
        ),
    )
    down = (
        Statement(
            f"DROP TABLE {quote_name(NAME)}",
            "drop",
            NAME,
            hazards=(Hazard("drop-table", Named(NAME), NASTY),),
        ),
        alter("users", "DROP COLUMN `d`"),
        alter("users", "COMMENT = ''"),
    )
    project.migrate(NASTY, *up, down=down)
    return project


def test_the_pair_says_the_same_to_a_plain_client(nasty: Project) -> None:
    (migration,) = read_folder(nasty.folder)
    for direction, wanted in (("", migration.after), (".rollback", migration.before)):
        run_by_hand(nasty, nasty.folder / f"{migration.id}{direction}.sql")
        with nasty.server() as server:
            assert look(server).fingerprint == wanted


def test_plumbob_runs_the_same_statements(nasty: Project) -> None:
    nasty.apply()
    (migration,) = read_folder(nasty.folder)
    nasty.rollback(allow=[f"drop-table:{Named(NAME)}"])
    with nasty.server() as server:
        assert look(server).fingerprint == migration.before


def test_the_splitter_and_the_reader_agree(nasty: Project) -> None:
    (migration,) = read_folder(nasty.folder)
    found = list(split((nasty.folder / f"{migration.id}.sql").read_text()))
    assert [sql for sql in found if not sql.startswith("SET ")] == [
        each.sql for each in migration.up
    ]
