"""Rows that a statement by hand takes behind a rename: counted ahead of the run, by the names of then."""

from __future__ import annotations

import pytest

from tests.commands.desk import Desk, fails
from tests.commands.user import User
from tests.servers import Server

TRADE = "RENAME TABLE users TO u, other TO users, u TO other"
# Each block, and what it has to have approved, with the rows that are said to be lost.
BLOCKS = (
    (
        (
            "RENAME TABLE users TO people",
            "DELETE FROM people WHERE id > 1",
            "UPDATE people SET name = 'x' WHERE id IN (SELECT id FROM other)",
            "DELETE FROM other WHERE id NOT IN (SELECT id - 1 FROM people)",
            "ALTER TABLE people RENAME TO persons",
            "TRUNCATE persons",
            "ALTER TABLE persons RENAME AS users",
        ),
        {
            "delete-rows:people": "1 row of people, for example id 2",
            "overwrite-column:people.name": "1 row of people, for example id 1",
            "delete-rows:other": "1 row of other, for example id 7",
            "truncate-table:persons": "2 rows of persons, for example id 1",
        },
    ),
    # What is called so before the run is another table.
    (
        (TRADE, "DELETE FROM users", TRADE),
        {"delete-rows:users": "not counted: tables trade names ahead of it"},
    ),
)


@pytest.fixture
def desk(root: User, server: Server, database: str) -> Desk:
    desk = Desk(root, server, database)
    (root.folder / "plumbob.cfg").write_text("[plumbob]\nscratch = target\nmodels = off\n")
    for path in root.folder.glob("generated/migrations/*"):
        path.unlink()
    desk.sql("CREATE TABLE other (id int PRIMARY KEY)", "INSERT INTO other VALUES (1), (7)")
    root.succeeds("pull")
    root.declare(
        root.schema.read_text().replace(
            "name: varchar(80)", "name: varchar(80)\n      email: varchar(80) not null"
        )
    )
    root.succeeds("diff", "--write", "-m", "email")
    return desk


def test_rows_are_counted_under_the_name_that_their_table_has_before_the_run(desk: Desk) -> None:
    files = {path: path.read_text() for path in desk.user.folder.glob("generated/migrations/*")}
    for statements, expected in BLOCKS:
        for path, text in files.items():
            path.write_text(text)
        desk.fills(*statements)
        desk.user.succeeds("check", "--write")
        refused = fails(desk.user, 4, "apply").err
        lines = [each for each in refused.splitlines() if "--allow " in each]
        assert len(lines) == len(expected)
        for line, (approval, rows) in zip(lines, expected.items(), strict=True):
            assert f"--allow {approval} (" in line and rows in line
        assert desk.columns() == {"id", "name"}
    desk.user.succeeds("apply", "--allow", "delete-rows:users")
    assert desk.sql("SELECT COUNT(*) FROM other") == [(0,)]
    assert desk.emails() == ["", ""]
