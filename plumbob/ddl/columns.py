"""Column definitions: what follows a column's name, read into a `Column`.

What people write inside a column and the server keeps elsewhere (UNIQUE, PRIMARY KEY, REFERENCES)
comes out beside the column, in `ColumnParts`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from plumbob.ddl.constraints import parse_check, parse_reference
from plumbob.ddl.cursor import Cursor
from plumbob.ddl.types import accept_attribute, parse_type
from plumbob.model import (
    Check,
    Column,
    Default,
    Expression,
    ForeignKey,
    Generated,
    Index,
    KeyPart,
    Type,
)
from plumbob.model.type import BLOBS, TEXTS

# Functions that need no parentheses, and that MariaDB takes as defaults so.
_BARE_CALLS = (
    "current_date",
    "current_role",
    "current_time",
    "current_user",
    "utc_date",
    "utc_time",
    "utc_timestamp",
)
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
        _make_serial(draft)
    seen: set[str] = set()
    while not (cursor.is_at_end or cursor.is_mark(",") or cursor.is_mark(")")):
        start = cursor.token
        _read_attribute(cursor, draft)
        kind = _SAME.get(start.value, start.value)
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
        first = cursor.at
        value = read(cursor)
        if isinstance(value, Default):
            value = _as_printed(value, draft.type, cursor, first)
        draft.attributes[attribute] = value
    elif word in _PARTS:
        _PARTS[word](cursor, draft)
    elif (found := accept_attribute(cursor, draft.type)) is not None:
        draft.type = found
    else:
        cursor.fail(f"{token.text!r} is not expected in a column definition")


def _read_unique(cursor: Cursor, draft: _Draft) -> None:
    cursor.expect("unique")
    _ = cursor.accept("key") or cursor.accept("index")
    index = _own_index(draft.name, "unique")
    if index not in draft.indexes:
        draft.indexes.append(index)


def _read_primary(cursor: Cursor, draft: _Draft) -> None:
    """PRIMARY KEY, and KEY alone, which means the same."""
    cursor.accept("primary")
    cursor.accept("key")
    draft.indexes.append(_own_index(draft.name, "primary"))


def _read_reference(cursor: Cursor, draft: _Draft, name: str = "") -> None:
    """REFERENCES, with MariaDB behind CONSTRAINT and a name as well."""
    key = ForeignKey(name, (draft.name,), "", (), named=bool(name))
    draft.foreign_keys.append(parse_reference(cursor, key))


def _read_check(cursor: Cursor, draft: _Draft) -> None:
    """A check with a name, or a second one, belongs to the table."""
    name = ""
    if cursor.accept("constraint") and not cursor.is_word("check"):
        name = cursor.name()
    if name and cursor.is_word("references"):
        _read_reference(cursor, draft, name)
        return
    check = parse_check(cursor, name)
    if name or not check.enforced or "check" in draft.attributes:
        draft.checks.append(check)
    else:
        draft.attributes["check"] = check.expression


def _read_serial(cursor: Cursor, draft: _Draft) -> None:
    """SERIAL DEFAULT VALUE is NOT NULL AUTO_INCREMENT UNIQUE (manual: Numeric Type Syntax)."""
    cursor.expect("serial", "default", "value")
    _make_serial(draft)


def _make_serial(draft: _Draft) -> None:
    draft.attributes.update(null=False, auto_increment=True)
    index = _own_index(draft.name, "unique")
    if index not in draft.indexes:
        draft.indexes.append(index)


def _own_index(column: str, kind: str) -> Index:
    if kind == "primary":
        return Index("PRIMARY", "primary", (KeyPart(column),), inside=True)
    return Index("", "unique", (KeyPart(column),), named=False, inside=True)


def _read_compressed(cursor: Cursor, draft: _Draft) -> None:
    """COMPRESSED, or with its method, of which MariaDB has one and prints none."""
    cursor.expect("compressed")
    if cursor.accept_mark("="):
        cursor.name()
    draft.attributes["compressed"] = True


def _read_generated(cursor: Cursor, draft: _Draft) -> None:
    """An expression, or MariaDB's ROW START and ROW END."""
    if cursor.accept("generated"):
        cursor.expect("always")
    cursor.expect("as")
    if not cursor.accept("row"):
        draft.attributes["generated"] = _generated(cursor)
        return
    edge = cursor.accept_one_of("start", "end")
    if edge is None:
        cursor.fail("expected START or END")
    draft.attributes["system_time"] = edge.upper()


def _generated(cursor: Cursor) -> Generated:
    expression = cursor.parenthesised()
    kind = cursor.accept_one_of("virtual", "stored", "persistent")
    return Generated(expression, stored=kind in ("stored", "persistent"))


def _default(cursor: Cursor) -> Default:
    _skip_introducer(cursor)
    token = cursor.token
    if _is_literal_of_time(cursor):
        cursor.take()
        return Default("text", cursor.text())
    if cursor.accept_mark("{"):
        # ODBC's way to write them, such as {ts '2020-01-02 03:04:05'}.
        cursor.take()
        text = cursor.text()
        cursor.expect_mark("}")
        return Default("text", text)
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
    if cursor.is_word(*_NOW) and not _is_printed_call(cursor):
        return Default("now", _now(cursor))
    return Default("expression", expression=_call(cursor))


def _skip_introducer(cursor: Cursor) -> None:
    """`_latin1'x'`, `_utf8mb4 0x41` and `N'x'`: the column's own character set is what counts."""
    token, following = cursor.token, cursor.ahead()
    if token.kind != "word" or following.kind not in ("text", "hex", "bits"):
        return
    is_national = token.value == "n" and following.start == token.end
    if token.value.startswith("_") or is_national:
        cursor.take()


def _is_literal_of_time(cursor: Cursor) -> bool:
    """DATE'…', TIME'…', TIMESTAMP'…', which MariaDB takes as defaults and prints as plain texts."""
    return cursor.is_word("date", "time", "timestamp") and cursor.ahead().kind == "text"


def _is_printed_call(cursor: Cursor) -> bool:
    """MariaDB 11.8 prints `localtimestamp()` where it was written, as the call that it was."""
    is_mariadb = cursor.flavour is not None and cursor.flavour.is_mariadb
    return is_mariadb and cursor.is_word("localtimestamp") and cursor.ahead().value == "("


def _as_printed(default: Default, of: Type, cursor: Cursor, first: int) -> Default:
    r"""The default of a TEXT or BLOB is an expression to MariaDB, printed as such: `'it\'s'`, X'00ff'."""
    is_literal = default.kind in ("text", "hex", "bits", "number")
    is_mariadb = cursor.flavour is not None and cursor.flavour.is_mariadb
    if is_literal and is_mariadb and of.name in (*TEXTS, *BLOBS):
        return Default("expression", expression=cursor.slice(first, cursor.at))
    return default


def _number(cursor: Cursor) -> str:
    sign = "-" if cursor.accept_mark("-") else ""
    cursor.accept_mark("+")
    if cursor.token.kind != "number":
        cursor.fail("expected a number")
    return sign + cursor.take().value


def _call(cursor: Cursor) -> Expression:
    """What MariaDB prints without parentheses around it: a call such as `uuid()`, or another column."""
    first = cursor.at
    if cursor.token.kind not in ("word", "name"):
        cursor.fail("expected a default value")
    is_bare = cursor.is_word(*_BARE_CALLS)
    is_column = cursor.take().kind == "name"
    if (is_bare or is_column) and not cursor.is_mark("("):
        return cursor.slice(first, cursor.at)
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


# Words that say the same thing otherwise.
_SAME = {"not": "null", "no": "default"}
_ONCE = ("null", "default", "comment", "auto_increment")
# Attributes that are one word: the field of Column, and its value.
_FLAGS: dict[str, tuple[str, object]] = {
    "null": ("null", True),
    "auto_increment": ("auto_increment", True),
    "invisible": ("invisible", True),
    "visible": ("invisible", False),
}
# Attributes by their first word: the field, all words in front of the value, and what reads the value.
_VALUES: dict[str, tuple[str, tuple[str, ...], Callable[[Cursor], object]]] = {
    "not": ("null", ("not", "null"), lambda cursor: False),
    "default": ("default", ("default",), _default),
    "no": ("default", ("no", "default"), lambda cursor: Default("none")),
    "on": ("on_update", ("on", "update"), _now),
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
    "with": (
        "with_system_versioning",
        ("with", "system", "versioning"),
        lambda cursor: True,
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
    "serial": _read_serial,
    "compressed": _read_compressed,
    "generated": _read_generated,
    "as": _read_generated,
    "check": _read_check,
    "constraint": _read_check,
}
