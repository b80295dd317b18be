"""CREATE TABLE: text ⇄ `Table`."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from plumbob.ddl.column_sql import column_sql
from plumbob.ddl.columns import parse_column
from plumbob.ddl.constraints import (
    check_sql,
    foreign_key_sql,
    parse_check,
    parse_foreign_key,
)
from plumbob.ddl.cursor import Cursor
from plumbob.ddl.indexes import index_sql, is_index, parse_index
from plumbob.ddl.partitions import parse_partitioning, partitioning_sql
from plumbob.ddl.periods import parse_period, period_sql
from plumbob.ddl.quote import quote_name, quote_text
from plumbob.ddl.types import charset_name
from plumbob.model import (
    Check,
    Column,
    Flavour,
    ForeignKey,
    Index,
    Option,
    Period,
    Table,
)

# Options that SHOW CREATE TABLE prints behind the comment.
_BEHIND_COMMENT = (
    "CONNECTION",
    "DATA DIRECTORY",
    "INDEX DIRECTORY",
    "UNION",
    "SECONDARY_ENGINE",
)
# Options that MySQL prints inside a version comment, with the comment's opening.
_IN_COMMENT = {
    "TABLESPACE": "/*!50100",
    "AUTOEXTEND_SIZE": "/*!80023",
    "ENGINE_ATTRIBUTE": "/*!80021",
    "SECONDARY_ENGINE_ATTRIBUTE": "/*!80021",
}
# Options that InnoDB of MariaDB defines: printed in backquotes, as they were written, with a text.
_OF_ENGINES = ("page_compressed", "page_compression_level", "encrypted", "encryption_key_id")


def parse_create_table(sql: str, flavour: Flavour | None = None) -> Table:
    """Read a CREATE TABLE statement, as a server prints it or as people write it.

    Args:
        sql: one statement; a semicolon at its end is allowed.
        flavour: the server whose version comments are read as text.

    Raises:
        SyntaxFault: at the first token that the grammar does not know.
    """
    cursor = Cursor(sql, flavour)
    cursor.expect("create")
    if cursor.accept("or"):
        cursor.expect("replace")
    cursor.expect("table")
    if cursor.accept("if"):
        cursor.expect("not", "exists")
    name = cursor.name()
    if cursor.accept_mark("."):
        name = cursor.name()
    table = _definitions(cursor, name)
    table = parse_table_options(cursor, table)
    if cursor.accept("partition"):
        cursor.expect("by")
        table = replace(table, partitions=parse_partitioning(cursor))
    cursor.accept_mark(";")
    cursor.expect_end()
    return table


@dataclass(slots=True)
class _Draft:
    """What stands between the parentheses of CREATE TABLE, sorted by kind while it is being read."""

    columns: list[Column] = field(default_factory=list)
    indexes: list[Index] = field(default_factory=list)
    foreign_keys: list[ForeignKey] = field(default_factory=list)
    checks: list[Check] = field(default_factory=list)
    periods: list[Period] = field(default_factory=list)


def _definitions(cursor: Cursor, name: str) -> Table:
    cursor.expect_mark("(")
    draft = _Draft()
    _read_definition(cursor, draft)
    while cursor.accept_mark(","):
        _read_definition(cursor, draft)
    cursor.expect_mark(")")
    return Table(
        name,
        tuple(draft.columns),
        tuple(draft.indexes),
        tuple(draft.foreign_keys),
        tuple(draft.checks),
        periods=tuple(draft.periods),
    )


def _read_definition(cursor: Cursor, draft: _Draft) -> None:
    """Read one column, index or constraint."""
    constraint = ""
    is_constraint = cursor.accept("constraint")
    if is_constraint and not cursor.is_word("primary", "unique", "foreign", "check"):
        constraint = cursor.name()
    if cursor.is_word("foreign"):
        draft.foreign_keys.append(parse_foreign_key(cursor, constraint))
    elif cursor.is_word("check") and cursor.ahead().value == "(":
        draft.checks.append(parse_check(cursor, constraint))
    elif is_constraint and not cursor.is_word("primary", "unique"):
        cursor.fail("expected PRIMARY KEY, UNIQUE, FOREIGN KEY or CHECK")
    elif is_index(cursor):
        draft.indexes.append(parse_index(cursor, constraint))
    elif cursor.is_word("period") and cursor.ahead().value == "for":
        draft.periods.append(parse_period(cursor))
    else:
        parts = parse_column(cursor, cursor.name())
        draft.columns.append(parts.column)
        draft.indexes.extend(parts.indexes)
        draft.foreign_keys.extend(parts.foreign_keys)
        draft.checks.extend(parts.checks)


def parse_table_options(cursor: Cursor, table: Table) -> Table:
    """Read table options, with or without `=` and commas, up to PARTITION BY or the end."""
    while cursor.token.kind in ("word", "name") and not cursor.is_word("partition"):
        table = _option(cursor, table)
        cursor.accept_mark(",")
    return table


def _option(cursor: Cursor, table: Table) -> Table:
    if cursor.accept("with"):
        cursor.expect("system", "versioning")
        return replace(table, versioned=True)
    cursor.accept("default")
    start = cursor.token
    name = _option_name(cursor)
    cursor.accept_mark("=")
    match name:
        case "ENGINE" | "TYPE":
            return replace(table, engine=cursor.name())
        case "CHARSET" | "CHARACTER SET":
            return replace(table, charset=charset_name(cursor))
        case "COLLATE":
            return replace(table, collation=charset_name(cursor))
        case "AUTO_INCREMENT":
            return replace(table, auto_increment=cursor.integer())
        case "COMMENT":
            return replace(table, comment=cursor.text())
        case "SEQUENCE":
            cursor.fail("a sequence is no table", at=start)
    option = Option(name, _option_value(cursor, name))
    if name.islower():
        written = start.value if start.kind == "name" else start.text
        option = replace(option, written=written)
    return replace(table, options=(*table.options, option))


def _option_name(cursor: Cursor) -> str:
    if cursor.token.kind == "name":
        return cursor.name().lower()
    word = cursor.take().value
    if word in _OF_ENGINES:
        return word
    if word == "character":
        cursor.expect("set")
        return "CHARACTER SET"
    if word in ("data", "index"):
        cursor.expect("directory")
        return f"{word.upper()} DIRECTORY"
    return word.upper()


def _option_value(cursor: Cursor, name: str) -> str:
    """The value as SQL: a text in quotes, a number or a word in capitals."""
    token = cursor.token
    if token.kind == "text":
        return quote_text(cursor.text())
    if token.kind == "mark" and token.value == "(":
        first = cursor.at
        cursor.take()
        cursor.skip_to_closing()
        return cursor.slice(first, cursor.at).sql
    if token.kind == "end" or token.kind == "mark":
        cursor.fail(f"expected the value of {name}")
    if token.kind == "name" or name == "TABLESPACE":
        return quote_name(cursor.name())
    return quote_text(cursor.take().text) if name.islower() else cursor.take().text.upper()


def create_table_sql(table: Table, flavour: Flavour) -> str:
    """A table as SHOW CREATE TABLE of this flavour prints it."""
    lines = [
        *(column_sql(column, flavour) for column in table.columns),
        *(period_sql(each) for each in table.periods if not each.is_system_time),
        *(index_sql(index, flavour) for index in table.indexes),
        *(period_sql(each) for each in table.periods if each.is_system_time),
        *(foreign_key_sql(key, flavour) for key in table.foreign_keys),
        *(check_sql(check, flavour) for check in table.checks),
    ]
    body = ",\n".join("  " + line for line in lines)
    options = " ".join(table_options_sql(table, flavour))
    sql = f"CREATE TABLE {quote_name(table.name)} (\n{body}\n)"
    return f"{sql} {options}".rstrip(" ") + table_partitions_sql(table, flavour)


def table_partitions_sql(table: Table, flavour: Flavour) -> str:
    """PARTITION BY behind the options, or nothing."""
    if table.partitions is None:
        return ""
    return partitioning_sql(table.partitions, flavour, table.engine)


def table_options_sql(table: Table, flavour: Flavour) -> list[str]:
    """The options of a table, one by one, in the order in which the server prints them."""
    options = list(table.options)
    words = [_option_sql(option) for option in options if option.name == "TABLESPACE"]
    if table.engine:
        words.append(f"ENGINE={table.engine}")
    if table.auto_increment is not None:
        words.append(f"AUTO_INCREMENT={table.auto_increment}")
    if table.charset:
        words.append(f"DEFAULT CHARSET={table.charset}")
    if table.collation:
        words.append(f"COLLATE={table.collation}")
    behind = [option for option in options if _is_behind_comment(option)]
    before = [option for option in options if option not in behind and option.name != "TABLESPACE"]
    words.extend(map(_option_sql, before))
    if table.comment:
        words.append(f"COMMENT={quote_text(table.comment)}")
    words.extend(map(_option_sql, behind))
    if table.versioned:
        words.append("WITH SYSTEM VERSIONING")
    return words


def _is_behind_comment(option: Option) -> bool:
    return option.name in _BEHIND_COMMENT or option.name.islower()


def _option_sql(option: Option) -> str:
    if option.name.islower():
        return f"{quote_name(option.written or option.name)}={option.value}"
    opening = _IN_COMMENT.get(option.name)
    if opening is None:
        return f"{option.name}={option.value}"
    equals = " " if option.name == "TABLESPACE" else "="
    return f"{opening} {option.name}{equals}{option.value} */"
