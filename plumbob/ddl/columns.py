"""Column definitions: what follows a column's name, text ⇄ `Column`.

What people write inside a column and the server keeps elsewhere (UNIQUE, PRIMARY KEY, REFERENCES)
comes out beside the column, in `ColumnParts`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from plumbob.ddl.constraints import parse_check, parse_reference, references_sql
from plumbob.ddl.cursor import Cursor
from plumbob.ddl.quote import quote_name, quote_text
from plumbob.ddl.types import accept_attribute, parse_type, type_sql
from plumbob.model import (
    Check,
    Column,
    Default,
    Expression,
    Flavour,
    ForeignKey,
    Generated,
    Index,
    KeyPart,
    Type,
)

__all__ = ["ColumnParts", "column_sql", "default_sql", "parse_column", "references_sql"]

_NOW = ("current_timestamp", "now", "localtime", "localtimestamp")


@dataclass(frozen=True, slots=True)
class ColumnParts:
    """A column, and the keys and constraints that were written inside its definition, unnamed."""

    column: Column
    indexes: tuple[Index, ...] = ()
    foreign_keys: tuple[ForeignKey, ...] = ()
    checks: tuple[Check, ...] = ()


@dataclass(slots=True)
class _Draft:
    """A column while it is being read: attributes come in any order, each into its field."""

    name: str
    type: Type
    attributes: dict[str, Any] = field(default_factory=dict)
    indexes: list[Index] = field(default_factory=list)
    foreign_keys: list[ForeignKey] = field(default_factory=list)
    checks: list[Check] = field(default_factory=list)


def parse_column(cursor: Cursor, name: str) -> ColumnParts:
    """Read a column definition after the column's name.

    Raises:
        SyntaxFault: where the text stops being a column definition.
    """
    is_serial = cursor.is_word("serial")
    draft = _Draft(name, parse_type(cursor))
    if is_serial:
        draft.attributes.update(null=False, auto_increment=True)
        draft.indexes.append(_own_index(name, "unique"))
    seen: set[str] = set()
    while not (cursor.is_at_end or cursor.is_mark(",") or cursor.is_mark(")")):
        start = cursor.token
        _read_attribute(cursor, draft)
        kind = "null" if start.value == "not" else start.value
        if kind in seen and kind in _ONCE:
            cursor.fail(f"{start.text.upper()} stands here twice", at=start)
        seen.add(kind)
    return ColumnParts(
        Column(name, draft.type, **draft.attributes),
        tuple(draft.indexes),
        tuple(draft.foreign_keys),
        tuple(draft.checks),
    )


def _read_attribute(cursor: Cursor, draft: _Draft) -> None:
    token = cursor.token
    word = token.value if token.kind == "word" else ""
    if word in _FLAGS:
        cursor.take()
        attribute, value = _FLAGS[word]
        draft.attributes[attribute] = value
    elif word in _VALUES:
        attribute, words, read = _VALUES[word]
        cursor.expect(*words)
        draft.attributes[attribute] = read(cursor)
    elif word in _PARTS:
        _PARTS[word](cursor, draft)
    elif (found := accept_attribute(cursor, draft.type)) is not None:
        draft.type = found
    else:
        cursor.fail(f"{token.text!r} is not expected in a column definition")


def _read_unique(cursor: Cursor, draft: _Draft) -> None:
    cursor.expect("unique")
    _ = cursor.accept("key") or cursor.accept("index")
    draft.indexes.append(_own_index(draft.name, "unique"))


def _read_primary(cursor: Cursor, draft: _Draft) -> None:
    """PRIMARY KEY, and KEY alone, which means the same."""
    cursor.accept("primary")
    cursor.accept("key")
    draft.indexes.append(_own_index(draft.name, "primary"))


def _read_reference(cursor: Cursor, draft: _Draft) -> None:
    key = ForeignKey("", (draft.name,), "", (), named=False)
    draft.foreign_keys.append(parse_reference(cursor, key))


def _read_check(cursor: Cursor, draft: _Draft) -> None:
    """A check with a name, or a second one, belongs to the table."""
    name = ""
    if cursor.accept("constraint") and not cursor.is_word("check"):
        name = cursor.name()
    check = parse_check(cursor, name)
    if name or not check.enforced or "check" in draft.attributes:
        draft.checks.append(check)
    else:
        draft.attributes["check"] = check.expression


def _own_index(column: str, kind: str) -> Index:
    if kind == "primary":
        return Index("PRIMARY", "primary", (KeyPart(column),))
    return Index("", "unique", (KeyPart(column),), named=False)


def _generated(cursor: Cursor) -> Generated:
    expression = cursor.parenthesised()
    kind = cursor.accept_one_of("virtual", "stored", "persistent")
    return Generated(expression, stored=kind in ("stored", "persistent"))


def _default(cursor: Cursor) -> Default:
    token = cursor.token
    if token.kind == "word" and token.value.startswith("_") and cursor.ahead().kind == "text":
        cursor.take()
        return Default("text", cursor.text())
    if token.kind == "text":
        return Default("text", cursor.take().value)
    if token.kind in ("hex", "bits"):
        return Default("hex" if token.kind == "hex" else "bits", cursor.take().value)
    if token.kind == "number" or cursor.is_mark("-") or cursor.is_mark("+"):
        return Default("number", _number(cursor))
    if cursor.is_mark("("):
        return Default("expression", expression=cursor.parenthesised())
    if cursor.accept("null"):
        return Default("null")
    if cursor.is_word("true", "false"):
        return Default("number", "1" if cursor.take().value == "true" else "0")
    if cursor.is_word(*_NOW):
        return Default("now", _now(cursor))
    return Default("expression", expression=_call(cursor))


def _number(cursor: Cursor) -> str:
    sign = "-" if cursor.accept_mark("-") else ""
    cursor.accept_mark("+")
    if cursor.token.kind != "number":
        cursor.fail("expected a number")
    return sign + cursor.take().value


def _call(cursor: Cursor) -> Expression:
    """A function call without parentheses around it, as MariaDB prints defaults: `uuid()`."""
    first = cursor.at
    if cursor.token.kind not in ("word", "name"):
        cursor.fail("expected a default value")
    cursor.take()
    if not cursor.accept_mark("("):
        cursor.fail(
            "expected a default value",
            "a text stands in quotes, an expression in parentheses",
            at=cursor.tokens[first],
        )
    cursor.skip_to_closing()
    return cursor.slice(first, cursor.at)


def _now(cursor: Cursor) -> str:
    if not cursor.is_word(*_NOW):
        cursor.fail("expected CURRENT_TIMESTAMP")
    cursor.take()
    digits = ""
    if cursor.accept_mark("("):
        if not cursor.is_mark(")"):
            digits = str(cursor.integer())
        cursor.expect_mark(")")
    return "" if digits == "0" else digits


def _word(cursor: Cursor) -> str:
    return cursor.name().upper()


def _text_after_equals(cursor: Cursor) -> str:
    cursor.accept_mark("=")
    return cursor.text()


def _integer_after_equals(cursor: Cursor) -> int:
    cursor.accept_mark("=")
    return cursor.integer()


_ONCE = ("null", "default", "comment", "auto_increment")
# Attributes that are one word: the field of Column, and its value.
_FLAGS: dict[str, tuple[str, object]] = {
    "null": ("null", True),
    "auto_increment": ("auto_increment", True),
    "invisible": ("invisible", True),
    "visible": ("invisible", False),
    "compressed": ("compressed", True),
}
# Attributes by their first word: the field, all words in front of the value, and what reads the value.
_VALUES: dict[str, tuple[str, tuple[str, ...], Callable[[Cursor], object]]] = {
    "not": ("null", ("not", "null"), lambda cursor: False),
    "default": ("default", ("default",), _default),
    "on": ("on_update", ("on", "update"), _now),
    "generated": ("generated", ("generated", "always", "as"), _generated),
    "as": ("generated", ("as",), _generated),
    "comment": ("comment", ("comment",), Cursor.text),
    "srid": ("srid", ("srid",), Cursor.integer),
    "ref_system_id": ("srid", ("ref_system_id",), _integer_after_equals),
    "storage": ("storage", ("storage",), _word),
    "column_format": ("column_format", ("column_format",), _word),
    "engine_attribute": ("engine_attribute", ("engine_attribute",), _text_after_equals),
    "secondary_engine_attribute": (
        "secondary_engine_attribute",
        ("secondary_engine_attribute",),
        _text_after_equals,
    ),
    "without": (
        "without_system_versioning",
        ("without", "system", "versioning"),
        lambda cursor: True,
    ),
}
# What the server keeps beside the column.
_PARTS: dict[str, Callable[[Cursor, _Draft], None]] = {
    "unique": _read_unique,
    "primary": _read_primary,
    "key": _read_primary,
    "references": _read_reference,
    "check": _read_check,
    "constraint": _read_check,
}


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
        _charset_sql(column.type),
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


# 10.11 and 11.4 print INVISIBLE before the default, 11.8 (measured) and later ones behind it.
_INVISIBLE_LATE_SINCE = (11, 5, 0)


def _mariadb_attributes(column: Column, flavour: Flavour, null: str) -> list[str]:
    invisible = "INVISIBLE" if column.invisible else ""
    is_late = flavour.version >= _INVISIBLE_LATE_SINCE
    return [
        "/*M!100301 COMPRESSED*/" if column.compressed else "",
        _charset_sql(column.type),
        _generated_sql(column.generated),
        null if column.generated is None else "",
        "" if is_late else invisible,
        _default_clause(column, flavour),
        "WITHOUT SYSTEM VERSIONING" if column.without_system_versioning else "",
        "AUTO_INCREMENT" if column.auto_increment else "",
        invisible if is_late else "",
        _comment_sql(column.comment),
        f"CHECK ({column.check.sql})" if column.check else "",
    ]


def _charset_sql(found: Type) -> str:
    words = []
    if found.charset and found.charset_written:
        words.append(f"CHARACTER SET {found.charset}")
    if found.collation and found.collation_written:
        words.append(f"COLLATE {found.collation}")
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
        case "hex" if flavour.is_mariadb:
            # MariaDB 11.8; a BLOB's default is an expression to it, and printed as one.
            letter = "X" if of.name.endswith(("blob", "text")) else "x"
            return f"{letter}'{default.value.lower()}'"
        case "hex":
            return f"0x{default.value}"
        case "number" if flavour.is_mariadb and (of.is_number or of.name == "year"):
            return default.value
        case "expression" if default.expression is not None:
            return _expression_sql(default.expression, flavour)
    return quote_text(default.value)


def _expression_sql(expression: Expression, flavour: Flavour) -> str:
    if flavour.is_mariadb and _is_call(expression.sql):
        return expression.sql
    return f"({expression.sql})"


def _is_call(sql: str) -> bool:
    cursor = Cursor(sql)
    if cursor.token.kind not in ("word", "name"):
        return False
    cursor.take()
    if cursor.accept_mark("("):
        cursor.skip_to_closing()
    return cursor.is_at_end


def _now_sql(digits: str, flavour: Flavour) -> str:
    if flavour.is_mariadb:
        return f"current_timestamp({digits})"
    return f"CURRENT_TIMESTAMP({digits})" if digits else "CURRENT_TIMESTAMP"


def _comment_sql(comment: str) -> str:
    return f"COMMENT {quote_text(comment)}" if comment else ""


def _attribute_sql(word: str, value: str | None) -> str:
    return f"/*!80021 {word} {quote_text(value)} */" if value is not None else ""
