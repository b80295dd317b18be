"""A text that goes through bytes into another character set, a migration for each: its rows are counted.

The case `charset_via_binary` of the loss matrix, which no single declaration says.
"""

from __future__ import annotations

import pytest

from tests.commands.desk import fails
from tests.commands.test_losses_by_hand import MATRIX
from tests.commands.user import User
from tests.servers import Server

(CASE,) = (each for each in MATRIX if each["id"] == "charset_via_binary")
BYTES, TEXT = "varbinary(20)", "varchar(20) character set utf8mb4"


def declare(user: User, type: str) -> None:
    columns = f"{{id: int not null auto_increment primary key, v: {type}}}"
    user.declare(
        f"tables:\n  t:\n    charset: utf8mb4\n    collation: utf8mb4_general_ci\n    columns: {columns}\n"
    )


@pytest.fixture
def user(root: User, server: Server, database: str) -> User:
    """The text is bytes already, and no migration has made it another text yet."""
    server.run(database, CASE["table"].format(column=CASE["column"]))
    declare(root, BYTES)
    root.succeeds("diff", "--write", "-m", "bytes")
    root.succeeds("apply")
    declare(root, TEXT)
    root.types("diff", "--write", "-m", "text")
    return root


def insert(server: Server, database: str, value: str) -> None:
    server.run(database, f"INSERT INTO t (v) SELECT CONVERT({value} USING latin1)")


def test_bytes_that_are_no_text_are_refused(user: User, server: Server, database: str) -> None:
    insert(server, database, *CASE["bad_values"])
    refused = fails(user, 4, "apply", "--allow", "change-type:t.v")
    assert "values do not fit the new type: 1 row of t, for example id 1" in refused.err
    assert server.run(database, "SELECT HEX(v) FROM t") == [("636166E9",)]


def test_other_bytes_become_text_unasked(user: User, server: Server, database: str) -> None:
    insert(server, database, *CASE["good_values"])
    user.succeeds("apply")
    assert server.run(database, "SELECT v FROM t") == [("abc",)]
