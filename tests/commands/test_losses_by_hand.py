"""Rows that statements by hand take are asked for by name, and counted; a file approves what it means."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.commands.desk import BEGIN, END, Desk, fails
from tests.commands.test_losses import of
from tests.commands.user import User
from tests.servers import Server

MATRIX = json.loads(Path(__file__).with_name("loss_matrix.json").read_text(encoding="utf-8"))[
    "cases"
]
# The statement, the approval that it needs, and what a refusal says of the rows.
STATEMENTS = (
    ("DELETE FROM users WHERE id > 1", "delete-rows:users", "rows are deleted: 1 row of users, for example id 2"),
    ("UPDATE users SET name = 'x' WHERE id = 1", "overwrite-column:users.name", "1 row of users, for example id 1"),
    ("REPLACE INTO users VALUES (2, '', ''), (3, '', '')", "replace-rows:users", "1 row of users, for example id 2"),
    ("TRUNCATE TABLE log", "truncate-table:log", "all rows are lost: 3 rows of log, for example id 1"),
    ("ALTER TABLE log TRUNCATE PARTITION p0", "truncate-partition:log.p0", "2 rows of log, for example id 1"),
    ("CALL tidy()", "call-procedure:tidy", "nobody knows before"),
)  # fmt: skip
LOG = (
    "CREATE TABLE log (id int PRIMARY KEY) PARTITION BY RANGE (id)"
    " (PARTITION p0 VALUES LESS THAN (10), PARTITION p1 VALUES LESS THAN MAXVALUE)"
)
LOG_DECLARED = (
    "  log:\n    columns: {id: int primary key}\n    partitions:\n      by: range (id)\n"
    "      parts:\n        p0: less than (10)\n        p1: less than maxvalue\n"
)


@pytest.fixture
def desk(root: User, server: Server, database: str) -> Desk:
    return Desk(root, server, database)


@pytest.fixture
def with_log(root: User, server: Server, database: str) -> Desk:
    desk = Desk(root, server, database)
    for path in root.folder.glob("generated/migrations/*"):
        path.unlink()
    desk.sql(
        LOG,
        "INSERT INTO log VALUES (1), (2), (11)",
        "CREATE PROCEDURE tidy() DELETE FROM log WHERE id > 10",
    )
    (root.folder / "plumbob.cfg").write_text("[plumbob]\nscratch = target\nignore = log\n")
    return desk


def test_each_statement_by_hand_asks_for_what_it_takes(with_log: Desk) -> None:
    """All at once, before anything is run; what is approved in the file is asked for no more."""
    desk, user = with_log, with_log.user
    (user.folder / "plumbob.cfg").write_text("[plumbob]\nscratch = target\nmodels = off\n")
    user.succeeds("pull")
    user.declare(
        user.schema.read_text().replace(
            "name: varchar(80)", "name: varchar(80)\n      email: varchar(80) not null"
        )
    )
    user.succeeds("diff", "--write", "-m", "email")
    desk.fills(*(sql for sql, *_ in STATEMENTS))
    said = fails(user, 6, "check").err
    for _, approval, _ in STATEMENTS:
        assert f"it does not say that it needs an approval: {approval} (" in said
    assert (
        "it says now that it needs an approval: delete-rows:users ("
        in user.succeeds("check", "--write").out
    )
    refused = fails(user, 4, "apply").err
    for _, approval, rows in STATEMENTS:
        (line,) = (each for each in refused.splitlines() if f"--allow {approval} (" in each)
        assert rows in line
    assert desk.columns() == {"id", "name"}
    for _, approval, _ in STATEMENTS[:-1]:
        desk.approves(approval)
    assert "asks for" not in user.succeeds("check", "--write").out
    left = fails(user, 4, "apply").err
    assert left.count("--allow ") == 1
    assert "--allow call-procedure:tidy" in left
    user.succeeds("apply", "--allow", "call-procedure:tidy")
    assert desk.sql("SELECT id FROM log") == []
    # Its reason stands in the file; no approval is asked for what nothing gives back.
    assert (
        "is not undone: the column goes"
        in user.succeeds("rollback", "--allow", "drop-column:users.email").err
    )


def test_no_row_no_approval(desk: Desk) -> None:
    """Rows that come before the turn of a statement are counted then."""
    desk.fills("DELETE FROM users WHERE id > 7", "UPDATE users SET name = 'x' WHERE name IS NULL")
    desk.user.succeeds("check", "--write")
    assert (
        "delete-rows:users: 0 rows of users, so no approval is needed"
        in desk.user.succeeds("apply").err
    )


def test_what_a_step_ahead_leaves_is_counted_when_its_turn_comes(desk: Desk) -> None:
    desk.fills(
        "UPDATE users SET email = 'gone' WHERE id = 2", "DELETE FROM users WHERE email = 'gone'"
    )
    desk.user.succeeds("check", "--write")
    # Whether there are any, nobody knows before the column is there.
    refused = fails(desk.user, 4, "apply").err
    assert (
        "--allow delete-rows:users" in refused
        and "an earlier statement has to run first" in refused
    )
    desk.user.succeeds("apply", "--allow", "delete-rows:users")
    assert desk.emails() == [""]


def test_a_column_that_the_file_makes_holds_nothing_to_lose(desk: Desk) -> None:
    fill = "UPDATE users SET email = CONCAT(name, '@example.org')"
    desk.fills(
        fill, "INSERT INTO users (id, email) VALUES (1, 'x') ON DUPLICATE KEY UPDATE email = 'x'"
    )
    desk.user.succeeds("check", "--write")
    assert "-- hazard:" not in desk.file().read_text()
    desk.user.succeeds("apply")
    assert desk.emails() == ["x", "bob@example.org"]


HOLES = (
    # A type that is there no more has cut what is in the column.
    (
        ("ALTER TABLE users MODIFY name varchar(2)", "ALTER TABLE users MODIFY name varchar(80)"),
        "change-type:users.name: values do not fit the new type: 2 rows of users",
    ),
    # Another table of the same name and the same columns.
    (
        ("RENAME TABLE users TO old", "CREATE TABLE users LIKE old", "DROP TABLE old"),
        "--allow drop-table:old",
    ),
)


@pytest.mark.parametrize(("statements", "said"), HOLES, ids=["type", "table"])
def test_what_is_lost_between_two_equal_ends_is_asked_for(
    statements: tuple[str, ...], said: str, desk: Desk
) -> None:
    desk.fills(*statements)
    desk.user.succeeds("check", "--write")
    assert said in fails(desk.user, 4, "apply").err
    assert desk.sql("SELECT name FROM users") == [("ann",), ("bob",)]


# Cases that no declaration says, by hand: the exit code of `check` and of `apply`, and what is said.
CASES = {
    "truncate_partition": (0, 4, "p0 (all rows of the partition are lost: 1 row of truncate_partition"),
    "charset_via_binary": (1, None, "type.charset: utf8mb4 -> latin1"),
    "modify_loses_attributes": (1, None, "DEFAULT 'q' COMMENT 'keep me'"),
    "key_too_long": (7, None, "1071"),
}  # fmt: skip


def test_cases_that_no_declaration_says(root: User, server: Server, database: str) -> None:
    """Each in a block of a migration of its own database: refused, and every row is there."""
    found = [each for each in MATRIX if each["id"] in CASES]
    assert len(found) == len(CASES)
    with server.connect(database) as connection, connection.cursor() as cursor:
        connection.autocommit(True)
        for each in found:
            cursor.execute(of(each["table"].format(column=each["column"]), each))
            cursor.execute(f"INSERT INTO {each['id']} (v) VALUES ({each['bad_values'][0]})")
        root.declare("tables: {}\n")
        root.succeeds("pull")
        root.declare(f"{root.schema.read_text()}  more:\n    columns: {{id: int primary key}}\n")
        root.succeeds("diff", "--write", "-m", "more")
        (up,) = root.folder.glob("generated/migrations/*_more.sql")
        (down,) = root.folder.glob("generated/migrations/*_more.rollback.sql")
        down.write_text(f"{down.read_text()}\n-- by hand: no way back: none\n")
        written = up.read_text()
        for each in found:
            checks, applies, said = CASES[each["id"]]
            if each["id"] == "key_too_long" and server.flavour.is_mariadb:
                checks, said = 1, "(768)"
            alters = "".join(f"{of(alter, each)};\n" for alter in each["alter"])
            up.write_text(f"{written}\n{BEGIN}\n{alters}{END}\n")
            result = fails(root, checks, "check", "--write")
            if applies is not None:
                result = fails(root, applies, "apply")
            assert said in result.err, each["id"]
            cursor.execute(f"SELECT COUNT(*) FROM {each['id']} WHERE v = {each['bad_values'][0]}")
            assert cursor.fetchone() == (1,), each["id"]


def test_what_loads_a_file_has_no_place_in_a_migration(desk: Desk) -> None:
    desk.fills("LOAD DATA INFILE '/tmp/x' REPLACE INTO TABLE users")
    assert "no place in a block by hand" in fails(desk.user, 2, "check").err
