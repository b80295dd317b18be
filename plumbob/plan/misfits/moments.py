"""What moments do not survive: fractions of a second, dates that are none, the range of TIMESTAMP."""

from __future__ import annotations

from plumbob.model import Type
from plumbob.plan.misfits.change import Change, Misfits, any_of, in_utf8mb4
from plumbob.plan.misfits.numbers import integer_range

DATED = ("date", "datetime", "timestamp")


def text_to_moment(change: Change) -> Misfits:
    text, after = in_utf8mb4(change.column), change.after
    name = "datetime" if after.name == "timestamp" else after.name
    digits = f"({after.length})" if after.length else ""
    moment = f"CAST(CAST({text} AS {name.upper()}{digits}) AS CHAR)"
    other = any_of(
        f"LEFT({moment}, CHAR_LENGTH({text})) <> {text}",
        f"SUBSTRING({moment}, CHAR_LENGTH({text}) + 1) REGEXP '[1-9]'",
    )
    no_moment = f"{text} IS NOT NULL AND {moment} IS NULL"
    return Misfits(other, any_of(no_moment, _no_date(moment, after), _no_timestamp(moment, after)))


def number_to_moment(change: Change) -> Misfits:
    """Digits that make no moment, such as seconds since 1970; all others are read as one.

    A CAST takes a few that the ALTER refuses (101 as a date; on MySQL a DECIMAL with a fraction of
    digits), and none the other way round (measured on both).
    """
    after = change.after
    name = "datetime" if after.name == "timestamp" else after.name
    digits = f"({after.length})" if after.length else ""
    moment = f"CAST(CAST({change.column} AS {name.upper()}{digits}) AS CHAR)"
    no_moment = f"{change.column} IS NOT NULL AND {moment} IS NULL"
    refused = any_of(no_moment, _no_date(moment, after), _no_timestamp(moment, after))
    return Misfits(f"{change.column} IS NOT NULL", refused)


def _no_date(text: str, after: Type) -> str:
    return f"{text} LIKE '%-00%'" if after.name in DATED else ""


def _no_timestamp(text: str, after: Type) -> str:
    if after.name != "timestamp":
        return ""
    return f"{text} < '1970-01-01 00:00:01' OR {text} >= '2038-01-19 03:14:08'"


def _fewer_digits(change: Change) -> str:
    """MySQL rounds the fraction of a second, MariaDB cuts it off."""
    before, after = change.before.length or 0, change.after.length or 0
    unit = 10 ** (6 - after)
    return f"MICROSECOND({change.column}) MOD {unit} <> 0" if after < before else ""


def same_moment(change: Change) -> Misfits:
    return Misfits(_fewer_digits(change), "")


def moment_to_timestamp(change: Change) -> Misfits:
    """Which moment it is depends on the time zone of each session from then on."""
    text = f"CAST({change.column} AS CHAR)"
    outside = any_of(_no_timestamp(text, change.after), f"{text} LIKE '%-00%'")
    return Misfits(f"{change.column} IS NOT NULL", outside)


def moment_to_date(change: Change) -> Misfits:
    column = change.column
    return Misfits(any_of(f"TIME_TO_SEC({column}) <> 0", f"MICROSECOND({column}) <> 0"), "")


def moment_to_integer(change: Change) -> Misfits:
    """A moment becomes the number of its digits: most integers are too small for those of a whole one."""
    number = f"ROUND({change.column} + 0)"
    low, high = integer_range(change.after)
    return Misfits(
        f"{change.column} IS NOT NULL", any_of(f"{number} < {low}", f"{number} > {high}")
    )


def date_to_year(change: Change) -> Misfits:
    return Misfits("", f"{change.column} IS NOT NULL")
