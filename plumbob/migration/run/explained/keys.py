"""What is said of foreign keys: what does not fit on either side, and which ones hold a thing where it is."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from plumbob.declaration.validate import faults_of_table
from plumbob.migration.run.explained.failure import Failure, near, with_table
from plumbob.model import ForeignKey, Table
from plumbob.plan.session import has_unique_parent


def about_key(failure: Failure) -> Iterator[str]:
    """What does not fit, on either side of the keys that this table has or would have."""
    if "121" in failure.message or failure.errno == 1826:
        yield from _name_in_use(failure)
        return
    after = failure.meant.after
    if after is None:
        return
    yield from _without_parent(failure, after)
    schema = with_table(failure.schema, after)
    children = [
        t for t in schema.tables.values() if any(_is_parent(after, k) for k in t.foreign_keys)
    ]
    for table in dict.fromkeys([after.name, *(each.name for each in children)]):
        for fault in faults_of_table(schema, table, failure.flavour):
            if fault.kind == "foreign_key" and not fault.is_notice:
                what = fault.what.partition(" (errno ")[0]
                # What is not declared is said above, in words for what is not there.
                if not what.endswith("which is not declared"):
                    yield what + (f"; {fault.advice}" if fault.advice else "")
    if failure.errno == 6125:
        yield from _without_unique(failure, after)


def _is_parent(table: Table, key: ForeignKey) -> bool:
    return key.parent_schema is None and key.parent == table.name


def _without_parent(failure: Failure, after: Table) -> Iterator[str]:
    tables = {**failure.schema.tables, after.name: after}
    for key in _new_keys(failure):
        parent = tables.get(key.parent)
        if key.parent_schema is not None:
            continue
        if parent is None:
            yield f"{joined(after, key)}, and there is no table {key.parent}"
            yield from near("there is no table", key.parent, [*tables])
            continue
        for name in key.parent_columns:
            if parent.column(name) is None:
                yield f"{joined(after, key)}, and {parent.name} has no column {name}"


def _without_unique(failure: Failure, after: Table) -> Iterator[str]:
    tables = {**failure.schema.tables, after.name: after}
    for key in _new_keys(failure):
        parent = tables.get(key.parent)
        if parent is not None and not has_unique_parent(key, parent):
            columns = ", ".join(key.parent_columns)
            yield f"{joined(after, key)}, and no unique key of {key.parent} is ({columns})"


def _new_keys(failure: Failure) -> list[ForeignKey]:
    before, after = failure.meant.before, failure.meant.after
    there = before.foreign_keys if before else ()
    return [each for each in after.foreign_keys if each not in there] if after else []


def _name_in_use(failure: Failure) -> Iterator[str]:
    names = {key.name.lower() for key in _new_keys(failure) if key.name}
    for table in failure.schema.tables.values():
        for key in table.foreign_keys:
            if key.name.lower() in names:
                yield f"{key.name} is the name of a foreign key of {table.name} already: {joined(table, key)}"


def joined(table: Table, key: ForeignKey) -> str:
    """`the foreign key fk of kids joins kids (parent) with parents (id)`."""
    name = f"the foreign key {key.name}" if key.name else "the foreign key"
    ours, theirs = ", ".join(key.columns), ", ".join(key.parent_columns)
    return f"{name} joins {table.name} ({ours}) with {key.parent_name} ({theirs})"


def needed(failure: Failure) -> Iterator[str]:
    """The foreign keys that hold a table, a column or an index where it is, with the rows in them."""
    for table, key in keys_about(failure):
        yield joined(table, key)


def keys_about(failure: Failure) -> Iterator[tuple[Table, ForeignKey]]:
    """The foreign keys that the message names, or that stand on what the statement takes away."""
    named = re.findall(r"constraint [`']([^`']+)[`']", failure.message, re.IGNORECASE)
    name, after = failure.meant.name, failure.meant.after
    schema = with_table(failure.schema, after) if after and named else failure.schema
    for table in schema.tables.values():
        for key in table.foreign_keys:
            if named:
                if key.name in named:
                    yield table, key
            elif (table.name == name and _loses(failure, key.columns)) or (
                key.parent == name and _loses(failure, key.parent_columns)
            ):
                yield table, key


def _loses(failure: Failure, columns: Iterable[str]) -> bool:
    """Whether the statement takes away an index that begins with these columns, the engine, or the whole table."""
    before, after = failure.meant.before, failure.meant.after
    if before is None or after is None:
        return before is not None
    if (before.engine or "").lower() != (after.engine or "").lower():
        return True
    wanted = [name.lower() for name in columns]
    gone = [
        each
        for each in before.indexes
        if after.index(each.name) is None or any(after.column(c) is None for c in each.columns)
    ]
    return any([c.lower() for c in each.columns][: len(wanted)] == wanted for each in gone)
