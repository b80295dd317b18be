"""Changes in words that every report shares: a sign, a kind, a name, and the two definitions.

Texts are as they are; to make them safe to show is up to the report that shows them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import singledispatch

from plumbob.ddl.column_sql import column_sql
from plumbob.ddl.constraints import check_sql, foreign_key_sql
from plumbob.ddl.indexes import index_sql
from plumbob.ddl.partitions import partition_text
from plumbob.ddl.periods import period_sql
from plumbob.diff.change import (
    Add,
    Alter,
    Change,
    Create,
    Drop,
    Modify,
    Move,
    Part,
    Remove,
    Rename,
    RenamePart,
    Setting,
)
from plumbob.diff.detail import Difference, differences
from plumbob.model import Check, Column, Flavour, ForeignKey, Index, Partition, Period


@dataclass(frozen=True, slots=True)
class PartView:
    """One part of a table that changes.

    `verb` is add, remove, modify, rename, move or set; `before` and `after` are definitions, None
    where there is none; `details` say what differs inside the part.
    """

    verb: str
    kind: str
    name: str
    before: str | None = None
    after: str | None = None
    details: tuple[Difference, ...] = ()


@dataclass(frozen=True, slots=True)
class TableView:
    """One table that changes; `verb` is create, drop, rename or alter, `was` its old name."""

    verb: str
    name: str
    was: str | None = None
    parts: tuple[PartView, ...] = ()


def views(changes: Iterable[Change], flavour: Flavour) -> list[TableView]:
    """Each changed table once, in the order of the changes: its rename and its parts together."""
    found: dict[str, TableView] = {}
    for change in changes:
        view = _table(change, flavour)
        known = found.get(view.name)
        if known is not None and known.verb == "rename":
            view = TableView("alter", view.name, known.was, view.parts)
        elif known is not None:  # dropped under a name that another table takes
            found[f"{view.name}\0{view.verb}"] = view
            continue
        found[view.name] = view
    return list(found.values())


@singledispatch
def _table(change: object, flavour: Flavour) -> TableView:
    raise NotImplementedError(type(change))


@_table.register
def _(change: Create, flavour: Flavour) -> TableView:
    return TableView("create", change.after.name)


@_table.register
def _(change: Drop, flavour: Flavour) -> TableView:
    return TableView("drop", change.before.name)


@_table.register
def _(change: Rename, flavour: Flavour) -> TableView:
    return TableView("rename", change.after, change.before)


@_table.register
def _(change: Alter, flavour: Flavour) -> TableView:
    parts = tuple(_view(part, flavour) for part in change.parts)
    return TableView("alter", change.after.name, parts=parts)


@singledispatch
def _view(change: object, flavour: Flavour) -> PartView:
    raise NotImplementedError(type(change))


@_view.register
def _(change: Add, flavour: Flavour) -> PartView:
    part = change.part
    return PartView("add", _kind(part), part.name, after=_sql(part, flavour))


@_view.register
def _(change: Remove, flavour: Flavour) -> PartView:
    part = change.part
    return PartView("remove", _kind(part), part.name, before=_sql(part, flavour))


@_view.register
def _(change: Modify, flavour: Flavour) -> PartView:
    before, after = change.before, change.after
    return PartView(
        "modify",
        _kind(after),
        after.name,
        _sql(before, flavour),
        _sql(after, flavour),
        differences(before, after),
    )


@_view.register
def _(change: RenamePart, flavour: Flavour) -> PartView:
    before, after = change.before, change.after
    return PartView("rename", _kind(after), after.name, before.name, after.name)


@_view.register
def _(change: Move, flavour: Flavour) -> PartView:
    place = f"behind {change.behind}" if change.behind else "first"
    return PartView("move", "column", change.column.name, after=place)


@_view.register
def _(change: Setting, flavour: Flavour) -> PartView:
    return PartView("set", "option", change.name, change.before, change.after)


def _kind(part: Part) -> str:
    kinds = {
        Column: "column",
        Index: "index",
        ForeignKey: "foreign key",
        Check: "check",
        Partition: "partition",
        Period: "period",
    }
    return kinds[type(part)]


def _sql(part: Part, flavour: Flavour) -> str:
    match part:
        case Column():
            return column_sql(part, flavour)
        case Index():
            return index_sql(part, flavour)
        case ForeignKey():
            return foreign_key_sql(part, flavour)
        case Check():
            return check_sql(part, flavour)
        case Partition():
            return partition_text(part, flavour)
        case Period():
            return period_sql(part)
