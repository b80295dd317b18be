"""A whole round under each hostile setting of a server: what comes out is what was declared."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from plumbob.server.binaries import find
from plumbob.server.connection import connect
from plumbob.server.introspect import read_schema, table_texts
from plumbob.server.sandbox import Sandbox
from plumbob.server.target import Target
from tests.commands.user import Result, User, tables
from tests.conftest import empty_database
from tests.load_yaml import load_yaml
from tests.servers import SERVERS, Server

CASES: list[dict[str, Any]] = load_yaml((Path(__file__).parent / "hostile.yaml").read_text("utf-8"))
FIRST = """\
tables:
  parent:
    comment: "it's père, 100% of \\\\ them"
    charset: latin1
    columns:
      id: int unsigned auto_increment primary key
      order: varchar(20) not null default 'a''b\\\\c"d' comment 'it''s "so"'
      code: char(10) not null default 'x'
      made: timestamp not null default '2020-01-01 12:00:00'
      seen: timestamp null
      size: double default 1.5
      price: decimal(8,2) not null
      both_names: varchar(50) as (concat(`order`, 'x', code)) virtual
      either: int as (price > 1 || size > 1) stored
    indexes:
      k_order: order(5), code
    checks:
      ck_price: price > 0
      ck_not: not price between -1 and -0.5
  child:
    columns:
      id: int primary key
      p: int unsigned references parent(id) on delete set null
      day: date default '2020-02-02'
      label: enum('a','b') not null default 'a'
      at: datetime not null default current_timestamp on update current_timestamp
  utf:
    charset: utf8mb4
    columns:
      id: int primary key
      name: varchar(50) character set utf8mb4
  keyless:
    columns: {a: int, b: varchar(9)}
"""
FIRST += "  wide:\n    columns:\n      id: int primary key\n"
FIRST += "".join(f"      c{number}: int\n" for number in range(100))
SECOND = (
    FIRST.replace("varchar(20) not null default 'a''b", "varchar(30) not null default 'x''b")
    .replace("size: double", "weight: {was: size, type: double, null: true}\n      extra: real")
    .replace(
        "weight: {was: size, type: double, null: true}\n      extra: real default 1.5",
        "size: double default 2.5\n      extra: real default 0.5",
    )
    .replace(
        "      day: date",
        "      more: timestamp not null default current_timestamp\n      day: date",
    )
    .replace("      c7: int\n", "")
    .replace("on delete set null", "on delete cascade")
)


@pytest.fixture(scope="module", params=SERVERS)
def sandbox(request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    with Sandbox(find(*SERVERS[request.param])) as running:
        yield running


Stages = list[dict[str, str]]


@pytest.fixture(scope="module")
def truth(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Stages:
    """The texts of all stages on the server as it comes."""
    server = Server(sandbox.url)
    with empty_database(server) as database:
        return whole_round(User(tmp_path_factory.mktemp("truth"), server.url(database)))


def whole_round(user: User) -> Stages:
    """The tables after each of two migrations and each of two rollbacks."""
    stages = []

    def look(_: Result) -> None:
        # In a pinned session: any other would print something else under each setting.
        with connect(Target.from_url(user.url)) as pinned:
            stages.append(table_texts(pinned, read_schema(pinned).tables))

    for text in (FIRST, SECOND):
        user.declare(text)
        look(user.brings_in_sync())
    for _ in range(2):
        look(user.succeeds("rollback", "--allow", "all"))
    user.declare(FIRST)
    assert user.types("diff").code == 1
    assert stages[2] == stages[0]
    assert stages[3] == {}
    return stages


def hostile(*, at_start: bool) -> Any:
    chosen = [case for case in CASES if ("start" in case) is at_start]
    return pytest.mark.parametrize("case", chosen, ids=lambda case: case["name"])


@contextlib.contextmanager
def settings(server: Server, values: dict[str, Any]) -> Iterator[int]:
    """Global variables, as far as the server has them, set and set back; gives their number."""
    with server.connect() as root, root.cursor() as cursor:
        before: dict[str, Any] = {}
        for name in values:
            cursor.execute("SHOW GLOBAL VARIABLES WHERE Variable_name = %s", (name,))
            if cursor.fetchall():
                cursor.execute(f"SELECT @@GLOBAL.{name}", None)
                (before[name],) = cursor.fetchone()
        try:
            for name in before:
                cursor.execute(f"SET GLOBAL {name} = %s", (values[name],))
            yield len(before)
        finally:
            for name, value in before.items():
                cursor.execute(f"SET GLOBAL {name} = %s", (value,))


@hostile(at_start=False)
def test_set_while_it_runs(
    case: dict[str, Any], sandbox: Sandbox, truth: Stages, tmp_path: Path
) -> None:
    if sandbox.flavour.series not in case["series"]:
        return
    server = Server(sandbox.url)
    with empty_database(server) as database, settings(server, case["set"]) as number:
        assert number, "the server has none of these variables"
        stages = whole_round(User(tmp_path, server.url(database)))
    if case.get("texts", True):
        assert stages == truth


@hostile(at_start=True)
def test_set_at_the_start(
    case: dict[str, Any], sandbox: Sandbox, truth: Stages, tmp_path: Path
) -> None:
    if sandbox.flavour.series not in case["series"]:
        return
    with Sandbox(sandbox.binary, case["start"]) as running:
        server = Server(running.url)
        with empty_database(server) as database:
            assert whole_round(User(tmp_path, server.url(database))) == truth


def test_a_key_has_to_be_declared_where_the_server_wants_one(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    """C13: what has a key works, and what has none is refused, before anything is written."""
    server = Server(sandbox.url)
    with (
        empty_database(server) as database,
        settings(server, {"sql_require_primary_key": 1}) as number,
    ):
        if not number:
            assert sandbox.flavour.is_mariadb
            return
        user = User(tmp_path, server.url(database))
        user.declare(FIRST)
        for place in ("target", "sandbox"):
            result = user.types("diff", "--write", "-m", "test", "--scratch", place)
            assert result.code == 2, result
            assert "keyless has no primary key" in result.err
            assert "schema.yaml:32:3" in result.err
        assert tables(server, database) == {}
        user.declare(FIRST.replace("{a: int, b: varchar(9)}", "{a: int primary key}"))
        user.brings_in_sync()
        user.succeeds("rollback", "--allow", "all")


@pytest.mark.parametrize("variable", ["read_only", "super_read_only"])
def test_a_server_that_is_not_to_be_written_to(
    variable: str, sandbox: Sandbox, tmp_path: Path
) -> None:
    """To look is allowed; root could even write, and is kept from it."""
    server = Server(sandbox.url)
    with empty_database(server) as database:
        user = User(tmp_path, server.url(database))
        user.declare(FIRST)
        user.succeeds("diff", "--write", "-m", "test", "--scratch", "sandbox")
        # What is switched on first is switched off last: the one implies the other.
        with settings(server, {"read_only": 1, variable: 1}):
            assert user.types("diff", "--scratch", "sandbox").code == 1
            result = user.types("apply")
            assert result.code == 4, result
            assert "read-only" in result.err
            assert tables(server, database) == {}
