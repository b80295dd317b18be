"""Which locks the connections of a server hold and wait for, and which of them keep each other waiting.

MySQL lists them in performance_schema, MariaDB where that is switched on. Transactions and connections are
listed everywhere, as far as the account may see them.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from plumbob.ddl.quote import quote_text
from plumbob.server.connection import Server

# What stands for LOCK_TYPE where rows are waited for, and no table.
ROWS = "rows"
_ALL = frozenset(
    {"SHARED", "SHARED_HIGH_PRIO", "SHARED_READ", "SHARED_WRITE", "SHARED_WRITE_LOW_PRIO"}
    | {"SHARED_UPGRADABLE", "SHARED_READ_ONLY", "SHARED_NO_WRITE", "SHARED_NO_READ_WRITE", "EXCLUSIVE"}
)  # fmt: skip
_STRONG = frozenset({"SHARED_NO_WRITE", "SHARED_NO_READ_WRITE", "EXCLUSIVE"})
# Which granted locks of a table keep one waiting (the manual's and mdl.cc's table of compatibility).
_KEPT_BY = {
    "EXCLUSIVE": _ALL,
    "SHARED_NO_READ_WRITE": _ALL - {"SHARED", "SHARED_HIGH_PRIO"},
    "SHARED_NO_WRITE": _STRONG | {"SHARED_WRITE", "SHARED_WRITE_LOW_PRIO", "SHARED_UPGRADABLE"},
    "SHARED_UPGRADABLE": _STRONG | {"SHARED_UPGRADABLE"},
    "SHARED_WRITE": _STRONG | {"SHARED_READ_ONLY"},
    "SHARED_READ": frozenset({"SHARED_NO_READ_WRITE", "EXCLUSIVE"}),
}
# What every statement that writes holds of the whole server, beside which others may write as well.
_SIDE_BY_SIDE = frozenset(
    {"INTENTION_EXCLUSIVE", "BACKUP_DDL", "BACKUP_DML", "BACKUP_TRANS_DML", "BACKUP_SYS_DML"}
    | {"BACKUP_ALTER_COPY", "BACKUP_COMMIT"}
)
# Objects that are no table: all that a backup locks.
BACKUP_OBJECTS = ("GLOBAL", "BACKUP LOCK", "BACKUP", "COMMIT", "BACKUP TABLES")

_SESSION = """t.PROCESSLIST_ID, t.PROCESSLIST_USER, t.PROCESSLIST_HOST, t.PROCESSLIST_COMMAND,
  t.PROCESSLIST_TIME,
  (SELECT MAX(s.DIGEST_TEXT) FROM performance_schema.events_statements_current AS s
    WHERE s.THREAD_ID = t.THREAD_ID AND s.NESTING_EVENT_ID IS NULL),
  (SELECT MAX(a.ATTR_VALUE) FROM performance_schema.session_connect_attrs AS a
    WHERE a.PROCESSLIST_ID = t.PROCESSLIST_ID AND a.ATTR_NAME = 'program_name')"""
_WAITS = f"""
SELECT w.OBJECT_TYPE, w.OBJECT_SCHEMA, w.OBJECT_NAME, w.LOCK_TYPE, h.LOCK_TYPE, h.LOCK_DURATION,
  {_SESSION}
FROM performance_schema.metadata_locks AS w
JOIN performance_schema.threads AS us ON us.THREAD_ID = w.OWNER_THREAD_ID
LEFT JOIN performance_schema.metadata_locks AS h
  ON h.OBJECT_TYPE = w.OBJECT_TYPE AND h.OBJECT_SCHEMA <=> w.OBJECT_SCHEMA
  AND h.OBJECT_NAME <=> w.OBJECT_NAME AND h.LOCK_STATUS = 'GRANTED'
  AND h.OWNER_THREAD_ID <> w.OWNER_THREAD_ID
LEFT JOIN performance_schema.threads AS t ON t.THREAD_ID = h.OWNER_THREAD_ID
WHERE us.PROCESSLIST_ID = {{}} AND w.LOCK_STATUS = 'PENDING'"""
_ROW_WAITS = {
    "mysql": f"""
SELECT DISTINCT 'TABLE', l.OBJECT_SCHEMA, l.OBJECT_NAME, '{ROWS}', '{ROWS}', 'TRANSACTION',
  {_SESSION}
FROM performance_schema.data_lock_waits AS w
JOIN performance_schema.threads AS us ON us.THREAD_ID = w.REQUESTING_THREAD_ID
JOIN performance_schema.data_locks AS l ON l.ENGINE_LOCK_ID = w.BLOCKING_ENGINE_LOCK_ID
JOIN performance_schema.threads AS t ON t.THREAD_ID = w.BLOCKING_THREAD_ID
WHERE us.PROCESSLIST_ID = {{}}""",
    "mariadb": f"""
SELECT DISTINCT 'TABLE', '', l.LOCK_TABLE, '{ROWS}', '{ROWS}', 'TRANSACTION',
  p.ID, p.USER, p.HOST, p.COMMAND, p.TIME, p.INFO, NULL
FROM information_schema.INNODB_LOCK_WAITS AS w
JOIN information_schema.INNODB_LOCKS AS l ON l.LOCK_ID = w.BLOCKING_LOCK_ID
JOIN information_schema.INNODB_TRX AS us ON us.TRX_ID = w.REQUESTING_TRX_ID
JOIN information_schema.INNODB_TRX AS b ON b.TRX_ID = w.BLOCKING_TRX_ID
JOIN information_schema.PROCESSLIST AS p ON p.ID = b.TRX_MYSQL_THREAD_ID
WHERE us.TRX_MYSQL_THREAD_ID = {{}}""",
}
# Of this connection there is a row as well, where locks are recorded at all.
_HELD = f"""
SELECT h.OBJECT_NAME, h.LOCK_TYPE, h.LOCK_DURATION, {_SESSION}
FROM performance_schema.metadata_locks AS h
JOIN performance_schema.threads AS t ON t.THREAD_ID = h.OWNER_THREAD_ID
WHERE h.OBJECT_TYPE = 'TABLE' AND h.LOCK_STATUS = 'GRANTED' AND t.PROCESSLIST_ID IS NOT NULL
  AND (h.OBJECT_SCHEMA = {{}} OR t.PROCESSLIST_ID = CONNECTION_ID())"""
_TRANSACTIONS = (
    "SELECT TRX_MYSQL_THREAD_ID, TRX_ROWS_MODIFIED, TRX_TABLES_LOCKED,"
    " TIMESTAMPDIFF(SECOND, TRX_STARTED, NOW()) FROM information_schema.INNODB_TRX"
)
_SESSIONS = "SELECT ID, USER, HOST, COMMAND, TIME, INFO, NULL, STATE, DB FROM information_schema.PROCESSLIST"


class Session(NamedTuple):
    """A connection: what it runs, or has run last, for how long, and the name of its program.

    `state` and `database` are those of the list of connections, "" elsewhere.
    """

    id: int
    user: str
    host: str
    command: str
    seconds: int
    statement: str
    program: str
    state: str = ""
    database: str = ""

    @property
    def is_idle(self) -> bool:
        return self.command == "Sleep"


class Lock(NamedTuple):
    """What a session holds of a table or of something else: LOCK_TYPE and LOCK_DURATION, or `ROWS`."""

    object_type: str
    name: str
    type: str
    duration: str
    session: Session


class Wanted(NamedTuple):
    """What a connection waits for; `held` is a lock of somebody else on the same object."""

    object_type: str
    database: str
    name: str
    type: str
    held: Lock | None

    @property
    def is_kept_waiting(self) -> bool:
        """Whether it is for this lock that it waits."""
        if self.held is None:
            return False
        if self.type == ROWS:
            return True
        if self.object_type == "TABLE":
            return self.held.type in _KEPT_BY.get(self.type, _ALL)
        return self.held.type not in _SIDE_BY_SIDE


class Transaction(NamedTuple):
    """An open transaction of InnoDB: rows that it has changed, tables that it has locked, its age."""

    rows: int = 0
    tables: int = 0
    seconds: int = 0


def wanted_by(server: Server, id: int) -> list[Wanted]:
    """What a connection waits for, with each who holds something of it; [] where no server tells.

    Raises:
        ServerError: this account may not see it.
    """
    rows = server.query(_WAITS.format(int(id)))
    rows += server.query(_ROW_WAITS[server.flavour.maker].format(int(id)))
    return [_wanted(*row) for row in rows]


def _wanted(
    kind: str, database: str | None, name: str | None, type: str, held: Any, *rest: Any
) -> Wanted:
    duration, *session = rest
    name = name or ""
    lock = None if session[0] is None else Lock(kind, name, held, duration, _session(*session))
    return Wanted(kind, database or "", name, type, lock)


def held_locks(server: Server) -> list[Lock]:
    """The locks on tables of this database, and those of this connection; [] where no server tells.

    Raises:
        ServerError: this account may not see it.
    """
    rows = server.query(_HELD.format(quote_text(server.database or "")))
    return [
        Lock("TABLE", name, type, duration, _session(*session))
        for name, type, duration, *session in rows
    ]


def sessions(server: Server) -> list[Session]:
    """All connections, or those of this account alone, without the privilege PROCESS."""
    return [_session(*row) for row in server.query(_SESSIONS)]


def _session(id: int, *rest: Any) -> Session:
    user, host, command, seconds, *texts = rest
    said = [str(each or "") for each in texts]
    return Session(int(id), user or "", host or "", command or "", int(seconds or 0), *said)


def transactions(server: Server) -> dict[int, Transaction]:
    """The open transactions by their connections.

    Raises:
        ServerError: this account may not see them.
    """
    rows = server.query(_TRANSACTIONS)
    return {int(id): Transaction(int(n), int(locked), int(age or 0)) for id, n, locked, age in rows}
