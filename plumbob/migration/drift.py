"""Which tables are not as a migration, or the history, says they are."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from plumbob.ddl.fingerprint import Object, fingerprint, without_list
from plumbob.errors import Exit, PlumbobError
from plumbob.migration.live import Live, differing, listed
from plumbob.migration.migration import Migration, Script
from plumbob.migration.snapshot import recall
from plumbob.model import Event, key_of_id
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
    return sorted(id for id in changed if (key := key_of_id(id)) is None or key.kind in manages)


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


def drift_error(
    migration: Migration,
    script: Script,
    live: Live,
    snapshot: Mapping[str, str] | None,
    server: Server,
) -> PlumbobError:
    """The live schema is not the one that the migration begins with: which tables differ."""
    before = {name: start for name, (start, _) in script.tables.items()}
    touched = differing(live.tables, before)
    manages = migration.header.manages
    changed = changed_since(snapshot, live, server, before, manages) if snapshot is not None else []
    names = sorted({*touched, *changed})
    which = f"{listed(names)} is not as it was" if names else "tables that it does not touch differ"
    if live.is_after(script):
        advice = "The schema is what this migration makes of it: it may have been run by hand."
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
