"""Which rows find no partition in a scheme that comes."""

from __future__ import annotations

from plumbob.model import Bound, Expression, Partitioning
from plumbob.plan.pair import Pair


def outside(pair: Pair) -> str:
    """The condition that a row fits into no partition of RANGE or LIST; "" where each fits, or nobody knows."""
    after = pair.after.partitions if pair.after else None
    if after is None or after.is_left_to_others or after.by.arguments is None:
        return ""
    bounds = [each.bound for each in after.partitions if each.bound is not None]
    if not bounds or any(each.is_open or each.kind == "default" for each in bounds):
        return ""
    placed = pair.expression(after.by.arguments)
    if placed is None:
        return ""
    match after.by.method:
        case "RANGE":
            return _above(placed, after, bounds[-1])
        case "LIST":
            return _in_no_list(placed, after, bounds)
    return ""


def _above(placed: str, after: Partitioning, last: Bound) -> str:
    if len(last.values) > 1:
        if "maxvalue" in last.key:
            return ""
        return f"({placed}) >= ({', '.join(each.sql for each in last.values)})"
    return f"({placed}) >= ({last.values[0].sql})"


def _in_no_list(placed: str, after: Partitioning, bounds: list[Bound]) -> str:
    values = [value for bound in bounds for value in bound.values]
    if after.by.by_columns and "," in placed:
        return ""
    return f"NOT ({' OR '.join(_is(placed, value) for value in values)})"


def _is(placed: str, value: Expression) -> str:
    return f"({placed}) <=> ({value.sql})"
