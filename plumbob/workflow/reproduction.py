"""Proves a declaration: the database is rebuilt from it in a scratch place, and compared with the live one.

Object by object, in canonical form; where one is not the same, with the lines in which it differs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import zip_longest

from plumbob.ddl.fingerprint import objects
from plumbob.ddl.stored.recorded import recorded
from plumbob.ddl.tables import create_table_sql
from plumbob.declaration import Declaration
from plumbob.diff.compare import compare
from plumbob.errors import PlumbobError
from plumbob.model import Flavour, Schema, Table, key_of_id
from plumbob.plan.lenient import lenient_tables
from plumbob.server.connection import Server
from plumbob.server.scratch import NoScratch, open_scratch
from plumbob.workflow import managed, read_live, resolve
from plumbob.workflow.outside import at_home, parents_outside, tables_elsewhere
from plumbob.workflow.sides import in_words, read_back


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
    live = managed(read_live(server, declaration.schema.tables, declaration.sections), declaration)
    declared = resolve(declaration, server, live)
    parents = parents_outside(declaration, declared, live, server)
    with open_scratch(scratch, server) as place:
        if isinstance(place, NoScratch):
            return Reproduction(unproved=place.why)
        place.lend(parents)
        place.rebuild(tables_elsewhere(declared, live, server))
        try:
            asked = [*declared.tables.values(), *declared.stored.values()]
            lenient = lenient_tables(live, declared, declaration.renames, server.flavour)
            rebuilt = in_words(declared, read_back(place, asked, declared, lenient))
        except PlumbobError as error:
            return Reproduction(unproved=error.what)
        ids = {*objects(live), *objects(rebuilt)}
        return Reproduction(
            len(ids), place.place, tuple(_unlike(live, rebuilt, ids, server.flavour))
        )


def _unlike(
    live: Schema, rebuilt: Schema, ids: Iterable[str], flavour: Flavour
) -> Iterator[Unlike]:
    # One by one: a rename that is still to come does not pair two tables here.
    for id in sorted(ids):
        one, other = _only(live, id), _only(rebuilt, id)
        if compare(one, other, flavour):
            yield Unlike(id, *_first_difference(one, other, flavour))


def _only(schema: Schema, id: str) -> Schema:
    """The schema without all but one object."""
    found = objects(schema).get(id)
    key = key_of_id(id)
    if isinstance(found, Table):
        return Schema({found.name: found})
    if key is not None and key in schema.stored:
        return Schema(stored={key: schema.stored[key]})
    return Schema()


def _first_difference(one: Schema, other: Schema, flavour: Flavour) -> tuple[str, str]:
    """The first line that only one of two definitions has, each; the order of lines aside."""
    first, second = (_lines(schema, flavour) for schema in (one, other))
    mine = [each for each in first if each not in second]
    theirs = [each for each in second if each not in first]
    pairs = zip_longest(mine or first, theirs or second, fillvalue="")
    return next(iter(pairs), ("", ""))


def _lines(schema: Schema, flavour: Flavour) -> list[str]:
    tables = schema.tables.values()
    texts = [create_table_sql(replace(each, auto_increment=None), flavour) for each in tables]
    texts += [recorded(each, flavour) for each in schema.stored.values()]
    return [line.strip().rstrip(",") for text in texts for line in text.splitlines()]
