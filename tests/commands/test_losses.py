"""Every measured way to lose rows, or to fail on them, through the commands: `loss_matrix.json`.

All cases are tables of one database, and one migration: so all findings are told at once. With bad rows
nothing is run, with good ones all of it, and nobody has to approve anything.
"""

from __future__ import annotations

import contextlib
import json
import re
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import pymysql
import pytest

from tests.commands.user import User
from tests.conftest import Servers, empty_database

CASES = json.loads(Path(__file__).with_name("loss_matrix.json").read_text(encoding="utf-8"))[
    "cases"
]
# What a declaration does not say: a statement of its own, a session of the ALTER, or a way that is not
# taken; and what is refused without a look at rows. By hand: `test_losses_by_hand.py`.
NOT_DECLARED = {
    "truncate_partition": "no declaration empties a partition",
    "charset_via_binary": "the character set is changed directly, which loses nothing; see test_through_binary.py",
    "modify_loses_attributes": "a MODIFY repeats what stays",
    "key_too_long": "refused by its length alone",
}
# These drop a structure, so they need an approval whatever the rows are.
STRUCTURAL = {
    "drop_column": "drop-column:drop_column.v",
    "rename_as_drop_add": "drop-column:rename_as_drop_add.v",
    "drop_partition": "drop-partition:drop_partition.p0",
    "engine_blackhole": "change-engine:engine_blackhole",
    "engine_memory": "change-engine:engine_memory",
}


Rows = dict[str, list[Any]]


@dataclass(frozen=True)
class Tables:
    """A table for each case, and the rows that it begins with."""

    cases: list[dict[str, Any]]
    maker: str
    sql: Callable[[str], list[tuple[Any, ...]]]

    def create(self, database: str, *, changed: bool) -> list[str]:
        """Make the tables as they are before the change or after it; gives their definitions."""
        self.sql(f"USE {database}")
        for case in self.cases:
            self.sql(of(case["table"].format(column=case["column"]), case))
            for alter in told(case["alter"], self.maker) if changed else ():
                self.sql(of(alter, case))
        return [self.sql(f"SHOW CREATE TABLE {case['id']}")[0][1] for case in self.cases]

    def fill(self, which: str) -> None:
        self.sql("SET sql_mode = ''")
        for case in self.cases:
            self.sql(f"TRUNCATE TABLE {case['id']}")
            for number, value in enumerate(case[which], 1):
                self.sql(f"INSERT INTO {case['id']} (id, v) VALUES ({number}, {value})")

    def values(self) -> Rows:
        """The values of the column v, where it is still there."""
        found = {}
        for case in self.cases:
            with contextlib.suppress(pymysql.err.OperationalError):
                found[case["id"]] = self.sql(f"SELECT v FROM {case['id']} ORDER BY id")
        return found


@pytest.fixture
def tables(servers: Servers, maker: str) -> Iterator[tuple[Tables, User, str]]:
    """The tables, a project that declares what they are to become, and the name of the database."""
    server = servers(maker)
    found = [each for each in CASES if maker in each["servers"] and each["id"] not in NOT_DECLARED]
    with (
        tempfile.TemporaryDirectory() as folder,
        empty_database(server) as name,
        empty_database(server) as other,
        server.connect(name) as connection,
        connection.cursor() as cursor,
    ):

        def sql(text: str) -> list[tuple[Any, ...]]:
            cursor.execute(text, None)
            return list(cursor.fetchall())

        made = Tables(found, maker, sql)
        user = User(Path(folder), server.url(name))
        user.declare(";\n".join(made.create(other, changed=True)), "schema.sql")
        made.create(name, changed=False)
        yield made, user, name


@pytest.mark.parametrize("maker", ["mysql", "mariadb"])
def test_every_measured_loss(tables: tuple[Tables, User, str], maker: str) -> None:
    """Bad rows: refused before anything runs, with the exact count. Good rows: applied, unasked."""
    made, user, _ = tables
    expected = {each["id"]: each["servers"][maker]["count"] for each in made.cases}
    made.fill("bad_values")
    before = made.values()
    user.succeeds("diff", "--write", "-m", "all")
    shown = user.types("diff", "--json").json
    assert counts(shown["approvals"]) | counts(shown["refused"]) == expected
    refused = user.types("apply")
    assert refused.code == 4
    assert told_of(refused.err) == expected
    assert made.values() == before
    assert user.types("status", "--json").json["applied"] == []
    made.fill("good_values")
    good = made.values()
    user.succeeds("apply", *approvals(made))
    after = made.values()
    lost = [name for name in after if not all(map(is_same, good[name], after[name]))]
    assert lost == []
    assert good.keys() - after.keys() == {"drop_column", "rename_as_drop_add"}


def counts(hazards: list[dict[str, Any]]) -> dict[str, int]:
    return {each["object"].partition(".")[0]: each["rows"] for each in hazards}


def told_of(text: str) -> dict[str, int]:
    """What a refusal says of each table."""
    found = re.findall(r"(\d+) (?:rows? of|values? that several rows of) (\w+)", text)
    return {table: int(number) for number, table in found}


def approvals(made: Tables) -> list[str]:
    names = [STRUCTURAL[each["id"]] for each in made.cases if each["id"] in STRUCTURAL]
    return [word for name in names for word in ("--allow", name)]


def is_same(before: tuple[Any], after: tuple[Any]) -> bool:
    """Whether a reader finds the same number, text or moment."""
    (old,), (new,) = before, after
    if isinstance(new, bytes) and isinstance(old, int):
        return int.from_bytes(new, "big") == old
    if old == new or str(old) == str(new) or str(new) == f"{old} 00:00:00":
        return True
    with contextlib.suppress(InvalidOperation):
        return Decimal(str(old)) == Decimal(str(new))
    return False


def of(sql: str, case: dict[str, Any]) -> str:
    return re.sub(r"TABLE t ", f"TABLE {case['id']} ", sql, count=1)


def told(alter: Any, maker: str) -> list[str]:
    found = alter[maker] if isinstance(alter, dict) else alter
    return [found] if isinstance(found, str) else found
