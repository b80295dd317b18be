"""Renames that the declaration tells of (`was:`); without them a new name is a new object."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Renames:
    """New names and what they were before; columns and indexes by the table's new name.

    Keys are (new table name, new part name), values the old part name.
    """

    tables: Mapping[str, str] = field(default_factory=dict)
    columns: Mapping[tuple[str, str], str] = field(default_factory=dict)
    indexes: Mapping[tuple[str, str], str] = field(default_factory=dict)

    def inverted(self) -> Renames:
        """The way back: old names become new ones again."""

        def back(parts: Mapping[tuple[str, str], str]) -> dict[tuple[str, str], str]:
            return {
                (self.tables.get(table, table), old): new for (table, new), old in parts.items()
            }

        tables = {old: new for new, old in self.tables.items()}
        return Renames(tables, back(self.columns), back(self.indexes))
