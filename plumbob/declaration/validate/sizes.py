"""How many bytes a column takes in a row and in a key.

The formulas were checked against MySQL 9.7, MariaDB 10.11 and 11.8 at the last size that each takes.
"""

from __future__ import annotations

from collections.abc import Iterator

from plumbob.ddl.charsets import longest_character
from plumbob.declaration.validate.limits import (
    COLUMN_BYTES,
    COLUMNS,
    INTEGER_BYTES,
    ROW_BYTES,
)
from plumbob.declaration.validate.subject import Fault, Subject, engine_of
from plumbob.model import Column, Table, Type
from plumbob.model.type import BLOBS, TEXTS

# Of types whose size is the same always (manual: Data Type Storage Requirements).
_BYTES = {
    **INTEGER_BYTES,
    "float": 4,
    "double": 8,
    "date": 3,
    "year": 1,
    "uuid": 16,
    "inet4": 4,
    "inet6": 16,
}
_TEMPORAL_BYTES = {"time": 3, "datetime": 5, "timestamp": 4}
# A large value stands outside of the row, with a pointer and its length inside.
_POINTER = 8
_LENGTH_BYTES = {"tiny": 1, "": 2, "medium": 3, "long": 4}
_DIGIT_BYTES = (0, 1, 1, 2, 2, 3, 3, 4, 4)


def bytes_of(found: Type, charset: str | None) -> int:
    """The bytes of the longest value, without what tells its length; pointer and length for large types."""
    name, length = found.name, found.length
    if name in _BYTES:
        return _BYTES[name]
    if name in _TEMPORAL_BYTES:
        return _TEMPORAL_BYTES[name] + ((length or 0) + 1) // 2
    if name == "decimal":
        return _decimal_bytes(10 if length is None else length, found.scale or 0)
    if name == "bit":
        return ((length or 1) + 7) // 8
    if name in ("char", "varchar"):
        return (1 if length is None else length) * longest_character(charset)
    if name in ("binary", "varbinary"):
        return 1 if length is None else length
    if name == "enum":
        return 1 if len(found.labels) < 256 else 2
    if name == "set":
        return _set_bytes(len(found.labels))
    if name in TEXTS or name in BLOBS:
        return _POINTER + _LENGTH_BYTES[name.removesuffix("text").removesuffix("blob")]
    return _POINTER + _LENGTH_BYTES["long"]


def _decimal_bytes(digits: int, scale: int) -> int:
    """Nine digits take four bytes, what is left over takes less; on both sides of the point."""
    before = max(digits - scale, 0)
    return sum(side // 9 * 4 + _DIGIT_BYTES[side % 9] for side in (before, scale))


def _set_bytes(labels: int) -> int:
    return next((size for size in (1, 2, 3, 4) if labels <= size * 8), 8)


def faults_of_sizes(subject: Subject, table: Table) -> Iterator[Fault]:
    """How many columns there are, how long each is, and how long the row is."""
    limit = COLUMNS.get(engine_of(table), COLUMNS[""])
    if limit.is_less(len(table.columns), subject.flavour):
        most = limit.most(subject.flavour)
        yield Fault(
            f"{table.name} has {len(table.columns)} columns, and {most} are the most ({limit.source})"
        )
        return
    too_long = list(_columns_too_long(subject, table))
    yield from too_long
    size = sum(_row_bytes(subject, column, table) for column in table.columns)
    size += (sum(map(_may_be_null, table.columns)) + 7) // 8
    if not too_long and ROW_BYTES.is_less(size, subject.flavour):
        most = ROW_BYTES.most(subject.flavour)
        yield Fault(
            f"a row of {table.name} may take {size} bytes, and {most} are the most (errno 1118)",
            advice="make long columns TEXT or BLOB, which stand outside of the row"
            + subject.counted(table),
        )


def _columns_too_long(subject: Subject, table: Table) -> Iterator[Fault]:
    """Columns of VARCHAR and VARBINARY that no row could hold."""
    for number, column in enumerate(table.columns):
        if column.type.name not in ("varchar", "varbinary"):
            continue
        size = bytes_of(column.type, subject.texts_of(column, table).charset)
        if COLUMN_BYTES.is_less(size, subject.flavour):
            most = COLUMN_BYTES.most(subject.flavour)
            what = f"{table.name}.{column.name} may take {size} bytes, and {most} are the most"
            advice = "make it TEXT or BLOB" + subject.counted(table)
            yield Fault(f"{what} (errno 1074)", "column", number, advice=advice)


def _row_bytes(subject: Subject, column: Column, table: Table) -> int:
    size = bytes_of(column.type, subject.texts_of(column, table).charset)
    if column.type.name in ("varchar", "varbinary"):
        return size + (1 if size < 256 else 2)
    return size


def _may_be_null(column: Column) -> bool:
    return column.null and not column.auto_increment
