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
    for table, named in targets(step, before):
        rows = with_own_below(table, named)
        yield Hazard("delete-rows", Named(table.name), DELETED, rows.count() if rows else "")
        yield from below(table, rows, before, {table.name})


def below(table: Table, rows: Meant | None, before: Before, seen: set[str]) -> Iterator[Hazard]:
    """What foreign keys delete or set to NULL below rows that go.

    Args:
        rows: those of the table, with what refers to them in the table itself.
        seen: the tables whose rows are said to go already.
    """
    for child, key in _keys_to(table, before):
        theirs = _referring(child, key, rows)
        if key.on_delete == "CASCADE" and child.name not in seen:
            theirs = with_own_below(child, theirs)
            yield cascaded(child, table, theirs.count() if theirs else "")
            yield from below(child, theirs, before, {*seen, child.name})
        elif key.on_delete == "CASCADE" and key not in _own_keys(child):
            # Back to a table whose rows go: how many more of them no SELECT of ours counts.
            yield cascaded(child, table, "")
        elif key.on_delete == "SET NULL":
            what = _UNSET.format(table.name)
            staying = _outside(rows) if rows and child is table else ""
            count = theirs.count(staying) if theirs else ""
            for column in key.columns:
                yield Hazard("overwrite-column", Named(child.name, column), what, count)


def cascaded(child: Table, parent: Table, count: str) -> Hazard:
    """The loss of rows that refer to rows which go."""
    return Hazard("delete-rows", Named(child.name), _CASCADED.format(parent.name), count)


def _keys_to(table: Table, before: Before) -> Iterator[tuple[Table, ForeignKey]]:
    """The foreign keys that refer to a table, with the tables that were there at the start."""
    for child in before.schema.tables.values():
        if before.table(child.name) is not None:
            yield from ((child, key) for key in child.foreign_keys if _refers_to(key, table))


def _refers_to(key: ForeignKey, table: Table) -> bool:
    return key.parent_schema is None and key.parent.lower() == table.name.lower()


def _referring(child: Table, key: ForeignKey, rows: Meant | None) -> Meant | None:
    if rows is None:
        return None
    columns = ", ".join(map(quote_name, key.columns))
    # One SELECT around another: MySQL takes no LIMIT and no WITH right behind IN.
    parents = f"SELECT * FROM ({rows.select(key.parent_columns)}) AS `gone`"
    return Meant(child, child.name, quote_name(child.name), f"({columns}) IN ({parents})")


def _own_keys(table: Table) -> list[ForeignKey]:
    """The foreign keys by which rows go with those of the same table whose primary key they have."""
    primary = table.primary_key
    return [
        each
        for each in table.foreign_keys
        if each.on_delete == "CASCADE"
        and _refers_to(each, table)
        and primary is not None
        and tuple(each.parent_columns) == tuple(primary.columns)
    ]


def with_own_below(table: Table, rows: Meant | None) -> Meant | None:
    """Rows that go, with all that refer to them in their own table by ON DELETE CASCADE."""
    keys = _own_keys(table)
    if rows is None or not keys:
        return rows
    primary = keys[0].parent_columns
    names = list(map(quote_name, primary))
    refers = " OR ".join(
        " AND ".join(
            f"`below`.{quote_name(column)} = `gone`.{name}"
            for column, name in zip(each.columns, names, strict=True)
        )
        for each in keys
    )
    closed = (
        f"WITH RECURSIVE `gone` AS (SELECT * FROM ({rows.select(primary)}) AS `meant`"
        f" UNION SELECT {', '.join(f'`below`.{name}' for name in names)}"
        f" FROM {quote_name(table.name)} AS `below` JOIN `gone` ON {refers}) SELECT * FROM `gone`"
    )
    where = f"({', '.join(names)}) IN (SELECT * FROM ({closed}) AS `all`)"
    return Meant(table, table.name, quote_name(table.name), where)


def _outside(rows: Meant) -> str:
    """The condition of rows of the same table that stay."""
    primary = rows.table.primary_key
    if primary is None:
        return ""
    names = ", ".join(map(quote_name, primary.columns))
    gone = f"SELECT * FROM ({rows.select(primary.columns)}) AS `meant`"
    return f"({names}) NOT IN ({gone})"
