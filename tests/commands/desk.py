"""A user who edits a migration by hand: what the tests of that have in common."""

from __future__ import annotations

from pathlib import Path

from tests.commands.user import Result, User
from tests.servers import Server

USERS = "tables:\n  users:\n    columns:\n      id: int primary key\n      name: varchar(80)\n"
WITH_EMAIL = USERS + "      email: varchar(80) not null\n"
BEGIN, END = "-- by hand: begin", "-- by hand: end"
FILL = "UPDATE users SET email = CONCAT(name, '@example.org')"
NOTHING = "-- by hand: no way back: the column goes\n"


class Desk:
    """A user with a database that has two rows, and a migration that adds a column and is not applied."""

    def __init__(self, user: User, server: Server, database: str) -> None:
        self.user, self.server, self.database = user, server, database
        self.sql("CREATE TABLE users (id int PRIMARY KEY, name varchar(80))")
        self.sql("INSERT INTO users VALUES (1, 'ann'), (2, 'bob')")
        user.declare(WITH_EMAIL)
        user.succeeds("diff", "--write", "-m", "email")

    def sql(self, *statements: str) -> list[tuple[object, ...]]:
        with self.server.connect(self.database) as connection, connection.cursor() as cursor:
            connection.autocommit(True)
            for statement in statements:
                cursor.execute(statement)
            return list(cursor.fetchall())

    def file(self, way: str = "") -> Path:
        (found,) = self.user.folder.glob(f"generated/migrations/*_email{way}.sql")
        return found

    def edits(self, text: str, way: str = "", *, ahead: bool = False) -> None:
        """Put a text behind the statements of a file, or ahead of them."""
        path = self.file(way)
        said = path.read_text()
        at = said.index("\n-- statement 1") if ahead else len(said)
        path.write_text(f"{said[:at]}\n{text}\n{said[at:]}")

    def approves(self, approval: str, way: str = "") -> None:
        """Approve something in a file, where a reviewer sees it."""
        self.edits(f"-- approved: {approval}\n", way, ahead=True)

    def fills(self, *statements: str, back: str = NOTHING) -> None:
        """Put a block with these statements into the migration, and what undoes it into the rollback."""
        self.edits("\n".join([BEGIN, *(f"{each};" for each in statements), END]))
        self.edits(back, ".rollback", ahead=True)

    def line_of(self, text: str, way: str = "") -> str:
        """Where a line stands, as an error says it."""
        lines = self.file(way).read_text().splitlines()
        return f"{self.file(way).name}:{lines.index(text) + 1}:"

    def emails(self) -> list[object]:
        return [email for (email,) in self.sql("SELECT email FROM users ORDER BY id")]

    def columns(self) -> set[object]:
        return {name for name, *_ in self.sql("SHOW COLUMNS FROM users")}


def fails(user: User, code: int, *argv: str) -> Result:
    result = user.types(*argv)
    assert result.code == code, result
    return result
