"""Random schemas: SQL statements as people write them, which the server they are drawn for takes.

Names come from small pools, so that two schemas drawn apart have much in common and much that
differs.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from hypothesis import strategies as st

from plumbob.model import Column, Flavour, Index, Renames, Schema
from tests.property.drawn import Draw, DrawnColumn, DrawnTable, name, names, one_of, seldom
from tests.property.stored import Made, sequences, stored_objects
from tests.property.tables import tables

_TABLES = ("t1", "t2", "order", "a`b")
_ACTIONS = (
    "",
    "on delete cascade",
    "on delete set null",
    "on update restrict",
    "on delete no action",
    "on update cascade on delete set null",
)


@st.composite
def schemas(draw: Draw, flavour: Flavour) -> list[Made]:
    """CREATE statements, and ALTER TABLE for the foreign keys, which may close a circle."""
    chosen = draw(st.lists(one_of(*_TABLES), min_size=1, max_size=3, unique=True))
    drawn = [draw(tables(flavour, each)) for each in chosen]
    later = _draw_foreign_keys(draw, drawn)
    counters = draw(sequences()) if flavour.is_mariadb and seldom(draw, 3) else []
    above = draw(stored_objects(flavour, drawn)) if draw(st.booleans()) else []
    return [*counters, *map(Made, [*(table.sql() for table in drawn), *later]), *above]


def _draw_foreign_keys(draw: Draw, drawn: list[DrawnTable]) -> list[str]:
    """Keys between any two tables, or of a table to itself, with columns of their own."""
    able = [table for table in drawn if table.takes_foreign_keys]
    parents = [
        (table, key)
        for table in able
        for key in table.parents
        if all(map(_is_free_of_its_table, key))
    ]
    if not parents:
        return []
    later = []
    for number in range(draw(st.integers(0, 2))):
        (parent, theirs), child = draw(st.sampled_from(parents)), draw(st.sampled_from(able))
        own = tuple(
            _reference(column, f"ref{number}{place or ''}") for place, column in enumerate(theirs)
        )
        child.columns.extend(own)
        if draw(st.booleans()):
            more = draw(
                st.sampled_from(["", *(f", {name(c.name)}" for c in child.of_kind("whole"))])
            )
            if more not in (f", {name(column.name)}" for column in own):
                child.lines.append(f"key {name(f'ix_ref{number}')} ({names(own)}{more})")
        given = draw(one_of(f"fk{number}", f"fk_x{number}"))
        later.append(
            f"alter table {name(child.name)} add constraint {name(given)} "
            f"foreign key ({names(own)}) references {name(parent.name)} ({names(theirs)}) "
            + draw(one_of(*_ACTIONS))
        )
    return later


def _reference(column: DrawnColumn, given: str) -> DrawnColumn:
    """A column of the child that fits the parent's."""
    return replace(column, name=given, extra="", default="", null=True)


def _is_free_of_its_table(column: DrawnColumn) -> bool:
    """Whether the type means the same in a table of any character set."""
    is_text = column.kind == "string" or column.type.startswith(("enum", "set"))
    return not is_text or "char" in column.type.partition(")")[2] or "collate" in column.type


@st.composite
def renames(draw: Draw, before: Schema, after: Schema) -> Renames:
    """Renames that fit two schemas: of what would go and what would come, and sometimes exchanges."""
    tables = _draw_pairs(draw, before.tables, after.tables)
    columns: dict[tuple[str, str], str] = {}
    indexes: dict[tuple[str, str], str] = {}
    for name_, table in after.tables.items():
        old = before.tables.get(tables.get(name_, name_))
        if old is not None:
            pairs = _draw_pairs(draw, _names(old.columns), _names(table.columns))
            columns |= {(name_, new): was for new, was in pairs.items()}
            pairs = _draw_pairs(draw, _names(old.indexes), _names(table.indexes))
            indexes |= {(name_, new): was for new, was in pairs.items()}
    return Renames(tables, columns, indexes)


def _names(parts: tuple[Column, ...] | tuple[Index, ...]) -> list[str]:
    return [part.name for part in parts if part.name != "PRIMARY"]


def _draw_pairs(draw: Draw, before: Collection[str], after: Collection[str]) -> dict[str, str]:
    """New names and old ones; each is used once."""
    gone = sorted(each for each in before if each.lower() not in map(str.lower, after))
    come = sorted(each for each in after if each.lower() not in map(str.lower, before))
    both = sorted(set(before) & set(after))
    pairs = dict(zip(come, draw(st.permutations(gone)), strict=False)) if come and gone else {}
    pairs = {new: old for new, old in pairs.items() if draw(st.booleans())}
    free = [each for each in come if each not in pairs]
    if len(both) > 1 and seldom(draw, 6):
        one, other = draw(st.permutations(both))[:2]
        pairs |= {one: other, other: one}
    elif both and free and seldom(draw, 4):
        # Something new has the name that the old one had.
        pairs[free[0]] = draw(st.sampled_from(both))
    return pairs
