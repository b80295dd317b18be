"""What a rule has to say of one object of the declaration."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from plumbob.declaration import Declaration
from plumbob.errors import Position


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding: of which rule, about which object, what is the matter, what to do, and where.

    `kind` and `name` are those of the object, as the settings have them.
    """

    rule: str
    kind: str
    name: str
    what: str
    advice: str
    where: Position | None
    severity: Literal["warning"] = "warning"


Rule = Callable[[Declaration], Iterator[Finding]]
