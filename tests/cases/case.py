"""The cases: what one of them can say, read from the YAML files in this folder.

    name      what the case shows; unique
    why       the section of a manual, the complaint or the measurement behind it
    from      CREATE statements, run on the server as they are
    to        CREATE statements, the declaration; or YAML
    renames   new names and old ones, as `was:` tells: `table: old`, `table.column: old`, and
              `table.index: old` under `indexes`
    equal     true: both sides mean the same, nothing is planned
    exact_order
              true: the order of indexes (on MariaDB of checks as well) is a difference
    like_new  true: after the way up SHOW CREATE says what it would of tables that `to` has made
    up, down  the statements, to the letter; {collation} stands for the server's collation of utf8mb4
    up_loses, down_loses
              the hazards, as they are approved by `--allow`
    rows      INSERT statements, run before the way up
    up_rows, down_rows
              queries and the rows that they give after the way up, and after the way down
    differs   lines of SHOW CREATE TABLE that are not given back to the letter, and why
    refused   a part of the error message, in place of a plan
    servers   where it runs; without it on mysql, mariadb and mariadb118
    mysql, mariadb, mariadb118
              what is said otherwise there, the narrower name before the wider one

`python -m tests.cases NAME` prints what the servers say to a case; `fill` writes it into the file,
for the cases that expect nothing yet, to be reviewed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from plumbob.model import Renames
from tests.load_yaml import load_yaml

HERE = Path(__file__).parent
SERVERS = ("mysql", "mariadb", "mariadb118")
_SHARED = ("name", "why", "servers", "mysql", "mariadb", "mariadb118")
_SIDES = ("from", "to", "renames", "indexes", "rows", "exact_order")
_EXPECTED = ("equal", "like_new", "refused", "differs")
_WAYS = ("up", "up_loses", "up_rows", "down", "down_loses", "down_rows")
KEYS = frozenset((*_SHARED, *_SIDES, *_EXPECTED, *_WAYS))


@dataclass(frozen=True)
class Case:
    """A case as it is told in its file."""

    topic: str
    told: dict[str, Any]

    @property
    def id(self) -> str:
        return f"{self.topic}-{self.told['name'].replace(' ', '_')}"

    @property
    def servers(self) -> tuple[str, ...]:
        return tuple(self.told.get("servers", SERVERS))

    @property
    def expects(self) -> bool:
        """Whether it says what comes out."""
        sides = [self.told, *(self.told.get(name, {}) for name in SERVERS)]
        return any(key in side for side in sides for key in ("equal", "up", "refused"))

    def on(self, server: str) -> Told:
        """The case as it is told for one server."""
        maker = "mysql" if server == "mysql" else "mariadb"
        sides = (self.told, self.told.get(maker, {}), self.told.get(server, {}))
        return Told({key: value for side in sides for key, value in side.items()})


@dataclass(frozen=True)
class Told:
    """A case on one server."""

    told: dict[str, Any]

    @property
    def before(self) -> list[str]:
        return statements(self.told["from"])

    @property
    def after(self) -> str:
        return str(self.told["to"])

    @property
    def is_yaml(self) -> bool:
        return re.match(r"[a-z_]+:", self.after) is not None

    @property
    def renames(self) -> Renames | None:
        """None where the declaration itself tells of them, or of none."""
        told, indexes = self.told.get("renames", {}), self.told.get("indexes", {})
        if not told and not indexes:
            return None
        tables = {new: old for new, old in told.items() if "." not in new}
        columns = {_pair(new): old for new, old in told.items() if "." in new}
        return Renames(tables, columns, {_pair(new): old for new, old in indexes.items()})

    @property
    def is_equal(self) -> bool:
        return bool(self.told.get("equal"))

    @property
    def is_exact(self) -> bool:
        return bool(self.told.get("exact_order"))

    @property
    def refused(self) -> str | None:
        return self.told.get("refused")

    def statements(self, way: str) -> list[str]:
        return [sql.rstrip() for sql in self.told.get(way, [])]

    def list(self, key: str) -> list[Any]:
        return list(self.told.get(key, []))


def _pair(name: str) -> tuple[str, str]:
    table, _, part = name.partition(".")
    return table, part


def statements(text: str) -> list[str]:
    """The statements of a text, each ended by a semicolon at the end of a line, or all by two."""
    end = ";;\n" if ";;\n" in text else ";\n"
    return [each for part in f"{text}\n".split(end) if (each := part.strip())]


@cache
def cases() -> tuple[Case, ...]:
    found = []
    for path in sorted(HERE.glob("*.yaml")):
        for told in load_yaml(path.read_text("utf-8")):
            sides = [told, *(told.get(name, {}) for name in SERVERS)]
            unknown = {key for side in sides for key in side} - KEYS
            assert not unknown, f"{path.name}: {told['name']}: {unknown}"
            found.append(Case(path.stem, told))
    return tuple(found)
