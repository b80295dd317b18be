"""What was left out in the declaration is what the live object has, where that says nothing else.

A part without a name and a live one that is the same but for the name are the same part where the live
one has the rule's name, or one that the server gives by itself: no rename is planned for a difference in
taste. Any other name was somebody's wish, and is one; but for what may be the rule's from before a table or
column was renamed. A table that is declared without a primary key keeps the invisible one that MySQL made.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TypeVar

from plumbob.ddl.completed import columns_in
from plumbob.ddl.given_names import CheckNames, IndexNames, KeyNames, Names
from plumbob.ddl.partitions import is_same_but_for_start
from plumbob.diff.heeded import fitting
from plumbob.diff.renamed import renamed
from plumbob.diff.stored import adopt_unsaid
from plumbob.model import (
    Check,
    Column,
    Flavour,
    ForeignKey,
    Index,
    KeyPart,
    Partitioning,
    Renames,
    Schema,
    Table,
    Type,
)

P = TypeVar("P", Index, ForeignKey, Check)
# What sql_generate_invisible_primary_key adds to a table without a primary key, by this name and with
# these attributes alone (manual: Generated Invisible Primary Keys).
_ROW_ID = Column(
    "my_row_id",
    Type("bigint", unsigned=True),
    null=False,
    auto_increment=True,
    invisible=True,
)
_ROW_KEY = Index("PRIMARY", "primary", (KeyPart(_ROW_ID.name),))


def adopt_names(declared: Schema, live: Schema, renames: Renames, flavour: Flavour) -> Schema:
    """The declared schema; what was left out in it is as it is live: names, accounts, sessions.

    The live parts count as they are after the renames: some names follow a table's new name.
    """
    new_words = renamed(live, fitting(renames, live, declared), flavour)
    tables = {}
    for name, table in declared.tables.items():
        there = new_words.tables.get(name)
        tables[name] = _adopted(table, there, flavour) if there else table
    return replace(declared, tables=tables, stored=adopt_unsaid(declared.stored, new_words.stored))


def with_kept(live: Schema, declared: Schema, renames: Renames) -> Schema:
    """The live schema, told which tables have partitions that the declaration leaves to others."""
    told = fitting(renames, live, declared).tables
    kept = {
        told.get(name, name)
        for name, table in declared.tables.items()
        if table.partitions is not None and table.partitions.keep
    }
    tables = {
        name: replace(table, partitions=replace(table.partitions, keep=True))
        if name in kept and table.partitions is not None
        else table
        for name, table in live.tables.items()
    }
    return replace(live, tables=tables)


def _adopted(table: Table, live: Table, flavour: Flavour) -> Table:
    table = _with_row_id(table, live)
    of_keys = KeyNames(table.name, flavour)
    keys = _paired(table.foreign_keys, live.foreign_keys, of_keys)
    pairs = zip(table.foreign_keys, keys, strict=True)
    of_indexes = IndexNames({key: of_keys.of_index(key, found.name) for key, found in pairs})
    of_checks = CheckNames(table.name, flavour, lambda check: columns_in(check, table))
    return replace(
        table,
        indexes=_paired(table.indexes, live.indexes, of_indexes),
        foreign_keys=keys,
        checks=_paired(table.checks, live.checks, of_checks),
        partitions=_kept(table.partitions, live.partitions),
    )


def _kept(declared: Partitioning | None, live: Partitioning | None) -> Partitioning | None:
    """The live partitions, where the list of them is left to others and only the scheme counts.

    So is the moment at which intervals of SYSTEM_TIME start, where the declaration does not say it.
    """
    if declared is None or live is None:
        return declared
    if not declared.by.is_dated and is_same_but_for_start(declared.by, live.by):
        declared = replace(declared, by=live.by)
    if not declared.is_left_to_others or declared.scheme != live.scheme:
        return declared
    return replace(live, keep=declared.keep)


def _with_row_id(table: Table, live: Table) -> Table:
    """The server's own key stays, unless the declaration has a primary key or such a column itself."""
    is_made = live.columns[:1] == (_ROW_ID,) and live.primary_key == _ROW_KEY
    if not is_made or table.primary_key is not None or table.column(_ROW_ID.name) is not None:
        return table
    return replace(table, columns=(_ROW_ID, *table.columns), indexes=(_ROW_KEY, *table.indexes))


def _paired(declared: tuple[P, ...], live: tuple[P, ...], names: Names[P]) -> tuple[P, ...]:
    """The declared parts; one without a name has that of the live part that it is."""
    claimed = {part.name.lower() for part in declared if part.named}
    free = [part for part in live if part.name.lower() not in claimed]
    found: dict[int, str] = {}
    # Where two are alike, the name that the rule gives counts for more.
    for may_be in (_is_name_of, names.may_be, names.may_have_been):
        for place, part in enumerate(declared):
            if part.named or place in found:
                continue
            twin = next(
                (each for each in free if may_be(part, each.name) and _alike(part, each)), None
            )
            if twin is not None:
                free.remove(twin)
                found[place] = twin.name
    return tuple(_with_names(declared, found, names))


def _is_name_of(part: P, name: str) -> bool:
    return part.name.lower() == name.lower()


def _alike(part: P, other: P) -> bool:
    return replace(part, name=other.name) == other


def _with_names(declared: tuple[P, ...], found: dict[int, str], names: Names[P]) -> Iterator[P]:
    """The parts with the names that were found for them; what is new evades these."""
    named = [replace(part, name=found.get(place, part.name)) for place, part in enumerate(declared)]
    taken = {part.name.lower() for place, part in enumerate(named) if part.named or place in found}
    for place, part in enumerate(named):
        if place not in found and not part.named:
            is_taken = part.name.lower() in taken
            part = replace(part, name=names.another(part, taken)) if is_taken else part
            taken.add(part.name.lower())
        yield part
