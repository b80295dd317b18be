"""Periods and system versioning (MariaDB): their columns, and how many there may be."""

from __future__ import annotations

from collections.abc import Iterator

from plumbob.declaration.validate.key_columns import nearest_column
from plumbob.declaration.validate.subject import Fault, Subject
from plumbob.model import Period, Table

_TIMES = ("date", "datetime", "timestamp")


def faults_of_periods(subject: Subject, table: Table) -> Iterator[Fault]:
    """Every period, and what belongs together: the period, its columns and system versioning."""
    own = [number for number, each in enumerate(table.periods) if not each.is_system_time]
    for number in own[1:]:
        yield Fault(
            f"{table.name} has two periods of its own, and one is the most (errno 4154)",
            "period",
            number,
        )
    for number, period in enumerate(table.periods):
        for fault in _faults_of_columns(table, period):
            yield fault._replace(kind="period", number=number)
    yield from _faults_of_versioning(table)
    yield from _faults_of_keys(table)


def _faults_of_columns(table: Table, period: Period) -> Iterator[Fault]:
    for name in (period.start, period.end):
        if table.column(name) is None:
            yield Fault(
                f"the period {period.name} names the column {name}, which {table.name} does not "
                "have (errno 1054)",
                word=name,
                advice=nearest_column(table, name),
            )
    start, end = table.column(period.start), table.column(period.end)
    if start is None or end is None or period.is_system_time:
        return
    if start.type != end.type:
        yield Fault(
            f"the columns of the period {period.name} differ in type: {start.name} and {end.name} "
            "(errno 4153)",
            word=end.name,
        )
    elif start.type.name not in _TIMES:
        yield Fault(
            f"the period {period.name} is made of dates or moments, and {start.name} is "
            f"{start.type.name} (errno 1063)",
            word=start.name,
        )


def _faults_of_versioning(table: Table) -> Iterator[Fault]:
    """The row's start and end, their period and the word for the table go together (4125)."""
    edges = {column.system_time for column in table.columns} - {None}
    period = next((each for each in table.periods if each.is_system_time), None)
    is_versioned = table.versioned or any(each.with_system_versioning for each in table.columns)
    if period is not None and not is_versioned:
        yield Fault(
            f"{table.name} has a period system_time and no system versioning (errno 4125)",
            "period",
            table.periods.index(period),
            advice="add `system_versioning: true`",
        )
    elif (edges or period) and (edges != {"START", "END"} or period is None):
        yield Fault(
            f"{table.name} keeps the start or the end of rows and lacks what belongs to it "
            "(errno 4125)",
            advice="two columns `timestamp(6) as row start` and `timestamp(6) as row end`, and "
            '`periods: {system_time: "row_start, row_end"}`; or none of them',
        )


def _faults_of_keys(table: Table) -> Iterator[Fault]:
    names = {period.name.lower() for period in table.periods if not period.is_system_time}
    for number, index in enumerate(table.indexes):
        for part in index.parts:
            if part.period is None:
                continue
            if index.kind not in ("unique", "primary"):
                what = "WITHOUT OVERLAPS goes with unique and primary keys"
                yield Fault(f"{table.name}.{index.name}: {what}", "index", number, "overlaps")
            elif part.period.lower() not in names:
                yield Fault(
                    f"{table.name} has no period {part.period} (errno 4156)",
                    "index",
                    number,
                    part.period,
                    "declare it under `periods:`",
                )
