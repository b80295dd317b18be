"""What each part of a declared table says now, and what it has to say."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from plumbob.declaration.dump.columns import Surroundings
from plumbob.declaration.dump.keys import (
    check_text,
    index_inside,
    is_inside,
    key_inside,
    own_column,
)
from plumbob.declaration.dump.words import Words
from plumbob.declaration.edit.forms import (
    Form,
    check_form,
    column_form,
    index_form,
    key_form,
    primary_key_form,
)
from plumbob.declaration.edit.units import Kind, Part, Unit
from plumbob.model import Check, Column, ForeignKey, Index, Table


@dataclass(frozen=True, slots=True)
class Side:
    """A table as it is declared or as it is live, with what its columns need not say."""

    table: Table
    around: Surroundings

    def part(self, kind: Kind, name: str) -> Part | Column | None:
        table = self.table
        if kind == "column":
            return table.column(name)
        if kind == "index":
            return table.index(name)
        if kind == "foreign_key":
            return table.foreign_key(name)
        lowered = name.lower()
        return next((check for check in table.checks if check.name.lower() == lowered), None)

    def column_inside(self, kind: Kind, name: str) -> str:
        """The column that can say a part by itself, or ""."""
        part = self.part(kind, name)
        if isinstance(part, Index):
            return own_column(part, self.table)
        # In the long form of a column, where both ends of the association have a place, too.
        if isinstance(part, ForeignKey) and is_inside(_without_ends(part), self.table):
            column = self.table.column(part.columns[0])
            return column.name if column else ""
        return ""


def _without_ends(key: ForeignKey) -> ForeignKey:
    return replace(key, alias=None, backref=None)


@dataclass(slots=True)
class Wanted:
    """A unit with the form that it has and the one that it has to get, None where it has to go."""

    unit: Unit
    old: Form
    new: Form | None
    is_changed: bool
    # The parts that it says once it is written.
    says: set[tuple[Kind, str]] = field(default_factory=set)

    @property
    def is_own(self) -> bool:
        return self.unit.is_own

    @property
    def target(self) -> str | None:
        """What it has to say, to be compared with what others want from the same place."""
        return self.new.short if self.new is not None else None


def wanted(
    unit: Unit, declared: Side, live: Side, new_inside: Iterable[tuple[Kind, str]]
) -> Wanted:
    """What a unit has to become; `new_inside` are live parts that it may take in."""
    old, new = declared.part(unit.kind, unit.name), live.part(unit.kind, unit.live_name)
    stay = [each for each in unit.inside if _stays(each, declared, live)]
    added = [] if new is None else list(new_inside)
    form = _form(unit, old, declared, unit.inside)
    if new is None or form is None:
        return Wanted(unit, form or Form("", ""), None, True)
    is_changed = old != new or stay != unit.inside or bool(added)
    is_changed = is_changed or _loses_its_key(unit, new, declared, live)
    changed_inside = any(declared.part(*each) != live.part(*each) for each in stay)
    inside = [*stay, *added]
    says = {(unit.kind, unit.live_name.lower()), *((kind, name.lower()) for kind, name in inside)}
    after = _form(unit, new, live, inside)
    # What a column inherits is another thing than before, so it has to say more, or less.
    inherits_else = isinstance(new, Column) and declared.around.defaults != live.around.defaults
    is_changed = is_changed or (inherits_else and form != after)
    return Wanted(unit, form, after, is_changed or changed_inside, says)


def _loses_its_key(unit: Unit, new: object, declared: Side, live: Side) -> bool:
    """Whether a column is NOT NULL for the primary key alone, and has to say so without it."""
    if not isinstance(new, Column) or new.null or not unit.may_be_null:
        return False
    before, after = declared.table.primary_key, live.table.primary_key
    is_left = after is None or not _names(new.name, after)
    return before is not None and _names(unit.name, before) and is_left


def _names(column: str, index: Index) -> bool:
    return column.lower() in (name.lower() for name in index.columns)


def _stays(inside: tuple[Kind, str], declared: Side, live: Side) -> bool:
    """Whether a part inside of a column is still there, and can still be said in that column."""
    old, new = declared.part(*inside), live.part(*inside)
    place = live.column_inside(*inside).lower()
    is_there = place != "" and place == declared.column_inside(*inside).lower()
    return new is not None and (old == new or is_there)


def _form(
    unit: Unit, part: Part | Column | None, side: Side, inside: Iterable[tuple[Kind, str]]
) -> Form | None:
    if isinstance(part, Column):
        return column_form(part, side.around, words_inside_of(side, inside))
    if isinstance(part, Index):
        return primary_key_form(part) if part.kind == "primary" else index_form(part)
    if isinstance(part, ForeignKey):
        return key_form(part)
    return check_form(part) if isinstance(part, Check) else None


def words_inside_of(side: Side, inside: Iterable[tuple[Kind, str]]) -> Words:
    """The parts that stand inside of a column as pieces of it."""
    words: list[tuple[str, str]] = []
    for kind, name in inside:
        part = side.part(kind, name)
        if isinstance(part, Index):
            words.append(index_inside(part))
        elif isinstance(part, ForeignKey):
            words.extend(key_inside(part))
        elif isinstance(part, Check):
            words.append(("check", f"check ({check_text(part)})"))
    return tuple(words)
