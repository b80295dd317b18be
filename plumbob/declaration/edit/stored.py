"""Views, triggers, routines, events and sequences of a YAML declaration, brought up to what is live."""

from __future__ import annotations

from collections.abc import Collection

from plumbob.declaration.declaration import Declaration
from plumbob.declaration.dump.stored import (
    Usual,
    section_of,
    stored_fields,
    stored_text,
    stored_value,
    usual_of,
)
from plumbob.declaration.dump.yaml_text import Block
from plumbob.declaration.edit.document import Document
from plumbob.declaration.edit.extents import is_alias, written
from plumbob.declaration.edit.respell import respelled
from plumbob.declaration.edit.writing import Writer
from plumbob.declaration.nodes import Entry, Mapping, Scalar
from plumbob.model import Flavour, ObjectKey, Schema, Stored


class StoredEdit:
    """The sections of stored objects while they are edited."""

    def __init__(
        self,
        document: Document,
        declaration: Declaration,
        declared: Schema,
        live: Schema,
        flavour: Flavour,
        writer: Writer,
    ) -> None:
        self.document = document
        self.declaration = declaration
        self.declared = declared.stored
        self.live = live.stored
        self.flavour = flavour
        self.writer = writer

    def run(self, changed: Collection[str], plain: Collection[str]) -> None:
        """Write what differs; `changed` and `plain` are ids."""
        for key, old in self.declared.items():
            entry = self.declaration.stored_places.get(str(key))
            if str(key) not in changed or entry is None:
                continue
            new = self.live.get(key)
            if new is None:
                self._remove(entry, section_of(old))
            elif old != new or str(key) in plain:
                self._update(entry, old, new, is_plain=str(key) in plain)
        fresh = [key for key in self.live if str(key) in changed and key not in self.declared]
        for section in dict.fromkeys(section_of(self.live[key]) for key in fresh):
            self._insert(section, [key for key in fresh if section_of(self.live[key]) == section])

    def _remove(self, entry: Entry, section: str) -> None:
        """Take an entry out; a section that is empty then stays, for it says that there are none."""
        for found in self.document.sections(section):
            mapping = found.value
            if not isinstance(mapping, Mapping) or not any(e is entry for e in written(mapping)):
                continue
            staying = [each for each in written(mapping) if self._stays(each, section)]
            if staying:
                self.writer.remove(entry, mapping)
            else:
                self.writer.value(found, [], is_flow=False)

    def _stays(self, entry: Entry, section: str) -> bool:
        names = {each.name.lower() for each in self.live.values() if section_of(each) == section}
        return entry.key is not None and entry.key.text.lower() in names

    def _update(self, entry: Entry, old: Stored, new: Stored, *, is_plain: bool) -> None:
        before, after = (stored_text(each, self.flavour) for each in (old, new))
        mine, theirs = (stored_fields(each, Usual()) for each in (old, new))
        differing = {key: value for key, value in theirs.items() if mine.get(key) != value}
        mapping = entry.value if isinstance(entry.value, Mapping) else None
        if mapping is None and (differing or is_alias(entry)):
            said = [("sql", Block(after, is_verbatim=True)), *differing.items()]
            self.writer.value(entry, said if differing else said[0][1], is_flow=False)
            return
        target = entry
        if mapping is not None:
            entries = {each.key.text: each for each in written(mapping) if each.key is not None}
            target = entries["sql"]
            for key, value in differing.items():
                if key in entries:
                    self.writer.value(entries[key], value, mapping.is_flow)
                else:
                    self.writer.insert([(key, value)], mapping, written(mapping)[-1])
        if before == after and not is_plain:
            return
        assert isinstance(target.value, Scalar)
        text = after if is_plain else respelled(target.value.text, before, after)
        if "\n" in text.strip() and target.value.style not in ("|", ">"):
            self.writer.value(target, Block(text.rstrip("\n"), is_verbatim=True), is_flow=False)
        else:
            self.writer.scalar(target, text.rstrip("\n"), mapping is not None and mapping.is_flow)

    def _insert(self, section: str, keys: list[ObjectKey]) -> None:
        usual = usual_of(self.live.values())
        found = next(iter(self.document.sections(section)), None)
        if found is None:
            return
        order = [key for key in self.live if section_of(self.live[key]) == section]
        mapping = found.value
        entries = {
            each.key.text.lower(): each
            for each in (written(mapping) if isinstance(mapping, Mapping) else ())
            if each.key is not None and self._stays(each, section)
        }
        pairs = [
            (self.live[key].name, stored_value(self.live[key], usual, self.flavour)) for key in keys
        ]
        if not isinstance(mapping, Mapping) or not entries:
            self.writer.value(found, pairs, is_flow=False)
            return
        for key, pair in zip(keys, pairs, strict=True):
            ahead = [self.live[each].name.lower() for each in order[: order.index(key)]]
            known = [entries[name] for name in ahead if name in entries]
            self.writer.insert([pair], mapping, known[-1] if known else None)
