"""Public complaints about other tools, each lived through with the commands on real servers.

A case passes by its results: the declared tables are reached, the rows are as they should be, what
is lost has to be approved, and the way back gives each SHOW CREATE text as it was.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from plumbob.errors import Exit
from tests.commands.user import Result, User
from tests.conftest import Servers, empty_database
from tests.field.field_case import FieldCase, as_file, field_cases, plain
from tests.servers import Server

# Cases that were written for MariaDB 10.11 and are another thing on 11.8.
OTHERWISE_ON_11_8 = {
    "fc-001": "the default collation of utf8mb3 is another one there, so the two sides do differ",
    "fc-006": "localtimestamp(3) is a syntax error there",
}
SERVERS = ("mysql", "mariadb", "mariadb118")


def cases(wanted: Any) -> Any:
    """The cases for which `wanted` is true, on each server, as parameters of a test."""
    parameters = []
    for name in SERVERS:
        for case in field_cases("mysql" if name == "mysql" else "mariadb"):
            if not wanted(case) or (name == "mariadb118" and case.id in OTHERWISE_ON_11_8):
                continue
            parameters.append(pytest.param(name, case, id=f"{case.id}-{name}"))
    return pytest.mark.parametrize(("place", "case"), parameters, indirect=["place"])


class Place:
    """A database with what a complaint begins with, and a user with a project for it."""

    def __init__(self, server: Server, database: str, folder: Path) -> None:
        self.server, self.database = server, database
        self.user = User(folder, server.url(database))

    def run(self, statements: list[str]) -> None:
        with self.server.connect(self.database) as connection, connection.cursor() as cursor:
            for sql in statements:
                cursor.execute(sql, None)

    def rows(self, query: str) -> list[list[Any]]:
        with self.server.connect(self.database) as connection, connection.cursor() as cursor:
            cursor.execute(query, None)
            return [[plain_value(value) for value in row] for row in cursor.fetchall()]

    def refuses(self, way: str) -> bool:
        """Whether the file of the last migration names what the server would fail on."""
        ending = ".rollback.sql" if way == "down" else ".sql"
        files = sorted((self.user.folder / "generated" / "migrations").glob(f"*{ending}"))
        return "\n-- refuse: " in files[-1].read_text(encoding="utf-8")

    def definitions(self) -> dict[tuple[str, str], str]:
        """SHOW CREATE of everything but our own tables, without counters."""
        found = {}
        with self.server.connect(self.database) as connection, connection.cursor() as cursor:
            for kind, listing, column in OBJECTS:
                cursor.execute(listing, None)
                for name in [row[column] for row in cursor.fetchall()]:
                    if not name.startswith("_plumbob_"):
                        cursor.execute(f"SHOW CREATE {kind} `{name}`", None)
                        found[kind, name] = definition(kind, cursor.fetchone())
        return found


# Each kind with what lists its names, and the column in which they stand there.
OBJECTS = (
    ("TABLE", "SHOW FULL TABLES WHERE Table_type = 'BASE TABLE'", 0),
    ("VIEW", "SHOW FULL TABLES WHERE Table_type = 'VIEW'", 0),
    ("TRIGGER", "SHOW TRIGGERS", 0),
    ("EVENT", "SHOW EVENTS", 1),
    ("PROCEDURE", "SHOW PROCEDURE STATUS WHERE Db = DATABASE()", 1),
    ("FUNCTION", "SHOW FUNCTION STATUS WHERE Db = DATABASE()", 1),
)


def definition(kind: str, row: tuple[Any, ...]) -> str:
    """What SHOW CREATE says, without the counter and the moment of a trigger's birth.

    MariaDB keeps a trigger as it was typed: quotes around its names and the table's are no difference.
    """
    text = "\n".join(map(str, row[:6] if kind == "TRIGGER" else row))
    return re.sub(r" AUTO_INCREMENT=\d+", "", text if kind != "TRIGGER" else text.replace("`", ""))


def plain_value(value: Any) -> Any:
    """A value as JSON tells it."""
    return value if value is None or isinstance(value, int | str) else str(value)


@pytest.fixture
def place(request: pytest.FixtureRequest, servers: Servers, tmp_path: Path) -> Any:
    server = servers(request.param)
    with empty_database(server) as database:
        yield Place(server, database, tmp_path)


def allowing(refused: Result) -> list[str]:
    """The approvals that a refusal asks for, as options."""
    assert refused.code == 4, refused
    asked = dict.fromkeys(re.findall(r"--allow (\S+)", refused.err))
    assert asked, refused
    return [word for each in asked for word in ("--allow", each)]


def runs(place: Place, case: FieldCase, way: str) -> None:
    """`apply` or `rollback`; what loses rows only once it is approved by name."""
    command = "apply" if way == "up" else "rollback"
    user, there = place.user, place.definitions()
    if case.loses(way):
        refused = user.types(command)
        if refused.code == 0:
            # None of the rows of the case is at risk, or the server would refuse rather than lose it.
            assert ": 0 rows of " in refused.err or place.refuses(way), refused
            return
        approvals = allowing(refused)
        assert place.definitions() == there
        user.succeeds(command, *approvals)
        return
    result = user.types(command)
    if result.code == 4:
        result = user.types(command, *allowing(result))
    assert result.code == 0, result


def test_every_complaint_is_here() -> None:
    assert [case.id for case in field_cases("mysql")] == [f"fc-{n:03}" for n in range(1, 65)]


@cases(lambda case: case.loads and case.is_equal)
def test_what_means_the_same_is_no_difference(place: Place, case: FieldCase) -> None:
    place.run(case.before)
    place.user.declare(case.declaration[1], case.declaration[0])
    in_sync(place.user)
    if case.can_be_turned_round:
        place.run([f"DROP TABLE {name}" for name in reversed(created(case.before))])
        place.run(case.told["to"])
        place.user.declare(as_file(case.before), "schema.sql")
        in_sync(place.user)


def created(statements: list[str]) -> list[str]:
    return [sql.split()[2] for sql in statements]


def in_sync(user: User) -> None:
    result = user.succeeds("diff", "--write", "--json", "-m", "test")
    assert result.json["in_sync"] is True
    assert result.json["up"] == []
    assert result.json["files"] == []


@cases(lambda case: case.loads and not case.is_equal)
def test_what_differs_is_reached_and_comes_back(place: Place, case: FieldCase) -> None:
    user = place.user
    place.run([*case.before, *case.rows])
    start = place.definitions()
    user.declare(case.declaration[1], case.declaration[0])
    found = user.types("diff", "--json")
    assert found.code == 1, found
    is_tempting = plain(each["sql"] for each in found.json["up"]) in case.tempting
    user.succeeds("diff", "--write", "-m", case.id)
    if is_tempting:
        # What else it needs is the user's decision, and nothing is run before that was made.
        assert case.by_hand("up") != ([], [])
        refused = user.types("apply")
        assert refused.code == Exit.UNSAFE, refused
        assert place.definitions() == start
    for way in ("up", "down"):
        before, after = case.by_hand(way)
        place.run(before)
        runs(place, case, way)
        place.run(after)
        if way == "up":
            user.succeeds("diff")
        for query, rows in case.rows_after(way):
            assert place.rows(query) == rows, query
    assert place.definitions() == start


@cases(lambda case: case.loads and case.bad_rows)
def test_rows_that_stand_against_it_leave_a_way_on(place: Place, case: FieldCase) -> None:
    """Nothing is lost and nothing is stuck: once the rows are repaired, `apply` goes on."""
    user = place.user
    place.run([*case.before, *case.rows, *case.bad_rows])
    counts = [place.rows(f"SELECT count(*) FROM {name}") for name in created(case.before)]
    user.declare(case.declaration[1], case.declaration[0])
    user.succeeds("diff", "--write", "-m", case.id)
    refused = user.types("apply")
    assert refused.code in (4, 7), refused
    assert "Traceback" not in refused.err
    found = [place.rows(f"SELECT count(*) FROM {name}") for name in created(case.before)]
    assert found == counts
    for sql in case.bad_rows:
        table, key = re.match(r"INSERT INTO (\w+) VALUES \((\d+),", sql).groups()
        place.run([f"DELETE FROM {table} WHERE id = {key}"])
    user.succeeds("apply")
    user.succeeds("diff")


@cases(lambda case: not case.loads)
def test_what_this_server_has_not_is_refused_with_its_place(place: Place, case: FieldCase) -> None:
    """It may stand on either side of the change."""
    results = []
    for sql in (case.before, case.told["to"]):
        place.user.declare(as_file(sql), "schema.sql")
        results.append(place.user.types("diff"))
    refused = [each for each in results if each.code == 2]
    assert refused, results
    assert all("schema.sql:" in each.err for each in refused)
    assert place.definitions() == {}
