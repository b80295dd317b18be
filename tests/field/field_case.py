"""The field cases: public complaints about tools like this one, read from field_cases.json.

What its keys mean is said in the file itself. Here is what the tests ask of a case.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from tests.load_yaml import load_yaml

HERE = Path(__file__).parent
DECLARED: dict[str, str] = load_yaml((HERE / "declared.yaml").read_text("utf-8"))
# What the cases call a loss: each of them has to be approved by name.
LOSSES = {"data-loss", "drop-column", "drop-table", "reorders-enum"}
_ROW_WORDS = ("insert", "update", "delete")

Rows = list[tuple[str, list[list[Any]]]]


@dataclass(frozen=True)
class FieldCase:
    """One complaint, as it is told for one maker's servers."""

    told: dict[str, Any]
    maker: str

    @property
    def id(self) -> str:
        return str(self.told["id"])

    @property
    def expected(self) -> dict[str, Any]:
        return dict(self.told["expect"][self.maker])

    @property
    def loads(self) -> bool:
        return bool(self.expected["loads"])

    @property
    def is_equal(self) -> bool:
        return bool(self.expected.get("equal"))

    @property
    def before(self) -> list[str]:
        return list(self.told["from"])

    @property
    def rows(self) -> list[str]:
        return list(self.told.get("rows", ()))

    @property
    def declaration(self) -> tuple[str, str]:
        """The name of the file and its text: what the complaint wants to have."""
        if self.id in DECLARED:
            return "schema.yaml", DECLARED[self.id]
        return "schema.sql", as_file(self.told["to"])

    @property
    def can_be_turned_round(self) -> bool:
        """Whether `from` is a declaration, too: CREATE TABLE alone, without a counter."""
        return all(
            sql.startswith("CREATE TABLE") and not re.search(r"\) AUTO_INCREMENT=", sql)
            for sql in self.before
        )

    def by_hand(self, way: str) -> tuple[list[str], list[str]]:
        """What the user does to rows before and after a way, for no definition says it."""
        statements = self.expected[way]
        places = [n for n, sql in enumerate(statements) if not is_about_rows(sql)]
        return statements[: places[0]], statements[places[-1] + 1 :]

    def rows_after(self, way: str) -> Rows:
        return [(query, rows) for query, rows in self.expected.get(f"after_{way}", ())]

    def loses(self, way: str) -> bool:
        named = self.expected["hazards"]
        if way == "up":
            return not LOSSES.isdisjoint(named)
        return any(each.removeprefix("down-") in LOSSES for each in named if each[:5] == "down-")

    @property
    def tempting(self) -> list[list[str]]:
        """Sequences that fail, lead elsewhere or spoil rows, as plain words."""
        good = plain(self.expected["up"])
        found = []
        for wrong in self.expected.get("wrong", ()):
            sequence = plain(sql for sql in wrong["do"] if not is_about_rows(sql))
            # Some are wrong for their rows only, or for what is done afterwards.
            if sequence and sequence != good and "rows" not in wrong:
                found.append(sequence)
        return found

    @property
    def bad_rows(self) -> list[str]:
        """Rows that the change cannot hold."""
        wrong = self.expected.get("wrong", ())
        return next((list(each["rows"]) for each in wrong if "rows" in each), [])


def is_about_rows(sql: str) -> bool:
    return sql.lower().startswith(_ROW_WORDS)


def as_file(statements: list[str]) -> str:
    """Statements as a user writes them into a file: with DELIMITER where a body has semicolons."""
    if any(";" in sql for sql in statements):
        return "DELIMITER ;;\n" + "".join(f"{sql};;\n" for sql in statements) + "DELIMITER ;\n"
    return "".join(f"{sql};\n" for sql in statements)


def plain(statements: Any) -> list[str]:
    """SQL without what may be written or left out: to tell one sequence from another."""
    return [
        re.sub(r"\s+", " ", re.sub(r"`|\bCOLUMN ", "", sql)).lower().strip() for sql in statements
    ]


@cache
def field_cases(maker: str) -> tuple[FieldCase, ...]:
    told = json.loads((HERE / "field_cases.json").read_text("utf-8"))
    return tuple(FieldCase(case, maker) for case in told["cases"])
