"""Which values do not survive a change of type, as conditions on the old column: a table of facts.

Each is measured on MySQL 9.7 and MariaDB 10.11 (tests/commands/loss_matrix.json): what strict mode changes
without a word, and what it refuses. The conditions are for a session without strict mode, in UTC, so
that a CAST gives NULL in place of an error. A pair of types that has no fact here counts every value.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import NamedTuple

from plumbob.ddl.charsets import longest_character
from plumbob.ddl.quote import quote_text
from plumbob.model import Flavour, Type
from plumbob.model.type import BLOBS, INTEGERS, TEXTS

# Bytes of each integer type.
_BYTES = {"tinyint": 1, "smallint": 2, "mediumint": 3, "int": 4, "bigint": 8}
_LARGEST = dict(zip((*TEXTS, *BLOBS), (255, 65535, 16777215, 4294967295) * 2, strict=True))
_CHARACTERS = ("char", "varchar", *TEXTS)
# Two bytes of these become one character (measured on both servers).
_AMBIGUOUS = ("armscii8", "tis620")
_DATED = ("date", "datetime", "timestamp")
_MOMENTS = (*_DATED, "time")
# A number as the servers read one in a text, and one that they write back as it was.
_NUMBER = r"^[[:space:]]*[-+]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][-+]?[0-9]+)?[[:space:]]*$"
_PLAIN_NUMBER = r"^-?(0|[1-9][0-9]*)([.][0-9]+)?$"
_PLAIN_INTEGER = r"^(0|-?[1-9][0-9]*)$"


class Misfits(NamedTuple):
    """Conditions on rows, or "": `changed` without a word, `refused` by strict mode."""

    changed: str = ""
    refused: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """A column that changes its type: its name as SQL, both types, and who runs it."""

    column: str
    before: Type
    after: Type
    flavour: Flavour


def misfits(column: str, before: Type, after: Type, flavour: Flavour) -> Misfits:
    """The rows that a change of type harms.

    Args:
        column: its name before the change, quoted.
    """
    change = Change(column, before, after, flavour)
    rule = _RULES.get((_kind(before), _kind(after)))
    return rule(change) if rule else Misfits(changed=f"{column} IS NOT NULL")


def integer_range(type: Type) -> tuple[int, int]:
    """The smallest and the largest number of an integer type."""
    bits = 8 * _BYTES[type.name]
    return (0, 2**bits - 1) if type.unsigned else (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)


def not_convertible(column: str, before: str | None, after: str | None) -> str:
    """The condition that a text has a character which the other character set has not."""
    there_and_back = f"CONVERT(CONVERT({column} USING {after}) USING {before})"
    return f"NOT (CAST({there_and_back} AS BINARY) <=> CAST({column} AS BINARY))"


def any_of(*conditions: str) -> str:
    found = [each for each in conditions if each]
    return " OR ".join(f"({each})" for each in found) if len(found) > 1 else "".join(found)


def _kind(type: Type) -> str:
    if type.name in INTEGERS:
        return "integer"
    if type.name in _CHARACTERS:
        return "text"
    if type.is_binary:
        return "bytes"
    if type.is_spatial:
        return "spatial"
    return {"float": "floating", "double": "floating"}.get(type.name, type.name)


# Numbers.


def _outside(number: str, before: Type, low: int, high: int) -> str:
    """What lies outside of a range, without what the old type cannot hold."""
    at_least, at_most = integer_range(before) if before.is_integer else (None, None)
    is_signed = at_least is None or at_least < low
    is_large = at_most is None or at_most > high
    return any_of(f"{number} < {low}" if is_signed else "", f"{number} > {high}" * is_large)


def _from_number(change: Change) -> Misfits:
    """A number to another kind of number; of FLOAT, the number that a reader is shown."""
    column, before = change.column, change.before
    shown = f"(CAST({column} AS CHAR) + 0e0)" if before.name == "float" else column
    return _as_number(shown, change)


def _as_number(number: str, change: Change) -> Misfits:
    before, after = change.before, change.after
    scale = after.scale or 0
    if after.is_integer:
        whole = number if before.is_integer else f"ROUND({number}, 0)"
        changed = "" if before.is_integer else f"{number} <> {whole}"
        if after.name == "tinyint" and after.length == 1:
            # Nothing changes, but who reads it as a boolean takes it for another value.
            changed = any_of(changed, f"{number} NOT IN (0, 1)")
        return Misfits(changed, _outside(whole, before, *integer_range(after)))
    negative = f"{number} < 0" if after.unsigned and not before.unsigned else ""
    if after.name == "decimal":
        digits = (after.length or 10) - scale
        return Misfits(*_fixed(number, change, digits, scale, negative))
    inexact = _inexact(number, change)
    if after.length is not None and after.scale is not None:
        changed, refused = _fixed(number, change, after.length - scale, scale, negative)
        return Misfits(any_of(changed, inexact), refused)
    return Misfits(inexact, negative)


def _fixed(number: str, change: Change, digits: int, scale: int, negative: str) -> tuple[str, str]:
    before = change.before
    is_rounded = not before.is_integer and (before.name != "decimal" or (before.scale or 0) > scale)
    rounded = f"ROUND({number}, {scale})" if is_rounded else number
    # The server warns of a FLOAT whose own digits are more than those that a reader is shown; the
    # sum is taken with all of them, where MariaDB compares a FLOAT(M,D) by those of its type.
    is_float = before.name == "float" and change.after.name == "decimal"
    whole = f"({change.column} + 0e0)" if is_float else number
    changed = f"{whole} <> {rounded}" if is_rounded else ""
    # The ABS of the smallest BIGINT is an error.
    small = "" if before.unsigned or negative else f"{rounded} <= -{10**digits}"
    return changed, any_of(f"{rounded} >= {10**digits}", small, negative)


def _inexact(number: str, change: Change) -> str:
    """What FLOAT and DOUBLE do not hold, or do not show, as it was."""
    before, after = change.before, change.after
    doubled = f"CAST({number} AS DOUBLE)"
    is_exact = before.is_integer or before.name == "decimal"
    back = f"CAST({doubled} AS DECIMAL(65, {before.scale or 0})) <> {number}" if is_exact else ""
    if after.name == "double":
        return f"{number} <> {change.column}" if before.name == "float" else back
    if before.name == "float":
        return ""
    single = f"CAST({number} AS FLOAT)"
    return any_of(
        back, f"CAST({single} AS DOUBLE) <> {number}", f"CAST({single} AS CHAR) + 0e0 <> {number}"
    )


def _integer_to_bit(change: Change) -> Misfits:
    return Misfits(
        "", _outside(change.column, change.before, 0, 2 ** (change.after.length or 1) - 1)
    )


def _bit_to_bit(change: Change) -> Misfits:
    return Misfits("", f"{change.column} > {2 ** (change.after.length or 1) - 1}")


def _integer_to_year(change: Change) -> Misfits:
    """1 to 99 are taken for 1970 to 2069."""
    column = change.column
    refused = any_of(f"{column} < 0", f"{column} BETWEEN 100 AND 1900", f"{column} > 2155")
    return Misfits(f"{column} BETWEEN 1 AND 99", refused)


def _to_text(change: Change) -> Misfits:
    """A number or a moment to text: what is too long."""
    column, after = change.column, change.after
    if change.before.zerofill:
        return Misfits(f"{column} IS NOT NULL")
    shown = f"CAST({column} AS CHAR)"
    too_long = f"CHAR_LENGTH({shown}) > {_room(after)}"
    if change.before.name == "json" and after.charset != "utf8mb4":
        lost = not_convertible(shown, "utf8mb4", after.charset)
        return Misfits("", any_of(lost, too_long))
    return Misfits(too_long, "") if _kind(change.before) == "floating" else Misfits("", too_long)


def _room(after: Type) -> int:
    return _LARGEST.get(after.name, after.length or 0)


# Texts.


def _text_to_text(change: Change) -> Misfits:
    """Characters that the new character set lacks, texts that are too long, blanks at the end."""
    column, before, after = change.column, change.before, change.after
    changed: list[str] = []
    refused: list[str] = []
    if before.charset != after.charset:
        lost = not_convertible(column, before.charset, after.charset)
        (changed if before.charset in _AMBIGUOUS else refused).append(lost)
    trimmed = f"TRIM(TRAILING ' ' FROM {column})"
    if before.name == after.name == "varchar" and before.charset == after.charset:
        refused.append(_too_long(column, change))
    elif too_long := _too_long(trimmed, change):
        refused.append(too_long)
        # Blanks alone are cut off with a note.
        changed.append(f"({_too_long(column, change)}) AND NOT ({too_long})")
    if after.name == "char" and before.name != "char" and not before.labels:
        changed.append(f"CHAR_LENGTH({trimmed}) <> CHAR_LENGTH({column})")
    return Misfits(any_of(*changed), any_of(*refused))


def _too_long(text: str, change: Change) -> str:
    before, after = change.before, change.after
    if after.name not in _LARGEST:
        is_enough = before.name not in _LARGEST and (before.length or 0) <= (after.length or 0)
        return "" if is_enough and not before.labels else f"CHAR_LENGTH({text}) > {after.length}"
    most = (before.length or 0) * longest_character(after.charset)
    if before.name not in _LARGEST and not before.labels and most <= _LARGEST[after.name]:
        return ""
    written = text if before.charset == after.charset else f"CONVERT({text} USING {after.charset})"
    return f"LENGTH({written}) > {_LARGEST[after.name]}"


def _plain(column: str) -> str:
    """A text in the character set of our literals."""
    return f"CONVERT({column} USING utf8mb4)"


def _text_to_number(change: Change) -> Misfits:
    text, after = _plain(change.column), change.after
    is_number = f"{text} REGEXP {quote_text(_NUMBER)}"
    number = f"CAST({text} AS DECIMAL(65, {30 if not after.is_integer else 10}))"
    found = _as_number(
        number, Change(change.column, Type("decimal", 65, 30), after, change.flavour)
    )
    plain = _PLAIN_INTEGER if after.is_integer else _PLAIN_NUMBER
    too_many = ""
    if after.name in ("float", "double"):
        # As many digits as are surely shown as they were.
        found = Misfits("", found.refused)
        too_many = f"CHAR_LENGTH({text}) > {6 if after.name == 'float' else 15}"
    other = any_of(f"{text} NOT REGEXP {quote_text(plain)}", found.changed, too_many)
    refused = any_of(f"NOT ({is_number})", found.refused)
    return Misfits(f"{is_number} AND ({other})", refused)


def _text_to_moment(change: Change) -> Misfits:
    text, after = _plain(change.column), change.after
    name = "datetime" if after.name == "timestamp" else after.name
    digits = f"({after.length})" if after.length else ""
    moment = f"CAST(CAST({text} AS {name.upper()}{digits}) AS CHAR)"
    other = any_of(
        f"LEFT({moment}, CHAR_LENGTH({text})) <> {text}",
        f"SUBSTRING({moment}, CHAR_LENGTH({text}) + 1) REGEXP '[1-9]'",
    )
    no_moment = f"{text} IS NOT NULL AND {moment} IS NULL"
    return Misfits(other, any_of(no_moment, _no_date(moment, after), _no_timestamp(moment, after)))


def _no_date(text: str, after: Type) -> str:
    return f"{text} LIKE '%-00%'" if after.name in _DATED else ""


def _no_timestamp(text: str, after: Type) -> str:
    if after.name != "timestamp":
        return ""
    return f"{text} < '1970-01-01 00:00:01' OR {text} >= '2038-01-19 03:14:08'"


def _text_to_enum(change: Change) -> Misfits:
    text, labels = _plain(change.column), _texts(change.after.labels)
    exact = ", ".join(f"CAST({quote_text(label)} AS BINARY)" for label in change.after.labels)
    collated = f"{text} COLLATE utf8mb4_general_ci IN ({labels})"
    # What is no label and is a number is taken for the number of one.
    like = f"({collated}) OR {text} REGEXP '^[0-9]+$'"
    return Misfits(f"CAST({text} AS BINARY) NOT IN ({exact}) AND ({like})", f"NOT ({like})")


def _texts(labels: Iterable[str]) -> str:
    return ", ".join(map(quote_text, labels))


def _enum_to_enum(change: Change) -> Misfits:
    """Values go over by their labels; where these get other numbers, rows are sorted otherwise."""
    after = change.after.labels
    folded = set(map(_folded, after))
    before = change.before.labels
    gone = [label for label in before if label not in after]
    changed = [label for label in gone if _folded(label) in folded or label.isdecimal()]
    refused = [label for label in gone if label not in changed]
    kept = [label for label in before if label in after]
    changed += [label for label in kept if before.index(label) != after.index(label)]
    return Misfits(
        f"{change.column} IN ({_texts(changed)})" if changed else "",
        f"{change.column} IN ({_texts(refused)})" if refused else "",
    )


def _folded(label: str) -> str:
    """As a collation may see it that heeds neither case nor accents."""
    apart = unicodedata.normalize("NFKD", label.casefold())
    return "".join(each for each in apart if not unicodedata.combining(each)).rstrip()


def _set_to_set(change: Change) -> Misfits:
    """Members are told in the order of the definition."""
    column, before, after = change.column, change.before.labels, change.after.labels
    gone = sum(1 << place for place, label in enumerate(before) if label not in after)
    kept = [label for label in before if label in after]
    is_in_order = kept == [label for label in after if label in before]
    changed = "" if is_in_order else f"BIT_COUNT({column} + 0) > 1"
    return Misfits(any_of(changed, f"({column} + 0) & {gone}" if gone else ""), "")


def _to_json(change: Change) -> Misfits:
    """MySQL sorts the keys and keeps the last of those that are twice there."""
    text = _plain(change.column)
    as_json = f"CAST(CAST({text} AS JSON) AS CHAR)"
    is_other = f"IF(JSON_VALID({text}), CAST({as_json} AS BINARY) <> CAST({text} AS BINARY), FALSE)"
    return Misfits(is_other, f"NOT JSON_VALID({text})")


def _to_own_kind(change: Change) -> Misfits:
    """UUID, INET4 and INET6 of MariaDB: other spellings are read, and written back in one."""
    text = _plain(change.column)
    value = f"CAST({text} AS {change.after.name.upper()})"
    is_other = f"CAST(CAST({value} AS CHAR) AS BINARY) <> CAST({text} AS BINARY)"
    return Misfits(is_other, f"{text} IS NOT NULL AND {value} IS NULL")


def _to_bytes(change: Change) -> Misfits:
    """BINARY fills up with zero bytes."""
    column, after = change.column, change.after
    room = _room(after)
    padded = f"LENGTH({column}) < {room}" if after.name == "binary" else ""
    return Misfits(padded, f"LENGTH({column}) > {room}")


def _bytes_to_text(change: Change) -> Misfits:
    column, after = change.column, change.after
    text = f"CONVERT({column} USING {after.charset})"
    refused = f"NOT (CAST({text} AS BINARY) <=> CAST({column} AS BINARY))"
    if after.charset == "ascii":
        # CONVERT lets bytes pass that are no character of it.
        latin = f"CONVERT({column} USING latin1)"
        refused = f"LENGTH(CONVERT({latin} USING utf8mb4)) <> LENGTH({column})"
    if after.name in _LARGEST:
        return Misfits("", any_of(refused, f"LENGTH({column}) > {_LARGEST[after.name]}"))
    blanks = f"CHAR_LENGTH(TRIM(TRAILING ' ' FROM {text})) <> CHAR_LENGTH({text})"
    changed = blanks if after.name == "char" else ""
    return Misfits(changed, any_of(refused, f"CHAR_LENGTH({text}) > {after.length}"))


# Moments.


def _fewer_digits(change: Change) -> str:
    """MySQL rounds the fraction of a second, MariaDB cuts it off."""
    before, after = change.before.length or 0, change.after.length or 0
    unit = 10 ** (6 - after)
    return f"MICROSECOND({change.column}) MOD {unit} <> 0" if after < before else ""


def _same_moment(change: Change) -> Misfits:
    return Misfits(_fewer_digits(change), "")


def _moment_to_timestamp(change: Change) -> Misfits:
    """Which moment it is depends on the time zone of each session from then on."""
    text = f"CAST({change.column} AS CHAR)"
    outside = any_of(_no_timestamp(text, change.after), f"{text} LIKE '%-00%'")
    return Misfits(f"{change.column} IS NOT NULL", outside)


def _moment_to_date(change: Change) -> Misfits:
    column = change.column
    return Misfits(any_of(f"TIME_TO_SEC({column}) <> 0", f"MICROSECOND({column}) <> 0"), "")


def _moment_to_integer(change: Change) -> Misfits:
    """A moment becomes the number of its digits: most integers are too small for those of a whole one."""
    number = f"ROUND({change.column} + 0)"
    low, high = integer_range(change.after)
    return Misfits(
        f"{change.column} IS NOT NULL", any_of(f"{number} < {low}", f"{number} > {high}")
    )


def _date_to_year(change: Change) -> Misfits:
    return Misfits("", f"{change.column} IS NOT NULL")


def _spatial_to_spatial(change: Change) -> Misfits:
    kind = quote_text(change.after.name.upper())
    return Misfits("", f"UPPER(ST_GeometryType({change.column})) <> {kind}")


_Rule = Callable[[Change], Misfits]
_NUMERIC = ("integer", "decimal", "floating")
_RULES: dict[tuple[str, str], _Rule] = {
    **{(one, other): _from_number for one in _NUMERIC for other in _NUMERIC},
    ("integer", "bit"): _integer_to_bit,
    ("bit", "bit"): _bit_to_bit,
    ("integer", "year"): _integer_to_year,
    **{(kind, "text"): _to_text for kind in (*_NUMERIC, *_MOMENTS, "year", "json")},
    **{("text", kind): _text_to_number for kind in _NUMERIC},
    **{("text", kind): _text_to_moment for kind in _MOMENTS},
    ("text", "text"): _text_to_text,
    ("enum", "text"): _text_to_text,
    ("set", "text"): _text_to_text,
    ("text", "enum"): _text_to_enum,
    ("enum", "enum"): _enum_to_enum,
    ("set", "set"): _set_to_set,
    ("text", "json"): _to_json,
    **{("text", kind): _to_own_kind for kind in ("uuid", "inet4", "inet6")},
    ("text", "bytes"): _to_bytes,
    ("bytes", "bytes"): _to_bytes,
    ("bytes", "text"): _bytes_to_text,
    **{(kind, kind): _same_moment for kind in ("datetime", "timestamp", "time")},
    ("datetime", "timestamp"): _moment_to_timestamp,
    ("date", "timestamp"): _moment_to_timestamp,
    ("datetime", "date"): _moment_to_date,
    ("timestamp", "date"): _moment_to_date,
    **{(kind, "integer"): _moment_to_integer for kind in (*_MOMENTS, "year")},
    ("date", "year"): _date_to_year,
    ("spatial", "spatial"): _spatial_to_spatial,
}
