"""Two schemas in canonical form in, changes out; which of the two is declared does not matter here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TypeVar

from plumbob.diff.change import (
    Add,
    Alter,
    Change,
    Create,
    Drop,
    Modify,
    Move,
    PartChange,
    Remove,
    Rename,
    RenamePart,
    Setting,
)
from plumbob.diff.heeded import heeded
from plumbob.diff.key_order import compare_orders
from plumbob.diff.order import moved
from plumbob.diff.partitions import compare_partitions
from plumbob.diff.renamed import renamed
from plumbob.diff.stored import compare_stored
from plumbob.model import (
    Check,
    Column,
    Flavour,
    ForeignKey,
    Index,
    Period,
    Renames,
    Schema,
    Table,
)

P = TypeVar("P", Index, ForeignKey, Check, Period)
NONE = Renames()
_SETTINGS: tuple[tuple[str, Callable[[Table], str | None]], ...] = (
    ("ENGINE", lambda table: table.engine),
    ("CHARSET", lambda table: table.charset),
    ("COLLATE", lambda table: table.collation),
    ("COMMENT", lambda table: table.comment),
    ("SYSTEM VERSIONING", lambda table: "WITH" if table.versioned else None),
)


def compare(
    before: Schema, after: Schema, flavour: Flavour, renames: Renames = NONE
) -> tuple[Change, ...]:
    """What has to be done to get from one schema to the other.

    Args:
        before: in canonical form.
        after: in canonical form.
        flavour: the server, for what follows a rename by itself there.
        renames: new names and the old ones; one that does not fit the two schemas is not heeded.
    """
    renames = heeded(renames, before, after)
    new_words = renamed(before, renames, flavour)
    there = new_words.tables
    changes: list[Change] = [Rename(old, new) for new, old in renames.tables.items()]
    for name, table in after.tables.items():
        if name not in there:
            changes.append(Create(table))
        elif parts := compare_tables(there[name], table, renames):
            changes.append(Alter(there[name], table, parts))
    changes.extend(Drop(table) for name, table in there.items() if name not in after.tables)
    return (*changes, *compare_stored(new_words.stored, after.stored))


def compare_tables(before: Table, after: Table, renames: Renames = NONE) -> tuple[PartChange, ...]:
    """The parts in which two definitions of one table differ; `before` has the new names already."""
    columns = {new: old for (table, new), old in renames.columns.items() if table == after.name}
    indexes = {new: old for (table, new), old in renames.indexes.items() if table == after.name}
    return (
        *_settings(before, after),
        *compare_partitions(before.partitions, after.partitions),
        *_columns(before.columns, after.columns, columns),
        *_parts(before.indexes, after.indexes, indexes),
        *_parts(before.foreign_keys, after.foreign_keys),
        *_parts(before.checks, after.checks),
        *_parts(before.periods, after.periods),
        *compare_orders(before, after),
    )


def _settings(before: Table, after: Table) -> list[PartChange]:
    settings: list[PartChange] = [
        Setting(name, value(before), value(after))
        for name, value in _SETTINGS
        if value(before) != value(after)
    ]
    old = {option.name: option.value for option in before.options}
    new = {option.name: option.value for option in after.options}
    settings.extend(
        Setting(name, old.get(name), new.get(name))
        for name in sorted({*old, *new})
        if old.get(name) != new.get(name)
    )
    # The counter only grows: the declaration says where it starts at the least.
    if after.auto_increment is not None and after.auto_increment > (before.auto_increment or 1):
        settings.append(
            Setting(
                "AUTO_INCREMENT",
                _text(before.auto_increment),
                str(after.auto_increment),
            )
        )
    return settings


def _text(number: int | None) -> str | None:
    return None if number is None else str(number)


def _columns(
    before: tuple[Column, ...], after: tuple[Column, ...], old_names: Mapping[str, str]
) -> list[PartChange]:
    there = {column.name.lower(): column for column in before}
    wanted = {column.name.lower() for column in after}
    changes: list[PartChange] = [
        Remove(column) for column in before if column.name.lower() not in wanted
    ]
    moving = _moved(before, after)
    behind: str | None = None
    for column in after:
        old = there.get(column.name.lower())
        if old is None:
            changes.append(Add(column, behind))
        else:
            if column.name in old_names or old.name != column.name:
                named = replace(old, name=old_names.get(column.name, old.name))
                same = replace(old, name=column.name) == column
                changes.append((RenamePart if same else Modify)(named, column))
            elif old != column:
                changes.append(Modify(old, column))
            if column.name.lower() in moving:
                changes.append(Move(column, behind))
        behind = column.name
    return changes


def _moved(before: tuple[Column, ...], after: tuple[Column, ...]) -> set[str]:
    """The fewest columns that have to move.

    MariaDB moves no column that holds the start or the end of a row (4134), so all others move first.
    """
    fixed = {column.name.lower() for column in after if column.system_time is not None}
    old, new = ([column.name.lower() for column in side] for side in (before, after))
    return moved(old, new, fixed)


def _parts(
    before: tuple[P, ...],
    after: tuple[P, ...],
    old_names: Mapping[str, str] | None = None,
) -> list[PartChange]:
    """Indexes, foreign keys or checks by name; `before` has the new names already."""
    there = {part.name.lower(): part for part in before}
    wanted = {part.name.lower() for part in after}
    changes: list[PartChange] = [Remove(part) for part in before if part.name.lower() not in wanted]
    for part in after:
        old = there.get(part.name.lower())
        if old is None:
            changes.append(Add(part))
        elif old_names and part.name in old_names:
            named = replace(old, name=old_names[part.name])
            changes.append((RenamePart if old == part else Modify)(named, part))
        elif old != part:
            changes.append(Modify(old, part))
    return changes
