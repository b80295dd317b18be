"""Fields for the types of MySQL and MariaDB that Peewee has none for, or reads wrongly.

`field_type` is the name by which the tools of playhouse know what is in a field (`to_pydantic`, say),
`ddl_type` what MySQL calls its type. What type checkers are told stands in fields.pyi: Peewee's own fields
are generic for them alone.
"""

from __future__ import annotations

import ipaddress

from peewee import SQL, AutoField, BlobField, CharField, Field, ForeignKeyField, IntegerField
from playhouse.fields import EnumField as _EnumField
from pymysql.connections import TEXT_TYPES

from plumbob.runtime import values
from plumbob.runtime.values import Geometry

# Its number in MySQL's protocol.
_MYSQL_TYPE_VECTOR = 242


class _Typed:
    """A field whose type in MySQL has another name than Peewee has for it."""

    ddl_type = ""

    def ddl_datatype(self, ctx):
        return SQL(self.ddl_type) if self.ddl_type else super().ddl_datatype(ctx)


class TinyIntegerField(_Typed, IntegerField):
    ddl_type = "TINYINT"


class MediumIntegerField(_Typed, IntegerField):
    ddl_type = "MEDIUMINT"


class UnsignedTinyIntegerField(_Typed, IntegerField):
    ddl_type = "TINYINT UNSIGNED"


class UnsignedSmallIntegerField(_Typed, IntegerField):
    ddl_type = "SMALLINT UNSIGNED"


class UnsignedMediumIntegerField(_Typed, IntegerField):
    ddl_type = "MEDIUMINT UNSIGNED"


class UnsignedIntegerField(_Typed, IntegerField):
    ddl_type = "INT UNSIGNED"


class UnsignedBigIntegerField(_Typed, IntegerField):
    ddl_type = "BIGINT UNSIGNED"


class UnsignedAutoField(_Typed, AutoField):
    ddl_type = "INT UNSIGNED AUTO_INCREMENT"


class UnsignedBigAutoField(_Typed, AutoField):
    ddl_type = "BIGINT UNSIGNED AUTO_INCREMENT"


class SizedAutoField(_Typed, AutoField):
    """A primary key that the server counts, of any size: `SizedAutoField("SMALLINT UNSIGNED")`."""

    def __init__(self, ddl_type, **options):
        self.ddl_type = f"{ddl_type} AUTO_INCREMENT"
        super().__init__(**options)


class YearField(_Typed, IntegerField):
    ddl_type = "YEAR"


class BitsField(_Typed, IntegerField):
    """BIT(n) as a whole number."""

    def __init__(self, length=1, **options):
        self.ddl_type = f"BIT({length})"
        super().__init__(**options)

    def python_value(self, value):
        return None if value is None else values.read_bits(value)


class DurationField(_Typed, Field):
    """TIME, which goes from -838:59:59 to 838:59:59 and is no time of the day: a `timedelta`."""

    field_type = "INTERVAL"
    ddl_type = "TIME"

    def __init__(self, fraction=0, **options):
        self.ddl_type = f"TIME({fraction})" if fraction else "TIME"
        super().__init__(**options)

    def db_value(self, value):
        return value if value is None or isinstance(value, str) else values.duration_text(value)


class LabelField(_Typed, CharField):
    """ENUM as a text that is one of its labels."""

    def __init__(self, labels, **options):
        self.labels = tuple(labels)
        options.setdefault("choices", [(label, label) for label in labels])
        super().__init__(max_length=max(map(len, self.labels)), **options)


class EnumField(_Typed, _EnumField):
    """ENUM as a member of an Enum, whose values are the labels."""


def _each(convert, values):
    return list(map(convert, values)) if isinstance(values, list | tuple | set) else values


class _SetsCompared:
    """A field whose values are sets: Peewee takes a set, within an expression, for a list of values."""

    def __eq__(self, rhs):
        return super().__eq__(self._as_text(rhs))

    def __ne__(self, rhs):
        return super().__ne__(self._as_text(rhs))

    __hash__ = Field.__hash__

    def in_(self, rhs):
        return super().in_(_each(self._as_text, rhs))

    def not_in(self, rhs):
        return super().not_in(_each(self._as_text, rhs))

    def _as_text(self, value):
        return self.db_value(value) if isinstance(value, set | frozenset) else value


class SetReference(_SetsCompared, ForeignKeyField):
    """What a foreign key becomes whose parent is told by a SET."""


class SetField(_SetsCompared, _Typed, Field):
    """SET as a frozenset of texts that are labels of it."""

    field_type = "SET"

    def __init__(self, labels, **options):
        self.labels = tuple(labels)
        super().__init__(**options)

    def db_value(self, value):
        """In the order of the labels: the server compares with a text by its letters."""
        if value is None or isinstance(value, str):
            return value
        wanted = {self._label(each) for each in value}
        if unknown := wanted - set(self.labels):
            raise ValueError(f"{self.name} has no {sorted(unknown)}")
        return ",".join(label for label in self.labels if label in wanted)

    def python_value(self, value):
        if value is None or isinstance(value, frozenset):
            return value
        return frozenset(self._member(label) for label in value.split(",") if label)

    def _label(self, each):
        return each

    def _member(self, label):
        return label


class EnumSetField(SetField):
    """SET as a frozenset of members of an Enum, whose values are the labels."""

    def __init__(self, enum_class, **options):
        self.members = enum_class
        super().__init__([each.value for each in enum_class], **options)

    def _label(self, each):
        return self.members(each).value

    def _member(self, label):
        return self.members(label)


class GeometryField(_Typed, BlobField):
    """Any spatial type as WKB (`plumbob.runtime.values.Geometry`); plain bytes have the column's SRID."""

    def __init__(self, ddl_type="GEOMETRY", srid=0, **options):
        self.ddl_type, self.srid = ddl_type, srid
        super().__init__(**options)

    def db_value(self, value):
        if value is None:
            return None
        found = value if isinstance(value, Geometry) else Geometry(value, self.srid)
        return super().db_value(found.stored)

    def python_value(self, value):
        if value is None or isinstance(value, Geometry):
            return value
        return values.read_geometry(value)


class VectorField(_Typed, BlobField):
    """VECTOR(n) as a tuple of numbers."""

    def __init__(self, length, **options):
        # A type that PyMySQL does not know, and would take for a text in ASCII. (aiomysql has the same set.)
        TEXT_TYPES.add(_MYSQL_TYPE_VECTOR)
        self.ddl_type = f"VECTOR({length})"
        super().__init__(**options)

    def db_value(self, value):
        return super().db_value(value if value is None else values.pack_vector(value))

    def python_value(self, value):
        return values.read_vector(value) if isinstance(value, bytes) else value


class Inet4Field(_Typed, Field):
    """MariaDB's INET4 as an IPv4Address."""

    field_type = ddl_type = "INET4"
    address = ipaddress.IPv4Address

    def db_value(self, value):
        return None if value is None else str(value)

    def python_value(self, value):
        return self.address(value) if isinstance(value, str) else value


class Inet6Field(Inet4Field):
    """MariaDB's INET6 as an IPv6Address."""

    field_type = ddl_type = "INET6"
    address = ipaddress.IPv6Address
