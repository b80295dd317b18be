"""What was changed on a server behind our back, brought together with what is declared and pending.

Three schemas in canonical form in: as recorded, as live, as declared. What only the server changed is
taken; what only the declaration changed stays; what both changed alike is settled; what both changed
differently is a conflict, and stays as it is declared.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any, TypeVar

from plumbob.diff.compare import compare_tables
from plumbob.diff.partitions import compare_partitions
from plumbob.diff.stored import in_running_order, is_same
from plumbob.model import (
    Check,
    Column,
    ForeignKey,
    Index,
    Period,
    Schema,
    Session,
    Stored,
    Table,
    Type,
)

T = TypeVar("T")
K = TypeVar("K")
_Part = Column | Index | ForeignKey | Check | Period
# A character set and its collation change together; so do the moments of an event.
_TOGETHER = {"charset": "collation", "at": "every", "starts": "every", "ends": "every"}
_SETTINGS = ("engine", "comment", "versioned", "collation")


@dataclass(frozen=True, slots=True)
class Conflict:
    """What was changed on the server and in the declaration, each otherwise.

    `id` is the object's (of the declared side, where it was renamed); `part` its part, such as `column
    email`, or "" for the object; `attribute` what differs in it, or "" for all of it. The three values
    are those of the part, else of the attribute; None for what is not there.
    """

    id: str
    part: str
    attribute: str
    recorded: object
    live: object
    declared: object


@dataclass(frozen=True, slots=True)
class Merged:
    """The declared schema with what was changed on the server, and what could not be brought together."""

    schema: Schema
    conflicts: tuple[Conflict, ...]


def three_way(recorded: Schema, live: Schema, declared: Schema) -> Merged:
    """Bring three schemas together; pending renames are to be done in the first two already."""
    conflicts: list[Conflict] = []
    tables = _merged(
        recorded.tables, live.tables, declared.tables, _are_same_tables, _tables, conflicts
    )
    stored = _merged(recorded.stored, live.stored, declared.stored, _are_same, _stored, conflicts)
    whole = replace(declared, tables=tables, stored=in_running_order(stored.values()))
    return Merged(whole, tuple(conflicts))


def _are_same_tables(one: Table, other: Table) -> bool:
    return not compare_tables(one, other) and not compare_tables(other, one)


def _are_same(one: Stored, other: Stored) -> bool:
    return is_same(one, other)


def _merged(
    recorded: Mapping[K, T],
    live: Mapping[K, T],
    declared: Mapping[K, T],
    are_same: Callable[[T, T], bool],
    merge: Callable[[str, T, T, T, list[Conflict]], T],
    conflicts: list[Conflict],
) -> dict[K, T]:
    """Objects by their keys, in the order of `in_order`."""

    def is_same_or_none(one: T | None, other: T | None) -> bool:
        return one is other or (one is not None and other is not None and are_same(one, other))

    found: dict[K, T] = {}
    for key in dict.fromkeys((*declared, *live, *recorded)):
        before, theirs, ours = recorded.get(key), live.get(key), declared.get(key)
        if is_same_or_none(theirs, before) or is_same_or_none(theirs, ours):
            value = ours
        elif before is not None and theirs is not None and ours is not None:
            value = merge(str(key), before, theirs, ours, conflicts)
        elif is_same_or_none(ours, before):
            value = theirs
        else:
            conflicts.append(Conflict(str(key), "", "", before, theirs, ours))
            value = ours
        if value is not None:
            found[key] = value
    order = _in_order(list(recorded), list(live), list(declared), found)
    return {key: found[key] for key in order}


def _in_order(
    recorded: Sequence[K], live: Sequence[K], declared: Sequence[K], wanted: Collection[K]
) -> list[K]:
    """The order of the declaration, with what is new behind what it stands behind where it is live.

    Where only the server's order is another one than it was, it is the server's.
    """
    leading, following = declared, live
    if _is_moved(recorded, live) and not _is_moved(recorded, declared):
        leading, following = live, declared
    order = [each for each in leading if each in wanted]
    for number, each in enumerate(following):
        if each in wanted and each not in order:
            ahead = next((other for other in reversed(following[:number]) if other in order), None)
            order.insert(0 if ahead is None else order.index(ahead) + 1, each)
    return order


def _is_moved(before: Sequence[K], after: Sequence[K]) -> bool:
    return [each for each in before if each in after] != [each for each in after if each in before]


def _stored(
    id: str, before: Stored, theirs: Stored, ours: Stored, conflicts: list[Conflict]
) -> Stored:
    if len({type(each) for each in (before, theirs, ours)}) > 1:
        conflicts.append(Conflict(id, "", "", before, theirs, ours))
        return ours
    merged: Stored
    merged, differing = _fields(before, theirs, ours)
    conflicts += [Conflict(id, "", *each) for each in differing]
    return merged


def _tables(id: str, before: Table, theirs: Table, ours: Table, conflicts: list[Conflict]) -> Table:
    values: dict[str, Any] = {}
    merged: Table
    merged, differing = _fields(before, theirs, ours, only=_SETTINGS)
    conflicts += [Conflict(id, "", *each) for each in differing]
    values["options"] = tuple(_options(id, before, theirs, ours, conflicts))
    for kind, section in _SECTIONS.items():
        old, new, own = (getattr(each, section) for each in (before, theirs, ours))
        values[section] = tuple(_parts(id, kind, old, new, own, conflicts))
    if compare_partitions(before.partitions, theirs.partitions) and compare_partitions(
        theirs.partitions, ours.partitions
    ):
        if compare_partitions(before.partitions, ours.partitions):
            lists = [each.partitions for each in (before, theirs, ours)]
            conflicts.append(Conflict(id, "", "partitions", *lists))
        else:
            values["partitions"] = theirs.partitions
    return replace(merged, **values)


_SECTIONS = {
    "column": "columns",
    "index": "indexes",
    "foreign key": "foreign_keys",
    "check": "checks",
    "period": "periods",
}


def _options(
    id: str, before: Table, theirs: Table, ours: Table, conflicts: list[Conflict]
) -> Iterator[Any]:
    sides = [{each.name: each for each in table.options} for table in (before, theirs, ours)]
    for name in dict.fromkeys((*sides[2], *sides[1], *sides[0])):
        old, new, own = (side.get(name) for side in sides)
        if new in (old, own):
            value = own
        elif own == old:
            value = new
        else:
            conflicts.append(Conflict(id, "", name, old, new, own))
            value = own
        if value is not None:
            yield value


def _parts(
    id: str,
    kind: str,
    before: Sequence[_Part],
    theirs: Sequence[_Part],
    ours: Sequence[_Part],
    conflicts: list[Conflict],
) -> list[_Part]:
    def merge(_: str, old: _Part, new: _Part, own: _Part, found: list[Conflict]) -> _Part:
        merged: _Part
        merged, differing = _fields(old, new, own)
        found += [Conflict(id, f"{kind} {own.name}", each[0], old, new, own) for each in differing]
        return merged

    own_conflicts: list[Conflict] = []
    olds, news, owns = (
        {part.name.lower(): part for part in side} for side in (before, theirs, ours)
    )
    parts = _merged(olds, news, owns, _are_same_parts, merge, own_conflicts)
    for each in own_conflicts:
        part = next(part for part in (each.declared, each.live, each.recorded) if part is not None)
        name = getattr(part, "name", each.id)
        conflicts.append(each if each.part else replace(each, id=id, part=f"{kind} {name}"))
    return list(parts.values())


def _are_same_parts(one: _Part, other: _Part) -> bool:
    return replace(one, name=other.name) == other


_Differing = tuple[str, Any, Any, Any]


def _fields(
    before: Any, theirs: Any, ours: Any, only: Sequence[str] = ()
) -> tuple[Any, list[_Differing]]:
    """The fields of three values of one class; those that say no more than a spelling stay ours."""
    groups: dict[str, list[str]] = {}
    for field in fields(ours):
        if field.compare and field.name != "name":
            groups.setdefault(_TOGETHER.get(field.name, field.name), []).append(field.name)
    values: dict[str, Any] = {}
    conflicts: list[_Differing] = []
    for group, names in groups.items():
        if only and group not in only:
            continue
        old, new, own = ([getattr(each, name) for name in names] for each in (before, theirs, ours))
        if new in (old, own):
            continue
        if own == old:
            values |= dict(zip(names, new, strict=True))
        elif len(names) == 1 and _may_be_split(old[0], new[0], own[0]):
            values[group], inner = _fields(old[0], new[0], own[0])
            conflicts += [(f"{group}.{each[0]}", *each[1:]) for each in inner]
        else:
            conflicts.append((group, old[-1], new[-1], own[-1]))
    return replace(ours, **values), conflicts


def _may_be_split(*values: object) -> bool:
    """Whether the attributes of a value count one by one: those of a session, and of one type."""
    if not all(is_dataclass(each) and isinstance(each, Session | Type) for each in values):
        return False
    return len({getattr(each, "name", "") for each in values}) == 1
