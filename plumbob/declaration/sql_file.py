"""A declaration in plain SQL: one file of CREATE statements, or a folder of such files, in any order.

A dump without rows (`mysqldump --no-data`) is one: what it sets for its session, its locks, and DROP …
IF EXISTS ahead of a CREATE declare nothing and are left out. All else is refused by name.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from plumbob.ddl.cursor import Cursor
from plumbob.ddl.indexes import parse_create_index
from plumbob.ddl.lexer import SyntaxFault, tokenize
from plumbob.ddl.stored import parse_stored
from plumbob.ddl.stored.head import schemas_named
from plumbob.ddl.tables import parse_create_table
from plumbob.declaration.declaration import Declaration, TablePlaces
from plumbob.declaration.faults import Faults
from plumbob.declaration.includes import is_hidden
from plumbob.declaration.nodes import Entry, Scalar
from plumbob.declaration.source import read_source
from plumbob.declaration.sql_session import after_alter_database, after_set
from plumbob.declaration.sql_statements import SqlStatement, statements
from plumbob.errors import PlumbobError
from plumbob.model import (
    STORED_KINDS,
    Event,
    Index,
    ObjectKey,
    Routine,
    Schema,
    Session,
    Stored,
    Table,
    Trigger,
    View,
    object_key,
)

# The first words of statements that declare nothing and that dumps are full of.
_NOISE = (
    ("set",),
    ("lock", "tables"),
    ("unlock", "tables"),
    ("start", "transaction"),
    ("commit",),
)
_ADVICE: Mapping[tuple[str, ...], str] = {
    (
        "alter",
    ): "write it into CREATE TABLE. Tools that write keys apart (phpMyAdmin): load their dump "
    "into a database, and run `schema init --from` on that",
    ("drop",): "leave it out: what is not declared is not wanted. Only DROP … IF EXISTS ahead of a "
    "CREATE, as dumps have it, may stand here",
    ("insert",): "rows are no part of a declaration; the folder seeds/ is for them",
    ("replace",): "rows are no part of a declaration; the folder seeds/ is for them",
    ("rename",): "in a schema.yaml, `was:` declares a rename",
    (
        "create",
        "spatial",
        "reference",
    ): "spatial reference systems are the server's, not a database's",
    **dict.fromkeys(
        (
            ("create", "user"),
            ("create", "role"),
            ("grant",),
            ("revoke",),
        ),
        "accounts and privileges are the server's, not a database's: they are not managed",
    ),
    **dict.fromkeys(
        (
            ("create", "tablespace"),
            ("create", "undo"),
            ("create", "logfile"),
            ("create", "server"),
            ("create", "resource"),
        ),
        "it belongs to the server, not to a database: it is not managed",
    ),
    ("create", "database"): "leave it out: the connection names the database",
    ("create", "schema"): "leave it out: the connection names the database",
    ("create", "temporary"): "a temporary table is gone with its session",
    ("use",): "leave it out: the connection names the database",
}
_WHAT_IS_READ = "a declaration has CREATE statements only"
# Among the words of a CREATE statement the first of these is what it makes. The parser of stored
# objects says of a package and a library that they are not managed.
_READ = ("table", *STORED_KINDS, "package", "library")
_OTHERS = ("index", "database", "schema", "temporary", "user", "role", "tablespace", "server")
_KINDS = (*_READ, *_OTHERS, "resource", "logfile", "spatial")


def load_sql(path: Path) -> Declaration:
    """Read a file of CREATE statements, or all .sql files of a folder and those below it.

    Names that begin with a dot are left out: macOS, editors and tools keep files of theirs so.

    Raises:
        PlumbobError: the one thing that is wrong, or ManyErrors, each with its place in a file.
    """
    files = sorted(_below(path)) if path.is_dir() else [path]
    if not files:
        raise PlumbobError(
            f"there is no .sql file in the folder {path}",
            advice="`schema = …` in plumbob.cfg names a file, or a folder of .sql files",
        )
    faults = Faults()
    script = _Script(faults)
    for file in files:
        for statement in statements(read_source(file)):
            with faults.collected():
                script.take(statement)
    script.finish()
    if not script.tables and not faults.errors:
        faults.error(f"{path} creates no tables", read_source(files[0]).position(0))
    faults.raise_if_any()
    return Declaration(
        Schema(script.tables, script.stored),
        files=tuple(files),
        places=script.places,
        # A kind of which the files have none may as well have been left out of them.
        sections=frozenset(key.kind for key in script.stored),
        stored_places=script.stored_places,
    )


def _below(folder: Path) -> Iterator[Path]:
    for path in folder.rglob("*.sql"):
        if not any(map(is_hidden, path.relative_to(folder).parts)):
            yield path


@dataclass(slots=True)
class _Script:
    """What the statements declare, so far."""

    faults: Faults
    tables: dict[str, Table] = field(default_factory=dict)
    places: dict[str, TablePlaces] = field(default_factory=dict)
    alike: dict[str, tuple[str, SqlStatement]] = field(default_factory=dict)
    stored: dict[ObjectKey, Stored] = field(default_factory=dict)
    stored_places: dict[str, Entry] = field(default_factory=dict)
    # What CREATE INDEX adds to a table, which may come behind it.
    indexes: list[tuple[str, Index, SqlStatement]] = field(default_factory=list)
    session: Session = field(default_factory=Session)
    # DROP … IF EXISTS, by what it drops, until a CREATE follows.
    dropped: dict[str, SqlStatement] = field(default_factory=dict)
    # The schemas that statements name for what they make, tables first: `shop` of `shop.users`.
    schemas: list[tuple[str | None, SqlStatement]] = field(default_factory=list)

    def take(self, statement: SqlStatement) -> None:
        try:
            self._take(statement)
        except SyntaxFault as fault:
            raise _located(fault, statement) from None

    def _take(self, statement: SqlStatement) -> None:
        words = statement.words
        if words[:1] == ("set",):
            self.session = after_set(self.session, statement.sql)
        if any(words[: len(noise)] == noise for noise in _NOISE):
            return
        if words[:1] == ("alter",) and words[1:2] in (("database",), ("schema",)):
            self.session = after_alter_database(self.session, statement.sql)
            return
        kind = _kind(statement)
        if not statement.escapes and not statement.is_program:
            _refuse_backslashes(statement)
        if words[:1] == ("drop",) and words[2:4] == ("if", "exists"):
            self._drop(statement)
        elif statement.is_index:
            found = parse_create_index(statement.sql)
            self.schemas.append((found.schema, statement))
            self.indexes.append((found.table, found.index, statement))
        elif kind == "table":
            self._table(statement)
        elif kind:
            self._created(statement)
        else:
            raise _refused(statement)

    def _drop(self, statement: SqlStatement) -> None:
        """What a dump has ahead of a CREATE; a stand-in that was made above is forgotten."""
        cursor = Cursor(statement.sql)
        cursor.take()
        kind = cursor.take().value
        cursor.expect("if", "exists")
        name = _last_name(cursor)
        if kind not in ("table", *STORED_KINDS) or not cursor.is_at_end:
            raise _refused(statement)
        if kind == "table":
            self.tables.pop(name, None)
            self.places.pop(name, None)
            self.alike.pop(name, None)
        for stored_kind in STORED_KINDS:
            if kind == stored_kind:
                self.stored.pop(object_key(stored_kind, name), None)
        self.dropped[f"{kind} {name}"] = statement

    def _created(self, statement: SqlStatement) -> None:
        found = parse_stored(statement.sql, escapes=statement.escapes)
        self.schemas += [(each, statement) for each in schemas_named(statement.sql) if each]
        key = object_key(found.kind, found.name)
        if key in self.stored:
            first = self.stored_places[str(key)].value.position()
            raise _error(
                statement,
                f"the {key.kind} {found.name} is created twice; the first is in {first.file}, line "
                f"{first.line}",
                "keep one of the two",
            )
        self.stored[key] = _with_session(found, self.session)
        self.stored_places[str(key)] = _entry(statement)
        self.dropped.pop(f"{key.kind} {found.name}", None)

    def _table(self, statement: SqlStatement) -> None:
        other = _like(statement)
        table = Table(other[0], ()) if other else parse_create_table(statement.sql)
        if table.name in self.tables:
            first = self.places[table.name].entry.value.position()
            raise _error(
                statement,
                f"the table {table.name} is created twice; the first is in {first.file}, line "
                f"{first.line}",
                "keep one of the two",
            )
        self.schemas += [(each, statement) for each in schemas_named(statement.sql)]
        if other:
            self.alike[table.name] = (other[1], statement)
        self.tables[table.name] = table
        self.places[table.name] = _places(table, statement)
        self.dropped.pop(f"table {table.name}", None)

    def finish(self) -> None:
        """Fill in what is made LIKE another table, and refuse what is dropped and not made again."""
        for name in list(self.alike):
            with self.faults.collected():
                self.tables[name] = self._filled_in(name, set())
                self.places[name] = _places(self.tables[name], self.alike[name][1])
        for name, index, statement in self.indexes:
            with self.faults.collected():
                self._add_index(name, index, statement)
        for statement in self.dropped.values():
            with self.faults.collected():
                raise _refused(statement)
        self._refuse_other_schemas()

    def _add_index(self, name: str, index: Index, statement: SqlStatement) -> None:
        table = self.tables.get(name)
        if table is None:
            raise _error(
                statement, f"the index is for the table {name}, which is not declared", "create it"
            )
        self.tables[name] = replace(table, indexes=(*table.indexes, index))
        places = self.places[name]
        self.places[name] = replace(places, indexes=[*places.indexes, _entry(statement)])

    def _refuse_other_schemas(self) -> None:
        """All is of one database: that of the first table, whether it is named or not."""
        home = self.schemas[0][0] if self.schemas else None
        for schema, statement in self.schemas:
            if schema not in (None, home):
                with self.faults.collected():
                    raise _error(
                        statement,
                        f"this is of the database {schema}, and the first table of the declaration "
                        f"is of {home or 'the one that it is applied to'}",
                        f"leave {schema} out, or declare it on its own: a declaration is of one "
                        "database",
                    )

    def _filled_in(self, name: str, seen: set[str]) -> Table:
        """A table made LIKE another: without its foreign keys (both manuals: CREATE TABLE … LIKE)."""
        if name not in self.alike:
            return self.tables[name]
        other, statement = self.alike[name]
        if other not in self.tables or name in seen:
            what = "is not declared" if other not in self.tables else "is made like this one"
            raise _error(
                statement, f"{name} is to be like {other}, which {what}", "write its columns out"
            )
        found = self._filled_in(other, seen | {name})
        checks = tuple(replace(check, name="", named=False) for check in found.checks)
        return replace(found, name=name, foreign_keys=(), checks=checks, auto_increment=None)


def _kind(statement: SqlStatement) -> str:
    """What a CREATE statement makes: a table or a stored object; "" for all else."""
    words = statement.words
    if words[:1] != ("create",):
        return ""
    found = next((word for word in words[1:] if word in _KINDS), "")
    return found if found in _READ else ""


def _refuse_backslashes(statement: SqlStatement) -> None:
    """Of tables and views the server keeps no sql_mode: their texts are read with escapes alone."""
    for token in tokenize(statement.sql, escapes=False):
        if token.kind == "text" and "\\" in token.text:
            raise SyntaxFault(
                "a backslash under NO_BACKSLASH_ESCAPES",
                token.start,
                "write it twice, with `SET sql_mode = DEFAULT;` ahead of the statement",
            )


def _like(statement: SqlStatement) -> tuple[str, str] | None:
    """The name of a table and of the one that it is made like."""
    cursor = Cursor(statement.sql)
    cursor.accept("create")
    if cursor.accept("or"):
        cursor.accept("replace")
    cursor.accept("table")
    if cursor.accept("if"):
        cursor.accept("not", "exists")
    if cursor.token.kind not in ("word", "name"):
        return None
    name = _last_name(cursor)
    is_enclosed = cursor.accept_mark("(")
    if not cursor.accept("like") or cursor.token.kind not in ("word", "name"):
        return None
    other = _last_name(cursor)
    is_closed = not is_enclosed or cursor.accept_mark(")")
    return (name, other) if is_closed and cursor.is_at_end else None


def _last_name(cursor: Cursor) -> str:
    """A name, of which a database in front of it is left out."""
    name = cursor.name()
    return cursor.name() if cursor.accept_mark(".") else name


def _refused(statement: SqlStatement) -> PlumbobError:
    words = statement.words
    if words[:3] == ("create", "or", "replace"):
        words = ("create", *words[3:])
    name = " ".join(words[: 2 if words[:1] == ("create",) else 1]).upper()
    found = (advice for start, advice in _ADVICE.items() if words[: len(start)] == start)
    what = name or statement.sql.split(None, 1)[0]
    return _error(statement, f"{what} is no part of a declaration", next(found, _WHAT_IS_READ))


def _error(statement: SqlStatement, what: str, advice: str) -> PlumbobError:
    return PlumbobError(what, advice=advice, where=statement.source.position(statement.start))


def _located(fault: SyntaxFault, statement: SqlStatement) -> PlumbobError:
    where = statement.source.position(statement.start + fault.offset)
    return PlumbobError(fault.what, advice=fault.advice, where=where)


def _with_session(stored: Stored, session: Session) -> Stored:
    """The object, with what the file set ahead of it and a server keeps of that for its kind."""
    if isinstance(stored, View):
        return replace(stored, session=Session(collation=session.collation))
    if isinstance(stored, Event):
        return replace(stored, session=session)
    if isinstance(stored, Trigger | Routine):
        return replace(stored, session=replace(session, time_zone=None))
    return stored


def _entry(statement: SqlStatement) -> Entry:
    source, start, end = statement.source, statement.start, statement.end
    return Entry(None, Scalar(source.text[start:end], source, start, end))


def _places(table: Table, statement: SqlStatement) -> TablePlaces:
    """All parts share the statement as their place; a word to look for narrows it down."""
    entry = _entry(statement)
    return TablePlaces(
        entry,
        {},
        columns=[entry] * len(table.columns),
        indexes=[entry] * len(table.indexes),
        foreign_keys=[entry] * len(table.foreign_keys),
        checks=[entry] * len(table.checks),
        periods=[entry] * len(table.periods),
    )
