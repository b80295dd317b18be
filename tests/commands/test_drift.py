"""`schema drift`: what is changed by hand is told from what is pending, and undone or adopted alone."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from plumbob.declaration.source import Source
from plumbob.declaration.sql_statements import statements
from tests.commands.user import Result, User
from tests.conftest import Servers, empty_database
from tests.load_yaml import load_yaml
from tests.servers import Server

CASES: list[dict[str, Any]] = load_yaml(
    Path(__file__).with_name("drift.yaml").read_text(encoding="utf-8")
)
HEAD = "# The shop.\n"
BASE = "  a_base:\n    columns: {id: int primary key}\n"
SECTIONS = ("tables", "views", "triggers", "procedures", "functions", "events", "sequences")


def declaration(cases: list[dict[str, Any]], *keys: str) -> str:
    """All entries of the cases in their sections; of each what stands under the first of these keys."""
    said = HEAD
    used = {case.get("section", "tables") for case in cases}
    for section in (each for each in SECTIONS if each in used):
        said += f"{section}:\n" + BASE * (section == "tables")
        for case in cases:
            if case.get("section", "tables") == section:
                text = next(case[key] for key in keys if key in case)
                said += "".join(f"  {line}\n" for line in text.splitlines())
    return said


def cases_of(server: str) -> list[dict[str, Any]]:
    return [case for case in CASES if case.get("server", server) == server]


def table_lines(text: str) -> tuple[list[str], list[str]]:
    """The columns in order, and the rest; but for what MySQL remembers of the spelling of a collation."""
    default = re.search(r"DEFAULT CHARSET=(\w+) COLLATE=(\w+)", text)
    usual = f" CHARACTER SET {default[1]} COLLATE {default[2]}" if default else " COLLATE"
    lines = [line.rstrip(",") for line in text.splitlines()]
    columns = [line.replace(usual, "") for line in lines if line.startswith("  `")]
    return columns, sorted(line for line in lines if not line.startswith("  `"))


@dataclass
class Drifted:
    """What commands said of all that was changed by hand; when it was undone; and when it was adopted.

    `cases` are those of the server; `before` and `undone` have the definition of each object.
    """

    cases: list[dict[str, Any]]
    differences: Any
    undoing: Result
    applied: Result
    undone_drift: Result
    undone_diff: Any
    before: dict[str, object]
    undone: dict[str, object]
    found: Any
    adopted: Result
    file: str
    pending: Any
    again: Any


@pytest.mark.parametrize("name", ["mysql", "mariadb"])
def test_each_kind_of_change(name: str, servers: Servers, tmp_path: Path) -> None:
    """One test, because what all of them begin with takes a quarter of a minute."""
    with all_that_drifted(servers(name), cases_of(name), tmp_path) as drifted:
        it_is_named_with_its_attributes(drifted)
        diff_says_whose_each_difference_is(drifted)
        it_is_undone_and_nothing_else(drifted)
        it_is_adopted_and_nothing_else(drifted)
        what_is_pending_is_left_and_no_more(drifted)
        conflicts_are_drift_as_before(drifted)


@contextmanager
def all_that_drifted(
    running: Server, cases: list[dict[str, Any]], folder: Path
) -> Iterator[Drifted]:
    with empty_database(running) as name:
        user = User(folder, running.url(name))
        user.declare(declaration(cases, "declared"))
        user.brings_in_sync()
        before = definitions(running, name)
        somebody_changes(running, name, cases)
        user.declare(declaration(cases, "edit", "declared"))
        differences = user.types("diff", "--json").json
        undoing = user.types("drift", "--revert")
        assert undoing.code == 0, undoing
        applied = user.types("apply", "--allow", "all")
        assert applied.code == 1, applied.err
        undone = definitions(running, name)
        undone_drift = user.types("drift")
        undone_diff = user.types("diff", "--json").json

        somebody_changes(running, name, cases)
        found = user.types("drift", "--json")
        assert found.code == 1, found
        adopted = user.types("drift", "--adopt")
        yield Drifted(
            cases,
            differences,
            undoing,
            applied,
            undone_drift,
            undone_diff,
            before,
            undone,
            found.json,
            adopted,
            user.schema.read_text(),
            user.types("diff", "--json").json,
            user.types("drift", "--json").json,
        )


def somebody_changes(server: Server, database: str, cases: list[dict[str, Any]]) -> None:
    with server.connect(database) as connection, connection.cursor() as cursor:
        cursor.execute("SET sql_mode = @@GLOBAL.sql_mode, time_zone = '+00:00'")
        # The servers tell the second of a change, which is to be later than that of the last run.
        cursor.execute("DO SLEEP(1.01 - MICROSECOND(SYSDATE(6)) / 1000000)")
        for case in cases:
            for statement in statements(Source("", case["change"])):
                cursor.execute(statement.sql)


_OBJECTS = (
    "SELECT REPLACE(TABLE_TYPE, 'BASE ', ''), TABLE_NAME FROM information_schema.TABLES"
    " WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME NOT LIKE '\\_plumbob%'",
    "SELECT 'TRIGGER', TRIGGER_NAME FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = DATABASE()",
    "SELECT ROUTINE_TYPE, ROUTINE_NAME FROM information_schema.ROUTINES"
    " WHERE ROUTINE_SCHEMA = DATABASE()",
    "SELECT 'EVENT', EVENT_NAME FROM information_schema.EVENTS WHERE EVENT_SCHEMA = DATABASE()",
)


def definitions(server: Server, database: str) -> dict[str, object]:
    """What SHOW CREATE says of each object; of a table its columns in order, all else in any order."""
    found: dict[str, object] = {}
    with server.connect(database) as connection, connection.cursor() as cursor:
        for query in _OBJECTS:
            cursor.execute(query)
            for kind, name in cursor.fetchall():
                cursor.execute(f"SHOW CREATE {kind} `{name}`")
                row = cursor.fetchone()
                text = next(each for each in row if "CREATE " in str(each))
                found[f"{kind} {name}"] = table_lines(text) if kind == "TABLE" else text
    return found


def it_is_named_with_its_attributes(drifted: Drifted) -> None:
    """Each of them, and nothing else."""
    found = {each["object"]: said_of(each) for each in drifted.found["drift"]}
    assert found == {name: said for case in drifted.cases for name, said in case["drift"].items()}
    conflicts = [": ".join(place(each)) for each in drifted.found["conflicts"]]
    assert sorted(conflicts) == sorted(
        said for case in drifted.cases for said in case.get("conflict", [])
    )


def diff_says_whose_each_difference_is(drifted: Drifted) -> None:
    """Drift, where nothing is pending in the same object; else each part has its owner."""
    found = owners_of(drifted.differences)
    wanted = {}
    for case in drifted.cases:
        names = entries(case) | case["drift"].keys()
        wholes = {name: found[name]["whole"] for name in names if name in found}
        if "owners" in case:
            wanted |= case["owners"]
            continue
        owner = "conflict" if "conflict" in case else "drift"
        assert wholes == dict.fromkeys(case["drift"], owner), case["when"]
        wanted |= {name: found[name] for name in wholes}
    assert found == wanted


def owners_of(difference: Any) -> dict[str, dict[str, str]]:
    """Of each object that differs the owner of the whole, and of each part."""
    found = {}
    for each in [*difference["tables"], *difference["stored"]]:
        name = f"{each['kind']}:{each['name']}" if "kind" in each else each["name"]
        parts = {said_of_part(part): part["owner"] for part in each["parts"]}
        found[name] = {"whole": each["owner"], **parts}
    return found


def entries(case: dict[str, Any]) -> set[str]:
    """The ids of the objects of a case."""
    kind = case.get("section", "tables").removesuffix("s")
    names = load_yaml(case.get("edit", case["declared"])) or {}
    return {name if kind == "table" else f"{kind}:{name}" for name in names}


def said_of_part(part: Any) -> str:
    return f"{'move' if part['verb'] == 'move' else part['kind']} {part['name']}"


def said_of(found: dict[str, Any]) -> list[str]:
    parts = [f"{each['verb']} {each['kind']} {each['name']}" for each in found["parts"]]
    return parts or [found["verb"]]


def place(conflict: dict[str, Any]) -> list[str]:
    return [each for each in (conflict["object"], conflict["part"], conflict["attribute"]) if each]


def it_is_undone_and_nothing_else(drifted: Drifted) -> None:
    """Each object is again as SHOW CREATE said it; what is pending is pending as before."""
    assert "the declaration asks for more" in drifted.applied.err
    assert drifted.undone == drifted.before
    assert drifted.undone_drift.code == 0, drifted.undone_drift
    pending = {name for case in drifted.cases if "edit" in case for name in entries(case)}
    owners = owners_of(drifted.undone_diff)
    assert owners.keys() == pending
    assert {each["whole"] for each in owners.values()} == {"pending"}


def it_is_adopted_and_nothing_else(drifted: Drifted) -> None:
    """Byte for byte: comments and layout stay, pending work stays pending, conflicts stay as they are."""
    assert drifted.file == declaration(drifted.cases, "adopted", "edit", "declared")
    assert drifted.adopted.code == 6
    assert "wrote schema/schema.yaml" in drifted.adopted.out
    assert " UTC, as the server says" in drifted.adopted.out


def what_is_pending_is_left_and_no_more(drifted: Drifted) -> None:
    wanted = {name for case in drifted.cases if "edit" in case for name in entries(case)}
    tables = {each["name"] for each in drifted.pending["tables"]}
    stored = {f"{each['kind']}:{each['name']}" for each in drifted.pending["stored"]}
    assert tables | stored == wanted - {"a_column_twice"}


def conflicts_are_drift_as_before(drifted: Drifted) -> None:
    kept = {name for case in drifted.cases if "conflict" in case for name in case["drift"]}
    assert {each["object"] for each in drifted.again["drift"]} == kept


FILE = """\
tables:
  users:   # who buys
    columns:
      id: int primary key
      name: varchar(90)
"""


@pytest.fixture
def user(root: User) -> User:
    root.declare(FILE)
    root.brings_in_sync()
    assert root.succeeds("drift").out.splitlines()[1:] == ["no drift"]
    return root


def test_it_is_shown_before_it_is_adopted(user: User, server: Server, database: str) -> None:
    server.run(database, "ALTER TABLE users ADD nick varchar(20)")
    shown = user.types("drift", "--adopt", "--dry-run")
    assert shown.code == 1
    assert "+++ schema/schema.yaml (adopted)" in shown.out
    assert "+      nick: varchar(20)" in shown.out
    assert user.schema.read_text() == FILE
    assert user.types("status").code == 6
    user.succeeds("drift", "--adopt")
    assert user.schema.read_text() == FILE + "      nick: varchar(20)\n"
    assert user.succeeds("drift", "--json").json["drift"] == []
    user.succeeds("status")
    user.succeeds("diff")


def test_work_goes_on_from_what_was_adopted(user: User, server: Server, database: str) -> None:
    """What was adopted is a migration for the other databases, and is only recorded here; more follows it."""
    server.run(database, "ALTER TABLE users ADD nick varchar(20)")
    user.succeeds("drift", "--adopt")
    server.run(database, "CREATE TABLE more (id int PRIMARY KEY)")
    undone = user.types("drift", "--revert")
    assert undone.code == 6 and "what was adopted here is in no migration yet" in undone.err
    server.run(database, "DROP TABLE more")
    user.declare(user.schema.read_text().replace("varchar(20)", "varchar(30)"))
    written = user.succeeds("diff", "--write", "-m", "adopted")
    assert "for the other databases; this one only records it" in written.err
    assert "adopted: the database is like that already" in user.types("apply").err
    user.brings_in_sync()
    user.succeeds("drift")
    with empty_database(server) as name:
        other = User(user.folder, server.url(name))
        other.succeeds("apply")
        for what in ("diff", "drift", "status"):
            other.succeeds(what)
    user.succeeds("rollback", "--allow", "all")
    user.succeeds("drift")
    assert user.types("diff").code == 1


def test_a_conflict_is_settled_by_name(user: User, server: Server, database: str) -> None:
    server.run(database, "ALTER TABLE users MODIFY name varchar(200), ADD nick varchar(20)")
    declared = FILE.replace("varchar(90)", "varchar(120)   # longer")
    user.declare(declared)
    refused = user.types("drift", "--adopt")
    assert refused.code == 6
    assert "conflict: users: column name: type.length" in refused.out
    assert "left as it is: users" in refused.out
    assert user.schema.read_text() == declared
    user.succeeds("drift", "--adopt", "--keep", "users")
    assert user.schema.read_text() == declared + "      nick: varchar(20)\n"
    user.succeeds("drift")
    (table,) = user.types("diff", "--json").json["tables"]
    assert [(each["verb"], each["name"]) for each in table["parts"]] == [("modify", "name")]


def test_a_conflict_is_settled_in_the_file(user: User, server: Server, database: str) -> None:
    server.run(database, "ALTER TABLE users MODIFY name varchar(200)")
    user.declare(FILE.replace("varchar(90)", "varchar(120)"))
    assert user.types("drift", "--adopt").code == 6
    user.declare(FILE.replace("varchar(90)", "varchar(200)"))
    shown = user.types("drift")
    assert (shown.code, "the declaration says all of it" in shown.out) == (1, True)
    user.succeeds("drift", "--adopt")
    user.succeeds("drift")
    user.succeeds("diff")


@pytest.mark.parametrize("server", ["mariadb"], indirect=True)
def test_an_apply_in_the_middle_is_no_drift(user: User, server: Server, database: str) -> None:
    """It is read under the lock that every run holds: here by one whose second statement waits."""
    user.declare(
        "tables:\n  a: {columns: {id: int primary key}}\n" + FILE[8:] + "      born: date\n"
    )
    user.succeeds("diff", "--write", "-m", "two statements")
    applies = [sys.executable, "-m", "plumbob", "apply", "--max-wait", "60s"]
    with server.connect(database) as reader, reader.cursor() as cursor:
        cursor.execute("START TRANSACTION")
        cursor.execute("SELECT * FROM users")
        with subprocess.Popen(
            applies,
            cwd=user.folder,
            env={**os.environ, "DATABASE_URL": user.url},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        ) as applier:
            assert applier.stderr is not None
            said = [next(applier.stderr)]
            while not any(what in said[-1] for what in ("[2/2]", "error")):
                said.append(next(applier.stderr))
            waits = user.types("drift", "--lock-wait", "0s")
            reader.rollback()
            # This one waits for the run to end.
            found = user.types("drift")
            applier.communicate()
    assert (waits.code, "another run of plumbob works on this database" in waits.err) == (5, True)
    assert (found.code, "no drift" in found.out) == (0, True), found
    assert applier.returncode == 0, said


def test_diff_says_whose_it_is_in_every_form(user: User, server: Server, database: str) -> None:
    server.run(database, "ALTER TABLE users ADD nick varchar(20), MODIFY name varchar(99)")
    user.declare(FILE.replace("varchar(90)", "varchar(91) not null") + "      born: date\n")
    text = user.types("diff").out
    assert [line.rpartition("[")[2] for line in text.splitlines() if line.endswith("]")] == [
        "drift]",
        "conflict]",
        *("pending]", "pending]", "conflict]"),  # its default, NOT NULL, its length
        "pending]",
    ]
    assert "drift was changed on the server since the last run" in text
    markdown = user.types("diff", "--format", "markdown").out
    rows = [
        line.split(" | ")[-1].strip("| ") for line in markdown.splitlines() if line[:3] == "| *"
    ]
    assert rows == ["conflict"]
    server.run(database, "DROP TABLE _plumbob_history, _plumbob_journal")
    for form in ("text", "json", "markdown"):
        said = user.types("diff", "--format", form).out
        assert not any(word in said for word in ("owner", "[drift]", "pending", "conflict")), said


def test_a_run_that_did_not_end_is_finished_first(
    user: User, server: Server, database: str
) -> None:
    server.run(
        database,
        "UPDATE _plumbob_journal SET history = NULL, state = 'running' WHERE number > 0",
        "UPDATE _plumbob_journal SET history = NULL WHERE number = 0",
    )
    result = user.types("drift")
    assert result.code == 6
    assert "did not end: what it did is no drift" in result.err
    assert "schema apply" in result.err


def test_nothing_is_recorded_yet(root: User) -> None:
    root.declare(FILE)
    result = root.types("drift")
    assert result.code == 2
    assert "nothing was applied" in result.err
    assert "schema diff" in result.err


def test_a_database_that_lost_all_tables_is_not_adopted(
    user: User, server: Server, database: str
) -> None:
    server.run(database, "DROP TABLE users")
    assert "- table users" in user.types("drift").out
    refused = user.types("drift", "--adopt")
    assert refused.code == 4
    assert "has lost all of its tables" in refused.err
