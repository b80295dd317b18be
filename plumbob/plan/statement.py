"""What a plan is made of: statements that say what they need, give and take, and what they may lose."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

RefKind = Literal["table", "column", "index", "foreign_key", "check"]


class Ref(NamedTuple):
    """One object of a database, or one part of a table, by name."""

    kind: RefKind
    table: str
    name: str = ""

    def __str__(self) -> str:
        return f"{self.table}.{self.name}" if self.name else self.table


@dataclass(frozen=True, slots=True)
class Hazard:
    """What a statement can lose: approved as `--allow KIND:OBJECT`, such as `drop-column:users.legacy`."""

    kind: str
    object: str
    what: str

    @property
    def approval(self) -> str:
        return f"{self.kind}:{self.object}"


@dataclass(frozen=True, slots=True)
class Statement:
    """One SQL statement, without a semicolon at its end.

    `gives` are the objects that are there after it and were not before, `takes` those that are
    gone, `needs` those that have to be there while it runs, `frees` those that the dropped objects
    leaned on. `about` says in words what it does; `table` is the table whose definition it changes;
    `session` are settings for this statement alone, such as a relaxed sql_mode for a zero date that
    is repeated.
    """

    sql: str
    about: str
    table: str
    needs: frozenset[Ref] = frozenset()
    gives: frozenset[Ref] = frozenset()
    takes: frozenset[Ref] = frozenset()
    frees: frozenset[Ref] = frozenset()
    hazards: tuple[Hazard, ...] = ()
    session: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """The way up and the way down, each in the order in which it is to be run."""

    up: tuple[Statement, ...]
    down: tuple[Statement, ...]
