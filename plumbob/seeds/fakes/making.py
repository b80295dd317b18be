"""Makes the rows of one table: a value for each column, and no two rows alike where that is not allowed."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

from plumbob.ddl.quote import quote_name
from plumbob.errors import PlumbobError
from plumbob.model import Column, Flavour, Index, Schema, Table
from plumbob.seeds.fakes.drawing import Draw, Drawn, Wanted, draw_of, moment_of
from plumbob.seeds.fakes.limits import Limits, limits_of
from plumbob.seeds.fakes.parents import Parents, parents_of, shortest_reference
from plumbob.seeds.fakes.words import Words
from plumbob.server.connection import Server

# How often a row whose unique values are taken is drawn again before the next one's turn.
_TRIES = 20


@dataclass(slots=True)
class Maker:
    """Rows of a table, each a literal for each of `columns`."""

    table: Table
    columns: tuple[str, ...]
    draws: list[tuple[int, Draw]]
    parents: list[tuple[Parents, tuple[int, ...]]]
    periods: list[tuple[int, int]]
    keys: list[tuple[tuple[int, int | None], ...]]
    rng: Random
    number: int = 0
    seen: list[set[tuple[str, ...]]] = field(default_factory=list)

    def row(self) -> tuple[str, ...] | None:
        """The next row; None when values that are still free were not found."""
        drawn = Drawn(self.number, moment_of(self.rng))
        self.number += 1
        for _ in range(_TRIES):
            row = self._drawn(drawn)
            marks = [self._mark(row, key) for key in self.keys]
            if not any(mark in seen for mark, seen in zip(marks, self.seen, strict=True) if mark):
                for mark, seen in zip(marks, self.seen, strict=True):
                    if mark:
                        seen.add(mark)
                return row
        return None

    def _drawn(self, drawn: Drawn) -> tuple[str, ...]:
        row = [""] * len(self.columns)
        for at, draw in self.draws:
            row[at] = draw(drawn)
        for parents, places in self.parents:
            for at, value in zip(places, parents.draw(self.rng), strict=True):
                row[at] = value
        for start, end in self.periods:
            if row[start] > row[end]:
                row[start], row[end] = row[end], row[start]
        return tuple(row)

    def _mark(
        self, row: tuple[str, ...], key: tuple[tuple[int, int | None], ...]
    ) -> tuple[str, ...] | None:
        """What no other row may have; None where a part of it is NULL."""
        found = tuple(row[at][:length] if length else row[at] for at, length in key)
        return None if "NULL" in found else tuple(map(str.lower, found))


def maker_of(table: Table, schema: Schema, server: Server, words: Words) -> Maker:
    """What makes rows of a table, with what is known of the rows that are there."""
    computed = {column.name for column in table.columns if _is_computed(column)}
    parents = [each for each in parents_of(table) if computed.isdisjoint(each.key.columns)]
    for each in parents:
        each.read(server, words.rng)
    referring = {name for each in parents for name in each.key.columns}
    written = [
        column
        for column in table.columns
        if column.name in referring or not _is_filled_in(column, table)
    ]
    names = tuple(column.name for column in written)
    places = {name: at for at, name in enumerate(names)}
    limits = limits_of(table)
    unique = {
        index.columns[0] for index in _unique(table) if len(index.parts) == 1 and index.columns
    }
    draws = []
    for column in written:
        if column.name not in referring:
            is_unique = column.name in unique
            limit = limits.get(column.name.lower(), Limits())
            limit.no_longer(shortest_reference(schema, table, column.name))
            wanted = Wanted(
                table.name,
                column,
                limit,
                is_unique,
                _greatest(server, table, column) if is_unique else None,
            )
            draws.append((places[column.name], _drawer(wanted, words, server.flavour)))
    periods = [
        (places[each.start], places[each.end])
        for each in table.periods
        if each.start in places and each.end in places
    ]
    keys = [
        tuple((places[part.column], part.length) for part in index.parts if part.column)
        for index in _unique(table)
        if all(part.column in places for part in index.parts)
    ]
    return Maker(
        table,
        names,
        draws,
        [(each, tuple(places[name] for name in each.key.columns)) for each in parents],
        periods,
        keys,
        words.rng,
        seen=[set() for _ in keys],
    )


def _drawer(wanted: Wanted, words: Words, flavour: Flavour) -> Draw:
    try:
        return draw_of(wanted, words, flavour)
    except KeyError:
        if wanted.column.null:
            return lambda _: "NULL"
        raise PlumbobError(
            f"{wanted.table}.{wanted.column.name} cannot be faked: nothing makes values of the type "
            f"{wanted.column.type.name}"
        ) from None


def _is_computed(column: Column) -> bool:
    return column.generated is not None or column.system_time is not None


def _is_filled_in(column: Column, table: Table) -> bool:
    """Columns that are left to the server; so is the time of the last change, if it is no key."""
    if column.auto_increment or _is_computed(column):
        return True
    is_key = any(column.name in index.columns for index in _unique(table))
    return column.on_update is not None and not is_key


def _unique(table: Table) -> list[Index]:
    return [index for index in table.indexes if index.kind in ("primary", "unique")]


def _greatest(server: Server, table: Table, column: Column) -> int | None:
    """Where counting goes on, behind the greatest number that is there."""
    if not column.type.is_integer:
        return None
    name = quote_name(column.name)
    ((greatest,),) = server.query(f"SELECT MAX({name}) FROM {quote_name(table.name)}")
    return None if greatest is None else int(greatest) + 1
