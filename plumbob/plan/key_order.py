"""The order in which a server prints indexes and checks, and what restores it on the way back.

The order means nothing, but a rollback gives back what was there to the letter. Dropping and adding
an index in one ALTER, as it is, moves it behind the others and rebuilds nothing (measured on both
servers: it works as soon as the same ALTER really adds or drops another one).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

from plumbob.model import Check, Index, KeyPart, Schema, Table

P = TypeVar("P", Index, Check)
# The groups of indexes that are not unique (see `rank`).
PLAIN, FULLTEXT = 5, 6


def in_natural_order(before: Schema, after: Schema) -> Schema:
    """The schema `after` with indexes and checks in the order that they get without extra work.

    Args:
        before: as it is, in new words (see `plumbob.diff.renamed`).
        after: as it is to be.
    """
    tables = {
        name: _natural(before.tables.get(name), table) for name, table in after.tables.items()
    }
    return replace(after, tables=tables)


def _natural(before: Table | None, after: Table) -> Table:
    indexes, checks = list(after.indexes), list(after.checks)
    if before is not None:
        indexes = _kept_first(list(before.indexes), indexes)
        checks = _kept_first(list(before.checks), checks)
    indexes.sort(key=lambda index: rank(index, after))
    return replace(after, indexes=tuple(indexes), checks=tuple(checks))


def _kept_first(before: list[P], after: list[P]) -> list[P]:
    there = {part.name.lower(): part for part in before}
    places = {part.name.lower(): place for place, part in enumerate(before)}
    kept = [part for part in after if there.get(part.name.lower()) == part]
    kept.sort(key=lambda part: places[part.name.lower()])
    return kept + [part for part in after if part not in kept]


def rank(index: Index, table: Table) -> int:
    """The groups into which both servers sort indexes (measured; each group keeps its order).

    Unique ones come first, among them the primary key, then those without NULL, then those without
    prefixes; full-text indexes come last.
    """
    if index.kind == "primary":
        return 0
    if index.kind == "unique":
        has_null = any(_may_be_null(part, table) for part in index.parts)
        has_prefix = any(part.length for part in index.parts)
        return 1 + 2 * has_null + has_prefix
    return FULLTEXT if index.kind == "fulltext" else PLAIN


def _may_be_null(part: KeyPart, table: Table) -> bool:
    if part.period is not None:
        return False
    column = table.column(part.column) if part.column else None
    return column is None or (column.null and column.system_time is None)


def indexes_to_move(kept: list[Index], table: Table) -> list[Index]:
    """Those of the indexes that stay which have to be dropped and added to get the order of `table`."""
    moved: list[Index] = []
    for group in range(FULLTEXT + 1):
        wanted = [index for index in table.indexes if rank(index, table) == group]
        moved += to_move([index for index in kept if rank(index, table) == group], wanted)
    return moved


def to_move(kept: list[P], wanted: list[P]) -> list[P]:
    """Those of the parts that stay which are not, in this order, the beginning of what is wanted."""
    beginning = _beginning([part.name for part in kept], [part.name for part in wanted])
    staying = {part.name for part in kept}
    return [part for part in wanted if part.name in staying - beginning]


def _beginning(kept: list[str], wanted: list[str]) -> set[str]:
    """The longest beginning of `wanted` that stands in `kept` in the same order."""
    found: set[str] = set()
    place = -1
    for name in wanted:
        if name not in kept or kept.index(name) < place:
            break
        place = kept.index(name)
        found.add(name)
    return found
