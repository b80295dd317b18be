"""Whole tables: dropped, renamed and created, each in a statement of its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from plumbob.ddl.quote import quote_name
from plumbob.ddl.tables import create_table_sql
from plumbob.model import Flavour, Renames, Schema, Table
from plumbob.plan import hazards
from plumbob.plan.defaults import drop_defaults
from plumbob.plan.foreign_keys import (
    Columns,
    KeyOf,
    is_outside,
    key_ref,
    leans_on,
    needs_of,
    parent_columns,
    parents_first,
)
from plumbob.plan.session import session_for
from plumbob.plan.statement import Ref, Statement, check_refs


def drop_tables(there: Schema, after: Schema, flavour: Flavour) -> Iterator[Statement]:
    """One table a statement: a list that fails half-way leaves half of it done on MariaDB (1051)."""
    dropped = {name: table for name, table in there.tables.items() if name not in after.tables}
    order, apart = parents_first(dropped)
    for name in reversed(order):
        table = dropped[name]
        keys = [key for key in table.foreign_keys if (name, key.name) not in apart]
        leans = {ref for key in keys for ref in leans_on(KeyOf(name, key), there)}
        yield Statement(
            f"DROP TABLE {quote_name(name)}",
            f"drop table {name}",
            name,
            takes=frozenset(
                {Ref("table", name), *map(key_ref, keys), *check_refs(name, table.checks, flavour)}
            ),
            frees=frozenset(leans),
            hazards=(hazards.drop_table(table),),
        )


def rename_tables(renames: Renames) -> Iterator[Statement]:
    """One statement for each name, but for names that are exchanged: those in one, which is atomic."""
    exchanged = {new: old for new, old in renames.tables.items() if new in renames.tables.values()}
    exchanged |= {new: old for new, old in renames.tables.items() if old in renames.tables}
    for new, old in renames.tables.items():
        if new not in exchanged:
            yield _rename({new: old}, [(old, new)])
    if exchanged:
        steps = [(old, f"{old[:56]}_plumbob") for old in exchanged.values()]
        steps += [(f"{old[:56]}_plumbob", new) for new, old in exchanged.items()]
        yield _rename(exchanged, steps)


def _rename(names: dict[str, str], steps: list[tuple[str, str]]) -> Statement:
    return Statement(
        "RENAME TABLE " + ", ".join(f"{quote_name(a)} TO {quote_name(b)}" for a, b in steps),
        "rename table " + ", ".join(f"{old} to {new}" for new, old in names.items()),
        next(iter(names)),
        takes=frozenset(Ref("table", old) for old in names.values()),
        gives=frozenset(Ref("table", new) for new in names),
    )


def inline_keys(
    there: Schema, after: Schema, moving: Columns = frozenset()
) -> dict[str, frozenset[str]]:
    """For each new table the foreign keys that its CREATE TABLE can hold: parents that are there already.

    One whose parent changes has its place there as well: what it refers to is changed before, and to add it
    to a table that is there would copy that. New tables come parents first; a circle is broken by keys that
    are added afterwards.

    Args:
        moving: columns that no foreign key may have meanwhile (see `foreign_keys.moving_columns`).
    """
    new = {name: table for name, table in after.tables.items() if name not in there.tables}
    ready = {
        name
        for name, table in there.tables.items()
        if name in after.tables and _stays_fit(table, after.tables[name])
    }
    inline: dict[str, frozenset[str]] = {}
    for name in parents_first(new)[0]:
        ready.add(name)
        inline[name] = frozenset(
            key.name
            for key in new[name].foreign_keys
            if is_outside(key, there, after)
            or (key.parent_name in ready and moving.isdisjoint(parent_columns(key)))
        )
    return inline


def _stays_fit(before: Table, after: Table) -> bool:
    """Whether a foreign key may refer to the table before and after its change, but for the columns."""
    return before.engine == after.engine and before.partitions is None and after.partitions is None


def create_tables(
    there: Schema, after: Schema, inline: dict[str, frozenset[str]], flavour: Flavour
) -> Iterator[Statement]:
    for name, names in inline.items():
        whole = after.tables[name]
        keys = tuple(key for key in whole.foreign_keys if key.name in names)
        table = replace(whole, foreign_keys=keys)
        yield Statement(
            create_table_sql(table, flavour),
            f"create table {name}",
            name,
            needs=frozenset(
                ref for key in keys for ref in needs_of(name, key, after) if ref.table != name
            ),
            gives=frozenset(
                {Ref("table", name), *map(key_ref, keys), *check_refs(name, table.checks, flavour)}
            ),
            session=session_for(table),
        )
        yield from drop_defaults(whole, whole.columns, flavour)
