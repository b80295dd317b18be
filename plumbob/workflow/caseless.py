"""A declaration as a server takes it that knows no case in names of tables (lower_case_table_names)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TypeVar

from plumbob.declaration import Declaration
from plumbob.declaration.nodes import Entry
from plumbob.errors import Exit, PlumbobError
from plumbob.model import (
    ForeignKey,
    ObjectKey,
    Renames,
    Schema,
    Sequence,
    Stored,
    Table,
    Trigger,
    View,
    object_key,
)
from plumbob.server.connection import Server

V = TypeVar("V")
# Names are kept as they were written and compared without case: file systems of macOS.
_KEPT = "2"


def as_stored(declaration: Declaration, server: Server) -> Declaration:
    """The declaration with the names of tables as this server stores them.

    Raises:
        PlumbobError: BAD_INPUT where two tables would have one name.
    """
    if not server.folds_table_names:
        return declaration
    _refuse_one_name_for_two(declaration)
    schema = declaration.schema
    tables = {name.lower(): _table(table) for name, table in schema.tables.items()}
    return replace(
        declaration,
        schema=replace(schema, tables=tables, stored=dict(map(_stored, schema.stored.values()))),
        renames=_renames(declaration.renames),
        places={name.lower(): places for name, places in declaration.places.items()},
        stored_places=_places(declaration),
    )


def refuse_kept_case(live: Schema, server: Server) -> None:
    """Refuse names that are stored in one case and printed in another: no such server was tried.

    Raises:
        PlumbobError: UNSAFE, with the first name in capitals.
    """
    if server.settings.get("lower_case_table_names") != _KEPT:
        return
    for name in live.tables:
        if name != name.lower():
            raise PlumbobError(
                f"{name} has capitals, and lower_case_table_names is 2 on {server.target.label()}",
                advice="use names in small letters there, or a server in a container",
                exit=Exit.UNSAFE,
            )


def _refuse_one_name_for_two(declaration: Declaration) -> None:
    seen: dict[str, str] = {}
    for name in declaration.schema.tables:
        first = seen.setdefault(name.lower(), name)
        if first != name:
            raise PlumbobError(
                f"{first} and {name} differ only in case, and this server knows no case",
                advice="lower_case_table_names is on there: give one of them another name",
                where=declaration.position(name),
            )


def _table(table: Table) -> Table:
    return replace(
        table, name=table.name.lower(), foreign_keys=tuple(map(_key, table.foreign_keys))
    )


def _stored(stored: Stored) -> tuple[ObjectKey, Stored]:
    """Views and sequences have their names among those of tables; a trigger has a table."""
    if isinstance(stored, Trigger):
        stored = replace(stored, table=stored.table.lower())
    elif isinstance(stored, View | Sequence):
        stored = replace(stored, name=stored.name.lower())
    return object_key(stored.kind, stored.name), stored


def _places(declaration: Declaration) -> dict[str, Entry]:
    ids = {
        str(object_key(each.kind, each.name)): each for each in declaration.schema.stored.values()
    }
    return {
        str(_stored(ids[id])[0]) if id in ids else id: entry
        for id, entry in declaration.stored_places.items()
    }


def _key(key: ForeignKey) -> ForeignKey:
    schema = key.parent_schema.lower() if key.parent_schema else None
    return replace(key, parent=key.parent.lower(), parent_schema=schema)


def _renames(renames: Renames) -> Renames:
    """The same without those that change nothing but the case."""
    tables = {new.lower(): old.lower() for new, old in renames.tables.items()}
    return Renames(
        {new: old for new, old in tables.items() if new != old},
        _of_tables(renames.columns),
        _of_tables(renames.indexes),
    )


def _of_tables(parts: Mapping[tuple[str, str], V]) -> dict[tuple[str, str], V]:
    return {(table.lower(), name): old for (table, name), old in parts.items()}
