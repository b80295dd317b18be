"""`schema grants`: what it prints is enough, nothing of it is too much, and --check sees either."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator

import pytest
from pymysql.err import OperationalError, ProgrammingError

from tests.commands.user import User
from tests.conftest import account_of
from tests.servers import Server

FIRST = """\
tables:
  t: {columns: {id: int primary key, n: varchar(9)}}
  gone: {columns: {id: int primary key, t: int references t(id)}}
views:
  v: select id from t
triggers:
  tr: before insert on t for each row set new.n = 'a'
procedures:
  pr: () select 1
functions:
  f: () returns int deterministic return 1
events:
  e: on schedule every 1 day starts '2030-01-01' disable do set @a = 1
"""
SECOND = """\
tables:
  t: {columns: {id: int primary key, n: varchar(19)}}
  fresh: {columns: {id: int primary key, t: int references t(id)}}
views:
  v: select id, n from t
triggers:
  tr: before insert on t for each row set new.n = 'b'
procedures:
  pr: () select 2
functions:
  f: () returns int deterministic return 2
events:
  e: on schedule every 2 day starts '2030-01-01' disable do set @a = 1
"""
Make = Callable[..., User]


def printed(root: User, role: str) -> list[str]:
    """What has to be granted, as `ann` takes it: privileges, ON, and the level."""
    found = root.succeeds("grants", role, "--json").json[role]["grants"]
    return [each["sql"].removeprefix("GRANT ").rpartition(" TO ")[0] for each in found]


def less_one(grants: list[str]) -> list[tuple[str, list[str]]]:
    """Each privilege, and the grants without it."""
    found = []
    for number, grant in enumerate(grants):
        privileges, _, level = grant.rpartition(" ON ")
        each = privileges.split(", ")
        for privilege in each:
            rest = ", ".join(other for other in each if other != privilege)
            kept = [f"{rest} ON {level}"] if rest else []
            found.append((privilege, [*grants[:number], *kept, *grants[number + 1 :]]))
    return found


def test_they_are_enough(root: User, ann: Make, server: Server, database: str) -> None:
    root.declare(FIRST)
    applier = ann(*printed(root, "apply"))
    root.succeeds("diff", "--write", "-m", "first")
    applier.succeeds("apply")
    root.declare(SECOND)
    root.succeeds("diff", "--write", "-m", "second")
    applier.succeeds("apply", "--allow", "all")
    applier.succeeds("status")
    # Programs run with the privileges of the account that made them, so it goes on having its own.
    with bob(server, database, printed(root, "diff")) as name:
        looker = User(root.folder, root.url.replace("root@", f"{name}@"))
        looker.succeeds("diff")
        looker.succeeds("status")
    with bob(server, database, printed(root, "application")) as name:
        uses(server, database, name)


def test_they_are_enough_behind_a_sync(root: User, ann: Make) -> None:
    """What a sync has noted is forgotten by `apply`, which may delete no row; and noted anew."""
    root.declare("tables:\n  t: {columns: {id: int primary key}}\n")
    applier = ann(*printed(root, "apply"))
    root.brings_in_sync()
    for number in (1, 2):
        text = root.schema.read_text().replace("}}", f", c{number}: int}}}}", 1)
        root.declare(text)
        applier.succeeds("sync")
        assert root.types("status").code == 1
        root.succeeds("diff", "--write", "-m", f"c{number}")
        applier.succeeds("apply")
        root.succeeds("status")


def uses(server: Server, database: str, name: str) -> None:
    with server.connect(database, user=name) as connection, connection.cursor() as cursor:
        cursor.execute("INSERT INTO t (id) VALUES (1)")
        cursor.execute("UPDATE fresh SET t = 1")
        cursor.execute("DELETE FROM fresh")
        for query in ("SELECT * FROM v", "SELECT f()", "CALL pr()"):
            cursor.execute(query)
            assert cursor.fetchall()
        with pytest.raises((OperationalError, ProgrammingError)):
            cursor.execute("ALTER TABLE t COMMENT 'x'")


@contextlib.contextmanager
def bob(server: Server, database: str, grants: list[str]) -> Iterator[str]:
    """An account with these grants, gone afterwards."""
    name = f"{account_of(database)}_b"
    with server.connect() as connection, connection.cursor() as cursor:
        cursor.execute(f"CREATE USER {name}@localhost")
        try:
            for grant in grants:
                cursor.execute(f"GRANT {grant} TO {name}@localhost", None)
            yield name
        finally:
            cursor.execute(f"DROP USER {name}@localhost")


@pytest.mark.parametrize("role", ["diff", "apply", "application"])
def test_check_names_each_that_is_missing(root: User, ann: Make, role: str) -> None:
    root.declare(FIRST)
    root.brings_in_sync()
    grants = printed(root, role)
    assert "and no more" in ann(*grants).succeeds("grants", role, "--check").out
    for privilege, rest in less_one(grants):
        result = ann(*rest).types("grants", role, "--check")
        assert result.code == 1, (privilege, result)
        assert privilege in result.out
        assert "more than" not in result.out


def test_check_names_what_is_too_much(root: User, ann: Make, database: str) -> None:
    root.declare(FIRST)
    root.brings_in_sync()
    grants = printed(root, "application")
    result = ann(*grants, "ALTER, DELETE ON {}.*", "PROCESS, SHUTDOWN ON *.*").types(
        "grants", "application", "--check"
    )
    assert result.code == 1, result
    assert f"REVOKE ALTER, DELETE ON `{database}`.* FROM" in result.out
    assert "REVOKE SHUTDOWN ON *.* FROM" in result.out
    assert "lacks" not in result.out


def test_columns_alone_are_not_the_table(root: User, ann: Make, database: str) -> None:
    root.declare("tables: {t: {columns: {id: int primary key, n: int}}}\n")
    root.brings_in_sync()
    grants = [each for each in printed(root, "application") if "`t`" not in each]
    user = ann(*grants, "SELECT (id), INSERT, UPDATE, DELETE ON {}.t")
    result = user.types("grants", "application", "--check")
    assert result.code == 1, result
    assert f"GRANT SELECT ON `{database}`.`t` TO" in result.out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--check"], "--check needs to know what the account is for"),
        (["--to", "x"], "--to belongs to one of the three"),
        (["aply"], "'aply' is not one of"),
    ],
)
def test_what_is_asked_has_to_make_sense(root: User, arguments: list[str], said: str) -> None:
    root.declare(FIRST)
    result = root.types("grants", *arguments)
    assert result.code == 2
    assert said in result.err


def test_an_account_of_ones_own(root: User, database: str) -> None:
    root.declare(FIRST)
    result = root.succeeds("grants", "apply", "--to", "'deploy'@'10.0.0.%'")
    assert f"ON `{database}`.* TO 'deploy'@'10.0.0.%';" in result.out
    assert "-- apply changes: schema apply, rollback" in result.out
