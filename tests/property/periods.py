"""Random periods and system versioning of a table of MariaDB that has its columns already."""

from __future__ import annotations

from hypothesis import strategies as st

from tests.property.drawn import Draw, DrawnColumn, DrawnTable, name, one_of, seldom

_ROW = (("rs", "as row start"), ("re", "generated always as row end"))


def draw_periods(draw: Draw, table: DrawnTable) -> None:
    """A period of the application, with a key now and then, and one of the server."""
    if table.engine != "innodb" or table.is_partitioned:
        return
    if seldom(draw, 6):
        _draw_period(draw, table)
    if seldom(draw, 5):
        _draw_versioning(draw, table)


def _draw_period(draw: Draw, table: DrawnTable) -> None:
    kind = draw(one_of("date", "datetime", "datetime(3)"))
    for given in ("from", "until"):
        null = draw(st.booleans())
        column = DrawnColumn(kind, "plain", name=given, null=null)
        table.columns.insert(draw(st.integers(1, len(table.columns))), column)
    period = draw(one_of("valid", "p x"))
    table.lines.append(f"period for {name(period)} (`from`, `until`)")
    keys = [column for column in table.of_kind("whole") if not column.is_generated]
    if keys and draw(st.booleans()):
        key = name(draw(st.sampled_from(keys)).name)
        table.lines.append(f"unique u ({key}, {name(period)} without overlaps)")


def _draw_versioning(draw: Draw, table: DrawnTable) -> None:
    table.options.append("with system versioning")
    for column in table.columns:
        is_plain = not (column.is_auto or column.is_generated or column.extra)
        if is_plain and column.kind in ("whole", "string") and seldom(draw, 4):
            column.extra = "without system versioning"
    if not seldom(draw, 3):
        return
    for given, words in _ROW:
        hidden = draw(one_of("", "invisible", "comment 'kept'"))
        column = DrawnColumn("timestamp(6)", "closed", extra=hidden, name=given, formula=words)
        table.columns.insert(draw(st.integers(1, len(table.columns))), column)
    table.lines.append("period for system_time (rs, re)")
