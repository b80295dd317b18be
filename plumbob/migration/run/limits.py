"""Which statements make others wait for a large table; how large, the settings say. Each needs an approval."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from plumbob.config import Config
from plumbob.migration.migration import FileStatement
from plumbob.migration.works_on import Work, renamed_tables, works_on
from plumbob.plan.named import Named
from plumbob.plan.statement import Hazard, Statement
from plumbob.plan.wording import byte_size
from plumbob.server.connection import Server
from plumbob.server.listing import Size, row_estimates
from plumbob.server.online import Tool

# Of a file, or of a plan that is not written yet.
S = TypeVar("S", FileStatement, Statement)
_WAYS = ": do it at a quiet time, or online with pt-online-schema-change or gh-ost"


@dataclass(frozen=True, slots=True)
class Limits:
    """How many rows or bytes make a table a large one, as its server estimates them; 0 for no limit.

    `tool` is the online schema-change tool that large tables are handed to; None where there is none.
    """

    rows: int = 1_000_000
    bytes: int = 1024**3
    tool: Tool | None = None

    @classmethod
    def of(cls, config: Config) -> Limits:
        return cls(config.large_rows, config.large_bytes, config.tool)

    def are_passed_by(self, size: Size) -> bool:
        return any(
            limit and found > limit
            for found, limit in ((size.rows, self.rows), (size.bytes, self.bytes))
        )


def blocking(server: Server, statements: Iterable[S], limits: Limits) -> Iterator[tuple[S, Hazard]]:
    """A hazard for each statement that blocks a large table, or is not known to be mild."""
    live: dict[str, str] = {}
    found: list[tuple[S, str, str, str]] = []
    for each in statements:
        work = works_on(each.sql, server.flavour)
        if why := _why_on_cluster(each, work) if server.is_cluster else _why(each, work):
            found += [(each, live.get(name.lower(), name), name, why) for name in work.tables]
        live |= {
            new.lower(): live.get(old.lower(), old)
            for old, new in renamed_tables(each.sql, server.flavour)
        }
    sizes = row_estimates(server, names={name for _, name, *_ in found})
    large = {name.lower(): size for name, size in sizes.items() if limits.are_passed_by(size)}
    ways = "" if limits.tool else _WAYS
    for each, name, now, why in found:
        size = large.get(name.lower())
        if size is not None:
            said = f"{now} has about {size.rows} rows, {byte_size(size.bytes)}"
            yield each, Hazard("blocking", Named(now), f"{each.about}: {why}, and {said}{ways}")


def _why(statement: S, work: Work) -> str:
    """Why others may wait for a table as long as a statement takes; "" where they do not."""
    if statement.cost is None:
        return work.why
    blocks = statement.cost.blocks
    return "" if blocks == "nothing" else f"{blocks} wait as long as it takes"


def _why_on_cluster(statement: S, work: Work) -> str:
    """On Galera the writes to all tables of all members wait (measured), also for LOCK=NONE."""
    if not work.is_definition:
        return work.why
    if statement.cost is not None and statement.cost.kind == "instant":
        return ""
    return "writes to all tables of all members wait as long as it takes, and it cannot be stopped"
