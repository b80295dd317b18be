"""Changes of one table that take more than one ALTER TABLE on MariaDB, and the tables between."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

from plumbob.ddl.periods import system_columns, without_versioning
from plumbob.model import Column, Table


def stages(before: Table, after: Table) -> Iterator[tuple[Table, Table]]:
    """From one definition to the other, each step in an ALTER of its own; mostly there is one step."""
    tables = [before]
    changes_engine = before.engine != after.engine
    if changes_engine and (kept := _without_own_options(before, after)) != before:
        # 1911: the new engine does not know the options of the old one, not even to reset them.
        tables.append(kept)
    # 4135: no ALTER both drops and adds versioning; 4134: nor does one change its columns.
    is_started_anew = before.versioned and after.versioned and _differs(before, after)
    is_dropped = before.versioned and (not after.versioned or is_started_anew or changes_engine)
    if is_dropped and before.partitions is not None:
        # 4131: partitions by SYSTEM_TIME have to be gone before.
        tables.append(replace(tables[-1], partitions=None))
    if before.versioned and (is_started_anew or changes_engine):
        tables.append(without_versioning(tables[-1]))
    if after.versioned and changes_engine:
        # 4120: the engine changes while the table is not versioned.
        tables.append(without_versioning(replace(after, partitions=None)))
    if after.versioned and not tables[-1].versioned and _leaves_columns_out(after):
        # 4124: a column is left out of versioning only once there is some.
        tables.append(replace(after, columns=tuple(map(_kept, after.columns))))
    own = [each for each in before.options if each.name == "PAGE_CHECKSUM"]
    if changes_engine and own and all(each.name != "PAGE_CHECKSUM" for each in after.options):
        # A table that leaves Aria keeps it through the ALTER that does so, whatever that says.
        tables.append(replace(after, options=(*after.options, *own)))
    yield from pairwise([*tables, after])


def _without_own_options(before: Table, after: Table) -> Table:
    """The table without the options of its engine, as far as they are to go."""
    wanted = {option.name for option in after.options}
    kept = tuple(
        option for option in before.options if not option.name.islower() or option.name in wanted
    )
    return replace(before, options=kept)


def _leaves_columns_out(table: Table) -> bool:
    return any(column.without_system_versioning for column in table.columns)


def _kept(column: Column) -> Column:
    return replace(column, without_system_versioning=False)


def _differs(before: Table, after: Table) -> bool:
    """Whether the columns that hold the row's start and end are others; names follow renames before."""
    old, new = system_columns(before), system_columns(after)
    return old != new or _system_periods(before) != _system_periods(after)


def _system_periods(table: Table) -> list[tuple[str, str]]:
    return [(each.start, each.end) for each in table.periods if each.is_system_time]
