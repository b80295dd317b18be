"""Indexes: text ⇄ `Index`."""

from __future__ import annotations

from dataclasses import dataclass, replace

from plumbob.ddl.cursor import Cursor
from plumbob.ddl.quote import quote_name, quote_text
from plumbob.model import Flavour, Index, KeyPart
from plumbob.model.index import IndexKind

_KINDS: dict[str, IndexKind] = {
    "unique": "unique",
    "fulltext": "fulltext",
    "spatial": "spatial",
    "vector": "vector",
}
_WORDS: dict[IndexKind, str] = {
    "primary": "PRIMARY KEY",
    "unique": "UNIQUE KEY",
    "index": "KEY",
    "fulltext": "FULLTEXT KEY",
    "spatial": "SPATIAL KEY",
    "vector": "VECTOR KEY",
}


def is_index(cursor: Cursor) -> bool:
    """Whether an index definition comes next in a CREATE TABLE."""
    if cursor.is_word("primary", "unique", "key", "index"):
        return True
    # VECTOR and the like are names of columns, too: the word KEY or INDEX has to follow, or a name.
    following = cursor.ahead()
    return cursor.is_word("fulltext", "spatial", "vector") and (
        following.value in ("key", "index", "(") or cursor.ahead(2).value == "("
    )


def parse_index(cursor: Cursor, constraint: str = "") -> Index:
    """Read an index definition as it stands in CREATE TABLE; the name may be missing.

    Args:
        cursor: stands at PRIMARY, UNIQUE, FULLTEXT, SPATIAL, KEY or INDEX.
        constraint: the name given by CONSTRAINT before it, which MySQL takes for the index.
    """
    if cursor.accept("primary"):
        cursor.expect("key")
        kind: IndexKind = "primary"
    else:
        kind = _KINDS.get(cursor.accept_one_of(*_KINDS) or "", "index")
        _ = cursor.accept("key") or cursor.accept("index")
    if cursor.accept("if"):
        cursor.expect("not", "exists")
    name = ""
    if not (cursor.is_mark("(") or (cursor.is_word("using", "type") and _is_structure(cursor))):
        name = cursor.name()
    name = name or constraint
    if kind == "primary":
        return parse_index_body(cursor, "PRIMARY", kind)
    return parse_index_body(cursor, name, kind)


@dataclass(frozen=True, slots=True)
class CreateIndex:
    """A CREATE INDEX statement; `schema` is the database that it names for its table, if any."""

    schema: str | None
    table: str
    index: Index


def parse_create_index(sql: str) -> CreateIndex:
    """Read a whole statement. How the index is to be built (ALGORITHM, LOCK, WAIT) is no part of it."""
    cursor = Cursor(sql)
    cursor.expect("create")
    if cursor.accept("or"):
        cursor.expect("replace")
    cursor.accept_one_of("online", "offline")
    kind = _KINDS.get(cursor.accept_one_of(*_KINDS) or "", "index")
    cursor.expect("index")
    if cursor.accept("if"):
        cursor.expect("not", "exists")
    name = cursor.name()
    using = _using(cursor)
    cursor.expect("on")
    schema, table = None, cursor.name()
    if cursor.accept_mark("."):
        schema, table = table, cursor.name()
    index = parse_index_body(cursor, name, kind)
    while _accept_way(cursor):
        while changed := _accept_option(cursor, index):
            index = changed
    cursor.expect_end()
    return CreateIndex(schema, table, replace(index, using=index.using or using))


def _accept_way(cursor: Cursor) -> bool:
    if cursor.accept("nowait"):
        return True
    if cursor.accept("wait"):
        cursor.integer()
        return True
    if cursor.accept_one_of("algorithm", "lock"):
        cursor.accept_mark("=")
        cursor.name()
        return True
    return False


def _is_structure(cursor: Cursor) -> bool:
    return cursor.ahead().value in ("btree", "hash", "rtree")


def parse_index_body(cursor: Cursor, name: str, kind: IndexKind) -> Index:
    """Read `[USING …] (key parts) [options]`."""
    using = _using(cursor)
    parts = cursor.list_of(lambda: parse_key_part(cursor))
    index = Index(name, kind, parts, using=using, named=bool(name))
    while changed := _accept_option(cursor, index):
        index = changed
    return index


def parse_key_part(cursor: Cursor) -> KeyPart:
    """Read a column with prefix length and order, or an expression in parentheses."""
    if cursor.is_mark("("):
        part = KeyPart(expression=cursor.parenthesised())
    else:
        part = KeyPart(cursor.name())
        if cursor.accept("without", "overlaps"):
            return KeyPart(period=part.column)
        if cursor.accept_mark("("):
            part = replace(part, length=cursor.integer())
            cursor.expect_mark(")")
    if cursor.accept("desc"):
        return replace(part, descending=True)
    cursor.accept("asc")
    return part


def _using(cursor: Cursor) -> str | None:
    if cursor.is_word("using", "type") and _is_structure(cursor):
        cursor.take()
        return cursor.take().value.upper()
    return None


def _accept_option(cursor: Cursor, index: Index) -> Index | None:
    using = _using(cursor)
    if using:
        return replace(index, using=using)
    if cursor.accept("comment"):
        return replace(index, comment=cursor.text())
    if cursor.accept("key_block_size"):
        cursor.accept_mark("=")
        return replace(index, key_block_size=cursor.integer() or None)
    if cursor.accept("with", "parser"):
        return replace(index, parser=cursor.name())
    if cursor.accept("invisible") or cursor.accept("ignored"):
        return replace(index, invisible=True)
    if cursor.accept("visible") or cursor.accept("not", "ignored"):
        return replace(index, invisible=False)
    return _accept_attribute(cursor, index)


def _accept_attribute(cursor: Cursor, index: Index) -> Index | None:
    """Options of one server alone: vector indexes of MariaDB, engine attributes of MySQL."""
    for word in ("engine_attribute", "secondary_engine_attribute"):
        if cursor.accept(word):
            cursor.accept_mark("=")
            return _with_attribute(index, word.upper(), quote_text(cursor.text()))
    if (index.kind == "vector" and cursor.token.kind == "name") or cursor.is_word("m", "distance"):
        name = cursor.name()
        cursor.expect_mark("=")
        return _with_attribute(index, name, quote_text(cursor.take().value))
    return None


def _with_attribute(index: Index, name: str, value: str) -> Index:
    return replace(index, attributes=(*index.attributes, (name, value)))


def index_sql(index: Index, flavour: Flavour) -> str:
    """An index as SHOW CREATE TABLE prints it."""
    words = [_WORDS[index.kind]]
    if index.kind != "primary":
        words.append(quote_name(index.name))
    words.append("(" + ",".join(map(key_part_sql, index.parts)) + ")")
    if index.using:
        words.append(f"USING {index.using}")
    if index.key_block_size:
        words.append(f"KEY_BLOCK_SIZE={index.key_block_size}")
    if index.comment:
        words.append(f"COMMENT {quote_text(index.comment)}")
    if index.parser:
        # MySQL prints a blank behind this comment.
        words.append(f"/*!50100 WITH PARSER {quote_name(index.parser)} */" + " " * flavour.is_mysql)
    if index.invisible:
        words.append("/*!80000 INVISIBLE */" if flavour.is_mysql else "IGNORED")
    words.extend(_attribute_sql(name, value) for name, value in index.attributes)
    return " ".join(words)


def _attribute_sql(name: str, value: str) -> str:
    if name.endswith("ENGINE_ATTRIBUTE"):
        return f"/*!80021 {name} {value} */"
    return f"{quote_name(name)}={value}"


def key_part_sql(part: KeyPart) -> str:
    if part.period is not None:
        return f"{quote_name(part.period)} WITHOUT OVERLAPS"
    if part.expression is not None:
        sql = f"({part.expression.sql})"
    else:
        sql = quote_name(part.column or "")
        if part.length is not None:
            sql += f"({part.length})"
    return sql + " DESC" if part.descending else sql
