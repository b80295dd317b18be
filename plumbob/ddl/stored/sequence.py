"""CREATE SEQUENCE (MariaDB): text to `Sequence`."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from plumbob.ddl.cursor import Cursor
from plumbob.ddl.stored.head import Head
from plumbob.model import Sequence

_TYPES = ("tinyint", "smallint", "mediumint", "int", "integer", "bigint")
# Words ahead of a number, and the attribute that it is.
_NUMBERS = (
    (("start", "with"), "start"),
    (("start",), "start"),
    (("minvalue",), "minimum"),
    (("maxvalue",), "maximum"),
    (("increment", "by"), "increment"),
    (("increment",), "increment"),
    (("cache",), "cache"),
)
# Words without a number, and what they mean.
_WORDS = (
    (("no", "minvalue"), {"minimum": None}),
    (("nominvalue",), {"minimum": None}),
    (("no", "maxvalue"), {"maximum": None}),
    (("nomaxvalue",), {"maximum": None}),
    (("nocache",), {"cache": 0}),
    (("no", "cache"), {"cache": 0}),
    (("nocycle",), {"is_cycle": False}),
    (("no", "cycle"), {"is_cycle": False}),
    (("cycle",), {"is_cycle": True}),
)


def parse_sequence(cursor: Cursor, head: Head) -> Sequence:
    """Read what stands behind the name, in any order."""
    sequence = Sequence(head.name)
    while not cursor.is_at_end and not cursor.is_mark(";"):
        sequence = _option(cursor, sequence)
    cursor.accept_mark(";")
    cursor.expect_end()
    return sequence


def _option(cursor: Cursor, sequence: Sequence) -> Sequence:
    for words, name in _NUMBERS:
        if cursor.accept(*words):
            cursor.accept_mark("=")
            said: dict[str, Any] = {name: _number(cursor)}
            return replace(sequence, **said)
    for words, meaning in _WORDS:
        if cursor.accept(*words):
            return replace(sequence, **meaning)
    if cursor.accept("as"):
        return replace(sequence, type=_type(cursor))
    if cursor.accept("engine"):
        cursor.accept_mark("=")
        return replace(sequence, engine=cursor.name())
    if cursor.accept("comment"):
        cursor.accept_mark("=")
        return replace(sequence, comment=cursor.text())
    cursor.fail("expected an option of CREATE SEQUENCE")


def _number(cursor: Cursor) -> int:
    sign = -1 if cursor.accept_mark("-") else 1
    return sign * cursor.integer()


def _type(cursor: Cursor) -> str:
    name = cursor.accept_one_of(*_TYPES)
    if name is None:
        cursor.fail("expected a type of whole numbers")
    name = "int" if name == "integer" else name
    if cursor.accept("unsigned"):
        return f"{name} unsigned"
    cursor.accept("signed")
    return "" if name == "bigint" else name


_BITS = {"tinyint": 8, "smallint": 16, "mediumint": 24, "int": 32, "bigint": 64}


def completed_sequence(sequence: Sequence) -> Sequence:
    """With what the server fills in: limits by type and direction, and the first number (measured)."""
    name, _, unsigned = (sequence.type or "bigint").partition(" ")
    bits = _BITS[name] - (not unsigned)
    # The outermost values of a type are kept back: they say that there is no next number.
    least, most = (1, 2**bits - 2) if unsigned else (1 - 2**bits, 2**bits - 2)
    is_falling = sequence.increment < 0
    minimum, maximum = sequence.minimum, sequence.maximum
    if minimum is None:
        minimum = least if is_falling else 1
    if maximum is None:
        maximum = -1 if is_falling and not unsigned else most
    start = sequence.start
    if start is None:
        start = maximum if is_falling else minimum
    engine = sequence.engine or "InnoDB"
    return replace(sequence, start=start, minimum=minimum, maximum=maximum, engine=engine)
