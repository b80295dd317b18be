"""What a statement by hand loses of the rows, each loss with the SELECT that counts it.

Known from the statement and the definitions. A DELETE is counted by its very condition, an UPDATE by the
values that it puts others in the place of, a REPLACE by the keys that it writes. Where that cannot be said
in a SELECT there is none, and the approval is asked for all the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from plumbob.ddl.data_steps import NotRead, read_data_step
from plumbob.ddl.lexer import Token, tokenize
from plumbob.plan.data_losses.before import Before
from plumbob.plan.data_losses.deleted import deleted
from plumbob.plan.data_losses.emptied import altered, emptied, name_at
from plumbob.plan.data_losses.unread import unread
from plumbob.plan.data_losses.updated import updated
from plumbob.plan.data_losses.written import written
from plumbob.plan.hazards import drop_table
from plumbob.plan.named import Named, parse_named
from plumbob.plan.rows import Rows, count_sql
from plumbob.plan.statement import Hazard

__all__ = ["Before", "data_losses"]


def data_losses(sql: str, before: Before) -> tuple[Hazard, ...]:
    """The hazards of a statement that changes rows, empties tables or runs a procedure."""
    tokens = tokenize(sql, before.flavour, is_lenient=True)
    words = [each.value if each.kind == "word" else "" for each in tokens]
    match words[0]:
        case "truncate":
            name = name_at(tokens, 2 if words[1] == "table" else 1)
            return tuple(emptied(before.table(name)))
        case "alter":
            return tuple(altered(tokens, words, before))
        case "create" if words[1:3] == ["or", "replace"] and words[3] == "table":
            table = before.table(name_at(tokens, 4))
            hazards = (drop_table(table),) if table else ()
            return tuple(replace(each, count=count_sql(Rows(table))) for each in hazards if table)
        case "call":
            return (_called(sql[tokens[1].start :].partition("(")[0]),)
        case "delete" | "update" | "insert" | "replace" | "with":
            return tuple(dict.fromkeys(_of_step(sql, tokens, before)))
    return ()


def _called(name: str) -> Hazard:
    called = parse_named(name.strip().rstrip(";"))
    return Hazard("call-procedure", called, "what a procedure does to the rows nobody knows before")


def _of_step(sql: str, tokens: list[Token], before: Before) -> Iterator[Hazard]:
    try:
        step = read_data_step(sql, before.flavour)
    except NotRead:
        yield from unread(tokens, before)
        return
    if step is None:
        return
    if step.is_history:
        table = before.table(step.targets[0])
        if table is not None:
            yield Hazard("drop-history", Named(table.name), "the history of the rows is lost")
        return
    match step.verb:
        case "delete":
            yield from deleted(step, before)
        case "update":
            yield from updated(step, before)
        case _:
            yield from written(step, before)
