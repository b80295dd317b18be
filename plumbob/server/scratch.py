"""A scratch database, where declared text is made real to be read back, and plans are tried; no rows.

Where it is, and how it is made and dropped, is the business of `plumbob.server.scratch_place`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import NamedTuple

from plumbob.ddl.defaults import drop_default_clauses
from plumbob.ddl.lexer import tokenize
from plumbob.ddl.quote import quote_name
from plumbob.ddl.stored import create_sql
from plumbob.ddl.stored.mentions import in_making_order
from plumbob.ddl.stored.sql import account_sql, session_settings
from plumbob.ddl.tables import create_table_sql
from plumbob.errors import PlumbobError
from plumbob.model import (
    Definer,
    Event,
    ForeignKey,
    ObjectKey,
    Owned,
    Schema,
    Stored,
    Table,
    object_key,
)
from plumbob.server.clock import UTC, knows_zone
from plumbob.server.connection import Server
from plumbob.server.errors import DENIED, ServerError
from plumbob.server.introspect import read_schema
from plumbob.server.pages import with_page
from plumbob.server.stored import list_stored, read_stored

MARK = "_plumbob_scratch"
COPY = "_plumbob_copy_"
# What a definition may repeat that a strict session refuses: zero dates (1067), and foreign keys to
# columns that are not unique (6125, MySQL from 8.4 on).
_LENIENT = {
    "sql_mode": "STRICT_ALL_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION",
    "foreign_key_checks": "0",
}

# What strict mode of InnoDB refuses: options that do not go together (MySQL, MariaDB), long rows.
_STRICT_ALONE = (1031, 1005, 1118)
_NOT_LENIENT = (
    "the live table was made with innodb_strict_mode=0, which this account may not set: grant "
    "SESSION_VARIABLES_ADMIN, or name another server with --scratch"
)


class Parent(NamedTuple):
    """A table that is not ours: of this database (None), or of another one."""

    database: str | None
    table: str


class CannotCreate(PlumbobError):
    """The server refused an object of the declaration; `kind` and `name` tell which."""

    def __init__(self, kind: str, name: str, error: ServerError, server: Server) -> None:
        super().__init__(
            f"{server.flavour} refuses the {kind} {name}: {error.what}",
            where=name,
            advice=with_page(
                "this was tried in a scratch database: nothing has changed", error.errno
            ),
        )
        self.kind = kind
        self.name = name
        self.errno = error.errno


class Scratch:
    """An empty database of our own on a server of the target's kind.

    Foreign keys to tables that are not ours lead to copies of them in here, so that no other
    database is touched: on the target it would be the user's own.

    Attributes:
        server: the connection, with the scratch database in use.
        place: where it is, in words: `a private MySQL 9.7.4`.
        collation: that of the scratch database, which is the target's.
        is_private: whether nobody else uses the server, and it does not outlive us.
    """

    def __init__(self, server: Server, place: str, *, is_private: bool = False) -> None:
        self.server = server
        self.place = place
        self.is_private = is_private
        self.collation = server.database_defaults()[1]
        self._copies: dict[Parent, str] = {}
        self._zones: dict[ObjectKey, str] = {}

    def lend(self, parents: Mapping[Parent, Table | None]) -> None:
        """Make copies of tables that are not ours, in place of those that were lent before.

        Args:
            parents: their definitions; None for one that is not there.
        """
        for name in self._copies.values():
            self.server.execute(f"DROP TABLE IF EXISTS {quote_name(name)}")
        self._copies.clear()
        for number, (parent, table) in enumerate(parents.items()):
            name = f"{COPY}{number}" if parent.database else parent.table
            if table is not None:
                self.create([replace(table, name=name, foreign_keys=())], lenient={name})
            if table is not None or parent.database:
                self._copies[parent] = name

    def rebuild(self, tables: Mapping[Parent, Table]) -> None:
        """Make tables of other databases, for views to read, where nobody else could meet them.

        On the target itself they are there; a development server has to have them.
        """
        if not self.is_private:
            return
        home = self.server.database or ""
        for parent, table in tables.items():
            database = parent.database or home
            self.server.execute(f"CREATE DATABASE IF NOT EXISTS {quote_name(database)}")
            self.server.use(database)
            self.create([replace(table, foreign_keys=())], lenient={table.name})
        self.server.use(home)

    def create(self, found: Iterable[Table | Stored], lenient: Collection[str] = ()) -> None:
        """Make these objects, in any order, as they are.

        Args:
            found: the objects.
            lenient: tables that may be such as only innodb_strict_mode=0 takes, because they are so
                live.

        Whose they are is left out: an account may not be there. An event is made without being run.

        Raises:
            CannotCreate: for the first one that the server refuses.
        """
        settings = dict(_LENIENT)
        if "restrict_fk_on_non_standard_key" in self.server.settings:
            settings["restrict_fk_on_non_standard_key"] = "0"
        parts = list(found)
        tables = [each for each in parts if isinstance(each, Table)]
        stored = [each for each in parts if not isinstance(each, Table)]
        with self.server.session(settings):
            self._make(each for each in stored if each.kind == "sequence")
            for table in tables:
                self._make_table(table, is_lenient=table.name in lenient)
                if bare := drop_default_clauses(table.columns, self.server.flavour):
                    sql = f"ALTER TABLE {quote_name(table.name)} {', '.join(bare)}"
                    self._execute("table", table.name, sql)
        self._make(each for each in in_making_order(stored) if each.kind != "sequence")

    def _make_table(self, table: Table, *, is_lenient: bool) -> None:
        sql = create_table_sql(table, self.server.flavour)
        try:
            self._execute("table", table.name, sql)
        except CannotCreate as error:
            if not is_lenient or error.errno not in _STRICT_ALONE:
                raise
            try:
                with self.server.session({"innodb_strict_mode": "0"}):
                    self.server.execute(self._with_copies(sql))
            except ServerError as other:
                if other.errno in DENIED:
                    error.advice = _NOT_LENIENT
                raise error from other

    def _make(self, stored: Iterable[Stored]) -> None:
        for each in stored:
            harmless = _harmless(each, self.is_private)
            key = object_key(each.kind, each.name)
            with self.session(key, session_settings(harmless, self.collation)):
                sql = create_sql(harmless, self.server.flavour)
                self._execute(each.kind, each.name, sql)

    def session(
        self, key: ObjectKey | None, settings: Iterable[tuple[str, str]]
    ) -> AbstractContextManager[None]:
        """The settings for a statement about an object, for as long as a `with` block.

        A time zone that the target knows may be unknown here: an event is then made in UTC, and
        `read` says what was meant.
        """
        wanted = dict(settings)
        zone = wanted.get("time_zone", UTC)
        if key is not None and zone != UTC and not knows_zone(self.server, zone):
            self._zones[key] = zone
            wanted["time_zone"] = UTC
        return self.server.session(wanted)

    def _execute(self, kind: str, name: str, sql: str) -> None:
        try:
            self.execute(sql)
        except ServerError as error:
            raise CannotCreate(kind, name, error, self.server) from error

    def execute(self, sql: str) -> None:
        """Run a statement of a plan, as it is on the target."""
        self.server.execute(self._with_copies(sql))

    def _with_copies(self, sql: str) -> str:
        """The statement with `REFERENCES` to our copies instead of other databases."""
        if not any(parent.database for parent in self._copies):
            return sql
        tokens = tokenize(sql, self.server.flavour, is_lenient=True)
        parts, end = [], 0
        for word, schema, dot, table in zip(
            tokens, tokens[1:], tokens[2:], tokens[3:], strict=False
        ):
            copy = self._copies.get(Parent(schema.value, table.value))
            if word.value == "references" and dot.text == "." and copy is not None:
                parts += [sql[end : schema.start], quote_name(copy)]
                end = table.end
        return "".join([*parts, sql[end:]])

    def read(self, tables: Collection[str] | None = None) -> Schema:
        """What the database holds now, without our mark and the tables that were lent.

        Args:
            tables: read these alone, of those that are there.
        """
        found = read_schema(self.server, tables=tables)
        ours = {MARK, *self._copies.values()}
        lent = {copy: parent for parent, copy in self._copies.items() if parent.database}
        tables = {
            name: replace(table, foreign_keys=tuple(_lent(key, lent) for key in table.foreign_keys))
            for name, table in found.tables.items()
            if name not in ours
        }
        stored = {key: self._zoned(key, each) for key, each in found.stored.items()}
        return replace(found, tables=tables, stored=stored)

    def read_stored(self, keys: Collection[ObjectKey]) -> dict[str, Stored]:
        """These stored objects as they are now, by their ids; those that are not there are left out."""
        if not keys:
            return {}
        found = read_stored(self.server, self.server.database or "", keys)
        return {str(key): self._zoned(key, each) for key, each in found.stored.items()}

    def _zoned(self, key: ObjectKey, stored: Stored) -> Stored:
        """An event with the time zone that it has where that is known."""
        if not isinstance(stored, Event) or stored.session.time_zone != UTC:
            return stored
        zone = self._zones.get(key, UTC)
        return replace(stored, session=replace(stored.session, time_zone=zone))

    def empty(self) -> None:
        """Drop all objects but the mark and those that were lent."""
        database = self.server.database or ""
        for key, name in reversed(list_stored(self.server, database)[0].items()):
            self.server.execute(f"DROP {key.kind.upper()} IF EXISTS {quote_name(name)}")
        with self.server.session({"foreign_key_checks": "0"}):
            for (name,) in _tables(self.server):
                if name not in (MARK, *self._copies.values()):
                    self.server.execute(f"DROP TABLE {quote_name(name)}")

    def welcome(self, accounts: Iterable[Definer]) -> None:
        """Make accounts that a plan names, where nobody else could use them."""
        if not self.is_private:
            return
        for definer in accounts:
            kind = "USER" if definer.host is not None else "ROLE"
            name = account_sql(definer)
            self.server.execute(f"CREATE {kind} IF NOT EXISTS {name}")
            self.server.execute(f"GRANT ALL ON *.* TO {name}")


def _harmless(stored: Stored, is_private: bool) -> Stored:
    """An object as it may be made here: an event of somebody's server must not be run there."""
    if isinstance(stored, Event) and not is_private:
        stored = replace(stored, status="DISABLE", preserve=True)
    return replace(stored, definer=None) if isinstance(stored, Owned) else stored


def _lent(key: ForeignKey, lent: Mapping[str, Parent]) -> ForeignKey:
    parent = lent.get(key.parent)
    if parent is None:
        return key
    return replace(key, parent=parent.table, parent_schema=parent.database)


def _tables(server: Server) -> list[tuple[str]]:
    return [
        (row[0],)
        for row in server.query(
            "SELECT TABLE_NAME FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE()"
            " AND TABLE_TYPE NOT IN ('VIEW', 'SEQUENCE')"
        )
    ]
