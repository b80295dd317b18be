"""A statement that is beyond our grammar: all that it may mean, by the names in it."""

from __future__ import annotations

from collections.abc import Iterator

from plumbob.ddl.lexer import Token
from plumbob.plan.data_losses.before import Before
from plumbob.plan.data_losses.deleted import DELETED
from plumbob.plan.data_losses.emptied import name_at
from plumbob.plan.data_losses.updated import OVERWRITTEN
from plumbob.plan.data_losses.written import REPLACED
from plumbob.plan.named import Named
from plumbob.plan.statement import Hazard, Loss


def unread(tokens: list[Token], before: Before) -> Iterator[Hazard]:
    """All tables that it may mean, and no SELECT."""
    verb = next(
        each.value for each in tokens if each.value in ("delete", "update", "insert", "replace")
    )
    if verb == "insert" and "duplicate" not in {each.value for each in tokens}:
        return
    names = dict.fromkeys(name_at(tokens, n) for n in range(len(tokens) - 1))
    for name in names:
        table = before.table(name)
        if table is None:
            continue
        if verb in ("update", "insert"):
            yield from (
                Hazard("overwrite-column", Named(table.name, each.name), OVERWRITTEN)
                for each in table.columns
                if each.name in names and before.has(table, each.name)
            )
        else:
            what = DELETED if verb == "delete" else REPLACED
            kind: Loss = "delete-rows" if verb == "delete" else "replace-rows"
            yield Hazard(kind, Named(table.name), what)
