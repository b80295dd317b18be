"""The text of one table: units and keys of its own mapping, written where they stand or at their place."""

from __future__ import annotations

from dataclasses import dataclass

from plumbob.declaration.declaration import TablePlaces
from plumbob.declaration.dump import ORDER
from plumbob.declaration.dump.yaml_text import Value
from plumbob.declaration.edit.extents import is_alias, written
from plumbob.declaration.edit.forms import Form, update
from plumbob.declaration.edit.units import is_own_key
from plumbob.declaration.edit.wanted import Wanted
from plumbob.declaration.edit.writing import Writer
from plumbob.declaration.nodes import Mapping, Scalar

# Settings that are SQL, and keep their spelling where they can.
_SQL = ("options", "partitions")


@dataclass(frozen=True, slots=True)
class TableText:
    """A table in its file.

    Attributes:
        places: where it stands.
        is_plain: whether what changes is written anew, without regard to its spelling.
    """

    places: TablePlaces
    writer: Writer
    is_plain: bool

    @property
    def mapping(self) -> Mapping | None:
        """The table's own mapping; None where it stands behind an alias."""
        entry = self.places.entry
        return entry.value if isinstance(entry.value, Mapping) and not is_alias(entry) else None

    @property
    def own(self) -> Mapping:
        """The same of a table that is known to have one."""
        assert self.mapping is not None
        return self.mapping

    def remove(self, key: str) -> None:
        """Take a key out, where it is the table's own."""
        if is_own_key(self.places, key):
            self.writer.remove(self.places.keys[key], self.own)

    def update(self, each: Wanted, is_flow: bool) -> None:
        """Write what a unit has to become, where it stands."""
        if each.new is not None and each.is_changed:
            update(
                self.writer,
                each.unit.entry,
                each.old,
                each.new,
                is_flow=is_flow,
                is_plain=self.is_plain,
            )
            if each.unit.was:
                self.writer.rename_back(each.unit.entry, each.unit.was, is_flow=is_flow)

    def put_key(self, key: str, value: Value, old: Value | None = None) -> None:
        """Give a key of the table a value, where it stands or at its place in the style's order."""
        mapping = self.own
        if not is_own_key(self.places, key):
            self.put(key, value)
            return
        entry = self.places.keys[key]
        if key in _SQL and isinstance(entry.value, Scalar):
            before, after = (_sql_of(each) for each in (old or "", value))
            form, new = Form(before, key), Form(after, key)
            update(self.writer, entry, form, new, is_flow=mapping.is_flow, is_plain=self.is_plain)
        else:
            self.writer.value(entry, value, mapping.is_flow)

    def put(self, key: str, value: Value) -> None:
        """Write a section or a key whole; one that is there is replaced."""
        if not value:
            return
        mapping = self.own
        if is_own_key(self.places, key) or (
            key in self.places.keys and is_alias(self.places.keys[key])
        ):
            self.writer.value(self.places.keys[key], value, mapping.is_flow)
            return
        present = written(mapping)
        place = ORDER.index(key)
        before = [
            each
            for each in present
            if each.key is not None
            and (each.key.text not in ORDER or ORDER.index(each.key.text) < place)
        ]
        self.writer.insert([(key, value)], mapping, before[-1] if before else None)


def _sql_of(value: Value) -> str:
    return value if isinstance(value, str) else getattr(value, "text", "")
