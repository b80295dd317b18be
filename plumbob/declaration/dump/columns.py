"""A live column as the text of its definition, as short as it can be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from plumbob.ddl.canonical import canonical_table, canonical_type
from plumbob.ddl.charsets import Defaults
from plumbob.ddl.defaults import has_no_default
from plumbob.ddl.quote import quote_text
from plumbob.declaration.dump.sql_text import default_text, expression_text, now_text
from plumbob.declaration.dump.words import Words, text_of
from plumbob.declaration.dump.yaml_text import Value
from plumbob.model import Column, Flavour, Table, Type

# A definition with a comment that makes the line longer than this gets the long form.
_LONGEST_LINE = 100
_COLUMN_INDENT = 6
# The key of words that a long form has no key for: they stand behind the type.
_SQL_ALONE = ""
_FLAGS = ("auto_increment", "unique", "primary_key", "invisible", "stored")
_TRUTH = {"0": "false", "1": "true", "null": "null"}
_PREFIXES = {
    "charset": "character set ",
    "collation": "collate ",
    "on_update": "on update ",
    "references": "references ",
    "on_delete": "on delete ",
}


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a column's definition need not say again: its table's character set and collation.

    `inside` are the keys and checks that stand inside the column, by the column's name. `spells` is that
    a string column of the table's own character set says so where MySQL remembers that it did.
    """

    table: Table
    flavour: Flavour
    defaults: Defaults
    inside: Mapping[str, Words]
    spells: bool = False


def column_value(column: Column, around: Surroundings) -> Value:
    """The definition of a column: one text, or a mapping where a long comment is better apart."""
    words = column_words(column, around)
    whole = text_of(words)
    if not column.comment:
        return whole
    if _COLUMN_INDENT + len(column.name) + 2 + len(whole) <= _LONGEST_LINE:
        return whole
    return [("type", text_of(words, without=("comment",))), ("comment", column.comment)]


def column_words(column: Column, around: Surroundings) -> Words:
    """The definition piece by piece, each with the key that says the same in a long form."""
    column = _with_json(column, around)
    words = tuple(_definition(column, around))
    if not column.comment:
        return words
    return (*words, ("comment", f"comment {quote_text(column.comment)}"))


def column_values(column: Column, around: Surroundings) -> dict[str, Value]:
    """The values of a long form by its keys; flags that are as usual are left out."""
    column = _with_json(column, around)
    words = dict(_definition(column, around))
    values: dict[str, Value] = {"type": words["type"]}
    values |= {key: True for key in words if key in _FLAGS}
    values |= {
        key: words[key].removeprefix(prefix) for key, prefix in _PREFIXES.items() if key in words
    }
    if "null" in words:
        values["null"] = False
    if "default" in words:
        values["default"] = _default_value(column, words["default"].removeprefix("default "))
    if column.generated is not None:
        values["generated"] = expression_text(column.generated.expression)
    if column.check is not None:
        values["check"] = expression_text(column.check)
    if column.comment:
        values["comment"] = column.comment
    return values


def _default_value(column: Column, text: str) -> Value:
    """A literal as it is, anything else as the SQL that it is."""
    default = column.default
    literal = default is not None and default.kind in ("text", "number")
    if default is None or not literal or text.startswith("0x") or not default.value:
        return [("sql", text)]
    return default.value


def _with_json(column: Column, around: Surroundings) -> Column:
    """JSON is LONGTEXT with a check on MariaDB, and is declared as what was meant."""
    if column.type.name != "longtext" or not around.flavour.is_mariadb or column.check is None:
        return column
    meant = replace(column, type=Type("json"), check=None)
    return meant if _canonical(meant, around) == _canonical(column, around) else column


def _canonical(column: Column, around: Surroundings) -> Column:
    alone = replace(around.table, columns=(column,), indexes=(), foreign_keys=(), checks=())
    return canonical_table(alone, around.flavour, around.defaults).columns[0]


def _definition(column: Column, around: Surroundings) -> Iterator[tuple[str, str]]:
    """The pieces of a definition, comment left out, in the order of the manual."""
    yield "type", "boolean" if _is_boolean(column) else _type_text(column.type, around)
    yield from _charset_words(column.type, around)
    if column.compressed:
        yield _SQL_ALONE, "compressed"
    if column.srid is not None:
        yield _SQL_ALONE, f"srid {column.srid}"
    if column.generated is not None:
        yield "generated", f"as ({expression_text(column.generated.expression)})"
        if column.generated.stored:
            yield "stored", "stored"
    if column.system_time is not None:
        yield _SQL_ALONE, f"as row {column.system_time.lower()}"
    if not column.null and not _is_not_null_anyway(column, around):
        yield "null", "not null"
    yield from _value_words(column, around.flavour)
    yield from around.inside.get(column.name, ())
    for words in _storage_words(column):
        yield ("invisible" if words == "invisible" else _SQL_ALONE), words
    if column.check is not None:
        yield "check", f"check ({expression_text(column.check)})"


def _is_boolean(column: Column) -> bool:
    """Whether it is what BOOLEAN makes, with a default that is no number."""
    if column.type != Type("tinyint", 1) or column.auto_increment:
        return False
    default = column.default
    return default is None or default_text(default, column.type) in _TRUTH


def _value_words(column: Column, flavour: Flavour) -> Iterator[tuple[str, str]]:
    default = column.default
    if has_no_default(column, flavour) and not column.auto_increment:
        yield _SQL_ALONE, "no default"
    if default is not None and not (default.kind == "null" and column.null):
        text = default_text(default, column.type, with_introducers=flavour.is_mariadb)
        yield "default", f"default {_TRUTH[text] if _is_boolean(column) else text}"
    if column.on_update is not None:
        yield "on_update", f"on update {now_text(column.on_update)}"
    if column.auto_increment:
        yield "auto_increment", "auto_increment"


def _storage_words(column: Column) -> Iterator[str]:
    if column.invisible:
        yield "invisible"
    if column.without_system_versioning:
        yield "without system versioning"
    if column.storage:
        yield f"storage {column.storage.lower()}"
    if column.column_format:
        yield f"column_format {column.column_format.lower()}"
    if column.engine_attribute is not None:
        yield f"engine_attribute {quote_text(column.engine_attribute)}"
    if column.secondary_engine_attribute is not None:
        yield f"secondary_engine_attribute {quote_text(column.secondary_engine_attribute)}"


def _is_not_null_anyway(column: Column, around: Surroundings) -> bool:
    primary = around.table.primary_key
    keyed = [name.lower() for name in primary.columns] if primary else []
    ends = [name.lower() for each in around.table.periods for name in (each.start, each.end)]
    return column.auto_increment or column.name.lower() in (*keyed, *ends)


def _type_text(found: Type, around: Surroundings) -> str:
    name = found.name
    if found.labels:
        name += f"({','.join(map(quote_text, found.labels))})"
    elif found.scale is not None:
        name += f"({found.length},{found.scale})"
    elif found.length is not None and not _is_usual_length(found, around):
        name += f"({found.length})"
    # ZEROFILL means UNSIGNED as well.
    return (
        name + " unsigned" * (found.unsigned and not found.zerofill) + " zerofill" * found.zerofill
    )


def _is_usual_length(found: Type, around: Surroundings) -> bool:
    """Whether the server fills a length in that is not written; MariaDB shows those of all integers."""
    if not (found.is_integer or found.name in ("year", "bit")):
        return False
    without = replace(found, length=1 if found.name == "bit" else None)
    usual = canonical_type(without, around.flavour, around.defaults)
    return usual == canonical_type(found, around.flavour, around.defaults)


def _charset_words(found: Type, around: Surroundings) -> Iterator[tuple[str, str]]:
    """Character set and collation where they are not the table's.

    A character set that was declared alone has the collation that each server gives it.
    """
    if not found.is_string:
        return
    full = canonical_type(found, around.flavour, around.defaults)
    own = around.defaults.charset, around.defaults.collation
    if found.charset and not found.collation and (full.charset, full.collation) != own:
        yield "charset", f"character set {full.charset}"
    elif full.charset != around.defaults.charset or (around.spells and found.charset_written):
        yield "charset", f"character set {full.charset}"
        yield "collation", f"collate {full.collation}"
    elif full.collation != around.defaults.collation:
        yield "collation", f"collate {full.collation}"
