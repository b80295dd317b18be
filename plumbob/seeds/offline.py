"""Seed files held against the declaration without a server: what is wrong wherever they are written.

Which server it will be is not known here, so a fault is told when both makers have it; and what the
environment variables hold is not asked, since they are those of another machine.
"""

from __future__ import annotations

from collections.abc import Iterator

from plumbob.ddl.canonical import canonical
from plumbob.ddl.charsets import server_defaults
from plumbob.ddl.completed import completed
from plumbob.declaration.faults import Faults
from plumbob.errors import PlumbobError, Position
from plumbob.model import Flavour, Schema
from plumbob.seeds.checking import check
from plumbob.seeds.files import SeedFile, SeedFiles
from plumbob.seeds.order import rows_in_order

_FLAVOURS = (Flavour("mysql", (9, 7, 0)), Flavour("mariadb", (11, 8, 0)))
# An environment that no file names takes those that name none.
_ANY_OTHER = ""
PRODUCTION = "production"

_Key = tuple[str, object]


def check_offline(seeds: SeedFiles, declared: Schema) -> None:
    """Check the seeds of every environment.

    Raises:
        PlumbobError: or ManyErrors, each with its place in a file.
    """
    first, *others = (_faults(seeds, declared, flavour) for flavour in _FLAVOURS)
    found = Faults()
    found.errors.extend(
        error for key, error in first.items() if all(key in other for other in others)
    )
    found.raise_if_any()


def _faults(seeds: SeedFiles, declared: Schema, flavour: Flavour) -> dict[_Key, PlumbobError]:
    """What is wrong on one kind of server; a fault of several environments is one."""
    schema = canonical(completed(declared, flavour), flavour, server_defaults(flavour))
    faults = Faults()
    for chosen in dict.fromkeys(_choices(seeds)):
        with faults.collected():
            rows_in_order(check(seeds, chosen, schema, None), schema)
    return {(each.what, _place(each)): each for each in faults.errors}


def _choices(seeds: SeedFiles) -> Iterator[tuple[SeedFile, ...]]:
    """The files of each environment that is named, and of any other."""
    named = {each.text for file in seeds.files for each in file.environments or ()}
    for environment in (_ANY_OTHER, *sorted(named)):
        yield seeds.chosen(environment, by_name=environment == PRODUCTION)


def _place(error: PlumbobError) -> object:
    where = error.where
    return (where.file, where.line, where.column) if isinstance(where, Position) else where
