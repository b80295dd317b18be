"""Which rows would be the same to a unique key that comes, or that sees its columns otherwise."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from plumbob.ddl.quote import quote_name
from plumbob.model import Column, Index, KeyPart
from plumbob.plan.pair import Pair

_LITERALS = ("text", "number", "bits", "hex")


@dataclass(frozen=True, slots=True)
class Groups:
    """Expressions that are equal for rows which the key takes for the same, where `where` holds."""

    by: tuple[str, ...]
    where: str


def groups(pair: Pair, index: Index) -> Groups | None:
    """None where no rows can be the same, or nobody can say before the columns are there."""
    if _is_held(pair, index):
        return None
    by, conditions = [], []
    for part in index.parts:
        column = pair.after.column(part.column) if pair.after and part.column else None
        sql = _part(pair, part, column)
        if sql is None:
            return None
        if sql:
            by.append(sql)
            if index.kind == "unique" and (column is None or column.null):
                conditions.append(f"{sql} IS NOT NULL")
    return Groups(tuple(by), " AND ".join(conditions))


def overlapping(pair: Pair, index: Index) -> str | None:
    """The condition on a row `mine` that a key WITHOUT OVERLAPS takes for the same as another one.

    None where there is no such key, or it is there, or nobody can say before its columns are.
    """
    assert pair.after is not None
    names = {part.period.lower() for part in index.parts if part.period is not None}
    period = next((each for each in pair.after.periods if each.name.lower() in names), None)
    if period is None or _is_held(pair, index):
        return None
    columns = [part.column for part in index.parts if part.column is not None]
    if not is_there(pair, (*columns, period.start, period.end)):
        return None
    same = [f"`mine`.{pair.sql(each)} = `other`.{pair.sql(each)}" for each in columns]
    start, end = pair.sql(period.start), pair.sql(period.end)
    both = [
        *same,
        f"`mine`.{start} < `other`.{end}",
        f"`other`.{start} < `mine`.{end}",
    ]
    # A row overlaps itself, once.
    table = quote_name(pair.live.name)
    return f"(SELECT COUNT(*) FROM {table} AS `other` WHERE {' AND '.join(both)}) > 1"


def is_there(pair: Pair, names: Iterable[str]) -> bool:
    """Whether the columns hold their values already."""
    kept = {column.name.lower() for _, column in pair.kept()}
    return kept.issuperset(each.lower() for each in names)


def _is_held(pair: Pair, index: Index) -> bool:
    """Whether a unique key that is there sees the same columns, or some of them, in the same way."""
    new = {_seen(pair, part) for part in index.parts}
    for other in pair.there.indexes:
        if other.kind not in ("primary", "unique"):
            continue
        is_kept = all(not _sees_otherwise(pair, part) for part in other.parts)
        if is_kept and {_seen(pair, part) for part in other.parts} <= new:
            return True
    return False


def _seen(pair: Pair, part: KeyPart) -> tuple[object, ...]:
    return ((part.column or "").lower(), part.length, part.expression, part.period)


def _sees_otherwise(pair: Pair, part: KeyPart) -> bool:
    """Whether a column changes so that two values of it may become one."""
    if part.column is None or pair.after is None:
        return False
    before, after = pair.there.column(part.column), pair.after.column(part.column)
    if before is None or after is None:
        return True
    return before.type.collation != after.type.collation or before.generated != after.generated


def _part(pair: Pair, part: KeyPart, column: Column | None) -> str | None:
    """A key part before the change; "" where it is the same for all rows, None where nobody knows."""
    if part.period is not None:
        return None
    if part.expression is not None:
        formula = pair.expression(part.expression)
        return None if formula is None else f"({formula})"
    if column is None:
        return None
    before = pair.there.column(column.name)
    if before is None or column in pair.added():
        return _of_new(pair, column)
    sql = pair.sql(column.name)
    if column.type.is_string and before.type.collation != column.type.collation:
        sql = f"CONVERT({sql} USING {column.type.charset}) COLLATE {column.type.collation}"
    return f"LEFT({sql}, {part.length})" if part.length else sql


def _of_new(pair: Pair, column: Column) -> str | None:
    """A literal is the same for all rows; NULL never is."""
    if column.generated is not None:
        formula = pair.expression(column.generated.expression)
        return None if formula is None else f"({formula})"
    default = column.default
    if column.auto_increment or (default is not None and default.kind not in (*_LITERALS, "none")):
        return None
    return "" if default is not None or not column.null else None
