"""Changes in words that every report shares: a sign, a kind, a name, and the two definitions.

Texts are as they are; to make them safe to show is up to the report that shows them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import singledispatch

from plumbob.ddl.column_sql import column_sql
from plumbob.ddl.constraints import check_sql, foreign_key_sql
from plumbob.ddl.indexes import index_sql
from plumbob.ddl.partitions import partition_text, partitioning_sql
from plumbob.ddl.periods import period_sql
from plumbob.ddl.stored import create_sql
from plumbob.ddl.stored.sql import account_sql
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
    Replace,
    Setting,
)
from plumbob.diff.detail import Difference, differences
from plumbob.model import (
    Check,
    Column,
    Definer,
    Event,
    Expression,
    Flavour,
    ForeignKey,
    Index,
    Option,
    Partition,
    Partitioning,
    Period,
    Routine,
    Sequence,
    Stored,
    Table,
    Trigger,
    View,
    object_id,
)


@dataclass(frozen=True, slots=True)
class PartView:
    """One part of a table that changes.

    `verb` is add, remove, modify, rename, move or set, or text for a body of many lines; `before`
    and `after` are definitions, None where there is none; `details` say what differs inside the part.
    `owner` is whose it is (see `plumbob.report.owners`), or "" where nobody can say that.
    """

    verb: str
    kind: str
    name: str
    before: str | None = None
    after: str | None = None
    details: tuple[Difference, ...] = ()
    owner: str = ""


@dataclass(frozen=True, slots=True)
class TableView:
    """One object that changes; `verb` is create, drop, rename or alter, `was` its old name."""

    verb: str
    name: str
    was: str | None = None
    parts: tuple[PartView, ...] = ()
    kind: str = "table"
    owner: str = ""


def views(changes: Iterable[Change], flavour: Flavour) -> list[TableView]:
    """Each changed object once, in the order of the changes: its rename and its parts together."""
    found: dict[str, TableView] = {}
    for change in changes:
        view = _table(change, flavour)
        known = found.get(object_id(view.kind, view.name))
        if known is not None and known.verb == "rename":
            view = TableView("alter", view.name, known.was, view.parts)
        elif known is not None:  # dropped under a name that another table takes
            found[f"{view.name}\0{view.verb}"] = view
            continue
        found[object_id(view.kind, view.name)] = view
    return list(found.values())


@singledispatch
def _table(change: object, flavour: Flavour) -> TableView:
    raise NotImplementedError(type(change))


@_table.register
def _(change: Create, flavour: Flavour) -> TableView:
    return TableView("create", change.after.name, kind=_kind_of(change.after))


@_table.register
def _(change: Drop, flavour: Flavour) -> TableView:
    return TableView("drop", change.before.name, kind=_kind_of(change.before))


@_table.register
def _(change: Rename, flavour: Flavour) -> TableView:
    return TableView("rename", change.after, change.before)


@_table.register
def _(change: Alter, flavour: Flavour) -> TableView:
    parts = tuple(_view(part, flavour) for part in change.parts)
    return TableView("alter", change.after.name, parts=parts)


@_table.register
def _(change: Replace, flavour: Flavour) -> TableView:
    after = change.after
    parts = tuple(_stored_parts(change))
    return TableView("alter", after.name, parts=parts, kind=after.kind)


def _kind_of(found: Table | Stored) -> str:
    return "table" if isinstance(found, Table) else found.kind


def _stored_parts(change: Replace) -> Iterator[PartView]:
    """The attributes that differ; the texts of a body as they are, for a report to compare."""
    for each in differences(change.before, change.after):
        if each.path in _BODIES:
            yield PartView("text", each.path, change.after.name, str(each.before), str(each.after))
        else:
            before, after = (_shown(value) for value in (each.before, each.after))
            yield PartView("set", "option", each.path.replace("session.", ""), before, after)
    yield from _new_place(change.before, change.after)


def _new_place(before: Stored, after: Stored) -> Iterator[PartView]:
    if not isinstance(before, Trigger) or not isinstance(after, Trigger):
        return
    if before.follows != after.follows:
        place = f"behind {after.follows}" if after.follows else "first"
        yield PartView("move", "trigger", after.name, after=place)


def _shown(value: object) -> str | None:
    if isinstance(value, dict):
        return "@".join(str(part) for part in value.values() if part is not None)
    return None if value is None else str(value)


_BODIES = ("body", "select")


def definition(value: object, flavour: Flavour) -> str:
    """A part of a table, or an attribute of an object, as SQL."""
    match value:
        case Column() | Index() | ForeignKey() | Check() | Period():
            return _sql(value, flavour)
        case Partitioning():
            return partitioning_sql(value, flavour, None)
        case Expression():
            return value.sql
        case Option():
            return value.value
        case Definer():
            return account_sql(value)
        case View() | Trigger() | Routine() | Event() | Sequence():
            return create_sql(value, flavour)
    return str(value)


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
