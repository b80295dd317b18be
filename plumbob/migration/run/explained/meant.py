"""What a statement that failed was about: its table as it is, and as the statement would have made it.

This is for telling people more than the server does. A clause that is not known here is passed over, so
nothing may be decided by what is found.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from plumbob.ddl.cursor import Cursor
from plumbob.ddl.indexes import parse_create_index
from plumbob.ddl.lexer import SyntaxFault
from plumbob.ddl.tables import parse_create_table
from plumbob.model import Column, Flavour, Schema, Table

# What stands ahead of the table's name, word by word; each may be missing.
_AHEAD = ("low_priority", "delayed", "high_priority", "quick", "online", "offline", "ignore")
_INTO = ("into", "from", "table", "if", "not", "exists", "only")


@dataclass(frozen=True, slots=True)
class Meant:
    """The table of a statement.

    Attributes:
        name: the table's, as it was written; "" where it is not known.
        before: as it is; None where it is not there.
        after: as the statement would have made it; None where it makes none, or changes rows alone.
        renamed: columns that it gives another name, each with both.
    """

    name: str
    before: Table | None = None
    after: Table | None = None
    renamed: tuple[tuple[str, str], ...] = ()

    @property
    def there(self) -> Table | None:
        """The table as it is, its columns under their new names."""
        if self.before is None:
            return None
        columns = (replace(each, name=self.new_name(each.name)) for each in self.before.columns)
        return replace(self.before, columns=tuple(columns))

    def new_name(self, column: str) -> str:
        """The name of a column after the statement."""
        names = (new for old, new in self.renamed if old.lower() == column.lower())
        return next(names, column)


def meant(sql: str, schema: Schema, flavour: Flavour) -> Meant:
    """Read a statement as far as it is understood.

    Args:
        schema: the tables as they are.
    """
    try:
        return _read(sql, schema, flavour)
    except SyntaxFault:
        return Meant("")


def _read(sql: str, schema: Schema, flavour: Flavour) -> Meant:
    cursor = Cursor(sql, flavour, is_lenient=True)
    first = cursor.take().value
    if first == "create" and any(token.value == "index" for token in cursor.tokens[:5]):
        created = parse_create_index(sql)
        before = _table(schema, created.table)
        after = before and replace(before, indexes=(*before.indexes, created.index))
        return Meant(created.table, before, after)
    if first == "create" and any(token.value == "table" for token in cursor.tokens[:4]):
        after = parse_create_table(sql, flavour)
        return Meant(after.name, _table(schema, after.name), after)
    if first not in ("alter", "insert", "replace", "update", "delete", "drop", "truncate"):
        return Meant("")
    if first == "drop" and not cursor.is_word("table", "index"):
        return Meant("")
    if cursor.accept("index"):
        cursor.name()
        cursor.expect("on")
    while cursor.token.kind == "word" and cursor.token.value in (*_AHEAD, *_INTO):
        cursor.take()
    name = cursor.name()
    if cursor.accept_mark("."):
        name = cursor.name()
    before = _table(schema, name)
    if first != "alter" or before is None:
        return Meant(name, before)
    clauses = list(_clauses(cursor))
    after = _altered(before, clauses, flavour)
    return Meant(name, before, after, tuple(_requoted_names(before, clauses, flavour)))


def _table(schema: Schema, name: str) -> Table | None:
    """The table; one that is written in another case, where that is the only one."""
    alike = [each for each in schema.tables.values() if each.name.lower() == name.lower()]
    return schema.tables.get(name) or (alike[0] if len(alike) == 1 else None)


def _altered(table: Table, clauses: Iterable[str], flavour: Flavour) -> Table:
    """The table after the clauses that are known."""
    for clause in clauses:
        at = Cursor(clause, flavour, is_lenient=True)
        change = _CHANGES.get(at.take().value)
        if change is None:
            continue
        try:
            table = change(table, at)
        except SyntaxFault:
            continue
    return table


def _requoted_names(
    table: Table, clauses: Iterable[str], flavour: Flavour
) -> Iterator[tuple[str, str]]:
    """The columns that CHANGE or RENAME COLUMN gives another name."""
    for clause in clauses:
        at = Cursor(clause, flavour, is_lenient=True)
        is_change = at.accept("change")
        if not is_change and not at.accept("rename", "column"):
            continue
        at.accept("column")
        at.accept("if", "exists")
        old = at.name()
        at.accept("to")
        new = at.name()
        if table.column(old) is not None and old.lower() != new.lower():
            yield old, new


def _clauses(cursor: Cursor) -> Iterator[str]:
    """The text of each clause of an ALTER TABLE, from where the cursor stands."""
    start, depth = cursor.token.start, 0
    while not cursor.is_at_end:
        token = cursor.take()
        if token.kind != "mark":
            continue
        depth += (token.value == "(") - (token.value == ")")
        if token.value == "," and not depth:
            yield cursor.sql[start : token.start]
            start = cursor.token.start
    yield cursor.sql[start : cursor.token.start]


def _defined(at: Cursor) -> Table:
    """The columns, keys and checks of a definition, whose place (FIRST, AFTER x) is left out."""
    tokens = at.tokens[at.at : -1]
    if not tokens:
        at.fail("expected a definition")
    end = tokens[-1].end
    if len(tokens) > 1 and tokens[-1].kind == "word" and tokens[-1].value == "first":
        end = tokens[-2].end
    elif len(tokens) > 2 and tokens[-2].kind == "word" and tokens[-2].value == "after":
        end = tokens[-3].end
    text = at.sql[tokens[0].start : end]
    if tokens[0].value == "(":
        text = text[1:].rstrip().removesuffix(")")
    return parse_create_table(f"CREATE TABLE t (\n{text}\n)", at.flavour)


def _add(table: Table, at: Cursor) -> Table:
    at.accept("column")
    at.accept("if", "not", "exists")
    new = _defined(at)
    return replace(
        table,
        columns=(*table.columns, *new.columns),
        indexes=(*table.indexes, *new.indexes),
        foreign_keys=(*table.foreign_keys, *new.foreign_keys),
        checks=(*table.checks, *new.checks),
    )


def _modify(table: Table, at: Cursor) -> Table:
    at.accept("column")
    at.accept("if", "exists")
    return _exchanged(table, at.token.value, at)


def _change(table: Table, at: Cursor) -> Table:
    at.accept("column")
    at.accept("if", "exists")
    return _exchanged(table, at.take().value, at)


def _rename(table: Table, at: Cursor) -> Table:
    at.expect("column")
    old = at.name().lower()
    at.expect("to")
    new = at.name()
    columns = (replace(c, name=new) if c.name.lower() == old else c for c in table.columns)
    return replace(table, columns=tuple(columns))


def _exchanged(table: Table, name: str, at: Cursor) -> Table:
    new = _defined(at)
    if len(new.columns) != 1:
        return table

    def one(column: Column) -> Column:
        return new.columns[0] if column.name.lower() == name.lower() else column

    return replace(table, columns=tuple(map(one, table.columns)))


def _drop(table: Table, at: Cursor) -> Table:
    if at.accept("primary"):
        return replace(table, indexes=tuple(i for i in table.indexes if i.kind != "primary"))
    if at.accept("foreign"):
        at.accept("key")
        key = at.name().lower()
        kept = tuple(each for each in table.foreign_keys if each.name.lower() != key)
        return replace(table, foreign_keys=kept)
    if at.accept_one_of("index", "key"):
        index = at.name().lower()
        return replace(table, indexes=tuple(i for i in table.indexes if i.name.lower() != index))
    if at.accept_one_of("constraint", "check", "partition", "period", "system"):
        return table
    at.accept("column")
    name = at.name().lower()
    return replace(table, columns=tuple(c for c in table.columns if c.name.lower() != name))


def _engine(table: Table, at: Cursor) -> Table:
    at.accept_mark("=")
    return replace(table, engine=at.name())


_CHANGES: dict[str, Callable[[Table, Cursor], Table]] = {
    "engine": _engine,
    "add": _add,
    "modify": _modify,
    "change": _change,
    "drop": _drop,
    "rename": _rename,
}
