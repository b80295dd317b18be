"""An index: primary, unique, plain, full-text or spatial, with its key parts."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from plumbob.model.expression import Expression

IndexKind = Literal["primary", "unique", "index", "fulltext", "spatial", "vector"]


@dataclass(frozen=True, slots=True)
class KeyPart:
    """A column, with a prefix length in characters or bytes where only a part is indexed, or an expression.

    `period` is that of `period WITHOUT OVERLAPS`, MariaDB's last key part of a unique key.
    """

    column: str | None = None
    length: int | None = None
    descending: bool = False
    expression: Expression | None = None
    period: str | None = None


@dataclass(frozen=True, slots=True)
class Index:
    """An index of a table; the primary key's name is "PRIMARY".

    `structure` is BTREE or HASH where the engine has a choice (MEMORY); `using` is what was
    written, which InnoDB remembers and does not heed. `named` is false for a name that was given by
    rule, `inside` says that it was written inside of its column.
    """

    name: str
    kind: IndexKind
    parts: tuple[KeyPart, ...]
    structure: str | None = None
    parser: str | None = None
    comment: str = ""
    key_block_size: int | None = None
    invisible: bool = False
    attributes: tuple[tuple[str, str], ...] = ()
    using: str | None = field(default=None, compare=False)
    named: bool = field(default=True, compare=False)
    inside: bool = field(default=False, compare=False)

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns that are key parts by themselves, in order."""
        return tuple(part.column for part in self.parts if part.column is not None)
