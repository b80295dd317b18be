"""A CHECK constraint of a table."""

from __future__ import annotations

from dataclasses import dataclass, field

from plumbob.model.expression import Expression


@dataclass(frozen=True, slots=True)
class Check:
    """A named check; `named` is false for a name that was given by rule."""

    name: str
    expression: Expression
    enforced: bool = True
    named: bool = field(default=True, compare=False)
