"""The parts of a declared table as they stand in a file: each entry with what is written inside of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeVar

from plumbob.declaration.declaration import TablePlaces
from plumbob.declaration.edit.extents import is_alias, written
from plumbob.declaration.nodes import Entry, Mapping, Node
from plumbob.declaration.nodes import Sequence as ListNode
from plumbob.model import Check, Flavour, ForeignKey, Index, Table

Kind = Literal["column", "index", "foreign_key", "check"]
Part = Index | ForeignKey | Check
P = TypeVar("P", Index, ForeignKey, Check)

SECTIONS: dict[Kind, str] = {
    "column": "columns",
    "index": "indexes",
    "foreign_key": "foreign_keys",
    "check": "checks",
}


@dataclass(slots=True)
class Unit:
    """An entry of a section: its part, by the name that it has in canonical form, and parts inside of it.

    `is_own` says that it stands in the table itself, and not in a mixin or behind an alias; `was` is
    the name that it still has where it is live, when a rename is pending; `may_be_null` says of a
    column that it has no NOT NULL of its own.
    """

    kind: Kind
    name: str
    entry: Entry
    is_own: bool
    inside: list[tuple[Kind, str]] = field(default_factory=list)
    was: str = ""
    may_be_null: bool = False

    @property
    def live_name(self) -> str:
        return self.was or self.name


def read_units(
    raw: Table, completed: Table, declared: Table, places: TablePlaces, flavour: Flavour
) -> list[Unit]:
    """The units of a table.

    Args:
        raw: as written; `places` runs beside its parts.
        completed: the same with the names that are given by rule.
        declared: the same in canonical form, unnamed parts named like the live ones that they are.
        places: where the parts stand.
        flavour: the server; MySQL makes the check of a column one of the table.
    """
    columns = {
        id(entry): Unit(
            "column",
            column.name,
            entry,
            _is_own(entry, "column", places),
            may_be_null=column.null,
        )
        for column, entry in zip(raw.columns, places.columns, strict=True)
    }
    units = list(columns.values())
    for kind, name, entry in _parts(raw, completed, declared, places, flavour):
        around = columns.get(id(entry))
        if around is not None:
            around.inside.append((kind, name))
        else:
            units.append(Unit(kind, name, entry, _is_own(entry, kind, places)))
    return units


def _parts(
    raw: Table, completed: Table, declared: Table, places: TablePlaces, flavour: Flavour
) -> Iterator[tuple[Kind, str, Entry]]:
    # Primary keys come first in canonical form.
    order = sorted(range(len(raw.indexes)), key=lambda at: raw.indexes[at].kind != "primary")
    entries = [places.indexes[at] for at in order]
    names = _names(completed.indexes[: len(order)], declared.indexes)
    yield from (("index", name, entry) for name, entry in zip(names, entries, strict=True))
    names = _names(completed.foreign_keys, declared.foreign_keys)
    keys = zip(names, places.foreign_keys, strict=True)
    yield from (("foreign_key", name, entry) for name, entry in keys)
    checked = list(places.checks)
    if flavour.is_mysql:
        columns = zip(raw.columns, places.columns, strict=True)
        checked += [entry for column, entry in columns if column.check is not None]
    names = _names(completed.checks, declared.checks)
    yield from (("check", name, entry) for name, entry in zip(names, checked, strict=True))


def _names(completed: Sequence[P], declared: Sequence[P]) -> list[str]:
    """The names that these parts have in canonical form: those of their twins where none was given."""
    known = {part.name.lower(): part.name for part in declared}
    claimed = {part.name.lower() for part in completed}
    free = [part for part in declared if not part.named and part.name.lower() not in claimed]
    names: list[str] = []
    for part in completed:
        name = known.get(part.name.lower())
        if name is None:
            alike = [other for other in free if _shape(other) == _shape(part)] or free
            name = alike[0].name if alike else part.name
            free = [other for other in free if other.name != name]
        names.append(name)
    return names


def _shape(part: Part) -> object:
    if isinstance(part, Index):
        return part.kind, tuple(name.lower() for name in part.columns)
    if isinstance(part, ForeignKey):
        return tuple(name.lower() for name in part.columns), part.parent.lower()
    return part.expression.key


def own_section(places: TablePlaces, key: str) -> Node | None:
    """The value of a key of the table, where it stands in the table itself."""
    entry = places.keys.get(key)
    return entry.value if entry is not None and is_own_key(places, key) else None


def is_own_key(places: TablePlaces, key: str) -> bool:
    table, entry = places.entry, places.keys.get(key)
    if entry is None or is_alias(table) or is_alias(entry):
        return False
    return isinstance(table.value, Mapping) and any(each is entry for each in written(table.value))


def _is_own(entry: Entry, kind: Kind, places: TablePlaces) -> bool:
    if entry is places.keys.get("primary_key"):
        return is_own_key(places, "primary_key")
    section = own_section(places, SECTIONS[kind])
    if isinstance(section, Mapping):
        return any(each is entry for each in written(section))
    if isinstance(section, ListNode):
        return any(each is entry.value for each in section.items)
    return False
