"""Definitions as the history keeps them: one text an object, from which the object can be made again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from plumbob.ddl.fingerprint import Object
from plumbob.ddl.stored.recorded import of_recorded, recorded
from plumbob.ddl.tables import create_table_sql
from plumbob.model import (
    Flavour,
    NotUnderstood,
    ObjectKey,
    Schema,
    Stored,
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


def recall(texts: Mapping[str, str], flavour: Flavour) -> dict[str, Object]:
    """The objects of such texts, by their ids."""
    return {
        id: of_recorded(id, text, flavour)
        if key_of_id(id)
        else understand(id.removeprefix("table:"), text, flavour)
        for id, text in texts.items()
    }
