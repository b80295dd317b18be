"""A comparison as every report needs it: what was read, what changes, and what has to be known."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from plumbob.ddl.charsets import charset_of, known_as
from plumbob.diff.change import Add, Alter, Change, Part, Remove
from plumbob.diff.partitions import looks_like_rotation
from plumbob.errors import PlumbobError
from plumbob.migration.run.counting import Counted
from plumbob.model import STORED_KINDS, Column, Flavour, Partition, Schema
from plumbob.plan.statement import Hazard, Statement
from plumbob.report.changes import TableView, views
from plumbob.report.owners import PENDING, with_owners
from plumbob.server.foreign import OURS

if TYPE_CHECKING:
    from plumbob.workflow import Comparison
    from plumbob.workflow.owning import Owned


@dataclass(frozen=True, slots=True)
class Source:
    """One side of a comparison: its name (`schema/schema.yaml`), and how much was read.

    `stored` has the number of managed views, triggers and so on by kind.
    """

    name: str
    tables: int
    stored: Mapping[str, int] = field(default_factory=dict)

    def __str__(self) -> str:
        counts = [counted(self.tables, "table")]
        counts += [counted(number, kind) for kind, number in self.stored.items()]
        return f"{self.name}: {', '.join(counts)}"


@dataclass(frozen=True, slots=True)
class LooksLikeRename:
    """A column that goes and one that comes with the same definition: perhaps the same column."""

    table: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class OtherDefault:
    """The database itself has another default than `database:` says: tables of others would get it.

    Both are written as a server writes them: `utf8mb4 COLLATE utf8mb4_bin`. No plan changes it: every
    table that is declared says its own, and ALTER DATABASE is a matter of all who use the database.
    """

    declared: str
    live: str

    def __str__(self) -> str:
        return (
            f"the database's own default is {self.live}, `database:` says {self.declared}: tables that "
            "others make get it. No plan changes it; ALTER DATABASE does."
        )


@dataclass(frozen=True, slots=True)
class LooksLikeRotation:
    """A table whose partitions go and come as they do where a job rotates them."""

    table: str
    gone: tuple[str, ...]
    come: tuple[str, ...]

    def __str__(self) -> str:
        """`p2019 and p2020 go, p2026 comes`."""
        said = [(self.gone, ("goes", "go")), (self.come, ("comes", "come"))]
        return ", ".join(
            f"{_listed(names)} {verbs[len(names) > 1]}" for names, verbs in said if names
        )


def _listed(names: tuple[str, ...], most: int = 3) -> str:
    if len(names) > most:
        return f"{', '.join(names[:most])} and {len(names) - most} more"
    return " and ".join(names)


@dataclass(frozen=True, slots=True)
class Large:
    """A statement that others wait for as long as it takes, and whose table is large.

    `tool` is the online schema-change tool that `apply` hands it to; "" where it has to be approved.
    """

    hazard: Hazard
    tool: str = ""

    @property
    def way(self) -> str:
        """What becomes of it: the flag that approves it, or who does it."""
        return f"schema apply hands it to {self.tool}" if self.tool else self.hazard.flag


@dataclass(frozen=True, slots=True)
class Compared:
    """What a report of a comparison is made from.

    `not_understood` are (object, why); `unmanaged` has names by kind; `unconfirmed` says why no
    server was asked about the declared text, or is "" when one was; `proved` says where the plan
    was run both ways, or is "" when it was not, and `unproved` why not, where that was asked for; `unasked`
    says why members of a cluster were not asked what they have; `counts` are the hazards of the way up
    with their rows; `diverging` is what `apply` refuses on this cluster, with another way; `large` is what
    others would wait for, of a plan whose cost was asked for;
    `other_default` is said of the database itself, and is no difference.
    """

    declared: Source
    live: Source
    flavour: Flavour
    tables: tuple[TableView, ...] = ()
    up: tuple[Statement, ...] = ()
    down: tuple[Statement, ...] = ()
    renames: tuple[LooksLikeRename, ...] = ()
    rotations: tuple[LooksLikeRotation, ...] = ()
    not_understood: tuple[tuple[str, str], ...] = ()
    unmanaged: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    unconfirmed: str = ""
    proved: str = ""
    unproved: str = ""
    unasked: tuple[str, ...] = ()
    diverging: tuple[PlumbobError, ...] = ()
    large: tuple[Large, ...] = ()
    other_default: OtherDefault | None = None

    @property
    def has_owners(self) -> bool:
        """Whether there is a record, that tells whose each difference is."""
        return any(each.owner for each in self.tables)

    @property
    def has_drift(self) -> bool:
        return any(each.owner not in ("", PENDING) for each in self.tables)

    @property
    def differs(self) -> bool:
        return bool(self.tables or self.up)

    @property
    def in_sync(self) -> bool:
        """Whether nothing differs, and nobody is left who could say otherwise."""
        return not self.differs and not self.unasked

    counts: tuple[Counted, ...] = ()

    def of(self, hazards: Iterable[Hazard]) -> list[Counted]:
        """Hazards of the way up with their rows."""
        found = {each.hazard: each for each in self.counts}
        return [found.get(hazard, Counted(hazard)) for hazard in hazards]

    @property
    def approvals(self) -> tuple[Counted, ...]:
        """What needs an approval, each that is approved alike once."""
        hazards = (hazard for each in self.up for hazard in each.hazards)
        return tuple(
            {
                each.hazard.approval: each for each in self.of(hazards) if each.needs_approval
            }.values()
        )

    @property
    def refused(self) -> tuple[Counted, ...]:
        """What would fail on the rows that are there."""
        return tuple(each for each in self.counts if each.is_refused)


Counts = Callable[[Iterable[Hazard]], list[Counted]]


def uncounted(hazards: Iterable[Hazard]) -> list[Counted]:
    """Hazards of the way down: the rows that it would concern are not there yet."""
    return [Counted(each) for each in hazards]


def compared(
    found: Comparison,
    declared: str,
    live: str,
    counts: tuple[Counted, ...] = (),
    owned: Owned | None = None,
    diverging: tuple[PlumbobError, ...] = (),
    large: tuple[Large, ...] = (),
    *,
    to_prove: bool = False,
) -> Compared:
    """A comparison as reports need it, with the names of both sides, and who has changed what.

    Args:
        diverging: what `apply` refuses on this cluster.
        large: what others would wait for.
        to_prove: the plan was to be run both ways.
    """
    proved = found.proof.place if found.proof else ""
    return Compared(
        source(declared, found.declaration.schema),
        source(live, found.live),
        found.flavour,
        tuple(with_owners(views(found.changes, found.flavour), owned, found.flavour)),
        found.plan.up,
        found.plan.down,
        tuple(_renames(found.changes)),
        tuple(_rotations(found.changes)),
        tuple((name, each.why) for name, each in found.live.not_understood.items()),
        _by_kind(found.live),
        found.unconfirmed,
        proved,
        found.unconfirmed if to_prove and not proved else "",
        found.unasked,
        diverging,
        large,
        _other_default(found.declaration.schema, found.live),
        counts,
    )


def _other_default(declared: Schema, live: Schema) -> OtherDefault | None:
    """What `database:` says and the database has otherwise; what it does not say is not compared."""
    charset = declared.charset or charset_of(declared.collation or "")
    said = [(charset, live.charset), (declared.collation, live.collation)]
    if all(ours is None or known_as(ours) == known_as(theirs or "") for ours, theirs in said):
        return None
    return OtherDefault(
        _default(charset, declared.collation), _default(live.charset, live.collation)
    )


def _default(charset: str | None, collation: str | None) -> str:
    return " ".join(filter(None, (charset, f"COLLATE {collation}" if collation else "")))


def source(name: str, schema: Schema) -> Source:
    """One side of a comparison; what is not understood was read as well."""
    unread = sum(each.kind == "table" for each in schema.not_understood.values())
    kinds = Counter(key.kind for key in schema.stored)
    stored: dict[str, int] = {kind: kinds[kind] for kind in STORED_KINDS if kind in kinds}
    return Source(name, len(schema.tables) + unread, stored)


def summary(found: Compared) -> str:
    """How many tables change, and how: `1 table to create, 2 tables to alter`."""
    counts = Counter((view.kind, view.verb) for view in found.tables)
    said = [
        f"{counted(counts[kind, verb], kind)} to {verb}"
        for kind in ("table", *STORED_KINDS)
        for verb in ("create", "alter", "rename", "drop")
        if counts[kind, verb]
    ]
    return ", ".join(said) or counted(len(found.up), "statement")


def _by_kind(schema: Schema) -> dict[str, tuple[str, ...]]:
    """What is not managed, without our own history and journal."""
    kinds: dict[str, list[str]] = {}
    for found in schema.unmanaged:
        if found.kind == OURS:
            continue
        kinds.setdefault(found.kind, []).append(found.name)
    return {kind: tuple(names) for kind, names in kinds.items()}


def _renames(changes: Iterable[Change]) -> Iterable[LooksLikeRename]:
    for change in changes:
        if isinstance(change, Alter):
            yield from _renamed_columns(change)


def _rotations(changes: Iterable[Change]) -> Iterable[LooksLikeRotation]:
    for change in changes:
        if not isinstance(change, Alter):
            continue
        if looks_like_rotation(change.before.partitions, change.after.partitions):
            gone = (each.part for each in change.parts if isinstance(each, Remove))
            come = (each.part for each in change.parts if isinstance(each, Add))
            yield LooksLikeRotation(change.after.name, _partitions(gone), _partitions(come))


def _partitions(parts: Iterable[Part]) -> tuple[str, ...]:
    return tuple(part.name for part in parts if isinstance(part, Partition))


def _renamed_columns(change: Alter) -> Iterable[LooksLikeRename]:
    """Pairs of a dropped and an added column of one type, in order, each column once."""
    gone = [each.part for each in change.parts if isinstance(each, Remove)]
    new = [each.part for each in change.parts if isinstance(each, Add)]
    old_columns = [part for part in gone if isinstance(part, Column)]
    for column in new:
        if not isinstance(column, Column):
            continue
        twin = next((old for old in old_columns if _alike(old, column)), None)
        if twin is not None:
            old_columns.remove(twin)
            yield LooksLikeRename(change.after.name, twin.name, column.name)


def _alike(old: Column, new: Column) -> bool:
    return old.type == new.type and old.generated == new.generated


def counted(number: int, noun: str) -> str:
    """`1 table`, `5 tables`, `2 history tables of Rails`."""
    head, of, rest = noun.partition(" of ")
    return f"{number} {head}{'' if number == 1 else 's'}{of}{rest}"
