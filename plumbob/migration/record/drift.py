"""Which objects are not as a migration, or the history, says they are; and whether that is in its way."""

from __future__ import annotations

import shlex
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from plumbob.ddl.fingerprint import Object, fingerprint, without_list
from plumbob.diff.key_order import has_other_order
from plumbob.errors import Exit, PlumbobError
from plumbob.migration.migration import Migration, Script
from plumbob.migration.record import history
from plumbob.migration.record.live import Live, differing, listed
from plumbob.migration.record.snapshot import recall
from plumbob.model import Event, Flavour, Table, key_of_id
from plumbob.server.clock import is_over
from plumbob.server.connection import Server


def changed_since(
    snapshot: Mapping[str, str],
    live: Live,
    server: Server,
    told: Mapping[str, str],
    manages: Collection[str],
) -> list[str]:
    """The objects that were changed, made or dropped since a snapshot was recorded.

    Args:
        told: what migrations said last of tables; one without a list of partitions leaves them to
            others.
        manages: the kinds of stored objects that are ours.
    """
    flavour, scope = server.flavour, server.scope
    ours = {
        id: text
        for id, text in snapshot.items()
        if id in live.tables or scope.ignored_by(*_kind_and_name(id)) is None
    }
    objects = recall(ours, flavour)
    recorded = {
        id: fingerprint(each, flavour)
        for id, each in objects.items()
        if not _has_run(each, live.found.get(id), server)
    }
    for name in told.keys() & recorded.keys():
        if "+" not in told[name]:
            recorded[name] = without_list(recorded[name])
    changed = {*differing(live.tables, recorded), *(live.tables.keys() - objects.keys())}
    if scope.exact_order:
        changed |= {
            id for id, each in objects.items() if _stands_otherwise(each, live, id, flavour)
        }
    return sorted(id for id in changed if (key := key_of_id(id)) is None or key.kind in manages)


def _stands_otherwise(recorded: Object, live: Live, id: str, flavour: Flavour) -> bool:
    """Whether a table's indexes, or checks, are in another order; no fingerprint has it."""
    now = live.found.get(id)
    if not isinstance(recorded, Table) or not isinstance(now, Table):
        return False
    return has_other_order(recorded, now, flavour)


def _has_run(recorded: Object, now: Object | None, server: Server) -> bool:
    """Whether the server itself has dropped an event that is over, or disabled it."""
    if not isinstance(recorded, Event):
        return False
    if isinstance(now, Event):
        is_off = recorded.preserve and now.status == "DISABLE"
        as_it_was = replace(now, status=recorded.status)
        is_same = fingerprint(as_it_was, server.flavour) == fingerprint(recorded, server.flavour)
        return is_off and is_same and is_over(server, recorded)
    return now is None and not recorded.preserve and is_over(server, recorded)


def _kind_and_name(id: str) -> tuple[str, str]:
    key = key_of_id(id)
    return (key.kind, key.name) if key else ("table", id.removeprefix("table:"))


def in_the_way(scripts: Sequence[Script], live: Live) -> list[str]:
    """The objects that scripts touch, and that are not as the first of these says it."""
    return differing(live.tables, _starts(scripts))


def is_drift_alone(script: Script, live: Live, server: Server) -> bool:
    """Whether a script begins where the last one has ended: what differs from it is drift, and nothing else."""
    if live.fingerprint == script.before:
        return True
    records = history.read(server)
    return bool(records) and records[-1].after == script.before


def drift_elsewhere(
    migration: Migration, scripts: Sequence[Script], live: Live, server: Server
) -> list[str]:
    """The objects that drifted and that none of these scripts touches; the first is of the migration."""
    snapshot = history.snapshot(server)
    if snapshot is None:
        return []
    starts, manages = _starts(scripts), migration.header.manages
    if live.fingerprint == scripts[0].before:
        # No table has: to look at each of them once more would take its time.
        snapshot = {id: text for id, text in snapshot.items() if key_of_id(id) is not None}
        programs = {id: each for id, each in live.tables.items() if key_of_id(id) is not None}
        live = replace(live, tables=programs)
    changed = changed_since(snapshot, live, server, starts, manages)
    return [id for id in changed if id not in starts]


def _starts(scripts: Sequence[Script]) -> dict[str, str]:
    """What each object is that scripts touch, before the first of these."""
    return {id: start for script in reversed(scripts) for id, (start, _) in script.tables.items()}


def drift_error(
    migration: Migration, script: Script, live: Live, names: Collection[str], server: Server
) -> PlumbobError:
    """The live schema is not the one that the migration begins with.

    Args:
        names: the objects that are in its way.
    """
    which = f"{listed(names)} is not as it was" if names else "tables that it does not touch differ"
    if live.is_after(script):
        advice = "The schema is what this migration makes of it: it may have been run by hand."
    elif names:
        flags = " ".join(f"--over-drift {shlex.quote(each)}" for each in names)
        advice = (
            "`schema drift` shows what was changed; --adopt takes it into the declaration, --revert "
            f"undoes it. Or plan the migration anew; or run it as it is, over the change: {flags}"
        )
    else:
        advice = (
            "`schema diff` shows the difference; plan the migration anew, or take the change back."
        )
    if not names and (server.scope.ignore or server.scope.manage):
        advice += " Or `ignore` or `manage` in plumbob.cfg was another one then."
    return PlumbobError(
        f"the database is not the one that {migration.id} was planned for: {which}",
        advice=advice,
        where=migration.id,
        exit=Exit.STALE,
    )
