"""The columns of a table brought up to what is live, each at its place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from plumbob.declaration.dump.columns import column_value
from plumbob.declaration.dump.yaml_text import Value
from plumbob.declaration.edit.extents import raw_value
from plumbob.declaration.edit.order import moved, placed
from plumbob.declaration.edit.table_text import TableText
from plumbob.declaration.edit.units import Kind, Unit, own_section
from plumbob.declaration.edit.wanted import Side, Wanted, wanted
from plumbob.declaration.nodes import Mapping


@dataclass(slots=True)
class ColumnsEdit:
    """The columns while they are edited; `said` are parts that they say once they were written."""

    text: TableText
    mixins: dict[str, list[Unit]]
    declared: Side
    live: Side
    said: set[tuple[Kind, str]] = field(default_factory=set)

    def run(self, wishes: list[Wanted], agreed: Callable[[Wanted], bool]) -> None:
        """Write all that differs.

        Args:
            wishes: the columns that have an entry.
            agreed: whether the place of a unit that is not the table's own will say what is wanted.
        """
        section = own_section(self.text.places, "columns")
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
                self.text.update(each, isinstance(section, Mapping) and section.is_flow)
            return
        names = {each.unit.live_name.lower(): each for each in own}
        is_anew = self.text.is_plain and isinstance(section, Mapping) and section.is_flow
        if not isinstance(section, Mapping) or not staying or is_anew:
            pairs = [(name, self._value(name, names)) for name in order]
            self.text.put("columns", pairs)
            return
        # What is merged in does not fit any more: all of it is written out.
        for merge in section.merges:
            self.text.writer.remove(merge, section)
        for each in own:
            if each.new is None:
                self.text.writer.remove(each.unit.entry, section)
            elif each.is_changed:
                self.text.update(each, section.is_flow)
        self._place(section, staying, order, names)

    def _place(
        self, section: Mapping, staying: list[Wanted], order: list[str], names: dict[str, Wanted]
    ) -> None:
        """Put in what is new, and move what stands elsewhere."""
        there = [each.unit.live_name for each in staying]
        moving = moved(there, order)
        entries = {each.unit.live_name.lower(): each.unit.entry for each in staying}
        for name in moving:
            self.text.writer.remove(entries[name], section)
        stable = {name: entry for name, entry in entries.items() if name not in moving}
        for behind, group in placed(order, stable):
            pairs = [(name, self._value(name, names)) for name in group]
            self.text.writer.insert(pairs, section, stable[behind] if behind else None)

    def _value(self, name: str, names: dict[str, Wanted]) -> Value:
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
