"""Values that are made when a row is written: the hash of a password, and the time of the run."""

from __future__ import annotations

from plumbob.ddl.quote import quote_text
from plumbob.model import Column
from plumbob.seeds.values import Moment


def moment_sql(value: Moment, column: Column, now: str) -> str:
    """The time of the run, moved; the server counts months and leap years."""
    sql = f"TIMESTAMP{quote_text(now)}"
    for unit, count in value.shift:
        sql = f"{sql} + INTERVAL {count:d} {unit}"
    kind = column.type.name
    if kind == "year":
        return f"YEAR({sql})"
    if kind == "date":
        return f"CAST({sql} AS DATE)"
    digits = column.type.length or 0
    # Cut and not rounded: `now` is never in the future.
    cut = f"({sql} - INTERVAL MICROSECOND({sql}) % {10 ** (6 - digits):d} MICROSECOND)"
    return f"CAST({cut} AS {'TIME' if kind == 'time' else 'DATETIME'}({digits:d}))"


def hash_of(password: str) -> str:
    from argon2 import PasswordHasher

    return PasswordHasher().hash(password)


def verifies(stored: object, password: str) -> bool:
    from argon2 import PasswordHasher
    from argon2.exceptions import InvalidHashError, VerificationError

    try:
        return isinstance(stored, str) and PasswordHasher().verify(stored, password)
    except (VerificationError, InvalidHashError):
        return False
