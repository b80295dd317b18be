"""The rows that REPLACE, and INSERT … ON DUPLICATE KEY UPDATE, write over: those of the same key."""

from __future__ import annotations

from collections.abc import Iterator

from plumbob.ddl.data_steps import Assignment, DataStep
from plumbob.ddl.lexer import tokenize
from plumbob.ddl.quote import quote_name
from plumbob.model import Column, Index, Table
from plumbob.plan.data_losses.before import Before
from plumbob.plan.data_losses.deleted import below, cascaded, with_own_below
from plumbob.plan.data_losses.meant import Meant, calls
from plumbob.plan.data_losses.updated import OVERWRITTEN
from plumbob.plan.named import Named
from plumbob.plan.statement import Hazard

REPLACED = "rows with the same key are deleted, and others take their place"
# More rows in one INSERT than a SELECT is to be made of.
_MOST_ROWS = 200
_NEW = "plumbob_new"


def written(step: DataStep, before: Before) -> Iterator[Hazard]:
    """REPLACE, and INSERT … ON DUPLICATE KEY UPDATE: rows whose key is written once more."""
    table = before.table(step.targets[0])
    if table is None or (step.verb == "insert" and not step.assignments):
        return
    where = _same_key(step, table)
    if where == "":
        return
    rows = None
    if where is not None:
        rows = Meant(table, table.name, quote_name(table.name), where)
    if step.verb == "replace":
        yield Hazard("replace-rows", Named(table.name), REPLACED, rows.count() if rows else "")
        every = with_own_below(table, rows)
        if every is not rows and every and rows:
            more = every.count(f"({rows.where}) IS NOT TRUE")
            yield cascaded(table, table, more)
        yield from below(table, every, before, {table.name})
        return
    for each in step.assignments:
        if before.has(table, each.column) and not _is_itself(each):
            column = table.column(each.column)
            name = column.name if column else each.column
            count = rows.count(f"{quote_name(name)} IS NOT NULL") if rows else ""
            yield Hazard("overwrite-column", Named(table.name, name), OVERWRITTEN, count)


def _is_itself(assigned: Assignment) -> bool:
    """`id = id`, which people write where nothing is to change."""
    tokens = tokenize(assigned.value, is_lenient=True)
    names = [each.value.lower() for each in tokens if each.kind in ("word", "name")]
    return len(tokens) in (2, 4) and names[-1:] == [assigned.column.lower()]


def _same_key(step: DataStep, table: Table) -> str | None:
    """The condition of rows with a key that is written; "" for none, None where no SELECT can say it."""
    written = _columns(step, table)
    keys = [each for each in table.indexes if each.kind in ("primary", "unique")]
    found: list[str] = []
    for key in keys:
        if len(key.columns) != len(key.parts) or any(each.length for each in key.parts):
            return None
        missing = [name for name in key.columns if name.lower() not in written]
        if any(_is_alike(table.column(name)) for name in missing):
            return None
        if missing:
            continue
        places = [written.index(name.lower()) for name in key.columns]
        same = (
            _of_values(step, key, places)
            if step.rows is not None
            else _of_query(step, key, places, len(written))
        )
        if same is None:
            return None
        found += same
    return " OR ".join(found)


def _columns(step: DataStep, table: Table) -> list[str]:
    """The columns that are written, in order, in lower case."""
    if step.columns is not None:
        return [name.lower() for name in step.columns]
    return [each.name.lower() for each in table.columns if not each.invisible]


def _is_alike(column: Column | None) -> bool:
    """Whether two rows that leave a column out get the same value in it."""
    if column is None:
        return True
    return not column.auto_increment and column.default is not None


def _of_values(step: DataStep, key: Index, places: list[int]) -> list[str] | None:
    rows = step.rows or ()
    if len(rows) > _MOST_ROWS or any(calls(value) for row in rows for value in row):
        return None
    names, found = [quote_name(name) for name in key.columns], []
    for row in rows:
        if len(row) <= max(places):
            return None
        values = [row[place] for place in places]
        if any(each.lower() == "default" for each in values):
            return None
        found.append(
            " AND ".join(f"{name} = {value}" for name, value in zip(names, values, strict=True))
        )
    return [f"({each})" for each in found]


def _of_query(step: DataStep, key: Index, places: list[int], width: int) -> list[str] | None:
    """By the names that a first SELECT without rows gives to the columns of the query."""
    if calls(step.query):
        return None
    heads = ", ".join(f"NULL AS `c{number}`" for number in range(width))
    query = step.query if step.query.startswith("(") else f"({step.query})"
    new = f"(SELECT {heads} FROM DUAL WHERE FALSE UNION ALL {query}) AS `{_NEW}`"
    names = ", ".join(map(quote_name, key.columns))
    values = ", ".join(f"`c{place}`" for place in places)
    return [f"({names}) IN (SELECT {values} FROM {new})"]
