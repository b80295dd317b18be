"""What views, stored programs and sequences have in common: a kind, a name, an account, a session."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, NamedTuple, get_args

StoredKind = Literal["sequence", "function", "procedure", "view", "trigger", "event"]
# In the order in which they can be made: a view needs its functions, a trigger its tables.
STORED_KINDS: tuple[StoredKind, ...] = get_args(StoredKind)
# Their names have no case on any server (manual: Identifier Case Sensitivity). MySQL stores those of
# triggers without case as well; MariaDB has a file for each.
_WITHOUT_CASE = ("function", "procedure", "event")


class ObjectKey(NamedTuple):
    """One object of a database beside its tables; made by `object_key`, so that equal names are equal."""

    kind: StoredKind
    name: str

    def __str__(self) -> str:
        return object_id(self.kind, self.name)


def object_key(kind: StoredKind, name: str) -> ObjectKey:
    return ObjectKey(kind, name.lower() if kind in _WITHOUT_CASE else name)


def object_id(kind: str, name: str) -> str:
    """One text for an object of any kind: a table's is its name, any other's is `kind:name`."""
    is_plain = name.partition(":")[0] not in (*STORED_KINDS, "table")
    return name if kind == "table" and is_plain else f"{kind}:{name}"


def key_of_id(id: str) -> ObjectKey | None:
    """The key of a stored object's id; None for the id of a table."""
    kind, colon, name = id.partition(":")
    found = next((each for each in STORED_KINDS if each == kind), None)
    return ObjectKey(found, name) if found and colon else None


@dataclass(frozen=True, slots=True)
class Definer:
    """The account whose privileges an object has; `host` is None for a role, "" for an empty host."""

    user: str
    host: str | None


@dataclass(frozen=True, slots=True)
class Session:
    """What the server keeps of the session that made an object, and goes by when it is used.

    None where nothing was said. The character set is that in which the text was sent: what the text
    means depends on the collation of the connection, so the character set is not compared.
    `database_collation` is that which the database had then: parameters and variables of a program
    have it where they say none.
    """

    sql_mode: str | None = None
    charset: str | None = field(default=None, compare=False)
    collation: str | None = None
    time_zone: str | None = None
    database_collation: str | None = None
