"""Programs of MariaDB's sql_mode=ORACLE: what is understood works, and the rest is named."""

from __future__ import annotations

import pytest

from tests.commands.user import User
from tests.servers import Server

PROGRAMS = (
    "create table t (a int primary key)",
    "set sql_mode = ORACLE",
    "create procedure p(x in int) as y int; begin select a into y from t where a = x; end",
    "create function f(x int) return int as begin return x; end",
    "create package k as procedure q; end",
)


@pytest.mark.parametrize("server", ["mariadb"], indirect=True)
def test_they_are_kept_or_named(root: User, server: Server, database: str) -> None:
    server.run(database, *PROGRAMS)
    root.succeeds("init", "--from", root.url)
    text = root.schema.read_text("utf-8")
    assert "# The function f is left out, for it is not understood" in text
    assert "# The package k is left out: such objects are not managed" in text
    root.declare(text.replace("where a = x", "where a > x"))
    root.brings_in_sync()
