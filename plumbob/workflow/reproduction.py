"""Proves a declaration: the database is rebuilt from it in a scratch place, and compared with the live one.

Object by object, in canonical form; where one is not the same, with the lines in which it differs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import zip_longest

from plumbob.ddl.stored.recorded import recorded
from plumbob.ddl.tables import create_table_sql
from plumbob.declaration import Declaration
from plumbob.diff.compare import compare
from plumbob.errors import PlumbobError
from plumbob.model import Flavour, Schema, object_id
from plumbob.plan.lenient import lenient_tables
from plumbob.server.connection import Server
from plumbob.server.scratch_place import NoScratch, open_scratch
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
        one, other = _alone(live), _alone(rebuilt)
        left_out = tuple(_left_out(live, declaration))
        unlike = (*_unlike(one, other, server.flavour), *left_out)
        return Reproduction(len(one.keys() | other.keys()) + len(left_out), place.place, unlike)


def _unlike(
    live: Mapping[str, Schema], rebuilt: Mapping[str, Schema], flavour: Flavour
) -> Iterator[Unlike]:
    # One by one: a rename that is still to come does not pair two tables here.
    for id in sorted(live.keys() | rebuilt.keys()):
        one, other = live.get(id, Schema()), rebuilt.get(id, Schema())
        if compare(one, other, flavour):
            yield Unlike(id, *_first_difference(one, other, flavour))


def _left_out(live: Schema, declaration: Declaration) -> Iterator[Unlike]:
    """What is not understood is in no declaration, though its kind may be one that is ours."""
    for id, found in live.not_understood.items():
        if found.kind in ("table", *declaration.sections):
            yield Unlike(id, found.why, "")


def _alone(schema: Schema) -> dict[str, Schema]:
    """Each object by its id, as a schema of its own."""
    return {
        **{object_id("table", name): Schema({name: each}) for name, each in schema.tables.items()},
        **{str(key): Schema(stored={key: each}) for key, each in schema.stored.items()},
    }


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
