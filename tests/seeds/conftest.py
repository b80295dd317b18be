"""A project with the tables of schema.yaml in a database, and what tests ask of its rows."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from plumbob.declaration import load
from plumbob.server.connection import connect
from plumbob.server.target import Target
from plumbob.workflow import compare_database
from tests.commands.user import Result, User
from tests.servers import Server

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Sower:
    """A user with seed files, and the database that they go to."""

    user: User
    server: Server
    database: str

    def writes(self, text: str, name: str = "seeds.yaml") -> None:
        folder = self.user.folder / "seeds"
        folder.mkdir(exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")

    def seeds(self, *argv: str, code: int = 0) -> Result:
        result = self.user.types("seed", *argv)
        assert result.code == code, result
        return result

    def rows(self, sql: str) -> list[Any]:
        with self.server.connect(self.database) as connection, connection.cursor() as cursor:
            cursor.execute(sql)
            return list(cursor.fetchall())

    def does(self, *statements: str) -> None:
        for each in statements:
            self.rows(each)


@pytest.fixture
def sower(tmp_path: Path, server: Server, database: str) -> Sower:
    return sower_of(HERE / "schema.yaml", tmp_path, server, database)


def sower_of(schema: Path, folder: Path, server: Server, database: str) -> Sower:
    """A project in a folder, with the declared tables in its database."""
    user = User(folder, server.url(database))
    user.declare(schema.read_bytes())
    with connect(Target.from_url(user.url)) as connection:
        for each in compare_database(load(schema), connection, scratch="none").plan.up:
            connection.execute(each.sql)
    return Sower(user, server, database)
