"""What the functions of this room give back, where no other room has a value for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from plumbob.plan.statement import Hazard


@dataclass(frozen=True, slots=True)
class Difference:
    """What differs between a declaration and a database.

    Attributes:
        up, down: the statements that make the database as declared, and those that lead back.
        hazards: what the way up can lose.
        unconfirmed: why no server was asked about the differences, or "".
        unasked: why members of a cluster were not asked what they have.
    """

    up: tuple[str, ...]
    down: tuple[str, ...]
    hazards: tuple[Hazard, ...] = ()
    unconfirmed: str = ""
    unasked: tuple[str, ...] = ()

    @property
    def in_sync(self) -> bool:
        return not self.up and not self.unasked


@dataclass(frozen=True, slots=True)
class Drift:
    """What somebody changed on the server by hand: a table by its name, all else as `view:paid`.

    Attributes:
        objects: all that drifted.
        since: when the server says that one of them was changed last (UTC), where it does.
        conflicts: those that the declaration changes as well, and otherwise.
        unread: those that are not understood, before or now.
    """

    objects: tuple[str, ...]
    since: Mapping[str, str] = field(default_factory=dict)
    conflicts: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Adopted:
    """The files of the declaration that say the drift by now, and the objects that are left as they were."""

    drift: Drift
    files: tuple[Path, ...] = ()
    left: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reverted:
    """The statements that undo the drift, what they can lose, and the files of the migration that has them."""

    drift: Drift
    up: tuple[str, ...] = ()
    hazards: tuple[Hazard, ...] = ()
    files: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class Privileges:
    """What an account lacks, as GRANT statements, and what it has more, as REVOKE statements."""

    lacks: tuple[str, ...]
    more: tuple[str, ...]
