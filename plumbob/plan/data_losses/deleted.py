"""The rows of a DELETE, and what foreign keys do to those that refer to them."""

from __future__ import annotations

from collections.abc import Iterator

from plumbob.ddl.data_steps import DataStep
from plumbob.ddl.quote import quote_name
from plumbob.model import ForeignKey, Table
from plumbob.plan.data_losses.before import Before
from plumbob.plan.data_losses.meant import Meant, targets
from plumbob.plan.named import Named
from plumbob.plan.statement import Hazard

DELETED = "rows are deleted"
_CASCADED = "rows are deleted with those of {}, which they refer to"
_UNSET = "values are set to NULL, because the rows of {} that they refer to are deleted"


def deleted(step: DataStep, before: Before) -> Iterator[Hazard]:
    for table, rows in targets(step, before):
        yield Hazard("delete-rows", Named(table.name), DELETED, rows.count() if rows else "")
        yield from below(table, rows, before, {table.name})


def below(table: Table, rows: Meant | None, before: Before, seen: set[str]) -> Iterator[Hazard]:
    """What foreign keys delete or set to NULL below rows that go."""
    for child in before.schema.tables.values():
        for key in child.foreign_keys:
            is_theirs = key.parent_schema is None and key.parent.lower() == table.name.lower()
            if not is_theirs or child.name in seen or before.table(child.name) is None:
                continue
            theirs = _referring(child, key, rows)
            count = theirs.count() if theirs else ""
            if key.on_delete == "CASCADE":
                what = _CASCADED.format(table.name)
                yield Hazard("delete-rows", Named(child.name), what, count)
                yield from below(child, theirs, before, {*seen, child.name})
            elif key.on_delete == "SET NULL":
                what = _UNSET.format(table.name)
                for column in key.columns:
                    object = Named(child.name, column)
                    yield Hazard("overwrite-column", object, what, count)


def _referring(child: Table, key: ForeignKey, rows: Meant | None) -> Meant | None:
    if rows is None:
        return None
    columns = ", ".join(map(quote_name, key.columns))
    # One SELECT around another: MySQL takes no LIMIT and no WITH right behind IN.
    parents = f"SELECT * FROM ({rows.select(key.parent_columns)}) AS `gone`"
    return Meant(child, child.name, quote_name(child.name), f"({columns}) IN ({parents})")
