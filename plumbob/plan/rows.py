"""Which rows of a table are meant, and the SELECT that counts them and names one of them.

The SELECT gives one row: the number, and the key of one of them as text (`id 7`), or NULL where the
table has no primary key.
"""

from __future__ import annotations

from dataclasses import dataclass

from plumbob.ddl.quote import quote_name, quote_text
from plumbob.model import Table


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of a table as it is before anything is run.

    Attributes:
        table: with the names that it has then.
        where: a condition, as SQL; `alias` is the table's name in it, where it needs one.
        of: what stands behind the table's name in FROM, such as `PARTITION (p0)`.
        groups: expressions; counted are not rows, but values that more than one row has. () is one
            group of all rows, None means rows.
    """

    table: Table
    where: str = ""
    of: str = ""
    groups: tuple[str, ...] | None = None
    alias: str = ""


def count_sql(rows: Rows) -> str:
    """The SELECT that counts rows and names one of them."""
    source = " ".join(
        filter(None, [quote_name(rows.table.name), rows.of, rows.alias and f"AS {rows.alias}"])
    )
    where = f" WHERE {rows.where}" if rows.where else ""
    example = example_sql(rows.table)
    if rows.groups is None:
        return f"SELECT COUNT(*), {example} FROM {source}{where}"
    by = f" GROUP BY {', '.join(rows.groups)}" if rows.groups else ""
    inner = f"SELECT {example} AS `example` FROM {source}{where}{by} HAVING COUNT(*) > 1"
    return f"SELECT COUNT(*), MIN(`example`) FROM ({inner}) AS `found`"


def example_sql(table: Table, prefix: str = "") -> str:
    """The key of one row: the smallest where the key is one column.

    Args:
        prefix: the name of the table in front of its columns, with the point.
    """
    key = table.primary_key
    if key is None or len(key.columns) != len(key.parts) or any(each.period for each in key.parts):
        return "NULL"
    if len(key.columns) == 1:
        return _named(table, key.columns[0], f"MIN({prefix}{{}})")
    named = ", ".join(_named(table, name, f"{prefix}{{}}") for name in key.columns)
    return f"MIN(CONCAT_WS(', ', {named}))"


def _named(table: Table, name: str, value: str) -> str:
    column = table.column(name)
    sql = value.format(quote_name(name))
    is_text = column is not None and not (column.type.is_binary or column.type.name == "bit")
    shown = (
        f"{quote_text(f'{name} ')}, {sql}" if is_text else f"{quote_text(f'{name} 0x')}, HEX({sql})"
    )
    return f"CONCAT({shown})"
