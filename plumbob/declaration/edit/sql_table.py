"""One CREATE TABLE statement in a file of SQL, changed definition by definition."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from plumbob.declaration.dump.keys import is_implied
from plumbob.declaration.edit.extents import line_end, line_start
from plumbob.declaration.edit.order import moved, placed
from plumbob.declaration.edit.respell import respelled
from plumbob.declaration.edit.splices import Edits
from plumbob.declaration.edit.sql_body import Body, Definition, indent_of, lines_of
from plumbob.declaration.edit.sql_said import definition, in_capitals, options, whole
from plumbob.declaration.edit.units import SECTIONS, Kind, Unit
from plumbob.declaration.edit.wanted import Side, wanted
from plumbob.declaration.nodes import Entry
from plumbob.declaration.sql_statements import SqlStatement
from plumbob.model import Check, Index, Table


@dataclass(slots=True)
class TableSql:
    """One CREATE TABLE statement while it is edited.

    Attributes:
        body: the definitions between its parentheses; None where they cannot be told apart.
        units: its parts by their places in the body.
        declared, live: both sides.
        database: what tables inherit.
        is_plain: whether it is written anew, without regard to its spelling.
        elsewhere: the parts that statements of their own say, in small letters.
    """

    statement: SqlStatement
    body: Body | None
    units: list[Unit]
    declared: Side
    live: Side
    database: Table
    edits: Edits
    is_plain: bool
    elsewhere: frozenset[tuple[Kind, str]] = frozenset()
    new_text: dict[int, str] = field(default_factory=dict)
    gone: set[int] = field(default_factory=set)

    @property
    def is_anew(self) -> bool:
        """Whether the whole statement is: a period that comes or goes is no part of its own here."""
        changes_periods = self.declared.table.periods != self.live.table.periods
        return self.body is None or self.is_plain or changes_periods

    @property
    def is_upper(self) -> bool:
        return "CREATE" in self.statement.sql[:10]

    def run(self) -> None:
        body = self.body
        if body is None or self.is_anew:
            text = whole(self.live, options(self.live, self.database), self.is_upper).removesuffix(
                ";"
            )
            self.edits.replace(
                self.statement.source, self.statement.start, self.statement.end, text
            )
            return
        said = self._change_parts(body)
        inserted = self._new_parts(body, said)
        self._write(body, inserted)
        self._tail(body)

    def _change_parts(self, body: Body) -> set[tuple[Kind, str]]:
        """Note what each definition becomes, and give what they say then."""
        said = set(self.elsewhere)
        for unit in self.units:
            wish = wanted(unit, self.declared, self.live, ())
            if wish.new is None:
                self.gone.add(id(unit.entry))
                continue
            said |= wish.says
            if wish.is_changed:
                old, new = self.declared, self.live
                before = definition(old, old.part(unit.kind, unit.name), unit.inside)
                stay = [each for each in unit.inside if (each[0], each[1].lower()) in wish.says]
                after = definition(new, new.part(unit.kind, unit.name), stay)
                written = self._written(body, unit.entry)
                self.new_text[id(unit.entry)] = respelled(written, before, self._cased(after))
        return said

    def _new_parts(self, body: Body, said: set[tuple[Kind, str]]) -> dict[int | None, list[str]]:
        """The texts that come, by the definition (None: the first) that they stand behind."""
        table = self.live.table
        columns = {u.name.lower(): u.entry for u in self.units if u.kind == "column"}
        staying = [name for name, entry in columns.items() if id(entry) not in self.gone]
        order = [column.name for column in table.columns]
        moving = moved(staying, order)
        moved_texts = {name: self._with_comments(body, columns[name]) for name in moving}
        self.gone |= {id(columns[name]) for name in moving}
        stable = [name for name in staying if name not in moving]
        inserted: dict[int | None, list[str]] = {}
        for behind, group in placed(order, stable):
            texts = [
                moved_texts.get(name.lower())
                or self._cased(definition(self.live, table.column(name), ()))
                for name in group
            ]
            inserted[id(columns[behind]) if behind else None] = texts
        said = said | self._in_order(body, inserted, said)
        last = [each for each in body.definitions if id(each.entry) not in self.gone]
        keys = [self._cased(text) for text in self._new_keys(said)]
        if keys:
            anchor = id(last[-1].entry) if last else None
            inserted[anchor] = inserted.get(anchor, []) + keys
        return inserted

    def _in_order(
        self, body: Body, inserted: dict[int | None, list[str]], said: Collection[tuple[Kind, str]]
    ) -> set[tuple[Kind, str]]:
        """Put indexes and checks into their order where it is heeded; gives what is said by that."""
        table = self.live.table
        of_kind: dict[Kind, Sequence[Index | Check]] = {
            "index": table.indexes,
            "check": table.checks,
        }
        found: set[tuple[Kind, str]] = set()
        for kind, parts in of_kind.items():
            there = self._there(kind)
            if SECTIONS[kind] in table.ordered and there:
                fresh = self._fresh(kind, parts, said)
                order = [name for each in parts if (name := each.name.lower()) in there | fresh]
                self._place(body, inserted, order, there, fresh)
                found |= {(kind, name) for name in fresh}
        return found

    def _there(self, kind: Kind) -> dict[str, Entry]:
        """The indexes or checks in the file that stay, by what they are called live."""
        return {
            unit.live_name.lower(): unit.entry
            for unit in self.units
            if unit.kind == kind and unit.name != "PRIMARY" and id(unit.entry) not in self.gone
        }

    def _fresh(
        self, kind: Kind, parts: Sequence[Index | Check], said: Collection[tuple[Kind, str]]
    ) -> dict[str, str]:
        """The texts of those that come."""
        return {
            name: self._cased(definition(self.live, each, ()))
            for each in parts
            if (kind, name := each.name.lower()) not in said
            and each.name != "PRIMARY"
            and not (isinstance(each, Index) and is_implied(each, self.live.table))
        }

    def _place(
        self,
        body: Body,
        inserted: dict[int | None, list[str]],
        order: Sequence[str],
        there: Mapping[str, Entry],
        fresh: Mapping[str, str],
    ) -> None:
        """Move and insert so that all of them stand in this order, where the first one stood."""
        moving = moved([*there], order)
        texts = {**fresh, **{name: self._with_comments(body, there[name]) for name in moving}}
        first = min(self._definition(body, each).start for each in there.values())
        self.gone |= {id(there[name]) for name in moving}
        stable = {name: entry for name, entry in there.items() if name not in moving}
        ahead = [
            each
            for each in body.definitions
            if each.start < first and id(each.entry) not in self.gone
        ]
        leading = id(ahead[-1].entry) if ahead else None
        for behind, group in placed(order, stable):
            anchor = id(stable[behind]) if behind else leading
            inserted.setdefault(anchor, []).extend(texts[name] for name in group)

    def _definition(self, body: Body, entry: object) -> Definition:
        return next(each for each in body.definitions if each.entry is entry)

    def _with_comments(self, body: Body, entry: object) -> str:
        """A definition that goes elsewhere: the comments on its lines stand above it there."""
        at, text = self._definition(body, entry), body.source.text
        lines = lines_of(body, at)
        if lines is None:
            return self._written(body, entry)
        above = text[lines[0] : line_start(text, at.start)].splitlines()
        behind = text[at.end if at.comma is None else at.comma + 1 : lines[1]]
        said = [*above, *([behind] if behind.strip() else [])]
        indent = indent_of(body, at)
        return f"\n{indent}".join([*map(str.strip, said), self._written(body, entry)])

    def _written(self, body: Body, entry: object) -> str:
        found = self._definition(body, entry)
        return self.new_text.get(id(entry)) or body.source.text[found.start : found.end]

    def _new_keys(self, said: set[tuple[Kind, str]]) -> Iterator[str]:
        table = self.live.table
        for index in table.indexes:
            if ("index", index.name.lower()) not in said and not is_implied(index, table):
                yield definition(self.live, index, ())
        for key in table.foreign_keys:
            if ("foreign_key", key.name.lower()) not in said:
                yield definition(self.live, key, ())
        for check in table.checks:
            if ("check", check.name.lower()) not in said:
                yield definition(self.live, check, ())

    def _write(self, body: Body, inserted: dict[int | None, list[str]]) -> None:
        staying = [each for each in body.definitions if id(each.entry) not in self.gone]
        for each in body.definitions:
            if id(each.entry) in self.gone:
                self._remove(body, each)
            elif id(each.entry) in self.new_text:
                self.edits.replace(body.source, each.start, each.end, self.new_text[id(each.entry)])
        for each in staying:
            self._insert(body, each, inserted.get(id(each.entry), []), each is staying[-1])
        first = inserted.get(None)
        if first and staying:
            at = staying[0]
            is_line = lines_of(body, at) is not None
            gap = f",\n{indent_of(body, at)}" if is_line else ", "
            self.edits.insert(body.source, at.start, "".join(text + gap for text in first))

    def _remove(self, body: Body, at: Definition) -> None:
        lines = lines_of(body, at)
        if lines is not None:
            self.edits.replace(body.source, lines[0], lines[1] + 1, "")
            return
        following = next((each for each in body.definitions if each.start > at.start), None)
        if following is not None:
            self.edits.replace(body.source, at.start, following.start, "")
        else:
            self.edits.replace(body.source, at.start, at.end, "")

    def _insert(self, body: Body, at: Definition, texts: list[str], is_last: bool) -> None:
        """Write texts behind a definition, with the commas that are needed then."""
        source = body.source
        if at.comma is not None and is_last and not texts:
            self.edits.replace(source, at.comma, at.comma + 1, "")
        if not texts:
            return
        if lines_of(body, at) is None:
            self.edits.insert(source, at.end, "".join(f", {text}" for text in texts))
            return
        if at.comma is None:
            self.edits.insert(source, at.end, ",")
        indent = indent_of(body, at)
        said = "".join(f"\n{indent}{text}," for text in texts)
        end = line_end(source.text, at.end)
        self.edits.insert(source, end, said[:-1] if is_last else said)

    def _tail(self, body: Body) -> None:
        """The options behind the parentheses, and the partitions."""
        # Without signs of equality, which may be left out and are many where they are not.
        before, after = (options(side, self.database, " ") for side in (self.declared, self.live))
        if before == after:
            return
        start, end = body.tail
        written = body.source.text[start:end]
        said = respelled(written.strip(), before, self._cased(after))
        self.edits.replace(body.source, start, end, f" {said}" if said else "")

    def _cased(self, text: str) -> str:
        return in_capitals(text, self.live.table) if self.is_upper else text
