"""The order of keys: which cannot go without a place of their own, so that a table made anew lists all alike.

A declaration is read with the keys inside of columns first, then the sections, then the indexes that foreign
keys bring along. The order means nothing to a query plan, but people compare the text of SHOW CREATE TABLE.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from plumbob.declaration.dump.keys import is_implied, is_inside, own_column
from plumbob.model import ForeignKey, Index, Table


def written_apart(table: Table) -> frozenset[str]:
    """The names of the indexes that have to stand in the section, in small letters.

    A server lists the primary key, then unique keys, those without NULL first, then the others, each group
    in the order of the statement that made the table, and FULLTEXT last.
    """
    places = {column.name: at for at, column in enumerate(table.columns)}
    found: set[str] = set()
    for is_full in (True, False):
        group = [
            each
            for each in table.indexes
            if each.kind == "unique" and _is_full(each, table) is is_full
        ]
        found.update(each.name for each in _behind_section(group, table, places))
    others = [each for each in table.indexes if each.kind not in ("primary", "unique", "fulltext")]
    implied = {each.name for each in _implied_at_end(others, table, places)}
    brought = (each for each in others if is_implied(each, table))
    found.update(each.name for each in brought if each.name not in implied)
    return frozenset(name.lower() for name in found if name)


def _is_full(index: Index, table: Table) -> bool:
    """Whether no part of a key can be NULL."""
    columns = [table.column(part.column or "") for part in index.parts]
    return all(column is not None and not column.null for column in columns)


def _behind_section(
    group: Iterable[Index], table: Table, places: dict[str, int]
) -> Iterator[Index]:
    """The unique keys from the first on that no column can say where it stands."""
    last, is_apart = -1, False
    for index in group:
        place = places.get(own_column(index, table), -1)
        is_apart = is_apart or place <= last
        if is_apart:
            yield index
        last = place


def _implied_at_end(others: list[Index], table: Table, places: dict[str, int]) -> Iterator[Index]:
    """The indexes at the end that the foreign keys of the same names bring along, last first."""
    limit: int | None = None
    for index in reversed(others):
        key = table.foreign_key(index.name)
        if key is None or not is_implied(index, table):
            return
        if is_inside(key, table):
            column = table.column(key.columns[0])
            place = places[column.name] if column is not None else -1
            if limit is not None and place >= limit:
                return
            limit = place
        elif limit is not None:
            return
        yield index


def foreign_keys_in_order(table: Table) -> tuple[ForeignKey, ...]:
    """The foreign keys as the indexes that they bring along follow each other."""
    places = {
        index.name.lower(): at for at, index in enumerate(table.indexes) if is_implied(index, table)
    }
    bringing = [key for key in table.foreign_keys if key.name.lower() in places]
    ordered = iter(sorted(bringing, key=lambda key: places[key.name.lower()]))
    return tuple(next(ordered) if key.name.lower() in places else key for key in table.foreign_keys)
