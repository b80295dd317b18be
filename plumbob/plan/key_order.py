"""The order in which a server prints indexes and checks, and what brings it about.

The order means nothing, but a table that has come to a definition should read like one that was made by
it, and a rollback gives back what was there to the letter. Dropping and adding an index in one ALTER, as
it is, moves it behind the others and builds nothing, as soon as the same ALTER changes anything else
(measured: docs/decisions/0017). Where the order is heeded, it comes about whatever it costs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TypeVar

from plumbob.ddl.completed import covers
from plumbob.diff.key_order import CHECKS, INDEXES, VECTOR, grouped, rank
from plumbob.model import Check, ForeignKey, Index, Schema, Table

P = TypeVar("P", Index, Check)


def in_order_reached(before: Schema, after: Schema) -> Schema:
    """The schema `after` with indexes and checks in the order in which the way up leaves them.

    Args:
        before: as it is, in new words (see `plumbob.diff.renamed`).
        after: as it is to be.
    """
    tables = {
        name: _table_reached(before.tables.get(name), table) for name, table in after.tables.items()
    }
    return replace(after, tables=tables)


def _table_reached(before: Table | None, after: Table) -> Table:
    if before is None:
        return replace(after, indexes=grouped(after.indexes, after))
    stay = {index.name: index for index in _staying(before, after)}
    if INDEXES in after.ordered:
        indexes = grouped((stay.get(index.name, index) for index in after.indexes), after)
        checks = after.checks if CHECKS in after.ordered else _checks(before.checks, after.checks)
        return replace(after, indexes=indexes, checks=checks)
    kept = grouped(stay.values(), after)
    declared = grouped((stay.get(index.name, index) for index in after.indexes), after)
    come = [index for index in declared if index.name not in stay]
    is_free = bool(come) and _moves_for_free(kept, before, replace(after, indexes=declared))
    indexes = declared if is_free else grouped([*kept, *come], after)
    return replace(after, indexes=indexes, checks=_checks(before.checks, after.checks))


def _checks(before: Sequence[Check], after: Sequence[Check]) -> tuple[Check, ...]:
    """MariaDB copies the table for one that is added, and looks at all of them; MySQL sorts them by name."""
    kept = [check for check in before if check in after]
    come = [check for check in after if check not in kept]
    is_free = bool(come) and [check for check in after if check in kept] == kept
    return tuple(after) if is_free else (*kept, *come)


def _staying(before: Table, after: Table) -> Iterator[Index]:
    """The indexes that no server builds, with what it remembers of how they were written."""
    new = {index.name: index for index in after.indexes}
    for old in before.indexes:
        index = new.get(old.name)
        if index is not None and replace(index, invisible=old.invisible) == old:
            yield replace(index, using=old.using)


def _moves_for_free(kept: Sequence[Index], before: Table, declared: Table) -> bool:
    """Whether an ALTER that adds an index can bring the declared order, and the server builds nothing for it.

    Where those that stay have another order than the declared one, that is nobody's wish: it stays.
    """
    if [index for index in declared.indexes if index in kept] != [*kept]:
        return False
    return not any(_is_built_when_moved(index, before) for index in indexes_to_move(kept, declared))


def _is_built_when_moved(index: Index, table: Table) -> bool:
    """Whether a server may build it, or copy the table, though it is dropped and added as it is."""
    if index.kind in ("fulltext", "vector") or any(part.expression for part in index.parts):
        return True
    if index.kind == "unique" and table.primary_key is None and rank(index, table) == 1:
        # It may stand for the primary key: MariaDB builds the table anew.
        return True
    return any(_may_be_implied(index, key) for key in table.foreign_keys)


def _may_be_implied(index: Index, key: ForeignKey) -> bool:
    """Whether the server may have made the index for a foreign key: nothing that it prints tells."""
    if index.kind != "index" or len(index.parts) != len(key.columns) or not covers(index, key):
        return False
    name, column = index.name.lower(), key.columns[0].lower()
    return name in (key.name.lower(), column) or name.removeprefix(f"{column}_").isdigit()


def indexes_to_move(kept: Iterable[Index], table: Table) -> list[Index]:
    """Those of the indexes that stay which have to be dropped and added to get the order of `table`."""
    moved: list[Index] = []
    for group in range(VECTOR + 1):
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
