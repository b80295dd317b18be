"""From one schema to another and back, on a server, without the layers that commands put around it."""

from __future__ import annotations

import re
from collections.abc import Iterable

from hypothesis import note, reject

from plumbob.ddl.canonical import canonical
from plumbob.ddl.charsets import Defaults
from plumbob.ddl.quote import quote_name
from plumbob.diff.compare import compare
from plumbob.model import Flavour, Renames, Schema, Table
from plumbob.plan.planner import plan
from plumbob.plan.statement import Statement
from plumbob.server.connection import Server
from plumbob.server.errors import ServerError
from plumbob.server.introspect import table_texts, understand

_COUNTER = re.compile(r" AUTO_INCREMENT=\d+")


class Place:
    """A database of our own, made empty before each use."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.defaults = Defaults(*server.database_defaults(), server.collations())

    @property
    def flavour(self) -> Flavour:
        return self.server.flavour

    def make(self, statements: Iterable[str]) -> None:
        """Make what is drawn; an example that the server refuses is none."""
        self.empty()
        for sql in statements:
            try:
                self.server.execute(sql)
            except ServerError as error:
                note(f"refused: {error.what}: {sql}")
                reject()

    def empty(self) -> None:
        with self.server.session({"foreign_key_checks": "0"}):
            for name in self._names():
                self.server.execute(f"DROP TABLE {quote_name(name)}")

    def _names(self) -> list[str]:
        return [row[0] for row in self.server.query("SHOW TABLES")]

    def texts(self) -> dict[str, str]:
        """SHOW CREATE TABLE of all tables, to the letter, without the counters."""
        found = table_texts(self.server, self._names())
        return {name: _COUNTER.sub("", text) for name, text in found.items()}

    def read(self) -> Schema:
        """What is there, in canonical form, all of it understood."""
        tables: dict[str, Table] = {}
        for name, text in table_texts(self.server, self._names()).items():
            table = understand(name, text, self.flavour)
            assert isinstance(table, Table), table.why
            tables[name] = table
        return canonical(Schema(tables), self.flavour, self.defaults)

    def run(self, statements: Iterable[Statement]) -> None:
        for statement in statements:
            with self.server.session(dict(statement.session)):
                self.server.execute(statement.sql)


def go(place: Place, before: list[str], declared: Schema, renames: Renames) -> None:
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
