"""A stored procedure or function."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from plumbob.model.expression import Expression
from plumbob.model.stored import Definer, Session


@dataclass(frozen=True, slots=True)
class Routine:
    """A procedure, or a function with what it returns.

    `data_access` is CONTAINS SQL, NO SQL, READS SQL DATA or MODIFIES SQL DATA. `grantees` are the
    accounts that hold a privilege on it, which is lost when it is dropped: no part of the definition.
    """

    kind: Literal["procedure", "function"]
    name: str
    parameters: Expression
    body: str
    returns: Expression | None = None
    is_aggregate: bool = False
    is_deterministic: bool = False
    data_access: str = "CONTAINS SQL"
    security: str = "DEFINER"
    comment: str = ""
    definer: Definer | None = None
    session: Session = field(default_factory=Session)
    grantees: tuple[str, ...] = field(default=(), compare=False)
