"""What a statement that changes rows is said to lose, beside what is lost when it is run."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from plumbob.migration.run.counting import count_rows
from plumbob.model import Renames, Schema
from plumbob.plan.data_losses import Before, data_losses
from plumbob.server.connection import Server
from plumbob.workflow import read_live

TABLES = (
    "CREATE TABLE team (id int PRIMARY KEY, name varchar(20)) ENGINE=InnoDB",
    "CREATE TABLE users (id int PRIMARY KEY AUTO_INCREMENT, email varchar(40) NOT NULL UNIQUE,"
    " name varchar(20), age int, team int, FOREIGN KEY (team) REFERENCES team (id) ON DELETE SET NULL)"
    " ENGINE=InnoDB",
    "CREATE TABLE orders (user int, number int, total decimal(8,2), PRIMARY KEY (user, number),"
    " FOREIGN KEY (user) REFERENCES users (id) ON DELETE CASCADE) ENGINE=InnoDB",
    "CREATE TABLE log (id int PRIMARY KEY, line text) ENGINE=InnoDB PARTITION BY RANGE (id)"
    " (PARTITION p0 VALUES LESS THAN (10), PARTITION p1 VALUES LESS THAN (20),"
    " PARTITION p2 VALUES LESS THAN MAXVALUE)",
    "CREATE TABLE old (id int PRIMARY KEY, line text) ENGINE=InnoDB",
    "CREATE TABLE staff (id int PRIMARY KEY, boss int, aide int, name varchar(20),"
    " FOREIGN KEY (boss) REFERENCES staff (id) ON DELETE CASCADE,"
    " FOREIGN KEY (aide) REFERENCES staff (id) ON DELETE SET NULL) ENGINE=InnoDB",
    # A table of its own: MySQL 9.7 runs no DELETE where staff has a third such key (6575).
    "CREATE TABLE tree (id int PRIMARY KEY, above int,"
    " FOREIGN KEY (above) REFERENCES tree (id) ON DELETE CASCADE) ENGINE=InnoDB",
    "CREATE TABLE leaf (id int PRIMARY KEY, tree int,"
    " FOREIGN KEY (tree) REFERENCES tree (id) ON DELETE CASCADE) ENGINE=InnoDB",
    "CREATE TABLE hen (id int PRIMARY KEY, egg int) ENGINE=InnoDB",
    "CREATE TABLE egg (id int PRIMARY KEY, hen int,"
    " FOREIGN KEY (hen) REFERENCES hen (id) ON DELETE CASCADE) ENGINE=InnoDB",
    "ALTER TABLE hen ADD FOREIGN KEY (egg) REFERENCES egg (id) ON DELETE CASCADE",
    "CREATE TABLE made (id int PRIMARY KEY, name varchar(20)) ENGINE=InnoDB",
)
ROWS = (
    "INSERT INTO team VALUES (1, 'a'), (2, 'b')",
    "INSERT INTO users VALUES (1, 'ann@x', 'ann', 30, 1), (2, 'bob@x', 'BOB', 40, 1),"
    " (3, 'cy@x', NULL, NULL, 2), (4, 'di@x', 'di', 20, NULL)",
    "INSERT INTO orders VALUES (1, 1, 5), (1, 2, 6), (2, 1, 7), (4, 1, 8)",
    "INSERT INTO log VALUES (1, 'x'), (2, 'y'), (11, 'z'), (21, 'w')",
    "INSERT INTO old VALUES (1, 'x'), (7, 'y')",
    # 1 is above 2, and that above 3 and 4; 5 is above nobody, and 3 is the aide of 5, and 2 that of 4.
    "INSERT INTO staff VALUES (1, NULL, NULL, 'a'), (2, 1, NULL, 'b'), (3, 2, NULL, 'c'), (4, 2, 2, 'd'),"
    " (5, NULL, 3, 'e')",
    "INSERT INTO hen VALUES (1, NULL)",
    "INSERT INTO egg VALUES (1, 1), (2, 1)",
    "INSERT INTO tree VALUES (1, NULL), (2, 1), (3, 2), (4, 2), (5, NULL)",
    "INSERT INTO leaf VALUES (1, 1), (2, 3), (3, 5)",
    "INSERT INTO made VALUES (1, 'x')",
)
# Statement, and what it loses by its approval; None where no SELECT can count it.
DELETES: list[tuple[str, dict[str, int | None]]] = [
    ("DELETE FROM log", {"delete-rows:log": 4}),
    ("DELETE FROM `log` WHERE id > 5", {"delete-rows:log": 2}),
    ("delete quick from log partition (p0) where line = 'x'", {"delete-rows:log": 1}),
    ("DELETE FROM log WHERE id > 0 ORDER BY id DESC LIMIT 3", {"delete-rows:log": 3}),
    ("DELETE FROM old WHERE line = '; DELETE FROM log WHERE'", {"delete-rows:old": 0}),
    ("DELETE l FROM log AS l JOIN old ON old.id > l.id", {"delete-rows:log": 2}),
    ("DELETE FROM l, o USING log l, old AS o WHERE o.id = l.id", {"delete-rows:log": 1, "delete-rows:old": 1}),
    ("DELETE l.* FROM log l LEFT JOIN old ON old.id = l.id WHERE old.id IS NULL", {"delete-rows:log": 3}),
    ("DELETE FROM users WHERE id = 1", {"delete-rows:users": 1, "delete-rows:orders": 2}),
    ("DELETE FROM users ORDER BY id LIMIT 2", {"delete-rows:users": 2, "delete-rows:orders": 3}),
    ("DELETE FROM team WHERE name = 'a'", {"delete-rows:team": 1, "overwrite-column:users.team": 2}),
    ("DELETE FROM staff WHERE id = 1", {"delete-rows:staff": 4, "overwrite-column:staff.aide": 1}),
    ("DELETE FROM staff WHERE id > 2 ORDER BY id LIMIT 1", {"delete-rows:staff": 1, "overwrite-column:staff.aide": 1}),
    ("DELETE s FROM staff s JOIN old ON old.id = s.id", {"delete-rows:staff": 4, "overwrite-column:staff.aide": 1}),
    ("DELETE FROM staff WHERE name = 'nobody'", {"delete-rows:staff": 0, "overwrite-column:staff.aide": 0}),
    ("DELETE FROM tree WHERE id = 2", {"delete-rows:tree": 3, "delete-rows:leaf": 1}),
    ("DELETE FROM hen WHERE id = 1", {"delete-rows:hen": None, "delete-rows:egg": 2}),
    ("DELETE FROM log WHERE id = 1 OR SLEEP(0)", {"delete-rows:log": None}),
    ("DELETE FROM made", {}),
    ("DELETE FROM nowhere", {}),
    ("TRUNCATE TABLE log", {"truncate-table:log": 4}),
    ("truncate `old`", {"truncate-table:old": 2}),
    ("ALTER TABLE log TRUNCATE PARTITION p0", {"truncate-partition:log.p0": 2}),
    ("ALTER TABLE `log` TRUNCATE PARTITION p1, p2", {"truncate-partition:log.p1": 1, "truncate-partition:log.p2": 1}),
    (
        "ALTER TABLE log TRUNCATE PARTITION ALL",
        {"truncate-partition:log.p0": 2, "truncate-partition:log.p1": 1, "truncate-partition:log.p2": 1},
    ),
    ("ALTER TABLE log EXCHANGE PARTITION p0 WITH TABLE old", {"truncate-partition:log.p0": 2}),
    ("ALTER TABLE old DISCARD TABLESPACE", {"truncate-table:old": 2}),
    ("CALL purge(1)", {"call-procedure:purge": None}),
]  # fmt: skip
CHANGES: list[tuple[str, dict[str, int | None]]] = [
    ("UPDATE users SET age = 1", {"overwrite-column:users.age": 3}),
    ("UPDATE users SET age = 1 WHERE age IS NULL", {"overwrite-column:users.age": 0}),
    ("UPDATE users SET age = 30 WHERE id < 3", {"overwrite-column:users.age": 1}),
    ("UPDATE users u SET u.name = LOWER(name)", {"overwrite-column:users.name": 1}),
    ("UPDATE users SET name = TRIM(name)", {"overwrite-column:users.name": 0}),
    ("UPDATE users SET age = age + 0, team = 1", {"overwrite-column:users.age": 0, "overwrite-column:users.team": 1}),
    ("UPDATE users SET age = 1, name = age", {"overwrite-column:users.age": 3, "overwrite-column:users.name": 3}),
    ("UPDATE users SET age = DEFAULT ORDER BY id LIMIT 1", {"overwrite-column:users.age": 1}),
    ("UPDATE users JOIN team ON team.id = users.team SET users.name = team.name", {"overwrite-column:users.name": 2}),
    (
        "UPDATE users u, team t SET age = 9, t.name = 'c' WHERE t.id = u.team",
        {"overwrite-column:users.age": 2, "overwrite-column:team.name": 2},
    ),
    ("UPDATE made SET name = 'y'", {}),
    ("REPLACE INTO log VALUES (1, 'n'), (3, 'o'), (11, 'p')", {"replace-rows:log": 2}),
    ("REPLACE old SET id = 7, line = 'z'", {"replace-rows:old": 1}),
    ("REPLACE INTO old SELECT id, line FROM log", {"replace-rows:old": 1}),
    ("REPLACE INTO users (id, email) VALUES (9, 'ann@x')", {"replace-rows:users": 1, "delete-rows:orders": 2}),
    ("REPLACE INTO users (email) VALUES ('new@x'), ('bob@x')", {"replace-rows:users": 1, "delete-rows:orders": 1}),
    ("INSERT INTO old VALUES (9, 'q')", {}),
    ("INSERT INTO old VALUES (7, 'q') ON DUPLICATE KEY UPDATE line = 'q'", {"overwrite-column:old.line": 1}),
    ("INSERT INTO old (id) VALUES (7), (8) ON DUPLICATE KEY UPDATE id = old.id", {}),
    ("INSERT INTO old SELECT * FROM log ON DUPLICATE KEY UPDATE line = 'q'", {"overwrite-column:old.line": 1}),
]  # fmt: skip
WITH = "WITH few AS (SELECT id FROM old) "
ON_MYSQL: list[tuple[str, dict[str, int | None]]] = [
    ("DELETE FROM log AS l WHERE l.id IN (SELECT id FROM old)", {"delete-rows:log": 1}),
    (WITH + "DELETE FROM log WHERE id IN (SELECT id FROM few)", {"delete-rows:log": 1}),
    (WITH + "UPDATE users JOIN few USING (id) SET age = 1", {"overwrite-column:users.age": 1}),
]  # fmt: skip
ON_MARIADB: list[tuple[str, dict[str, int | None]]] = [
    ("CREATE OR REPLACE TABLE old (id int)", {"drop-table:old": 2}),
    # MySQL 9.7 writes over a row of the same primary key in its place.
    (
        "REPLACE INTO tree VALUES (2, 1)",
        {"replace-rows:tree": 1, "delete-rows:tree": 2, "delete-rows:leaf": 1},
    ),
    (
        "REPLACE INTO staff VALUES (2, 1, NULL, 'B')",
        {"replace-rows:staff": 1, "delete-rows:staff": 2, "overwrite-column:staff.aide": 1},
    ),
    ("DELETE FROM log WHERE id = 1 RETURNING line", {"delete-rows:log": 1}),
]


@pytest.fixture
def filled(databases: Callable[[str], Server], maker: str) -> Iterator[tuple[Server, Before]]:
    """A database with rows; of its tables, `made` is one that the file has made itself."""
    database = databases(maker)
    for (name,) in reversed(database.query("SHOW TABLES")):
        with database.session({"foreign_key_checks": "0"}):
            database.execute(f"DROP TABLE `{name}`")
    for sql in (*TABLES, *ROWS):
        database.execute(sql)
    schema = read_live(database)
    start = Schema({name: each for name, each in schema.tables.items() if name != "made"})
    yield database, Before(schema, start, Renames(), database.flavour)


@pytest.mark.parametrize("maker", ["mysql", "mariadb"])
def test_what_is_counted_is_what_is_lost(filled: tuple[Server, Before], maker: str) -> None:
    """Each is run as well, and taken back: rows that are gone are those that were counted."""
    database, before = filled
    own = {"mysql": ON_MYSQL, "mariadb": ON_MARIADB}[maker]
    for sql, expected in (*DELETES, *CHANGES, *own):
        found = count_rows(database, data_losses(sql, before))
        counted = {each.hazard.approval: each.rows for each in found}
        assert counted == expected, (sql, [each.why for each in found])
        rows = {name: each for name, each in expected.items() if name.startswith("delete-rows")}
        if rows and None not in rows.values():
            assert rows == {name: gone(database, sql, name) for name in rows}, sql


def gone(database: Server, sql: str, approval: str) -> int:
    """How many rows of a table a statement takes away."""
    table = approval.partition(":")[2]
    database.execute("START TRANSACTION")
    before = number(database, table)
    database.query(sql) if "RETURNING" in sql else database.execute(sql)
    after = number(database, table)
    database.execute("ROLLBACK")
    return before - after


def number(database: Server, table: str) -> int:
    rows: list[Any] = database.query(f"SELECT COUNT(*) FROM `{table}`")
    return int(rows[0][0])


@pytest.mark.parametrize("maker", ["mysql"])
def test_what_a_file_has_renamed_is_still_what_it_was(filled: tuple[Server, Before]) -> None:
    _, before = filled
    users = before.start.tables["users"]
    start = Schema({"people": users})
    renames = Renames({"users": "people"}, {("users", "age"): "email"})
    moved = Before(before.schema, start, renames, before.flavour)
    (lost,) = data_losses("UPDATE users SET age = 1", moved)
    assert lost.approval == "overwrite-column:users.age"
    assert data_losses("DELETE FROM orders", moved) == ()
