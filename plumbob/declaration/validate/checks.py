"""Checks: what their expressions may not look at."""

from __future__ import annotations

from plumbob.declaration.validate.columns import mentions
from plumbob.declaration.validate.subject import Subject, label_of
from plumbob.model import Expression, Table


def check_checks(subject: Subject, table: Table) -> None:
    """A check can't name the AUTO_INCREMENT column, on either server."""
    counting = [column.name for column in table.columns if column.auto_increment]
    if not counting:
        return
    expressions: list[tuple[str, int, str, Expression]] = [
        ("check", number, check.name, check.expression) for number, check in enumerate(table.checks)
    ]
    expressions += [
        ("column", number, "", column.check)
        for number, column in enumerate(table.columns)
        if column.check is not None
    ]
    for kind, number, name, expression in expressions:
        for column in counting:
            if mentions(expression, column):
                subject.error(
                    f"{label_of('check', name)} of {table.name} names {column}, and AUTO_INCREMENT "
                    "columns can't be checked (errno 3818, MariaDB 1901)",
                    table,
                    kind,
                    number,
                    word=column,
                )
