"""A schema: what one database holds, or should hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from plumbob.model.table import Table


@dataclass(frozen=True, slots=True)
class NotUnderstood:
    """An object whose text the grammar cannot give back: it is reported and never altered or dropped."""

    name: str
    text: str
    why: str


@dataclass(frozen=True, slots=True)
class Unmanaged:
    """An object that is there and not ours to change: its kind (view, sequence, history table …) and name."""

    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class Schema:
    """The tables of one database by name, and the database's own defaults."""

    tables: Mapping[str, Table] = field(default_factory=dict)
    charset: str | None = None
    collation: str | None = None
    not_understood: Mapping[str, NotUnderstood] = field(default_factory=dict)
    unmanaged: tuple[Unmanaged, ...] = ()
