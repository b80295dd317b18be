"""From one schema to another and back, on a server, without the layers that commands put around it."""

from __future__ import annotations

from collections.abc import Iterable

from hypothesis import note, reject

from plumbob.ddl.canonical import canonical
from plumbob.ddl.charsets import Defaults
from plumbob.ddl.quote import quote_name
from plumbob.diff.compare import compare
from plumbob.model import Flavour, ObjectKey, Renames, Schema
from plumbob.plan.planner import plan
from plumbob.plan.statement import Statement
from plumbob.server.connection import Server
from plumbob.server.errors import ServerError
from plumbob.server.introspect import read_schema
from plumbob.server.stored import list_stored
from tests.cases.trip import texts
from tests.property.stored import Made


class Place:
    """A database of our own, made empty before each use."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.defaults = Defaults(*server.database_defaults(), server.collations())

    @property
    def flavour(self) -> Flavour:
        return self.server.flavour

    def make(self, statements: Iterable[Made]) -> None:
        """Make what is drawn; an example that the server refuses is none."""
        self.empty()
        for each in statements:
            try:
                with self.server.session(each.session):
                    self.server.execute(each.sql)
            except ServerError as error:
                note(f"refused: {error.what}: {each}")
                reject()

    def empty(self) -> None:
        for key in reversed(self._listed()):
            self.server.execute(f"DROP {key.kind.upper()} {quote_name(key.name)}")
        with self.server.session({"foreign_key_checks": "0"}):
            for (name,) in self.server.query("SHOW TABLES"):
                self.server.execute(f"DROP TABLE {quote_name(name)}")

    def _listed(self) -> list[ObjectKey]:
        return list_stored(self.server, self.server.database or "")[0]

    def texts(self) -> dict[str, str]:
        """SHOW CREATE of each object, to the letter, without the counters."""
        return texts(self.server)

    def read(self) -> Schema:
        """What is there, in canonical form, all of it understood."""
        found = read_schema(self.server)
        assert not found.not_understood, found.not_understood
        return canonical(found, self.flavour, self.defaults)

    def run(self, statements: Iterable[Statement]) -> None:
        for statement in statements:
            with self.server.session(dict(statement.session)):
                self.server.execute(statement.sql)


def go(place: Place, before: list[Made], declared: Schema, renames: Renames) -> None:
    """Make what is before, go to what is declared, and come back."""
    place.make(before)
    live, start = place.read(), place.texts()
    planned = plan(live, declared, renames, place.flavour)
    note("\n".join(["-- up", *(f"{each.sql};" for each in planned.up)]))
    note("\n".join(["-- down", *(f"{each.sql};" for each in planned.down)]))
    place.run(planned.up)
    assert compare(place.read(), declared, place.flavour) == ()
    place.run(planned.down)
    assert place.texts() == start
