"""Errors of the server in words: the key, the columns, the other table, the rows. Each is provoked."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pymysql
import pytest

from plumbob.ddl.tables import parse_create_table
from plumbob.migration.run.explained import explained
from plumbob.migration.run.explained.failure import Failure
from plumbob.migration.run.explained.meant import meant
from plumbob.migration.run.explained.words import words
from plumbob.model import Schema
from plumbob.server import connection
from plumbob.server.driver import open_connection
from plumbob.server.errors import ServerError, from_driver
from plumbob.server.pages import page_of
from plumbob.server.secret import Secret
from plumbob.server.target import Target
from tests.conftest import Servers, account_of, empty_database
from tests.load_yaml import load_yaml
from tests.migration.titles import assert_titled

ERRORS = load_yaml((Path(__file__).parent / "errors.yaml").read_text(encoding="utf-8"))
MAKERS = ("mysql", "mariadb")


def cases(maker: str) -> list[Any]:
    found = [case for case in ERRORS["cases"] if maker in case or "errno" in case]
    return [pytest.param(maker, case, id=f"{maker}-{case['sql'][:60]}") for case in found]


Tables = Callable[[str], connection.Server]


@pytest.fixture(scope="module")
def tables(servers: Servers) -> Iterator[Tables]:
    """The tables of all cases on the server of this name; a statement that fails changes none of them."""
    known: dict[str, connection.Server] = {}
    with contextlib.ExitStack() as stack:

        def get(maker: str) -> connection.Server:
            if maker not in known:
                server = servers(maker)
                url = server.url(stack.enter_context(empty_database(server)))
                known[maker] = stack.enter_context(connection.connect(Target.from_url(url)))
                for sql in ERRORS["setup"]:
                    known[maker].execute(sql)
            return known[maker]

        yield get


@pytest.mark.parametrize(("maker", "case"), [each for maker in MAKERS for each in cases(maker)])
def test_an_error_in_words(maker: str, case: dict[str, Any], tables: Tables) -> None:
    server = tables(maker)
    with server.session(case.get(f"{maker}_session", {})):
        with pytest.raises(pymysql.Error) as caught, server.connection.cursor() as cursor:
            cursor.execute(case["sql"], None)
        number, message = caught.value.args
        assert str(number) == str(case.get(maker) or case["errno"])
        assert_titled(number, message, state_of(server, number))
    error = from_driver(caught.value, server.target)
    first, *more = explained(server, error, case["sql"]).split("\n")
    assert first == error.what
    assert more == (case.get("words") or case.get(f"{maker}_words") or [])


def state_of(server: connection.Server, number: int) -> str:
    """The SQLSTATE of an error of the last statement, which may have several."""
    at = range(1, 9)
    with server.connection.cursor() as cursor, contextlib.suppress(pymysql.Error):
        for n in at:
            taken = f"@number{n} = MYSQL_ERRNO, @state{n} = RETURNED_SQLSTATE"
            cursor.execute(f"GET DIAGNOSTICS CONDITION {n} {taken}")
    (row,) = server.query("SELECT " + ", ".join(f"@number{n}, @state{n}" for n in at))
    server.execute("SET " + ", ".join(f"@number{n} = NULL" for n in at))
    states = [state for code, state in pairs(row) if code is not None and int(code) == number]
    return str(states[0])


def pairs(row: tuple[Any, ...]) -> list[tuple[Any, Any]]:
    return list(zip(row[::2], row[1::2], strict=True))


@pytest.mark.parametrize("maker", MAKERS)
def test_whatever_is_written_the_message_comes(maker: str, servers: Servers) -> None:
    """Statements that are cut off anywhere, for every error that has a rule: nothing else is raised."""
    flavour = servers(maker).flavour
    made = [parse_create_table(sql) for sql in ERRORS["setup"] if sql.startswith("CREATE TABLE")]
    schema = Schema(tables={table.name: table for table in made})
    message = "'id' `kids_parent` for key 'kids.PRIMARY' constraint 'positive' doesn't"
    for case in ERRORS["cases"]:
        number = int(case.get("errno") or case.get(maker) or 1062)
        pieces = case["sql"].split(" ")
        for length in range(1, min(len(pieces), 30)):
            about = meant(" ".join(pieces[:length]), schema, flavour)
            if about.name:
                words(Failure(number, message, about, schema, flavour))


# What an account is told that may INSERT into one table alone, has no password, or may not come at all.
REFUSED = {
    "SELECT * FROM kids": 1142,
    "SELECT * FROM mysql.user": 1142,
    "USE mysql": 1044,
    "SET GLOBAL lock_wait_timeout = 9": 1227,
    "KILL QUERY CONNECTION_ID()": 1317,
    "UPDATE kids SET n = 1": 1143,
    "CALL shown()": 1370,
}
LOCKED_OUT = {
    "ACCOUNT LOCK": {"mysql": 3118, "mariadb": 4151},
    "PASSWORD EXPIRE": {"mysql": 1862, "mariadb": 1820},
    "IDENTIFIED BY 'other'": {"mysql": 1045, "mariadb": 1045},
}


@pytest.mark.parametrize("maker", MAKERS)
def test_what_an_account_is_told(maker: str, tables: Tables) -> None:
    root = tables(maker)
    name = account_of(root.database or "")
    root.execute(f"CREATE USER {name}@localhost IDENTIFIED BY 'x'")
    try:
        root.execute(f"GRANT INSERT, UPDATE (born) ON kids TO {name}@localhost")
        target = replace(root.target, user=name, password=Secret("x"))
        with connection.connect(target) as own:
            sql = "INSERT INTO kids (id) VALUES (1)"
            error = told(own, sql, 1062)
            # Who may not look gets the message alone.
            assert explained(own, error, sql) == error.what
            for sql, number in REFUSED.items():
                told(own, sql, number)
        for change, numbers in LOCKED_OUT.items():
            root.execute(f"ALTER USER {name}@localhost {change}")
            with pytest.raises(pymysql.Error) as caught:
                open_connection(target).cursor().execute("SELECT 1")
            assert caught.value.args[0] == numbers[maker]
            assert_titled(*caught.value.args)
            assert from_driver(caught.value, target).advice.endswith(page_of(numbers[maker]))
            root.execute(f"ALTER USER {name}@localhost IDENTIFIED BY 'x'")
            if "LOCK" in change:
                root.execute(f"ALTER USER {name}@localhost ACCOUNT UNLOCK")
    finally:
        root.execute(f"DROP USER {name}@localhost")


def told(own: connection.Server, sql: str, number: int) -> ServerError:
    with pytest.raises(pymysql.Error) as caught, own.connection.cursor() as cursor:
        cursor.execute(sql)
    assert caught.value.args[0] == number
    assert_titled(*caught.value.args)
    return from_driver(caught.value, own.target)
