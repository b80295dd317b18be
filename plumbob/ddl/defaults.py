"""Default values in the form in which the server would print them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation, localcontext

from plumbob.ddl.expression import expression
from plumbob.ddl.quote import quote_name, quote_text
from plumbob.model import Column, Default, Flavour, Type
from plumbob.model.type import BLOBS, TEXTS

_NULL = Default("null")
# Outside of these the server prints a double with an exponent, and rounds in its own way.
_PLAIN_DOUBLE = (Decimal("1e-5"), Decimal("1e15"))
# MariaDB 11.8 remembers that this was written in place of CURRENT_TIMESTAMP. LOCALTIME it prints as
# curtime(), which a column of a whole moment takes for today at that time: the same.
_LOCALTIMESTAMP = re.compile(r"(?:localtimestamp|curtime) \( ?(\d*) ?\)")
_MOMENTS = ("datetime", "timestamp", "time")
# Character sets in which the bytes of ASCII are something else.
_WIDE_CHARSETS = ("ucs2", "utf16", "utf16le", "utf32")
_MOST_DIGITS = 200
_SAFE_DIGITS = {"float": 6, "double": 15}


def canonical_default(column: Column, flavour: Flavour) -> Default | None:
    """A column's default as the server understands it.

    A nullable column of MySQL that prints no default has none (it was taken away by DROP DEFAULT,
    and an INSERT has to give a value); only for TEXT and BLOB does the server leave DEFAULT NULL
    out. MariaDB knows no such state.
    """
    default = column.default
    if column.generated is not None or column.auto_increment:
        return None
    if default is not None and default.kind == "none":
        default = None
    if default is None and column.compressed and not column.null:
        # Measured on 10.11 and 11.8; an INSERT takes it for a default as well.
        default = Default("text")
    if default is None or default.kind == "null":
        is_null = default is not None or flavour.is_mariadb or column.type.name in TEXTS + BLOBS
        return _NULL if column.null and is_null else None
    if flavour.is_mariadb and column.type.name in TEXTS + BLOBS:
        return _as_expression(default)
    if flavour.is_mariadb and (now := _localtime(default, column.type)):
        return now
    return as_typed(default, column.type)


def has_no_default(column: Column, flavour: Flavour) -> bool:
    """Whether it is in the state that DROP DEFAULT alone leads to (MySQL; see canonical_default)."""
    return (
        flavour.is_mysql
        and column.null
        and column.default is None
        and column.generated is None
        and column.type.name not in TEXTS + BLOBS
    )


def drop_default_clauses(columns: Iterable[Column], flavour: Flavour) -> list[str]:
    """ALTER TABLE clauses for what no column definition can say."""
    return [
        f"ALTER COLUMN {quote_name(column.name)} DROP DEFAULT"
        for column in columns
        if has_no_default(column, flavour)
    ]


def _localtime(default: Default, of: Type) -> Default | None:
    if default.expression is None or of.name not in _MOMENTS:
        return None
    found = _LOCALTIMESTAMP.fullmatch(default.expression.key)
    return Default("now", found[1]) if found else None


def _as_expression(default: Default) -> Default:
    """Text and bytes of any length have an expression as default on MariaDB, if only a literal."""
    match default.kind:
        case "text":
            sql = quote_text(default.value)
        case "hex":
            sql = f"x'{default.value}'"
        case "bits":
            sql = f"b'{default.value}'"
        case "number":
            sql = default.value
        case _:
            return default
    return Default("expression", expression=expression(sql))


def as_typed(default: Default, of: Type) -> Default:
    """A literal as a value of the type: a number is a text to an enum, and bytes are its letters."""
    if default.kind in ("expression", "now"):
        return default
    if of.is_number:
        return Default("number", canonical_number(_digits(default), of))
    if of.name == "bit":
        return _bits(default)
    if of.name == "year":
        return _year(default)
    if default.kind == "number":
        default = Default("number", _as_text(default.value))
    if of.is_binary:
        return _bytes(default, of)
    if default.kind == "number" and of.is_string:
        return Default("text", default.value)
    if default.kind in ("hex", "bits") and of.is_string:
        return _text_of_bytes(default, of)
    if of.name in ("date", "datetime", "timestamp"):
        if default.kind == "number":
            default = _dated(default)
        if default.kind == "text":
            return Default("text", _moment(default.value, of))
    return default


def _dated(default: Default) -> Default:
    """A number of the digits of a date, or of a date and a time, and 0, which is no date at all."""
    digits = "0" * 8 if default.value == "0" else default.value
    if not digits.isdigit() or len(digits) not in (8, 14):
        return default
    date, time = digits[:8], digits[8:]
    clock = f" {time[:2]}:{time[2:4]}:{time[4:]}" if time else ""
    return Default("text", f"{date[:4]}-{date[4:6]}-{date[6:]}{clock}")


def _digits(default: Default) -> str:
    match default.kind:
        case "hex":
            return str(int(default.value or "0", 16))
        case "bits":
            return str(int(default.value or "0", 2))
    return default.value


def _as_text(number: str) -> str:
    """A number as it reads where a text is expected: 007 is 7, .5 is 0.5, 1e3 is 1000 (both servers)."""
    try:
        value = Decimal(number)
    except InvalidOperation:
        return number
    if "e" not in number.lower():
        return format(abs(value) if value == 0 else value, "f")
    plain = _double(value, "", Type("double"))
    mantissa, _, exponent = repr(float(value)).partition("e")
    return plain or (f"{mantissa}e{int(exponent)}" if exponent else mantissa)


def _year(default: Default) -> Default:
    """A year of four digits. The text '0' is 2000, the number 0 is 0000 (manuals: The YEAR Type)."""
    digits = _digits(default)
    if not digits.isdigit() or len(digits) > 4:
        return default
    is_short = len(digits) < 3 or default.kind != "text"
    year = int(digits)
    if year == 0:
        year = 2000 if default.kind == "text" and len(digits) < 4 else 0
    elif is_short and year < 100:
        year += 2000 if year < 70 else 1900
    return Default("number", f"{year:04}")


def canonical_number(text: str, of: Type) -> str:
    """A number as the server prints it for a column of this type; what it cannot tell stays as it is."""
    # DECIMAL has up to 65 digits, and Python's own context 28.
    with localcontext(Context(prec=_MOST_DIGITS)):
        try:
            number = Decimal(text.strip())
            return _number(number, text, of)
        except InvalidOperation:
            return text


def _number(number: Decimal, text: str, of: Type) -> str:
    if not number.is_finite() or abs(number.adjusted()) > _MOST_DIGITS:
        return text
    number = abs(number) if number == 0 else number
    if of.scale is not None and of.name in _SAFE_DIGITS:
        # They round the binary number, halves to the even side: 1.005 is 1.00.
        number = Decimal(round(float(number) * 10**of.scale)).scaleb(-of.scale)
    if of.name == "decimal" or (of.scale is not None and of.name in _SAFE_DIGITS):
        return str(number.quantize(Decimal(1).scaleb(-(of.scale or 0)), ROUND_HALF_UP))
    if of.is_integer:
        return str(number.quantize(Decimal(1), ROUND_HALF_UP))
    return _double(number, text, of)


def _double(number: Decimal, text: str, of: Type) -> str:
    if number == 0:
        return "0"
    low, high = _PLAIN_DOUBLE
    number = number.normalize()
    has_safe_digits = len(number.as_tuple().digits) <= _SAFE_DIGITS[of.name]
    return format(number, "f") if low <= abs(number) < high and has_safe_digits else text


def _bits(default: Default) -> Default:
    if default.kind == "bits":
        value = int(default.value or "0", 2)
    elif default.kind == "hex":
        value = int(default.value or "0", 16)
    elif default.kind == "number" and default.value.isdigit():
        value = int(default.value)
    elif default.kind == "text" and default.value.isascii():
        value = int.from_bytes(default.value.encode(), "big")
    else:
        return default
    return Default("bits", format(value, "b"))


def _text_of_bytes(default: Default, of: Type) -> Default:
    """Bytes as default of a string are its characters; what is not ASCII only the server can tell."""
    value = bytes.fromhex(_hex_digits(default))
    is_ascii = value.isascii() and of.charset not in _WIDE_CHARSETS
    return Default("text", value.decode("ascii")) if is_ascii else default


def _hex_digits(default: Default) -> str:
    digits = default.value
    if default.kind == "bits":
        digits = format(int(digits or "0", 2), "x")
    return digits if len(digits) % 2 == 0 else f"0{digits}"


def _bytes(default: Default, of: Type) -> Default:
    """Bytes are compared as hexadecimal digits; BINARY(n) is padded with zero bytes."""
    if default.kind == "text":
        value = default.value.encode("utf-8", "surrogateescape")
    elif default.kind == "hex":
        value = bytes.fromhex(_hex_digits(default))
    elif default.kind == "number":
        value = default.value.encode()
    else:
        return default
    if of.name == "binary":
        value = value.ljust(of.length or 1, b"\0")
    return Default("hex", value.hex().upper())


def _moment(value: str, of: Type) -> str:
    """Dates and times with all their parts, where they are written with hyphens and colons."""
    date, _, time = value.strip().replace("T", " ").partition(" ")
    parts = date.split("-")
    if len(parts) != 3 or not all(part.isdigit() for part in parts) or len(parts[0]) != 4:
        return value
    day = f"{parts[0]}-{parts[1]:0>2}-{parts[2]:0>2}"
    if of.name == "date":
        return day if not time else value
    clock, _, fraction = (time or "00:00:00").partition(".")
    pieces = clock.split(":")
    if not all(piece.isdigit() for piece in pieces) or len(pieces) > 3:
        return value
    pieces += ["00"] * (3 - len(pieces))
    digits = of.length or 0
    if len(fraction) > digits:
        return value
    whole = f"{day} {':'.join(piece.zfill(2) for piece in pieces)}"
    return f"{whole}.{fraction:0<{digits}}" if digits else whole
