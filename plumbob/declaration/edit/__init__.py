"""Brings the files of a declaration up to what a database holds, and leaves the rest as people wrote it.

Texts in, texts out: what has to change is spliced into the text that is there. Whether the result says
what the database says is for the caller to see: it loads it again and compares.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from plumbob.ddl.completed import completed
from plumbob.declaration.declaration import Declaration
from plumbob.declaration.dump import database_of, surroundings
from plumbob.declaration.dump.stored import Usual, usual_of
from plumbob.declaration.edit.document import Document
from plumbob.declaration.edit.forms import update
from plumbob.declaration.edit.pending import pending
from plumbob.declaration.edit.shared import Shared
from plumbob.declaration.edit.splices import Edits, changed_meanwhile, unchanged_bytes
from plumbob.declaration.edit.sql import SqlEdit
from plumbob.declaration.edit.stored import StoredEdit
from plumbob.declaration.edit.table_text import TableText
from plumbob.declaration.edit.tables import Remark, TableEdit
from plumbob.declaration.edit.units import Unit, read_units
from plumbob.declaration.edit.wanted import Side, Wanted
from plumbob.declaration.edit.writing import Writer
from plumbob.model import Flavour, Schema, Session, Table

__all__ = ["Edited", "Remark", "changed_meanwhile", "edit", "unchanged_bytes"]


@dataclass(frozen=True, slots=True)
class Edited:
    """The new content of the files that change, and what a person should know of it."""

    contents: dict[Path, bytes]
    remarks: tuple[Remark, ...] = ()


def edit(
    declaration: Declaration,
    declared: Schema,
    live: Schema,
    flavour: Flavour,
    changed: Collection[str],
    plain: Collection[str] = (),
    session: Session | None = None,
) -> Edited:
    """The files of a declaration, changed where the database differs.

    Args:
        declaration: as it was loaded.
        declared: the same in canonical form, as it is compared with `live`.
        live: what the database holds, in canonical form.
        flavour: the server.
        changed: the tables in which the two differ, those among them that only one side has, and the
            ids of stored objects.
        plain: tables of which the changed parts are written anew, without regard to their spelling:
            for a second try, where the first does not say what is live.
        session: what the server gives to a new stored object where nothing is said.
    """
    usual = usual_of(live.stored.values(), session)
    if declaration.documents:
        return _Edit(declaration, declared, live, flavour, usual).run(changed, plain)
    edits = Edits()
    SqlEdit(declaration, declared, live, flavour, edits, usual).run(changed, plain)
    return Edited(edits.applied())


class _Edit:
    def __init__(
        self,
        declaration: Declaration,
        declared: Schema,
        live: Schema,
        flavour: Flavour,
        usual: Usual,
    ) -> None:
        self.declaration = declaration
        self.declared = declared
        self.live = live
        self.flavour = flavour
        self.usual = usual
        self.pending = pending(declaration.renames, declared, live)
        self.document = Document(declaration)
        self.edits = Edits()
        self.writer = Writer(self.edits, self.document.step)
        said = declaration.schema
        charset, collation = said.charset, said.collation
        if charset is None and collation is None:
            charset, collation = live.charset, live.collation
        engine = Table("", (), engine=self.document.engine or "InnoDB")
        self.database = database_of(
            Schema({"": engine}, charset=charset, collation=collation), flavour
        )
        self.completed = completed(said, flavour)

    def run(self, changed: Collection[str], plain: Collection[str]) -> Edited:
        tables = {
            name: found
            for name in self.declaration.schema.tables
            if (found := self._table_edit(name, plain)) is not None
        }
        self._take_back_in_mixins(tables)
        shared = Shared(wish for each in tables.values() for wish in each.wishes())
        for wish in shared.changed_together():
            self._change_in_mixin(wish, is_plain=bool(plain))
        for name, found in tables.items():
            # Others change what this one takes from them.
            is_moved = not all(map(shared.agrees, found.wishes()))
            if self._live_name(name) not in self.live.tables:
                continue
            if self._name(name) in changed or is_moved:
                found.run(shared.agrees)
            if self._name(name) in self.pending.tables:
                self._rename_back(name)
        self._drop_and_create(changed)
        stored = StoredEdit(
            self.document,
            self.declaration,
            self.declared,
            self.live,
            self.flavour,
            self.writer,
            self.usual,
        )
        stored.run(changed, plain)
        self.writer.finish()
        remarks = [remark for found in tables.values() for remark in found.remarks]
        return Edited(self.edits.applied(), tuple(remarks))

    def _change_in_mixin(self, wish: Wanted, *, is_plain: bool) -> None:
        """Change what all tables that take it from a mixin want changed in the same way."""
        entry, was = wish.unit.entry, wish.unit.was
        mapping = self.document.section_of(entry)
        if mapping is None:
            return
        if wish.new is None:
            self.writer.remove(entry, mapping)
            return
        is_flow = mapping.is_flow
        update(self.writer, entry, wish.old, wish.new, is_flow=is_flow, is_plain=is_plain)
        if was:
            self.writer.rename_back(entry, was, is_flow=is_flow)

    def _take_back_in_mixins(self, tables: Mapping[str, TableEdit]) -> None:
        """A pending rename in a mixin is taken back where no table that uses it has seen it."""
        uses: dict[int, list[tuple[Unit, str]]] = {}
        for name, found in tables.items():
            for unit in (each for units in found.mixins.values() for each in units):
                was = self.pending.was(unit.kind, self._name(name), unit.name)
                uses.setdefault(id(unit.entry.value), []).append((unit, was))
        for told in uses.values():
            if len({was for _, was in told}) == 1:
                for unit, was in told:
                    unit.was = was

    def _name(self, name: str) -> str:
        """The name that a declared table has in canonical form: in small letters on some servers."""
        return name if name in self.declared.tables else name.lower()

    def _live_name(self, name: str) -> str:
        """The name that a declared table has where it is live, a pending rename aside."""
        own = self._name(name)
        return self.pending.tables.get(own, own)

    def _rename_back(self, name: str) -> None:
        entry = self.declaration.places[name].entry
        self.writer.rename_back(entry, self._live_name(name), is_flow=self.document.is_flow(entry))

    def _table_edit(self, name: str, plain: Collection[str]) -> TableEdit | None:
        own = self._name(name)
        there = self.declared.tables.get(own)
        if there is None:
            return None
        # A table that goes wants nothing any more of what others take from it.
        live = self.live.tables.get(self._live_name(name), Table(own, ()))
        live = replace(live, charset_written=there.charset_written)
        places = self.declaration.places[name]
        raw, full = self.declaration.schema.tables[name], self.completed.tables[name]
        units = read_units(raw, full, there, places, self.flavour)
        for unit in (each for each in units if each.is_own):
            unit.was = self.pending.was(unit.kind, own, unit.name)
        return TableEdit(
            name,
            units,
            self.document.mixins_of(places, units),
            Side(there, surroundings(there, self.database, self.flavour)),
            Side(live, surroundings(live, self.database, self.flavour)),
            self.database,
            TableText(places, self.writer, own in plain),
        )

    def _drop_and_create(self, changed: Collection[str]) -> None:
        declared = {self._name(name): name for name in self.declaration.schema.tables}
        gone = [
            declared[name]
            for name in declared
            if name in changed
            and name in self.declared.tables
            and self._live_name(name) not in self.live.tables
        ]
        new = [
            self.live.tables[name]
            for name in self.live.tables
            if name in changed and name not in {*declared, *self.pending.tables.values()}
        ]
        self.document.drop_and_create(gone, new, self.writer, self.database, self.flavour)
