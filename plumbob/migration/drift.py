"""Which tables are not as a migration, or the history, says they are."""

from __future__ import annotations

from collections.abc import Mapping

from plumbob.ddl.fingerprint import without_list
from plumbob.errors import Exit, PlumbobError
from plumbob.migration.live import Live, differing, listed, of_texts
from plumbob.migration.migration import Migration, Script
from plumbob.server.connection import Server


def changed_since(
    snapshot: Mapping[str, str], live: Live, server: Server, told: Mapping[str, str]
) -> list[str]:
    """The tables that were changed, made or dropped since a snapshot was recorded.

    Args:
        told: what migrations said last of tables; one without a list of partitions leaves them to
            others.
    """
    scope = server.scope
    ours = {
        name: text
        for name, text in snapshot.items()
        if scope.ignored_by("table", name) is None or name in live.tables
    }
    recorded = {**of_texts(ours, server.flavour)}
    for name in told.keys() & recorded.keys():
        if "+" not in told[name]:
            recorded[name] = without_list(recorded[name])
    return sorted({*differing(live.tables, recorded), *(live.tables.keys() - recorded.keys())})


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
    changed = changed_since(snapshot, live, server, before) if snapshot is not None else []
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
