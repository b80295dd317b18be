"""What can be said of an error of the server beside its message: the key, the columns, the other table.

It works on values alone: the statement, the tables as they are, the message. What rows are concerned is
given as a SELECT that counts them (a hazard of the plan), for somebody else to run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from plumbob.migration.run.explained.failure import MOST, Failure, faults
from plumbob.migration.run.explained.keys import about_key, needed
from plumbob.migration.run.explained.parts import (
    about_column,
    check_in_use,
    check_of_column,
    duplicate,
    is_there,
    near_column,
    near_part,
    near_table,
    row_too_long,
    violated,
)
from plumbob.migration.run.explained.rows import hazards
from plumbob.plan.statement import Hazard


@dataclass(frozen=True, slots=True)
class Words:
    """Sentences, and hazards whose rows are to be counted: they say what is wrong with these rows."""

    said: tuple[str, ...] = ()
    hazards: tuple[Hazard, ...] = ()


def words(failure: Failure) -> Words:
    """What is known of an error; nothing for one that the server has told all about."""
    rule = _RULES.get(failure.errno)
    said = list(dict.fromkeys(rule(failure))) if rule else []
    if not said:
        said = list(faults(failure))
    kinds = _OF_ROWS.get(failure.errno, ())
    found = tuple(dict.fromkeys(hazards(failure, kinds))) if kinds else ()
    return Words(tuple(said[:MOST]), found[:MOST])


_Rule = Callable[[Failure], Iterator[str]]
_RULES: dict[int, _Rule] = {
    **dict.fromkeys((1005, 1215, 1822, 1824, 1826, 1830, 3734, 3780, 6125), about_key),
    **dict.fromkeys((1025, 1217, 1451, 1553, 1701, 1828, 1829, 1832, 1833, 3730, 3776), needed),
    **dict.fromkeys((1048, 1067, 1264, 1265, 1292, 1364, 1366, 1406), about_column),
    **dict.fromkeys((1060, 1061), is_there),
    **dict.fromkeys((1054, 1072), near_column),
    **dict.fromkeys((1091, 1176, 3821, 3940), near_part),
    **dict.fromkeys((1051, 1146), near_table),
    **dict.fromkeys((3819, 4025), violated),
    1062: duplicate,
    1118: row_too_long,
    1452: needed,
    3813: check_of_column,
    3822: check_in_use,
}
_VALUES = ("change-type", "nulls", "zero-dates", "no-default", "not-computed")
_OF_ROWS: dict[int, tuple[str, ...]] = {
    **dict.fromkeys((1048, 1138, 1264, 1265, 1292, 1366, 1406, 1411, 3140), _VALUES),
    **dict.fromkeys((3819, 4025), ("violations",)),
    **dict.fromkeys(
        (1025, 1217, 1451, 1553, 1701, 1828, 1829, 1832, 1833, 3730, 3776), ("referred",)
    ),
    1062: ("duplicates",),
    1452: ("orphans",),
    1526: ("no-partition",),
}
