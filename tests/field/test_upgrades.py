"""Hard upgrades as applications ship them, with the commands: many tables change in one step."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.commands.user import User, tables
from tests.conftest import Servers, empty_database
from tests.servers import Server

LABELS = ", ".join(f"'label {number}'" for number in range(192))
FORTY = range(40)


def wide_keys(columns: str, key: str) -> str:
    """Forty tables with a key of their own, half of them children of one parent."""
    parts = [f"create table p ({columns} id int not null, primary key ({key}id));"]
    for number in FORTY:
        extra = f", constraint f{number} foreign key ({key}p) references p ({key}id)"
        parts.append(
            f"create table t{number} ({columns} id int not null auto_increment, p int not null, "
            f"primary key ({key}id), key own (id), key by_p ({key}p){extra if number % 2 else ''});"
        )
    return "\n".join(parts)


def ring(count: int, step: int, more: str = "") -> str:
    """Tables in a circle of foreign keys, each pointing at the one `step` further on."""
    return "\n".join(
        f"create table t{number} (id int primary key, r int{more}, key r (r), "
        f"constraint f{number} foreign key (r) references t{(number + step) % count} (id));"
        for number in range(count)
    )


def answers(letter: str) -> str:
    """A JSON document with 62 columns computed from it, half of them stored."""
    columns = "".join(
        f", {kind}{number} varchar(40) as (json_unquote(json_extract(doc, '$.{letter}{number}'))) {kind}"
        for number in range(31)
        for kind in ("stored", "virtual")
    )
    return f"create table answers (id int primary key, doc json{columns});"


UPGRADES = {
    "forty_primary_keys_get_a_leading_column": (
        wide_keys("", ""),
        wide_keys("tenant int not null,", "tenant, "),
    ),
    "fifty-eight_tables_become_ninety-seven": (ring(58, 1), ring(97, 3, ", s int")),
    "all_foreign_keys_point_elsewhere": (ring(12, 1), ring(12, 5)),
    "every_table_is_replaced": (
        ring(8, 1),
        ring(8, 1)
        .replace("create table t", "create table u")
        .replace("references t", "references u"),
    ),
    "sixty-two_computed_columns_change": (answers("k"), answers("K")),
    "an_enum_of_192_labels_gets_one_more": (
        f"create table t (a enum({LABELS}) not null default 'label 7');",
        f"create table t (a enum({LABELS}, 'more') not null default 'more');",
    ),
}


@pytest.mark.parametrize("upgrade", UPGRADES)
@pytest.mark.parametrize("name", ["mysql", "mariadb", "mariadb118"])
def test_an_upgrade_goes_up_and_down(
    name: str, upgrade: str, servers: Servers, tmp_path: Path
) -> None:
    server, (before, after) = servers(name), UPGRADES[upgrade]
    with empty_database(server) as database:
        user = User(tmp_path, server.url(database))
        user.declare(before, "schema.sql")
        user.brings_in_sync()
        start = texts(server, database)
        user.declare(after, "schema.sql")
        user.brings_in_sync()
        assert texts(server, database) != start
        user.succeeds("rollback", "--allow", "all")
        assert texts(server, database) == start


def texts(server: Server, database: str) -> dict[str, str]:
    found = tables(server, database)
    return {name: re.sub(r" AUTO_INCREMENT=\d+", "", text) for name, text in found.items()}
