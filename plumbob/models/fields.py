"""Which field a column has in a model, and what stands in its parentheses."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from plumbob.ddl.column_sql import default_sql
from plumbob.ddl.expression import expression
from plumbob.ddl.quote import quote_name
from plumbob.model import Column, Flavour, Table, Type
from plumbob.models.source import Group, Named, Source, call, list_of, text

# Models are the same whichever server the tables are on.
FLAVOUR = Flavour("mysql", (9, 7, 0))

PEEWEE = "peewee"
FIELDS = "plumbob.runtime.fields"
_INTEGERS = {
    ("tinyint", False): ("TinyIntegerField", FIELDS),
    ("tinyint", True): ("UnsignedTinyIntegerField", FIELDS),
    ("smallint", False): ("SmallIntegerField", PEEWEE),
    ("smallint", True): ("UnsignedSmallIntegerField", FIELDS),
    ("mediumint", False): ("MediumIntegerField", FIELDS),
    ("mediumint", True): ("UnsignedMediumIntegerField", FIELDS),
    ("int", False): ("IntegerField", PEEWEE),
    ("int", True): ("UnsignedIntegerField", FIELDS),
    ("bigint", False): ("BigIntegerField", PEEWEE),
    ("bigint", True): ("UnsignedBigIntegerField", FIELDS),
}
_COUNTED = {
    ("int", False): ("AutoField", PEEWEE),
    ("int", True): ("UnsignedAutoField", FIELDS),
    ("bigint", False): ("BigAutoField", PEEWEE),
    ("bigint", True): ("UnsignedBigAutoField", FIELDS),
}
# Types whose field says nothing of its type.
_PLAIN = {
    "float": ("FloatField", PEEWEE),
    "double": ("DoubleField", PEEWEE),
    "json": ("JSONField", PEEWEE),
    "date": ("DateField", PEEWEE),
    "datetime": ("DateTimeField", PEEWEE),
    "timestamp": ("DateTimeField", PEEWEE),
    "year": ("YearField", FIELDS),
    "uuid": ("UUIDField", PEEWEE),
    "inet4": ("Inet4Field", FIELDS),
    "inet6": ("Inet6Field", FIELDS),
}


@dataclass(frozen=True, slots=True)
class FieldClass:
    """A class of fields, the module that it is imported from, and what it has to be told of the type."""

    name: str
    module: str
    arguments: tuple[Source, ...] = ()

    def call(self, *more: Source) -> Group:
        return call(self.name, *self.arguments, *more)


def field_class(column: Column, table: Table, enum: str | None = None) -> FieldClass:
    """The class for a column.

    Args:
        enum: the name of the Enum class for its labels, or None.
    """
    found = column.type
    if is_counted_key(column, table):
        return _counted(found)
    if is_json(column, table):
        return FieldClass(*_PLAIN["json"])
    if found.name == "tinyint" and found.length == 1 and not found.unsigned:
        return FieldClass("BooleanField", PEEWEE)
    if found.is_integer:
        return FieldClass(*_INTEGERS[found.name, found.unsigned])
    if found.name in _PLAIN:
        return FieldClass(*_PLAIN[found.name])
    if found.is_spatial:
        srid = (Named("srid", str(column.srid)),) if column.srid else ()
        return FieldClass("GeometryField", FIELDS, (text(found.name.upper()), *srid))
    if found.labels:
        return _labelled(found, enum)
    return _with_size(found)


def is_counted_key(column: Column, table: Table) -> bool:
    """Whether it is the whole primary key and the server counts it."""
    key = table.primary_key
    return column.auto_increment and key is not None and key.columns == (column.name,)


def is_json(column: Column, table: Table) -> bool:
    """Whether it is JSON, or what MariaDB makes of that: LONGTEXT with a check."""
    if column.type.name == "json":
        return True
    valid = expression(f"json_valid({quote_name(column.name)})")
    checks = [column.check, *(check.expression for check in table.checks)]
    return column.type.name == "longtext" and valid in checks


def _counted(found: Type) -> FieldClass:
    if known := _COUNTED.get((found.name, found.unsigned)):
        return FieldClass(*known)
    name = found.name.upper() + " UNSIGNED" * found.unsigned
    return FieldClass("SizedAutoField", FIELDS, (text(name),))


def _labelled(found: Type, enum: str | None) -> FieldClass:
    is_set = found.name == "set"
    if enum:
        return FieldClass("EnumSetField" if is_set else "EnumField", FIELDS, (enum,))
    labels = list_of(map(text, found.labels))
    return FieldClass("SetField" if is_set else "LabelField", FIELDS, (labels,))


def _with_size(found: Type) -> FieldClass:
    if found.name == "decimal":
        digits = (
            Named("max_digits", str(found.length)),
            Named("decimal_places", str(found.scale or 0)),
        )
        return FieldClass("DecimalField", PEEWEE, digits)
    if found.name in ("char", "varchar"):
        return FieldClass("CharField", PEEWEE, (Named("max_length", str(found.length)),))
    if found.is_binary:
        return FieldClass("BlobField", PEEWEE)
    if found.name == "bit":
        return FieldClass("BitsField", FIELDS, (str(found.length or 1),))
    if found.name == "time":
        fraction = (Named("fraction", str(found.length)),) if found.length else ()
        return FieldClass("DurationField", FIELDS, fraction)
    if found.name == "vector":
        return FieldClass("VectorField", FIELDS, (str(found.length),))
    return FieldClass("TextField", PEEWEE)


def constraints(column: Column, table: Table) -> Iterator[tuple[str, Source]]:
    """What the server does to the column by itself, as constraints: their classes, and the calls."""
    if column.default is not None and column.default.kind not in ("none", "null"):
        yield "Default", call("Default", text(_doubled(_default(column))))
    if column.on_update is not None:
        digits = f"({column.on_update})" if column.on_update else ""
        yield "SQL", call("SQL", text(f"ON UPDATE CURRENT_TIMESTAMP{digits}"))
    if column.auto_increment and not is_counted_key(column, table):
        yield "SQL", call("SQL", text("AUTO_INCREMENT"))


def _default(column: Column) -> str:
    default = column.default
    assert default is not None
    return default.value if default.kind == "number" else default_sql(default, column.type, FLAVOUR)


def _doubled(sql: str) -> str:
    """Peewee hands SQL to the driver, which takes a lone % for a parameter."""
    return sql.replace("%", "%%")


# Names of classes that a module of models may import from Peewee or from us.
ALL_CLASSES = frozenset(
    {name for name, _ in (*_INTEGERS.values(), *_COUNTED.values(), *_PLAIN.values())}
    | {"BitsField", "BlobField", "BooleanField", "CharField", "DecimalField", "DurationField"}
    | {"EnumField", "EnumSetField", "ForeignKeyField", "GeometryField", "LabelField"}
    | {"SetField", "SizedAutoField", "TextField", "VectorField"}
)
