"""CREATE TABLE statements in files of SQL, changed definition by definition where the database differs."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace

from plumbob.ddl.completed import completed
from plumbob.ddl.lexer import tokenize
from plumbob.ddl.quote import quote_text
from plumbob.ddl.stored import create_sql, parse_stored
from plumbob.declaration.declaration import Declaration
from plumbob.declaration.dump import database_of, said_settings, surroundings, table_settings
from plumbob.declaration.dump.columns import column_words
from plumbob.declaration.dump.keys import (
    check_words,
    index_words,
    is_implied,
    key_words,
    own_column,
    primary_key_value,
    words_inside,
)
from plumbob.declaration.dump.sql_text import name_text
from plumbob.declaration.dump.stored import stored_text
from plumbob.declaration.dump.words import Words, text_of
from plumbob.declaration.dump.yaml_text import Value
from plumbob.declaration.edit.extents import line_end, line_start
from plumbob.declaration.edit.order import moved, placed
from plumbob.declaration.edit.respell import respelled
from plumbob.declaration.edit.splices import Edits
from plumbob.declaration.edit.sql_body import Body, Definition, indent_of, lines_of, read_body
from plumbob.declaration.edit.units import Kind, Part, read_units
from plumbob.declaration.edit.wanted import Side, wanted, words_inside_of
from plumbob.declaration.source import Source, read_source
from plumbob.declaration.sql_statements import SqlStatement, statements
from plumbob.model import (
    STORED_KINDS,
    Check,
    Column,
    Flavour,
    ForeignKey,
    Index,
    ObjectKey,
    Owned,
    Schema,
    Stored,
    StoredKind,
    Table,
    View,
    object_key,
)

_KIND: dict[str, StoredKind | None] = {"table": None, **{kind: kind for kind in STORED_KINDS}}
_USUAL_VIEW = ("UNDEFINED", "DEFINER")
_OPTIONS = (("engine", "engine"), ("charset", "default charset"), ("collation", "collate"))
# Words that are written in capitals where the statement is.
# fmt: off
_KEYWORDS = frozenset((
    "action", "as", "asc", "auto_increment", "by", "cascade", "character", "charset", "check",
    "collate", "column", "comment", "constraint", "create", "current_timestamp", "default",
    "delete", "desc", "enforced", "engine", "foreign", "fulltext", "hash", "in", "index",
    "invisible", "key", "less", "list", "maxvalue", "no", "not", "null", "on", "partition",
    "partitions", "primary", "range", "references", "restrict", "row_format", "set", "spatial",
    "srid", "stored", "table", "than", "unique", "unsigned", "update", "values", "virtual",
    "zerofill",
))
# fmt: on


@dataclass(slots=True)
class SqlEdit:
    """Brings the statements of a declaration up to what is live."""

    declaration: Declaration
    declared: Schema
    live: Schema
    flavour: Flavour
    edits: Edits

    def run(self, changed: Collection[str], plain: Collection[str]) -> None:
        sources = {path: read_source(path) for path in self.declaration.files}
        scripts = {path: list(statements(source)) for path, source in sources.items()}
        names = {self._name(name): name for name in self.declaration.schema.tables}
        for script in scripts.values():
            for statement in script:
                self._statement(statement, changed, plain)
        new = [name for name in self.live.tables if name in changed and name not in names]
        kinds = self.declaration.sections
        fresh = [
            _in_script(_new_stored(each, self.flavour, says_definer=False))
            for key, each in self.live.stored.items()
            if str(key) in changed and key not in self.declared.stored and key.kind in kinds
        ]
        if new or fresh:
            self._append(list(sources.values())[-1], new, fresh)

    def _name(self, name: str) -> str:
        return name if name in self.declared.tables else name.lower()

    def _statement(
        self, statement: SqlStatement, changed: Collection[str], plain: Collection[str]
    ) -> None:
        key = _key_of(statement)
        if key is not None:
            self._stored(statement, key, changed, plain)
            return
        name = _table_of(statement)
        own = self._name(name)
        if own not in changed or own not in self.declared.tables:
            return
        if own not in self.live.tables:
            self._remove(statement)
        elif statement.words[:1] == ("create",):
            _TableSql(self, name, statement, own in plain).run()

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
            says_definer = "definer" in statement.words
            before, after = (
                _create(each, self.flavour, says_definer)
                for each in (self.declared.stored[key], new)
            )
            start, end = _span(statement)
            said = after if str(key) in plain else respelled(statement.sql, before, after)
            self.edits.replace(statement.source, start, end, said)

    def _remove(self, statement: SqlStatement) -> None:
        """A statement with its delimiter, and the comments right above it."""
        text = statement.source.text
        start, end = line_start(text, statement.start), statement.end
        found = re.compile(r"[\s;$/*]*?(;;|;|//|\$\$)[^\S\n]*").match(text, end)
        end = line_end(text, found.end() if found else end)
        while start:
            above = line_start(text, start - 1)
            if not text[above : start - 1].lstrip().startswith(("--", "#")):
                break
            start = above
        below = end
        while below < len(text) and not text[below + 1 : line_end(text, below + 1)].strip():
            below = line_end(text, below + 1)
        self.edits.replace(statement.source, start, min(below + 1, len(text)), "")

    def _append(self, source: Source, new: list[str], fresh: list[str]) -> None:
        is_upper = "CREATE TABLE" in source.text
        sides = [self._side(self.live.tables[name]) for name in sorted(new)]
        said = [_whole(side, _options(side, self.database()), is_upper) for side in sides]
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

    def sides(self, name: str) -> tuple[Side, Side]:
        own = self._name(name)
        return self._side(self.declared.tables[own]), self._side(self.live.tables[own])


class _TableSql:
    """One CREATE TABLE statement while it is edited."""

    def __init__(self, edit: SqlEdit, name: str, statement: SqlStatement, is_plain: bool) -> None:
        self.edits = edit.edits
        self.declared, self.live = edit.sides(name)
        self.statement = statement
        self.is_plain = is_plain
        self.is_upper = "CREATE" in statement.sql[:10]
        body = read_body(statement)
        self.body = body
        self.database = edit.database()
        if body is None:
            return
        raw = edit.declaration.schema.tables[name]
        full = completed(edit.declaration.schema, edit.flavour).tables[name]
        self.units = read_units(raw, full, self.declared.table, body.places, edit.flavour)
        self.new_text: dict[int, str] = {}
        self.gone: set[int] = set()

    def run(self) -> None:
        body = self.body
        if body is None or self.is_plain:
            text = _whole(
                self.live, _options(self.live, self.database), self.is_upper
            ).removesuffix(";")
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
        said: set[tuple[Kind, str]] = set()
        for unit in self.units:
            wish = wanted(unit, self.declared, self.live, ())
            if wish.new is None:
                self.gone.add(id(unit.entry))
                continue
            said |= wish.says
            if wish.is_changed:
                old, new = self.declared, self.live
                before = _definition(old, old.part(unit.kind, unit.name), unit.inside)
                stay = [each for each in unit.inside if (each[0], each[1].lower()) in wish.says]
                after = _definition(new, new.part(unit.kind, unit.name), stay)
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
        moved_texts = {name: self._written(body, columns[name]) for name in moving}
        self.gone |= {id(columns[name]) for name in moving}
        stable = [name for name in staying if name not in moving]
        inserted: dict[int | None, list[str]] = {}
        for behind, group in placed(order, stable):
            texts = [
                moved_texts.get(name.lower())
                or self._cased(_definition(self.live, table.column(name), ()))
                for name in group
            ]
            inserted[id(columns[behind]) if behind else None] = texts
        last = [each for each in body.definitions if id(each.entry) not in self.gone]
        keys = [self._cased(text) for text in self._new_keys(said)]
        if keys:
            anchor = id(last[-1].entry) if last else None
            inserted[anchor] = inserted.get(anchor, []) + keys
        return inserted

    def _written(self, body: Body, entry: object) -> str:
        found = next(each for each in body.definitions if each.entry is entry)
        return self.new_text.get(id(entry)) or body.source.text[found.start : found.end]

    def _new_keys(self, said: set[tuple[Kind, str]]) -> Iterator[str]:
        table = self.live.table
        for index in table.indexes:
            if ("index", index.name.lower()) not in said and not is_implied(index, table):
                yield _definition(self.live, index, ())
        for key in table.foreign_keys:
            if ("foreign_key", key.name.lower()) not in said:
                yield _definition(self.live, key, ())
        for check in table.checks:
            if ("check", check.name.lower()) not in said:
                yield _definition(self.live, check, ())

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
        before, after = (_options(side, self.database, " ") for side in (self.declared, self.live))
        if before == after:
            return
        start, end = body.tail
        written = body.source.text[start:end]
        said = respelled(written.strip(), before, self._cased(after))
        self.edits.replace(body.source, start, end, f" {said}" if said else "")

    def _cased(self, text: str) -> str:
        return _in_capitals(text) if self.is_upper else text


def _create(stored: Stored, flavour: Flavour, says_definer: bool) -> str:
    if isinstance(stored, Owned) and not says_definer:
        stored = replace(stored, definer=None)
    return create_sql(stored, flavour)


def _new_stored(stored: Stored, flavour: Flavour, *, says_definer: bool) -> str:
    """A statement for an object that is new in the file, without what goes without saying."""
    is_plain = not isinstance(stored, View) or (stored.algorithm, stored.security) == _USUAL_VIEW
    if not is_plain or (says_definer and isinstance(stored, Owned) and stored.definer):
        return _create(stored, flavour, says_definer)
    text = stored_text(stored, flavour)
    joint = " AS\n" if isinstance(stored, View) and not stored.columns else " "
    return f"CREATE {stored.kind.upper()} {name_text(stored.name)}{joint}{text}"


def _in_script(sql: str) -> str:
    """A statement as the mysql client takes it: with a delimiter of its own where it has semicolons."""
    return f"DELIMITER ;;\n{sql};;\nDELIMITER ;" if ";" in sql else f"{sql};"


def _span(statement: SqlStatement) -> tuple[int, int]:
    """Where a statement stands, with the version comments that begin and end with it."""
    text, start, end = statement.source.text, statement.start, statement.end
    opening = re.search(r"/\*M?!\d*\s*$", text[:start])
    if opening is None:
        return start, end
    closing = re.compile(r"\s*\*/").match(text, end)
    return opening.start(), closing.end() if closing else end


def _key_of(statement: SqlStatement) -> ObjectKey | None:
    """The stored object that a statement makes or drops."""
    tokens = [token for token in tokenize(statement.sql) if token.kind in ("word", "name")]
    kind = next((_KIND[word] for word in statement.words if word in _KIND), None)
    if kind is None or statement.words[:1] not in (("create",), ("drop",)):
        return None
    if statement.words[:1] == ("create",):
        found = parse_stored(statement.sql)
        return object_key(found.kind, found.name)
    last = tokens[-1]
    return object_key(kind, last.value if last.kind == "name" else last.text)


def _table_of(statement: SqlStatement) -> str:
    """The table that a statement makes or drops, or ""."""
    tokens = [token for token in tokenize(statement.sql) if token.kind in ("word", "name", "mark")]
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


def _definition(
    side: Side, part: Part | Column | None, inside: Collection[tuple[Kind, str]]
) -> str:
    """A definition as it stands between the parentheses of CREATE TABLE."""
    if isinstance(part, Column):
        return _column(part, side, words_inside_of(side, inside))
    if isinstance(part, Index):
        if part.kind == "primary":
            parts = primary_key_value(part)
            return f"primary key {parts if parts.startswith('(') else f'({parts})'}"
        (_, kind), *rest = index_words(part)
        word = "key" if kind == "index" else f"{kind} key" if kind == "unique" else kind
        name = f"{name_text(part.name)} " if part.name else ""
        return f"{word} {name}{text_of(tuple(rest))}"
    constraint = f"constraint {name_text(part.name)} " if part is not None and part.name else ""
    if isinstance(part, ForeignKey):
        return f"{constraint}foreign key {text_of(key_words(part))}"
    assert isinstance(part, Check)
    (_, expression), *enforced = check_words(part)
    behind = "".join(f" {sql}" for _, sql in enforced)
    return f"{constraint}check ({expression}){behind}"


def _options(side: Side, database: Table, equals: str = "=") -> str:
    """What stands behind the parentheses, as far as it says more than the database does."""
    return _option_words(side, table_settings(side.table, database, side.around.flavour), equals)


def _option_words(side: Side, found: Mapping[str, Value], equals: str = "=") -> str:
    words = [f"{word}{equals}{found[key]}" for key, word in _OPTIONS if key in found]
    if "auto_increment" in found:
        words.append(f"auto_increment{equals}{side.table.auto_increment}")
    if "comment" in found:
        words.append(f"comment{equals}{quote_text(side.table.comment)}")
    if found.get("system_versioning"):
        words.append("with system versioning")
    if "options" in found:
        words.append(str(found["options"]))
    partitions = found.get("partitions")
    if partitions is not None:
        words.append(f"partition {getattr(partitions, 'text', partitions)}")
    return " ".join(words)


def _whole(side: Side, options: str, is_upper: bool) -> str:
    """A whole statement with its semicolon, for a table that is new in the file."""
    table = side.table
    inside = words_inside(table)
    parts: list[Part] = [
        index
        for index in table.indexes
        if not own_column(index, table) and not is_implied(index, table)
    ]
    # MySQL before 9.0 overlooks REFERENCES inside of a column.
    parts += [*table.foreign_keys, *table.checks]
    said = [_column(each, side, _keys_alone(inside[each.name])) for each in table.columns]
    said += [_definition(side, part, ()) for part in parts]
    lines = ",\n".join(f"  {each}" for each in said)
    text = f"create table {name_text(table.name)} (\n{lines}\n) {options}".rstrip() + ";"
    return _in_capitals(text) if is_upper else text


def _keys_alone(inside: Words) -> Words:
    return tuple(each for each in inside if each[0] in ("primary_key", "unique"))


def whole_statements(schema: Schema, flavour: Flavour) -> str:
    """All objects of a declaration as a script; what they inherit from the database is written out."""
    said: list[str] = []
    for table in schema.tables.values():
        side = Side(table, surroundings(table, Table("", ()), flavour))
        said.append(_whole(side, _option_words(side, said_settings(table, flavour)), True))
    for each in schema.stored.values():
        said.append(_in_script(_new_stored(each, flavour, says_definer=True)))
    return "\n\n".join(said) + "\n"


def _column(column: Column, side: Side, inside: Words) -> str:
    around = replace(side.around, inside={column.name: inside})
    return f"{name_text(column.name)} {text_of(column_words(column, around))}"


def _in_capitals(text: str) -> str:
    """The key words in capitals; what follows REFERENCES is a name."""
    said: list[str] = []
    end = 0
    previous = ""
    for token in tokenize(text):
        is_keyword = token.kind == "word" and token.value in _KEYWORDS
        is_name = previous in ("references", "constraint", "table") or not is_keyword
        said += [text[end : token.start], token.text if is_name else token.text.upper()]
        end, previous = token.end, token.value
    return "".join(said)
