"""Session settings that a statement needs for itself alone."""

from __future__ import annotations

from plumbob.model import Column, Table

# Without it a system-versioned table keeps its columns and unique keys as they are (4119).
_KEEP_HISTORY = ("system_versioning_alter_history", "KEEP")
_ZERO_DATES = ("sql_mode", "STRICT_ALL_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION")


def session_for(table: Table, before: Table | None = None) -> tuple[tuple[str, str], ...]:
    """What a statement needs to be run, and nothing that changes what it means.

    Zero dates as defaults are refused under NO_ZERO_DATE (1067), even where they are only repeated.
    """
    settings = []
    if any(_has_zero_date(column) for column in table.columns):
        settings.append(_ZERO_DATES)
    if before is not None and before.versioned:
        settings.append(_KEEP_HISTORY)
    return tuple(settings)


def _has_zero_date(column: Column) -> bool:
    default = column.default
    if default is None or column.type.name not in ("date", "datetime", "timestamp"):
        return False
    date = default.value.partition(" ")[0]
    return default.kind == "text" and ("-00" in date or date.startswith("0000"))
