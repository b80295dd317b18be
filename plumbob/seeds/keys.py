"""The keys by which seed rows are known and refer to each other, as tables declare them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from difflib import get_close_matches

from plumbob.declaration.faults import Faults
from plumbob.declaration.nodes import Scalar
from plumbob.errors import PlumbobError, Position
from plumbob.model import Column, ForeignKey, Index, Table
from plumbob.seeds.rows import Bound, Field, Fixed, Row
from plumbob.seeds.values import Reference


def unique_keys(table: Table) -> Iterator[Index]:
    """Keys that tell rows apart, the primary one first; those of prefixes and expressions are left out."""
    keys = (index for index in table.indexes if index.kind in ("primary", "unique"))
    for key in sorted(keys, key=lambda each: each.kind != "primary"):
        if all(part.column and part.length is None and not part.period for part in key.parts):
            yield key


def declared_key(table: Table, name: Scalar, said: tuple[Scalar, ...]) -> tuple[str, ...]:
    """The columns of the key that `keys:` names, by its columns or by its own name."""
    keys = list(unique_keys(table))
    if len(said) == 1 and (index := table.index(said[0].text)) in keys and index:
        return index.columns
    columns = []
    for each in said:
        column = table.column(each.text)
        if column is None:
            raise PlumbobError(
                f"the table {table.name} has no column or unique key {each.text!r}",
                advice=meant(each.text, [one.name for one in table.columns], "columns"),
                where=each.position(),
            )
        columns.append(column.name)
    found = next((key.columns for key in keys if set(key.columns) == set(columns)), None)
    if found is None:
        raise PlumbobError(
            f"{', '.join(columns)} is no primary or unique key of {table.name}",
            advice=advice_for_key(table),
            where=said[0].position() if said else name.position(),
        )
    return found


def advice_for_key(table: Table) -> str:
    listed = [", ".join(key.columns) for key in unique_keys(table)]
    if not listed:
        return f"give {table.name} a primary key"
    return f"keys of {table.name}: {'; '.join(listed)}"


def foreign_key(table: Table, column: Column, parent: str | None) -> ForeignKey | None:
    """The foreign key that a column is in, to this parent where one is named."""
    return next(
        (
            key
            for key in table.foreign_keys
            if column.name in key.columns and parent in (None, key.parent) and not key.parent_schema
        ),
        None,
    )


def column_of_parent(
    column: Column, key: ForeignKey | None, parent: Table, value: Reference, where: Position
) -> str:
    """The column of the parent whose value is taken."""
    if value.column is not None:
        found = parent.column(value.column)
        if found is None:
            names = [each.name for each in parent.columns]
            raise PlumbobError(
                f"the table {parent.name} has no column {value.column!r}",
                advice=meant(value.column, names, "columns"),
                where=where,
            )
        return found.name
    if key is not None:
        return key.parent_columns[key.columns.index(column.name)]
    primary = parent.primary_key
    if primary is None or len(primary.columns) != 1:
        raise PlumbobError(
            f"which column of {parent.name} is meant?",
            advice=f"write {{row: {parent.name}.{value.label}, column: …}}",
            where=where,
        )
    return primary.columns[0]


def refuse_doubles(rows: Iterable[Row], faults: Faults) -> None:
    """Two rows with the same values in a primary or unique key."""
    seen: dict[object, Row] = {}
    for row in rows:
        for key in unique_keys(row.table):
            cells = [row.field(name) for name in key.columns]
            if any(cell is None or is_null(cell.value) for cell in cells):
                continue
            marks = tuple(_mark(cell) for cell in cells if cell)
            first = seen.setdefault((row.table.name, key.name, marks), row)
            cell = cells[0]
            if first is not row and cell is not None:
                faults.error(
                    f"the rows {first.shown} and {row.shown} have the same {', '.join(key.columns)}, "
                    f"which is unique; the first is in {first.where.file}, line {first.where.line}",
                    cell.where,
                )


def _mark(cell: Field) -> object:
    """What is equal for equal values; collations that heed no case are the rule."""
    if isinstance(cell.value, Fixed):
        collation = cell.column.type.collation or ""
        return cell.value.sql.lower() if collation.endswith("_ci") else cell.value.sql
    return cell.value


def meant(word: str, known: Iterable[str], what: str = "tables") -> str:
    names = list(known)
    near = get_close_matches(word.lower(), {each.lower(): each for each in names}, n=1)
    if near:
        return f"did you mean {next(each for each in names if each.lower() == near[0])!r}?"
    if not names:
        return ""
    more = ", …" if len(names) > 12 else ""
    return f"{what} are {', '.join(names[:12])}{more}"


def is_null(value: Bound) -> bool:
    return isinstance(value, Fixed) and value.sql == "NULL"
