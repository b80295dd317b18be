"""Views, triggers, routines, events and sequences of a YAML declaration, brought up to what is live."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from collections.abc import Mapping as MappingOf
from dataclasses import replace

from plumbob.ddl.lexer import tokenize
from plumbob.declaration.declaration import Declaration
from plumbob.declaration.dump.stored import (
    Usual,
    section_of,
    stored_fields,
    stored_text,
    stored_value,
)
from plumbob.declaration.dump.yaml_text import Block
from plumbob.declaration.edit.document import Document
from plumbob.declaration.edit.extents import is_alias, written
from plumbob.declaration.edit.order import exchanged
from plumbob.declaration.edit.respell import respelled
from plumbob.declaration.edit.writing import Writer
from plumbob.declaration.keys import STORED_SECTIONS
from plumbob.declaration.nodes import Entry, Mapping, Scalar
from plumbob.model import Flavour, ObjectKey, Schema, Stored, Trigger, View

# A text that is longer gets a line for each of its clauses.
_LONGEST = 90
# `a.b AS b`, as servers print a column.
_OWN_NAME = re.compile(r"\b(\w+\.)(\w+) AS \2\b")


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
        usual: Usual,
    ) -> None:
        self.document = document
        self.declaration = declaration
        self.declared = declared.stored
        self.live = live.stored
        self.flavour = flavour
        self.writer = writer
        self.usual = usual
        # Where triggers that run in another order stand by now.
        self.exchanged: dict[ObjectKey, Entry] = {}

    def run(self, changed: Collection[str], plain: Collection[str]) -> None:
        """Write what differs; `changed` and `plain` are ids."""
        self._exchange(plain)
        fresh = [key for key in self.live if str(key) in changed and key not in self.declared]
        coming = {section_of(self.live[key]) for key in fresh}
        for key, old in self.declared.items():
            entry = self._entry(key)
            if str(key) not in changed or entry is None or key in self.exchanged:
                continue
            new = self.live.get(key)
            if new is None:
                self._remove(entry, section_of(old), coming)
            elif old != new or str(key) in plain:
                self._update(entry, old, new, is_plain=str(key) in plain)
        # A new section at the end of the file stands behind what comes into the last one that is there.
        for section, kind in sorted(
            STORED_SECTIONS.items(), key=lambda pair: self._is_new(pair[0])
        ):
            if keys := [key for key in fresh if key.kind == kind]:
                self._insert(section, keys)

    def _is_new(self, section: str) -> bool:
        return not [*self.document.sections(section)]

    def _entry(self, key: ObjectKey) -> Entry | None:
        return self.declaration.stored_places.get(str(key))

    def _exchange(self, plain: Collection[str]) -> None:
        """Triggers that run in another order take each other's places, with their comments."""
        for mine, theirs in exchanged(self.declared, self.live):
            place, entry = self._entry(mine), self._entry(theirs)
            if place is None or entry is None:
                continue
            self.exchanged[theirs] = place
            old, new = self.declared[theirs], self.live[theirs]
            is_changed = replace(old, name=new.name) != new or str(theirs) in plain
            value = stored_value(new, self.usual, self.flavour)
            self.writer.put(place, entry, value, is_changed=is_changed)

    def _remove(self, entry: Entry, section: str, coming: Collection[str]) -> None:
        """Take an entry out; a section that is empty then stays, for it says that there are none."""
        for found in self.document.sections(section):
            mapping = found.value
            if not isinstance(mapping, Mapping) or not any(e is entry for e in written(mapping)):
                continue
            staying = [each for each in written(mapping) if self._stays(each, section)]
            if staying:
                self.writer.remove(entry, mapping)
            elif section not in coming:
                self.writer.value(found, [], is_flow=False)

    def _stays(self, entry: Entry, section: str) -> bool:
        names = {each.name.lower() for each in self.live.values() if section_of(each) == section}
        return entry.key is not None and entry.key.text.lower() in names

    def _update(self, entry: Entry, old: Stored, new: Stored, *, is_plain: bool) -> None:
        before, after = (stored_text(each, self.flavour) for each in (old, new))
        mine = stored_fields(old, Usual())
        theirs = stored_fields(new, replace(self.usual, definer=""))
        differing = {key: value for key, value in theirs.items() if mine.get(key) != value}
        mapping = entry.value if isinstance(entry.value, Mapping) else None
        if mapping is not None:
            # What was said goes without saying now.
            for each in written(mapping):
                if each.key is not None and each.key.text in mine.keys() - theirs.keys():
                    self.writer.remove(each, mapping)
        if mapping is None and (differing or is_alias(entry)):
            said = [("sql", Block(after, is_verbatim=True)), *differing.items()]
            is_flow = self.document.is_flow(entry)
            self.writer.value(entry, said if differing else said[0][1], is_flow)
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
        respell = _respelled if isinstance(new, View) else respelled
        text = after if is_plain else respell(target.value.text, before, after)
        is_flow = self.document.is_flow(entry) or (mapping is not None and mapping.is_flow)
        if is_flow:
            self.writer.scalar(target, text.rstrip("\n"), is_flow)
        elif "\n" in text.strip() and target.value.style not in ("|", ">"):
            self.writer.value(target, Block(text.rstrip("\n"), is_verbatim=True), is_flow=False)
        else:
            self.writer.scalar(target, text.rstrip("\n"), is_flow=False)

    def _insert(self, section: str, keys: list[ObjectKey]) -> None:
        pairs = {
            key: (self.live[key].name, stored_value(self.live[key], self.usual, self.flavour))
            for key in keys
        }
        found = next(iter(self.document.sections(section)), None)
        if found is None:
            root = self.document.roots[0]
            self.writer.insert([(section, list(pairs.values()))], root, written(root)[-1])
            return
        mapping = found.value
        entries = [
            each
            for each in (written(mapping) if isinstance(mapping, Mapping) else ())
            if each.key is not None and self._stays(each, section)
        ]
        if not isinstance(mapping, Mapping) or not entries:
            self.writer.value(found, list(pairs.values()), self.document.is_flow(found))
            return
        places = {each.key.text.lower(): each for each in entries if each.key is not None}
        places |= {key.name.lower(): entry for key, entry in self.exchanged.items()}
        order = [key for key in self.live if key.kind == keys[0].kind]
        for key in keys:
            behind = self._behind(key, order, places, written(mapping))
            self.writer.insert([pairs[key]], mapping, behind)

    def _behind(
        self,
        key: ObjectKey,
        order: Sequence[ObjectKey],
        places: MappingOf[str, Entry],
        beside: Sequence[Entry],
    ) -> Entry | None:
        """The entry that a new one stands behind, None for the first; triggers stand as they run."""
        at = order.index(key)
        ahead = [each for each in order[:at] if each.name.lower() in places]
        together = [each for each in ahead if self._run_together(each, key)]
        if together:
            return places[together[-1].name.lower()]
        for each in order[at + 1 :]:
            if self._run_together(each, key) and each.name.lower() in places:
                following = places[each.name.lower()]
                number = next(n for n, entry in enumerate(beside) if entry is following)
                return beside[number - 1] if number else None
        return places[ahead[-1].name.lower()] if ahead else None

    def _run_together(self, one: ObjectKey, other: ObjectKey) -> bool:
        first, second = self.live[one], self.live[other]
        return (
            isinstance(first, Trigger)
            and isinstance(second, Trigger)
            and first.moment == second.moment
        )


def _respelled(written: str, before: str, after: str) -> str:
    """As `respelled`, for a SELECT: what stands on one line stays there while it is short enough."""
    if "\n" not in written.strip():
        before, after = (_named_once(each, written) for each in (before, after))
        flat = respelled(written, _on_one_line(before), _on_one_line(after))
        if len(flat) <= _LONGEST:
            return flat
    return respelled(written, before, after)


def _named_once(select: str, written: str) -> str:
    """A SELECT of a server, with columns named as in what was written where they have no other name.

    That it says the same still is for the caller of `edit` to see, as with all that is respelled.
    """
    if re.search(r"\bas\b", written, re.IGNORECASE):
        return select
    return _OWN_NAME.sub(r"\1\2" if "." in written else r"\2", select)


def _on_one_line(select: str) -> str:
    """The text without its line ends, and with a blank behind each comma."""
    said: list[str] = []
    end = 0
    for token in tokenize(select):
        is_apart = token.start > end or said[-1:] == [","]
        said += [" " * (is_apart and end > 0), token.text]
        end = token.end
    return "".join(said)
