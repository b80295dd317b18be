"""Columns and tables while a random schema is being drawn; not what is tested, only how it is made."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeVar

from hypothesis import strategies as st

Draw = st.DrawFn
T = TypeVar("T")


@dataclass(repr=False)
class DrawnColumn:
    """A column: `type` with what belongs to it, `default` and `extra` as they are written.

    `kind` is what may be done with it: "whole" numbers can be computed with, a "string" as well,
    "plain" ones be keys, "large" ones by a prefix, a "point" in a spatial index, "closed" ones in
    none.
    """

    type: str
    kind: str
    default: str = ""
    extra: str = ""
    name: str = ""
    null: bool = True
    formula: str = ""
    length: int = 0

    @property
    def is_generated(self) -> bool:
        return bool(self.formula)

    @property
    def is_auto(self) -> bool:
        return "auto_increment" in self.extra

    @property
    def may_be_key(self) -> bool:
        return self.kind in ("whole", "string", "plain")

    def __repr__(self) -> str:
        return self.sql()

    def sql(self) -> str:
        null = "" if self.null else "not null"
        words = (name(self.name), self.type, self.formula, null, self.default, self.extra)
        return " ".join(filter(None, words))


@dataclass
class DrawnTable:
    """A table: columns, the other lines of its definition, and its options."""

    name: str
    columns: list[DrawnColumn] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    options: list[str] = field(default_factory=list)
    engine: str = "innodb"
    key: DrawnColumn | None = None
    parents: list[tuple[DrawnColumn, ...]] = field(default_factory=list)
    is_partitioned: bool = False

    @property
    def takes_foreign_keys(self) -> bool:
        return self.engine == "innodb" and not self.is_partitioned

    def of_kind(self, *kinds: str) -> list[DrawnColumn]:
        return [column for column in self.columns if column.kind in kinds]

    def sql(self) -> str:
        body = ",\n  ".join([*(column.sql() for column in self.columns), *self.lines])
        return f"create table {name(self.name)} (\n  {body}\n) {' '.join(self.options)}".rstrip()


def name(text: str) -> str:
    return "`" + text.replace("`", "``") + "`"


def names(columns: tuple[DrawnColumn, ...]) -> str:
    return ", ".join(name(column.name) for column in columns)


def quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "''").replace("\n", "\\n") + "'"


def one_of(*choices: T) -> st.SearchStrategy[T]:
    """One of these; the first is the simplest."""
    return st.sampled_from(choices)


def seldom(draw: Draw, times: int = 8) -> bool:
    """True once in so many times."""
    return draw(st.integers(0, times - 1)) == times - 1


# Without blanks at the end: those of labels and defaults are a matter of their own.
TEXTS = st.text(st.sampled_from("aZ0 _-%'\"\\`;{}\n\tйé€/*#"), max_size=6).map(
    lambda text: text.rstrip(" ")
)
