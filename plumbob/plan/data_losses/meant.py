"""Which rows a statement means, as the SELECT that counts them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from plumbob.ddl.data_steps import DataStep
from plumbob.ddl.lexer import tokenize
from plumbob.ddl.quote import quote_name
from plumbob.model import Table
from plumbob.plan.data_losses.before import Before
from plumbob.plan.rows import example_sql

# Not to be called by a SELECT that only counts: what takes long, or leaves something behind.
_NOT_CALLED = (
    "sleep", "benchmark", "get_lock", "release_lock", "release_all_locks", "nextval", "lastval",
    "setval", "next", "load_file",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Meant:
    """The rows of one table that a statement means, as SQL behind SELECT.

    `is_single`: no other table is read beside it; `as_` is what the table is called in `source`.
    """

    table: Table
    as_: str
    source: str
    where: str = ""
    with_: str = ""
    is_single: bool = True

    def column(self, name: str) -> str:
        return quote_name(name) if self.is_single else f"{quote_name(self.as_)}.{quote_name(name)}"

    def count(self, more: str = "") -> str:
        """The SELECT that counts them, those for which more holds."""
        where = " AND ".join(f"({each})" for each in (self.where, more) if each)
        if more and not self.where:
            where = more
        elif self.where and not more:
            where = self.where
        prefix = "" if self.is_single else f"{quote_name(self.as_)}."
        number, key = "COUNT(*)", self.table.primary_key
        if not self.is_single and key is not None:
            number = (
                f"COUNT(DISTINCT {', '.join(prefix + quote_name(each) for each in key.columns)})"
            )
        example = example_sql(self.table, prefix)
        clause = f" WHERE {where}" if where else ""
        sql = f"SELECT {number}, {example} FROM {self.source}{clause}"
        if not self.with_:
            return sql
        named = f"SELECT {number} AS `rows`, {example} AS `example` FROM {self.source}{clause}"
        return f"SELECT `rows`, `example` FROM ({self.with_} {named}) AS `found`"

    def select(self, columns: Iterable[str]) -> str:
        """The SELECT that gives these columns of theirs."""
        clause = f" WHERE {self.where}" if self.where else ""
        sql = f"SELECT {', '.join(map(self.column, columns))} FROM {self.source}{clause}"
        return f"{self.with_} {sql}" if self.with_ else sql


def meant(step: DataStep, alias: str, table: Table) -> Meant | None:
    """Which rows of one of its tables a step means; None where no SELECT is to say it."""
    if calls(f"{step.where} {step.source} {step.with_}"):
        return None
    where = f" WHERE {step.where}" if step.where else ""
    found = Meant(table, alias, step.source, step.where, step.with_, len(step.tables) == 1)
    if step.limit:
        inner = f"SELECT * FROM {step.source}{where} {step.limit}"
        return replace(found, source=f"({inner}) AS {quote_name(alias)}", where="")
    return found


def calls(sql: str) -> bool:
    """Whether a text calls what a count is not to call."""
    return any(each.value.lower() in _NOT_CALLED for each in tokenize(sql, is_lenient=True))


def targets(step: DataStep, before: Before) -> Iterator[tuple[Table, Meant | None]]:
    aliases = {alias.lower(): alias for alias in step.tables}
    for target in step.targets:
        alias = aliases.get(target.lower(), target)
        table = before.table(step.tables.get(alias, target))
        if table is not None:
            yield table, meant(step, alias, table)
