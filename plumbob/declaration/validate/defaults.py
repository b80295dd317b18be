"""Default values that a server refuses with errno 1067, as far as they can be told without one."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation

from plumbob.ddl.defaults import as_typed
from plumbob.declaration.validate.limits import INTEGER_BYTES
from plumbob.declaration.validate.subject import Fault, Subject
from plumbob.model import Column, Default, Table, Type
from plumbob.model.type import BLOBS, TEXTS

_MOMENTS = ("datetime", "timestamp")
_DATE = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?=\D|$)")
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,6})?")
_CALL = re.compile(r"(current_|now\b|localtime)", re.IGNORECASE)
_SHOWN = 40


def faults_of_defaults(subject: Subject, table: Table) -> Iterator[Fault]:
    """The default of every column, and ON UPDATE, which is one in its way."""
    key = table.primary_key
    keyed = {name.lower() for name in key.columns} if key else set()
    for number, column in enumerate(table.columns):
        is_nullable = column.null and column.name.lower() not in keyed
        for what, advice in _faults(subject, column, is_nullable=is_nullable):
            what = f"{table.name}.{column.name}: {what}"
            yield Fault(what, "column", number, word="default", advice=advice)


def _faults(subject: Subject, column: Column, *, is_nullable: bool) -> Iterator[tuple[str, str]]:
    """What is wrong, and advice."""
    default = column.default
    if default is None:
        pass
    elif default.kind == "none":
        if is_nullable and column.type.name in TEXTS + BLOBS:
            what = f"whether {column.type.name} has a default cannot be seen on MySQL"
            yield what, "leave `no default` out"
    elif default.kind == "null":
        if not is_nullable and not column.auto_increment:
            yield "NOT NULL excludes DEFAULT NULL (errno 1067)", "leave one of them out"
    elif column.auto_increment:
        yield "AUTO_INCREMENT excludes a default (errno 1067)", ""
    elif default.kind == "now":
        yield from _faults_of_now(subject, column.type, default.value, "default")
    elif default.kind != "expression":
        yield from _faults_of_literal(subject, column.type, default)
    if column.on_update is not None:
        yield from _faults_of_now(subject, column.type, column.on_update, "on update")


def _faults_of_now(
    subject: Subject, found: Type, digits: str, clause: str
) -> Iterator[tuple[str, str]]:
    """CURRENT_TIMESTAMP belongs to DATETIME and TIMESTAMP; MariaDB converts it as a default."""
    errno = 1067 if clause == "default" else 1294
    wanted = str(found.length or "")
    if found.name not in _MOMENTS:
        if subject.is_mysql or clause == "on update":
            is_date = found.name == "date" and clause == "default"
            advice = "an expression can: default (current_date)" if is_date else ""
            yield f"{found.name} cannot have {clause} current_timestamp (errno {errno})", advice
    elif subject.is_mysql and digits != wanted:
        spelled = f"current_timestamp({wanted})" if wanted else "current_timestamp"
        what = f"{clause} current_timestamp has other digits than the column (errno {errno})"
        yield what, f"write {clause} {spelled}"


def _faults_of_literal(
    subject: Subject, found: Type, default: Default
) -> Iterator[tuple[str, str]]:
    if found.is_large:
        if subject.is_mysql:
            what = f"on MySQL {found.name} cannot have a literal default (errno 1101)"
            yield what, "put it in parentheses, which makes it an expression: default ('…')"
        return
    what = ""
    if found.is_number:
        what = _fault_of_number(found, default)
    elif found.name == "bit":
        what = _fault_of_bits(found, default)
    elif found.name in ("enum", "set"):
        what = _fault_of_labels(found, default)
    elif found.name in ("char", "varchar") and default.kind == "text":
        length = 1 if found.length is None else found.length
        is_longer = len(default.value.rstrip(" ")) > length
        what = f"the default has more than {length} characters" if is_longer else ""
    elif found.name in ("date", *_MOMENTS) and default.kind == "text":
        if _CALL.match(default.value):
            what = f"the text {default.value!r} is no {found.name} (errno 1067)"
            yield what, f"a function is written without quotes, or as {{sql: {default.value}}}"
            return
        what = _fault_of_date(default.value)
    if what:
        yield f"{what} (errno 1067)", ""


def _fault_of_number(found: Type, default: Default) -> str:
    shown = default.value if len(default.value) <= _SHOWN else default.value[:_SHOWN] + "…"
    try:
        number = _number(default)
    except (InvalidOperation, ValueError):
        return f"the default {shown!r} is no number"
    if number < 0 and found.unsigned:
        return f"the default {shown} is negative, and the column is unsigned"
    if found.name in INTEGER_BYTES:
        bits = INTEGER_BYTES[found.name] * 8
        low, high = (
            (0, 2**bits - 1) if found.unsigned else (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)
        )
        if not low - Decimal("0.5") < number < high + Decimal("0.5"):
            return f"the default {shown} does not fit into {found.name} ({low} to {high})"
    if found.name == "decimal":
        digits = (10 if found.length is None else found.length) - (found.scale or 0)
        if abs(number) >= Decimal(10) ** digits:
            return f"the default {shown} has more than {digits} digits before the point"
    return ""


def _number(default: Default) -> Decimal:
    if default.kind == "hex":
        return Decimal(int(default.value or "0", 16))
    if default.kind == "bits":
        return Decimal(int(default.value or "0", 2))
    text = default.value.strip()
    # Python takes more for a number: 1_000, and digits of other scripts.
    if _NUMBER.fullmatch(text) is None:
        raise ValueError(text)
    return Decimal(text)


def _fault_of_bits(found: Type, default: Default) -> str:
    if default.kind == "text":
        return ""
    try:
        number = int(_number(default))
    except (InvalidOperation, ValueError):
        return "the default is no number"
    length = found.length or 1
    return "" if 0 <= number < 2**length else f"the default does not fit into {length} bits"


def _fault_of_labels(found: Type, default: Default) -> str:
    labels = {label.rstrip(" ").lower() for label in found.labels}
    default = as_typed(default, found)
    if default.kind != "text":
        # Bytes that only the server can read.
        return ""
    value = default.value.lower()
    chosen = [value] if found.name == "enum" else [each for each in value.split(",") if each]
    missing = next((each for each in chosen if each.rstrip(" ") not in labels), None)
    return "" if missing is None else f"the default {missing!r} is none of the labels"


def _fault_of_date(value: str) -> str:
    """A day that there never is; zero dates are allowed, for old tables have them."""
    match = _DATE.match(value.strip())
    if match is None:
        return ""
    year, month, day = map(int, match.groups())
    if 0 in (year, month, day):
        return ""
    try:
        datetime.date(year, month, day)
    except ValueError:
        return f"there is no day {match.group()}"
    return ""
