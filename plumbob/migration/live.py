"""What the database is now, as fingerprints, and which tables differ from what they should be.

All questions that the executor asks about definitions are asked here, of one server; a cluster asks them
of every member.
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
from plumbob.errors import Exit, PlumbobError
from plumbob.migration.migration import ABSENT, UNKNOWN, Migration, Script
from plumbob.migration.snapshot import record
from plumbob.model import Flavour
from plumbob.server.connection import Server
from plumbob.server.introspect import read_objects, read_schema
from plumbob.server.members import joined, named, node_name


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


class Split(PlumbobError):
    """The members of a cluster have different definitions.

    `seen` has the fingerprints of the objects that differ, by the name of each member.
    """

    def __init__(self, seen: Mapping[str, Mapping[str, str]]) -> None:
        self.seen = seen
        super().__init__(
            f"the cluster is split, its members have different definitions: {told_apart(seen)}",
            advice='make the members equal first, as docs/cluster.md says ("Split"), then run the same '
            "command again",
            exit=Exit.SPLIT,
        )


def told_apart(seen: Mapping[str, Mapping[str, str]]) -> str:
    """Which members have the same of each object: `users: n1 (absent), n2 and n3 (1b2c3d)`."""
    said = []
    for name in sorted(set().union(*seen.values())):
        groups: dict[str, list[str]] = {}
        for node, prints in seen.items():
            groups.setdefault(prints.get(name, ABSENT), []).append(node)
        if len(groups) > 1:
            sides = (
                f"{joined(nodes)} ({each.removeprefix('sha256:')[:8]})"
                for each, nodes in groups.items()
            )
            said.append(f"{name}: {', '.join(sides)}")
    return "; ".join(said)


def look(server: Server, chain: Iterable[Migration] = ()) -> Live:
    """Read all objects; tables that the chain knows are managed, whatever their name looks like.

    Raises:
        PlumbobError: SPLIT where another member of the cluster has something else.
    """
    chain = tuple(chain)
    with named(server):
        live = _look(server, chain)
    if server.others:
        seen = {node_name(server): live.tables}
        for other in server.others:
            with named(other):
                seen[node_name(other)] = _look(other, chain).tables
        _compare(seen)
    return live


def _compare(seen: Mapping[str, Mapping[str, str]]) -> None:
    if any(prints != next(iter(seen.values())) for prints in seen.values()):
        raise Split(seen)


def _look(server: Server, chain: tuple[Migration, ...]) -> Live:
    schema = read_schema(
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
    with named(server):
        own = _look_at(server, names)
    if server.others:
        seen = {node_name(server): own}
        for other in server.others:
            with named(other):
                seen[node_name(other)] = _look_at(other, names)
        _compare(seen)
    return own


def _look_at(server: Server, names: Collection[str]) -> dict[str, str]:
    found = read_objects(server, names)
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
