"""How much room a run takes on the server's disk: what builds a table anew has it twice for a while.

A statement gives back what it took when it ends, so the largest one counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from plumbob.migration.migration import FileStatement
from plumbob.migration.run.limits import Limits
from plumbob.migration.works_on import renamed_tables, works_on
from plumbob.model import Flavour
from plumbob.plan.named import Named
from plumbob.plan.statement import Hazard
from plumbob.plan.wording import byte_size
from plumbob.server.connection import Server
from plumbob.server.disk import free_bytes
from plumbob.server.listing import Size, row_estimates
from plumbob.server.pages import page_of

# Nobody looks at less.
_NOTICED = 1024**2


@dataclass(frozen=True, slots=True)
class Room:
    """What the largest statement takes; `free` is None where nobody can know it from here.

    `is_large`: its table is one by the settings.
    """

    table: str
    about: str
    bytes: int
    free: int | None = None
    is_large: bool = False

    @property
    def is_short(self) -> bool:
        return self.free is not None and self.free < self.bytes

    @property
    def hazard(self) -> Hazard:
        """Why it would fail, as far as estimates tell; so somebody may know better."""
        what = (
            f"{self.about}: it builds {self.table} anew, which takes about {byte_size(self.bytes)}, and "
            f"the server's disk has {byte_size(self.free or 0)} free: make room, or it fails with 1114 "
            f"({page_of(1114)})"
        )
        return Hazard("disk", Named(self.table), what)


def room(server: Server, statements: Sequence[FileStatement], limits: Limits) -> Room | None:
    """What the dearest of these statements takes; None where none takes anything worth to be told."""
    built = list(rebuilt(statements, server.flavour))
    sizes = row_estimates(server, names={name for _, name in built}) if built else {}
    most = most_room(built, sizes, limits)
    if most is None or most.bytes < _NOTICED:
        return None
    return Room(most.table, most.about, most.bytes, free_bytes(server), most.is_large)


def rebuilt(
    statements: Iterable[FileStatement], flavour: Flavour
) -> Iterator[tuple[FileStatement, str]]:
    """The statements that build a table anew, with its name as it is before the first of them."""
    live: dict[str, str] = {}
    for each in statements:
        if each.cost is not None and each.cost.kind in ("rebuild", "copy"):
            for name in works_on(each.sql, flavour).tables:
                yield each, live.get(name.lower(), name)
        live |= {
            new.lower(): live.get(old.lower(), old)
            for old, new in renamed_tables(each.sql, flavour)
        }


def most_room(
    built: Iterable[tuple[FileStatement, str]], sizes: Mapping[str, Size], limits: Limits
) -> Room | None:
    """The statement that takes the most: as much as its table has now."""
    by_name = {name.lower(): (name, size) for name, size in sizes.items()}
    found = [
        Room(name, each.about, size.bytes, is_large=limits.are_passed_by(size))
        for each, (name, size) in (
            (each, by_name[name.lower()]) for each, name in built if name.lower() in by_name
        )
    ]
    return max(found, key=lambda each: each.bytes, default=None)
