"""Finds a place for a scratch database, makes it there, and drops it at the end.

It carries a mark: a name of its own and a table that says so. Only what carries the mark is ever dropped,
and never a database with rows in it; a kill ahead of the mark leaves one that has nothing at all.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace

from plumbob.ddl.charsets import charset_on, collation_on
from plumbob.ddl.quote import quote_name, quote_text
from plumbob.errors import Exit, PlumbobError
from plumbob.model import Flavour
from plumbob.model.features import DATABASE_ENCRYPTION
from plumbob.server import binaries
from plumbob.server.connection import Server, connect
from plumbob.server.errors import ServerError
from plumbob.server.sandbox import Sandbox
from plumbob.server.scope import EVERYTHING
from plumbob.server.scratch import MARK, Scratch
from plumbob.server.target import Target

PREFIX = "_plumbob_scratch_"
_BYTES = 6
# Seconds for an interrupted statement to end on the server.
_PATIENCE = 10
_NAME = re.compile(f"{PREFIX}[0-9a-f]{{{2 * _BYTES}}}")
_NO_UNDERLYING_TABLE = 1168


@dataclass(frozen=True, slots=True)
class NoScratch:
    """Why there is no place where declared text could be tried."""

    why: str


@contextmanager
def open_scratch(where: str, target: Server) -> Iterator[Scratch | NoScratch]:
    """A scratch database for a target, gone afterwards.

    Args:
        where: "sandbox", "target", "none", the URL of a development server, or "" for the first that
            there is: a sandbox of the target's maker and series, or the target itself when it is on
            this machine. A remote target is written to only when "target" is asked for: the text of a
            pull request does not run on production.
        target: the server whose database is compared.
    """
    defaults = (*target.database_defaults(), _encryption(target))
    with _opened(where, target.flavour, target, defaults) as found:
        yield found


@contextmanager
def open_scratch_like(
    where: str,
    flavour: Flavour,
    target: Server | None,
    defaults: tuple[str | None, str | None] = (None, None),
) -> Iterator[Scratch | NoScratch]:
    """The same where no target may be at hand: its maker and series are known, and its character set.

    Args:
        defaults: character set and collation of the database, None for those of the server.
    """
    if target is not None:
        with open_scratch(where, target) as found:
            yield found
        return
    charset, collation = defaults
    with _opened(where, flavour, None, (charset or "", collation or "", "")) as found:
        yield found


@contextmanager
def _opened(
    where: str, flavour: Flavour, target: Server | None, defaults: tuple[str, str, str]
) -> Iterator[Scratch | NoScratch]:
    with ExitStack() as stack:
        found = _find(where, flavour, target, stack)
        if isinstance(found, NoScratch):
            yield found
            return
        server, place, is_private = found
        database = stack.enter_context(_database(server, defaults))
        yield Scratch(database, place, is_private=is_private)


def _find(
    where: str, flavour: Flavour, target: Server | None, stack: ExitStack
) -> tuple[Server, str, bool] | NoScratch:
    if where == "none":
        return NoScratch("no scratch database was wanted")
    if where == "target" and target is not None:
        place = f"a scratch database on {target.flavour} at {target.target.label()}"
        return stack.enter_context(target.twin()), place, False
    if where not in ("", "sandbox", "target"):
        return _configured(where, flavour, stack)
    try:
        binary = binaries.find(flavour.maker, flavour.series)
    except PlumbobError as error:
        if where == "sandbox":
            raise
        if target is None:
            return NoScratch(f"no database is named, and {error.what}")
        if target.is_cluster:
            return NoScratch(f"the target is a cluster, all of which would wait, and {error.what}")
        if target.target.is_local:
            return _find("target", flavour, target, stack)
        return NoScratch(f"the target is remote, and {error.what}")
    sandbox = stack.enter_context(Sandbox(binary))
    server = stack.enter_context(connect(Target.from_url(sandbox.url)))
    return server, f"a private {server.flavour}", True


def _configured(url: str, theirs: Flavour, stack: ExitStack) -> tuple[Server, str, bool]:
    server = stack.enter_context(connect(replace(Target.from_url(url), database=None)))
    mine = server.flavour
    if (mine.maker, mine.series) != (theirs.maker, theirs.series):
        raise PlumbobError(
            f"the scratch server is {mine}, the target is {theirs}",
            advice=f"a scratch server has to be {theirs.maker} {theirs.series}, like the target",
            exit=Exit.BAD_INPUT,
        )
    return server, f"a scratch database on {mine} at {server.target.label()}", False


def _encryption(server: Server) -> str:
    """Whether new tables of the database are encrypted, Y or N, as MySQL keeps it; else ""."""
    if not DATABASE_ENCRYPTION.is_in(server.flavour):
        return ""
    rows = server.query(
        "SELECT DEFAULT_ENCRYPTION FROM information_schema.SCHEMATA"
        f" WHERE SCHEMA_NAME = {quote_text(server.database or '')}"
    )
    return "Y" if rows and rows[0][0] == "YES" else "N"


@contextmanager
def _database(server: Server, defaults: tuple[str, str, str]) -> Iterator[Server]:
    """A marked database in use on this connection, dropped at the end if it holds no rows."""
    _remove_leftovers(server)
    server.scope = EVERYTHING
    name = PREFIX + secrets.token_hex(_BYTES)
    words = ("CHARACTER SET {}", "COLLATE {}", "ENCRYPTION '{}'")
    charset, collation, encryption = defaults
    own = (charset_on(server.flavour, charset), collation_on(server.flavour, collation), encryption)
    said = [word.format(each) for word, each in zip(words, own, strict=True) if each]
    # The lock tells a living scratch database from one that was left behind; so it comes first.
    server.query(f"SELECT GET_LOCK({quote_text(name)}, 0)")
    try:
        server.execute(" ".join([f"CREATE DATABASE {quote_name(name)}", *said]))
        server.use(name)
        server.execute(
            f"CREATE TABLE {quote_name(MARK)} (id int PRIMARY KEY)"
            " COMMENT='made and dropped by plumbob'"
        )
        yield server
    except KeyboardInterrupt:
        # Amid an answer the connection is of no use any more, and does not always know it.
        if server.connection.open:
            server.connection.close()
        with suppress(PlumbobError), server.twin() as other:
            # The statement may be under way yet; the lock is free when its session has ended.
            other.query(f"SELECT GET_LOCK({quote_text(name)}, {_PATIENCE:d})")
            _drop(other, name)
        raise
    finally:
        if server.connection.open:
            _drop(server, name)


def _remove_leftovers(server: Server) -> None:
    """Drop scratch databases whose owner is gone."""
    like = PREFIX.replace("_", r"\_") + "%"
    names = server.query(
        "SELECT SCHEMA_NAME FROM information_schema.SCHEMATA "
        f"WHERE SCHEMA_NAME LIKE '{like}' AND IS_FREE_LOCK(SCHEMA_NAME) = 1"
    )
    for (name,) in names:
        _drop(server, name)


def _has_rows(server: Server, database: str, table: str) -> bool:
    """Whether a table has a row; a MERGE table whose tables are not there has none of its own."""
    try:
        return bool(
            server.query(f"SELECT 1 FROM {quote_name(database)}.{quote_name(table)} LIMIT 1")
        )
    except ServerError as error:
        if error.errno == _NO_UNDERLYING_TABLE:
            return False
        raise


def _is_blank(server: Server, name: str) -> bool:
    """Whether a database with a name as we make them has no object of any kind."""
    own = quote_text(name)
    kinds = (("TABLES", "TABLE"), ("ROUTINES", "ROUTINE"), ("EVENTS", "EVENT"))
    found = (
        f"EXISTS (SELECT 1 FROM information_schema.{view} WHERE {kind}_SCHEMA = {own})"
        for view, kind in kinds
    )
    return bool(_NAME.fullmatch(name)) and server.query(f"SELECT {' OR '.join(found)}") == [(0,)]


def _drop(server: Server, name: str) -> None:
    """Drop a database that carries our mark, or has nothing yet, and has no row in any table."""
    tables = [
        row[0]
        for row in server.query(
            "SELECT TABLE_NAME FROM information_schema.TABLES "
            f"WHERE TABLE_SCHEMA = {quote_text(name)} AND TABLE_TYPE NOT IN ('VIEW', 'SEQUENCE')"
        )
    ]
    if not name.startswith(PREFIX) or not (MARK in tables or _is_blank(server, name)):
        return
    if any(_has_rows(server, name, table) for table in tables):
        return
    server.execute(f"DROP DATABASE {quote_name(name)}")
