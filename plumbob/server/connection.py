"""A connected server: who it is, what it can, and statements for it.

The rest of the tool talks to this. Statements are sent as they are. What depends on a session (SHOW
CREATE texts, what a CREATE means) is the same on every server, because the session is pinned
(`plumbob.server.pins`).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from itertools import starmap
from types import MappingProxyType
from typing import TypeVar

from pymysql.connections import Connection
from pymysql.cursors import Cursor

from plumbob.ddl.charsets import known_as
from plumbob.ddl.quote import quote_name, quote_text
from plumbob.ddl.stored import database_collation
from plumbob.errors import Exit, PlumbobError
from plumbob.model import Flavour, parse_flavour
from plumbob.model.features import SHOW_REPLICA_STATUS
from plumbob.server.driver import Row, Session, open_session
from plumbob.server.errors import (
    DEADLOCK,
    DENIED,
    NO_SUCH_THREAD,
    NOT_YOURS,
    UNKNOWN_DATABASE,
    ServerError,
)
from plumbob.server.pins import assignment
from plumbob.server.scope import Scope
from plumbob.server.target import Target

# Servers that speak the protocol and are something else: their DDL differs.
_STRANGERS = ("tidb", "vitess", "oceanbase", "singlestore", "doris", "starrocks")
_OF_STRANGERS = {
    "vitess": "connect to the MySQL server behind it, that of the shard's primary tablet; online_alter = "
    "vitess hands the ALTER TABLE of a large table to Vitess itself (docs/costs.md)",
}
# After a deadlock with a DDL that may last, so not at once.
_TRIES = 5
_PAUSE = 0.1

T = TypeVar("T")

_READ_ONLY = ("read_only", "super_read_only", "innodb_read_only")


def connect(target: Target, *, wait: float = 0.0, database: str | None = None) -> Server:
    """Connect to a server.

    Args:
        target: where, as whom, how safely.
        wait: seconds for which a server that does not answer yet is tried again.
        database: the database to use instead of the target's.

    Raises:
        ServerError: when there is no connection (exit code NO_ACCESS).
    """
    if database is not None:
        target = replace(target, database=database)
    session = open_session(target, wait=wait)
    try:
        return Server(session)
    except PlumbobError:
        session.close()
        raise


class Server:
    """A connection to a server, with what has to be known about it.

    Attributes:
        target: where it leads; `target.database` is None where no database was chosen.
        flavour: maker and version.
        version: what the server says of itself, in full.
        settings: system variables by name, as text (those of `pins`).
        refused: pinned variables that this account may not set; see `obstacles`.
        identity: tells this server from every other.
        scope: what of its databases is ours.
        others: the other members of its cluster, while they are reached (`plumbob.server.members`).
        glimpsed: those of them that answered somebody who only reads; None where none was asked.
        unasked: why the rest of them was not.
        home: for one of these others, the connection that it belongs to.
        place: its address among them, by which they are sorted.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._reader: Session | None = None
        self.others: tuple[Server, ...] = ()
        self.glimpsed: tuple[Server, ...] | None = None
        self.unasked: tuple[str, ...] = ()
        self.home: Server | None = None
        self.place = ""
        self._answers: float | None = None
        self._collations: Mapping[str, str] = {}
        self.target = session.target
        self.version = session.settings["version"]
        self.flavour = _flavour(self.version, self.target)
        self.scope = Scope()

    @property
    def connection(self) -> Connection[Cursor]:
        """The driver's connection, for what is not a statement."""
        return self._session.connection

    @property
    def connection_id(self) -> int:
        return self._session.connection_id

    @property
    def database(self) -> str | None:
        return self.target.database

    @property
    def settings(self) -> Mapping[str, str]:
        return MappingProxyType(self._session.settings)

    @property
    def refused(self) -> frozenset[str]:
        return frozenset(self._session.refused)

    @property
    def identity(self) -> str:
        return self._session.identity

    def query(self, sql: str) -> list[Row]:
        """The rows of a statement.

        Raises:
            ServerError: with the server's error number in `errno`.
        """
        return self._again(lambda: self._session.query(sql))

    def write(self, sql: str) -> int:
        """Change rows of our own tables; what `query` does again after a deadlock, it does as well."""
        return self._again(lambda: self._session.execute(sql))

    def insert(self, sql: str) -> int:
        """The same for a new row; the number that AUTO_INCREMENT gave to it."""
        return self._again(lambda: self._session.insert(sql))

    def _again(self, work: Callable[[], T]) -> T:
        """On a cluster, do again what a DDL of another member has ended (1213).

        In a transaction nothing is done again: all of it is gone.
        """
        for _ in range(_TRIES):
            try:
                return work()
            except ServerError as error:
                is_again = self.is_cluster and not self._session.is_in_transaction
                if error.errno != DEADLOCK or not is_again:
                    raise
            time.sleep(_PAUSE)
        return work()

    def execute(self, sql: str) -> int:
        """Run a statement that gives no rows; the number of rows that it changed."""
        return self._session.execute(sql)

    def warnings(self) -> list[tuple[str, int, str]]:
        """Level, number and message of what the last statement warned of (PyMySQL raises none)."""
        return [(level, int(code), message) for level, code, message in self.query("SHOW WARNINGS")]

    def is_on(self, variable: str) -> bool:
        """Whether a switch among `settings` is on; a server that lacks it has it off."""
        return self.settings.get(variable, "OFF").upper() in ("ON", "1", "YES")

    @property
    def folds_table_names(self) -> bool:
        """Whether `Users` and `users` are one table (lower_case_table_names)."""
        return self.settings.get("lower_case_table_names", "0") != "0"

    @property
    def is_cluster(self) -> bool:
        return self.is_on("wsrep_on") and self.settings.get("wsrep_provider", "none") != "none"

    def limit_answers(self, seconds: float) -> None:
        """How long an answer may take from now on: a member that is frozen would never give one."""
        self._answers = seconds
        self._session.connection.limit_reading(seconds)

    def is_replica(self) -> bool | None:
        """Whether this server repeats what another one does; None when the account may not know."""
        try:
            return bool(self.query(_replica_status(self.flavour)))
        except ServerError as error:
            if error.errno in DENIED:
                return None
            raise

    def obstacles(self) -> list[PlumbobError]:
        """Why nothing should be changed here: read-only, a replica, a session not as it must be.

        The server itself lets root write to a read-only replica.
        """
        found = [
            PlumbobError(f"{self.target.label()} is read-only ({name})", exit=Exit.UNSAFE)
            for name in _READ_ONLY
            if self.is_on(name)
        ]
        if self.is_replica():
            found.append(
                PlumbobError(
                    f"{self.target.label()} is a replica",
                    advice="change its source: the change comes here by replication",
                    exit=Exit.UNSAFE,
                )
            )
        for name in sorted(self.refused):
            found.append(
                PlumbobError(
                    f"{self.target.user} may not set {name} for its session",
                    advice="grant SESSION_VARIABLES_ADMIN, or set it for the whole server",
                    exit=Exit.NO_ACCESS,
                )
            )
        return found

    def use(self, database: str) -> None:
        """Make this the database that unqualified names belong to."""
        self.execute(f"USE {quote_name(database)}")
        self.target = replace(self.target, database=database)

    @contextmanager
    def session(self, variables: Mapping[str, str]) -> Iterator[None]:
        """Session variables for the statements inside, such as a relaxed `sql_mode`.

        Args:
            variables: values by name, texts without quotes.
        """
        before = {name: str(self.query(f"SELECT @@SESSION.{name}")[0][0]) for name in variables}
        self._set(variables)
        try:
            yield
        except BaseException:
            self._set_back(before)
            raise
        if self.connection.open:
            self._set(before)

    def _set_back(self, variables: Mapping[str, str]) -> None:
        """Set them behind an error, which is what is to be told: not that the connection is gone by then."""
        try:
            if self.connection.open:
                self._set(variables)
        except ServerError as error:
            if not error.is_lost:
                raise

    def _set(self, variables: Mapping[str, str]) -> None:
        """Set variables; the collation of the database is one of all sessions."""
        own = dict(variables)
        collation = own.pop(database_collation.NAME, None)
        if own:
            self.execute("SET " + ", ".join(starmap(assignment, own.items())))
        if collation is not None:
            self.execute(database_collation.alter_sql(database_collation.wanted(collation)))

    def database_defaults(self, database: str | None = None) -> tuple[str, str]:
        """Character set and collation of a database, by default of the one in use.

        Raises:
            ServerError: 1049 when it is not there or this account cannot see it.
        """
        name = database or self.database or ""
        rows = self.query(
            "SELECT DEFAULT_CHARACTER_SET_NAME, DEFAULT_COLLATION_NAME "
            f"FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = {quote_text(name)}"
        )
        if not rows:
            raise ServerError(
                UNKNOWN_DATABASE,
                f"there is no database {name!r} on {self.target.label()}, or it is not visible",
                advice="create it with: schema create",
                exit=Exit.NO_ACCESS,
            )
        return known_as(rows[0][0]), known_as(rows[0][1])

    def collations(self) -> Mapping[str, str]:
        """The collation that a character set has here when none is written beside it."""
        if not self._collations:
            self._collations = self._read_collations()
        return self._collations

    def _read_collations(self) -> Mapping[str, str]:
        rows = self.query(
            "SELECT CHARACTER_SET_NAME, DEFAULT_COLLATE_NAME FROM information_schema.CHARACTER_SETS"
        )
        defaults = {known_as(charset): known_as(collation) for charset, collation in rows}
        # MySQL's table does not show this variable; MariaDB's shows character_set_collations.
        if "default_collation_for_utf8mb4" in self.settings:
            defaults["utf8mb4"] = self.settings["default_collation_for_utf8mb4"]
        return MappingProxyType(defaults)

    def twin(self) -> Server:
        """A second connection to the same server, for what cannot wait for the first (KILL QUERY).

        Raises:
            PlumbobError: when it leads to another server, as a proxy may do.
        """
        return Server(self._second(self.target))

    def stop_statement(self) -> None:
        """Stop what this connection is running, from a second one; its answer is an error then.

        On a cluster a DDL that was sent cannot be stopped: its answer comes when it is done.

        Raises:
            PlumbobError: it cannot be stopped, so it goes on.
        """
        with self.twin() as second:
            try:
                second.execute(f"KILL QUERY {self.connection_id:d}")
            except ServerError as error:
                is_sent = self.is_cluster and error.errno == NOT_YOURS
                if error.errno != NO_SUCH_THREAD and not is_sent:
                    raise

    def reader(self) -> Session:
        """The connection that reads SHOW CREATE texts in batches; closed with this one."""
        if self._reader is None or not self._reader.connection.open:
            # Names are qualified there, so it needs no database, which may come and go.
            target = replace(self.target, database=None)
            self._reader = self._second(target, multi_statements=True)
            if self._answers is not None:
                self._reader.connection.limit_reading(self._answers)
        return self._reader

    def _second(self, target: Target, *, multi_statements: bool = False) -> Session:
        session = open_session(target, multi_statements=multi_statements)
        if session.identity != self.identity:
            session.close()
            raise PlumbobError(
                f"two connections to {self.target.label()} have reached two servers",
                advice="name one server: behind a proxy or a balancer nothing can be proved",
                exit=Exit.NO_ACCESS,
            )
        return session

    def reconnect(self, *, wait: float = 0.0) -> None:
        """Open the connection again after it was lost; locks and session settings begin anew.

        Raises:
            PlumbobError: when another server answers now.
        """
        identity = self.identity
        self.close()
        session = open_session(self.target, wait=wait)
        if session.identity != identity:
            session.close()
            raise PlumbobError(
                f"another server answers as {self.target.label()} now", exit=Exit.FAILED
            )
        self._session = session

    def close(self) -> None:
        self._session.close()
        if self._reader is not None:
            self._reader.close()
            self._reader = None
        for each in self.glimpsed or ():
            each.close()
        self.glimpsed = None

    def __enter__(self) -> Server:
        return self

    def __exit__(self, *reason: object) -> None:
        self.close()


def _flavour(version: str, target: Target) -> Flavour:
    stranger = next((name for name in _STRANGERS if name in version.lower()), None)
    if stranger is None:
        try:
            return parse_flavour(version)
        except ValueError:
            pass
    raise PlumbobError(
        f"{target.label()} is neither MySQL nor MariaDB: it says it is {version!r}",
        advice=_OF_STRANGERS.get(stranger or "", ""),
        exit=Exit.NO_ACCESS,
    )


def _replica_status(flavour: Flavour) -> str:
    if flavour.is_mariadb:
        return "SHOW ALL SLAVES STATUS"
    return "SHOW REPLICA STATUS" if SHOW_REPLICA_STATUS.is_in(flavour) else "SHOW SLAVE STATUS"
