"""A live column as the text of its definition, as short as it can be."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from plumbob.ddl.canonical import canonical_table, canonical_type
from plumbob.ddl.charsets import Defaults
from plumbob.ddl.defaults import has_no_default
from plumbob.ddl.quote import quote_text
from plumbob.declaration.dump.sql_text import default_text, expression_text, now_text
from plumbob.declaration.dump.yaml_text import Value
from plumbob.model import Column, Flavour, Table, Type

# A definition with a comment that makes the line longer than this gets the long form.
_LONGEST_LINE = 100
_COLUMN_INDENT = 6


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a column's definition need not say again: its table's character set and collation.

    `words` are those of keys that stand inside the column, by the column's name.
    """

    table: Table
    flavour: Flavour
    defaults: Defaults
    words: dict[str, str]


def column_value(column: Column, around: Surroundings) -> Value:
    """The definition of a column: one text, or a mapping where a long comment is better apart."""
    column = _with_json(column, around)
    definition = " ".join(_definition(column, around))
    if not column.comment:
        return definition
    comment = f"comment {quote_text(column.comment)}"
    whole = f"{definition} {comment}"
    if _COLUMN_INDENT + len(column.name) + 2 + len(whole) <= _LONGEST_LINE:
        return whole
    return [("type", definition), ("comment", column.comment)]


def _with_json(column: Column, around: Surroundings) -> Column:
    """JSON is LONGTEXT with a check on MariaDB, and is declared as what was meant."""
    if column.type.name != "longtext" or not around.flavour.is_mariadb or column.check is None:
        return column
    meant = replace(column, type=Type("json"), check=None)
    return meant if _canonical(meant, around) == _canonical(column, around) else column


def _canonical(column: Column, around: Surroundings) -> Column:
    alone = replace(around.table, columns=(column,), indexes=(), foreign_keys=(), checks=())
    return canonical_table(alone, around.flavour, around.defaults).columns[0]


def _definition(column: Column, around: Surroundings) -> Iterator[str]:
    """The words of a definition, comment left out, in the order of the manual."""
    yield _type_text(column.type, around)
    yield from _charset_words(column.type, around)
    if column.compressed:
        yield "compressed"
    if column.srid is not None:
        yield f"srid {column.srid}"
    if column.generated is not None:
        yield f"as ({expression_text(column.generated.expression)})"
        yield from ["stored"] * column.generated.stored
    if column.system_time is not None:
        yield f"as row {column.system_time.lower()}"
    if not column.null and not _is_not_null_anyway(column, around):
        yield "not null"
    yield from _value_words(column, around.flavour)
    inside = around.words.get(column.name)
    if inside:
        yield inside
    yield from _storage_words(column)
    if column.check is not None:
        yield f"check ({expression_text(column.check)})"


def _value_words(column: Column, flavour: Flavour) -> Iterator[str]:
    default = column.default
    if has_no_default(column, flavour) and not column.auto_increment:
        yield "no default"
    if default is not None and not (default.kind == "null" and column.null):
        yield f"default {default_text(default, column.type)}"
    if column.on_update is not None:
        yield f"on update {now_text(column.on_update)}"
    if column.auto_increment:
        yield "auto_increment"


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


def _charset_words(found: Type, around: Surroundings) -> Iterator[str]:
    """Character set and collation where they are not the table's."""
    if not found.is_string:
        return
    full = canonical_type(found, around.flavour, around.defaults)
    if full.charset != around.defaults.charset:
        yield f"character set {full.charset}"
        yield f"collate {full.collation}"
    elif full.collation != around.defaults.collation:
        yield f"collate {full.collation}"
