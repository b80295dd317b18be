"""The order in which a server prints the indexes and checks of a table, and how it differs where it is heeded.

It means nothing, and is no difference, unless somebody has asked for that (decision 0017).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from plumbob.diff.change import Setting
from plumbob.model import Check, Flavour, Index, KeyPart, Schema, Table

INDEXES, CHECKS = "indexes", "checks"
# The settings of a table that stand for another order of what stays in it.
ORDERS: Mapping[str, str] = {
    INDEXES: "the order of indexes",
    CHECKS: "the order of checks",
}
# The groups of indexes that are not unique (see `rank`).
PLAIN, FULLTEXT, VECTOR = 5, 6, 7


def with_order_heeded(schema: Schema, flavour: Flavour) -> Schema:
    """The schema with tables of which another order is a difference; MySQL prints checks by their names."""
    return replace(
        schema, tables={name: _heeded(each, flavour) for name, each in schema.tables.items()}
    )


def _heeded(table: Table, flavour: Flavour) -> Table:
    return replace(table, ordered=(INDEXES,) if flavour.is_mysql else (INDEXES, CHECKS))


def has_other_order(before: Table, after: Table, flavour: Flavour) -> bool:
    """Whether parts that stay stand otherwise than they did."""
    return any(compare_orders(before, _heeded(after, flavour)))


def heeds(before: Table, after: Table, section: str) -> bool:
    """Whether the order of a section counts between two definitions of one table."""
    return section in before.ordered or section in after.ordered


def compare_orders(before: Table, after: Table) -> Iterator[Setting]:
    """The orders that are heeded and not the same; `before` has the new names already."""
    if heeds(before, after, INDEXES) and before.indexes != after.indexes:
        stay = {each.name.lower() for each in _staying(before.indexes, after.indexes)}
        wanted = [each for each in after.indexes if each.name.lower() in stay]
        places = {each.name.lower(): place for place, each in enumerate(before.indexes)}
        there = sorted(wanted, key=lambda each: places[each.name.lower()])
        yield from _other_order(INDEXES, grouped(there, after), grouped(wanted, after))
    if heeds(before, after, CHECKS):
        yield from _other_order(
            CHECKS,
            [each for each in before.checks if each in after.checks],
            [each for each in after.checks if each in before.checks],
        )


def _staying(before: Iterable[Index], after: Iterable[Index]) -> Iterator[Index]:
    """The indexes that nothing makes anew: what does brings them to their places as well."""
    wanted = {each.name.lower(): each for each in after}
    for old in before:
        new = wanted.get(old.name.lower())
        if new is not None and replace(old, name=new.name, invisible=new.invisible) == new:
            yield new


def _other_order(
    section: str, there: Sequence[Index | Check], wanted: Sequence[Index | Check]
) -> Iterator[Setting]:
    old, new = ([each.name for each in side if each.name != "PRIMARY"] for side in (there, wanted))
    if [name.lower() for name in old] != [name.lower() for name in new]:
        yield Setting(ORDERS[section], ", ".join(old), ", ".join(new))


def grouped(indexes: Iterable[Index], table: Table) -> tuple[Index, ...]:
    """Indexes of a table in the order in which both servers print them, if they are made in this one."""
    return tuple(sorted(indexes, key=lambda index: rank(index, table)))


def rank(index: Index, table: Table) -> int:
    """The groups into which both servers sort indexes (measured; each group keeps its order).

    Unique ones come first, among them the primary key, then those without NULL, then those without
    prefixes; full-text indexes come after all others, but for those of vectors. A server may divide a
    group further: MySQL puts indexes over virtual columns and expressions at the end of each, MariaDB
    unique ones that are kept as a hash.
    """
    if index.kind == "primary":
        return 0
    if index.kind == "unique":
        has_null = any(_may_be_null(part, table) for part in index.parts)
        has_prefix = any(part.length for part in index.parts)
        return 1 + 2 * has_null + has_prefix
    return {"fulltext": FULLTEXT, "vector": VECTOR}.get(index.kind, PLAIN)


def _may_be_null(part: KeyPart, table: Table) -> bool:
    if part.period is not None:
        return False
    column = table.column(part.column) if part.column else None
    return column is None or (column.null and column.system_time is None)
