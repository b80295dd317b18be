"""The measured kinds of ALTER TABLE as tables, and what each of them may cost here."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from plumbob.plan.cost import BLOCKS, KINDS, Cost

FOLDER = Path(__file__).parent
# What the classes of the matrix are called here. Work on an index, and none that grows with the rows,
# are both in place: what is told apart is what waits.
CLASSES = {
    "instant": Cost("instant"),
    "metadata_only": Cost("in place"),
    "inplace_build_online": Cost("in place"),
    "inplace_build_blocks_writes": Cost("in place", "writes"),
    "inplace_rebuild_online": Cost("rebuild"),
    "inplace_rebuild_blocks_writes": Cost("rebuild", "writes"),
    "copy_blocks_writes": Cost("copy", "writes"),
}


@dataclass(frozen=True)
class Kind:
    """One kind of change on one server: a table of its own, and the measured class of the statement.

    `planned` is the class where the plan has cheaper statements, `child` a table that refers to it.
    """

    id: str
    table: str
    alter: str
    measured: str
    planned: str
    child: str

    @property
    def expected(self) -> Cost:
        return CLASSES[self.planned or self.measured]


def kinds(maker: str) -> list[Kind]:
    """All kinds that a server has and that a declaration can ask for."""
    data = json.loads((FOLDER / "online_ddl_matrix.json").read_text(encoding="utf-8"))
    return [_kind(each, maker, data["base"]) for each in data["kinds"] if is_declared(each, maker)]


def is_declared(kind: dict[str, Any], maker: str) -> bool:
    return maker in kind and "not_declared" not in kind and "not_declared" not in kind[maker]


def _kind(kind: dict[str, Any], maker: str, base: str) -> Kind:
    table = kind.get("table", base)
    found = kind[maker]
    return Kind(
        kind["id"],
        _own(table if isinstance(table, str) else table[maker], kind["id"]),
        _own(found.get("statement", kind.get("statement")), kind["id"]),
        found["class"],
        found.get("planned", ""),
        kind.get("child", ""),
    )


def _own(sql: str, id: str) -> str:
    """The statement about a table of this kind alone, whose constraints have names of their own."""
    sql = re.sub(r"TABLE t\b", f"TABLE {id}", sql, count=1)
    return re.sub(r"\b(fk_p2?|ck_a|ck_x)\b", rf"{id}_\1", sql)


def dearest(costs: Iterable[Cost]) -> str:
    """What all of them cost together: the dearest kind, and the most that is blocked."""
    found = list(costs)
    if not found:
        return "no statement"
    kind = max((each.kind for each in found), key=KINDS.index)
    blocks = max((each.blocks for each in found), key=BLOCKS.index)
    return str(Cost(kind, blocks))
