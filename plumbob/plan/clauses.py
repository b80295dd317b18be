"""The work on one table as clauses of ALTER TABLE; what goes together is not decided here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from plumbob.ddl.charsets import charset_on, collation_on
from plumbob.ddl.column_sql import column_definition_sql
from plumbob.ddl.constraints import check_sql
from plumbob.ddl.indexes import index_sql
from plumbob.ddl.periods import period_name_sql, period_sql
from plumbob.ddl.quote import quote_name, quote_text
from plumbob.ddl.tables import table_partitions_sql
from plumbob.diff.change import (
    Setting,
)
from plumbob.model import Column, Flavour, Index, Table, Type
from plumbob.plan.table_work import (
    ColumnChange,
    TableWork,
)

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
    written = {option.name: option.written for option in work.after.options}
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
                yield written.get(setting.name) or _option_clause(setting)


def _option_clause(setting: Setting) -> str:
    name = quote_name(setting.name) if setting.name.islower() else setting.name
    reset = "DEFAULT" if setting.name.islower() else _RESET.get(setting.name, "0")
    return f"{name}={setting.after if setting.after is not None else reset}"


def unchanged_comment_clause(work: TableWork) -> Iterable[str]:
    """The comment as it is, beside indexes that are dropped and added as they are, and nothing else.

    Both servers take an ALTER without any change for none, and leave the indexes in their order; with the
    comment written out they do not, and build nothing either (measured: docs/decisions/0017).
    """
    rest = replace(
        work, dropped_indexes=[], added_indexes=[], reordered=[], has_other_partitions=False
    )
    moved = {index.name for index in (*work.dropped_indexes, *work.added_indexes)}
    if rest == TableWork(work.before, work.after) and moved and moved <= {*work.reordered}:
        yield f"COMMENT {quote_text(work.after.comment)}"


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
