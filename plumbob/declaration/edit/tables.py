"""One table of a declaration brought up to what is live, entry by entry."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from plumbob.declaration.declaration import TablePlaces
from plumbob.declaration.dump import ORDER, table_pairs, table_settings
from plumbob.declaration.dump.columns import column_value
from plumbob.declaration.dump.keys import (
    check_pairs,
    foreign_key_pairs,
    index_pairs,
    index_text,
    is_implied,
    key_values,
    key_words,
    primary_key_value,
)
from plumbob.declaration.dump.words import text_of
from plumbob.declaration.dump.yaml_text import Pairs, Value
from plumbob.declaration.edit.extents import is_alias, raw_value, written
from plumbob.declaration.edit.forms import Form, update
from plumbob.declaration.edit.order import detached_mixins, moved, placed
from plumbob.declaration.edit.units import SECTIONS, Kind, Unit, is_own_key, own_section
from plumbob.declaration.edit.wanted import Side, Wanted, wanted
from plumbob.declaration.edit.writing import Writer
from plumbob.declaration.nodes import Entry, Mapping, Node, Scalar, Sequence
from plumbob.model import Flavour, ForeignKey, Table

_PARTS = ("columns", "primary_key", "indexes", "foreign_keys", "checks")
# Settings that are SQL, and keep their spelling where they can.
_SQL = ("options", "partitions")


@dataclass(frozen=True, slots=True)
class Remark:
    """Something about a table that a person should know of what was written, or could not be."""

    table: str
    what: str


@dataclass(slots=True)
class TableEdit:
    """A table while it is edited.

    Attributes:
        places: where it stands.
        units: its parts in the file.
        mixins: the units of each mixin that it uses, by the mixin's name, in their order.
        declared, live: both sides.
        database: what tables inherit.
        agreed: what the place of a unit is going to say, where several tables share it.
        is_plain: whether what changes is written anew, without regard to its spelling.
    """

    name: str
    places: TablePlaces
    units: list[Unit]
    mixins: dict[str, list[Unit]]
    declared: Side
    live: Side
    database: Table
    writer: Writer
    is_plain: bool = False
    remarks: list[Remark] = field(default_factory=list)
    # What the columns and sections that were looked at say by now.
    said: set[tuple[Kind, str]] = field(default_factory=set)
    # Columns that had an entry of their own before, and those that stand in a mixin.
    there: set[str] = field(default_factory=set)

    @property
    def flavour(self) -> Flavour:
        return self.live.around.flavour

    @property
    def mapping(self) -> Mapping | None:
        """The table's own mapping; None where it stands behind an alias."""
        entry = self.places.entry
        return entry.value if isinstance(entry.value, Mapping) and not is_alias(entry) else None

    def wishes(self) -> list[Wanted]:
        """What each unit has to become, new parts inside of columns taken in."""
        known = {(unit.kind, unit.live_name.lower()) for unit in self.units}
        known |= {(kind, name.lower()) for unit in self.units for kind, name in unit.inside}
        new: dict[str, list[tuple[Kind, str]]] = {}
        for kind, name in self._live_parts():
            column = self.live.column_inside(kind, name)
            if column and (kind, name.lower()) not in known:
                new.setdefault(column.lower(), []).append((kind, name))
        # A part that loses its own entry, because a column can say it, is none of these.
        return [
            wanted(
                unit,
                self.declared,
                self.live,
                new.get(unit.live_name.lower(), ())
                if unit.kind == "column" and unit.is_own
                else (),
            )
            for unit in self.units
        ]

    def _live_parts(self) -> Iterator[tuple[Kind, str]]:
        table = self.live.table
        yield from (("index", index.name) for index in table.indexes)
        yield from (("foreign_key", key.name) for key in table.foreign_keys)

    def run(self, agreed: Callable[[Wanted], bool]) -> None:
        """Write all that differs.

        Args:
            agreed: whether the place of a unit that is not the table's own will say what is wanted.
        """
        mapping = self.mapping
        if mapping is None or not written(mapping):
            is_as_wanted = self.declared.table == self.live.table
            if is_as_wanted and all(map(agreed, self.wishes())):
                return
            self.writer.value(self.places.entry, self._whole(), self._is_flow())
            return
        wishes = self._without_detached(self.wishes(), agreed)
        for each in wishes:
            if each.is_own and is_alias(each.unit.entry):
                each.is_changed = not agreed(each)
        self.said = {part for each in wishes for part in each.says}
        self.there = {each.unit.live_name.lower() for each in wishes if each.unit.kind == "column"}
        self._columns(mapping, [each for each in wishes if each.unit.kind == "column"], agreed)
        self._primary_key(mapping, wishes)
        kinds: tuple[Kind, ...] = ("index", "foreign_key", "check")
        for kind in kinds:
            self._section(mapping, kind, [each for each in wishes if each.unit.kind == kind])
        self._settings(mapping)

    def _whole(self) -> Pairs:
        return table_pairs(self.live.table, self.database, self.flavour)

    def _is_flow(self) -> bool:
        entry = self.places.entry
        return isinstance(entry.value, Mapping) and entry.value.is_flow and not is_alias(entry)

    def _without_detached(
        self, wishes: list[Wanted], agreed: Callable[[Wanted], bool]
    ) -> list[Wanted]:
        """The units that stay; mixins that no longer say what is live are taken out of `use`."""
        by_unit = {id(each.unit): each for each in wishes}
        kept = {name: [by_unit[id(unit)] for unit in units] for name, units in self.mixins.items()}
        gone = detached_mixins(kept, self.live.table, agreed)
        if not gone:
            return wishes
        self._take_out_of_use(gone)
        left = {id(each.unit) for name in gone for each in kept[name]}
        for name in gone:
            self.remarks.append(
                Remark(
                    self.name,
                    f"the mixin {name} is written out in it, for it no longer says what is live",
                )
            )
        return [each for each in wishes if id(each.unit) not in left]

    def _take_out_of_use(self, gone: list[str]) -> None:
        entry = self.places.keys["use"]
        mapping = self.mapping
        assert mapping is not None
        names = [name for name in self.mixins if name not in gone]
        if not names:
            self.writer.remove(entry, mapping)
        elif len(names) == 1:
            self.writer.scalar(entry, names[0], mapping.is_flow)
        else:
            self.writer.scalar(entry, f"[{', '.join(names)}]", mapping.is_flow)

    # Columns

    def _columns(
        self, mapping: Mapping, wishes: list[Wanted], agreed: Callable[[Wanted], bool]
    ) -> None:
        section = own_section(self.places, "columns")
        in_mixins = {id(unit) for units in self.mixins.values() for unit in units}
        mixed = {each.unit.live_name.lower() for each in wishes if id(each.unit) in in_mixins}
        own = [each for each in wishes if each.is_own]
        staying = [each for each in own if each.new is not None]
        merged = [each for each in wishes if not each.is_own and id(each.unit) not in in_mixins]
        order = [
            column.name for column in self.live.table.columns if column.name.lower() not in mixed
        ]
        there = [each.unit.live_name.lower() for each in wishes if id(each.unit) not in in_mixins]
        if merged and all(map(agreed, merged)) and there == [name.lower() for name in order]:
            for each in own:
                self._update(each, isinstance(section, Mapping) and section.is_flow)
            return
        names = {each.unit.live_name.lower(): each for each in own}
        is_anew = self.is_plain and isinstance(section, Mapping) and section.is_flow
        if not isinstance(section, Mapping) or not staying or is_anew:
            pairs = [(name, self._column_value(name, names)) for name in order]
            self._put(mapping, "columns", pairs)
            return
        # What is merged in does not fit any more: all of it is written out.
        for merge in section.merges:
            self.writer.remove(merge, section)
        for each in own:
            if each.new is None:
                self.writer.remove(each.unit.entry, section)
            elif each.is_changed:
                self._update(each, section.is_flow)
        self._place_columns(section, staying, order, names)

    def _place_columns(
        self, section: Mapping, staying: list[Wanted], order: list[str], names: dict[str, Wanted]
    ) -> None:
        """Put in what is new, and move what stands elsewhere."""
        there = [each.unit.live_name for each in staying]
        moving = moved(there, order)
        entries = {each.unit.live_name.lower(): each.unit.entry for each in staying}
        for name in moving:
            self.writer.remove(entries[name], section)
        stable = {name: entry for name, entry in entries.items() if name not in moving}
        for behind, group in placed(order, stable):
            pairs = [(name, self._column_value(name, names)) for name in group]
            if behind is None:
                pairs = pairs if section.is_flow else pairs[::1]
            self.writer.insert(pairs, section, stable[behind] if behind else None)

    def _column_value(self, name: str, names: dict[str, Wanted]) -> Value:
        """A new column's definition; that of one that moves or left a mixin, as it was written."""
        column = self.live.table.column(name)
        assert column is not None
        known = names.get(name.lower()) or self._left(name)
        if known is not None and known.new is not None and not known.is_changed:
            raw = raw_value(known.unit.entry)
            if raw is not None:
                self.said |= known.says
                return raw
        return column_value(column, self.live.around)

    def _left(self, name: str) -> Wanted | None:
        """A column that came from a mixin, as it stands there."""
        for units in self.mixins.values():
            for unit in units:
                if unit.kind == "column" and unit.live_name.lower() == name.lower():
                    return wanted(unit, self.declared, self.live, ())
        return None

    def _update(self, each: Wanted, is_flow: bool) -> None:
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

    # Keys and checks

    def _primary_key(self, mapping: Mapping, wishes: list[Wanted]) -> None:
        entry = self._primary()
        live = self.live.table.primary_key
        unit = next((each for each in wishes if each.unit.entry is entry), None)
        column = self.live.column_inside("index", "PRIMARY")
        is_said = ("index", "primary") in self.said
        if unit is not None and unit.is_own:
            if live is None:
                self.writer.remove(unit.unit.entry, mapping)
            else:
                self._update(unit, mapping.is_flow)
        elif live is not None and not is_said and (not column or column.lower() in self.there):
            self._put_key(mapping, "primary_key", primary_key_value(live))

    def _section(self, mapping: Mapping, kind: Kind, wishes: list[Wanted]) -> None:
        key = SECTIONS[kind]
        own = [each for each in wishes if each.is_own and each.unit.entry is not self._primary()]
        new = [pair for pair in self._pairs(kind) if (kind, pair[0].lower()) not in self.said]
        section = own_section(self.places, key)
        staying = [each for each in own if each.new is not None]
        is_replaced = isinstance(section, Mapping | Sequence) and not self._has_merges(section)
        if is_replaced and (own or new) and not staying:
            self._replace_section(mapping, key, new)
            return
        for each in own:
            if each.new is None and isinstance(section, Mapping):
                self.writer.remove(each.unit.entry, section)
            elif each.new is None and isinstance(section, Sequence):
                self.writer.remove_item(each.unit.entry, section)
            elif isinstance(section, Mapping | Sequence):
                self._update(each, section.is_flow)
        if not new:
            return
        if isinstance(section, Mapping) and staying:
            self.writer.insert(new, section, staying[-1].unit.entry)
        elif isinstance(section, Sequence) and staying:
            self.writer.insert_items([value for _, value in new], section, staying[-1].unit.entry)
        else:
            self._put(mapping, key, new)

    def _has_merges(self, section: Node) -> bool:
        return isinstance(section, Mapping) and bool(section.merges)

    def _replace_section(self, mapping: Mapping, key: str, pairs: Pairs) -> None:
        if pairs:
            self.writer.value(self.places.keys[key], pairs, mapping.is_flow)
        else:
            self.writer.remove(self.places.keys[key], mapping)

    def _primary(self) -> Entry | None:
        return self.places.keys.get("primary_key")

    def _pairs(self, kind: Kind) -> list[tuple[str, Value]]:
        """All live parts of a kind with what they are written as in a section."""
        table = self.live.table
        if kind == "check":
            return list(check_pairs(table))
        rest: dict[str, Value]
        pairs: dict[str, Value]
        if kind == "index":
            pairs = dict(index_pairs(table))
            rest = {
                index.name: index_text(index)
                for index in table.indexes
                if index.kind != "primary" and not is_implied(index, table)
            }
        else:
            rest = {key.name: self._key_value(key) for key in table.foreign_keys}
            pairs = {name: rest[name] for name, _ in foreign_key_pairs(table)}
        # A column that was there before may stand where it can't take in what one could say.
        for name, text in rest.items():
            if self.live.column_inside(kind, name).lower() in self.there:
                pairs.setdefault(name, text)
        return list(pairs.items())

    def _key_value(self, key: ForeignKey) -> Value:
        """A foreign key, with the names of both ends that one in its place had."""
        is_list = isinstance(own_section(self.places, "foreign_keys"), Sequence)
        for each in () if is_list else self.declared.table.foreign_keys:
            is_gone = self.live.table.foreign_key(each.name) is None
            if is_gone and (each.columns, each.parent_name) == (key.columns, key.parent_name):
                ends = {"as": each.alias, "backref": each.backref}
                said = [(name, value) for name, value in ends.items() if value is not None]
                if said:
                    return [*key_values(key).items(), *said]
        return text_of(key_words(key))

    # Settings, and keys of the table

    def _settings(self, mapping: Mapping) -> None:
        before = table_settings(self.declared.table, self.database, self.flavour)
        after = table_settings(self.live.table, self.database, self.flavour)
        for key in {**before, **after}:
            old, new = before.get(key), after.get(key)
            if old == new:
                continue
            if new is not None:
                self._put_key(mapping, key, new, old)
            elif is_own_key(self.places, key):
                self.writer.remove(self.places.keys[key], mapping)
        self._counter(mapping)

    def _counter(self, mapping: Mapping) -> None:
        """AUTO_INCREMENT is compared only where it is declared higher than it is."""
        declared = self.declared.table.auto_increment
        live = self.live.table.auto_increment
        entry = self.places.keys.get("auto_increment")
        if entry is None or declared is None or declared <= (live or 1):
            return
        if live is None:
            self.writer.remove(entry, mapping)
        else:
            self.writer.scalar(entry, str(live), mapping.is_flow)

    def _put_key(self, mapping: Mapping, key: str, value: Value, old: Value | None = None) -> None:
        """Give a key of the table a value, where it stands or at its place in the style's order."""
        if not is_own_key(self.places, key):
            self._put(mapping, key, value)
            return
        entry = self.places.keys[key]
        if key in _SQL and isinstance(entry.value, Scalar):
            before, after = (_sql_of(each) for each in (old or "", value))
            form, new = Form(before, key), Form(after, key)
            update(self.writer, entry, form, new, is_flow=mapping.is_flow, is_plain=self.is_plain)
        else:
            self.writer.value(entry, value, mapping.is_flow)

    def _put(self, mapping: Mapping, key: str, value: Value) -> None:
        """Write a section or a key whole; one that is there is replaced."""
        if not value:
            return
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
