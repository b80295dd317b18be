"""A project folder with an empty database, and its commands, which have to do what they are typed for."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from plumbob.ddl.quote import quote_name
from plumbob.errors import Exit
from tests.commands.user import Result, User
from tests.schemas import sums
from tests.schemas.likeness import Texts, objects
from tests.schemas.outcome import Wrong
from tests.servers import Server

ROWS = 3
_LAST_WORDS = 12


class InTheWay(Exception):
    """Rows on which a statement would fail, whatever is approved; `tables` have them."""

    def __init__(self, tables: set[str]) -> None:
        super().__init__(", ".join(tables))
        self.tables = tables


@dataclass(frozen=True, kw_only=True)
class Project(User):
    server: Server
    database: str

    @property
    def live(self) -> Texts:
        return objects(self.server, self.database)

    @property
    def rows(self) -> dict[str, sums.Sums]:
        return sums.read(self.server, self.database)

    def must(self, *argv: str, codes: Collection[int] = (Exit.OK,)) -> Result:
        """Type a command that ends with one of these codes.

        Raises:
            Wrong: it ended with another; with its last words.
        """
        result = self.types(*argv)
        if result.code not in codes:
            said = (result.out + result.err).strip().splitlines()[-_LAST_WORDS:]
            raise Wrong("\n    ".join([f"schema {' '.join(argv)} ends with {result.code}", *said]))
        return result

    def declare(self, text: str | bytes, name: str = "schema.yaml") -> None:
        """Make this the declaration; another order of keys is a difference."""
        settings = "[plumbob]\nscratch = target\nexact_order = true\n"
        (self.folder / "plumbob.cfg").write_text(settings, encoding="utf-8")
        super().declare(text, name)

    def becomes(self, declaration: str) -> None:
        """Declare it, and apply it to what is there, which is nothing yet."""
        self.declare(declaration)
        self.must("diff", "--write", "-m", "all of it")
        self.runs("apply")

    def runs(self, verb: str) -> list[str]:
        """Apply, or roll back, with the approvals that this asks for; these.

        Raises:
            InTheWay: nothing was run.
        """
        found = self.must(verb, "--dry-run", "--json", codes=(Exit.OK, Exit.DIFFERENT)).json
        if refused := found["refused"]:
            raise InTheWay({each["object"].partition(".")[0] for each in refused})
        names = [str(each["allow"]) for each in found["unapproved"]]
        self.must(verb, *(word for name in names for word in ("--allow", name)))
        return names

    def is_in_sync(self) -> None:
        self.must("diff")

    def fakes_rows(self) -> list[str]:
        """Put a few rows into each table that has none, as far as it takes any; those without, and why."""
        empty = [name for name, found in self.rows.items() if not found.rows]
        without = []
        while empty:
            asked = [word for name in empty for word in ("--fake", f"{name}={ROWS}")]
            result = self.types("seed", "--seed", "1", *asked)
            if result.code == Exit.OK:
                break
            said = result.err.strip().splitlines()[0]
            named = [name for name in empty if re.search(rf"\b{re.escape(name)}\b", said)]
            stuck = max(named, key=len, default=None)
            without += [f"{stuck}: {said}"] if stuck else [f"{', '.join(empty)}: {said}"]
            empty = [name for name in empty if stuck and name != stuck]
        return without

    def empties(self, tables: Collection[str]) -> None:
        with self.server.connect(self.database) as connection, connection.cursor() as cursor:
            cursor.execute("SET foreign_key_checks = 0")
            for table in tables:
                cursor.execute(f"TRUNCATE {quote_name(table)}", None)
