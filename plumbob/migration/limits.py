"""Which statements make others wait for a large table; how large, the settings say. Each needs an approval."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from plumbob.ddl.lexer import tokenize
from plumbob.migration.migration import FileStatement
from plumbob.plan.statement import Hazard
from plumbob.server.connection import Server
from plumbob.server.listing import Size, row_estimates
from plumbob.server.online import Tool

_WAYS = "do it at a quiet time, or online with pt-online-schema-change or gh-ost"


@dataclass(frozen=True, slots=True)
class Limits:
    """How many rows or bytes make a table a large one, as its server estimates them; 0 for no limit.

    `tool` is the online schema-change tool that large tables are handed to; None where there is none.
    """

    rows: int = 1_000_000
    bytes: int = 1024**3
    tool: Tool | None = None

    def are_passed_by(self, size: Size) -> bool:
        return any(
            limit and found > limit
            for found, limit in ((size.rows, self.rows), (size.bytes, self.bytes))
        )


def blocking(
    server: Server, statements: Iterable[FileStatement], limits: Limits
) -> Iterator[tuple[FileStatement, Hazard]]:
    """A hazard for each statement that blocks a large table, or may do so because nobody has asked."""
    why_not = _why_on_cluster if server.is_cluster else _why
    found = [(each, _altered(each), why_not(each)) for each in statements]
    names = {name for _, name, why in found if name and why}
    large = {
        name: size
        for name, size in row_estimates(server, names=names).items()
        if limits.are_passed_by(size)
    }
    for each, name, why in found:
        if name in large and why:
            said = f"{name} has about {large[name].rows} rows, {large[name].bytes} bytes"
            yield each, Hazard("blocking", name, f"{why}, and {said}: {_WAYS}")


def _altered(statement: FileStatement) -> str | None:
    """The table of an ALTER TABLE."""
    words = tokenize(statement.sql, is_lenient=True)[:3]
    if [each.value.lower() for each in words[:2]] != ["alter", "table"]:
        return None
    return words[2].value


def _why(statement: FileStatement) -> str:
    if statement.cost is None:
        return "nobody has asked what it costs"
    blocks = statement.cost.blocks
    return "" if blocks == "nothing" else f"{blocks} wait as long as it takes"


def _why_on_cluster(statement: FileStatement) -> str:
    """On Galera the writes to all tables of all members wait (measured), also for LOCK=NONE."""
    if statement.cost is not None and statement.cost.kind == "instant":
        return ""
    return "writes to all tables of all members wait as long as it takes, and it cannot be stopped"
