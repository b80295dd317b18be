"""A view: a name for a SELECT."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from plumbob.model.expression import Expression
from plumbob.model.stored import Definer, Session


@dataclass(frozen=True, slots=True)
class View:
    """A view. `columns` are the names given in front of AS; MariaDB turns them into aliases.

    `algorithm` is UNDEFINED, MERGE or TEMPTABLE, `security` DEFINER or INVOKER, `check_option` "",
    LOCAL or CASCADED.
    """

    name: str
    select: Expression
    columns: tuple[str, ...] = ()
    algorithm: str = "UNDEFINED"
    security: str = "DEFINER"
    check_option: str = ""
    definer: Definer | None = None
    session: Session = field(default_factory=Session)

    @property
    def kind(self) -> Literal["view"]:
        return "view"

    @property
    def body(self) -> str:
        return self.select.sql
