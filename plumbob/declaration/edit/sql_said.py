"""Objects as statements of SQL, the way people write them: whole ones, and their definitions."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import replace

from plumbob.ddl.charsets import collation_everywhere
from plumbob.ddl.lexer import tokenize
from plumbob.ddl.quote import quote_text
from plumbob.ddl.stored import create_sql
from plumbob.declaration.dump import as_read, said_settings, surroundings, table_settings
from plumbob.declaration.dump.columns import column_words
from plumbob.declaration.dump.keys import (
    check_words,
    index_words,
    is_implied,
    key_words,
    own_column,
    primary_key_value,
    words_inside,
)
from plumbob.declaration.dump.order import foreign_keys_in_order, written_apart
from plumbob.declaration.dump.sql_text import name_text, names_text
from plumbob.declaration.dump.stored import Usual, stored_fields, stored_text
from plumbob.declaration.dump.words import Words, text_of
from plumbob.declaration.dump.yaml_text import Value
from plumbob.declaration.edit.units import Kind, Part
from plumbob.declaration.edit.wanted import Side, words_inside_of
from plumbob.model import (
    Check,
    Column,
    Flavour,
    ForeignKey,
    Index,
    Owned,
    Routine,
    Schema,
    Stored,
    Table,
    View,
)

_LINE_COMMENT = re.compile(r"(--|#).*\Z")
# What a server keeps of the session that makes a program.
VARIABLES = {
    "sql_mode": "sql_mode",
    "collation": "collation_connection",
    "time_zone": "time_zone",
    "database_collation": "collation_database",
}
_USUAL_VIEW = ("UNDEFINED", "DEFINER")
_OPTIONS = (("engine", "engine"), ("charset", "default charset"), ("collation", "collate"))
# Words that are written in capitals where the statement is.
# fmt: off
_KEYWORDS = frozenset((
    "action", "as", "asc", "auto_increment", "by", "cascade", "character", "charset", "check",
    "collate", "column", "comment", "constraint", "create", "current_timestamp", "default",
    "delete", "desc", "enforced", "engine", "foreign", "fulltext", "hash", "in", "index",
    "invisible", "key", "less", "list", "maxvalue", "no", "not", "null", "on", "partition",
    "partitions", "period", "for", "primary", "range", "references", "restrict", "row_format", "set", "spatial",
    "srid", "stored", "table", "than", "unique", "unsigned", "update", "values", "virtual",
    "zerofill",
))
# fmt: on


def definition(side: Side, part: Part | Column | None, inside: Collection[tuple[Kind, str]]) -> str:
    """A definition as it stands between the parentheses of CREATE TABLE."""
    if isinstance(part, Column):
        return _column(part, side, words_inside_of(side, inside))
    if isinstance(part, Index):
        if part.kind == "primary":
            parts = primary_key_value(part)
            return f"primary key {parts if parts.startswith('(') else f'({parts})'}"
        (_, kind), *rest = index_words(part)
        word = "key" if kind == "index" else f"{kind} key" if kind == "unique" else kind
        name = f"{name_text(part.name)} " if part.name else ""
        return f"{word} {name}{text_of(tuple(rest))}"
    constraint = f"constraint {name_text(part.name)} " if part is not None and part.name else ""
    if isinstance(part, ForeignKey):
        return f"{constraint}foreign key {text_of(key_words(part))}"
    assert isinstance(part, Check)
    (_, expression), *enforced = check_words(part)
    behind = "".join(f" {sql}" for _, sql in enforced)
    return f"{constraint}check ({expression}){behind}"


def options(side: Side, database: Table, equals: str = "=") -> str:
    """What stands behind the parentheses, as far as it says more than the database does."""
    return _option_words(side, table_settings(side.table, database, side.around.flavour), equals)


def _option_words(side: Side, found: Mapping[str, Value], equals: str = "=") -> str:
    words = [f"{word}{equals}{found[key]}" for key, word in _OPTIONS if key in found]
    if "auto_increment" in found:
        words.append(f"auto_increment{equals}{side.table.auto_increment}")
    if "comment" in found:
        words.append(f"comment{equals}{quote_text(side.table.comment)}")
    if found.get("system_versioning"):
        words.append("with system versioning")
    if "options" in found:
        words.append(str(found["options"]))
    partitions = found.get("partitions")
    if partitions is not None:
        words.append(f"partition {getattr(partitions, 'text', partitions)}")
    return " ".join(words)


def whole(side: Side, options: str, is_upper: bool) -> str:
    """A whole statement with its semicolon, for a table that is new in the file."""
    table = replace(side.table, foreign_keys=foreign_keys_in_order(side.table))
    apart = written_apart(table)
    inside = words_inside(table, apart)
    parts: list[Part] = [
        index
        for index in table.indexes
        if index.name.lower() in apart or not (own_column(index, table) or is_implied(index, table))
    ]
    # MySQL before 9.0 overlooks REFERENCES inside of a column.
    parts += [*table.foreign_keys, *table.checks]
    said = [_column(each, side, _keys_alone(inside[each.name])) for each in table.columns]
    said += [definition(side, part, ()) for part in parts]
    said += [
        f"period for {name_text(each.name)} ({names_text((each.start, each.end))})"
        for each in table.periods
    ]
    lines = ",\n".join(f"  {each}" for each in said)
    text = f"create table {name_text(table.name)} (\n{lines}\n) {options}".rstrip() + ";"
    return in_capitals(text, table) if is_upper else text


def _keys_alone(inside: Words) -> Words:
    return tuple(each for each in inside if each[0] in ("primary_key", "unique"))


def whole_statements(schema: Schema, flavour: Flavour) -> str:
    """All objects of a declaration as a script; what they inherit from the database is written out."""
    said: list[str] = []
    collation = database_collation(schema)
    for declared in schema.tables.values():
        table = as_read(declared)
        around = surroundings(table, Table("", ()), flavour)
        side = Side(table, replace(around, spells=True))
        said.append(whole(side, _option_words(side, said_settings(table, flavour)), True))
    for each in schema.stored.values():
        beside = dict(stored_fields(each, Usual()))
        if is_program(each) and collation:
            beside.setdefault("database_collation", collation)
        said.append(with_session(new_stored(each, flavour, says_definer=True), beside))
    return "\n\n".join(said) + "\n"


def is_program(each: Stored) -> bool:
    """Whether it keeps the collation of the database it was made in."""
    return isinstance(each, Owned) and not isinstance(each, View)


def database_collation(schema: Schema) -> str | None:
    """The collation that is declared for the database; of a character set alone, the one of all servers."""
    return schema.collation or collation_everywhere(schema.charset or "")


def _column(column: Column, side: Side, inside: Words) -> str:
    around = replace(side.around, inside={column.name: inside})
    return f"{name_text(column.name)} {text_of(column_words(column, around))}"


def in_capitals(text: str, table: Table) -> str:
    """The key words in capitals; a name of the table that is one, such as `comment`, stays as it is."""
    names = _names(table)
    said: list[str] = []
    end = 0
    for token in tokenize(text):
        is_keyword = token.kind == "word" and token.value in _KEYWORDS and token.text not in names
        said += [text[end : token.start], token.text.upper() if is_keyword else token.text]
        end = token.end
    return "".join(said)


def _names(table: Table) -> set[str]:
    """All names that may stand without quotes in the definitions of a table."""
    names = {table.name, *(column.name for column in table.columns)}
    names.update(index.name for index in table.indexes)
    names.update(check.name for check in table.checks)
    names.update(period.name for period in table.periods)
    for key in table.foreign_keys:
        names |= {key.name, key.parent, key.parent_schema or "", *key.parent_columns}
    if table.partitions is not None:
        for each in table.partitions.partitions:
            names |= {each.name, *(part.name for part in each.subpartitions)}
    return names


def create(stored: Stored, flavour: Flavour, says_definer: bool) -> str:
    if isinstance(stored, Owned) and not says_definer:
        stored = replace(stored, definer=None)
    return create_sql(stored, flavour)


def new_stored(stored: Stored, flavour: Flavour, *, says_definer: bool) -> str:
    """A statement for an object that is new in the file, without what goes without saying."""
    is_plain = not isinstance(stored, View) or (stored.algorithm, stored.security) == _USUAL_VIEW
    is_plain &= not (isinstance(stored, Routine) and stored.is_aggregate)
    if not is_plain or (says_definer and isinstance(stored, Owned) and stored.definer):
        return create(stored, flavour, says_definer)
    text = stored_text(stored, flavour, in_session=True)
    joint = " AS\n" if isinstance(stored, View) and not stored.columns else " "
    return f"CREATE {stored.kind.upper()} {name_text(stored.name)}{joint}{text}"


def with_session(sql: str, beside: Mapping[str, Value]) -> str:
    """A statement as a script has it, in the session of which something is said `beside` it."""
    session = {name: beside[key] for key, name in VARIABLES.items() if key in beside}
    before = [f"SET {name} = {quote_text(str(value))};" for name, value in session.items()]
    return "\n".join([*before, in_script(sql), *(f"SET {name} = DEFAULT;" for name in session)])


def in_script(sql: str) -> str:
    """A statement as the mysql client takes it: with a delimiter of its own where it has semicolons."""
    # A comment that goes on to the end of its line would take the delimiter in.
    sql += "\n" * bool(_LINE_COMMENT.search(sql, tokenize(sql, is_lenient=True)[-2].end))
    return f"DELIMITER ;;\n{sql};;\nDELIMITER ;" if ";" in sql else f"{sql};"
