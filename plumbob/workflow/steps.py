"""What `schema diff` compares: what is live with what is declared, or with steps of the history in their place."""

from __future__ import annotations

from dataclasses import dataclass, replace

from plumbob.declaration import Declaration
from plumbob.migration.record import synced
from plumbob.model import Schema
from plumbob.server.connection import Server
from plumbob.workflow.recorded import Step, adopted_steps, as_declaration, recorded_step


@dataclass(frozen=True, slots=True)
class Steps:
    """Where a comparison begins and ends.

    Attributes:
        start: the step that stands in for what is live.
        end: the step that stands in for what is declared.
        synced: what the migrations lead to, where a sync went ahead of them and no step stands in.
        base: what it begins with, where that is not what is live.
    """

    start: Step | None = None
    end: Step | None = None
    synced: Schema | None = None
    base: Schema | None = None

    @classmethod
    def to_show(cls, server: Server, before: str | None, after: str | None) -> Steps:
        """Those that a user has named, each `recorded:ID`."""
        start, end = (recorded_step(server, each) if each else None for each in (before, after))
        if start is None and end is None:
            return cls(synced=synced.recorded_schema(server))
        return cls(start, end, base=start.schema if start else None)

    @classmethod
    def to_write(cls, server: Server) -> Steps:
        """Those of the next migration: what was adopted is one of its own, and a sync went ahead of it."""
        if adopted := adopted_steps(server):
            start, end = adopted
            return cls(start, end, base=start.schema)
        ahead = synced.recorded_schema(server)
        return cls(synced=ahead, base=ahead)

    @property
    def are_of_now(self) -> bool:
        """Whether what is live is compared with what is declared."""
        return self.start is None and self.end is None

    def declared(self, declaration: Declaration) -> Declaration:
        """The declaration, or what the end says of the kinds that it has."""
        if self.end is None:
            return declaration
        schema, kinds = self.end.schema, declaration.sections
        stored = {key: each for key, each in schema.stored.items() if key.kind in kinds}
        return as_declaration(declaration, replace(schema, stored=stored))
