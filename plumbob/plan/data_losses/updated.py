"""The values that an UPDATE puts others in the place of."""

from __future__ import annotations

from collections.abc import Iterator

from plumbob.ddl.data_steps import Assignment, DataStep
from plumbob.ddl.lexer import tokenize
from plumbob.model import Table
from plumbob.plan.data_losses.before import Before
from plumbob.plan.data_losses.meant import Meant, calls, meant
from plumbob.plan.named import Named
from plumbob.plan.statement import Hazard

OVERWRITTEN = "values that are there are overwritten"


def updated(step: DataStep, before: Before) -> Iterator[Hazard]:
    earlier: set[str] = set()
    for each in step.assignments:
        alias = _owner(step, each, before)
        table = before.table(step.tables[alias]) if alias else None
        if table is not None and alias and before.has(table, each.column):
            rows = meant(step, alias, table)
            count = rows.count(_changed(each, table, rows, earlier)) if rows else ""
            column = table.column(each.column)
            name = column.name if column else each.column
            yield Hazard("overwrite-column", Named(table.name, name), OVERWRITTEN, count)
        earlier.add(each.column.lower())


def _owner(step: DataStep, assigned: Assignment, before: Before) -> str | None:
    """The alias of the table that an assigned column belongs to."""
    if assigned.table:
        wanted = assigned.table.lower()
        return next((alias for alias in step.tables if alias.lower() == wanted), None)
    for alias, name in step.tables.items():
        table = before.table(name)
        if len(step.tables) == 1 or (table is not None and table.column(assigned.column)):
            return alias
    return None


def _changed(assigned: Assignment, table: Table, rows: Meant, earlier: set[str]) -> str:
    """The condition of rows whose value another one replaces."""
    old, new = rows.column(assigned.column), assigned.value
    there = f"{old} IS NOT NULL"
    words = {each.value.lower() for each in tokenize(new, is_lenient=True)}
    column = table.column(assigned.column)
    # Behind the assignment of another column its name means the new value.
    if column is None or "default" in words or words & earlier or calls(new):
        return there
    if column.type.charset is not None:
        # What a collation takes for the same is another text.
        old, new = f"CAST({old} AS BINARY)", f"CAST(({new}) AS BINARY)"
        return f"{there} AND NOT ({old} <=> {new})"
    return f"{there} AND NOT ({old} <=> ({new}))"
