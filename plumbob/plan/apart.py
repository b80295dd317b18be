"""What of one table's changes does not go into one ALTER, because together it would cost more than apart.

Measured for 88 pairs of clauses on both servers: a column comes or goes in an instant, and an index is
built beside the table, but in one statement MySQL builds the whole table anew (MariaDB for an index that
is added). A virtual column goes with hardly anything: else both copy the table. What builds the table
anew or copies it in any case takes the rest along, for then it is done once.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from plumbob.diff.renamed import names_in
from plumbob.model import Column, Flavour, Index, Table
from plumbob.plan.hazards import is_virtual
from plumbob.plan.table_work import ColumnChange, TableWork


def apart(work: TableWork, flavour: Flavour) -> list[TableWork]:
    """The work of one table in the order in which it is run, each in an ALTER of its own."""
    parts = _take_apart(work)
    if not parts.has_columns or not _may_be_taken_apart(work, parts):
        return [work]
    if flavour.is_mysql and _is_empty(parts.rest) and not (parts.come and work.dropped_columns):
        # Plain and virtual columns come together in an instant, and go so; but not both.
        return [work]
    is_slow = _is_slow(parts.rest, flavour) or _has_slow_columns(work, parts)
    if is_slow and not parts.has_virtual:
        return [work]
    if is_slow or _goes_with_columns(parts.rest, flavour):
        order = _around_the_rest(work, parts) or ([work] if is_slow else _all_apart(work, parts))
    else:
        order = _all_apart(work, parts)
    return [each for each in order if not _is_empty(each)]


def _around_the_rest(work: TableWork, parts: _Parts) -> list[TableWork]:
    """Plain columns with the rest, virtual ones apart; [] where the one waits for the other."""
    if _named_before(parts) & _lowered(parts.virtual_drops.dropped_columns):
        return []
    main = _joined(work, parts.adds, parts.rest, parts.drops)
    if not _needs(main, parts.virtual_adds):
        return [parts.virtual_drops, main, parts.virtual_adds]
    if _needs(parts.virtual_adds, parts.adds) or _places(parts.virtual_adds) & set(
        parts.adds.columns
    ):
        return []
    return [parts.virtual_drops, parts.virtual_adds, main]


def _all_apart(work: TableWork, parts: _Parts) -> list[TableWork]:
    """An index of the rest may need a column that comes, and have named one that goes."""
    if _needs(parts.rest, parts.adds) or _needs(parts.rest, parts.virtual_adds):
        return [
            parts.adds,
            parts.virtual_adds,
            parts.rest,
            parts.virtual_drops,
            parts.drops,
        ]
    both = _joined(work, parts.adds, parts.drops)
    return [parts.rest, parts.virtual_drops, both, parts.virtual_adds]


@dataclass(frozen=True, slots=True)
class _Parts:
    """Columns that come and go, plain and virtual ones, and all that is left."""

    adds: TableWork
    virtual_adds: TableWork
    drops: TableWork
    virtual_drops: TableWork
    rest: TableWork

    @property
    def come(self) -> list[ColumnChange]:
        return [*self.adds.columns.values(), *self.virtual_adds.columns.values()]

    @property
    def has_virtual(self) -> bool:
        return bool(self.virtual_adds.columns or self.virtual_drops.dropped_columns)

    @property
    def has_columns(self) -> bool:
        """Whether columns come or go."""
        gone = (*self.drops.dropped_columns, *self.virtual_drops.dropped_columns)
        return bool(self.come or gone)


def _take_apart(work: TableWork) -> _Parts:
    come = {name: each for name, each in work.columns.items() if each.is_new}
    virtual = {name: each for name, each in come.items() if is_virtual(each.column)}
    plain = {name: each for name, each in come.items() if name not in virtual}
    gone, goes = work.dropped_columns, (work.before, work.after)
    return _Parts(
        adds=TableWork(*goes, columns=plain),
        virtual_adds=TableWork(*goes, columns=virtual),
        drops=TableWork(*goes, dropped_columns=[each for each in gone if not is_virtual(each)]),
        virtual_drops=TableWork(*goes, dropped_columns=list(filter(is_virtual, gone))),
        rest=replace(
            work,
            columns={name: each for name, each in work.columns.items() if not each.is_new},
            dropped_columns=[],
        ),
    )


def _joined(work: TableWork, *parts: TableWork) -> TableWork:
    """Columns of several parts in one, with all else of the work where the rest is among them."""
    names = {name for part in parts for name in part.columns}
    gone = {column.name for part in parts for column in part.dropped_columns}
    rest = next((part for part in parts if not _is_empty(_without_columns(part))), parts[0])
    return replace(
        rest,
        columns={name: each for name, each in work.columns.items() if name in names},
        dropped_columns=[each for each in work.dropped_columns if each.name in gone],
    )


def _without_columns(work: TableWork) -> TableWork:
    return replace(work, columns={}, dropped_columns=[])


def _is_empty(work: TableWork) -> bool:
    return work == TableWork(work.before, work.after)


def _may_be_taken_apart(work: TableWork, parts: _Parts) -> bool:
    """Whether each part can stand alone, and the columns end in their places."""
    if work.is_repartitioned or work.has_other_partitions or work.after.versioned:
        return False
    if work.before.versioned or work.added_periods or work.dropped_periods:
        return False
    if any(change.is_moved for change in work.columns.values()):
        return False
    come = {name.lower() for part in (parts.adds, parts.virtual_adds) for name in part.columns}
    gone = {column.name.lower() for column in work.dropped_columns}
    if come & gone or _places(parts.adds) & set(parts.virtual_adds.columns):
        return False
    virtual = _lowered(parts.virtual_drops.dropped_columns)
    if any(virtual & _named_by(column) for column in parts.drops.dropped_columns):
        return False
    is_needed = _needs(parts.rest, parts.adds) or _needs(parts.rest, parts.virtual_adds)
    # What comes first has to know the table as it was, under its old names.
    is_renamed = any(change.is_renamed for change in work.columns.values())
    # 3108, 3766: a column that an expression uses keeps its name until that is gone.
    if is_renamed and any(map(_named_by, work.dropped_columns)):
        return False
    is_recharged = any(each.name in ("CHARSET", "COLLATE") for each in work.settings)
    return not (is_needed and (is_renamed or is_recharged))


def _places(work: TableWork) -> set[str | None]:
    """The columns behind which others come; the last one needs no place."""
    last = work.after.columns[-1].name
    return {change.behind for name, change in work.columns.items() if name != last}


def _needs(rest: TableWork, adds: TableWork) -> bool:
    """Whether an index or an expression of the rest names a column that comes."""
    names = {name.lower() for name in adds.columns}
    named = _names(rest.added_indexes)
    named |= {name for check in rest.added_checks for name in names_in(check.expression)}
    for change in rest.columns.values():
        named |= _named_by(change.column)
    return bool(named & names)


def _names(indexes: Sequence[Index]) -> set[str]:
    """The columns of indexes, and those that their expressions name, in small letters."""
    found = {name.lower() for index in indexes for name in index.columns}
    for index in indexes:
        for part in index.parts:
            found |= names_in(part.expression) if part.expression else set()
    return found


def _named_before(parts: _Parts) -> set[str]:
    """The columns that indexes, checks and expressions name until the rest has been done."""
    named = _names(parts.rest.dropped_indexes)
    for check in parts.rest.dropped_checks:
        named |= names_in(check.expression)
    for change in parts.rest.columns.values():
        named |= _named_by(change.before) if change.before else set()
    return named.union(*map(_named_by, parts.drops.dropped_columns))


def _lowered(columns: Iterable[Column]) -> set[str]:
    return {column.name.lower() for column in columns}


def _named_by(column: Column) -> set[str]:
    """The columns that the expressions of a column name, in small letters."""
    found = set(names_in(column.generated.expression)) if column.generated else set()
    if column.default is not None and column.default.expression is not None:
        found |= names_in(column.default.expression)
    return found


def _has_slow_columns(work: TableWork, parts: _Parts) -> bool:
    """Whether a column that comes or goes has the table built anew, whatever is beside it."""
    table = work.after
    if table.engine != "InnoDB" or any(index.kind == "fulltext" for index in table.indexes):
        return True
    if any(option.name == "KEY_BLOCK_SIZE" for option in table.options) or _is_compressed(table):
        return True
    return any(
        change.column.auto_increment
        or change.column.generated is not None
        or (change.column.default is not None and change.column.default.kind == "expression")
        for change in parts.adds.columns.values()
    )


def _is_compressed(table: Table) -> bool:
    return any(
        option.name == "ROW_FORMAT" and option.value.upper() == "COMPRESSED"
        for option in table.options
    )


def _is_slow(rest: TableWork, flavour: Flavour) -> bool:
    """Whether the table is surely built anew or copied; where nobody knows, apart is never dearer."""
    indexes = [*rest.added_indexes, *rest.dropped_indexes]
    if any(index.kind == "primary" for index in indexes) or rest.added_checks:
        return True
    if any(check.enforced for check in rest.changed_enforcement):
        return True
    if any(each.name in ("ENGINE", "ROW_FORMAT", "KEY_BLOCK_SIZE") for each in rest.settings):
        return True
    if any(index.kind == "fulltext" for index in rest.added_indexes):
        return True
    return any(_is_slow_change(change, flavour) for change in rest.columns.values())


def _is_slow_change(change: ColumnChange, flavour: Flavour) -> bool:
    before, after = change.before, change.column
    if before is None:
        return False
    if before.null != after.null or (flavour.is_mysql and before.generated != after.generated):
        return True
    old, new = before.type, after.type
    if old.name != new.name or not new.is_string or new.name == "char":
        return old != new
    if new.name == "varchar":
        return (new.length or 0) < (old.length or 0)
    return new.labels[: len(old.labels)] != old.labels


def _goes_with_columns(rest: TableWork, flavour: Flavour) -> bool:
    """Whether columns come and go in an instant with all of this beside them."""
    if flavour.is_mariadb:
        return not rest.added_indexes
    if rest.added_indexes or rest.dropped_indexes or rest.renamed_indexes:
        return False
    if rest.changed_visibility or rest.settings:
        return False
    return all(map(_is_instant_change, rest.columns.values()))


def _is_instant_change(change: ColumnChange) -> bool:
    """Whether only the name, the default, the comment or a label at the end of the list changes."""
    before, after = change.before, change.column
    if before is None or not change.is_modified:
        return True
    if before.type.labels:
        count = len(before.type.labels)
        return before.type == replace(after.type, labels=after.type.labels[:count])
    return before.type == after.type
