"""Texts of a seed file as SQL literals of a column's type, or what keeps them from fitting.

The server judges in the end; what is found here has a line and a column, and is found before anything
is written.
"""

from __future__ import annotations

import ipaddress
import json
import re
import struct
import uuid
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches

from plumbob.ddl.quote import quote_text
from plumbob.model import Column, Type
from plumbob.model.type import BLOBS, FLOATING_POINT, INTEGERS, TEXTS

BITS = {"tinyint": 8, "smallint": 16, "mediumint": 24, "int": 32, "bigint": 64}
# The longest value of each size of TEXT and BLOB, in bytes.
SIZES = {"tiny": 255, "": 65535, "medium": 16777215, "long": 4294967295}
# A number of a vector.
_FLOAT = struct.Struct("<f")
_DIGITS = re.compile(r"[+-]?\d+")
_DATE = r"(\d{4})-(\d{2})-(\d{2})"
_CLOCK = r"(\d{2}):(\d{2})(?::(\d{2})(?:\.\d{1,6})?)?"
_DATES = re.compile(_DATE)
_MOMENTS = re.compile(rf"{_DATE}(?:[ T]{_CLOCK})?")
_TIMES = re.compile(r"-?(\d{1,3}):(\d{2})(?::(\d{2})(?:\.\d{1,6})?)?")
_WORDS = {"true": "1", "false": "0"}

_Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class Misfit(Exception):
    """Why a text is no value of a column, without repeating the text, which may be a secret."""

    def __init__(self, what: str, advice: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.advice = advice


def is_json(column: Column) -> bool:
    """Whether a column holds JSON; MariaDB has a check for it, and no type."""
    if column.type.name == "json":
        return True
    return column.check is not None and column.check.key.replace(" ", "").startswith("json_valid(")


def bounds(of: Type) -> tuple[int, int]:
    """The least and the greatest whole number of a type (manual: Integer Types)."""
    bits = BITS[of.name]
    if of.unsigned or of.zerofill:
        return 0, 2**bits - 1
    return -(2 ** (bits - 1)), 2 ** (bits - 1) - 1


def most_bytes(of: Type) -> int:
    """How many bytes a TEXT or BLOB holds."""
    return SIZES[of.name.removesuffix("text").removesuffix("blob")]


def text_literal(text: str, column: Column, *, is_plain: bool = False) -> str:
    """A text as a literal for the column.

    Args:
        text: as it was written.
        column: in canonical form.
        is_plain: without quotes, so that `true` and `false` are numbers to a number.

    Raises:
        Misfit: it cannot be a value of the column.
    """
    of = column.type
    if is_plain and of.name in ("tinyint", "bit") and text.lower() in _WORDS:
        return _WORDS[text.lower()]
    if is_json(column):
        return _json(text)
    if of.is_spatial:
        return f"ST_GeomFromText({quote_text(text)}, {column.srid or 0:d})"
    reader = _READERS.get(of.name)
    return reader(text, of) if reader else quote_text(text)


def bytes_literal(content: bytes, column: Column) -> str:
    """Bytes as a literal for the column.

    Raises:
        Misfit: the column holds none, or not as many.
    """
    of = column.type
    if of.name == "vector":
        if len(content) != (of.length or 0) * _FLOAT.size:
            raise Misfit(
                f"this has {len(content)} bytes, and vector({of.length}) has {_FLOAT.size} a number"
            )
        return f"x'{content.hex()}'"
    if of.is_string and of.name not in ("enum", "set"):
        try:
            return text_literal(content.decode(), column)
        except UnicodeDecodeError:
            raise Misfit(f"this is no UTF-8, and {column.name} is a text") from None
    if not of.is_binary:
        raise Misfit(f"{column.name} holds no bytes: it is {of.name}")
    most = most_bytes(of) if of.name in BLOBS else of.length or 1
    if len(content) > most:
        raise Misfit(f"this has {len(content)} bytes, and {column.name} holds {most}")
    return f"x'{content.hex()}'"


def value_literal(value: object) -> str:
    """A value that was read from the server, as a literal that means it again."""
    if value is None:
        return "NULL"
    if isinstance(value, bool | int | float | Decimal):
        return str(int(value) if isinstance(value, bool) else value)
    if isinstance(value, bytes):
        # MariaDB takes x'05' for a text even beside a BIT, where 0x05 is the number.
        return f"0x{value.hex()}" if value else "''"
    return quote_text(str(value))


def _integer(text: str, of: Type) -> str:
    if not _DIGITS.fullmatch(text):
        raise Misfit("this is no whole number")
    least, most = bounds(of)
    if not least <= int(text) <= most:
        raise Misfit(f"this is out of range: {_named(of)} goes from {least} to {most}")
    return str(int(text))


def _named(of: Type) -> str:
    return f"{of.name} unsigned" if of.unsigned else of.name


def _number(text: str) -> Decimal:
    try:
        found = Decimal(text)
    except InvalidOperation:
        raise Misfit("this is no number") from None
    if not found.is_finite():
        raise Misfit("this is no number")
    return found


def _decimal(text: str, of: Type) -> str:
    found = _number(text)
    if len(text) > 200 or abs(found.adjusted()) > 100:
        raise Misfit("this has more digits than any decimal")
    length, scale = of.length or 10, of.scale or 0
    if of.unsigned and found < 0:
        raise Misfit(f"this is out of range: {_named(of)} has no negative numbers")
    plain = format(found, "f").lstrip("+-")
    whole, _, fraction = plain.partition(".")
    if len(fraction.rstrip("0")) > scale:
        digits = "none" if scale == 0 else str(scale)
        raise Misfit(
            f"this has more digits behind the point than decimal({length},{scale}): {digits}"
        )
    if len(whole.lstrip("0")) > length - scale:
        raise Misfit(
            f"this is out of range: decimal({length},{scale}) has {length - scale} digits "
            "before the point"
        )
    return format(found, "f")


def _float(text: str, of: Type) -> str:
    found = _number(text)
    if of.unsigned and found < 0:
        raise Misfit(f"this is out of range: {_named(of)} has no negative numbers")
    most = 308 if of.name == "double" else 38
    if found and abs(found.adjusted()) > most:
        raise Misfit(f"this is out of range: {of.name} goes to 1e{most}")
    return str(found)


def _string(text: str, of: Type) -> str:
    most = 1 if of.length is None else of.length
    if len(text) > most:
        raise Misfit(f"this has {len(text)} characters, and {of.name}({most}) holds {most}")
    return quote_text(text)


def _long_text(text: str, of: Type) -> str:
    if len(text) > most_bytes(of):
        raise Misfit(f"this has {len(text)} characters, and {of.name} holds {most_bytes(of)} bytes")
    return quote_text(text)


def _label(text: str, of: Type) -> str:
    if text in of.labels:
        return quote_text(text)
    near = get_close_matches(text.lower(), {each.lower(): each for each in of.labels}, n=1)
    meant = next((each for each in of.labels if near and each.lower() == near[0]), None)
    listed = ", ".join(map(quote_text, of.labels[:12])) + (", …" if len(of.labels) > 12 else "")
    raise Misfit(
        f"this is none of the {of.name}'s labels",
        f"did you mean {quote_text(meant)}?" if meant is not None else f"there are {listed}",
    )


def labels_literal(texts: tuple[str, ...], of: Type) -> str:
    """Labels of a SET.

    Raises:
        Misfit: one of them is none.
    """
    for each in texts:
        _label(each, of)
    return quote_text(",".join(texts))


def vector_literal(texts: tuple[str, ...], of: Type) -> str:
    """Numbers as both servers keep them: four bytes each, the lowest first.

    Raises:
        Misfit: one is no number, or there are more or fewer than the vector has.
    """
    if len(texts) != of.length:
        raise Misfit(f"this has {len(texts)} numbers, and vector({of.length}) has {of.length}")
    try:
        packed = b"".join(_FLOAT.pack(float(_number(each))) for each in texts)
    except OverflowError:
        raise Misfit("this is out of range: a number of a vector goes to 3.4e38") from None
    return f"x'{packed.hex()}'"


def _vector(text: str, of: Type) -> str:
    if not (text.strip().startswith("[") and text.strip().endswith("]")):
        raise Misfit("this is no vector", "a vector is written [0.25, -1, 3]")
    return vector_literal(tuple(each.strip() for each in text.strip()[1:-1].split(",")), of)


def _set(text: str, of: Type) -> str:
    return labels_literal(tuple(text.split(",")) if text else (), of)


def _is_date(year: str, month: str, day: str) -> bool:
    days = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
    if not (1 <= int(month) <= 12 and 1 <= int(day) <= days[int(month) - 1]):
        return False
    is_leap = int(year) % 4 == 0 and (int(year) % 100 != 0 or int(year) % 400 == 0)
    return (month, day) != ("02", "29") or is_leap


def _date(text: str, _: Type) -> str:
    found = _DATES.fullmatch(text)
    if found is None:
        raise Misfit("this is no date", "a date is written 2026-11-26, or {now: +1 day}")
    if not _is_date(*found.groups()):
        raise Misfit("there is no such day")
    return quote_text(text)


def _moment(text: str, of: Type) -> str:
    found = _MOMENTS.fullmatch(text)
    if found is None:
        raise Misfit(
            f"this is no {of.name}", "it is written '2026-11-26 20:30:00', in UTC, or {now: +1 day}"
        )
    year, month, day, hour, minute, second = found.groups("00")
    if not _is_date(year, month, day):
        raise Misfit("there is no such day")
    if not _is_clock(hour, minute, second):
        raise Misfit("there is no such time of the day")
    if of.name == "timestamp" and not 1970 <= int(year) <= 2038:
        raise Misfit("this is out of range: timestamp goes from 1970 to 2038")
    return quote_text(text)


def _is_clock(hour: str, minute: str, second: str) -> bool:
    return int(hour) < 24 and int(minute) < 60 and int(second) < 60


def _time(text: str, _: Type) -> str:
    found = _TIMES.fullmatch(text)
    if found is None:
        raise Misfit("this is no time", "it is written '20:30:00'")
    hour, minute, second = found.groups("00")
    if int(hour) > 838 or int(minute) > 59 or int(second) > 59:
        raise Misfit("this is out of range: time goes to 838:59:59")
    return quote_text(text)


def _year(text: str, _: Type) -> str:
    if not text.isdigit() or not (text in ("0", "0000") or 1901 <= int(text) <= 2155):
        raise Misfit("this is no year from 1901 to 2155")
    return str(int(text))


def _bit(text: str, of: Type) -> str:
    if not _DIGITS.fullmatch(text) or not 0 <= int(text) < 2 ** (of.length or 1):
        raise Misfit(f"this is no whole number from 0 to {2 ** (of.length or 1) - 1}")
    return str(int(text))


def _binary(text: str, of: Type) -> str:
    content = text.encode()
    most = most_bytes(of) if of.name in BLOBS else of.length or 1
    if len(content) > most:
        raise Misfit(f"this has {len(content)} bytes, and {of.name} holds {most}")
    return f"x'{content.hex()}'"


def _json(text: str) -> str:
    try:
        json.loads(text)
    except ValueError as error:
        raise Misfit(
            f"this is no JSON: {error}",
            "a text in JSON has its own quotes: '\"text\"'; a mapping may be written in YAML",
        ) from None
    return quote_text(text)


def _uuid(text: str, _: Type) -> str:
    try:
        return quote_text(str(uuid.UUID(text)))
    except ValueError:
        raise Misfit("this is no UUID", "{uuid: } makes one") from None


def _address(*kinds: type[_Address]) -> Callable[[str, Type], str]:
    def read(text: str, of: Type) -> str:
        try:
            found = ipaddress.ip_address(text)
        except ValueError:
            raise Misfit(f"this is no address of the type {of.name}") from None
        if not isinstance(found, kinds):
            raise Misfit(f"this is no address of the type {of.name}")
        return quote_text(text)

    return read


_READERS: Mapping[str, Callable[[str, Type], str]] = {
    **dict.fromkeys(INTEGERS, _integer),
    **dict.fromkeys(FLOATING_POINT, _float),
    **dict.fromkeys(TEXTS, _long_text),
    **dict.fromkeys(("binary", "varbinary", *BLOBS), _binary),
    "decimal": _decimal,
    "char": _string,
    "varchar": _string,
    "enum": _label,
    "set": _set,
    "date": _date,
    "datetime": _moment,
    "timestamp": _moment,
    "time": _time,
    "year": _year,
    "bit": _bit,
    "vector": _vector,
    "uuid": _uuid,
    "inet4": _address(ipaddress.IPv4Address),
    "inet6": _address(ipaddress.IPv4Address, ipaddress.IPv6Address),
}
