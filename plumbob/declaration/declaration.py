"""What was declared: the schema as written, the renames, and where in which file each thing stands."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

from plumbob.ddl.lexer import Token, tokenize
from plumbob.declaration import nodes
from plumbob.declaration.faults import Notice
from plumbob.declaration.nodes import Entry, Node, Scalar
from plumbob.errors import Position
from plumbob.model import Renames, Schema, StoredKind, Table, object_id


@dataclass(frozen=True, slots=True)
class TablePlaces:
    """The entries of a table: its own, those of its keys by name, and those of its parts.

    The lists of parts run beside the tuples of the `Table`.
    """

    entry: Entry
    keys: Mapping[str, Entry]
    columns: Sequence[Entry] = ()
    indexes: Sequence[Entry] = ()
    foreign_keys: Sequence[Entry] = ()
    checks: Sequence[Entry] = ()
    periods: Sequence[Entry] = ()


@dataclass(frozen=True, slots=True)
class Declaration:
    """A declaration as it was written.

    `schema` has names only where they were given, and inherits nothing but what `database:` says.
    `documents` are the roots of the YAML files, beside `files`.
    `sections` are the kinds of stored objects that it speaks of: of all others it says nothing.
    `stored_places` has their entries by id.
    """

    schema: Schema
    renames: Renames = field(default_factory=Renames)
    files: tuple[Path, ...] = ()
    warnings: tuple[Notice, ...] = ()
    places: Mapping[str, TablePlaces] = field(default_factory=dict)
    documents: tuple[Node, ...] = ()
    sections: frozenset[StoredKind] = frozenset()
    stored_places: Mapping[str, Entry] = field(default_factory=dict)

    def position(
        self, table: str, kind: str = "table", name: str | int = "", word: str = ""
    ) -> Position | None:
        """Where a stored object, or something of a table, was written.

        Args:
            table: the name of the table or stored object.
            kind: the kind of a stored object; or "table", "column", "index", "foreign_key", "check",
                "period", or a key of the table ("comment").
            name: the part's name, or its number within the table's parts of this kind.
            word: a word of the definition to point at; without it, or where the definition does not have
                it, the place is that of the name on the left.
        """
        entry = self.stored_places.get(object_id(kind, table))
        if entry is not None:
            return _position(entry, word)
        places = self.places.get(table)
        if places is None:
            return None
        entry = _entry(self.schema.tables[table], places, kind, name)
        if kind == "column" and entry is places.entry and isinstance(entry.value, Scalar):
            # A statement is the place of all that it says.
            return _in_statement(entry.value, self._column_name(table, name), word)
        return _position(entry or places.entry, word)

    def _column_name(self, table: str, name: str | int) -> str:
        return self.schema.tables[table].columns[name].name if isinstance(name, int) else name


def _entry(table: Table, places: TablePlaces, kind: str, name: str | int) -> Entry | None:
    if kind == "table":
        return places.entry
    beside: dict[str, tuple[Sequence[object], Sequence[Entry]]] = {
        "column": (table.columns, places.columns),
        "index": (table.indexes, places.indexes),
        "foreign_key": (table.foreign_keys, places.foreign_keys),
        "check": (table.checks, places.checks),
        "period": (table.periods, places.periods),
    }
    if kind not in beside:
        # What is no key of its own may stand among the options.
        return places.keys.get(kind) or places.keys.get("options")
    parts, entries = beside[kind]
    if isinstance(name, int):
        return entries[name] if name < len(entries) else None
    for part, entry in zip(parts, entries, strict=True):
        if str(getattr(part, "name", "")).lower() == name.lower():
            return entry
    return None


def _in_statement(statement: Scalar, column: str, word: str) -> Position:
    """A word of a column's definition, or its name."""
    tokens = tokenize(statement.text, is_lenient=True)
    start = next(
        (
            token.start
            for ahead, token in pairwise(tokens)
            if ahead.value in ("(", ",") and _says(token, column)
        ),
        0,
    )
    found = _whole(word).search(statement.text, start) if start and word else None
    return statement.position(found.start() if found else start)


def _says(token: Token, name: str) -> bool:
    return token.kind in ("word", "name") and token.value.lower() == name.lower()


def _whole(word: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w$]){re.escape(word)}(?![\w$])", re.IGNORECASE)


def _position(entry: Entry, word: str) -> Position:
    if word:
        found = _find(entry.value, _whole(word))
        if found is not None:
            return found
    return (entry.key or entry.value).position()


def _find(node: Node, word: re.Pattern[str]) -> Position | None:
    if isinstance(node, Scalar):
        match = word.search(node.text)
        return node.position(match.start()) if match else None
    if isinstance(node, nodes.Sequence):
        return next((found for each in node.items if (found := _find(each, word))), None)
    for entry in node.entries:
        # In a long form the word may be a key.
        if entry.key is not None and word.fullmatch(entry.key.text):
            return entry.key.position()
        if found := _find(entry.value, word):
            return found
    return None
