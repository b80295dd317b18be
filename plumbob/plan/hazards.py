"""What a change can lose, known from the definitions alone; rows are counted elsewhere.

A change of type is taken for harmless only where every value of the old type is a value of the new
one; the measured losses (strict sql_mode, both servers) are the reason for each rule.
"""

from __future__ import annotations

from plumbob.ddl.charsets import longest_character
from plumbob.model import Column, Table, Type
from plumbob.model.type import BLOBS, INTEGERS, TEXTS
from plumbob.plan.named import Named
from plumbob.plan.statement import Hazard

_SIZES = {name: size for names in (TEXTS, BLOBS) for size, name in enumerate(names)}
# Bytes that each size of TEXT or BLOB can hold.
_LARGEST = (255, 65535, 16777215, 4294967295)
_UNICODE = ("utf8mb4", "utf8mb3", "utf16", "utf16le", "utf32", "ucs2")
_WHOLE_UNICODE = ("utf8mb4", "utf16", "utf16le", "utf32")
# Two bytes of these become one character (measured on both servers).
_AMBIGUOUS = ("armscii8", "tis620")
# What is written in the one is written with the same bytes in the other.
_SAME_BYTES = (
    ("utf8mb3", "utf8mb4"),
    ("ascii", "utf8mb4"),
    ("ascii", "utf8mb3"),
    ("ascii", "latin1"),
)


def drop_table(table: Table) -> Hazard:
    return Hazard("drop-table", Named(table.name), "all rows of the table are lost")


def not_restored(lost: Hazard) -> Hazard:
    """What a way back does not give back of what was lost on the way up."""
    what = f"it comes back without what {lost.approval} has lost"
    return Hazard("not-restored", lost.object, what)


def drop_column(table: str, column: Column) -> Hazard | None:
    """A virtual column holds nothing of its own, and neither does a stored one that is computed."""
    if column.generated is not None or column.system_time is not None:
        return None
    return Hazard("drop-column", Named(table, column.name), "all values of the column are lost")


def change_column(table: str, before: Column, after: Column) -> tuple[Hazard, ...]:
    """What can happen to the values of a column that is modified."""
    name = Named(table, after.name)
    if not is_convertible(before.type, after.type):
        # It is dropped and added.
        lost = drop_column(table, before)
        return (lost,) if lost else ()
    found = []
    if is_virtual(before) and after.generated is None:
        found.append(
            Hazard("drop-column", name, "the column is made anew without what it computed")
        )
    elif after.generated is not None and before.generated is None:
        found.append(
            Hazard("overwrite-column", name, "all values are replaced by those of the expression")
        )
    elif after.generated is None and not is_lossless(before.type, after.type):
        found.append(Hazard("change-type", name, "values that do not fit the new type are changed"))
    if after.auto_increment and not before.auto_increment:
        found.append(Hazard("renumber", name, "rows that hold 0 or NULL get new numbers"))
    if before.null and not after.null and after.type.name == "timestamp":
        # MariaDB fills the present moment in where MySQL refuses (measured).
        found.append(Hazard("fill-null", name, "NULL may become the present moment"))
    return tuple(found)


def is_virtual(column: Column) -> bool:
    return column.generated is not None and not column.generated.stored


def is_lossless(before: Type, after: Type) -> bool:
    """Whether every value of the one type is a value of the other, and reads the same."""
    if before == after:
        return True
    if before.name in INTEGERS and after.name != before.name:
        return _holds_number(before, after)
    if before.name in INTEGERS:
        return before.unsigned == after.unsigned
    if (before.name, after.name) == ("date", "datetime"):
        return True
    if before.is_string and after.is_string:
        return _holds_text(before, after)
    if before.is_binary and after.is_binary:
        return "binary" not in (before.name, after.name) and _bytes(before) <= _bytes(after)
    if before.is_spatial and after.name == "geometry":
        return True
    if before.name != after.name or before.zerofill != after.zerofill:
        return False
    return _holds_same_kind(before, after)


def is_convertible(before: Type, after: Type) -> bool:
    """Whether MODIFY can make one type of the other at all, whatever the values (4078, 1366, 6138)."""
    if before.is_spatial != after.is_spatial or (before.name == "vector") != (
        after.name == "vector"
    ):
        return False
    names = {before.name, after.name}
    if len(names) == 1 or not names & set(_OWN_KINDS):
        return True
    other = after if before.name in _OWN_KINDS else before
    return other.is_string or other.is_binary


# MariaDB's types that turn into text and bytes and into nothing else.
_OWN_KINDS = ("uuid", "inet4", "inet6")


# The digits of the longest value.
_DIGITS = {"tinyint": 3, "smallint": 5, "mediumint": 8, "int": 10, "bigint": 20}
# The whole numbers that these hold exactly.
_EXACT = {"float": ("tinyint", "smallint"), "double": ("tinyint", "smallint", "mediumint", "int")}


def _holds_number(before: Type, after: Type) -> bool:
    """Whether another type holds every value of an integer type."""
    if after.is_string:
        length = _DIGITS[before.name] + (not before.unsigned)
        return not (after.labels or before.zerofill) and _characters(after) >= length
    if after.unsigned and not before.unsigned:
        return False
    if after.name in INTEGERS:
        return INTEGERS.index(after.name) > INTEGERS.index(before.name)
    if after.name == "decimal":
        return (after.length or 10) - (after.scale or 0) >= _DIGITS[before.name]
    return after.length is None and before.name in _EXACT.get(after.name, ())


def _holds_same_kind(before: Type, after: Type) -> bool:
    if after.unsigned and not before.unsigned:
        return False
    if before.name == "decimal":
        scale, new_scale = before.scale or 0, after.scale or 0
        digits, new_digits = (before.length or 10) - scale, (after.length or 10) - new_scale
        return new_scale >= scale and new_digits >= digits
    if before.name in ("datetime", "time", "timestamp", "bit"):
        return (after.length or 0) >= (before.length or 0)
    if before.name == "vector":
        # MariaDB fills zeros in or cuts, without a word; MySQL's length is a limit.
        return after.length == before.length
    # FLOAT and DOUBLE with digits round; any other type with one name differs in nothing that
    # counts.
    return before.name not in ("float", "double") or (after.length, after.scale) == (None, None)


def _holds_text(before: Type, after: Type) -> bool:
    if not _holds_characters(before.charset, after.charset):
        return False
    if before.labels or after.labels:
        return _holds_labels(before, after)
    if after.name == "char" and before.name != "char":
        # CHAR loses the blanks at its end.
        return False
    # What is too long is refused, but for blanks at its end: those are cut with a note (both).
    if after.name in _SIZES:
        return _bytes_needed(before, after.charset) <= _bytes(after)
    return _characters(before) <= (after.length or 0)


def _characters(found: Type) -> int:
    """The most characters that a value can have, each of one byte."""
    return _LARGEST[_SIZES[found.name]] if found.name in _SIZES else found.length or 0


def _bytes_needed(before: Type, charset: str | None) -> int:
    """The bytes that the longest value takes in another character set."""
    is_kept = before.charset == charset or (before.charset, charset) in _SAME_BYTES
    if before.name in _SIZES:
        return _bytes(before) * (1 if is_kept else longest_character(charset))
    return (before.length or 0) * longest_character(before.charset if is_kept else charset)


def _holds_labels(before: Type, after: Type) -> bool:
    if before.name == after.name:
        # Values go over by their labels; but their numbers, and the text of a SET, go by places.
        return after.labels[: len(before.labels)] == before.labels
    if after.labels or after.name == "char":
        return False
    lengths = [len(label) for label in before.labels]
    longest = max(lengths) if before.name == "enum" else sum(lengths) + len(lengths) - 1
    room = _bytes(after) // longest_character(after.charset)
    return room >= longest


def _holds_characters(before: str | None, after: str | None) -> bool:
    if before == after:
        return True
    if after in _WHOLE_UNICODE:
        return before not in _AMBIGUOUS
    return before == "ascii" and after in (*_UNICODE, "latin1")


def _bytes(found: Type) -> int:
    """The most bytes that a value can have in the worst case."""
    if found.name in _SIZES:
        return _LARGEST[_SIZES[found.name]]
    return (found.length or 1) * (longest_character(found.charset) if found.is_string else 1)
