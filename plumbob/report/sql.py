"""A plan as SQL that the mysql client runs; what cannot be shown without a change is refused."""

from __future__ import annotations

from collections.abc import Iterator

from plumbob.errors import PlumbobError
from plumbob.migration import session
from plumbob.migration.delimiter import ended
from plumbob.plan.statement import Statement
from plumbob.report.comparison import Compared
from plumbob.report.costs import cost_line
from plumbob.report.safe import is_safe, line


def comparison_sql(found: Compared) -> str:
    """The way up, each statement with its meaning and its hazards in comments.

    Raises:
        PlumbobError: a statement has invisible characters: escaped, it would mean something else;
            raw, it could do anything to a terminal or a CI log.
    """
    parts = [f"-- {line(found.declared)} | {line(found.live)}"]
    if not found.differs:
        parts.append("-- in sync" if found.in_sync else "-- in sync, as far as could be asked")
    parts += [f"-- not asked: {line(each)}" for each in found.unasked]
    if found.other_default:
        parts.append(f"-- not compared: {line(found.other_default)}")
    parts += [
        f"-- will be refused on this cluster: {line(each.what)}\n-- instead: {line(each.advice)}"
        for each in found.diverging
    ]
    parts += [
        f"-- large table: {line(each.hazard.what)}\n-- {line(each.way)}" for each in found.large
    ]
    parts += ["\n".join(_statement(each, found)) for each in found.up]
    return "\n\n".join(parts)


def _statement(statement: Statement, found: Compared) -> Iterator[str]:
    if not is_safe(statement.sql):
        raise PlumbobError(
            f"a statement has invisible characters: {statement.about}",
            advice="use --json or --write: both have the exact text",
        )
    yield f"-- {line(statement.about)}"
    if cost := cost_line(statement):
        yield f"-- {line(cost)}"
    for each in found.of(statement.hazards):
        yield f"-- {line(each.hazard.approval)}: {line(each.said)}"
    yield from (f"{setting};" for setting in session.before(statement.session))
    yield ended(statement.sql)
    yield from (f"{setting};" for setting in session.after(statement.session))
