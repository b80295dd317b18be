"""Which names a text has in it: those that the objects it uses are among."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace

from plumbob.ddl.lexer import tokenize
from plumbob.ddl.quote import unquote_name
from plumbob.ddl.stored.relations import calls, relations
from plumbob.model import (
    STORED_KINDS,
    ObjectKey,
    Schema,
    Sequence,
    Stored,
    Table,
    Trigger,
    View,
    object_key,
)

_NAME = re.compile(r"`(?:[^`]|``)+`|[\w$]+")


def mentions(stored: Stored) -> frozenset[str]:
    """The names in a body, in lower case: of a view those that it reads from and calls.

    Of a program every word and quoted name, and the table of a trigger. That is more than it uses
    (a word in a comment counts as well): for what has to be there beside it, too much does no harm.
    """
    if isinstance(stored, Sequence):
        return frozenset()
    if isinstance(stored, View):
        tokens = tokenize(stored.select.sql)
        own = (each.name.lower() for each in relations(tokens) if each.schema is None)
        return frozenset({*own, *map(str.lower, calls(tokens))})
    found = {_value(word).lower() for word in _NAME.findall(stored.body)}
    if isinstance(stored, Trigger):
        found.add(stored.table.lower())
    return frozenset(found)


def _value(word: str) -> str:
    return unquote_name(word) if word.startswith("`") else word


def surroundings(wanted: Iterable[Table | Stored], schema: Schema) -> Schema:
    """What these objects are made of, and what that is made of, and so on: the part of a schema.

    The objects themselves are among it where the schema has them.
    """
    tables = {name.lower(): table for name, table in schema.tables.items()}
    stored: dict[str, list[Stored]] = defaultdict(list)
    for each in schema.stored.values():
        if each.kind not in ("trigger", "event"):
            stored[each.name.lower()].append(each)
    found_tables: dict[str, Table] = {}
    found_stored: dict[ObjectKey, Stored] = {}
    waiting: list[Table | Stored] = list(wanted)
    while waiting:
        for name in mentioned(waiting.pop()):
            table = tables.get(name)
            if table is not None and table.name not in found_tables:
                found_tables[table.name] = table
                waiting.append(table)
            for other in stored.get(name, ()):
                key = object_key(other.kind, other.name)
                if key not in found_stored:
                    found_stored[key] = other
                    waiting.append(other)
    return replace(schema, tables=found_tables, stored=found_stored, not_understood={})


def mentioned(found: Table | Stored) -> frozenset[str]:
    """The same for any object: of a table what its defaults name, among which a sequence may be."""
    if not isinstance(found, Table):
        return mentions(found)
    defaults = (column.default for column in found.columns)
    texts = [each.expression.sql for each in defaults if each and each.expression]
    return frozenset(_value(word).lower() for text in texts for word in _NAME.findall(text))


def in_making_order(stored: Iterable[Stored]) -> list[Stored]:
    """Kind by kind in the order of `STORED_KINDS`, and each view behind those that it names."""
    found = sorted(stored, key=lambda each: STORED_KINDS.index(each.kind))
    views = [each for each in found if each.kind == "view"]
    # Two names may differ in case alone; which of them a text means is then left open.
    known: dict[str, list[Stored]] = defaultdict(list)
    for view in views:
        known[view.name.lower()].append(view)
    placed: dict[str, Stored] = {}

    def place(view: Stored, above: frozenset[str]) -> None:
        for name in sorted(mentions(view) & known.keys()):
            for other in known[name]:
                if other.name not in above and other.name not in placed:
                    place(other, above | {other.name})
        placed.setdefault(view.name, view)

    for view in views:
        place(view, frozenset({view.name}))
    ordered = iter(placed.values())
    return [next(ordered) if each.kind == "view" else each for each in found]
