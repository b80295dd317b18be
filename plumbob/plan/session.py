"""Session settings that a statement needs for itself alone."""

from __future__ import annotations

from plumbob.model import Column, Table


def session_for(table: Table) -> tuple[tuple[str, str], ...]:
    """Zero dates as defaults are refused under NO_ZERO_DATE (1067), even where they are only repeated."""
    if any(_has_zero_date(column) for column in table.columns):
        return (
            ("sql_mode", "STRICT_ALL_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION"),
        )
    return ()


def _has_zero_date(column: Column) -> bool:
    default = column.default
    if default is None or column.type.name not in ("date", "datetime", "timestamp"):
        return False
    date = default.value.partition(" ")[0]
    return default.kind == "text" and ("-00" in date or date.startswith("0000"))
