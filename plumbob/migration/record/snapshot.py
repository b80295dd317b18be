"""Definitions as the history keeps them: one text an object, from which the object can be made again."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from plumbob.ddl.canonical import canonical_table
from plumbob.ddl.charsets import server_defaults
from plumbob.ddl.fingerprint import Object, fingerprint, is_print_of, objects
from plumbob.ddl.stored.recorded import of_recorded, recorded
from plumbob.ddl.tables import create_table_sql
from plumbob.diff.three_way import three_way
from plumbob.migration.migration import Script
from plumbob.model import (
    Flavour,
    NotUnderstood,
    ObjectKey,
    Schema,
    Stored,
    StoredKind,
    Table,
    key_of_id,
    object_key,
)
from plumbob.server.introspect import understand


def record(found: Object, flavour: Flavour) -> str:
    """The definition of an object, without the counter, which is data."""
    if isinstance(found, NotUnderstood):
        return found.text
    if isinstance(found, Table):
        return create_table_sql(replace(found, auto_increment=None), flavour)
    return recorded(found, flavour)


def schema_of(texts: Mapping[str, str], flavour: Flavour) -> Schema:
    """The schema of such texts."""
    tables: dict[str, Table] = {}
    stored: dict[ObjectKey, Stored] = {}
    not_understood: dict[str, NotUnderstood] = {}
    for id, found in recall(texts, flavour).items():
        if isinstance(found, NotUnderstood):
            not_understood[id] = found
        elif isinstance(found, Table):
            tables[found.name] = found
        else:
            stored[object_key(found.kind, found.name)] = found
    return Schema(tables, stored, not_understood=not_understood)


def with_known(
    now: Mapping[str, str],
    known: Mapping[str, str],
    script: Script,
    manages: Collection[StoredKind],
    *,
    is_exact: bool,
) -> dict[str, str]:
    """What is to be recorded after a script: what it touches as it is now, so that all other drift stays drift.

    Args:
        now: the live definitions, by id.
        known: those that were recorded last.
        manages: the kinds of stored objects that are ours; of others nothing is drift.
        is_exact: whether the tables are all that the script says: then none has drifted.
    """
    found = dict(now)
    for id in known.keys() | now.keys():
        key = key_of_id(id)
        is_drift = not is_exact if key is None else key.kind in manages
        if id in script.tables or not is_drift:
            continue
        if id in known:
            found[id] = known[id]
        else:
            del found[id]
    return found


def without_drift(
    old: Object, before: Object, after: Object, flavour: Flavour, print: str
) -> str | None:
    """An object as a script has changed it, but for what somebody else had changed before.

    Args:
        old: as it was recorded.
        before, after: as it was live before the script, and is now.
        print: the fingerprint that it is to have.

    Returns:
        its definition; None where the two changes cannot be told apart.
    """
    sides = [_alone(each, flavour) for each in (before, after, old)]
    merged = objects(three_way(*sides).schema)
    found = next(iter(merged.values()), None)
    if found is None or not is_print_of(print, fingerprint(found, flavour)):
        return None
    return record(found, flavour)


def _alone(found: Object, flavour: Flavour) -> Schema:
    if isinstance(found, NotUnderstood):
        return Schema()
    if isinstance(found, Table):
        return Schema({found.name: canonical_table(found, flavour, server_defaults(flavour))})
    return Schema(stored={object_key(found.kind, found.name): found})


def recall(texts: Mapping[str, str], flavour: Flavour) -> dict[str, Object]:
    """The objects of such texts, by their ids."""
    return {
        id: of_recorded(id, text, flavour)
        if key_of_id(id)
        else understand(id.removeprefix("table:"), text, flavour)
        for id, text in texts.items()
    }
