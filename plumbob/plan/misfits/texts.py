"""What texts and bytes do not survive: characters, lengths, blanks, labels, what is no number or document."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from plumbob.ddl.charsets import longest_character
from plumbob.ddl.quote import quote_text
from plumbob.model import Type
from plumbob.plan.misfits.change import (
    LARGEST,
    Change,
    Misfits,
    any_of,
    in_utf8mb4,
    not_convertible,
    room_of,
)
from plumbob.plan.misfits.numbers import as_number

# Two bytes of these become one character (measured on both servers).
_AMBIGUOUS = ("armscii8", "tis620")
# A number as the servers read one in a text, and one that they write back as it was.
_NUMBER = r"^[[:space:]]*[-+]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][-+]?[0-9]+)?[[:space:]]*$"
_PLAIN_NUMBER = r"^-?(0|[1-9][0-9]*)([.][0-9]+)?$"
_PLAIN_INTEGER = r"^(0|-?[1-9][0-9]*)$"


def to_text(change: Change) -> Misfits:
    """A number or a moment to text: what is too long."""
    column, after = change.column, change.after
    if change.before.zerofill:
        return Misfits(f"{column} IS NOT NULL")
    shown = f"CAST({column} AS CHAR)"
    too_long = f"CHAR_LENGTH({shown}) > {room_of(after)}"
    if change.before.name == "json" and after.charset != "utf8mb4":
        lost = not_convertible(shown, "utf8mb4", after.charset)
        return Misfits("", any_of(lost, too_long))
    is_floating = change.before.name in ("float", "double")
    return Misfits(too_long, "") if is_floating else Misfits("", too_long)


def text_to_text(change: Change) -> Misfits:
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
    if after.name not in LARGEST:
        is_enough = before.name not in LARGEST and (before.length or 0) <= (after.length or 0)
        return "" if is_enough and not before.labels else f"CHAR_LENGTH({text}) > {after.length}"
    most = (before.length or 0) * longest_character(after.charset)
    if before.name not in LARGEST and not before.labels and most <= LARGEST[after.name]:
        return ""
    written = text if before.charset == after.charset else f"CONVERT({text} USING {after.charset})"
    return f"LENGTH({written}) > {LARGEST[after.name]}"


def text_to_number(change: Change) -> Misfits:
    text, after = in_utf8mb4(change.column), change.after
    is_number = f"{text} REGEXP {quote_text(_NUMBER)}"
    number = f"CAST({text} AS DECIMAL(65, {30 if not after.is_integer else 10}))"
    found = as_number(number, Change(change.column, Type("decimal", 65, 30), after, change.flavour))
    plain = _PLAIN_INTEGER if after.is_integer else _PLAIN_NUMBER
    too_many = ""
    if after.name in ("float", "double"):
        # As many digits as are surely shown as they were.
        found = Misfits("", found.refused)
        too_many = f"CHAR_LENGTH({text}) > {6 if after.name == 'float' else 15}"
    other = any_of(f"{text} NOT REGEXP {quote_text(plain)}", found.changed, too_many)
    refused = any_of(f"NOT ({is_number})", found.refused)
    return Misfits(f"{is_number} AND ({other})", refused)


def text_to_enum(change: Change) -> Misfits:
    text, labels = in_utf8mb4(change.column), _texts(change.after.labels)
    exact = ", ".join(f"CAST({quote_text(label)} AS BINARY)" for label in change.after.labels)
    collated = f"{text} COLLATE utf8mb4_general_ci IN ({labels})"
    # What is no label and is a number is taken for the number of one.
    like = f"({collated}) OR {text} REGEXP '^[0-9]+$'"
    return Misfits(f"CAST({text} AS BINARY) NOT IN ({exact}) AND ({like})", f"NOT ({like})")


def _texts(labels: Iterable[str]) -> str:
    return ", ".join(map(quote_text, labels))


def enum_to_enum(change: Change) -> Misfits:
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


def set_to_set(change: Change) -> Misfits:
    """Members are told in the order of the definition."""
    column, before, after = change.column, change.before.labels, change.after.labels
    gone = sum(1 << place for place, label in enumerate(before) if label not in after)
    kept = [label for label in before if label in after]
    is_in_order = kept == [label for label in after if label in before]
    changed = "" if is_in_order else f"BIT_COUNT({column} + 0) > 1"
    return Misfits(any_of(changed, f"({column} + 0) & {gone}" if gone else ""), "")


def to_json(change: Change) -> Misfits:
    """MySQL sorts the keys and keeps the last of those that are twice there."""
    text = in_utf8mb4(change.column)
    as_json = f"CAST(CAST({text} AS JSON) AS CHAR)"
    is_other = f"IF(JSON_VALID({text}), CAST({as_json} AS BINARY) <> CAST({text} AS BINARY), FALSE)"
    return Misfits(is_other, f"NOT JSON_VALID({text})")


def to_own_kind(change: Change) -> Misfits:
    """UUID, INET4 and INET6 of MariaDB: other spellings are read, and written back in one."""
    text = in_utf8mb4(change.column)
    value = f"CAST({text} AS {change.after.name.upper()})"
    is_other = f"CAST(CAST({value} AS CHAR) AS BINARY) <> CAST({text} AS BINARY)"
    return Misfits(is_other, f"{text} IS NOT NULL AND {value} IS NULL")


def to_bytes(change: Change) -> Misfits:
    """BINARY fills up with zero bytes."""
    column, after = change.column, change.after
    room = room_of(after)
    padded = f"LENGTH({column}) < {room}" if after.name == "binary" else ""
    return Misfits(padded, f"LENGTH({column}) > {room}")


def bytes_to_text(change: Change) -> Misfits:
    column, after = change.column, change.after
    text = f"CONVERT({column} USING {after.charset})"
    refused = f"NOT (CAST({text} AS BINARY) <=> CAST({column} AS BINARY))"
    if after.charset == "ascii":
        # CONVERT lets bytes pass that are no character of it.
        latin = f"CONVERT({column} USING latin1)"
        refused = f"LENGTH(CONVERT({latin} USING utf8mb4)) <> LENGTH({column})"
    if after.name in LARGEST:
        return Misfits("", any_of(refused, f"LENGTH({column}) > {LARGEST[after.name]}"))
    blanks = f"CHAR_LENGTH(TRIM(TRAILING ' ' FROM {text})) <> CHAR_LENGTH({text})"
    changed = blanks if after.name == "char" else ""
    return Misfits(changed, any_of(refused, f"CHAR_LENGTH({text}) > {after.length}"))
