"""One changed table into the clauses of ALTER TABLE, by kind of part; what goes together is not decided here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from plumbob.ddl.charsets import charset_on, collation_on
from plumbob.ddl.column_sql import column_definition_sql
from plumbob.ddl.constraints import check_sql
from plumbob.ddl.indexes import index_sql
from plumbob.ddl.periods import period_name_sql, period_sql
from plumbob.ddl.quote import quote_name, quote_text
from plumbob.ddl.tables import table_partitions_sql
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
from plumbob.diff.renamed import names_in, names_in_partitioning
from plumbob.model import Check, Column, Default, Flavour, Index, Partition, Period, Table, Type
from plumbob.plan.hazards import is_convertible, is_virtual

# How an option is taken back to what it is when it is not written.
_RESET = {
    "ROW_FORMAT": "DEFAULT",
    "STATS_PERSISTENT": "DEFAULT",
    "STATS_AUTO_RECALC": "DEFAULT",
    "STATS_SAMPLE_PAGES": "DEFAULT",
    "PACK_KEYS": "DEFAULT",
    "PAGE_CHECKSUM": "DEFAULT",
    "TRANSACTIONAL": "DEFAULT",
    "COMPRESSION": "''",
    "ENCRYPTION": "'N'",
    "CONNECTION": "''",
    "ENGINE_ATTRIBUTE": "''",
    "SECONDARY_ENGINE_ATTRIBUTE": "''",
    "SECONDARY_ENGINE": "NULL",
    "INSERT_METHOD": "NO",
    "TABLESPACE": "innodb_file_per_table",
}


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
            case Add(Partition()) | Remove(Partition()) | Modify(Partition()):
                work.has_other_partitions = True
            case RenamePart(Partition()):
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

    Rows that are there already do not get such a default, then: no single statement of MySQL gives
        it.
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


def drop_clauses(work: TableWork) -> Iterable[str]:
    for check in work.dropped_checks:
        yield f"DROP CONSTRAINT {quote_name(check.name)}"
    for index in work.dropped_indexes:
        yield drop_index_clause(index)
    for period in work.dropped_periods:
        yield f"DROP PERIOD FOR {period_name_sql(period)}"
    for column in work.dropped_columns:
        yield f"DROP COLUMN {quote_name(column.name)}"


def drop_index_clause(index: Index) -> str:
    return "DROP PRIMARY KEY" if index.kind == "primary" else f"DROP KEY {quote_name(index.name)}"


def column_clauses(work: TableWork, flavour: Flavour) -> Iterable[str]:
    """Columns in the order of the new definition, so that each AFTER names one that is in its place."""
    last = work.after.columns[-1].name
    for column in work.after.columns:
        change = work.columns.get(column.name)
        if change is not None:
            definition = definition_sql(change.column, work.after, flavour)
            yield _column_clause(change, definition, _place(change, is_last=column.name == last))


def definition_sql(column: Column, table: Table, flavour: Flavour) -> str:
    """A column of a table for ADD, MODIFY and CHANGE; a string with its character set, unless left to the table.

    A live column of MySQL that was made without one gets its exact text back only without one. That
    is the table's default after the statement, also when the same statement changes it (measured on
    both).
    """
    if column.type.is_string and table.collation != column.type.collation:
        column = replace(column, type=with_charset_written(column.type))
    return column_definition_sql(column, flavour)


def with_charset_written(found: Type) -> Type:
    return replace(found, charset_written=found.is_string, collation_written=found.is_string)


def _place(change: ColumnChange, *, is_last: bool) -> str:
    if not change.is_moved and (is_last or not change.is_new):
        return ""
    return f" AFTER {quote_name(change.behind)}" if change.behind else " FIRST"


def _column_clause(change: ColumnChange, definition: str, place: str) -> str:
    if change.is_new:
        return f"ADD COLUMN {definition}{place}"
    before = change.before
    if before is None or before.name == change.column.name:
        return f"MODIFY COLUMN {definition}{place}"
    old = quote_name(before.name)
    if change.is_modified or change.is_moved:
        return f"CHANGE COLUMN {old} {definition}{place}"
    return f"RENAME COLUMN {old} TO {quote_name(change.column.name)}"


def index_clauses(work: TableWork, flavour: Flavour) -> Iterable[str]:
    for before, after in work.renamed_indexes:
        yield f"RENAME KEY {quote_name(before.name)} TO {quote_name(after.name)}"
    for index in work.changed_visibility:
        words = ("IGNORED", "NOT IGNORED") if flavour.is_mariadb else ("INVISIBLE", "VISIBLE")
        yield f"ALTER INDEX {quote_name(index.name)} {words[0] if index.invisible else words[1]}"
    for index in work.added_indexes:
        yield f"ADD {index_sql(index, flavour).rstrip(' ')}"


def check_clauses(work: TableWork, flavour: Flavour) -> Iterable[str]:
    for check in work.changed_enforcement:
        word = "ENFORCED" if check.enforced else "NOT ENFORCED"
        yield f"ALTER CHECK {quote_name(check.name)} {word}"
    for check in work.added_checks:
        yield f"ADD {check_sql(check, flavour)}"


def period_clauses(work: TableWork) -> Iterable[str]:
    for period in work.added_periods:
        yield f"ADD {period_sql(period)}"


def setting_clauses(work: TableWork, flavour: Flavour) -> Iterable[str]:
    """Table options; character set and collation go together, for each of them implies the other."""
    names = [setting.name for setting in work.settings]
    spelled = {option.name: option.written for option in work.after.options}
    for setting in work.settings:
        match setting.name:
            case "CHARSET" | "COLLATE":
                if setting.name == "COLLATE" and "CHARSET" in names:
                    continue
                charset = charset_on(flavour, work.after.charset or "")
                collation = collation_on(flavour, work.after.collation or "")
                yield f"DEFAULT CHARACTER SET {charset} COLLATE {collation}"
            case "SYSTEM VERSIONING":
                yield f"{'ADD' if setting.after else 'DROP'} SYSTEM VERSIONING"
            case "COMMENT":
                yield f"COMMENT {quote_text(setting.after or '')}"
            case _:
                yield _option_clause(setting, spelled.get(setting.name) or setting.name)


def _option_clause(setting: Setting, spelled: str) -> str:
    name = quote_name(spelled) if setting.name.islower() else setting.name
    reset = "DEFAULT" if setting.name.islower() else _RESET.get(setting.name, "0")
    return f"{name}={setting.after if setting.after is not None else reset}"


def partition_clause(work: TableWork, flavour: Flavour) -> str:
    """PARTITION BY or REMOVE PARTITIONING, which follow the other clauses without a comma."""
    if not work.is_repartitioned:
        return ""
    return table_partitions_sql(work.after, flavour) or " REMOVE PARTITIONING"


def alter_sql(table: str, clauses: list[str]) -> str:
    """ALTER TABLE on one line for one clause, on a line for each for more."""
    start = f"ALTER TABLE {quote_name(table)}"
    if len(clauses) < 2:
        return " ".join((start, *clauses))
    return f"{start}\n  " + ",\n  ".join(clauses)
