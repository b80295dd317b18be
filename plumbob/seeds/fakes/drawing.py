"""Values for the columns of faked rows, as SQL literals: by type, by name, and within bounds.

What has to be unique is counted and not drawn, so that as many rows as there are values can be made.
"""

from __future__ import annotations

import math
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random

from plumbob.ddl.quote import quote_text
from plumbob.model import Column, Flavour, Type
from plumbob.model.type import BINARIES, BLOBS, FLOATING_POINT, INTEGERS, TEXTS
from plumbob.seeds.fakes.limits import Limits
from plumbob.seeds.fakes.words import Words, maker_of
from plumbob.seeds.literals import bounds, is_json, most_bytes

# Rows of the same seed are the same in every year: no clock has a say.
ANCHOR = datetime(2025, 1, 1)
_YEAR = 365 * 86400
_MONTH = 30 * 86400
_ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyz"
# A text without bounds, in characters.
_USUAL = 255
_FEWEST_RANDOM = 8


@dataclass(slots=True)
class Drawn:
    """The row that is being made: its number, and the moment about which its other moments stand."""

    number: int
    moment: int


# A literal for a column of this row.
Draw = Callable[[Drawn], str]


@dataclass(frozen=True, slots=True)
class Wanted:
    """A column that values are wanted for.

    `first` is where counting starts: behind the greatest number that is there.
    """

    table: str
    column: Column
    limits: Limits
    is_unique: bool = False
    first: int | None = None


def draw_of(wanted: Wanted, words: Words, flavour: Flavour) -> Draw:
    """What draws values for a column."""
    draw = _value_of(wanted, words, flavour)
    rare = _nulls(wanted)
    if not rare:
        return draw
    rng = words.rng
    return lambda row: "NULL" if rng.random() < rare else draw(row)


def _nulls(wanted: Wanted) -> float:
    """How often a value is missing."""
    column = wanted.column
    if not column.null or wanted.limits.not_null:
        return 0
    return 0.9 if column.name.lower().startswith(("deleted", "cancel", "archived")) else 0.1


def _value_of(wanted: Wanted, words: Words, flavour: Flavour) -> Draw:
    of = wanted.column.type
    among = wanted.limits.among
    if among:
        return _chosen(among, wanted, words.rng)
    if of.name in ("enum", "set"):
        return _labels(wanted, words.rng)
    if is_json(wanted.column):
        return lambda row: quote_text(f'{{"{words.one("word")}": {row.number}}}')
    if of.name in INTEGERS:
        return _integer(wanted, words.rng)
    if of.name == "decimal" or of.name in FLOATING_POINT:
        return _fraction(wanted, words.rng)
    if of.name in ("char", "varchar", *TEXTS):
        return _text(wanted, words)
    if of.name in BINARIES:
        return _binary(wanted, words.rng)
    if of.is_spatial:
        return _spatial(wanted, words.rng)
    if of.name == "vector":
        return _vector(of, words.rng, flavour)
    return _OTHERS[of.name](wanted, words.rng)


def _chosen(among: list[str], wanted: Wanted, rng: Random) -> Draw:
    if wanted.is_unique:
        return lambda row: among[row.number % len(among)]
    return lambda _: rng.choice(among)


def _labels(wanted: Wanted, rng: Random) -> Draw:
    labels = wanted.column.type.labels
    if wanted.column.type.name == "enum":
        return _chosen([quote_text(label) for label in labels], wanted, rng)

    def draw(row: Drawn) -> str:
        bits = row.number if wanted.is_unique else rng.getrandbits(len(labels))
        return quote_text(",".join(label for at, label in enumerate(labels) if bits >> at & 1))

    return draw


def _integer(wanted: Wanted, rng: Random) -> Draw:
    least, most = _whole_bounds(wanted)
    name = wanted.column.name.lower()
    is_boolean = wanted.column.type.length == 1 and wanted.column.type.name == "tinyint"
    if is_boolean:
        least, most = max(least, 0), max(least, min(most, 1))
    if wanted.is_unique:
        return _counted(wanted, least, most)
    if is_boolean:
        return lambda _: str(rng.randint(least, most))
    if wanted.limits.least is None and wanted.limits.most is None:
        least, most = max(least, 0), min(most, _usual_most(name))
    elif wanted.limits.most is None:
        most = min(most, max(least, 0) + _usual_most(name))
    elif wanted.limits.least is None:
        least = max(least, min(0, most))
    return lambda _: str(rng.randint(least, most))


def _whole_bounds(wanted: Wanted) -> tuple[int, int]:
    least, most = bounds(wanted.column.type)
    if wanted.limits.least is not None:
        least = max(least, math.ceil(wanted.limits.least))
    if wanted.limits.most is not None:
        most = min(most, math.floor(wanted.limits.most))
    return least, max(least, most)


def _usual_most(name: str) -> int:
    if "age" in name.split("_"):
        return 90
    if any(word in name for word in ("quantity", "qty", "count", "stock", "position", "level")):
        return 100
    if any(word in name for word in ("size", "bytes", "views")):
        return 10_000_000
    return 100_000


def _counted(wanted: Wanted, least: int, most: int) -> Draw:
    start = max(least, 1) if most >= 1 else least
    first = wanted.first if wanted.first is not None and least <= wanted.first <= most else start
    count = most - least + 1
    return lambda row: str(least + (first - least + row.number) % count)


def _fraction(wanted: Wanted, rng: Random) -> Draw:
    of = wanted.column.type
    scale = of.scale if of.scale is not None else (0 if of.name == "decimal" else 2)
    digits = (of.length or 10) - scale if of.name == "decimal" or of.length else 9
    most = Decimal(10) ** digits - Decimal(1).scaleb(-scale)
    least = Decimal(0)
    limits = wanted.limits
    if limits.most is not None:
        most = min(most, limits.most)
        least = min(least, most)
    if limits.least is not None:
        least = max(least, limits.least)
    if wanted.column.name.lower() in ("latitude", "lat"):
        most = min(most, Decimal(90))
    elif limits.most is None and not wanted.is_unique:
        most = min(most, max(least, Decimal(0)) + 1000)
    unit = 10**scale
    first, last = math.ceil(least * unit), math.floor(most * unit)
    span = max(last - first + 1, 1)
    if wanted.is_unique:
        return lambda row: _scaled(first + row.number % span, scale)
    return lambda _: _scaled(first + int(rng.random() * span), scale)


def _scaled(number: int, scale: int) -> str:
    if scale == 0:
        return str(number)
    sign, digits = ("-" if number < 0 else ""), str(abs(number)).rjust(scale + 1, "0")
    return f"{sign}{digits[:-scale]}.{digits[-scale:]}"


def _text(wanted: Wanted, words: Words) -> Draw:
    of = wanted.column.type
    longest = _characters(of)
    if wanted.limits.longest is not None:
        longest = min(longest, wanted.limits.longest)
    shortest = min(wanted.limits.shortest, longest)
    if wanted.is_unique and longest < _FEWEST_RANDOM:
        return lambda row: quote_text(_spelled(row.number, longest))
    make = maker_of(wanted.table, wanted.column.name)
    is_ascii = not (of.charset or "utf8mb4").startswith("utf8")
    is_unique = wanted.is_unique

    def draw(row: Drawn) -> str:
        text = make(words, row.number)
        if is_ascii and not text.isascii():
            text = text.encode("ascii", "replace").decode()
        if is_unique:
            # The number of the row is in it, wherever it has room.
            text = _with_number(text, row.number, longest)
        elif len(text) > longest:
            text = text[:longest].rstrip()
        if len(text) < shortest:
            text += words.code(shortest - len(text))
        return quote_text(text)

    return draw


def _characters(of: Type) -> int:
    if of.name in ("char", "varchar"):
        return 1 if of.length is None else of.length
    return min(most_bytes(of) // 4, 2000)


def _with_number(text: str, number: int, longest: int) -> str:
    shown = str(number)
    if shown in text and len(text) <= longest:
        return text
    if len(text) + len(shown) + 1 <= longest:
        return f"{text} {shown}"
    return text[: longest - len(shown) - 1].rstrip() + "-" + shown


def _spelled(number: int, length: int) -> str:
    """A number in letters and digits, of just this length; it begins anew when there are no more."""
    letters = []
    for _ in range(length):
        number, digit = divmod(number, len(_ALPHABET))
        letters.append(_ALPHABET[digit])
    return "".join(reversed(letters))


def _binary(wanted: Wanted, rng: Random) -> Draw:
    of = wanted.column.type
    length = min(most_bytes(of), 64) if of.name in BLOBS else min(of.length or 1, 64)
    if of.length == 0:
        length = 0
    if length == 0:
        return lambda _: "''"
    if wanted.is_unique and length < _FEWEST_RANDOM:
        return lambda row: f"x'{row.number % 256**length:0{2 * length}x}'"
    return lambda _: f"x'{rng.getrandbits(8 * length):0{2 * length}x}'"


def _moment(row: Drawn, name: str, rng: Random) -> datetime:
    """Some time after the row began, or its beginning itself."""
    after = (
        0 if "creat" in name or "insert" in name or "regist" in name else int(rng.random() * _MONTH)
    )
    return ANCHOR + timedelta(seconds=row.moment + after)


def _datetime(wanted: Wanted, rng: Random) -> Draw:
    name, of = wanted.column.name.lower(), wanted.column.type
    if wanted.is_unique:
        # The finest digit counts, or a fraction would be rounded away.
        return lambda row: quote_text(str(ANCHOR + timedelta(seconds=row.number)))
    if of.name == "timestamp" or not _is_birth(name):
        return lambda row: quote_text(str(_moment(row, name, rng)))
    return lambda _: quote_text(str(_birth(rng)))


def _date(wanted: Wanted, rng: Random) -> Draw:
    name = wanted.column.name.lower()
    if wanted.is_unique:
        return lambda row: quote_text(str((ANCHOR + timedelta(days=row.number % 2_000_000)).date()))
    if _is_birth(name):
        return lambda _: quote_text(str(_birth(rng).date()))
    return lambda row: quote_text(str(_moment(row, name, rng).date()))


def _is_birth(name: str) -> bool:
    return "birth" in name or "born" in name or name == "dob"


def _birth(rng: Random) -> datetime:
    return ANCHOR - timedelta(days=int(18 * 365.25 + rng.random() * 60 * 365.25))


def _time(wanted: Wanted, rng: Random) -> Draw:
    def draw(row: Drawn) -> str:
        seconds = row.number % (838 * 3600) if wanted.is_unique else int(rng.random() * 86400)
        return f"'{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}'"

    return draw


def _year(wanted: Wanted, rng: Random) -> Draw:
    if wanted.is_unique:
        return lambda row: str(1901 + row.number % 255)
    return lambda _: str(rng.randint(1970, 2025))


def _bit(wanted: Wanted, rng: Random) -> Draw:
    length = wanted.column.type.length or 1
    if wanted.is_unique:
        return lambda row: f"b'{row.number % 2**length:b}'"
    return lambda _: f"b'{rng.getrandbits(length):b}'"


def _uuid(_: Wanted, rng: Random) -> Draw:
    return lambda _: f"'{uuid.UUID(int=rng.getrandbits(128), version=4)}'"


def _inet4(_: Wanted, rng: Random) -> Draw:
    def draw(_: Drawn) -> str:
        bits = rng.getrandbits(24)
        return f"'10.{bits >> 16}.{bits >> 8 & 255}.{bits & 255}'"

    return draw


def _inet6(_: Wanted, rng: Random) -> Draw:
    return lambda _: f"'2001:db8::{rng.getrandbits(16):x}:{rng.getrandbits(16):x}'"


def _xml(_: Wanted, rng: Random) -> Draw:
    return lambda row: f"'<row>{row.number}</row>'"


_OTHERS: Mapping[str, Callable[[Wanted, Random], Draw]] = {
    "date": _date,
    "datetime": _datetime,
    "timestamp": _datetime,
    "time": _time,
    "year": _year,
    "bit": _bit,
    "uuid": _uuid,
    "inet4": _inet4,
    "inet6": _inet6,
    "xmltype": _xml,
}
_SHAPES = {
    "point": "POINT({0} {1})",
    "linestring": "LINESTRING({0} {1},{2} {3})",
    "polygon": "POLYGON(({0} {1},{0} {3},{2} {3},{2} {1},{0} {1}))",
    "multipoint": "MULTIPOINT({0} {1},{2} {3})",
    "multilinestring": "MULTILINESTRING(({0} {1},{2} {3}))",
    "multipolygon": "MULTIPOLYGON((({0} {1},{0} {3},{2} {3},{2} {1},{0} {1})))",
    "geometrycollection": "GEOMETRYCOLLECTION(POINT({0} {1}))",
    "geometry": "POINT({0} {1})",
}


def _spatial(wanted: Wanted, rng: Random) -> Draw:
    shape, srid = _SHAPES[wanted.column.type.name], wanted.column.srid or 0

    def draw(_: Drawn) -> str:
        x, y = rng.randint(-80, 80), rng.randint(-80, 80)
        return f"ST_GeomFromText('{shape.format(x, y, x + 1, y + 1)}', {srid})"

    return draw


def _vector(of: Type, rng: Random, flavour: Flavour) -> Draw:
    function = "TO_VECTOR" if flavour.is_mysql else "VEC_FromText"

    def draw(_: Drawn) -> str:
        numbers = ",".join(f"{rng.random():.3f}" for _ in range(of.length or 1))
        return f"{function}('[{numbers}]')"

    return draw


def moment_of(rng: Random) -> int:
    """When a row began, in seconds from the anchor."""
    return int(rng.random() * _YEAR)
