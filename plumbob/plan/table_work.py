"""What has to be done to a changed table, sorted by kind of part, and what has to be made anew along with it.

How that is said in SQL is the business of `plumbob.plan.clauses`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from plumbob.diff import partitions
from plumbob.diff.change import (
    Add,
    Alter,
    Modify,
    Move,
    Remove,
    RenamePart,
    Setting,
)
from plumbob.diff.key_order import ORDERS
from plumbob.diff.renamed import names_in, names_in_partitioning
from plumbob.model import Check, Column, Default, Flavour, Index, Partition, Period, Table
from plumbob.plan.hazards import is_convertible, is_virtual


@dataclass(slots=True)
class ColumnChange:
    """All that happens to one column of the new definition."""

    column: Column
    before: Column | None = None
    is_new: bool = False
    is_modified: bool = False
    is_moved: bool = False
    behind: str | None = None

    @property
    def is_renamed(self) -> bool:
        return self.before is not None and self.before.name != self.column.name


@dataclass(slots=True)
class TableWork:
    """The changes of one table, sorted by kind; parts have the names that they have at that time.

    `reordered` names the indexes and checks that are dropped and added as they are, for their order.
    """

    before: Table
    after: Table
    columns: dict[str, ColumnChange] = field(default_factory=dict)
    dropped_columns: list[Column] = field(default_factory=list)
    dropped_indexes: list[Index] = field(default_factory=list)
    added_indexes: list[Index] = field(default_factory=list)
    renamed_indexes: list[tuple[Index, Index]] = field(default_factory=list)
    changed_visibility: list[Index] = field(default_factory=list)
    reordered: list[str] = field(default_factory=list)
    dropped_checks: list[Check] = field(default_factory=list)
    added_checks: list[Check] = field(default_factory=list)
    changed_enforcement: list[Check] = field(default_factory=list)
    dropped_periods: list[Period] = field(default_factory=list)
    added_periods: list[Period] = field(default_factory=list)
    settings: list[Setting] = field(default_factory=list)
    is_repartitioned: bool = False
    has_other_partitions: bool = False


def sort_parts(alter: Alter) -> TableWork:
    """The parts of an Alter by what has to be done; foreign keys are planned apart."""
    work = TableWork(alter.before, alter.after)
    for part in alter.parts:
        match part:
            case Setting(name=partitions.SCHEME):
                work.is_repartitioned = True
            case Setting(name=partitions.NUMBER):
                work.has_other_partitions = True
            case Setting(name=name) if name in ORDERS.values():
                # Of what is dropped and added as it is nothing is known yet: see `plumbob.plan.alter`.
                pass
            case Setting():
                work.settings.append(part)
            case Move(column, behind):
                change = _change_of(work, column)
                change.is_moved, change.behind = True, behind
            case Add(Column() as column, behind):
                work.columns[column.name] = ColumnChange(column, is_new=True, behind=behind)
            case Remove(Column() as column):
                work.dropped_columns.append(column)
            case RenamePart(Column() as before, Column() as column):
                _change_of(work, column).before = before
            case Modify(Column() as before, Column() as column):
                _modify_column(work, before, column)
            case Add(Index() as index) | Remove(Index() as index):
                is_new = isinstance(part, Add)
                (work.added_indexes if is_new else work.dropped_indexes).append(index)
            case RenamePart(Index() as before, Index() as index):
                work.renamed_indexes.append((before, index))
            case Modify(Index() as before, Index() as index):
                _modify_index(work, before, index)
            case (
                Add(Partition())
                | Remove(Partition())
                | Modify(Partition())
                | RenamePart(Partition())
            ):
                work.has_other_partitions = True
            case Add(Check() as check):
                work.added_checks.append(check)
            case Remove(Check() as check):
                work.dropped_checks.append(check)
            case Modify(Check() as before, Check() as check):
                _modify_check(work, before, check)
            case Add(Period() as period):
                work.added_periods.append(period)
            case Remove(Period() as period):
                work.dropped_periods.append(period)
            case Modify(Period() as before, Period() as period):
                work.dropped_periods.append(before)
                work.added_periods.append(period)
    return work


def _change_of(work: TableWork, column: Column) -> ColumnChange:
    return work.columns.setdefault(column.name, ColumnChange(column))


def _modify_column(work: TableWork, before: Column, column: Column) -> None:
    """A change that neither server can make in place is a drop and an add (3106, 1907)."""
    if _has_to_be_made_anew(before, column):
        work.dropped_columns.append(before)
        place = _behind(work.after, column)
        work.columns[column.name] = ColumnChange(column, before, is_new=True, behind=place)
        return
    change = _change_of(work, column)
    change.before, change.is_modified = before, True


def _has_to_be_made_anew(before: Column, after: Column) -> bool:
    if not is_convertible(before.type, after.type):
        return True
    if is_virtual(before) != is_virtual(after):
        return True
    if not is_virtual(before) and (before.generated is None) != (after.generated is None):
        return after.generated is not None
    return False


def _behind(table: Table, column: Column) -> str | None:
    names = [each.name for each in table.columns]
    place = names.index(column.name)
    return names[place - 1] if place else None


def _modify_index(work: TableWork, before: Index, index: Index) -> None:
    same = replace(before, name=index.name, invisible=index.invisible) == index
    if same and before.name == index.name and index.kind != "primary":
        work.changed_visibility.append(index)
        return
    work.dropped_indexes.append(before)
    work.added_indexes.append(index)


def make_index_anew(work: TableWork, index: Index) -> None:
    """An index that stays is dropped and added; one that was to be renamed goes under its old name.

    Hidden or shown meanwhile, it comes so: it cannot be altered beside that (1176).
    """
    work.changed_visibility = [each for each in work.changed_visibility if each.name != index.name]
    before = next((old for old, new in work.renamed_indexes if new.name == index.name), index)
    work.renamed_indexes = [pair for pair in work.renamed_indexes if pair[0] is not before]
    work.dropped_indexes.append(before)
    work.added_indexes.append(index)


def _modify_check(work: TableWork, before: Check, check: Check) -> None:
    if replace(before, enforced=check.enforced) == check:
        work.changed_enforcement.append(check)
        return
    work.dropped_checks.append(before)
    work.added_checks.append(check)


def make_way_for_renames(work: TableWork, flavour: Flavour) -> None:
    """MySQL renames no column that an expression uses, unless that expression is written anew beside it.

    Measured on 9.7: 3959 (checks), 3108 (generated columns), 3837 (functional indexes, also over a
    generated column that uses it), 3766 (defaults), 3855 (partitions); with the expression dropped
    and added, or its column modified, in the same ALTER it goes through.
    """
    if flavour.is_mariadb:
        return
    new = {name.lower() for name, change in work.columns.items() if change.is_renamed}
    if not new:
        return
    touched = {check.name for check in (*work.dropped_checks, *work.added_checks)}
    for check in work.after.checks:
        if check.name not in touched and names_in(check.expression) & new:
            work.dropped_checks.append(check)
            work.added_checks.append(check)
    computed = {each.name.lower() for each in work.after.columns if _expressions_use(each, new)}
    touched = {index.name for index in (*work.dropped_indexes, *work.added_indexes)}
    for index in work.after.indexes:
        if index.name not in touched and _uses(index, new | computed):
            make_index_anew(work, index)
    if names_in_partitioning(work.after.partitions) & new:
        work.is_repartitioned = True
    for column in work.after.columns:
        if _expressions_use(column, new):
            change = _change_of(work, column)
            change.is_modified = change.is_modified or not change.is_new


def make_indexes_anew(work: TableWork) -> None:
    """Indexes that would go on with what their columns were.

    Over a column that is dropped and added, neither server takes its new type for them (1089). A
    functional index of MySQL keeps the type and collation that its expression had: after a MODIFY
    it is no longer used, finds duplicates by the old collation and refuses what is longer than it
    was (3907, measured on 9.7). An index without a block size of its own keeps that of its table,
    which SHOW CREATE then prints (both).
    """
    anew, retyped = set(), set()
    for name, change in work.columns.items():
        if change.before is not None and change.is_new:
            anew.add(name.lower())
        elif change.before is not None and change.before.type != change.column.type:
            retyped.add(name.lower())
    resized = any(each.name == "KEY_BLOCK_SIZE" and each.before for each in work.settings)
    touched = {index.name for index in (*work.dropped_indexes, *work.added_indexes)}
    for index in work.after.indexes if anew or retyped or resized else ():
        is_stale = anew & {name.lower() for name in index.columns} or _uses(index, retyped)
        if (is_stale or (resized and not index.key_block_size)) and index.name not in touched:
            make_index_anew(work, index)


def make_period_keys_anew(work: TableWork) -> None:
    """Keys WITHOUT OVERLAPS go and come with their period (4156)."""
    gone = {period.name.lower() for period in work.dropped_periods}
    touched = {index.name for index in (*work.dropped_indexes, *work.added_indexes)}
    for index in work.after.indexes if gone else ():
        periods = {part.period.lower() for part in index.parts if part.period is not None}
        if index.name not in touched and periods & gone:
            make_index_anew(work, index)


def uses_columns(table: Table, names: set[str]) -> bool:
    """Whether an expression of the table uses one of these columns, in small letters."""
    return (
        any(names_in(check.expression) & names for check in table.checks)
        or any(_uses(index, names) for index in table.indexes)
        or any(_expressions_use(column, names) for column in table.columns)
    )


def _uses(index: Index, names: set[str]) -> bool:
    return any(part.expression and names_in(part.expression) & names for part in index.parts)


def _expressions_use(column: Column, names: set[str]) -> bool:
    formulas = [column.generated.expression] if column.generated else []
    if column.default is not None and column.default.expression is not None:
        formulas.append(column.default.expression)
    return any(names_in(formula) & names for formula in formulas)


# Functions that give each row, session or server another value: MySQL refuses an ALTER that adds a
# column while such a default is in it (1674, with and without binary log; manual: Safe and Unsafe
# Statements).
_UNSAFE_IN_DEFAULTS = frozenset(
    [
        "current_role",
        "current_user",
        "found_rows",
        "get_lock",
        "is_free_lock",
        "is_used_lock",
        "load_file",
        "rand",
        "random_bytes",
        "release_lock",
        "row_count",
        "session_user",
        "sleep",
        "sysdate",
        "system_user",
        "user",
        "uuid",
        "uuid_short",
    ]
)


def postpone_defaults(work: TableWork, flavour: Flavour) -> list[Column]:
    """Take defaults that MySQL refuses beside ADD COLUMN out of the work; they are set afterwards.

    Rows that are there already do not get such a default, then: no single statement of MySQL gives it.
    """
    if flavour.is_mariadb or not any(change.is_new for change in work.columns.values()):
        return []
    postponed = []
    for change in work.columns.values():
        column = change.column
        formula = column.default.expression if column.default else None
        is_written = change.is_new or change.is_modified
        if is_written and formula and names_in(formula) & _UNSAFE_IN_DEFAULTS:
            postponed.append(column)
            change.column = replace(column, default=Default("null") if column.null else None)
    return postponed
