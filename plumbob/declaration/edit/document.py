"""The sections of a declaration's files: where tables and mixins stand, and where a new table goes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from plumbob.declaration.declaration import Declaration, TablePlaces
from plumbob.declaration.dump import table_pairs
from plumbob.declaration.dump.yaml_text import INDENT, Value
from plumbob.declaration.edit.extents import column_of, is_alias, written
from plumbob.declaration.edit.units import Unit
from plumbob.declaration.edit.writing import Writer
from plumbob.declaration.nodes import Entry, Mapping, Node, Scalar
from plumbob.declaration.nodes import Sequence as List
from plumbob.model import Flavour, Table


class Document:
    """All files of a declaration, section by section."""

    def __init__(self, declaration: Declaration) -> None:
        self.declaration = declaration
        self.roots = [node for node in declaration.documents if isinstance(node, Mapping)]

    @property
    def step(self) -> int:
        """How far a level is indented in the files."""
        for root in self.roots:
            for entry in root.entries:
                inner = entry.value
                if isinstance(inner, Mapping) and inner.entries and not inner.is_flow:
                    return max(column_of(written(inner)[0]) - column_of(entry), 1)
        return INDENT

    @property
    def engine(self) -> str | None:
        """The engine of tables that say none."""
        database = _entry(self.roots[0], "database") if self.roots else None
        engine = _entry(database.value, "engine") if database is not None else None
        return engine.value.text if engine and isinstance(engine.value, Scalar) else None

    def sections(self, key: str) -> Iterator[Entry]:
        """The entries of a section, one a file."""
        for root in self.roots:
            entry = _entry(root, key)
            if entry is not None:
                yield entry

    def mixins(self) -> Iterator[tuple[str, Node]]:
        for root in self.roots:
            section = _entry(root, "mixins")
            if section is not None and isinstance(section.value, Mapping):
                yield from (
                    (entry.key.text, entry.value) for entry in section.value.entries if entry.key
                )

    def mixins_of(self, places: TablePlaces, units: Sequence[Unit]) -> dict[str, list[Unit]]:
        """The mixins that a table uses, each with the units that it brings."""
        use = places.keys.get("use")
        if use is None:
            return {}
        names = use.value.items if isinstance(use.value, List) else (use.value,)
        wanted = [name.text for name in names if isinstance(name, Scalar)]
        known = dict(self.mixins())
        found: dict[str, list[Unit]] = {}
        for name in wanted:
            nodes = {id(entry.value) for entry in _parts(known.get(name))}
            found[name] = [unit for unit in units if id(unit.entry.value) in nodes]
        return found

    def is_flow(self, entry: Entry) -> bool:
        """Whether a section, or an entry of one, stands in braces together with others."""
        sections = [each.value for root in self.roots for each in root.entries]
        return any(
            each.is_flow and any(inner is entry for inner in each.entries)
            for each in (*self.roots, *sections)
            if isinstance(each, Mapping)
        )

    def section_of(self, entry: Entry) -> Mapping | None:
        """The section of a mixin in which an entry stands."""
        for _, mixin in self.mixins():
            for section in _sections(mixin):
                if isinstance(section, Mapping) and any(e is entry for e in written(section)):
                    return section
        return None

    def drop_and_create(
        self,
        gone: Iterable[str],
        new: Sequence[Table],
        writer: Writer,
        database: Table,
        flavour: Flavour,
    ) -> None:
        """Take tables out of the files, and put new ones in: where names are in order, at their place."""
        gone = set(gone)
        for section in self._tables():
            leaving = [each for each in written(section) if each.key and each.key.text in gone]
            if leaving and len(leaving) == len(written(section)):
                self._clear(
                    section,
                    {} if section is not self._first() else self._pairs(new, database, flavour),
                    writer,
                )
                new = [] if section is self._first() else new
                continue
            for each in leaving:
                writer.remove(each, section)
        if new:
            self._create(new, gone, writer, database, flavour)

    def _first(self) -> Mapping | None:
        return next(self._tables(), None)

    def _pairs(self, new: Sequence[Table], database: Table, flavour: Flavour) -> dict[str, Value]:
        return {table.name: table_pairs(table, database, flavour) for table in new}

    def _clear(self, section: Mapping, pairs: dict[str, Value], writer: Writer) -> None:
        """Put other tables, or none, in the place of all that a section has."""
        for root in self.roots:
            entry = _entry(root, "tables")
            if entry is not None and entry.value is section:
                value = [(name, pairs[name]) for name in sorted(pairs)]
                writer.value(entry, value, root.is_flow)

    def _create(
        self,
        new: Sequence[Table],
        gone: set[str],
        writer: Writer,
        database: Table,
        flavour: Flavour,
    ) -> None:
        pairs = self._pairs(new, database, flavour)
        kept = [
            (section, [each for each in written(section) if each.key and each.key.text not in gone])
            for section in self._tables()
        ]
        section, entries = next(((s, e) for s, e in kept if e), (None, []))
        if section is None:
            self._fill(pairs, writer)
            return
        names = [each.key.text for each in entries if each.key is not None]
        is_sorted = len(names) > 1 and names == sorted(names)
        for name in sorted(pairs):
            before = [each for each in entries if each.key and each.key.text < name]
            behind = (before[-1] if before else None) if is_sorted else entries[-1]
            writer.insert([(name, pairs[name])], section, behind)

    def _fill(self, pairs: dict[str, Value], writer: Writer) -> None:
        """The first tables, in a section that is empty or not there."""
        root = self.roots[0]
        entry = _entry(root, "tables")
        value = [(name, pairs[name]) for name in sorted(pairs)]
        if entry is not None:
            writer.value(entry, value, root.is_flow)
        else:
            writer.insert([("tables", value)], root, written(root)[-1])

    def _tables(self) -> Iterator[Mapping]:
        for root in self.roots:
            entry = _entry(root, "tables")
            if entry is not None and isinstance(entry.value, Mapping) and not is_alias(entry):
                yield entry.value


def _entry(node: Node, key: str) -> Entry | None:
    if not isinstance(node, Mapping):
        return None
    return next((entry for entry in node.entries if entry.key and entry.key.text == key), None)


def _sections(mixin: Node | None) -> Iterator[Node]:
    if isinstance(mixin, Mapping):
        for entry in mixin.entries:
            yield entry.value


def _parts(mixin: Node | None) -> Iterator[Entry]:
    for section in _sections(mixin):
        if isinstance(section, Mapping):
            yield from section.entries
        elif isinstance(section, List):
            yield from (Entry(None, item) for item in section.items)
