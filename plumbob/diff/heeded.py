"""Which renames count between two schemas: those that fit, are still to come, or go without saying."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from plumbob.diff.renamed import with_columns
from plumbob.model import Column, Index, Renames, Schema, Table

Names = Mapping[str, str]


def heeded(renames: Renames, before: Schema, after: Schema) -> Renames:
    """The renames that fit, and indexes that are the same under another name: those have no contents."""
    told = _with_other_case(fitting(renames, before, after), before, after)
    indexes = dict(told.indexes)
    for name, table in after.tables.items():
        old = _before(name, told.tables, before)
        if old is not None and old.indexes != table.indexes:
            own = {was.lower(): new for new, was in _of(told.columns, name).items()}
            there = with_columns(old, own, {}).indexes
            pairs = _alike(there, table.indexes, _of(told.indexes, name))
            indexes |= {(name, new): was for new, was in pairs}
    return Renames(told.tables, told.columns, indexes)


def fitting(renames: Renames, before: Schema, after: Schema) -> Renames:
    """The renames whose old name is there before, and whose new name is not, or is renamed, too."""
    if not (renames.tables or renames.columns or renames.indexes):
        return renames
    tables = _fitting(renames.tables, _sorted(before.tables), _sorted(after.tables))
    columns: dict[tuple[str, str], str] = {}
    indexes: dict[tuple[str, str], str] = {}
    for name, table in after.tables.items():
        old = _before(name, tables, before)
        if old is not None:
            told = _of_one_role(_of(renames.columns, name), old, table)
            own = _fitting(told, _named(old.columns), _named(table.columns))
            columns |= {(name, new): was for new, was in own.items()}
            there, wanted = _sorted(_named(old.indexes)), _sorted(_named(table.indexes))
            found = _fitting(_of(renames.indexes, name), there, wanted)
            indexes |= {(name, new): was for new, was in found.items()}
    return Renames(tables, columns, indexes)


def _of_one_role(told: Names, before: Table, after: Table) -> Names:
    """The renames but for those that make an ordinary column of one that holds a row's start or end.

    Such a column cannot become another one, nor the other way round (4125, 4134): it goes.
    """

    def role(column: Column | None) -> str | None:
        return column.system_time if column else None

    return {
        new: old for new, old in told.items() if role(before.column(old)) == role(after.column(new))
    }


def _with_other_case(told: Renames, before: Schema, after: Schema) -> Renames:
    """The same with columns and indexes whose names differ in case alone: to a server they are one."""
    columns, indexes = dict(told.columns), dict(told.indexes)
    for name, table in after.tables.items():
        old = _before(name, told.tables, before)
        if old is not None:
            moving = _in_other_case(old.columns, table.columns, _of(told.columns, name))
            columns |= {(name, new): was for new, was in moving}
            moving = _in_other_case(old.indexes, table.indexes, _of(told.indexes, name))
            indexes |= {(name, new): was for new, was in moving}
    return replace(told, columns=columns, indexes=indexes)


def _in_other_case(
    before: tuple[Column | Index, ...], after: tuple[Column | Index, ...], told: Names
) -> Iterator[tuple[str, str]]:
    """New and old names of those that are not renamed otherwise."""
    there = {part.name.lower(): part.name for part in before}
    for part in after:
        was = there.get(part.name.lower(), part.name)
        if was != part.name and part.name not in told and was not in told.values():
            yield part.name, was


def _before(name: str, tables: Names, schema: Schema) -> Table | None:
    """What a table was; none where a new one has taken the name of a renamed one."""
    if name not in tables and name in tables.values():
        return None
    return schema.tables.get(tables.get(name, name))


def _named(parts: tuple[Column, ...] | tuple[Index, ...]) -> Mapping[str, object]:
    return {part.name: part for part in parts}


def _sorted(parts: Mapping[str, object]) -> Mapping[str, object]:
    """Parts whose order means nothing."""
    return {name: parts[name] for name in sorted(parts)}


def _of(parts: Mapping[tuple[str, str], str], table: str) -> Names:
    return {new: was for (of, new), was in parts.items() if of == table}


def _fitting(
    renames: Names, before: Mapping[str, object], after: Mapping[str, object]
) -> dict[str, str]:
    kept = {new: old for new, old in renames.items() if old in before and new in after}
    # A rename that was carried out already stays in the file for a while.
    while wrong := [new for new in kept if new in before and new not in kept.values()]:
        for new in wrong:
            del kept[new]
    # So does an exchange of names: it was carried out where nothing differs without it.
    circles = {new: _circle(new, kept) for new in kept}
    return {
        new: old
        for new, old in kept.items()
        if new != old and not (circles[new] and _is_alike(circles[new], before, after))
    }


def _is_alike(
    names: frozenset[str], before: Mapping[str, object], after: Mapping[str, object]
) -> bool:
    """Whether these parts are the same on both sides, in the same order."""
    one, other = ([each for each in side.items() if each[0] in names] for side in (before, after))
    return one == other


def _circle(start: str, renames: Names) -> frozenset[str]:
    """The names that are exchanged with this one, itself included; none where nothing is exchanged."""
    names, name = {start}, renames[start]
    while name != start:
        if name not in renames or name in names:
            return frozenset()
        names.add(name)
        name = renames[name]
    return frozenset(names)


def _alike(
    before: tuple[Index, ...], after: tuple[Index, ...], told: Names
) -> Iterator[tuple[str, str]]:
    """New and old names of indexes that differ in their names only."""
    kept = {index.name.lower() for index in after}
    taken = {index.name.lower() for index in before}
    free = [
        index
        for index in before
        if index.name.lower() not in kept and index.name not in told.values()
    ]
    for index in after:
        if index.name in told or index.name.lower() in taken:
            continue
        twin = next((old for old in free if replace(old, name=index.name) == index), None)
        if twin is not None:
            free.remove(twin)
            yield index.name, twin.name
