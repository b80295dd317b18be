"""What a server warns of the definition alone stops no migration."""

from __future__ import annotations

from pathlib import Path

import pytest

from plumbob.migration.run.verdict import advice
from tests.commands.user import User
from tests.servers import Server

TABLE = "tables: {t: {columns: {id: int primary key, at: point not null, n: int}"


@pytest.mark.parametrize(
    "indexes",
    ["{at: spatial (at)}", "{a: n, b: n}"],
    ids=["a spatial index that is not used", "the same index twice"],
)
def test_it_is_applied_to_a_new_table_and_to_an_old_one(
    indexes: str, server: Server, database: str, tmp_path: Path
) -> None:
    user = User(tmp_path, server.url(database))
    user.declare(f"{TABLE}}}}}\n")
    user.brings_in_sync()
    with_it = f"{TABLE}, indexes: {indexes}}}"
    user.declare(f"{with_it}}}\n")
    user.brings_in_sync()
    user.declare(f"{with_it}, {with_it.removeprefix('tables: {').replace('t:', 'u:', 1)}}}\n")
    user.brings_in_sync()


def test_an_old_character_set_is_given_back(server: Server, database: str, tmp_path: Path) -> None:
    user = User(tmp_path, server.url(database))
    server.run(database, "CREATE TABLE t (a varchar(9)) CHARACTER SET ucs2")
    user.declare("tables: {t: {charset: utf8mb4, columns: {a: varchar(10)}}}\n")
    user.brings_in_sync()
    user.succeeds("rollback", "--allow", "all")


@pytest.mark.parametrize("errno", [1021, 1030, 1114, 1206, 1296, 1799, 1878])
def test_what_stops_an_alter_has_advice(errno: int) -> None:
    """By the numbers: the table is unchanged, and something can be done."""
    assert "unchanged" in advice(errno)
