"""What the database is now, as fingerprints, and which tables differ from what they should be.

All questions that the executor asks about definitions are asked here, of one server; a cluster asks them
of every member.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from plumbob.ddl.fingerprint import (
    fingerprint,
    is_print_of,
    schema_fingerprint,
    without_list,
)
from plumbob.ddl.tables import create_table_sql
from plumbob.migration.migration import ABSENT, UNKNOWN, Migration, Script
from plumbob.model import Flavour, NotUnderstood, Table
from plumbob.server.connection import Server
from plumbob.server.introspect import read_schema, table_texts, understand


@dataclass(frozen=True, slots=True)
class Live:
    """The whole database: its fingerprint, and the fingerprint of each table."""

    fingerprint: str
    tables: Mapping[str, str]
    found: Mapping[str, Table | NotUnderstood]

    def of(self, names: Iterable[str]) -> dict[str, str]:
        """The fingerprints of these tables, ABSENT for those that are not there."""
        return {name: self.tables.get(name, ABSENT) for name in names}

    def is_before(self, script: Script) -> bool:
        """Whether this is what a script begins with."""
        ends = {name: before for name, (before, _) in script.tables.items()}
        return self.fingerprint == script.before and not differing(self.tables, ends)

    def is_after(self, script: Script) -> bool:
        """Whether this is what a script leads to."""
        ends = {name: after for name, (_, after) in script.tables.items()}
        return self.fingerprint == script.after and not differing(self.tables, ends)

    def texts(self, flavour: Flavour) -> dict[str, str]:
        """The definition of each table, without the counter, which is data."""
        return {
            name: create_table_sql(replace(each, auto_increment=None), flavour)
            if isinstance(each, Table)
            else each.text
            for name, each in self.found.items()
        }


def look(server: Server, chain: Iterable[Migration] = ()) -> Live:
    """Read all tables; those that the chain knows are managed, whatever their name looks like."""
    schema = read_schema(server, keep={name for each in chain for name in each.tables})
    found: dict[str, Table | NotUnderstood] = {**schema.tables, **schema.not_understood}
    return Live(
        fingerprint=schema_fingerprint(schema, server.flavour),
        tables={name: _fingerprint(each, server.flavour) for name, each in found.items()},
        found=found,
    )


def look_at(server: Server, names: Collection[str]) -> dict[str, str]:
    """The fingerprints of these tables, ABSENT for those that are not there."""
    texts = table_texts(server, names) if names else {}
    seen = of_texts(texts, server.flavour)
    return {name: seen.get(name, ABSENT) for name in names}


def of_texts(texts: Mapping[str, str], flavour: Flavour) -> dict[str, str]:
    """The fingerprints of tables of which the definitions are known."""
    return {
        name: _fingerprint(understand(name, text, flavour), flavour) for name, text in texts.items()
    }


def is_as(seen: Mapping[str, str], wanted: Mapping[str, str]) -> bool:
    """Whether each table is as it is wanted; never where that is UNKNOWN."""
    return UNKNOWN not in wanted.values() and not differing(seen, wanted)


def differing(seen: Mapping[str, str], wanted: Mapping[str, str]) -> list[str]:
    """The tables, of those wanted, that are not as they should be; UNKNOWN wants nothing."""
    return sorted(
        name
        for name, fingerprint in wanted.items()
        if fingerprint != UNKNOWN and not is_print_of(fingerprint, seen.get(name, ABSENT))
    )


def as_told(seen: Mapping[str, str], wanted: Mapping[str, str]) -> dict[str, str]:
    """What was seen, without lists of partitions where nothing is wanted of them."""
    return {
        name: each if "+" in wanted.get(name, UNKNOWN) else without_list(each)
        for name, each in seen.items()
    }


def listed(names: Iterable[str], most: int = 10) -> str:
    """Names for a sentence, not too many of them."""
    names = list(names)
    more = len(names) - most
    return ", ".join(names[:most]) + (f" and {more} more" if more > 0 else "")


def _fingerprint(found: Table | NotUnderstood, flavour: Flavour) -> str:
    if isinstance(found, Table):
        return fingerprint(found, flavour)
    # Nothing but equality is asked of it.
    return "sha256:" + hashlib.sha256(found.text.encode("utf-8", "surrogatepass")).hexdigest()
