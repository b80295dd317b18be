"""A column's data type with the attributes that belong to the type itself."""

from __future__ import annotations

from dataclasses import dataclass, field

INTEGERS = ("tinyint", "smallint", "mediumint", "int", "bigint")
FIXED_POINT = ("decimal",)
FLOATING_POINT = ("float", "double")
NUMBERS = INTEGERS + FIXED_POINT + FLOATING_POINT
TEXTS = ("tinytext", "text", "mediumtext", "longtext")
BLOBS = ("tinyblob", "blob", "mediumblob", "longblob")
STRINGS = ("char", "varchar", "enum", "set", *TEXTS)
BINARIES = ("binary", "varbinary", *BLOBS)
SPATIALS = (
    "geometry",
    "point",
    "linestring",
    "polygon",
    "multipoint",
    "multilinestring",
    "multipolygon",
    "geometrycollection",
)


@dataclass(frozen=True, slots=True)
class Type:
    """A data type by the name that the server prints, in lower case.

    `length` counts characters, bytes, bits or digits, or is the display width of an integer or the
    number of digits of a fraction of a second; `scale` counts the digits after the point; `labels`
    are those of ENUM and SET. `charset_written` is MySQL's memory of a CHARACTER SET that was
    spelled out (SHOW CREATE TABLE prints it back although the collation implies it).
    """

    name: str
    length: int | None = None
    scale: int | None = None
    labels: tuple[str, ...] = ()
    unsigned: bool = False
    zerofill: bool = False
    charset: str | None = None
    collation: str | None = None
    charset_written: bool = field(default=False, compare=False)
    collation_written: bool = field(default=False, compare=False)

    @property
    def is_integer(self) -> bool:
        return self.name in INTEGERS

    @property
    def is_number(self) -> bool:
        return self.name in NUMBERS

    @property
    def is_string(self) -> bool:
        """Whether it has a character set and a collation."""
        return self.name in STRINGS

    @property
    def is_binary(self) -> bool:
        return self.name in BINARIES

    @property
    def is_large(self) -> bool:
        """TEXT, BLOB, JSON and spatial types: no literal default on MySQL, keys by prefix only."""
        return self.name in TEXTS or self.name in BLOBS or self.name == "json" or self.is_spatial

    @property
    def is_spatial(self) -> bool:
        return self.name in SPATIALS
