"""Undoes what was changed on a server behind our back: leads from what is live to what was recorded.

What is pending is no part of it. What was renamed by hand is named back, where only the name is another
one: so no row is lost.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import TypeVar

from plumbob.diff.compare import compare_tables
from plumbob.diff.renamed import renamed
from plumbob.migration.record.live import listed
from plumbob.model import Column, Flavour, Renames, Schema, Table
from plumbob.server.connection import Server
from plumbob.workflow import Comparison, compare_database
from plumbob.workflow.drift import Drift
from plumbob.workflow.recorded import as_declaration

T = TypeVar("T", Table, Column)


def undo(drift: Drift, server: Server, *, scratch: str = "") -> Comparison:
    """What is live beside what was recorded, with the plan that leads back, proved where one can.

    What is not understood, before or now, is left as it is.

    Args:
        drift: as it was found.
        server: where it is.
        scratch: where the plan is run both ways (see `open_scratch`).
    """
    wanted = as_declaration(
        drift.compared.declaration, drift.recorded, _names_back(drift, server.flavour)
    )
    return compare_database(wanted, server, scratch=scratch, proved=True)


def named_back(found: Comparison) -> Iterator[str]:
    """`l_new becomes k_old again`: what the plan takes for renamed by hand."""
    renames = found.declaration.renames
    for old, new in renames.tables.items():
        yield f"{new} becomes {old} again"
    for (table, old), new in renames.columns.items():
        yield f"{table}.{new} becomes {table}.{old} again"


def about(drift: Drift) -> str:
    """What a migration that undoes it is for, where nobody says so."""
    return f"undo drift of {listed((id.replace(':', ' ') for id in drift.ids), 3)}"


def _names_back(drift: Drift, flavour: Flavour) -> Renames:
    live, recorded = drift.compared.live, drift.recorded
    gone = [each for name, each in recorded.tables.items() if name not in live.tables]
    come = [each for name, each in live.tables.items() if name not in recorded.tables]
    tables = _pairs(gone, come, lambda old, new: _is_same_table(old, new, flavour))
    columns: dict[tuple[str, str], str] = {}
    for name, table in recorded.tables.items():
        there = live.tables.get(tables.get(name, name))
        if there is not None and there.columns != table.columns:
            columns |= {(name, old): new for old, new in _columns_back(there, table).items()}
    return Renames(tables, columns)


def _is_same_table(old: Table, new: Table, flavour: Flavour) -> bool:
    back = renamed(Schema({new.name: new}), Renames({old.name: new.name}), flavour)
    there = back.tables[old.name]
    return not compare_tables(old, there) and not compare_tables(there, old)


def _columns_back(live: Table, recorded: Table) -> dict[str, str]:
    """Of several columns that are alike, it is the one in the same place."""
    gone = [each for each in recorded.columns if live.column(each.name) is None]
    come = [each for each in live.columns if recorded.column(each.name) is None]
    places = {
        column.name: table.columns[number - 1].name if number else ""
        for table in (live, recorded)
        for number, column in enumerate(table.columns)
    }

    def is_same(old: Column, new: Column) -> bool:
        return replace(new, name=old.name) == old

    def is_in_place(old: Column, new: Column) -> bool:
        return is_same(old, new) and places[old.name] == places[new.name]

    return _pairs(gone, come, is_in_place) | _pairs(gone, come, is_same)


def _pairs(gone: Sequence[T], come: Sequence[T], is_same: Callable[[T, T], bool]) -> dict[str, str]:
    """The old and the new names of those of which each is the only one that is like the other."""
    alike = [(old.name, new.name) for old in gone for new in come if is_same(old, new)]
    olds, news = (Counter(pair[side] for pair in alike) for side in (0, 1))
    return {old: new for old, new in alike if olds[old] == news[new] == 1}
