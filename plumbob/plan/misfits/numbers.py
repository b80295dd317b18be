"""What numbers do not survive: ranges, digits, what FLOAT and DOUBLE do not hold."""

from __future__ import annotations

from plumbob.model import Type
from plumbob.plan.misfits.change import Change, Misfits, any_of

# Bytes of each integer type.
_BYTES = {"tinyint": 1, "smallint": 2, "mediumint": 3, "int": 4, "bigint": 8}


def integer_range(type: Type) -> tuple[int, int]:
    """The smallest and the largest number of an integer type."""
    bits = 8 * _BYTES[type.name]
    return (0, 2**bits - 1) if type.unsigned else (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)


def from_number(change: Change) -> Misfits:
    """A number to another kind of number; of FLOAT, the number that a reader is shown."""
    column, before = change.column, change.before
    shown = f"(CAST({column} AS CHAR) + 0e0)" if before.name == "float" else column
    return as_number(shown, change)


def as_number(number: str, change: Change) -> Misfits:
    before, after = change.before, change.after
    scale = after.scale or 0
    if after.is_integer:
        whole = number if before.is_integer else f"ROUND({number}, 0)"
        changed = "" if before.is_integer else f"{number} <> {whole}"
        if after.name == "tinyint" and after.length == 1:
            # Nothing changes, but who reads it as a boolean takes it for another value.
            changed = any_of(changed, f"{number} NOT IN (0, 1)")
        return Misfits(changed, _outside(whole, before, *integer_range(after)))
    negative = f"{number} < 0" if after.unsigned and not before.unsigned else ""
    if after.name == "decimal":
        digits = (after.length or 10) - scale
        return Misfits(*_fixed(number, change, digits, scale, negative))
    inexact = _inexact(number, change)
    if after.length is not None and after.scale is not None:
        changed, refused = _fixed(number, change, after.length - scale, scale, negative)
        return Misfits(any_of(changed, inexact), refused)
    return Misfits(inexact, negative)


def _fixed(number: str, change: Change, digits: int, scale: int, negative: str) -> tuple[str, str]:
    before = change.before
    is_rounded = not before.is_integer and (before.name != "decimal" or (before.scale or 0) > scale)
    rounded = f"ROUND({number}, {scale})" if is_rounded else number
    # The server warns of a FLOAT whose own digits are more than those that a reader is shown; the
    # sum is taken with all of them, where MariaDB compares a FLOAT(M,D) by those of its type.
    is_float = before.name == "float" and change.after.name == "decimal"
    whole = f"({change.column} + 0e0)" if is_float else number
    changed = f"{whole} <> {rounded}" if is_rounded else ""
    # The ABS of the smallest BIGINT is an error.
    small = "" if before.unsigned or negative else f"{rounded} <= -{10**digits}"
    return changed, any_of(f"{rounded} >= {10**digits}", small, negative)


def _inexact(number: str, change: Change) -> str:
    """What FLOAT and DOUBLE do not hold, or do not show, as it was."""
    before, after = change.before, change.after
    doubled = f"CAST({number} AS DOUBLE)"
    is_exact = before.is_integer or before.name == "decimal"
    back = f"CAST({doubled} AS DECIMAL(65, {before.scale or 0})) <> {number}" if is_exact else ""
    if after.name == "double":
        return f"{number} <> {change.column}" if before.name == "float" else back
    if before.name == "float":
        return ""
    single = f"CAST({number} AS FLOAT)"
    return any_of(
        back, f"CAST({single} AS DOUBLE) <> {number}", f"CAST({single} AS CHAR) + 0e0 <> {number}"
    )


def _outside(number: str, before: Type, low: int, high: int) -> str:
    """What lies outside of a range, without what the old type cannot hold."""
    at_least, at_most = integer_range(before) if before.is_integer else (None, None)
    is_signed = at_least is None or at_least < low
    is_large = at_most is None or at_most > high
    return any_of(f"{number} < {low}" if is_signed else "", f"{number} > {high}" * is_large)


def integer_to_bit(change: Change) -> Misfits:
    return Misfits(
        "", _outside(change.column, change.before, 0, 2 ** (change.after.length or 1) - 1)
    )


def bit_to_bit(change: Change) -> Misfits:
    return Misfits("", f"{change.column} > {2 ** (change.after.length or 1) - 1}")


def integer_to_year(change: Change) -> Misfits:
    """1 to 99 are taken for 1970 to 2069."""
    column = change.column
    refused = any_of(f"{column} < 0", f"{column} BETWEEN 100 AND 1900", f"{column} > 2155")
    return Misfits(f"{column} BETWEEN 1 AND 99", refused)
