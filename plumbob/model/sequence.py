"""A sequence of MariaDB: a counter without a table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Sequence:
    """A sequence. Where it stands is data, like an AUTO_INCREMENT counter; this is how it counts.

    Numbers are None where they were not said; `cache` 0 is NOCACHE. `type` is "" for bigint, which
    is not printed.
    """

    name: str
    type: str = ""
    start: int | None = None
    minimum: int | None = None
    maximum: int | None = None
    increment: int = 1
    cache: int = 1000
    is_cycle: bool = False
    engine: str | None = None
    comment: str = ""

    @property
    def kind(self) -> Literal["sequence"]:
        return "sequence"
