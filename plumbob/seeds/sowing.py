"""Writes seed rows: what is missing is inserted, what differs is brought back, the rest is left alone."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from plumbob.ddl.quote import quote_name, quote_text
from plumbob.errors import Exit, PlumbobError
from plumbob.model import Column
from plumbob.seeds import records
from plumbob.seeds.literals import value_literal
from plumbob.seeds.made import hash_of, moment_sql, verifies
from plumbob.seeds.order import Ordered
from plumbob.seeds.records import Cell, Identity, Keys, Record
from plumbob.seeds.rows import Bound, Field, Fixed, Hashed, Name, Parent, Row, digest
from plumbob.seeds.transaction import alone, refuse_dry_run, transaction, without_transactions
from plumbob.seeds.values import Moment
from plumbob.server.connection import Server
from plumbob.server.errors import ServerError
from plumbob.server.listing import folded
from plumbob.server.pages import with_page

What = Literal["inserted", "updated", "unchanged"]
# What tells of a change that was not made in the file.
BY_HAND = "it was changed in the database"
# The value that a message of a server repeats, perhaps cut: "Duplicate entry 'x' for key …".
_VALUE = re.compile(r"(entry|value:?) '.*?'( for )", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Sown:
    """What became of a row: the columns that were changed, and why they differed."""

    row: Row
    what: What
    columns: tuple[str, ...] = ()
    why: str = ""


@dataclass(frozen=True, slots=True)
class Sowing:
    """What became of all rows. `no_rollback` has the engines of tables without transactions."""

    rows: tuple[Sown, ...]
    is_dry: bool = False
    no_rollback: Mapping[str, str] = field(default_factory=dict)

    def count(self, what: What) -> int:
        return sum(each.what == what for each in self.rows)


def sow(server: Server, ordered: Ordered, *, dry_run: bool = False) -> Sowing:
    """Write rows in one transaction.

    Args:
        ordered: the rows, each behind those that it refers to.
        dry_run: find out what would be done by doing it, and roll it back.

    Raises:
        PlumbobError: the server refuses a row; nothing was written then.
    """
    tables = {row.table.name for row in ordered.rows}
    require_tables(server, {row.table.name: row.table.columns for row in ordered.rows})
    loose = without_transactions(server, tables)
    if dry_run:
        refuse_dry_run(loose)
    with alone(server):
        if not dry_run:
            records.create(server)
        with transaction(server, keeps=not dry_run):
            sower = _Sower(server, ordered, keeps=not dry_run)
            rows = sower.sow()
    return Sowing(rows, dry_run, loose)


def require_tables(server: Server, wanted: Mapping[str, Iterable[Column]]) -> None:
    """Refuse a database that is behind the declaration: it lacks a table or a column of these.

    Raises:
        PlumbobError: STALE.
    """
    listed = server.query(
        "SELECT TABLE_NAME, COLUMN_NAME FROM information_schema.COLUMNS"
        " WHERE TABLE_SCHEMA = DATABASE()"
    )
    there = {(table.lower(), column.lower()) for table, column in listed}
    tables = {table for table, _ in there}
    for name, columns in wanted.items():
        missing = [each.name for each in columns if (name.lower(), each.name.lower()) not in there]
        if missing:
            is_there = name.lower() in tables
            raise PlumbobError(
                f"the database has no {f'column {name}.{missing[0]}' if is_there else f'table {name}'} yet",
                advice="bring it up to date first: schema apply",
                exit=Exit.STALE,
            )


@dataclass(slots=True)
class _Found:
    """A row as it is in the database: what tells it from all others, and its columns by name."""

    identity: Identity
    cells: dict[str, Cell]


@dataclass(slots=True)
class _Sower:
    server: Server
    ordered: Ordered
    keeps: bool
    records: dict[Name, Record] = field(default_factory=dict)
    by_identity: dict[tuple[str, Identity], Record] = field(default_factory=dict)
    found: dict[Name, _Found] = field(default_factory=dict)
    tables_made: Mapping[str, str] = field(default_factory=dict)
    now: str = ""

    def sow(self) -> tuple[Sown, ...]:
        for each in records.read(self.server, fakes=False):
            self.records[each.name] = each
            self.by_identity[each.table, each.keys.rows[0]] = each
        self.tables_made = records.tables_made(self.server)
        self.now = str(self.server.query("SELECT CAST(UTC_TIMESTAMP(6) AS CHAR)")[0][0])
        sown = {}
        for row in self.ordered.rows:
            later = self.ordered.later.get(row.name, ())
            sown[row.name] = self._told(row, [each for each in row.fields if each not in later])
        for name, fields in self.ordered.later.items():
            sown[name] = self._complete(sown[name], fields)
        return tuple(sown.values())

    def _told(self, row: Row, fields: Sequence[Field]) -> Sown:
        try:
            return self._put(row, fields)
        except ServerError as error:
            raise _at(error, row) from None

    def _put(self, row: Row, fields: Sequence[Field]) -> Sown:
        record, before = self._find(row)
        definition = digest([(each.name, self._definition(each)) for each in fields])
        if before is None:
            after = self._insert(row, fields)
            made = Record(*row.name, True, Keys(_identity(row), (after.identity,)))
            self._keep(row, made, definition, fields, after)
            return Sown(row, "inserted")
        # A row that others had inserted before stays theirs.
        was = record or Record(*row.name, False, Keys(_identity(row), (before.identity,)))
        if self._is_as_left(was, definition, fields, before):
            self._keep(row, was, definition, fields, before)
            return Sown(row, "unchanged")
        after = self._update(row, fields, was, before)
        made = replace(was, keys=Keys(_identity(row), (after.identity,)))
        self._keep(row, made, definition, fields, after)
        columns = tuple(each.name for each in fields if _differs(before, after, each.name))
        if not columns:
            return Sown(row, "unchanged")
        by_hand = was.stored and was.stored != _content(was.columns, before)
        return Sown(row, "updated", columns, BY_HAND if by_hand else "")

    def _is_as_left(
        self, record: Record, definition: str, fields: Sequence[Field], found: _Found
    ) -> bool:
        """Whether neither the file nor the row has changed since; then nothing is run at all."""
        if any(isinstance(each.value, Fixed) and each.value.is_secret for each in fields):
            return False
        return (
            record.definition == definition
            and record.stored == _content(record.columns, found)
            and all(
                self._is_kept(each, record, found)
                for each in fields
                if isinstance(each.value, Hashed)
            )
        )

    def _complete(self, sown: Sown, fields: Sequence[Field]) -> Sown:
        """Fill in what refers to rows that came later."""
        row, found = sown.row, self.found[sown.row.name]
        settings = ", ".join(f"{quote_name(each.name)} = {self._sql(each)}" for each in fields)
        try:
            changed = self.server.execute(
                f"UPDATE {quote_name(row.table.name)} SET {settings} WHERE {_where(row, found.identity)}"
            )
        except ServerError as error:
            raise _at(error, row) from None
        if not changed or sown.what == "inserted":
            return sown
        columns = (*sown.columns, *(each.name for each in fields))
        return replace(sown, what="updated", columns=columns)

    def _find(self, row: Row) -> tuple[Record | None, _Found | None]:
        """The row by what was recorded under its label, else by its key; with what is recorded of it."""
        record = self.records.get(row.name)
        if record is not None and record.keys.columns == _identity(row):
            found = self._select(row, _condition(record.keys.columns, record.keys.rows[0]))
            if found is not None and self._is_same(record, found):
                return record, found
        if not row.key:
            return None, None
        fields = [each for name in row.key if (each := row.field(name))]
        condition = " AND ".join(f"{quote_name(each.name)} = {self._sql(each)}" for each in fields)
        found = self._select(row, condition)
        # It may have been seeded under another label.
        return self.by_identity.get((row.table.name, found.identity)) if found else None, found

    def _is_same(self, record: Record, found: _Found) -> bool:
        """Whether this is the row that was seeded, and not another one in a table that was made anew."""
        made = self.tables_made.get(folded(self.server, record.table), "")
        return record.table_made == made or record.stored == _content(record.columns, found)

    def _select(self, row: Row, condition: str) -> _Found | None:
        names = [*_identity(row), *(each.name for each in row.table.columns if _is_read(each))]
        wanted = [
            *map(quote_name, _identity(row)),
            *(_read(each) for each in row.table.columns if _is_read(each)),
        ]
        rows = self.server.query(
            f"SELECT {', '.join(wanted)} FROM {quote_name(row.table.name)}"
            f" WHERE {condition} FOR UPDATE"
        )
        if not rows:
            return None
        count = len(_identity(row))
        cells = dict(zip(names[count:], rows[0][count:], strict=True))
        return _Found(tuple(rows[0][:count]), cells)

    def _insert(self, row: Row, fields: Sequence[Field]) -> _Found:
        names = ", ".join(quote_name(each.name) for each in fields)
        values = ", ".join(self._sql(each) for each in fields)
        self.server.execute(f"INSERT INTO {quote_name(row.table.name)} ({names}) VALUES ({values})")
        parts = []
        for name in _identity(row):
            each = row.field(name)
            parts.append(f"{quote_name(name)} = {self._sql(each) if each else 'LAST_INSERT_ID()'}")
        found = self._select(row, " AND ".join(parts))
        if found is None:
            raise PlumbobError(
                f"the row {row.shown} was inserted and cannot be found",
                advice="a trigger may have changed its key",
                where=row.where,
                exit=Exit.FAILED,
            )
        return found

    def _update(self, row: Row, fields: Sequence[Field], record: Record, before: _Found) -> _Found:
        wanted = [each for each in fields if not self._is_kept(each, record, before)]
        if not wanted:
            return before
        settings = ", ".join(f"{quote_name(each.name)} = {self._sql(each)}" for each in wanted)
        changed = self.server.execute(
            f"UPDATE {quote_name(row.table.name)} SET {settings} WHERE {_where(row, before.identity)}"
        )
        if not changed:
            return before
        keys = {each.name: each for each in wanted if each.name in _identity(row)}
        parts = [
            f"{quote_name(name)} = {self._sql(keys[name]) if name in keys else value_literal(value)}"
            for name, value in zip(_identity(row), before.identity, strict=True)
        ]
        return self._select(row, " AND ".join(parts)) or before

    def _is_kept(self, each: Field, record: Record, found: _Found) -> bool:
        """Whether what is there stays: a hash that fits, a moment of the insert."""
        if isinstance(each.value, Hashed):
            return verifies(found.cells.get(each.name), each.value.password)
        if isinstance(each.value, Moment):
            return dict(record.moments).get(each.name) == str(each.value)
        return False

    def _keep(
        self, row: Row, made: Record, definition: str, fields: Sequence[Field], found: _Found
    ) -> None:
        """Remember the row for those that refer to it, and in the database."""
        self.found[row.name] = found
        moments = [
            (each.name, str(each.value)) for each in fields if isinstance(each.value, Moment)
        ]
        columns = tuple(
            each.name
            for each in fields
            if not (isinstance(each.value, Fixed) and each.value.is_secret)
            and each.column.type.name != "vector"
        )
        # A record of the same row under another label becomes this one's.
        old = self.records.pop(made.name, None) or self.records.pop(row.name, None)
        stale = self.records.pop(row.name, None)
        made = replace(
            made,
            label=row.label,
            definition=definition,
            columns=columns,
            stored=_content(columns, found),
            moments=tuple(moments),
            table_made=self.tables_made.get(folded(self.server, row.table.name), ""),
            id=old.id if old else 0,
        )
        self.records[row.name] = made
        if self.keeps and made != old:
            records.forget(self.server, [stale] if stale else [])
            records.write(self.server, made)

    def _definition(self, each: Field) -> object:
        """What the file says, without secrets; a reference counts as the value that it stands for."""
        match each.value:
            case Fixed(sql, secret):
                return None if secret else sql
            case Hashed():
                return None
            case Moment():
                return str(each.value)
            case Parent():
                return self._sql(each)

    def _sql(self, each: Field) -> str:
        return self._value(each.value, each.column)

    def _value(self, value: Bound, column: Column) -> str:
        match value:
            case Fixed(sql):
                return sql
            case Hashed(password):
                return quote_text(hash_of(password))
            case Parent(name, parent_column):
                return value_literal(self.found[name].cells[parent_column])
            case Moment():
                return moment_sql(value, column, self.now)


def _identity(row: Row) -> tuple[str, ...]:
    """The columns that tell the row from all others for good: the primary key, else its own."""
    primary = row.table.primary_key
    return primary.columns if primary is not None else row.key


def _is_read(column: Column) -> bool:
    return column.system_time is None


def _read(column: Column) -> str:
    """How a column is read: PyMySQL takes the bytes of a vector of MySQL for a text in ASCII."""
    name = quote_name(column.name)
    return f"HEX({name})" if column.type.name == "vector" else name


def _where(row: Row, identity: Identity) -> str:
    return _condition(_identity(row), identity)


def _condition(columns: Sequence[str], identity: Identity) -> str:
    return " AND ".join(
        f"{quote_name(name)} = {value_literal(value)}"
        for name, value in zip(columns, identity, strict=True)
    )


def _differs(before: _Found, after: _Found, column: str) -> bool:
    return bool(before.cells[column] != after.cells[column])


def _content(columns: Sequence[str], found: _Found) -> str:
    return records.content(columns, [found.cells.get(name) for name in columns])


def _at(error: ServerError, row: Row) -> PlumbobError:
    """The server's complaint of a row, at the row, without its secrets."""
    what = error.what
    if row.secrets:
        what = _VALUE.sub(r"\1 '…'\2", what)
    for secret in row.secrets:
        what = what.replace(secret, "…")
    said = with_page("nothing was written: all rows are, or none", error.errno)
    advice = said if error.advice == with_page("", error.errno) else error.advice
    return PlumbobError(
        f"the server refuses the row {row.shown}: {what}",
        advice=advice,
        where=row.where,
        exit=error.exit,
    )
