"""What the server refuses of a statement by hand is told with objects, rows and the page of the error."""

from __future__ import annotations

from tests.commands.desk import BEGIN, END, WITH_EMAIL, Desk, fails
from tests.commands.user import User
from tests.servers import Server

UNIQUE = WITH_EMAIL + "    indexes: {by_name: unique(name)}\n"
ADD = f"{BEGIN}\nALTER TABLE users ADD UNIQUE KEY by_name (name);\n{END}"
BACK = f"{BEGIN}\nDROP INDEX by_name ON users;\n{END}"


def test_a_refused_statement_by_hand(root: User, server: Server, database: str) -> None:
    desk = Desk(root, server, database)
    root.declare(UNIQUE)
    written = desk.file().read_text()
    desk.edits(ADD.replace("(name)", "(nmae)"))
    desk.edits(BACK, ".rollback", ahead=True)
    said = fails(root, 7, "check").err
    assert "users has no column nmae; the nearest name is name" in said
    assert "see `schema explain 1072`" in said
    desk.file().write_text(written)
    desk.edits(ADD)
    root.succeeds("check", "--write")
    desk.sql("INSERT INTO users VALUES (3, 'bob'), (4, 'ann'), (5, 'bob')")
    error = fails(root, 4, "apply", "--json").json["error"]
    assert "2 values that several rows of users have, for example id 1" in error["what"]
    desk.sql("DELETE FROM users WHERE id > 2")
    root.succeeds("apply")
