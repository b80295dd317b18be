"""Proves a declaration: the database is rebuilt from it in a scratch place, and compared with the live one.

Object by object, in canonical form; where one is not the same, with the lines in which it differs.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import zip_longest

from plumbob.ddl.tables import create_table_sql
from plumbob.declaration import Declaration
from plumbob.diff.compare import compare
from plumbob.errors import PlumbobError
from plumbob.model import Flavour, Schema, Table
from plumbob.outside import at_home, parents_outside
from plumbob.server.connection import Server
from plumbob.server.scratch import NoScratch, open_scratch
from plumbob.workflow import read_back, read_live, resolve


@dataclass(frozen=True, slots=True)
class Unlike:
    """An object that was rebuilt and is not like the live one.

    `live` and `rebuilt` are the first line of SHOW CREATE in which they differ, "" for none.
    """

    name: str
    live: str
    rebuilt: str


@dataclass(frozen=True, slots=True)
class Reproduction:
    """How many objects were compared, where, and which differ; `unproved` says why none could be."""

    objects: int = 0
    place: str = ""
    unlike: tuple[Unlike, ...] = ()
    unproved: str = ""

    @property
    def is_proved(self) -> bool:
        return not self.unlike and not self.unproved


def reproduce(declaration: Declaration, server: Server, *, scratch: str = "") -> Reproduction:
    """Rebuild a database from its declaration, and compare the two.

    Args:
        declaration: as it was loaded from the files that are to be proved.
        server: with the live database in use; it is only read.
        scratch: where to rebuild (see `open_scratch`).
    """
    declaration = replace(declaration, schema=at_home(declaration.schema, server))
    live = read_live(server, declaration.schema.tables)
    declared = resolve(declaration, server, live)
    parents = parents_outside(declaration, declared, live, server)
    with open_scratch(scratch, server) as place:
        if isinstance(place, NoScratch):
            return Reproduction(unproved=place.why)
        place.lend(parents)
        try:
            rebuilt = read_back(place, list(declared.tables.values()))
        except PlumbobError as error:
            return Reproduction(unproved=error.what)
        found = replace(live, tables=rebuilt)
        objects = len({*live.tables, *rebuilt})
        return Reproduction(objects, place.place, tuple(_unlike(live, found, server.flavour)))


def _unlike(live: Schema, rebuilt: Schema, flavour: Flavour) -> Iterator[Unlike]:
    # One by one: a rename that is still to come does not pair two tables here.
    for name in sorted({*live.tables, *rebuilt.tables}):
        one, other = live.tables.get(name), rebuilt.tables.get(name)
        if compare(_only(one), _only(other), flavour):
            yield Unlike(name, *_first_difference(one, other, flavour))


def _only(table: Table | None) -> Schema:
    return Schema({table.name: table} if table is not None else {})


def _first_difference(one: Table | None, other: Table | None, flavour: Flavour) -> tuple[str, str]:
    """The first line that only one of two definitions has, each; the order of lines aside."""
    first, second = (_lines(table, flavour) for table in (one, other))
    mine = [each for each in first if each not in second]
    theirs = [each for each in second if each not in first]
    pairs = zip_longest(mine or first, theirs or second, fillvalue="")
    return next(iter(pairs), ("", ""))


def _lines(table: Table | None, flavour: Flavour) -> list[str]:
    if table is None:
        return []
    sql = create_table_sql(replace(table, auto_increment=None), flavour)
    return [line.strip().rstrip(",") for line in sql.splitlines()]
