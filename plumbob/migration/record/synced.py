"""That a database was synced: made as declared without a migration, and so ahead of the recorded chain.

The history is left as it was. A row of the journal keeps what the database was like after the sync, so
that this is told from drift; and, where no migration was ever applied, what it was like before the
first one, which is where the next migration has to begin.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from plumbob.migration.record import history, journal
from plumbob.migration.record.live import Live
from plumbob.migration.record.snapshot import schema_of
from plumbob.migration.record.store import pack, unpack
from plumbob.model import Schema
from plumbob.server.connection import Server
from plumbob.server.errors import DENIED, ServerError

# What the journal calls the row, which is of no migration and of no run: `20261124T131500_…` are theirs.
# Its `hash` is the fingerprint of all tables, so that `plumbob.runtime.require` can read it with the rest.
SYNCED = "synced"


@dataclass(frozen=True, slots=True)
class Synced:
    """What the row says.

    Attributes:
        fingerprint: that of all tables after the last sync; "" while one has not ended.
        prints: those of all objects, by id.
        base: the definitions before the first sync, where no migration had been applied; else None.
        manages: the kinds of stored objects that the declaration spoke of.
    """

    fingerprint: str
    prints: Mapping[str, str]
    base: Mapping[str, str] | None
    manages: frozenset[str] = frozenset()


def read(server: Server) -> Synced | None:
    """What is known of syncs; None where there was none since the last migration was run."""
    found = journal.read_note(server, SYNCED)
    if found is None:
        return None
    fingerprint, details = found[0], json.loads(found[1])
    base = details["base"]
    manages = frozenset(details["manages"])
    return Synced(fingerprint, details["prints"], base and unpack(base), manages)


def begin(server: Server, live: Live, manages: Collection[str]) -> None:
    """Write that the database will not be what the history says, before anything is changed."""
    before = read(server)
    recorded = history.snapshot(server) is not None
    base = before.base if before else None if recorded else live.texts(server.flavour)
    _write(server, Synced("", {}, base, frozenset(manages)))


def end(server: Server, live: Live, manages: Collection[str]) -> None:
    """Write what the database is like after a sync."""
    before = read(server)
    base = before.base if before else None
    _write(server, Synced(live.fingerprint, live.tables, base, frozenset(manages)))


def forget(server: Server) -> None:
    """The database is again what the history says."""
    journal.remove_note(server, SYNCED)


def recorded_end(server: Server, synced: Synced | None) -> dict[str, str] | None:
    """The definitions that the applied migrations lead to, by id; None where nobody recorded any."""
    texts = history.snapshot(server)
    if texts is None and synced is not None and synced.base is not None:
        return dict(synced.base)
    return texts


def recorded_schema(server: Server) -> Schema | None:
    """The schema that the applied migrations lead to, of a database that was synced; else None.

    An account that may not read the journal is told of no sync: to compare it needs no more than to
    see the tables.
    """
    try:
        synced = read(server)
    except ServerError as error:
        if error.errno not in DENIED:
            raise
        return None
    texts = recorded_end(server, synced) if synced else None
    return None if texts is None else schema_of(texts, server.flavour)


def _write(server: Server, synced: Synced) -> None:
    base = None if synced.base is None else pack(synced.base)
    details = {
        "prints": dict(synced.prints),
        "base": base,
        "manages": sorted(synced.manages),
    }
    journal.write_note(server, SYNCED, synced.fingerprint, json.dumps(details))
