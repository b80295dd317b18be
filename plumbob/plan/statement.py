"""What a plan is made of: statements that say what they need, give and take, and what they may lose."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal, NamedTuple, get_args

from plumbob.model import Check, Flavour
from plumbob.plan.cost import Cost
from plumbob.plan.named import Named

# A view or sequence has its name among those of tables.
RefKind = Literal[
    "table",
    "column",
    "index",
    "foreign_key",
    "check",
    "period",
    "function",
    "procedure",
    "trigger",
    "event",
]


# The partitions of a table as a part of it, where they are made anew.
PARTITIONS = "partitions"


class Ref(NamedTuple):
    """One object of a database, or one part of a table, by name."""

    kind: RefKind
    table: str
    name: str = ""

    def __str__(self) -> str:
        return f"{self.table}.{self.name}" if self.name else self.table


def check_refs(table: str, checks: Iterable[Check], flavour: Flavour) -> Iterator[Ref]:
    """The names of checks belong to the schema on MySQL (3822), to the table on MariaDB."""
    owner = "" if flavour.is_mysql else table
    return (Ref("check", owner, check.name.lower()) for check in checks)


# What can be lost, and approved; also that others wait for a large table.
Loss = Literal[
    "blocking",
    "break-program",
    "call-procedure",
    "change-engine",
    "change-type",
    "delete-rows",
    "disk",
    "drop-column",
    "drop-database",
    "drop-grants",
    "drop-history",
    "drop-partition",
    "drop-sequence",
    "drop-table",
    "fill-null",
    "not-restored",
    "overwrite-column",
    "renumber",
    "replace-rows",
    "truncate-partition",
    "truncate-table",
    "unmark-production",
]
# What a server refuses where there are such rows, whatever is approved.
Obstacle = Literal[
    "duplicates",
    "no-default",
    "no-partition",
    "not-computed",
    "nulls",
    "orphans",
    "srid",
    "violations",
    "zero-dates",
]
HazardKind = Loss | Obstacle
LOSSES: tuple[Loss, ...] = get_args(Loss)
OBSTACLES: tuple[Obstacle, ...] = get_args(Obstacle)

# What changes values, and loses nothing where no row is at risk.
_OF_VALUES = frozenset(("change-type", "overwrite-column", "renumber", "fill-null"))
# What takes rows and no structure.
_OF_ROWS = frozenset(("delete-rows", "replace-rows", "truncate-partition", "truncate-table"))
# Those of a whole table, never of a part.
OF_TABLES: frozenset[HazardKind] = frozenset(
    (
        "change-engine",
        "delete-rows",
        "drop-history",
        "drop-table",
        "no-partition",
        "replace-rows",
        "truncate-table",
    )
)


@dataclass(frozen=True, slots=True)
class Hazard:
    """What a statement can lose, or what it fails on.

    What is lost is approved as `--allow KIND:OBJECT`, such as `drop-column:users.legacy`. `count` is
    the SELECT that counts the rows at risk on the tables as they are before the first statement
    (see `plumbob.plan.rows`), or "". `fails`: such rows make the statement fail, whatever is approved,
    and change nothing.
    """

    kind: HazardKind
    object: Named
    what: str
    count: str = ""
    fails: bool = False

    @property
    def approval(self) -> str:
        return f"{self.kind}:{self.object}"

    @property
    def flag(self) -> str:
        """The approval as it is typed in a shell."""
        return f"--allow {shlex.quote(self.approval)}"

    @property
    def depends_on_rows(self) -> bool:
        """Whether nothing is lost where no row is at risk; what drops a structure always counts."""
        return self.fails or self.kind in (*_OF_VALUES, *_OF_ROWS, "not-restored")

    @property
    def takes_rows(self) -> bool:
        """Whether something is lost that no way back has."""
        return not self.fails and self.kind not in ("break-program", "blocking", "disk")

    @property
    def is_of_rows(self) -> bool:
        """Whether rows go, and no structure."""
        return self.kind in _OF_ROWS

    @property
    def may_change_values(self) -> bool:
        return not self.fails and self.kind in _OF_VALUES


@dataclass(frozen=True, slots=True)
class Statement:
    """One SQL statement, without a semicolon at its end.

    `gives` are the objects that are there after it and were not before, `takes` those that are
    gone, `needs` those that have to be there while it runs, `frees` those that the dropped objects
    leaned on. `about` says in words what it does; `table` is the id of the object whose definition
    it changes (a table's is its name); `session` are settings for this statement alone, such as a
    relaxed sql_mode for a zero date that is repeated. `cost` is what a server said of it in a trial
    (`plumbob.proof.trial`), and then `sql` keeps any other server to that. `if_copied` are hazards that
    there are only where the server copies the table, which the trial finds out.
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
    cost: Cost | None = None
    if_copied: tuple[Hazard, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """The way up and the way down, each in the order in which it is to be run."""

    up: tuple[Statement, ...]
    down: tuple[Statement, ...]

    @property
    def hazards(self) -> tuple[Hazard, ...]:
        """What the way up can lose, in its order."""
        return tuple(hazard for each in self.up for hazard in each.hazards)
