"""What the database is now, as fingerprints, and which tables differ from what they should be.

All questions that the executor asks about definitions are asked here; of a cluster every member is asked.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from plumbob.ddl.fingerprint import (
    Object,
    fingerprint,
    is_print_of,
    objects,
    whole_fingerprint,
    without_list,
)
from plumbob.migration.migration import ABSENT, UNKNOWN, Migration, Script
from plumbob.migration.record.agreed import read_some, read_whole
from plumbob.migration.record.snapshot import record
from plumbob.model import Flavour
from plumbob.server.connection import Server


@dataclass(frozen=True, slots=True)
class Live:
    """The whole database: the fingerprint of its tables, and that of each object by its id."""

    fingerprint: str
    tables: Mapping[str, str]
    found: Mapping[str, Object]

    def of(self, names: Iterable[str]) -> dict[str, str]:
        """The fingerprints of these objects, ABSENT for those that are not there."""
        return {name: self.tables.get(name, ABSENT) for name in names}

    def is_before(self, script: Script) -> bool:
        """Whether this is what a script begins with."""
        ends = {name: before for name, (before, _) in script.tables.items()}
        return self.fingerprint == script.before and not differing(self.tables, ends)

    def is_after(self, script: Script) -> bool:
        """Whether this is what a script leads to."""
        ends = {name: after for name, (_, after) in script.tables.items()}
        return self.fingerprint == script.after and not differing(self.tables, ends)

    def texts(self, flavour: Flavour) -> dict[str, str]:
        """The definition of each object, as the history keeps it."""
        return {name: record(each, flavour) for name, each in self.found.items()}


def look(server: Server, chain: Iterable[Migration] = ()) -> Live:
    """Read all objects; tables that the chain knows are managed, whatever their name looks like.

    Raises:
        PlumbobError: SPLIT where another member of the cluster has something else.
    """
    chain = tuple(chain)
    schema = read_whole(
        server,
        keep={name for each in chain for name in each.tables},
        managed={kind for each in chain for kind in each.header.manages},
    )
    found = objects(schema)
    prints = {name: fingerprint(each, server.flavour) for name, each in found.items()}
    return Live(whole_fingerprint(prints), prints, found)


def look_at(server: Server, names: Collection[str]) -> dict[str, str]:
    """The fingerprints of these objects, ABSENT for those that are not there.

    Raises:
        PlumbobError: SPLIT where another member of the cluster has something else.
    """
    found = read_some(server, names)
    return {
        name: fingerprint(found[name], server.flavour) if name in found else ABSENT
        for name in names
    }


def is_as(seen: Mapping[str, str], wanted: Mapping[str, str]) -> bool:
    """Whether each table is as it is wanted; never where that is UNKNOWN."""
    return UNKNOWN not in wanted.values() and not differing(seen, wanted)


def differing(seen: Mapping[str, str], wanted: Mapping[str, str]) -> list[str]:
    """The tables, of those wanted, that are not as they should be; UNKNOWN wants nothing."""
    return sorted(
        name
        for name, fingerprint in wanted.items()
        if fingerprint != UNKNOWN and not is_print_of(fingerprint, seen.get(name, ABSENT))
    )


def as_told(seen: Mapping[str, str], wanted: Mapping[str, str]) -> dict[str, str]:
    """What was seen, without lists of partitions where nothing is wanted of them."""
    return {
        name: each if "+" in wanted.get(name, UNKNOWN) else without_list(each)
        for name, each in seen.items()
    }


def listed(names: Iterable[str], most: int = 10) -> str:
    """Names for a sentence, not too many of them."""
    names = list(names)
    more = len(names) - most
    return ", ".join(names[:most]) + (f" and {more} more" if more > 0 else "")
