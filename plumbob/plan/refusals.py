"""What fails on the rows that are there, and changes nothing: said before the first statement is run.

No approval helps here: the rows or the declaration have to change.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from plumbob.ddl.quote import quote_name, quote_text
from plumbob.model import Column, Expression, Flavour, ForeignKey
from plumbob.model.type import INTEGERS
from plumbob.plan.duplicates import groups, is_there, overlapping
from plumbob.plan.misfits.change import any_of
from plumbob.plan.misfits.numbers import integer_range
from plumbob.plan.named import Named
from plumbob.plan.pair import Pair
from plumbob.plan.places import outside
from plumbob.plan.rows import Rows, count_sql
from plumbob.plan.session import repeats_zero_date
from plumbob.plan.statement import PARTITIONS, Hazard, Obstacle, Ref, check_refs

Pairs = Mapping[str, Pair]
_DATED = ("date", "datetime", "timestamp")
# A change from one of these to another copies the table on both servers (measured), and a copy
# looks at every date.
_COPIED = (*INTEGERS, "decimal", "float", "double", *_DATED)


@dataclass(frozen=True, slots=True)
class Refusal:
    """A hazard, and what the statement at fault gives: one of `refs`."""

    refs: frozenset[Ref]
    hazard: Hazard


def refusals(pairs: Pairs) -> Iterator[Refusal]:
    for pair in pairs.values():
        if pair.after is not None:
            yield from _of_columns(pair)
            yield from _zero_dates(pair)
            yield from _duplicates(pair)
            yield from _overlaps(pair)
            yield from _violations(pair)
            yield from _reversed(pair)
            yield from _orphans(pair, pairs)
            yield from _without_partition(pair)


def _refusal(
    pair: Pair, kind: Obstacle, name: str, what: str, rows: Rows, refs: Iterable[Ref]
) -> Refusal:
    object = Named(pair.name, name)
    return Refusal(frozenset(refs), Hazard(kind, object, what, count_sql(rows), fails=True))


# Columns.


def _of_columns(pair: Pair) -> Iterator[Refusal]:
    for before, column in pair.kept():
        if where := _is_null(pair, before, column):
            yield _of_column(pair, column, "nulls", "NULL is not allowed any more", where)
        if where := _other_srid(pair, before, column):
            yield _of_column(pair, column, "srid", "values have another SRID", where)
    for column in pair.added():
        if _needs_a_date(pair, column):
            what = "rows that are there would get the date 0000-00-00, which strict mode refuses"
            yield _of_column(pair, column, "no-default", what, "")
        if where := _not_computed(pair, column):
            what = "the column cannot hold what its expression gives"
            yield _of_column(pair, column, "not-computed", what, where)


def _of_column(pair: Pair, column: Column, kind: Obstacle, what: str, where: str) -> Refusal:
    rows = Rows(pair.live, where)
    return _refusal(pair, kind, column.name, what, rows, _columns(pair, [column.name]))


def _columns(pair: Pair, names: Iterable[str]) -> list[Ref]:
    return [Ref("column", pair.name, name) for name in names]


def _is_null(pair: Pair, before: Column, after: Column) -> str:
    refused = is_null_refused(pair.flavour, before, after)
    return f"{pair.sql(after.name)} IS NULL" if refused else ""


def is_null_refused(flavour: Flavour, before: Column, after: Column) -> bool:
    """Whether NULL stops the change, and nothing is filled in for it.

    MariaDB fills the present moment into a TIMESTAMP, MySQL into what was no TIMESTAMP before.
    """
    if not before.null or after.null or after.auto_increment or after.generated is not None:
        return False
    is_plain = flavour.is_mysql and before.type.name == "timestamp"
    return after.type.name != "timestamp" or is_plain


def _other_srid(pair: Pair, before: Column, after: Column) -> str:
    if after.srid is None or after.srid == before.srid or pair.flavour.is_mariadb:
        return ""
    return f"ST_SRID({pair.sql(after.name)}) <> {after.srid}"


def _needs_a_date(pair: Pair, column: Column) -> bool:
    has_none = column.default is None or column.default.kind == "none"
    is_plain = column.generated is None and column.system_time is None
    is_dated = column.type.name in ("date", "datetime")
    assert pair.after is not None
    return (
        is_dated and is_plain and has_none and not column.null and not repeats_zero_date(pair.after)
    )


def _not_computed(pair: Pair, column: Column) -> str:
    """What a new STORED column cannot hold; a VIRTUAL one is not computed for the rows that are there."""
    if column.generated is None or not column.generated.stored:
        return ""
    formula = pair.expression(column.generated.expression)
    if formula is None:
        return ""
    found = [] if column.null else [f"({formula}) IS NULL"]
    if column.type.is_integer:
        low, high = integer_range(column.type)
        found.append(f"({formula}) NOT BETWEEN {low} AND {high}")
    elif column.type.name in ("char", "varchar"):
        found.append(f"CHAR_LENGTH({formula}) > {column.type.length}")
    return any_of(*found)


def _zero_dates(pair: Pair) -> Iterator[Refusal]:
    """A copy of the table writes all dates anew, and strict mode refuses 0000-00-00 (1292)."""
    assert pair.after is not None
    copying = [column for before, column in pair.kept() if _is_copied(before, column)]
    copying += [each for each in pair.added() if each.generated and each.generated.stored]
    if not copying or repeats_zero_date(pair.after):
        return
    refs = _columns(pair, [each.name for each in copying])
    for hazard in zero_dates(pair):
        yield Refusal(frozenset(refs), hazard)


def zero_dates(pair: Pair) -> Iterator[Hazard]:
    """What a copy of the table fails on under strict mode."""
    for before, column in pair.kept():
        if before.type.name in _DATED and column.type.name in _DATED and before.generated is None:
            where = f"CAST({pair.sql(column.name)} AS CHAR) LIKE '%-00%'"
            what = "the table is copied, and strict mode refuses dates such as 0000-00-00"
            count = count_sql(Rows(pair.live, where))
            yield Hazard("zero-dates", Named(pair.name, column.name), what, count, fails=True)


def _is_copied(before: Column, after: Column) -> bool:
    names = {before.type.name, after.type.name}
    return len(names) == 2 and names <= {*_COPIED}


# Keys and checks.


def _duplicates(pair: Pair) -> Iterator[Refusal]:
    assert pair.after is not None
    for index in pair.after.indexes:
        if index.kind not in ("primary", "unique"):
            continue
        found = groups(pair, index)
        if found is None:
            continue
        what = "rows have the same " + ("primary key" if index.kind == "primary" else "unique key")
        rows = Rows(pair.live, found.where, groups=found.by)
        refs = [Ref("index", pair.name, index.name), *_columns(pair, index.columns)]
        yield _refusal(pair, "duplicates", index.name, what, rows, refs)


def _overlaps(pair: Pair) -> Iterator[Refusal]:
    assert pair.after is not None
    for index in pair.after.indexes:
        where = overlapping(pair, index)
        if where is not None:
            rows = Rows(pair.live, where, alias="`mine`")
            refs = [Ref("index", pair.name, index.name)]
            what = "rows have the same key in periods that overlap"
            yield _refusal(pair, "violations", index.name, what, rows, refs)


def _reversed(pair: Pair) -> Iterator[Refusal]:
    """Rows whose period does not begin before it ends: MariaDB makes a check of that (4025)."""
    assert pair.after is not None
    held = {(each.start, each.end) for each in pair.there.periods}
    for period in pair.after.periods:
        is_held = (period.start, period.end) in held
        if period.is_system_time or is_held or not is_there(pair, (period.start, period.end)):
            continue
        rows = Rows(pair.live, f"{pair.sql(period.start)} >= {pair.sql(period.end)}")
        refs = [Ref("period", pair.name, period.name.lower())]
        what = "the period does not begin before it ends"
        yield _refusal(pair, "violations", period.name, what, rows, refs)


def _violations(pair: Pair) -> Iterator[Refusal]:
    assert pair.after is not None
    held = {check.expression for check in pair.there.checks if check.enforced}
    for check in pair.after.checks:
        if check.enforced and check.expression not in held:
            refs = check_refs(pair.name, [check], pair.flavour)
            yield from _violation(pair, check.expression, check.name, refs)
    for column in pair.after.columns:
        before = pair.there.column(column.name)
        if column.check is not None and (before is None or before.check != column.check):
            refs = iter(_columns(pair, [column.name]))
            yield from _violation(pair, column.check, column.name, refs)


def _violation(
    pair: Pair, expression: Expression, name: str, refs: Iterable[Ref]
) -> Iterator[Refusal]:
    formula = pair.expression(expression)
    if formula is not None:
        rows = Rows(pair.live, f"NOT ({formula})")
        yield _refusal(pair, "violations", name, "the check is false for rows", rows, refs)


def _orphans(pair: Pair, pairs: Pairs) -> Iterator[Refusal]:
    """Also of a key that is dropped and added again: rows may have been loaded without a look at it."""
    assert pair.after is not None
    for key in pair.after.foreign_keys:
        own = [_value(pair, name) for name in key.columns]
        values = [each for each in own if each is not None]
        if len(values) < len(own) or (where := _has_no_parent(values, key, pairs)) is None:
            continue
        ref = Ref("foreign_key", "", key.name.lower())
        what = f"rows have no parent in {key.parent_name}"
        rows = Rows(pair.live, where, alias="`child`")
        yield _refusal(pair, "orphans", key.name, what, rows, [ref])


def _value(pair: Pair, name: str, alias: str = "child") -> str | None:
    """What a row has in a column, or gets in one that comes; None where that is NULL, or not known."""
    if pair.old_name(name) is not None:
        return f"`{alias}`.{pair.sql(name)}"
    column = pair.after.column(name) if pair.after else None
    if column is None or column.generated is not None or column.auto_increment:
        return None
    default = column.default
    if default is not None and default.kind in ("text", "number"):
        return quote_text(default.value)
    is_without = default is None or default.kind == "none"
    if column.null or not is_without:
        return None
    if column.type.is_number:
        return "0"
    return "''" if column.type.name in ("char", "varchar") else None


def _has_no_parent(own: list[str], key: ForeignKey, pairs: Pairs) -> str | None:
    """The condition on a child; None where what parents get in a column that comes is not known."""
    conditions = [f"{each} IS NOT NULL" for each in own]
    parent = pairs.get(key.parent_name)
    if parent is None and not key.parent_schema:
        # It is made first, and is empty.
        return " AND ".join(conditions)
    name = parent.live.name if parent else key.parent
    source = f"{quote_name(key.parent_schema)}." if key.parent_schema else ""
    source += quote_name(name)
    joined = []
    for each, column in zip(own, key.parent_columns, strict=True):
        if parent is not None and _is_counted_anew(parent, column):
            joined.append(f"{each} BETWEEN 1 AND (SELECT COUNT(*) FROM {source})")
        elif (
            theirs := _value(parent, column, "parent")
            if parent
            else f"`parent`.{quote_name(column)}"
        ):
            joined.append(f"{theirs} = {each}")
        else:
            return None
    found = f"SELECT 1 FROM {source} AS `parent` WHERE {' AND '.join(joined)}"
    return " AND ".join([*conditions, f"NOT EXISTS ({found})"])


def _is_counted_anew(pair: Pair, name: str) -> bool:
    """Whether a column comes that numbers the rows from 1 on."""
    column = pair.after.column(name) if pair.after else None
    return pair.old_name(name) is None and column is not None and column.auto_increment


def _without_partition(pair: Pair) -> Iterator[Refusal]:
    where = outside(pair)
    if where:
        refs = [Ref("table", pair.name, PARTITIONS)]
        rows = Rows(pair.live, where)
        yield _refusal(pair, "no-partition", "", "rows fit into no partition", rows, refs)
