"""Files of SQL, changed statement by statement where the database differs."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import chain

from plumbob.ddl.completed import completed
from plumbob.ddl.indexes import parse_create_index
from plumbob.ddl.lexer import tokenize
from plumbob.ddl.quote import quote_text
from plumbob.ddl.stored import parse_stored
from plumbob.declaration.declaration import Declaration
from plumbob.declaration.dump import database_of, surroundings
from plumbob.declaration.dump.stored import Usual, stored_fields
from plumbob.declaration.dump.yaml_text import Value
from plumbob.declaration.edit.extents import line_end, line_start
from plumbob.declaration.edit.order import exchanged
from plumbob.declaration.edit.respell import respelled
from plumbob.declaration.edit.splices import Edits
from plumbob.declaration.edit.sql_body import read_body
from plumbob.declaration.edit.sql_said import (
    VARIABLES,
    create,
    in_script,
    new_stored,
    options,
    whole,
    with_session,
)
from plumbob.declaration.edit.sql_table import TableSql
from plumbob.declaration.edit.units import Unit, read_units
from plumbob.declaration.edit.wanted import Side
from plumbob.declaration.source import Source, read_source
from plumbob.declaration.sql_statements import SqlStatement, statements
from plumbob.model import (
    STORED_KINDS,
    Flavour,
    ObjectKey,
    Schema,
    Stored,
    StoredKind,
    Table,
    object_key,
)

_DELIMITER = re.compile(r"\s*(;;|//|\$\$|;)")
_NAMES = ("word", "name")
_KIND: dict[str, StoredKind | None] = {"table": None, **{kind: kind for kind in STORED_KINDS}}


@dataclass(slots=True)
class SqlEdit:
    """Brings the statements of a declaration up to what is live."""

    declaration: Declaration
    declared: Schema
    live: Schema
    flavour: Flavour
    edits: Edits
    usual: Usual
    # The tables, and the names of the indexes that CREATE INDEX goes on to make for them.
    kept: dict[str, frozenset[str]] = field(default_factory=dict)

    def run(self, changed: Collection[str], plain: Collection[str]) -> None:
        sources = {path: read_source(path) for path in self.declaration.files}
        scripts = {path: list(statements(source)) for path, source in sources.items()}
        names = {self._name(name): name for name in self.declaration.schema.tables}
        self.kept = self._kept_indexes(list(chain(*scripts.values())), plain)
        exchanged_ones = self._exchange(list(chain(*scripts.values())), plain)
        changed = set(changed) - exchanged_ones
        for statement in chain(*scripts.values()):
            self._statement(statement, changed, plain)
        new = [name for name in self.live.tables if name in changed and name not in names]
        kinds = self.declaration.sections
        fresh = [
            self._whole(each)
            for key, each in self.live.stored.items()
            if str(key) in changed and key not in self.declared.stored and key.kind in kinds
        ]
        if new or fresh:
            self._append(list(sources.values())[-1], new, fresh)

    def _name(self, name: str) -> str:
        return name if name in self.declared.tables else name.lower()

    def _kept_indexes(
        self, script: list[SqlStatement], plain: Collection[str]
    ) -> dict[str, frozenset[str]]:
        """The indexes of statements of their own that stay, by table: those of which nothing changes.

        A table that is written anew has all its indexes inside.
        """
        found: dict[str, set[str]] = defaultdict(set)
        for statement in script:
            if not statement.is_index:
                continue
            made = parse_create_index(statement.sql)
            own = self._name(made.table)
            declared, live = self.declared.tables.get(own), self.live.tables.get(own)
            if declared is None or live is None:
                continue
            index = declared.index(made.index.name)
            is_anew = own in plain or declared.periods != live.periods
            if index == live.index(made.index.name) and not is_anew:
                found[own].add(made.index.name.lower())
        alike = {self._name(table_of(each)) for each in script if found and "like" in each.words}
        return {own: frozenset(names) for own, names in found.items() if own not in alike}

    def _index(self, statement: SqlStatement, changed: Collection[str]) -> None:
        made = parse_create_index(statement.sql)
        own = self._name(made.table)
        if own in changed and made.index.name.lower() not in self.kept.get(own, ()):
            self._remove(statement)

    def _statement(
        self, statement: SqlStatement, changed: Collection[str], plain: Collection[str]
    ) -> None:
        if statement.is_index:
            self._index(statement, changed)
            return
        key = key_of(statement)
        if key is not None:
            self._stored(statement, key, changed, plain)
            return
        name = table_of(statement)
        own = self._name(name)
        if own not in changed or own not in self.declared.tables:
            return
        if own not in self.live.tables:
            self._remove(statement)
        elif statement.words[:1] == ("create",):
            self._table(name, own, statement, is_plain=own in plain)

    def _table(self, name: str, own: str, statement: SqlStatement, *, is_plain: bool) -> None:
        declared, live = self._side(self.declared.tables[own]), self._side(self.live.tables[own])
        body = read_body(statement)
        units: list[Unit] = []
        if body is not None:
            raw = self.declaration.schema.tables[name]
            full = completed(self.declaration.schema, self.flavour).tables[name]
            outside = self.declaration.places[name].indexes[len(body.places.indexes) :]
            places = replace(body.places, indexes=[*body.places.indexes, *outside])
            units = read_units(raw, full, declared.table, places, self.flavour)
            units = [unit for unit in units if not any(unit.entry is each for each in outside)]
        TableSql(
            statement,
            body,
            units,
            declared,
            live,
            self.database(),
            self.edits,
            is_plain,
            frozenset(("index", index) for index in self.kept.get(own, ())),
        ).run()

    def _stored(
        self,
        statement: SqlStatement,
        key: ObjectKey,
        changed: Collection[str],
        plain: Collection[str],
    ) -> None:
        if str(key) not in changed or key not in self.declared.stored:
            return
        new = self.live.stored.get(key)
        if new is None:
            self._remove(statement)
        elif statement.words[:1] == ("create",) and (
            new != self.declared.stored[key] or str(key) in plain
        ):
            said = self._said(statement, key, is_plain=str(key) in plain)
            self._put(statement, said, self.declared.stored[key], new)

    def _put(self, statement: SqlStatement, said: str, old: Stored, new: Stored) -> None:
        """A statement in place of one, with a delimiter that it needs and the session that it has now."""
        start, end = span(statement)
        found = _DELIMITER.match(statement.source.text, end)
        delimiter = found[1] if found else ";"
        before, after = (stored_fields(each, self.usual) for each in (old, new))
        changed = [key for key in VARIABLES if before.get(key) != after.get(key)]
        if not changed and (";" not in said or delimiter != ";"):
            self.edits.replace(statement.source, start, end, said)
            return
        text = in_script(said) if delimiter == ";" else said + delimiter
        lines = [*_sets(changed, after, delimiter), text, *_sets(changed, before, delimiter)]
        self.edits.replace(statement.source, start, found.end() if found else end, "\n".join(lines))

    def _said(self, statement: SqlStatement, key: ObjectKey, *, is_plain: bool) -> str:
        """What a statement has to say of an object that is there on both sides."""
        says_definer = "definer" in statement.words
        before, after = (
            create(each, self.flavour, says_definer)
            for each in (self.declared.stored[key], self.live.stored[key])
        )
        # What is compared piece by piece has to have quotes of one kind.
        return (
            after if is_plain or not statement.escapes else respelled(statement.sql, before, after)
        )

    def _whole(self, stored: Stored) -> str:
        """A statement for an object that is new in the file, with the session that it needs."""
        beside = stored_fields(stored, self.usual)
        sql = new_stored(stored, self.flavour, says_definer="definer" in beside)
        return with_session(sql, beside)

    def _exchange(self, script: list[SqlStatement], plain: Collection[str]) -> set[str]:
        """Triggers that run in another order take each other's places; their ids are given back."""
        known = {key_of(each): each for each in script if each.words[:1] == ("create",)}
        found: set[str] = set()
        for mine, theirs in exchanged(self.declared.stored, self.live.stored):
            place, statement = known[mine], known[theirs]
            _, end = span(place)
            text, comments = place.source.text, statement.source.text
            said = self._said(statement, theirs, is_plain=str(theirs) in plain)
            if ";" in said and text[end : end + 1] == ";" != text[end + 1 : end + 2]:
                said = f"DELIMITER ;;\n{said};;\nDELIMITER "
            above = comments[first_line(comments, statement.start) : span(statement)[0]]
            self.edits.replace(place.source, first_line(text, place.start), end, above + said)
            found.add(str(theirs))
        return found

    def _remove(self, statement: SqlStatement) -> None:
        """A statement with its delimiter, and the comments right above it."""
        text = statement.source.text
        start, end = first_line(text, statement.start), statement.end
        found = re.compile(r"[\s;$/*]*?(;;|;|//|\$\$)[^\S\n]*").match(text, end)
        end = line_end(text, found.end() if found else end)
        below = end
        while below < len(text) and not text[below + 1 : line_end(text, below + 1)].strip():
            below = line_end(text, below + 1)
        self.edits.replace(statement.source, start, min(below + 1, len(text)), "")

    def _append(self, source: Source, new: list[str], fresh: list[str]) -> None:
        is_upper = "CREATE TABLE" in source.text
        sides = [self._side(self.live.tables[name]) for name in sorted(new)]
        said = [whole(side, options(side, self.database()), is_upper) for side in sides]
        said += fresh
        text = source.text
        gap = "" if not text else "\n" if text.endswith("\n") else "\n\n"
        self.edits.insert(source, len(text), gap + "\n\n".join(said) + "\n")

    def database(self) -> Table:
        engine = Table("", (), engine="InnoDB")
        charset, collation = self.live.charset, self.live.collation
        found = Schema({"": engine}, charset=charset, collation=collation)
        return database_of(found, self.flavour)

    def _side(self, table: Table) -> Side:
        return Side(table, surroundings(table, self.database(), self.flavour))


def _sets(keys: Iterable[str], said: Mapping[str, Value], delimiter: str) -> Iterator[str]:
    for key in keys:
        value = quote_text(str(said[key])) if key in said else "DEFAULT"
        yield f"SET {VARIABLES[key]} = {value}{delimiter}"


def first_line(text: str, at: int) -> int:
    """Where the line begins in which a statement does, with the comments right above it."""
    start = line_start(text, at)
    while start:
        above = line_start(text, start - 1)
        if not text[above : start - 1].lstrip().startswith(("--", "#")):
            break
        start = above
    return start


def span(statement: SqlStatement) -> tuple[int, int]:
    """Where a statement stands, with the version comments that begin and end with it."""
    text, start, end = statement.source.text, statement.start, statement.end
    opening = re.search(r"/\*M?!\d*\s*$", text[:start])
    if opening is None:
        return start, end
    closing = re.compile(r"\s*\*/").match(text, end)
    return opening.start(), closing.end() if closing else end


def key_of(statement: SqlStatement) -> ObjectKey | None:
    """The stored object that a statement makes or drops."""
    kind = next((_KIND[word] for word in statement.words if word in _KIND), None)
    if kind is None or statement.words[:1] not in (("create",), ("drop",)):
        return None
    if statement.words[:1] == ("create",):
        found = parse_stored(statement.sql, escapes=statement.escapes)
        return object_key(found.kind, found.name)
    last = next(token for token in reversed(tokenize(statement.sql)) if token.kind in _NAMES)
    return object_key(kind, last.value if last.kind == "name" else last.text)


def table_of(statement: SqlStatement) -> str:
    """The table that a statement makes or drops, or ""."""
    tokens = tokenize(statement.sql, is_lenient=True, escapes=statement.escapes)
    tokens = [token for token in tokens if token.kind in (*_NAMES, "mark")]
    at = next((n for n, token in enumerate(tokens) if token.value == "table"), None)
    if at is None or statement.words[:1] not in (("create",), ("drop",)):
        return ""
    rest = tokens[at + 1 :]
    skipped = [t for t in rest if not (t.kind == "word" and t.value in ("if", "not", "exists"))]
    if len(skipped) > 2 and skipped[1].value == ".":
        skipped = skipped[2:]
    if not skipped:
        return ""
    return skipped[0].value if skipped[0].kind == "name" else skipped[0].text
