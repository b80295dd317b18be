"""Changes as values: verbs for objects, and the same verbs for the parts of a table; no SQL."""

from __future__ import annotations

from dataclasses import dataclass

from plumbob.model import Check, Column, ForeignKey, Index, Partition, Period, Stored, Table

Part = Column | Index | ForeignKey | Check | Partition | Period


@dataclass(frozen=True, slots=True)
class Add:
    """A part that is new in a table; a column comes behind the column `behind`, or first for None."""

    part: Part
    behind: str | None = None


@dataclass(frozen=True, slots=True)
class Remove:
    part: Part


@dataclass(frozen=True, slots=True)
class Modify:
    """A part that keeps its name (or takes the one that `was:` told of) and is otherwise different."""

    before: Part
    after: Part


@dataclass(frozen=True, slots=True)
class RenamePart:
    """A column, index or partition that gets another name and is otherwise as it was."""

    before: Part
    after: Part


@dataclass(frozen=True, slots=True)
class Move:
    """A column that goes behind the column `behind`, or first for None."""

    column: Column
    behind: str | None = None


@dataclass(frozen=True, slots=True)
class Setting:
    """A property of the table itself: engine, charset, collation, comment, what partitions by, or an option."""

    name: str
    before: str | None
    after: str | None


PartChange = Add | Remove | Modify | RenamePart | Move | Setting


@dataclass(frozen=True, slots=True)
class Create:
    after: Table | Stored


@dataclass(frozen=True, slots=True)
class Drop:
    before: Table | Stored


@dataclass(frozen=True, slots=True)
class Rename:
    """A table that gets another name; what else differs in it comes in an Alter under the new name."""

    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Alter:
    """A table that is there on both sides and differs in these parts; both sides have the new name."""

    before: Table
    after: Table
    parts: tuple[PartChange, ...]


@dataclass(frozen=True, slots=True)
class Replace:
    """A stored object whose definition is another one; for a trigger also one that runs at another place."""

    before: Stored
    after: Stored


Change = Create | Drop | Rename | Alter | Replace
