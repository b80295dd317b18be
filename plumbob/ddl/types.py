"""Data types: text ⇄ `Type`, with all the names that MySQL and MariaDB accept for one type.

Length of TEXT(n), character set inheritance and the like are settled in `plumbob.ddl.canonical`.
"""

from __future__ import annotations

from dataclasses import replace

from plumbob.ddl.charsets import known_as
from plumbob.ddl.cursor import Cursor
from plumbob.ddl.quote import quote_text
from plumbob.model import Flavour, Type
from plumbob.model.type import BINARIES, INTEGERS, NUMBERS, SPATIALS, STRINGS

# Other names of a type (manuals: Numeric Type Syntax, String Type Syntax; MariaDB: Synonyms).
_ALIASES: dict[str, Type] = {
    "int1": Type("tinyint"),
    "int2": Type("smallint"),
    "int3": Type("mediumint"),
    "middleint": Type("mediumint"),
    "int4": Type("int"),
    "integer": Type("int"),
    "int8": Type("bigint"),
    "bool": Type("tinyint", 1),
    "boolean": Type("tinyint", 1),
    "dec": Type("decimal"),
    "numeric": Type("decimal"),
    "fixed": Type("decimal"),
    "real": Type("double"),
    "float4": Type("float"),
    "float8": Type("double"),
    "character": Type("char"),
    "varcharacter": Type("varchar"),
    "nchar": Type("char", charset="utf8mb3"),
    "nvarchar": Type("varchar", charset="utf8mb3"),
    "national": Type("char", charset="utf8mb3"),
    "long": Type("mediumtext"),
    "geomcollection": Type("geometrycollection"),
    "serial": Type("bigint", unsigned=True),
}

_SIZES: dict[str, int] = {"bit": 1, "char": 1, "binary": 1}
_OTHERS = ("bit", "date", "time", "datetime", "timestamp", "year", "json", "vector")
_MARIADB_ONLY = ("uuid", "inet4", "inet6", "xmltype")
TYPE_NAMES = frozenset(
    (*NUMBERS, *STRINGS, *BINARIES, *SPATIALS, *_OTHERS, *_MARIADB_ONLY, *_ALIASES)
)
_REQUIRED_LENGTH = ("varchar", "varbinary")
_WITH_LENGTH = (
    *INTEGERS,
    "decimal",
    "float",
    "double",
    "bit",
    "char",
    "varchar",
    "binary",
    "varbinary",
    "text",
    "blob",
    "time",
    "datetime",
    "timestamp",
    "year",
    "vector",
)
_WITH_SCALE = ("decimal", "float", "double")
# FLOAT(p) is a double from 25 bits of precision on (manual: Floating-Point Types).
_LAST_BITS_OF_FLOAT = 24


def parse_type(cursor: Cursor) -> Type:
    """Read a data type's name and what stands in parentheses after it.

    Attributes (UNSIGNED, CHARACTER SET, …) are read by `accept_attribute`, for people mix them with
    the attributes of the column.
    """
    token = cursor.token
    if token.kind != "word":
        cursor.fail("expected a data type")
    if token.value not in TYPE_NAMES:
        cursor.fail(f"{token.text!r} is no data type of MySQL or MariaDB", _nearest(token.value))
    word = cursor.take().value
    found = _of_several_words(cursor, word)
    if found.name in ("enum", "set"):
        return replace(found, labels=cursor.list_of(cursor.text))
    return _with_length(cursor, found)


def _nearest(word: str) -> str:
    from difflib import get_close_matches

    near = get_close_matches(word, sorted(TYPE_NAMES), n=1)
    return f"did you mean {near[0]}?" if near else ""


def _of_several_words(cursor: Cursor, word: str) -> Type:
    found = _ALIASES.get(word, Type(word))
    if word == "double":
        cursor.accept("precision")
    if word == "national":
        varying = _accept_varchar(cursor)
        if not varying:
            _ = cursor.accept("char") or cursor.accept("character")
            varying = cursor.accept("varying")
        return replace(found, name="varchar") if varying else found
    if word in ("char", "character", "nchar"):
        varying = cursor.accept("varying") or _accept_varchar(cursor)
        return replace(found, name="varchar") if varying else found
    if word == "long":
        if cursor.accept("varbinary"):
            return Type("mediumblob")
        _ = _accept_varchar(cursor)
    return found


def _accept_varchar(cursor: Cursor) -> bool:
    """VARCHAR, VARCHARACTER, CHAR VARYING or CHARACTER VARYING."""
    return (
        cursor.accept_one_of("varchar", "varcharacter") is not None
        or cursor.accept("char", "varying")
        or cursor.accept("character", "varying")
    )


def _with_length(cursor: Cursor, found: Type) -> Type:
    if not cursor.is_mark("("):
        if found.name in _REQUIRED_LENGTH:
            cursor.fail(f"expected the length of {found.name}", f"write {found.name}(n)")
        return replace(found, length=found.length or _SIZES.get(found.name))
    if found.name not in _WITH_LENGTH:
        cursor.fail(f"{found.name} takes nothing in parentheses")
    opening = cursor.take()
    length = cursor.integer()
    scale = None
    if cursor.accept_mark(","):
        if found.name not in _WITH_SCALE:
            cursor.fail(f"{found.name} takes one number only", at=opening)
        scale = cursor.integer()
    cursor.expect_mark(")")
    if found.name == "float" and scale is None:
        return Type("float" if length <= _LAST_BITS_OF_FLOAT else "double")
    return replace(found, length=length, scale=scale)


_ATTRIBUTES = (
    "unsigned",
    "signed",
    "zerofill",
    "collate",
    "character",
    "char",
    "charset",
    "ascii",
    "unicode",
    "byte",
    "binary",
)


def accept_attribute(cursor: Cursor, found: Type) -> Type | None:
    """Read one attribute that belongs to the type; None when something else comes next."""
    if not cursor.is_word(*_ATTRIBUTES):
        return None
    if cursor.accept("unsigned"):
        return replace(found, unsigned=True)
    if cursor.accept("signed"):
        return found
    if cursor.accept("zerofill"):
        return replace(found, zerofill=True, unsigned=True)
    if cursor.accept("collate"):
        name = charset_name(cursor)
        if name == "default":
            # MariaDB takes it for the collation that would be there anyway.
            return found
        # The collation alone would be taken for the attribute BINARY.
        charset = "binary" if name == "binary" and found.charset is None else found.charset
        return replace(found, charset=charset, collation=name, collation_written=True)
    if _accept_charset(cursor):
        return replace(found, charset=charset_name(cursor), charset_written=True)
    return _accept_charset_shorthand(cursor, found)


def _accept_charset(cursor: Cursor) -> bool:
    return (
        cursor.accept("charset")
        or cursor.accept("character", "set")
        or cursor.accept("char", "set")
    )


def _accept_charset_shorthand(cursor: Cursor, found: Type) -> Type | None:
    """ASCII, UNICODE, BYTE and BINARY, as old schemas have them (manual: String Type Syntax)."""
    if cursor.accept("ascii"):
        return replace(found, charset="latin1", charset_written=True)
    if cursor.accept("unicode"):
        return replace(found, charset="ucs2", charset_written=True)
    if cursor.accept("byte"):
        return replace(found, charset="binary")
    if found.is_string and cursor.accept("binary"):
        return replace(found, collation="binary", charset_written=True)
    return None


def charset_name(cursor: Cursor) -> str:
    """The name of a character set or collation, which may stand in quotes; utf8 is utf8mb3."""
    return known_as((cursor.text() if cursor.token.kind == "text" else cursor.name()).lower())


def type_sql(found: Type, flavour: Flavour) -> str:
    """A type as SHOW CREATE TABLE prints it, character set and collation left to the column."""
    name = found.name
    if name == "geometrycollection" and flavour.is_mysql:
        name = "geomcollection"
    if found.labels:
        name += "(" + ",".join(map(quote_text, found.labels)) + ")"
    elif found.scale is not None:
        name += f"({found.length},{found.scale})"
    elif found.length is not None:
        name += f"({found.length})"
    return name + " unsigned" * found.unsigned + " zerofill" * found.zerofill
