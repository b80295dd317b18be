"""Renames that a declaration speaks of (`was:`) and that the database has not seen yet.

Taking in what is live takes them back: the part has its old name again, and keeps its place and comments.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from plumbob.declaration.edit.units import Kind
from plumbob.model import Renames, Schema, Table


@dataclass(frozen=True, slots=True)
class Pending:
    """Declared names and live ones; columns and indexes by the declared names of table and part."""

    tables: Mapping[str, str]
    columns: Mapping[tuple[str, str], str]
    indexes: Mapping[tuple[str, str], str]

    def was(self, kind: Kind, table: str, part: str) -> str:
        """The live name of a part that has another one, or ""."""
        known = {"column": self.columns, "index": self.indexes}.get(kind, {})
        return known.get((table, part), "")


def pending(renames: Renames, declared: Schema, live: Schema) -> Pending:
    """The renames of which only the old name is live, and only the new one declared."""
    tables = {
        new: old
        for new, old in renames.tables.items()
        if new in declared.tables and _is_pending(new, old, declared.tables, live.tables)
    }

    def both(name: str) -> tuple[Table, Table] | None:
        mine, theirs = declared.tables.get(name), live.tables.get(tables.get(name, name))
        return (mine, theirs) if mine is not None and theirs is not None else None

    return Pending(
        tables,
        {
            (table, new): old
            for (table, new), old in renames.columns.items()
            if (found := both(table))
            and _is_pending(new, old, *([part.name for part in each.columns] for each in found))
        },
        {
            (table, new): old
            for (table, new), old in renames.indexes.items()
            if (found := both(table))
            and _is_pending(new, old, *([part.name for part in each.indexes] for each in found))
        },
    )


def _is_pending(new: str, old: str, declared: Collection[str], live: Collection[str]) -> bool:
    return old in live and new not in live and old not in declared
