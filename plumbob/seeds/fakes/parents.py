"""The rows that faked rows refer to: those that are there, in the order of their keys."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from random import Random

from plumbob.ddl.quote import quote_name
from plumbob.errors import PlumbobError
from plumbob.model import ForeignKey, Schema, Table
from plumbob.seeds.literals import value_literal
from plumbob.server.connection import Server

# More parents than these make no difference to anybody.
MOST = 100_000
_NULLS = 0.1
# What counts the length of a type's values.
_LENGTHS = {
    **dict.fromkeys(("char", "varchar"), "CHAR_LENGTH"),
    **dict.fromkeys(("binary", "varbinary"), "LENGTH"),
}


@dataclass(slots=True)
class Parents:
    """What a foreign key of a table may refer to.

    `is_unique` says that no two rows may have the same parent; then each is taken once.
    """

    table: Table
    key: ForeignKey
    is_unique: bool
    is_nullable: bool
    rows: list[tuple[str, ...]] = field(default_factory=list)

    def read(self, server: Server, rng: Random) -> None:
        """Read the parents that there are, without those that are taken."""
        names = [quote_name(each) for each in self.key.parent_columns]
        there = " AND ".join(
            f"p.{each} IS NOT NULL{self._fits(child, each)}"
            for child, each in zip(self.key.columns, names, strict=True)
        )
        taken = ""
        if self.is_unique:
            joined = " AND ".join(
                f"c.{quote_name(child)} = p.{parent}"
                for child, parent in zip(self.key.columns, names, strict=True)
            )
            taken = (
                f" AND NOT EXISTS (SELECT 1 FROM {quote_name(self.table.name)} c WHERE {joined})"
            )
        schema = f"{quote_name(self.key.parent_schema)}." if self.key.parent_schema else ""
        found = server.query(
            f"SELECT DISTINCT {', '.join(f'p.{each}' for each in names)}"
            f" FROM {schema}{quote_name(self.key.parent)} p WHERE {there}{taken}"
            f" ORDER BY {', '.join(f'p.{each}' for each in names)} LIMIT {MOST:d}"
        )
        self.rows = [tuple(map(value_literal, row)) for row in found]
        if self.is_unique:
            rng.shuffle(self.rows)

    def _fits(self, child: str, parent: str) -> str:
        """The condition that a text of the parent has room in a column that is shorter than its own."""
        column = self.table.column(child)
        if column is None or column.type.name not in _LENGTHS or column.type.length is None:
            return ""
        return f" AND {_LENGTHS[column.type.name]}(p.{parent}) <= {column.type.length:d}"

    def add(self, rows: Iterable[tuple[str, ...]]) -> None:
        """Rows of the table itself, which those behind them may refer to."""
        if len(self.rows) < MOST:
            self.rows.extend(rows)

    def draw(self, rng: Random) -> tuple[str, ...]:
        """The columns of one parent; NULLs where there is none, or now and then."""
        if self.is_nullable and (not self.rows or rng.random() < _NULLS):
            return ("NULL",) * len(self.key.columns)
        if not self.rows:
            raise self.missing()
        return self.rows.pop() if self.is_unique else self.rows[int(rng.random() * len(self.rows))]

    def missing(self) -> PlumbobError:
        columns = ", ".join(self.key.columns)
        name = self.table.name
        if self.key.parent == name:
            return PlumbobError(
                f"a row of {name} refers to another one ({columns}), and there is none",
                advice="seed the first one in a file",
            )
        if self.is_unique:
            return PlumbobError(
                f"{name}.{columns} is unique, and there are no more rows of {self.key.parent}",
                advice=f"fake more of those as well: --fake {self.key.parent}=…",
            )
        return PlumbobError(
            f"a row of {name} refers to one of {self.key.parent} ({columns}), and there is none",
            advice=f"fake some of those as well: --fake {self.key.parent}=100",
        )


def shortest_reference(schema: Schema, table: Table, name: str) -> int | None:
    """The length of the shortest column that refers to this one, None where none says a length."""
    lengths = [
        column.type.length
        for child in schema.tables.values()
        for key in child.foreign_keys
        if key.parent == table.name and key.parent_schema is None
        for own, theirs in zip(key.columns, key.parent_columns, strict=True)
        if theirs.lower() == name.lower() and (column := child.column(own)) is not None
    ]
    return min((each for each in lengths if each is not None), default=None)


def parents_of(table: Table) -> list[Parents]:
    """The foreign keys of a table whose columns are written."""
    found = []
    for key in table.foreign_keys:
        columns = [column for name in key.columns if (column := table.column(name))]
        if any(column.generated is not None for column in columns):
            continue
        is_unique = any(
            index.kind in ("primary", "unique")
            and len(index.columns) == len(index.parts)
            and set(index.columns) <= set(key.columns)
            for index in table.indexes
        )
        found.append(Parents(table, key, is_unique, all(column.null for column in columns)))
    return found
