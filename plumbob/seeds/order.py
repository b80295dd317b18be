"""The order in which rows are written: each behind those that it refers to, whatever the files' order."""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise
from typing import NamedTuple, TypeVar

from plumbob.errors import PlumbobError
from plumbob.model import Schema, Table
from plumbob.seeds.rows import Field, Name, Parent, Row

T = TypeVar("T", bound=Hashable)


class Ordered(NamedTuple):
    """Rows in order, and the fields that are filled in when all rows are there, by row."""

    rows: tuple[Row, ...]
    later: Mapping[Name, tuple[Field, ...]]


def tables_in_order(schema: Schema) -> list[Table]:
    """Parents before children; where they go round in a circle, a key that may be NULL is passed over."""
    tables = schema.tables
    # Dictionaries as sets that keep their order: the same files give the same order.
    needs: dict[str, dict[str, None]] = {name: {} for name in tables}
    loose: set[tuple[str, str]] = set()
    for name, table in tables.items():
        for key in table.foreign_keys:
            if key.parent not in tables or key.parent_schema or key.parent == name:
                continue
            needs[name][key.parent] = None
            columns = [table.column(each) for each in key.columns]
            if any(column is not None and column.null for column in columns):
                loose.add((name, key.parent))
    while cycle := cycle_of(needs):
        # A circle without a key that may be NULL is empty for ever; any order will do.
        child, parent = next((each for each in cycle if each in loose), cycle[0])
        needs[child].pop(parent)
    return [tables[name] for name in in_order(list(tables), needs)]


def rows_in_order(rows: Sequence[Row], schema: Schema) -> Ordered:
    """Rows in the order of their tables and files, as far as what they refer to allows.

    Raises:
        PlumbobError: rows that refer to each other in a circle, with no column that may be NULL.
    """
    ranks = {table.name: rank for rank, table in enumerate(tables_in_order(schema))}
    rows = sorted(rows, key=lambda row: ranks[row.table.name])
    known = {row.name: row for row in rows}
    needs = {row.name: dict.fromkeys(parent for _, parent in _parents(row)) for row in rows}
    later: dict[Name, list[Field]] = defaultdict(list)
    while cycle := cycle_of(needs):
        child, parent = _breakable(cycle, known)
        needs[child].pop(parent)
        later[child] += [field for field, name in _parents(known[child]) if name == parent]
    ordered = in_order([row.name for row in rows], needs)
    return Ordered(
        tuple(known[name] for name in ordered), {name: tuple(each) for name, each in later.items()}
    )


def in_order(items: Sequence[T], needs: Mapping[T, Iterable[T]]) -> list[T]:
    """The items in their order, but each behind those that it needs; there are no circles."""
    ranks = {item: rank for rank, item in enumerate(items)}
    sorter: TopologicalSorter[T] = TopologicalSorter({item: needs[item] for item in items})
    sorter.prepare()
    ready: list[tuple[int, T]] = []
    found = []
    while sorter.is_active():
        for item in sorter.get_ready():
            heapq.heappush(ready, (ranks[item], item))
        _, first = heapq.heappop(ready)
        found.append(first)
        sorter.done(first)
    return found


def _parents(row: Row) -> list[tuple[Field, Name]]:
    return [(each, each.value.row) for each in row.fields if isinstance(each.value, Parent)]


def cycle_of(needs: Mapping[T, Iterable[T]]) -> list[tuple[T, T]]:
    """The edges of one circle, each from what needs to what is needed; [] where there is none."""
    try:
        TopologicalSorter(needs).prepare()
    except CycleError as error:
        # Each item is needed by the one behind it.
        circle: list[T] = error.args[1]
        return [(after, before) for before, after in pairwise(circle)]
    return []


def _breakable(cycle: list[tuple[Name, Name]], known: Mapping[Name, Row]) -> tuple[Name, Name]:
    """An edge whose columns may be NULL at first."""
    for child, parent in cycle:
        fields = [field for field, name in _parents(known[child]) if name == parent]
        if all(field.column.null and field.name not in known[child].key for field in fields):
            return child, parent
    names = [known[child].shown for child, _ in cycle]
    raise PlumbobError(
        f"rows refer to each other in a circle: {' -> '.join([*names, names[0]])}",
        advice="one of the columns has to allow NULL: the row is written without it first",
        where=known[cycle[0][0]].where,
    )
