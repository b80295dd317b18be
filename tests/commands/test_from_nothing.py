"""All of a history run in an empty database: nothing that was there can be lost, and what has rows is asked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.commands.desk import BEGIN, END, fails
from tests.commands.user import User
from tests.servers import Server

FIRST = """
tables:
  users:
    columns: {id: int primary key, name: varchar(80), age: int}
  old:
    columns: {id: int primary key}
"""
RENAMED = FIRST.replace("users:", "people:\n    was: users")
SHORT = """
tables:
  people:
    columns: {id: int primary key, name: varchar(2)}
"""
LOST = {"drop-column:people.age", "drop-table:old"}
INSERT = "INSERT INTO users VALUES (1, 'anna', 30)"
# What a file does by hand ahead of what goes, and what is asked for before anything runs.
STEPS = (
    ("INSERT INTO people VALUES (1, 'al', 30)", {"drop-column:people.age"}),
    ("UPDATE people SET name = 'x'", set()),
    # Nobody knows before whom a trigger gives rows: it is seen in time.
    (
        "CREATE TRIGGER fills AFTER INSERT ON old FOR EACH ROW INSERT INTO people VALUES (1, '', 3);\n"
        "INSERT INTO old VALUES (1);\nDROP TRIGGER fills",
        {"drop-table:old"},
    ),
)


def empty(server: Server, database: str) -> None:
    said = "SELECT DEFAULT_COLLATION_NAME FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = "
    ((collation,),) = server.run(None, f"{said}'{database}'")
    server.run(None, f"DROP DATABASE {database}", f"CREATE DATABASE {database} COLLATE {collation}")


def files(user: User) -> dict[Path, str]:
    return {path: path.read_text() for path in user.folder.glob("generated/migrations/*")}


def asked(said: str) -> set[str]:
    lines = (each.split() for each in said.splitlines())
    return {words[1] for words in lines if words[:1] == ["--allow"]}


@pytest.fixture
def history(root: User, server: Server, database: str) -> list[dict[Path, str]]:
    """The files of the first, the first two, and all three migrations, in a database that is empty again."""
    found = []
    for declared, title in ((FIRST, "first"), (RENAMED, "renamed"), (SHORT, "short")):
        root.declare(declared)
        root.succeeds("diff", "--write", "-m", title)
        root.succeeds("apply", "--allow", "all")
        found.append(files(root))
    empty(server, database)
    return found


def test_what_the_run_has_made_goes_without_an_approval_as_long_as_it_has_no_rows(
    history: list[dict[Path, str]], root: User, server: Server, database: str
) -> None:
    dry = root.types("apply", "--dry-run", "--json").json
    assert dry["unapproved"] == []
    done = root.succeeds("apply")
    assert "drop-column:people.age: 0 rows of people, so no approval is needed" in done.err
    assert "asks for" not in done.err
    root.succeeds("diff")
    # Where tables were before, an empty one is gone as well.
    empty(server, database)
    for path in history[2]:
        path.unlink()
    for path, text in history[0].items():
        path.write_text(text)
    # The declaration asks for more.
    fails(root, 1, "apply")
    for path, text in history[2].items():
        path.write_text(text)
    assert asked(fails(root, 4, "apply").err) == LOST
    server.run(database, INSERT, "COMMIT")
    refused = fails(root, 4, "apply").err
    assert asked(refused) == LOST
    assert "drop-column:people.age (all values of the column are lost: 1 row of people" in refused
    assert "change-type:people.name: values do not fit the new type: 1 row of people" in refused


def test_what_a_file_puts_rows_in_is_asked_for(
    history: list[dict[Path, str]], root: User, server: Server, database: str
) -> None:
    (last,) = root.folder.glob("generated/migrations/*_short.sql")
    (back,) = root.folder.glob("generated/migrations/*_short.rollback.sql")
    back.write_text(f"{back.read_text()}\n-- by hand: no way back: none\n")
    head, rest = last.read_text().split("\n-- statement 1")
    for statements, expected in STEPS:
        last.write_text(f"{head}\n{BEGIN}\n{statements};\n{END}\n\n-- statement 1{rest}")
        root.succeeds("check", "--write")
        if expected:
            assert asked(fails(root, 4, "apply").err) == expected, statements
            assert server.run(database, "SHOW TABLES") == []
        else:
            root.succeeds("apply")
            empty(server, database)
    stopped = fails(root, 4, "apply", "--allow", "drop-table:old").err
    assert asked(stopped) == {"drop-column:people.age"}
    assert "rows came since the run began" in stopped
    assert server.run(database, "SELECT age FROM people") == [(3,)]
    root.succeeds("apply", "--allow", "drop-table:old", "--allow", "drop-column:people.age")
    root.succeeds("diff")
