"""Declared text in the form in which the server would print it, by rules that need no server.

What only the server can say (how it rewrites an expression, how it rounds a default) is read back
from a scratch database; until then an object of this form may differ from the live one without a
difference.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from plumbob.ddl.charsets import (
    Defaults,
    charset_of,
    default_collation,
    longest_character,
)
from plumbob.ddl.defaults import canonical_default
from plumbob.ddl.expression import expression
from plumbob.ddl.options import canonical_options
from plumbob.ddl.periods import canonical_periods
from plumbob.ddl.quote import quote_name
from plumbob.ddl.stored.sequence import completed_sequence
from plumbob.model import (
    Column,
    Flavour,
    Index,
    KeyPart,
    Partition,
    Partitioning,
    Schema,
    Sequence,
    Stored,
    Table,
    Type,
)
from plumbob.model.type import BINARIES, INTEGERS

# Display widths that MariaDB prints for an integer without one: signed, unsigned (manual: Numeric
# Types).
_WIDTHS = {
    "tinyint": (4, 3),
    "smallint": (6, 5),
    "mediumint": (9, 8),
    "int": (11, 10),
    "bigint": (20, 20),
}
# The longest value of each size of TEXT and BLOB, in bytes.
_LARGE_SIZES = ((255, "tiny"), (65535, ""), (16777215, "medium"), (4294967295, "long"))
# CHARACTER SET binary makes a string type a binary one (manual: The binary Collation).
_AS_BINARY = {
    "char": "binary",
    "varchar": "varbinary",
    "tinytext": "tinyblob",
    "text": "blob",
    "mediumtext": "mediumblob",
    "longtext": "longblob",
}
_ENGINES = {
    "innodb": "InnoDB",
    "myisam": "MyISAM",
    "memory": "MEMORY",
    "heap": "MEMORY",
    "archive": "ARCHIVE",
    "csv": "CSV",
    "blackhole": "BLACKHOLE",
    "aria": "Aria",
    "ndb": "ndbcluster",
    "ndbcluster": "ndbcluster",
    "mrg_myisam": "MRG_MyISAM",
    "merge": "MRG_MyISAM",
    "federated": "FEDERATED",
}
# Those of a VECTOR of MySQL that says none (manual: The VECTOR Type).
_DIMENSIONS = 2048
_TEMPORAL_WITH_FRACTION = ("time", "datetime", "timestamp")


def canonical(schema: Schema, flavour: Flavour, defaults: Defaults) -> Schema:
    """All tables of a schema in canonical form; names that were left out have to be given before."""
    tables = {
        name: canonical_table(table, flavour, defaults) for name, table in schema.tables.items()
    }
    tables = {name: _with_names_of_columns(table, tables) for name, table in tables.items()}
    stored = {key: _canonical_stored(each, flavour) for key, each in schema.stored.items()}
    return replace(schema, tables=tables, stored=stored)


def _canonical_stored(stored: Stored, flavour: Flavour) -> Stored:
    """MySQL knows no role as definer, but an account of any host; MariaDB no empty host."""
    if isinstance(stored, Sequence):
        return completed_sequence(stored)
    if stored.definer is None:
        return stored
    host = stored.definer.host
    if host == (None if flavour.is_mysql else ""):
        return replace(stored, definer=replace(stored.definer, host="%"))
    return stored


def _with_names_of_columns(table: Table, tables: Mapping[str, Table]) -> Table:
    """Foreign keys name columns as the tables have them: a server that met no parent keeps the spelling."""
    if not table.foreign_keys:
        return table
    keys = tuple(
        replace(
            key,
            columns=_as_named(key.columns, table),
            parent_columns=_as_named(key.parent_columns, tables.get(key.parent_name)),
        )
        for key in table.foreign_keys
    )
    return replace(table, foreign_keys=keys) if keys != table.foreign_keys else table


def _as_named(names: tuple[str, ...], table: Table | None) -> tuple[str, ...]:
    found = [(table.column(name) if table else None) for name in names]
    return tuple(column.name if column else name for column, name in zip(found, names, strict=True))


def canonical_table(table: Table, flavour: Flavour, defaults: Defaults) -> Table:
    """One table in canonical form; a live table may be given as well, and loses nothing but spellings."""
    charset, collation = _charset_and_collation(table.charset, table.collation, flavour, defaults)
    of_table = replace(defaults, charset=charset, collation=collation)
    engine = _ENGINES.get((table.engine or "InnoDB").lower(), table.engine)
    key = table.primary_key
    keyed = {name.lower() for name in key.columns} if key else set()
    table = canonical_periods(table)
    columns = tuple(_column(column, flavour, of_table, keyed) for column in table.columns)
    typed = replace(table, columns=columns, engine=engine)
    return replace(
        typed,
        charset=charset,
        collation=collation,
        indexes=tuple(_index(index, typed) for index in table.indexes),
        options=canonical_options(table.options, flavour),
        partitions=_partitions(table.partitions, engine),
    )


def _partitions(partitions: Partitioning | None, engine: str | None) -> Partitioning | None:
    """The engine that a partition has is the table's, which the servers repeat at each of them."""
    if partitions is None:
        return None
    return replace(
        partitions,
        partitions=tuple(_without_engine(each, engine) for each in partitions.partitions),
    )


def _without_engine(partition: Partition, engine: str | None) -> Partition:
    said = _ENGINES.get((partition.engine or "").lower(), partition.engine)
    parts = tuple(_without_engine(each, engine) for each in partition.subpartitions)
    return replace(partition, engine=None if said == engine else said, subpartitions=parts)


def _charset_and_collation(
    charset: str | None, collation: str | None, flavour: Flavour, defaults: Defaults
) -> tuple[str, str]:
    """A character set and a collation from either, or from what is inherited (manual: Table Charset)."""
    if collation and not charset:
        charset = charset_of(collation) or defaults.charset
    if collation and charset and collation.startswith("uca1400"):
        return charset, f"{charset}_{collation}"
    if charset and collation:
        return charset, collation
    if charset:
        return charset, default_collation(charset, flavour, defaults.collations)
    return defaults.charset, defaults.collation


def _column(column: Column, flavour: Flavour, defaults: Defaults, keyed: set[str]) -> Column:
    if column.type.name == "json" and flavour.is_mariadb:
        column = _mariadb_json(column)
    if column.storage == "DEFAULT":
        column = replace(column, storage=None)
    if column.column_format == "DEFAULT":
        column = replace(column, column_format=None)
    if column.system_time is not None:
        return replace(column, type=canonical_type(column.type, flavour, defaults))
    null = column.null and not (column.auto_increment or column.name.lower() in keyed)
    found = canonical_type(column.type, flavour, defaults)
    if (found, null) != (column.type, column.null) or found.is_string:
        column = replace(column, type=found, null=null)
    default = canonical_default(column, flavour)
    return column if default == column.default else replace(column, default=default)


def _mariadb_json(column: Column) -> Column:
    """JSON is an alias there: LONGTEXT with a check (MariaDB manual: JSON Data Type)."""
    valid = expression(f"json_valid({quote_name(column.name)})")
    return replace(
        column,
        type=Type("longtext", charset="utf8mb4", collation="utf8mb4_bin"),
        check=column.check or valid,
    )


def canonical_type(found: Type, flavour: Flavour, defaults: Defaults) -> Type:
    """A type as the server prints it, with the character set and collation that it inherits."""
    found = _with_width(found, flavour)
    if found.name in ("text", "blob") and found.length == 0 and flavour.is_mariadb:
        found = replace(found, length=None)
    if not found.is_string and (found.charset or found.collation):
        # Read and forgotten by both servers.
        found = replace(found, charset=None, collation=None)
    if found.name == "bit" and found.length == 0 and flavour.is_mariadb:
        return replace(found, length=1)
    if found.name == "vector" and found.length is None and flavour.is_mysql:
        return replace(found, length=_DIMENSIONS)
    if found.name == "decimal":
        return replace(found, length=found.length or 10, scale=found.scale or 0)
    if found.name == "year":
        return replace(found, length=None if flavour.is_mysql else 4)
    if found.name in _TEMPORAL_WITH_FRACTION and found.length == 0:
        return replace(found, length=None)
    if found.is_string:
        found = _with_charset(found, flavour, defaults)
    if found.name in ("text", "blob") and found.length is not None:
        return _of_size(found)
    return found


def _with_width(found: Type, flavour: Flavour) -> Type:
    if found.name not in INTEGERS:
        return found
    signed, unsigned = _WIDTHS[found.name]
    if flavour.is_mariadb or found.zerofill:
        return replace(found, length=found.length or (unsigned if found.unsigned else signed))
    is_boolean = found.name == "tinyint" and found.length == 1 and not found.unsigned
    return found if is_boolean else replace(found, length=None)


def _with_charset(found: Type, flavour: Flavour, defaults: Defaults) -> Type:
    if found.collation == "binary" and found.charset != "binary":
        # The attribute BINARY: the binary collation of the character set.
        charset = found.charset or defaults.charset
        return _spelled(replace(found, charset=charset, collation=f"{charset}_bin"), defaults)
    charset, collation = _charset_and_collation(found.charset, found.collation, flavour, defaults)
    if charset == "binary" and found.name in _AS_BINARY:
        return Type(_AS_BINARY[found.name], found.length)
    labels = tuple(label.rstrip(" ") for label in found.labels)
    found = replace(found, charset=charset, collation=collation, labels=labels)
    return _spelled(found, defaults)


def _spelled(found: Type, defaults: Defaults) -> Type:
    """Character set and collation are both written out or both left to the table.

    MySQL prints COLLATE alone where neither was written and the table's is not its character set's
    own.
    """
    written = found.charset_written or found.collation != defaults.collation
    return replace(found, charset_written=written, collation_written=written)


def _of_size(found: Type) -> Type:
    """TEXT(n) and BLOB(n) become the smallest type that holds n characters or bytes."""
    each = longest_character(found.charset) if found.name == "text" else 1
    size = (found.length or 0) * each
    prefix = next((prefix for most, prefix in _LARGE_SIZES if size <= most), "long")
    return replace(found, name=prefix + found.name, length=None)


def _index(index: Index, table: Table) -> Index:
    parts = tuple(_key_part(part, index, table) for part in index.parts)
    structure = None
    if table.engine == "MEMORY":
        structure = index.using or "HASH"
    attributes = tuple(sorted((_attribute_name(name), value) for name, value in index.attributes))
    return replace(index, parts=parts, structure=structure, attributes=attributes)


def _attribute_name(name: str) -> str:
    """MariaDB's names have no case, but are printed as they were written."""
    return name if name.endswith("ENGINE_ATTRIBUTE") else name.lower()


def _key_part(part: KeyPart, index: Index, table: Table) -> KeyPart:
    """A prefix as long as the column is none; full-text and spatial indexes have none."""
    if part.column is None:
        return part
    column = table.column(part.column)
    if column is None:
        return part
    part = replace(part, column=column.name)
    if part.length is None:
        return part
    whole = column.type.name in ("char", "varchar", *BINARIES) and part.length == column.type.length
    return replace(part, length=None) if whole or index.kind == "fulltext" else part
