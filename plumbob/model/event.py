"""An event: statements that the server runs by the clock."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from plumbob.model.stored import Definer, Session


@dataclass(frozen=True, slots=True)
class Event:
    """An event that runs once (`at`) or again and again (`every`, such as `1 DAY`).

    Moments are literals in the time zone of the session. `starts` is None where it was not said: the
    server then takes the moment at which the event is made. `status` is ENABLE, DISABLE, or
    DISABLE ON REPLICA.
    """

    name: str
    body: str
    at: str | None = None
    every: str | None = None
    starts: str | None = None
    ends: str | None = None
    preserve: bool = False
    status: str = "ENABLE"
    comment: str = ""
    definer: Definer | None = None
    session: Session = field(default_factory=Session)

    @property
    def kind(self) -> Literal["event"]:
        return "event"
