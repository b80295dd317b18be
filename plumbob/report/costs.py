"""What a plan costs and what its rollback costs, in words that every report shares."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from plumbob.plan.cost import NOT_ASKED, Cost, alters, dearest
from plumbob.plan.hazards import not_restored
from plumbob.plan.statement import Hazard, Statement
from plumbob.plan.wording import byte_size
from plumbob.report.comparison import Compared, counted


def cost_words(cost: Cost) -> str:
    """`rebuild, blocks writes; about 1,200 rows, 96 KiB`."""
    said = f"{cost.kind}, blocks {cost.blocks}"
    if cost.rows is None or cost.bytes is None:
        return said
    rows = "1 row" if cost.rows == 1 else f"{cost.rows:,} rows"
    return f"{said}; about {rows}, {byte_size(cost.bytes)}"


def short_cost(cost: Cost) -> str:
    """`rebuild, blocks writes`, and no more where nothing waits: sizes change after a file was written."""
    return cost.kind if cost.blocks == "nothing" else f"{cost.kind}, blocks {cost.blocks}"


def cost_line(statement: Statement) -> str:
    """The line above a statement; "" where there is nothing to say."""
    return f"cost: {cost_words(statement.cost)}" if statement.cost else ""


def plan_costs(found: Compared) -> Iterator[str]:
    """Lines behind a plan: what each way costs, and what the way down gives back."""
    up, down = (dearest(each.cost for each in way) for way in (found.up, found.down))
    if up or down:
        yield f"costs: {up or 'nothing'} up, {down or 'nothing'} down"
    elif any(alters(each.sql) for each in (*found.up, *found.down)):
        why = found.unconfirmed or "`schema diff --prove` asks a scratch server"
        yield f"costs: {NOT_ASKED}: {why}"
    if found.proved and (losses := _losses(found)):
        lost = ", ".join(each.approval for each in losses)
        yield f"a rollback gives the definitions back, and not what is lost by {lost}"
        asks = ", ".join(not_restored(each).approval for each in losses)
        yield f"where rows were lost, it has to be approved: {asks}"
    elif found.proved:
        yield "a rollback gives the definitions back"


def cost_document(cost: Cost | None) -> dict[str, Any] | None:
    if cost is None:
        return None
    return {"kind": cost.kind, "blocks": cost.blocks, "rows": cost.rows, "bytes": cost.bytes}


def costs_document(found: Compared) -> dict[str, Any]:
    """What the dearest statement of each way costs."""
    return {
        "up": dearest(each.cost for each in found.up),
        "down": dearest(each.cost for each in found.down),
    }


def rollback_document(found: Compared) -> dict[str, Any]:
    """`loses` has the approvals of what no rollback gives back."""
    return {
        "cost": dearest(each.cost for each in found.down),
        "proved": bool(found.proved),
        "loses": [each.approval for each in _losses(found)],
        "approvals": [not_restored(each).approval for each in _losses(found)],
    }


def _losses(found: Compared) -> list[Hazard]:
    return [each.hazard for each in found.approvals if each.hazard.takes_rows]


def statements_cost(costs: Iterable[Cost | None]) -> str:
    """How many statements there are, and what the dearest costs: `2 statements, rebuild`."""
    found = list(costs)
    kind = dearest(found)
    return ", ".join(filter(None, (counted(len(found), "statement"), kind)))
