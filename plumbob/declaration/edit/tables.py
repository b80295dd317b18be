"""One table of a declaration brought up to what is live, entry by entry."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from plumbob.ddl.completed import columns_in
from plumbob.ddl.given_names import CheckNames, IndexNames, KeyNames
from plumbob.declaration.dump import table_pairs, table_settings
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
from plumbob.declaration.edit.columns import ColumnsEdit
from plumbob.declaration.edit.extents import is_alias, raw_value, written
from plumbob.declaration.edit.order import detached_mixins, moved, placed
from plumbob.declaration.edit.table_text import TableText
from plumbob.declaration.edit.units import SECTIONS, Kind, Unit, own_section
from plumbob.declaration.edit.wanted import Side, Wanted, wanted
from plumbob.declaration.edit.writing import can_be_named
from plumbob.declaration.nodes import Entry, Mapping, Node, Sequence
from plumbob.model import Check, Flavour, ForeignKey, Index, Table


@dataclass(frozen=True, slots=True)
class Remark:
    """Something about a table that a person should know of what was written, or could not be."""

    table: str
    what: str


@dataclass(slots=True)
class TableEdit:
    """A table while it is edited.

    Attributes:
        units: its parts in the file.
        mixins: the units of each mixin that it uses, by the mixin's name, in their order.
        declared, live: both sides.
        database: what tables inherit.
    """

    name: str
    units: list[Unit]
    mixins: dict[str, list[Unit]]
    declared: Side
    live: Side
    database: Table
    text: TableText
    remarks: list[Remark] = field(default_factory=list)
    # What the columns and sections that were looked at say by now.
    said: set[tuple[Kind, str]] = field(default_factory=set)
    # Columns that had an entry of their own before, and those that stand in a mixin.
    there: set[str] = field(default_factory=set)

    @property
    def flavour(self) -> Flavour:
        return self.live.around.flavour

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
        mapping = self.text.mapping
        if mapping is None or not written(mapping):
            is_as_wanted = self.declared.table == self.live.table
            if is_as_wanted and all(map(agreed, self.wishes())):
                return
            self.text.writer.value(self.text.places.entry, self._whole(), self._is_flow())
            return
        if self.text.is_plain and (
            self._stands_otherwise("index") or self._stands_otherwise("check")
        ):
            # What a column says by itself has no other place: the section would have to say it.
            self.text.writer.value(self.text.places.entry, self._whole(), self._is_flow())
            return
        wishes = self._without_detached(self.wishes(), agreed)
        for each in wishes:
            if each.is_own and is_alias(each.unit.entry):
                each.is_changed = not agreed(each)
        self.there = {each.unit.live_name.lower() for each in wishes if each.unit.kind == "column"}
        for each in filter(self._is_said_by_a_new_column, wishes):
            each.new = None
            each.says.clear()
        self.said = {part for each in wishes for part in each.says}
        columns = ColumnsEdit(self.text, self.mixins, self.declared, self.live)
        columns.run([each for each in wishes if each.unit.kind == "column"], agreed)
        self.said |= columns.said
        self._primary_key(wishes)
        kinds: tuple[Kind, ...] = ("index", "foreign_key", "check")
        for kind in kinds:
            self._section(kind, [each for each in wishes if each.unit.kind == kind])
        self._settings()

    def _is_said_by_a_new_column(self, each: Wanted) -> bool:
        """Whether a part has an entry of its own, and a column that comes will say it by itself."""
        unit = each.unit
        column = self.live.column_inside(unit.kind, unit.live_name).lower()
        left = {one.live_name.lower() for units in self.mixins.values() for one in units}
        return each.is_own and column not in {"", *self.there, *left}

    def _whole(self) -> Pairs:
        return table_pairs(self.live.table, self.database, self.flavour)

    def _is_flow(self) -> bool:
        entry = self.text.places.entry
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
        entry = self.text.places.keys["use"]
        mapping = self.text.own
        names = [name for name in self.mixins if name not in gone]
        if not names:
            self.text.writer.remove(entry, mapping)
        elif len(names) == 1:
            self.text.writer.scalar(entry, names[0], mapping.is_flow)
        else:
            self.text.writer.scalar(entry, f"[{', '.join(names)}]", mapping.is_flow)

    # Keys and checks

    def _primary_key(self, wishes: list[Wanted]) -> None:
        entry = self._primary()
        live = self.live.table.primary_key
        unit = next((each for each in wishes if each.unit.entry is entry), None)
        column = self.live.column_inside("index", "PRIMARY")
        is_said = ("index", "primary") in self.said
        if unit is not None and unit.is_own:
            if live is None or unit.new is None:
                self.text.writer.remove(unit.unit.entry, self.text.own)
            else:
                self.text.update(unit, self.text.own.is_flow)
        elif live is not None and not is_said and (not column or column.lower() in self.there):
            self.text.put_key("primary_key", primary_key_value(live))

    def _section(self, kind: Kind, wishes: list[Wanted]) -> None:
        key = SECTIONS[kind]
        own = [each for each in wishes if each.is_own and each.unit.entry is not self._primary()]
        new = [pair for pair in self._pairs(kind) if (kind, pair[0].lower()) not in self.said]
        section = own_section(self.text.places, key)
        staying = [each for each in own if each.new is not None]
        is_replaced = isinstance(section, Mapping | Sequence) and not self._has_merges(section)
        if is_replaced and (own or new) and not staying:
            self._replace_section(key, new)
            return
        for each in own:
            if each.new is None and isinstance(section, Mapping):
                self.text.writer.remove(each.unit.entry, section)
            elif each.new is None and isinstance(section, Sequence):
                self.text.writer.remove_item(each.unit.entry, section)
            elif isinstance(section, Mapping | Sequence):
                self.text.update(each, section.is_flow)
        if isinstance(section, Mapping) and staying and self._stands_otherwise(kind):
            self._place(kind, section, staying, new)
        elif not new:
            return
        elif isinstance(section, Mapping) and staying:
            self.text.writer.insert(new, section, staying[-1].unit.entry)
        elif isinstance(section, Sequence) and staying:
            self._add_to_list(kind, section, staying, new)
        else:
            self.text.put(key, new)

    def _stands_otherwise(self, kind: Kind) -> bool:
        """Whether the parts of a kind are live in another order, where that is heeded."""
        if SECTIONS[kind] not in self.live.table.ordered:
            return False
        before, after = (_names(kind, side.table) for side in (self.declared, self.live))
        return [name for name in before if name in after] != [
            name for name in after if name in before
        ]

    def _place(
        self, kind: Kind, section: Mapping, staying: list[Wanted], new: list[tuple[str, Value]]
    ) -> None:
        """Put in what is new, and move what stands elsewhere, as it was written."""
        entries = {each.unit.live_name.lower(): each.unit.entry for each in staying}
        values: dict[str, Value] = {name.lower(): value for name, value in new}
        order = [name for name in _names(kind, self.live.table) if name in entries | values]
        unchanged = {each.unit.live_name.lower() for each in staying if not each.is_changed}
        moving = moved([*entries], order)
        for name in moving:
            raw = raw_value(entries[name]) if name in unchanged else None
            values[name] = raw or dict(self._pairs(kind))[name]
            self.text.writer.remove(entries[name], section)
        stable = {name: entry for name, entry in entries.items() if name not in moving}
        spelled = {name.lower(): name for name, _ in new}
        spelled |= {each.unit.live_name.lower(): each.unit.live_name for each in staying}
        for behind, group in placed(order, stable):
            pairs = [(spelled[name], values[name]) for name in group]
            self.text.writer.insert(pairs, section, stable[behind] if behind else None)

    def _add_to_list(
        self, kind: Kind, section: Sequence, staying: list[Wanted], new: Pairs
    ) -> None:
        """Put parts into a list; where one has a name of its own, all get their names."""
        items = [each.unit.entry for each in staying]
        if all(self._is_given(kind, name) for name, _ in new):
            self.text.writer.insert_items([value for _, value in new], section, items[-1])
            return
        key = self.text.places.keys[SECTIONS[kind]]
        if can_be_named(section, items) and not any(each.is_changed for each in staying):
            names = [each.unit.live_name for each in staying]
            self.text.writer.name_items(key, list(zip(names, items, strict=True)), new)
        else:
            in_list = {part for each in staying for part in each.says}
            elsewhere = self.said - in_list
            pairs = self._pairs(kind)
            self._replace_section(
                key.key.text if key.key else "",
                [pair for pair in pairs if (kind, pair[0].lower()) not in elsewhere],
            )

    def _is_given(self, kind: Kind, name: str) -> bool:
        """Whether the live part has a name that it would have without one in the file."""
        table, flavour = self.live.table, self.flavour
        part = self.live.part(kind, name)
        if isinstance(part, Index):
            return IndexNames({}).may_be(part, name)
        if isinstance(part, ForeignKey):
            return KeyNames(table.name, flavour).may_be(part, name)
        if isinstance(part, Check):
            names = CheckNames(table.name, flavour, lambda check: columns_in(check, table))
            return names.may_be(part, name)
        return False

    def _has_merges(self, section: Node) -> bool:
        return isinstance(section, Mapping) and bool(section.merges)

    def _replace_section(self, key: str, pairs: Pairs) -> None:
        if pairs:
            self.text.writer.value(self.text.places.keys[key], pairs, self.text.own.is_flow)
        else:
            self.text.writer.remove(self.text.places.keys[key], self.text.own)

    def _primary(self) -> Entry | None:
        return self.text.places.keys.get("primary_key")

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
        # A column that was there before may stand where it cannot take in what one could say.
        for name, text in rest.items():
            if self.live.column_inside(kind, name).lower() in self.there:
                pairs.setdefault(name, text)
        return list(pairs.items())

    def _key_value(self, key: ForeignKey) -> Value:
        """A foreign key, with the names of both ends that one in its place had."""
        is_list = isinstance(own_section(self.text.places, "foreign_keys"), Sequence)
        for each in () if is_list else self.declared.table.foreign_keys:
            is_gone = self.live.table.foreign_key(each.name) is None
            if is_gone and (each.columns, each.parent_name) == (key.columns, key.parent_name):
                ends = {"as": each.alias, "backref": each.backref}
                said = [(name, value) for name, value in ends.items() if value is not None]
                if said:
                    return [*key_values(key).items(), *said]
        return text_of(key_words(key))

    # Settings, and keys of the table

    def _settings(self) -> None:
        before = table_settings(self.declared.table, self.database, self.flavour)
        after = table_settings(self.live.table, self.database, self.flavour)
        for key in {**before, **after}:
            old, new = before.get(key), after.get(key)
            if old == new:
                continue
            if new is not None:
                self.text.put_key(key, new, old)
            else:
                self.text.remove(key)
        self._counter()

    def _counter(self) -> None:
        """AUTO_INCREMENT is compared only where it is declared higher than it is."""
        declared = self.declared.table.auto_increment
        live = self.live.table.auto_increment
        entry = self.text.places.keys.get("auto_increment")
        if entry is None or declared is None or declared <= (live or 1):
            return
        if live is None:
            self.text.writer.remove(entry, self.text.own)
        else:
            self.text.writer.scalar(entry, str(live), self.text.own.is_flow)


def _names(kind: Kind, table: Table) -> list[str]:
    """The names of the parts of a kind, in small letters."""
    parts: tuple[Index, ...] | tuple[Check, ...] = (
        table.indexes if kind == "index" else table.checks
    )
    return [part.name.lower() for part in parts]
