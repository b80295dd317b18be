"""Checks: what their expressions may not look at."""

from __future__ import annotations

from collections.abc import Iterator

from plumbob.declaration.validate.columns import mentions
from plumbob.declaration.validate.subject import Fault, Subject, label_of
from plumbob.model import Expression, Table


def faults_of_checks(subject: Subject, table: Table) -> Iterator[Fault]:
    """A check cannot name the AUTO_INCREMENT column, on either server."""
    counting = [column.name for column in table.columns if column.auto_increment]
    if not counting:
        return
    for kind, number, name, expression in _expressions(table):
        for column in counting:
            if mentions(expression, column):
                yield Fault(
                    f"{label_of('check', name)} of {table.name} names {column}, and AUTO_INCREMENT "
                    "columns cannot be checked (errno 3818, MariaDB 1901)",
                    kind,
                    number,
                    word=column,
                )


def _expressions(table: Table) -> Iterator[tuple[str, int, str, Expression]]:
    """The checks of the table and those of its columns: kind, number, name, expression."""
    for number, check in enumerate(table.checks):
        yield "check", number, check.name, check.expression
    for number, column in enumerate(table.columns):
        if column.check is not None:
            yield "column", number, "", column.check
