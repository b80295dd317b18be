"""Random partitionings of one table, in pairs of which the second is mostly an edit of the first."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import strategies as st

from plumbob.model import Flavour
from tests.property.drawn import Draw, name, one_of, seldom

COLUMNS = "a int, b int, d date"
# The last of each is open.
_NUMBERS = ("-5", "0", "10", "20", "30", "40", "maxvalue")
_DATES = ("'2026-01-01'", "'2026-02-01'", "'2026-03-01'", "'2026-12-01'", "maxvalue")
_PAIRS = ("0, 5", "10, 1", "10, 7", "10, maxvalue", "20, 3", "maxvalue, maxvalue")
_VALUES = ("0", "1", "2", "3", "4", "null")
# A value with the last of these numbers has no partition.
_PLACES = st.integers(0, 4)
_RANGES = {
    "range (a)": _NUMBERS,
    "range (a + 0)": _NUMBERS,
    "range columns (d)": _DATES,
    "range columns (a, b)": _PAIRS,
}
_LISTS = ("list (a)", "list columns (a)")
_HASHES = ("hash (a)", "linear hash (b)", "key (a)", "linear key (a, b)")
ROWS = [
    f"({a}, {b}, {d})"
    for a, b, d in zip(
        ("-6", "0", "1", "2", "3", "4", "10", "10", "20", "35", "99", "null"),
        ("1", "2", "3", "4", "5", "6", "2", "8", "1", "1", "0", "0"),
        ("'2025-12-31'", "'2026-01-15'", "'2026-02-15'", "'2026-05-05'", "'2027-01-01'", "null")
        * 2,
        strict=True,
    )
]

Definitions = list[str]


@st.composite
def pairs(draw: Draw, flavour: Flavour) -> tuple[str, str]:
    """PARTITION BY before and after, of one scheme or, seldom, of two."""
    scheme = draw(_schemes())
    before, after = _of_scheme(draw, scheme, flavour)
    if seldom(draw, 6):
        after = _of_scheme(draw, draw(_schemes()), flavour)[1]
    return before, after


def _schemes() -> st.SearchStrategy[str]:
    return st.one_of(one_of(*_RANGES), one_of(*_LISTS), one_of(*_HASHES))


def _of_scheme(draw: Draw, scheme: str, flavour: Flavour) -> tuple[str, str]:
    parts = " subpartition by hash (b) subpartitions 2" if "(a)" in scheme and seldom(draw) else ""
    if scheme in _RANGES:
        before, after = _ranges(draw, _RANGES[scheme])
    elif scheme in _LISTS:
        before, after = _lists(draw, flavour)
    else:
        return (f"partition by {scheme} {_hashed(draw)}", f"partition by {scheme} {_hashed(draw)}")
    return tuple(
        f"partition by {scheme}{parts} ({', '.join(_commented(draw, each))})"
        for each in (before, after)
    )


def _ranges(draw: Draw, pool: tuple[str, ...]) -> tuple[Definitions, Definitions]:
    """Bounds by their numbers; the second has a few more and a few less."""
    numbers = st.integers(0, len(pool) - 1)
    first = draw(st.sets(numbers, min_size=1, max_size=5))
    second = (first ^ draw(st.sets(numbers, min_size=1, max_size=2))) or first
    called = draw(st.sampled_from([_by_bound, _by_bound, _by_place]))
    return _range(first, pool, called), _range(second, pool, called)


def _range(
    numbers: set[int], pool: tuple[str, ...], called: Callable[[int, int], str]
) -> Definitions:
    return [
        f"partition {name(called(number, place))} values less than ({pool[number]})"
        for place, number in enumerate(sorted(numbers))
    ]


def _by_bound(number: int, place: int) -> str:
    return f"p{number}"


def _by_place(number: int, place: int) -> str:
    return f"day {place}"


def _lists(draw: Draw, flavour: Flavour) -> tuple[Definitions, Definitions]:
    """Values in places; the second has a few of them elsewhere."""
    size = len(_VALUES)
    first = draw(st.lists(_PLACES, min_size=size, max_size=size))
    second = list(first)
    for number in draw(st.lists(st.integers(0, size - 1), min_size=1, max_size=2)):
        second[number] = draw(_PLACES)
    defaults = [flavour.is_mariadb and seldom(draw, 6) for _ in range(2)]
    return _list(first, defaults[0]), _list(second, defaults[1])


def _list(places: list[int], has_default: bool) -> Definitions:
    found = []
    for number in range(4):
        values = [value for value, place in zip(_VALUES, places, strict=True) if place == number]
        if values:
            found.append(f"partition v{number} values in ({', '.join(values)})")
    if has_default:
        found.append("partition rest default")
    return found or ["partition v0 values in (0)"]


def _hashed(draw: Draw) -> str:
    if draw(st.booleans()):
        return f"partitions {draw(st.integers(1, 5))}"
    chosen = draw(st.lists(one_of("p0", "p1", "p2", "x", "y"), min_size=1, max_size=4, unique=True))
    return f"({', '.join(_commented(draw, [f'partition {each}' for each in chosen]))})"


def _commented(draw: Draw, definitions: Definitions) -> Definitions:
    return [f"{each} comment 'it''s'" if seldom(draw) else each for each in definitions]
