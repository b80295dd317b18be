"""A base table: columns, keys, constraints and options."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from plumbob.model.check import Check
from plumbob.model.column import Column
from plumbob.model.foreign_key import ForeignKey
from plumbob.model.index import Index
from plumbob.model.partition import Partitioning
from plumbob.model.period import Period


@dataclass(frozen=True, slots=True)
class Option:
    """A table option such as ROW_FORMAT, by its name in capitals.

    An option that a MariaDB engine defines (`page_compressed`) has its name in small letters, and its
    value in quotes; `written` is how the server remembers both.
    """

    name: str
    value: str
    written: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Table:
    """A base table.

    `versioned` is MariaDB's WITH SYSTEM VERSIONING: old versions of rows are kept.
    `auto_increment` is the counter: data, not definition. `model` holds what generated models need and
    the server does not know. `charset_written` is that its string columns say its own character set, of
    which MySQL keeps the memory. `ordered` names the sections whose order is heeded ("indexes", "checks"),
    where somebody has asked for that.
    """

    name: str
    columns: tuple[Column, ...]
    indexes: tuple[Index, ...] = ()
    foreign_keys: tuple[ForeignKey, ...] = ()
    checks: tuple[Check, ...] = ()
    engine: str | None = None
    charset: str | None = None
    collation: str | None = None
    comment: str = ""
    options: tuple[Option, ...] = ()
    periods: tuple[Period, ...] = ()
    versioned: bool = False
    partitions: Partitioning | None = None
    auto_increment: int | None = field(default=None, compare=False)
    model: Mapping[str, str] | None = field(default=None, compare=False)
    charset_written: bool = field(default=False, compare=False)
    ordered: tuple[str, ...] = field(default=(), compare=False)

    @property
    def primary_key(self) -> Index | None:
        return next((index for index in self.indexes if index.kind == "primary"), None)

    def column(self, name: str) -> Column | None:
        """The column of this name; column names have no case (manual: Identifier Case Sensitivity)."""
        wanted = name.lower()
        return next((column for column in self.columns if column.name.lower() == wanted), None)

    def index(self, name: str) -> Index | None:
        wanted = name.lower()
        return next((index for index in self.indexes if index.name.lower() == wanted), None)

    def foreign_key(self, name: str) -> ForeignKey | None:
        wanted = name.lower()
        return next((key for key in self.foreign_keys if key.name.lower() == wanted), None)
