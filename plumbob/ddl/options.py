"""Table options: text ⇄ `Option`, and which of them mean the same.

What differs from option to option is in the tables at the top; a new option needs a line there, or none.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from plumbob.ddl.charsets import charset_on, collation_on
from plumbob.ddl.cursor import Cursor
from plumbob.ddl.quote import quote_name, quote_names, quote_text
from plumbob.ddl.types import charset_name
from plumbob.model import Flavour, Option, Table

# Options that SHOW CREATE TABLE prints behind the comment.
_BEHIND_COMMENT = (
    "CONNECTION",
    "DATA DIRECTORY",
    "INDEX DIRECTORY",
    "UNION",
    "SECONDARY_ENGINE",
)
# Options that MySQL prints ahead of the engine, in this order.
_AHEAD_OF_ENGINE = ("TABLESPACE", "STORAGE", "AUTOEXTEND_SIZE")
# Options that MySQL prints inside a version comment, with the comment's opening.
_IN_COMMENT = {
    "TABLESPACE": "/*!50100",
    "STORAGE": "/*!50100",
    "AUTOEXTEND_SIZE": "/*!80023",
    "ENGINE_ATTRIBUTE": "/*!80021",
    "SECONDARY_ENGINE_ATTRIBUTE": "/*!80021",
}
_WITHOUT_EQUALS = ("TABLESPACE", "STORAGE")
# Options that an engine of MariaDB defines: printed in backquotes, as they were written, with a text;
# up to 10.11.18 with a number or a word where that was written, and one does not become the other.
_OF_ENGINES = (
    "page_compressed",
    "page_compression_level",
    "encrypted",
    "encryption_key_id",
    "ietf_quotes",
)
# Other names of an option (manuals: CREATE TABLE).
_ALIASES = {"TABLE_CHECKSUM": "CHECKSUM"}
# Words whose spelling the server keeps.
_AS_WRITTEN = ("SECONDARY_ENGINE",)
# Option values that mean "as if it were not written".
_NOTHING = {
    "ROW_FORMAT": ("DEFAULT",),
    "STATS_PERSISTENT": ("DEFAULT",),
    "STATS_AUTO_RECALC": ("DEFAULT",),
    "STATS_SAMPLE_PAGES": ("DEFAULT", "0"),
    "PACK_KEYS": ("DEFAULT",),
    "MIN_ROWS": ("0",),
    "MAX_ROWS": ("0",),
    "AVG_ROW_LENGTH": ("0",),
    "CHECKSUM": ("0",),
    "DELAY_KEY_WRITE": ("0",),
    "KEY_BLOCK_SIZE": ("0",),
    "INSERT_METHOD": ("NO",),
    "AUTOEXTEND_SIZE": ("0",),
    "SECONDARY_ENGINE": ("NULL",),
    "ENCRYPTION": ("'N'",),
    "COMPRESSION": ("''", "'NONE'"),
}
# No server keeps the first any more, nor says so (measured on all three); the second InnoDB prints
# again, heeds not, and never gives up: no ALTER takes it away.
_FORGOTTEN = ("PASSWORD", "STORAGE")
# Every word that both manuals know; another one needs `=` behind it, as options of engines have it.
_WORDS = """
    auto_increment autoextend_size avg_row_length character charset checksum collate comment
    compression connection data delay_key_write encrypted encryption encryption_key_id engine
    engine_attribute ietf_quotes index insert_method key_block_size max_rows min_rows nodegroup
    pack_keys page_checksum page_compressed page_compression_level password row_format
    secondary_engine secondary_engine_attribute sequence stats_auto_recalc stats_persistent
    stats_sample_pages storage table_checksum tablespace transactional type union char
"""
_KNOWN = frozenset(_WORDS.split())
_NO_OPTIONS = {
    "select": "a table is declared by its columns, not by a query",
    "as": "a table is declared by its columns, not by a query",
    "ignore": "a table is declared by its columns, not by a query",
    "replace": "a table is declared by its columns, not by a query",
    "start": "START TRANSACTION is no part of a definition: leave it out",
}
_SIZES = {"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40}
# What fits into 32 bits; more is cut in silence (measured on all three).
_COUNTS = ("MAX_ROWS", "MIN_ROWS", "AVG_ROW_LENGTH")
_LARGEST_COUNT = 2**32 - 1


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
    if name in _FIELDS:
        attribute, read = _FIELDS[name]
        return replace(table, **{attribute: read(cursor)})
    if name == "SEQUENCE":
        cursor.fail("a sequence is no table", at=start)
    if name.islower():
        spelled = start.value if start.kind == "name" else start.text
        option = _of_engine(cursor, name, spelled)
    else:
        option = Option(name, _value(cursor, name))
    return replace(table, options=(*table.options, option))


def _of_engine(cursor: Cursor, name: str, spelled: str) -> Option:
    """An engine's option; MariaDB takes a number without its zeros, and 0x10 for 16."""
    is_bare = cursor.token.kind in ("word", "number")
    value = _value(cursor, name)
    if is_bare and re.fullmatch(r"\d+|0x[0-9a-f]+", value, re.ASCII | re.IGNORECASE):
        value = str(int(value, 10 if value.isdigit() else 16))
    quoted = quote_text(value) if is_bare else value
    return Option(name, quoted, written=f"{quote_name(spelled)}={value}")


def _name_or_text(cursor: Cursor) -> str:
    return cursor.text() if cursor.token.kind == "text" else cursor.name()


def _charset(cursor: Cursor) -> str | None:
    """A character set or collation; DEFAULT, which MariaDB takes, leaves it to the database."""
    return None if cursor.accept("default") else charset_name(cursor)


# Options that are attributes of the table, with what reads them.
_FIELDS: dict[str, tuple[str, Callable[[Cursor], Any]]] = {
    "ENGINE": ("engine", _name_or_text),
    "TYPE": ("engine", _name_or_text),
    "CHARSET": ("charset", _charset),
    "CHARACTER SET": ("charset", _charset),
    "COLLATE": ("collation", _charset),
    "AUTO_INCREMENT": ("auto_increment", Cursor.integer),
    "COMMENT": ("comment", Cursor.text),
}


def _option_name(cursor: Cursor) -> str:
    if cursor.token.kind == "name":
        return cursor.name().lower()
    start = cursor.token
    word = cursor.take().value
    if word not in _KNOWN and not cursor.is_mark("="):
        what = f"{start.text!r} is no table option"
        cursor.fail(what, _NO_OPTIONS.get(word, ""), at=start)
    if word in _OF_ENGINES:
        return word
    if word in ("character", "char"):
        cursor.expect("set")
        return "CHARACTER SET"
    if word in ("data", "index"):
        cursor.expect("directory")
        return f"{word.upper()} DIRECTORY"
    return _ALIASES.get(word.upper(), word.upper())


def _value(cursor: Cursor, name: str) -> str:
    """The value as SQL: a text in quotes, a number or a word in capitals, names in parentheses."""
    token = cursor.token
    if token.kind == "text":
        return quote_text(cursor.text())
    if token.kind == "mark" and token.value == "(":
        return f"({quote_names(cursor.list_of(cursor.name))})"
    if token.kind == "end" or token.kind == "mark":
        cursor.fail(f"expected the value of {name}")
    if token.kind == "name" or name == "TABLESPACE":
        return quote_name(cursor.name())
    word = cursor.take().text
    return word if name in _AS_WRITTEN or name.islower() else word.upper()


def canonical_options(options: tuple[Option, ...], flavour: Flavour) -> tuple[Option, ...]:
    """Options as the server understands them, by name; those that say nothing are left out."""
    kept = {replace(option, value=_canonical_value(option, flavour)) for option in options}
    return tuple(sorted(filter(_says_something, kept), key=lambda option: option.name))


def _says_something(option: Option) -> bool:
    if option.name in _FORGOTTEN or option.value.upper() in _NOTHING.get(option.name, ()):
        return False
    # An engine's option is as it comes without one.
    return not (option.name.islower() and option.value.lower() == "'default'")


def _canonical_value(option: Option, flavour: Flavour) -> str:
    value = option.value
    if option.name == "AUTOEXTEND_SIZE" and (size := re.fullmatch(r"(\d+)([KMGT]?)", value)):
        return str(int(size[1]) * _SIZES[size[2]])
    if option.name in _COUNTS and value.isdigit():
        return str(min(int(value), _LARGEST_COUNT))
    if option.name.endswith("DIRECTORY") and flavour.is_mariadb and not value.endswith("/'"):
        return f"{value[:-1]}/'"
    return value


def table_options_sql(table: Table, flavour: Flavour) -> list[str]:
    """The options of a table, one by one, in the order in which the server prints them."""
    ahead = [option for option in table.options if option.name in _AHEAD_OF_ENGINE]
    behind = [option for option in table.options if _is_behind_comment(option)]
    before = [option for option in table.options if option not in (*ahead, *behind)]
    ahead.sort(key=lambda option: _AHEAD_OF_ENGINE.index(option.name))
    # TABLESPACE and STORAGE share a version comment.
    words = [" ".join(map(_option_sql, ahead)).replace(" */ /*!50100 STORAGE", " STORAGE")]
    if table.engine:
        words.append(f"ENGINE={table.engine}")
    if table.auto_increment is not None:
        words.append(f"AUTO_INCREMENT={table.auto_increment}")
    if table.charset:
        words.append(f"DEFAULT CHARSET={charset_on(flavour, table.charset)}")
    if table.collation:
        words.append(f"COLLATE={collation_on(flavour, table.collation)}")
    words.extend(map(_option_sql, before))
    if table.comment:
        words.append(f"COMMENT={quote_text(table.comment)}")
    words.extend(map(_option_sql, behind))
    if table.versioned:
        words.append("WITH SYSTEM VERSIONING")
    return [word for word in words if word]


def _is_behind_comment(option: Option) -> bool:
    return option.name in _BEHIND_COMMENT or option.name.islower()


def _option_sql(option: Option) -> str:
    if option.name.islower():
        return option.written or f"{quote_name(option.name)}={option.value}"
    equals = " " if option.name in _WITHOUT_EQUALS else "="
    sql = f"{option.name}{equals}{option.value}"
    opening = _IN_COMMENT.get(option.name)
    return sql if opening is None else f"{opening} {sql} */"
