"""What a project may choose for its generated models."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from plumbob.errors import PlumbobError

Naming = Literal["snake", "keep"]
BASE = "plumbob.runtime.Model"


@dataclass(frozen=True, slots=True)
class Options:
    """How models are written.

    Attributes:
        source: the declaration, as the header names it.
        fingerprint: that of all tables, as the last migration leaves them; None where there is none.
        base: the dotted name of the class that models are derived from.
        naming: "snake" makes userId the attribute user_id; "keep" takes names as they are.
        enums: whether ENUM and SET become Enum classes, where a table does not say it itself.
        database: the database to name in front of each table, "" for the one that is connected to.
    """

    source: str = "schema/schema.yaml"
    fingerprint: str | None = None
    base: str = BASE
    naming: Naming = "snake"
    enums: bool = False
    database: str = ""

    def __post_init__(self) -> None:
        if self.naming not in get_args(Naming):
            raise PlumbobError(f"models_naming is snake or keep, not {self.naming}")
        if not is_dotted(self.base):
            raise PlumbobError(
                f"models_base is not the name of a class: {self.base}",
                advice="write it with its module, such as app.base.Model",
            )


def is_dotted(name: str) -> bool:
    """Whether it can be imported: names with dots in between, at least one."""
    parts = name.split(".")
    return len(parts) > 1 and all(part.isidentifier() for part in parts)
