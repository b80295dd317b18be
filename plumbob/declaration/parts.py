"""Columns, indexes, foreign keys, checks and periods: what a table and a mixin have in common."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from plumbob.ddl.columns import ColumnParts
from plumbob.declaration.columns import read_column
from plumbob.declaration.constraints import read_check, read_foreign_key
from plumbob.declaration.faults import Faults
from plumbob.declaration.fields import Fields, mapping_entries, parts_entries
from plumbob.declaration.indexes import read_index, read_primary_key
from plumbob.declaration.nodes import Entry, Scalar
from plumbob.declaration.periods import read_period
from plumbob.model import Check, ForeignKey, Index, Period


@dataclass(slots=True)
class Parts:
    """What was read, each with the entry of the file that it comes from."""

    columns: list[tuple[ColumnParts, Entry]] = field(default_factory=list)
    indexes: list[tuple[Index, Entry]] = field(default_factory=list)
    foreign_keys: list[tuple[ForeignKey, Entry]] = field(default_factory=list)
    checks: list[tuple[Check, Entry]] = field(default_factory=list)
    periods: list[tuple[Period, Entry]] = field(default_factory=list)
    column_renames: dict[str, Scalar] = field(default_factory=dict)
    index_renames: dict[str, Scalar] = field(default_factory=dict)


def read_parts(fields: Fields, faults: Faults) -> Parts:
    """Read the parts of a table or a mixin; those that cannot be understood are left out, with an error."""
    parts = Parts()
    _read_columns(parts, fields, faults)
    with faults.collected():
        primary = fields.scalar("primary_key")
        if primary is not None:
            index = read_primary_key(primary)
            parts.indexes.append((index, fields.entries["primary_key"]))
    for entry, what in _entries(fields, "indexes", "index", faults):
        with faults.collected():
            index, was = read_index(entry, what, faults)
            parts.indexes.append((index, entry))
            if was is not None:
                parts.index_renames[index.name] = was
    for entry, what in _entries(fields, "foreign_keys", "foreign key", faults):
        with faults.collected():
            parts.foreign_keys.append((read_foreign_key(entry, what, faults), entry))
    for entry, what in _entries(fields, "checks", "check", faults):
        with faults.collected():
            parts.checks.append((read_check(entry, what, faults), entry))
    for entry, what in _entries(fields, "periods", "period", faults):
        with faults.collected():
            parts.periods.append((read_period(entry, what, faults), entry))
    return parts


def _read_columns(parts: Parts, fields: Fields, faults: Faults) -> None:
    """The columns, and what is written inside of them."""
    entries: Sequence[Entry] = ()
    with faults.collected():
        entries = mapping_entries(fields.node("columns"), f"the columns of {fields.what}")
    for entry in entries:
        with faults.collected():
            name = entry.key.text if entry.key else ""
            found, was = read_column(entry, f"the column {name} of {fields.what}", faults)
            parts.columns.append((found, entry))
            parts.indexes.extend((index, entry) for index in found.indexes)
            parts.foreign_keys.extend((key, entry) for key in found.foreign_keys)
            parts.checks.extend((check, entry) for check in found.checks)
            if was is not None:
                parts.column_renames[name] = was


def _entries(fields: Fields, key: str, kind: str, faults: Faults) -> Iterator[tuple[Entry, str]]:
    """The entries of a section with what messages call them."""
    entries: list[Entry] = []
    with faults.collected():
        entries = list(parts_entries(fields.node(key), f"{key!r} of {fields.what}"))
    for entry in entries:
        if entry.key is not None and not entry.key.text:
            faults.error(
                f"the name of an entry in {key!r} of {fields.what} is empty",
                entry.key.position(),
                "a list has entries without names",
            )
            continue
        name = f" {entry.key.text}" if entry.key else ""
        yield entry, f"the {kind}{name} of {fields.what}"
