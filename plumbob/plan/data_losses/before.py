"""The database ahead of a statement by hand: what was there already, and could be lost."""

from __future__ import annotations

from dataclasses import dataclass

from plumbob.model import Flavour, Renames, Schema, Table


@dataclass(frozen=True, slots=True)
class Before:
    """The database ahead of a statement.

    Attributes:
        schema: as it is then.
        start: as it was ahead of the first statement of the file: what the file itself has made since
            holds nothing that could be lost.
        renames: what the statements in between have renamed.
    """

    schema: Schema
    start: Schema
    renames: Renames
    flavour: Flavour

    def table(self, name: str) -> Table | None:
        """The table of this name, if it was there at the start."""
        wanted = name.lower()
        found = next((t for n, t in self.schema.tables.items() if n.lower() == wanted), None)
        return found if found and self._old(found) else None

    def has(self, table: Table, column: str) -> bool:
        """Whether a column was there at the start."""
        old, found = self._old(table), table.column(column)
        if old is None or found is None:
            return False
        name = self.renames.columns.get((table.name, found.name), found.name)
        return old.column(name) is not None

    def _old(self, table: Table) -> Table | None:
        return self.start.tables.get(self.renames.tables.get(table.name, table.name))
