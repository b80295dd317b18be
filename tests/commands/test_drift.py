"""`schema drift`: what is changed by hand is told from what is pending, and adopted alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from plumbob.declaration.source import Source
from plumbob.declaration.sql_statements import statements
from plumbob.server.connection import connect
from plumbob.server.target import Target
from plumbob.workflow.drift import under_lock
from tests.commands.user import Result, User
from tests.conftest import Servers, empty_database
from tests.load_yaml import load_yaml
from tests.servers import Server

CASES: list[dict[str, Any]] = load_yaml(
    Path(__file__).with_name("drift.yaml").read_text(encoding="utf-8")
)
NAMES = [case["when"] for case in CASES]
HEAD = "# The shop.\n"
BASE = "  a_base:\n    columns: {id: int primary key}\n"
SECTIONS = ("tables", "views", "triggers", "procedures", "events")


def declaration(*keys: str) -> str:
    """All entries of the cases in their sections; of each what stands under the first of these keys."""
    said = HEAD
    for section in SECTIONS:
        said += f"{section}:\n" + BASE * (section == "tables")
        for case in CASES:
            if case.get("section", "tables") == section:
                text = next(case[key] for key in keys if key in case)
                said += "".join(f"  {line}\n" for line in text.splitlines())
    return said


@dataclass
class Drifted:
    """What commands said of all that was changed by hand, before and after it was adopted."""

    found: Any
    shown: Result
    adopted: Result
    file: str
    pending: Any
    again: Any


@pytest.fixture(scope="module", params=["mysql", "mariadb"])
def drifted(
    request: pytest.FixtureRequest, servers: Servers, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Drifted]:
    running = servers(request.param)
    with empty_database(running) as name:
        user = User(tmp_path_factory.mktemp("drift"), running.url(name))
        user.declare(declaration("declared"))
        user.brings_in_sync()
        with running.connect(name) as connection, connection.cursor() as cursor:
            cursor.execute("SET sql_mode = @@GLOBAL.sql_mode")
            for case in CASES:
                for statement in statements(Source("", case["change"])):
                    cursor.execute(statement.sql)
        user.declare(declaration("edit", "declared"))
        found = user.types("drift", "--json")
        assert found.code == 1, found
        shown = user.types("drift")
        adopted = user.types("drift", "--adopt")
        yield Drifted(
            found.json,
            shown,
            adopted,
            user.schema.read_text(),
            user.types("diff", "--json").json,
            user.types("drift", "--json").json,
        )


@pytest.mark.parametrize("case", CASES, ids=NAMES)
def test_it_is_named_with_its_attributes(drifted: Drifted, case: dict[str, Any]) -> None:
    names = entries(case) | case["drift"].keys()
    found = {each["object"]: each for each in drifted.found["drift"] if each["object"] in names}
    assert {name: said_of(each) for name, each in found.items()} == case["drift"]
    conflicts = [said for said in map(place, drifted.found["conflicts"]) if said[0] in names]
    assert [": ".join(said) for said in conflicts] == case.get("conflict", [])


def entries(case: dict[str, Any]) -> set[str]:
    """The ids of the objects of a case."""
    kind = case.get("section", "tables").removesuffix("s")
    names = load_yaml(case.get("edit", case["declared"])) or {}
    return {name if kind == "table" else f"{kind}:{name}" for name in names}


def said_of(found: dict[str, Any]) -> list[str]:
    parts = [f"{each['verb']} {each['kind']} {each['name']}" for each in found["parts"]]
    return parts or [found["verb"]]


def place(conflict: dict[str, Any]) -> list[str]:
    return [each for each in (conflict["object"], conflict["part"], conflict["attribute"]) if each]


def test_it_is_adopted_and_nothing_else(drifted: Drifted) -> None:
    """Byte for byte: comments and layout stay, pending work stays pending, conflicts stay as they are."""
    assert drifted.file == declaration("adopted", "edit", "declared")
    assert drifted.adopted.code == 6
    assert "wrote schema/schema.yaml" in drifted.adopted.out


def test_what_is_pending_is_left_and_no_more(drifted: Drifted) -> None:
    wanted = {name for case in CASES if "edit" in case for name in entries(case)}
    tables = {each["name"] for each in drifted.pending["tables"]}
    stored = {f"{each['kind']}:{each['name']}" for each in drifted.pending["stored"]}
    assert tables | stored == wanted - {"a_column_twice"}


def test_conflicts_are_drift_as_before(drifted: Drifted) -> None:
    kept = {name for case in CASES if "conflict" in case for name in case["drift"]}
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


def by_hand(server: Server, database: str, *sql: str) -> None:
    with server.connect(database) as connection, connection.cursor() as cursor:
        for each in sql:
            cursor.execute(each)


def test_it_is_shown_before_it_is_adopted(user: User, server: Server, database: str) -> None:
    by_hand(server, database, "ALTER TABLE users ADD nick varchar(20)")
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
    """The next migration follows the chain, runs and is rolled back; nothing is drift on the way."""
    by_hand(server, database, "ALTER TABLE users ADD nick varchar(20)")
    user.succeeds("drift", "--adopt")
    user.declare(user.schema.read_text().replace("varchar(20)", "varchar(30)"))
    user.brings_in_sync()
    user.succeeds("drift")
    user.succeeds("rollback", "--allow", "all")
    user.succeeds("drift")
    assert user.types("diff").code == 1


def test_a_conflict_is_settled_by_name(user: User, server: Server, database: str) -> None:
    by_hand(server, database, "ALTER TABLE users MODIFY name varchar(200), ADD nick varchar(20)")
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
    by_hand(server, database, "ALTER TABLE users MODIFY name varchar(200)")
    user.declare(FILE.replace("varchar(90)", "varchar(120)"))
    assert user.types("drift", "--adopt").code == 6
    user.declare(FILE.replace("varchar(90)", "varchar(200)"))
    shown = user.types("drift")
    assert (shown.code, "the declaration says all of it" in shown.out) == (1, True)
    user.succeeds("drift", "--adopt")
    user.succeeds("drift")
    user.succeeds("diff")


def test_a_running_apply_is_no_drift(user: User, server: Server, database: str) -> None:
    """It is read under the lock that every run holds."""
    with connect(Target.from_url(server.url(database))) as other, under_lock(other):
        waits = user.types("drift", "--lock-wait", "0s")
    assert waits.code == 5
    assert "another run of plumbob works on this database" in waits.err
    user.succeeds("drift", "--lock-wait", "0s")


def test_a_run_that_did_not_end_is_finished_first(
    user: User, server: Server, database: str
) -> None:
    by_hand(
        server,
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
    by_hand(server, database, "DROP TABLE users")
    assert "- table users" in user.types("drift").out
    refused = user.types("drift", "--adopt")
    assert refused.code == 4
    assert "has lost all of its tables" in refused.err


def test_options_of_adoption_alone_say_so(tmp_path: Path) -> None:
    result = User(tmp_path).types("drift", "--keep", "users")
    assert (result.code, "add --adopt" in result.err) == (2, True)
