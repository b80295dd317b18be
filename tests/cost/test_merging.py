"""Two clauses for one table: together where that is cheaper, apart where together is dearer (88 pairs; D15).

Each pair is a table of its own, all of them are changed in one plan. What one ALTER would build anew or
copy although neither clause needs it, the plan does not; and what has to be built anew is built once.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from plumbob.server.connection import Server, connect
from plumbob.server.target import Target
from tests.commands.user import User
from tests.conftest import Servers, empty_database
from tests.cost.project import declare

MATRIX = json.loads(Path(__file__).with_name("alter_merge_matrix.json").read_text(encoding="utf-8"))
TABLE = """CREATE TABLE {name} (
  id int NOT NULL PRIMARY KEY, a int DEFAULT NULL, b int NOT NULL, n varchar(50) DEFAULT NULL,
  m varchar(10) NOT NULL, e enum('a','b') NOT NULL, i int DEFAULT NULL, w int NOT NULL,
  z int NOT NULL DEFAULT 7, f int DEFAULT 0{parts}
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci"""
# What the table has beside its columns, for these clauses.
PARTS = {
    "drop_check": ", CONSTRAINT {name}_ck CHECK (w >= 0)",
    "drop_index": ", KEY k_b (b)",
    "rename_index": ", KEY k_b (b)",
    "index_invisible": ", KEY k_b (b)",
    "drop_fk": ", KEY k_b (b), CONSTRAINT {name}_fk FOREIGN KEY (b) REFERENCES par (id)",
}
CLAUSES = {
    "add_column": "ADD COLUMN nc int NULL",
    "drop_column": "DROP COLUMN z",
    "rename_column": "RENAME COLUMN a TO a2",
    "set_default": "ALTER COLUMN f SET DEFAULT 3",
    "enum_append": "MODIFY COLUMN e enum('a','b','c') CHARSET utf8mb4 COLLATE utf8mb4_general_ci NOT NULL",
    "add_virtual": "ADD COLUMN g int GENERATED ALWAYS AS (w + 1) VIRTUAL",
    "column_comment": "MODIFY COLUMN w int NOT NULL COMMENT 'x'",
    "drop_check": "DROP CONSTRAINT {name}_ck",
    "table_comment": "COMMENT 'x'",
    "drop_index": "DROP INDEX k_b",
    "add_index": "ADD INDEX k_i (i)",
    "rename_index": "RENAME INDEX k_b TO k_b2",
    "index_invisible": "ALTER INDEX k_b {hidden}",
    "varchar_extend": "MODIFY COLUMN m varchar(20) NOT NULL",
    "drop_fk": "DROP FOREIGN KEY {name}_fk",
    "stats_persistent": "STATS_PERSISTENT=1",
    "default_charset": "DEFAULT CHARACTER SET latin1",
    "null_to_notnull": "MODIFY COLUMN n varchar(50) NOT NULL",
    "int_to_bigint": "MODIFY COLUMN i bigint NULL",
}
# What a plan's statement is in the words of the matrix.
WORDS = {"instant": "no-rebuild", "in place": "no-rebuild", "rebuild": "rebuild", "copy": "copy"}
ORDER = ("no-rebuild", "rebuild", "copy")


@pytest.mark.parametrize("maker", ["mysql", "mariadb"])
def test_each_pair_costs_no_more_than_its_clauses(
    servers: Servers, maker: str, tmp_path: Path
) -> None:
    running, alone = servers(maker), MATRIX[maker]["alone"]
    with (
        empty_database(running) as name,
        empty_database(running) as other,
        connect(Target.from_url(running.url(name))) as server,
    ):
        user = User(tmp_path, running.url(name))
        statements = planned(user, server, name, other, list(MATRIX[maker]["pairs"]))
    found: dict[str, list[str]] = defaultdict(list)
    for each in statements:
        assert each["cost"] is not None, each["sql"]
        found[each["table"]].append(WORDS[each["cost"]["kind"]])
    costs = {pair: heavy(found[named(pair)]) for pair in MATRIX[maker]["pairs"]}
    wanted = {pair: heavy([alone[each] for each in pair.split("+")]) for pair in costs}
    assert costs == wanted
    # The data know pairs that cost more as one statement: it is not the servers that have changed.
    assert {pair for pair, cost in MATRIX[maker]["pairs"].items() if [cost] != wanted[pair]} >= {
        "add_column+add_index",
        "add_virtual+table_comment",
    }


def heavy(costs: list[str]) -> list[str]:
    """What the table goes through, without what costs next to nothing: `["rebuild"]`."""
    return sorted((each for each in costs if each != "no-rebuild"), key=ORDER.index) or [
        "no-rebuild"
    ]


def named(pair: str) -> str:
    return pair.replace("+", "_and_")


def planned(
    user: User, server: Server, name: str, other: str, pairs: list[str]
) -> list[dict[str, Any]]:
    definitions = list(made(server, other, pairs, changed=True))
    list(made(server, name, pairs, changed=False))
    declare(user, definitions, {(named(each), "a2"): "a" for each in pairs if "rename_col" in each})
    shown = user.types("diff", "--prove", "--json")
    assert shown.code == 1, shown
    statements: list[dict[str, Any]] = shown.json["up"]
    return statements


def made(server: Server, database: str, pairs: list[str], *, changed: bool) -> Iterator[str]:
    """Make the tables, before the change or after it; gives their definitions."""
    hidden = "IGNORED" if server.flavour.is_mariadb else "INVISIBLE"
    server.use(database)
    server.execute("CREATE TABLE par (id int NOT NULL PRIMARY KEY)")
    yield "CREATE TABLE par (id int NOT NULL PRIMARY KEY)"
    for pair in pairs:
        table = named(pair)
        parts = "".join(PARTS.get(each, "") for each in pair.split("+"))
        server.execute(TABLE.format(name=table, parts=parts.format(name=table)))
        clauses = [CLAUSES[each].format(name=table, hidden=hidden) for each in pair.split("+")]
        if changed:
            server.execute(f"ALTER TABLE {table} {', '.join(clauses)}")
        yield server.query(f"SHOW CREATE TABLE {table}")[0][1]
