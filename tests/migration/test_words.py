"""Errors of the server in words: the key, the columns, the other table, the rows. Each is provoked."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from plumbob.migration.explained import explained
from plumbob.server import connection
from plumbob.server.errors import ServerError
from plumbob.server.secret import Secret
from plumbob.server.target import Target
from tests.conftest import Servers, account_of, empty_database
from tests.load_yaml import load_yaml

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
    with pytest.raises(ServerError) as caught:
        tables(maker).execute(case["sql"])
    assert str(caught.value.errno) == str(case.get(maker) or case["errno"])
    first, *words = explained(tables(maker), caught.value, case["sql"]).split("\n")
    assert first == caught.value.what
    assert words == (case.get("words") or case.get(f"{maker}_words") or [])


@pytest.mark.parametrize("maker", MAKERS)
def test_who_may_not_look_gets_the_message_alone(maker: str, tables: Tables) -> None:
    root = tables(maker)
    name = account_of(root.database or "")
    root.execute(f"CREATE USER {name}@localhost IDENTIFIED BY 'x'")
    try:
        root.execute(f"GRANT INSERT ON kids TO {name}@localhost")
        target = replace(root.target, user=name, password=Secret("x"))
        sql = "INSERT INTO kids (id) VALUES (1)"
        with connection.connect(target) as own, pytest.raises(ServerError) as caught:
            own.execute(sql)
        with connection.connect(target) as own:
            assert explained(own, caught.value, sql) == caught.value.what
    finally:
        root.execute(f"DROP USER {name}@localhost")
