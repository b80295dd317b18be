"""Column definitions as SQL: as SHOW CREATE TABLE prints them, and as a statement says them in full."""

from __future__ import annotations

import re

from plumbob.ddl.charsets import charset_on, collation_on
from plumbob.ddl.cursor import Cursor
from plumbob.ddl.lexer import SyntaxFault
from plumbob.ddl.quote import quote_name, quote_text
from plumbob.ddl.types import type_sql
from plumbob.model import Column, Default, Expression, Flavour, Generated, Type
from plumbob.model.features import INVISIBLE_BEHIND_DEFAULT


def column_sql(column: Column, flavour: Flavour) -> str:
    """A column with its name, as the server of this flavour prints it in SHOW CREATE TABLE."""
    return _column_sql(column, flavour, _printed_null(column))


def column_definition_sql(column: Column, flavour: Flavour) -> str:
    """The same for ADD, MODIFY and CHANGE COLUMN: whether it may be NULL is always said."""
    return _column_sql(column, flavour, "NULL" if column.null else "NOT NULL")


def _column_sql(column: Column, flavour: Flavour, null: str) -> str:
    order = _mysql_attributes if flavour.is_mysql else _mariadb_attributes
    words = [quote_name(column.name), type_sql(column.type, flavour), *order(column, flavour, null)]
    return " ".join(filter(None, words))


def _mysql_attributes(column: Column, flavour: Flavour, null: str) -> list[str]:
    return [
        _charset_sql(column.type, flavour),
        _generated_sql(column.generated),
        null,
        f"/*!80003 SRID {column.srid} */" if column.srid is not None else "",
        f"/*!50606 STORAGE {column.storage} */" if column.storage else "",
        f"/*!50606 COLUMN_FORMAT {column.column_format} */" if column.column_format else "",
        _default_clause(column, flavour),
        "AUTO_INCREMENT" if column.auto_increment else "",
        "/*!80023 INVISIBLE */" if column.invisible else "",
        _comment_sql(column.comment),
        _attribute_sql("ENGINE_ATTRIBUTE", column.engine_attribute),
        _attribute_sql("SECONDARY_ENGINE_ATTRIBUTE", column.secondary_engine_attribute),
    ]


def _mariadb_attributes(column: Column, flavour: Flavour, null: str) -> list[str]:
    invisible = "INVISIBLE" if column.invisible else ""
    is_late = INVISIBLE_BEHIND_DEFAULT.is_in(flavour)
    return [
        "/*M!100301 COMPRESSED*/" if column.compressed else "",
        _charset_sql(column.type, flavour),
        _generated_sql(column.generated),
        f"GENERATED ALWAYS AS ROW {column.system_time}" if column.system_time else "",
        null if column.generated is None and column.system_time is None else "",
        "" if is_late else invisible,
        _default_clause(column, flavour),
        "WITHOUT SYSTEM VERSIONING" if column.without_system_versioning else "",
        "AUTO_INCREMENT" if column.auto_increment else "",
        invisible if is_late else "",
        _comment_sql(column.comment),
        f"CHECK ({column.check.sql})" if column.check else "",
    ]


def _charset_sql(found: Type, flavour: Flavour) -> str:
    words = []
    if found.charset and found.charset_written:
        words.append(f"CHARACTER SET {charset_on(flavour, found.charset)}")
    if found.collation and found.collation_written:
        words.append(f"COLLATE {collation_on(flavour, found.collation)}")
    return " ".join(words)


def _generated_sql(generated: Generated | None) -> str:
    if generated is None:
        return ""
    kind = "STORED" if generated.stored else "VIRTUAL"
    return f"GENERATED ALWAYS AS ({generated.expression.sql}) {kind}"


def _printed_null(column: Column) -> str:
    if not column.null:
        return "NOT NULL"
    # A TIMESTAMP without NULL is NOT NULL where explicit_defaults_for_timestamp is off.
    return "NULL" if column.type.name == "timestamp" else ""


def _default_clause(column: Column, flavour: Flavour) -> str:
    words = []
    if column.default is not None:
        words.append("DEFAULT " + default_sql(column.default, column.type, flavour))
    if column.on_update is not None:
        words.append("ON UPDATE " + _now_sql(column.on_update, flavour))
    return " ".join(words)


def default_sql(default: Default, of: Type, flavour: Flavour) -> str:
    """The value after DEFAULT as the server prints it.

    MySQL prints numbers in quotes, and bytes that are no text as hexadecimal digits.
    """
    match default.kind:
        case "null":
            return "NULL"
        case "now":
            return _now_sql(default.value, flavour)
        case "bits":
            return f"b'{default.value}'"
        case "hex" if not default.value:
            return "''"
        case "hex" if flavour.is_mariadb:
            return f"x'{default.value.lower()}'"
        case "hex":
            return f"0x{default.value}"
        case "number" if flavour.is_mariadb and (of.is_number or of.name == "year"):
            return default.value
        case "expression" if default.expression is not None:
            return _expression_sql(default.expression, flavour)
    return quote_text(default.value)


def _expression_sql(expression: Expression, flavour: Flavour) -> str:
    if flavour.is_mariadb and _stands_alone(expression.sql):
        return expression.sql
    return f"({expression.sql})"


# CAST to these is a call to MariaDB, and to anything else an operator (measured on 10.11 and 11.8).
_CAST_AS_CALL = re.compile(r"(?i)^cast\(.* as (date|time|datetime)(\(\d\))?\)$")


def _stands_alone(sql: str) -> bool:
    """Whether MariaDB prints it without parentheses: a call, a name, or a literal with its introducer."""
    try:
        cursor = Cursor(sql)
    except SyntaxFault:
        # In a fingerprint names have no quotes: one with a backquote inside is none any more.
        return False
    if cursor.token.kind in ("word", "name"):
        is_cast = cursor.take().value == "cast"
        if cursor.accept_mark("("):
            cursor.skip_to_closing()
            if is_cast and not _CAST_AS_CALL.match(sql):
                return False
    if cursor.token.kind in ("text", "hex", "bits", "number"):
        cursor.take()
    return cursor.is_at_end


def _now_sql(digits: str, flavour: Flavour) -> str:
    if flavour.is_mariadb:
        return f"current_timestamp({digits})"
    return f"CURRENT_TIMESTAMP({digits})" if digits else "CURRENT_TIMESTAMP"


def _comment_sql(comment: str) -> str:
    return f"COMMENT {quote_text(comment)}" if comment else ""


def _attribute_sql(word: str, value: str | None) -> str:
    return f"/*!80021 {word} {quote_text(value)} */" if value is not None else ""
