"""A schema: what one database holds, or should hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from plumbob.model.event import Event
from plumbob.model.routine import Routine
from plumbob.model.sequence import Sequence
from plumbob.model.stored import ObjectKey
from plumbob.model.table import Table
from plumbob.model.trigger import Trigger
from plumbob.model.view import View

# What has an account whose privileges it uses, and a session that it was made in.
Owned = View | Trigger | Routine | Event
# An object beside the tables, whose text the server keeps.
Stored = Owned | Sequence


@dataclass(frozen=True, slots=True)
class NotUnderstood:
    """An object whose text the grammar cannot give back: it is reported and never altered or dropped.

    A schema has it under its `object_id`; `kind` is "table" or that of a stored object.
    """

    name: str
    text: str
    why: str
    kind: str = "table"


@dataclass(frozen=True, slots=True)
class Unmanaged:
    """An object that is there and not ours to change: its kind (view, sequence, history table …) and name."""

    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class Schema:
    """The tables of one database by name, what is stored beside them, and the database's own defaults.

    Triggers of one moment stand in the order in which they run.
    """

    tables: Mapping[str, Table] = field(default_factory=dict)
    stored: Mapping[ObjectKey, Stored] = field(default_factory=dict)
    charset: str | None = None
    collation: str | None = None
    not_understood: Mapping[str, NotUnderstood] = field(default_factory=dict)
    unmanaged: tuple[Unmanaged, ...] = ()
