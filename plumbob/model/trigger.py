"""A trigger: what happens to each row that is written."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from plumbob.model.stored import Definer, Session


@dataclass(frozen=True, slots=True)
class Trigger:
    """A trigger of a table; `timing` is BEFORE or AFTER, `event` INSERT, UPDATE or DELETE.

    `follows` is the trigger of the same table, timing and event that runs right before, or None for
    the first; the order is compared for all of them together.
    """

    name: str
    table: str
    timing: str
    event: str
    body: str
    follows: str | None = field(default=None, compare=False)
    definer: Definer | None = None
    session: Session = field(default_factory=Session)

    @property
    def kind(self) -> Literal["trigger"]:
        return "trigger"

    @property
    def moment(self) -> tuple[str, str, str]:
        """Table, timing and event: the triggers of one moment run in an order."""
        return self.table, self.timing, self.event
