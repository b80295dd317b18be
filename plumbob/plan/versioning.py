"""System-versioned tables of MariaDB: which changes take more than one ALTER TABLE, and the tables between."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

from plumbob.ddl.periods import system_columns, without_versioning
from plumbob.model import Table


def stages(before: Table, after: Table) -> Iterator[tuple[Table, Table]]:
    """From one definition to the other, each step in an ALTER of its own; mostly there is one step."""
    tables = [before]
    is_dropped = before.versioned and not after.versioned
    is_started_anew = before.versioned and after.versioned and _differs(before, after)
    if (is_dropped or is_started_anew) and before.partitions is not None:
        # 4131: partitions by SYSTEM_TIME have to be gone before.
        tables.append(replace(before, partitions=None))
    if is_started_anew:
        # 4135: no ALTER both drops and adds versioning; 4134: nor does one change its columns.
        tables.append(without_versioning(tables[-1]))
    yield from pairwise([*tables, after])


def _differs(before: Table, after: Table) -> bool:
    """Whether the columns that hold the row's start and end are others; names follow renames before."""
    old, new = system_columns(before), system_columns(after)
    return old != new or _system_periods(before) != _system_periods(after)


def _system_periods(table: Table) -> list[tuple[str, str]]:
    return [(each.start, each.end) for each in table.periods if each.is_system_time]
