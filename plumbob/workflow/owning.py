"""Whose a difference is between what is declared and what is live: ours, which is pending, or drift.

What was recorded is the third side. Where nothing was, or a run has not ended, nobody can say whose it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from plumbob.ddl.fingerprint import Object, fingerprint, is_print_of, objects
from plumbob.diff.change import Alter, Change, Create, Drop, Rename, Replace
from plumbob.diff.compare import compare
from plumbob.migration.record import history, journal, synced
from plumbob.migration.record.snapshot import recall
from plumbob.migration.record.synced import Synced
from plumbob.model import NotUnderstood, Stored, Table, object_id, object_key
from plumbob.server.connection import Server
from plumbob.server.errors import DENIED, ServerError
from plumbob.workflow import Comparison
from plumbob.workflow.drift import three_sides


@dataclass(frozen=True, slots=True)
class Owned:
    """What leads from the record to what is declared, and to what is live; in the declared names."""

    ours: tuple[Change, ...]
    theirs: tuple[Change, ...]


def owned(found: Comparison, server: Server) -> Owned | None:
    """Tell for the objects that differ who has changed them; None where nobody can say it.

    An account that may not read the history is told nothing: to compare it needs no more than to see
    the tables.
    """
    if not found.changes:
        return None
    try:
        snapshot = history.snapshot(server)
        if snapshot is None or journal.open_entries(server):
            return None
    except ServerError as error:
        if error.errno not in DENIED:
            raise
        return None
    ids = set(_ids(found.changes))
    known = recall({id: text for id, text in snapshot.items() if id in ids}, server.flavour)
    live = {id: each for id, each in objects(found.live).items() if id in ids}
    drifted = _drifted(known, live, synced.read(server), server)
    known = {id: each for id, each in known.items() if id in drifted}
    sides = three_sides(found, known, drifted, server)
    renames, flavour = found.declaration.renames, server.flavour
    return Owned(
        compare(sides.recorded, sides.declared, flavour, renames),
        compare(sides.before, sides.theirs, flavour),
    )


def _drifted(
    known: Mapping[str, Object], live: Mapping[str, Object], sync: Synced | None, server: Server
) -> set[str]:
    """The ids of what is not as it was recorded, and was understood then. What a sync left is our own."""
    old, new = (
        {id: fingerprint(each, server.flavour) for id, each in side.items()}
        for side in (known, live)
    )
    ahead = sync.prints if sync else {}
    return {
        id
        for id in old.keys() | new.keys()
        if not isinstance(known.get(id), NotUnderstood)
        and not (id in ahead and ahead[id] == new.get(id))
        and not (id in old and id in new and is_print_of(new[id], old[id]))
    }


def _ids(changes: Iterable[Change]) -> Iterator[str]:
    """The ids of the objects that change, before and after."""
    for change in changes:
        match change:
            case Rename(before, after):
                yield from (object_id("table", name) for name in (before, after))
            case Create(each) | Alter(_, each) | Replace(_, each) | Drop(each):
                yield _id(each)


def _id(found: Table | Stored) -> str:
    if isinstance(found, Table):
        return object_id("table", found.name)
    return str(object_key(found.kind, found.name))
