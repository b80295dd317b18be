"""What all members of a cluster have: each is asked, and where they differ that is a state with a name.

A single server agrees with itself, and is asked once. Of a cluster no difference is believed at the first
look: without the lock somebody may change a definition between two answers.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TypeVar

from plumbob.ddl.fingerprint import Object, fingerprint, objects
from plumbob.errors import Exit, PlumbobError
from plumbob.migration.migration import ABSENT
from plumbob.model import (
    STORED_KINDS,
    Event,
    Flavour,
    NotUnderstood,
    Schema,
    StoredKind,
    object_key,
)
from plumbob.server.connection import Server
from plumbob.server.introspect import read_objects, read_schema
from plumbob.server.members import asked, joined, named, node_name

_PAUSE = 0.2
# What a member says of an event that runs on another one.
_ELSEWHERE = "DISABLE ON REPLICA"

T = TypeVar("T")


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


def read_whole(
    server: Server,
    *,
    keep: Collection[str] = (),
    managed: Collection[StoredKind] = STORED_KINDS,
) -> Schema:
    """What a database holds, on all members; the arguments are those of `read_schema`.

    Raises:
        PlumbobError: SPLIT where another member of the cluster has something else.
    """

    def read(each: Server) -> Schema:
        return read_schema(each, keep=keep, managed=managed)

    def parts(schema: Schema) -> dict[str, Object]:
        # What tables and programs to come are made with; it is no object of its own.
        defaults = NotUnderstood("", f"{schema.charset} {schema.collation}", "")
        return {**objects(schema), "the database's defaults": defaults}

    found, events = _agreed(server, read, parts)
    told = {object_key("event", event.name): event for event in events.values()}
    return replace(found, stored={**found.stored, **told})


def read_some(server: Server, ids: Collection[str]) -> dict[str, Object]:
    """The objects of these ids that are there, on all members.

    Raises:
        PlumbobError: SPLIT where another member of the cluster has something else.
    """

    def read(each: Server) -> dict[str, Object]:
        return dict(read_objects(each, ids))

    found, events = _agreed(server, read, lambda each: each)
    return {**found, **events}


def _agreed(
    server: Server, read: Callable[[Server], T], parts: Callable[[T], Mapping[str, Object]]
) -> tuple[T, dict[str, Event]]:
    """What was read of this server, and the events of it that are otherwise in the eyes of the cluster."""
    others = asked(server)
    if not others:
        with named(server):
            return read(server), {}
    members, before = (server, *others), None
    while True:
        answers = _answers(members, read)
        found = [parts(each) for each in answers]
        events = [_as_at_home(each, found) for each in found]
        whole = [{**each, **those} for each, those in zip(found, events, strict=True)]
        apart = _apart(whole, server.flavour)
        if not apart:
            return answers[0], events[0]
        seen = {node_name(each): said for each, said in zip(members, apart, strict=True)}
        if seen == before:
            raise Split(seen)
        before = seen
        time.sleep(_PAUSE)


def _answers(members: Sequence[Server], read: Callable[[Server], T]) -> list[T]:
    """What each member answers; all of them are asked at once."""

    def answer(member: Server) -> T:
        with named(member):
            return read(member)

    with ThreadPoolExecutor(len(members)) as pool:
        return list(pool.map(answer, members))


def _as_at_home(
    found: Mapping[str, Object], everywhere: Sequence[Mapping[str, Object]]
) -> dict[str, Event]:
    """Events as that member has them which runs them: it alone knows whether they are enabled.

    On all others they are disabled, whoever made them (measured).
    """
    told: dict[str, Event] = {}
    for id, event in found.items():
        if isinstance(event, Event) and event.status == _ELSEWHERE:
            statuses = {
                other.status for each in everywhere if isinstance(other := each.get(id), Event)
            }
            if len(here := statuses - {_ELSEWHERE}) == 1:
                told[id] = replace(event, status=here.pop())
    return told


def _apart(found: Sequence[Mapping[str, Object]], flavour: Flavour) -> list[dict[str, str]]:
    """The fingerprints of what is not the same on all members; of each nothing where all of it is.

    What is equal needs no fingerprint, and that is nearly all, nearly always.
    """
    first, *rest = found
    ids = set().union(*found)
    unlike = {id for id in ids if any(first.get(id) != each.get(id) for each in rest)}
    prints = [
        {id: fingerprint(each[id], flavour) if id in each else ABSENT for id in unlike}
        for each in found
    ]
    split = {id for id in unlike if len({each[id] for each in prints}) > 1}
    return [{id: each[id] for id in split} for each in prints] if split else []
