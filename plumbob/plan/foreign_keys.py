"""Which foreign keys have to go and come around the changes of the tables that they join.

Neither server changes a foreign key under its name in one ALTER (1826, errno 121), nor the type of
a column that is part of one (3780, 1832, 1833), even with foreign_key_checks=0: drop, change, add.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from plumbob.ddl.completed import covers
from plumbob.ddl.constraints import foreign_key_sql
from plumbob.ddl.indexes import index_sql
from plumbob.ddl.quote import quote_name
from plumbob.diff.change import Add, PartChange, Remove, RenamePart
from plumbob.diff.compare import compare_tables
from plumbob.diff.key_order import PLAIN, rank
from plumbob.model import Column, Flavour, ForeignKey, Index, Renames, Schema, Table
from plumbob.plan.clauses import alter_sql, drop_index_clause
from plumbob.plan.statement import Ref, Statement
from plumbob.plan.table_work import uses_columns

# Columns by table and name, in new words.
Columns = frozenset[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class KeyOf:
    """A foreign key of a table, by the table's name at the time of the statement."""

    table: str
    key: ForeignKey


def dropped_keys(
    original: Schema, before: Schema, after: Schema, moving: Columns = frozenset()
) -> Iterator[tuple[KeyOf, KeyOf]]:
    """The foreign keys to drop by themselves, under their old and their new names.

    Those of a table that is dropped go with it, but for those that close a circle.

    Args:
        original: as it is.
        before: the same in new words (see `plumbob.diff.renamed`), tables and keys in one order.
        after: as it is to be.
        moving: columns that no foreign key may have meanwhile (see `moving_columns`).
    """
    dropped = {name: table for name, table in before.tables.items() if name not in after.tables}
    _, circular = parents_first(dropped)
    for old, table in zip(original.tables.values(), before.tables.values(), strict=True):
        target = after.tables.get(table.name)
        for old_key, key in zip(old.foreign_keys, table.foreign_keys, strict=True):
            if target is None:
                goes = (table.name, key.name) in circular
            else:
                is_touched_ = is_touched(key, table, target, before, after)
                is_moving = not moving.isdisjoint(_columns_of(table.name, key))
                goes = target.foreign_key(key.name) != key or is_touched_ or is_moving
            if goes:
                yield KeyOf(old.name, old_key), KeyOf(table.name, key)


def parents_first(tables: Mapping[str, Table]) -> tuple[list[str], set[tuple[str, str]]]:
    """The names of tables, parents before children; and table and name of the keys that close circles."""
    order: dict[str, None] = {}
    closing: set[tuple[str, str]] = set()
    for root in tables:
        # Not recursive: a chain of tables may be longer than Python's stack.
        path = {root: _keys_among(tables[root], tables)} if root not in order else {}
        while path:
            name = next(reversed(path))
            key = next(path[name], None)
            if key is None:
                order[name] = None
                del path[name]
            elif key.parent_name in path:
                closing.add((name, key.name))
            elif key.parent_name not in order:
                path[key.parent_name] = _keys_among(tables[key.parent_name], tables)
    return list(order), closing


def _keys_among(table: Table, tables: Mapping[str, Table]) -> Iterator[ForeignKey]:
    return (
        key
        for key in table.foreign_keys
        if key.parent_name in tables and key.parent_name != table.name
    )


def added_keys(
    before: Schema,
    after: Schema,
    created: Mapping[str, frozenset[str]],
    moving: Columns = frozenset(),
) -> Iterator[KeyOf]:
    """The foreign keys to add to tables; those of new tables that CREATE TABLE could not hold as well.

    Args:
        before: as it is, in new words.
        after: as it is to be.
        created: for each new table the names of the keys that are inside its CREATE TABLE.
        moving: columns that no foreign key may have meanwhile (see `moving_columns`).
    """
    for table in after.tables.values():
        there = before.tables.get(table.name)
        for key in table.foreign_keys:
            if there is None:
                if key.name not in created[table.name]:
                    yield KeyOf(table.name, key)
            elif (
                there.foreign_key(key.name) != key
                or is_touched(key, there, table, before, after)
                or not moving.isdisjoint(_columns_of(table.name, key))
            ):
                yield KeyOf(table.name, key)


def _columns_of(table: str, key: ForeignKey) -> set[tuple[str, str]]:
    return {(table, name) for name in key.columns} | parent_columns(key)


def parent_columns(key: ForeignKey) -> set[tuple[str, str]]:
    return {(key.parent_name, name) for name in key.parent_columns}


def moving_columns(before: Schema, after: Schema, renames: Renames) -> Columns:
    """New names of columns that are renamed in an ALTER that may copy the table.

    Neither server renames a column of a foreign key, at either end, while it copies (1846).

    Args:
        before: as it is, in new words.
        after: as it is to be.
        renames: those that are heeded.
    """
    tables = {table for table, _ in renames.columns if table in after.tables}
    copied = {name for name in tables if _may_be_copied(before, after, name, renames)}
    return frozenset((table, new) for table, new in renames.columns if table in copied)


def _may_be_copied(before: Schema, after: Schema, name: str, renames: Renames) -> bool:
    names = {new.lower() for table, new in renames.columns if table == name}
    parts = compare_tables(before.tables[name], after.tables[name], renames)
    return uses_columns(after.tables[name], names) or any(map(_may_copy, parts))


def _may_copy(part: PartChange) -> bool:
    match part:
        case RenamePart(after=Index() as index):
            # MySQL: a column that is hidden gets the index's name as well.
            return any(key_part.expression for key_part in index.parts)
        case RenamePart() | Remove() | Add(Index() | ForeignKey()):
            return False
        case Add(Column(generated=None)):
            return False
    return True


def is_touched(
    key: ForeignKey, before: Table, after: Table, all_before: Schema, all_after: Schema
) -> bool:
    """Whether a foreign key that stays as it is stands in the way of what happens to its columns."""
    if _columns_change(before, after, key.columns) or before.engine != after.engine:
        return True
    if (before.partitions is None) != (after.partitions is None):
        return True
    parent, new_parent = (
        all_before.tables.get(key.parent_name),
        all_after.tables.get(key.parent_name),
    )
    if parent is None or new_parent is None:
        return False
    if _columns_change(parent, new_parent, key.parent_columns):
        return True
    if parent.engine != new_parent.engine:
        return True
    return not _serves_as_well(_support(key, parent), _support(key, new_parent))


def _columns_change(before: Table, after: Table, names: tuple[str, ...]) -> bool:
    return any(_for_keys(before.column(name)) != _for_keys(after.column(name)) for name in names)


def _for_keys(column: Column | None) -> object:
    """What the other end of a foreign key depends on."""
    if column is None:
        return None
    is_virtual = column.generated is not None and not column.generated.stored
    return (column.type, column.null, column.generated, is_virtual)


def _support(key: ForeignKey, parent: Table) -> Index | None:
    """The index of the parent that the foreign key leans on: a unique one if there is one."""
    as_parent = ForeignKey(key.name, key.parent_columns, "", ())
    indexes = [index for index in parent.indexes if covers(index, as_parent)]
    indexes.sort(key=lambda index: (index.kind not in ("primary", "unique"), len(index.parts)))
    return indexes[0] if indexes else None


def _serves_as_well(before: Index | None, after: Index | None) -> bool:
    """Whether the foreign key goes on from the one index to the other, which is added as that one is dropped.

    A unique index over the same columns takes the place of one, the primary key as well (measured on
    three servers): to add the foreign key again would copy the child.
    """
    if before is None or after is None or before == after:
        return before == after
    are_unique = {before.kind, after.kind} <= {"primary", "unique"}
    return are_unique and before.parts == after.parts


def drop_keys(
    before: Schema, there: Schema, after: Schema, moving: Columns, flavour: Flavour
) -> Iterator[Statement]:
    """Before everything else, so under the names that tables and keys have now."""
    by_table: dict[str, list[tuple[KeyOf, KeyOf]]] = {}
    for old, new in dropped_keys(before, there, after, moving):
        by_table.setdefault(old.table, []).append((old, new))
    for name, keys in by_table.items():
        target = after.tables.get(keys[0][1].table)
        kept = _indexes_to_hold(before.tables[name], [old.key for old, _ in keys], target)
        clauses = [
            *(f"DROP FOREIGN KEY {quote_name(old.key.name)}" for old, _ in keys),
            *map(drop_index_clause, kept),
            *(f"ADD {index_sql(index, flavour).rstrip()}" for index in kept),
        ]
        names = ", ".join(old.key.name for old, _ in keys)
        frees = {
            ref for old, new in keys for ref in (*leans_on(old, before), *leans_on(new, there))
        }
        yield Statement(
            alter_sql(name, clauses),
            f"drop foreign key {names} of {name}",
            name,
            takes=frozenset(key_ref(old.key) for old, _ in keys),
            frees=frozenset(frees),
        )


def _indexes_to_hold(table: Table, keys: list[ForeignKey], target: Table | None) -> list[Index]:
    """Indexes that the server made for a foreign key that comes back: it would make them anew, at the end.

    MariaDB would even give them the name of the new foreign key. Dropped and added with the foreign
    key's DROP they become indexes of our own and keep name and place, if those behind them do the
    same (measured on both servers).
    """
    if target is None:
        return []
    plain = [index for index in table.indexes if rank(index, table) == PLAIN]
    made = [
        place
        for place, index in enumerate(plain)
        if any(len(index.parts) == len(key.columns) and covers(index, key) for key in keys)
        and any(covers(index, key) for key in target.foreign_keys)
    ]
    held = plain[made[0] :] if made else []
    if len(held) == 1 and not _would_be_renamed(held[0], keys, target):
        return []
    return held


def _would_be_renamed(index: Index, keys: list[ForeignKey], target: Table) -> bool:
    """Whether it may be the server's own, named like a key that goes or its column, and no key of the name comes."""
    own = {name.lower() for key in keys for name in (key.name, key.columns[0])}
    comes = target.foreign_key(index.name)
    return index.name.lower() in own and (comes is None or comes.name != index.name)


def leans_on(of: KeyOf, schema: Schema) -> Iterator[Ref]:
    """What can neither change nor go while a foreign key is there."""
    yield Ref("table", of.table)
    yield Ref("table", of.key.parent_name)
    for table, columns in ((of.table, of.key.columns), (of.key.parent_name, of.key.parent_columns)):
        yield from (Ref("column", table, column) for column in columns)
        definition = schema.tables.get(table)
        if definition is not None:
            yield from (Ref("index", table, index.name) for index in definition.indexes)


def add_keys(
    there: Schema,
    after: Schema,
    inline: dict[str, frozenset[str]],
    moving: Columns,
    flavour: Flavour,
) -> Iterator[Statement]:
    by_table: dict[str, list[ForeignKey]] = {}
    for of in added_keys(there, after, inline, moving):
        by_table.setdefault(of.table, []).append(of.key)
    for name, keys in by_table.items():
        clauses = [f"ADD {foreign_key_sql(key, flavour)}" for key in keys]
        yield Statement(
            alter_sql(name, clauses),
            f"add foreign key {', '.join(key.name for key in keys)} to {name}",
            name,
            needs=frozenset(ref for key in keys for ref in needs_of(name, key, after)),
            gives=frozenset(map(key_ref, keys)),
        )


def needs_of(table: str, key: ForeignKey, after: Schema) -> Iterator[Ref]:
    for name, columns in ((table, key.columns), (key.parent_name, key.parent_columns)):
        yield Ref("table", name)
        yield from (Ref("column", name, column) for column in columns)
        definition = after.tables.get(name)
        if definition is not None:
            yield from (Ref("index", name, index.name) for index in definition.indexes)


def is_outside(key: ForeignKey, before: Schema, after: Schema) -> bool:
    """Whether the parent is in another database, or one of the tables that are not ours."""
    return key.parent_name not in before.tables and key.parent_name not in after.tables


def key_ref(key: ForeignKey) -> Ref:
    """The names of foreign keys belong to the schema, not to the table."""
    return Ref("foreign_key", "", key.name.lower())
