"""Who holds the lock that a connection waits for, and how far its statement has come: asked from beside.

MySQL tells it by performance_schema, MariaDB where that is switched on. Elsewhere the list of connections
and transactions is all there is: a statement that names the table holds it, an idle transaction may.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from plumbob.ddl.lexer import tokenize
from plumbob.ddl.quote import quote_text
from plumbob.server.connection import Server
from plumbob.server.errors import DENIED, NO_SUCH_TABLE, ServerError
from plumbob.server.listing import folded

_SHORT = 100
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
# Locks that a transaction or a statement of an application takes by itself; nobody asked for them.
_TAKEN_BY_ITSELF = frozenset(
    {"SHARED", "SHARED_HIGH_PRIO", "SHARED_READ", "SHARED_WRITE", "SHARED_WRITE_LOW_PRIO", "rows"}
)
# What a dump says of itself (session_connect_attrs), and a word that only dumps write.
_DUMPS = (
    "mysqldump",
    "mysqlpump",
    "mariadb-dump",
    "mariabackup",
    "mariadb-backup",
    "xtrabackup",
    "mydumper",
)
_WORD_OF_DUMPS = "sql_no_cache"
_SYSTEM = ("system user", "event_scheduler")

_WAITS = """
SELECT w.OBJECT_TYPE, w.OBJECT_SCHEMA, w.OBJECT_NAME, w.LOCK_TYPE, h.LOCK_TYPE, h.LOCK_DURATION,
  t.PROCESSLIST_ID, t.PROCESSLIST_USER, t.PROCESSLIST_HOST, t.PROCESSLIST_COMMAND, t.PROCESSLIST_TIME,
  (SELECT MAX(s.DIGEST_TEXT) FROM performance_schema.events_statements_current AS s
    WHERE s.THREAD_ID = t.THREAD_ID AND s.NESTING_EVENT_ID IS NULL),
  (SELECT MAX(a.ATTR_VALUE) FROM performance_schema.session_connect_attrs AS a
    WHERE a.PROCESSLIST_ID = t.PROCESSLIST_ID AND a.ATTR_NAME = 'program_name')
FROM performance_schema.metadata_locks AS w
JOIN performance_schema.threads AS us ON us.THREAD_ID = w.OWNER_THREAD_ID
LEFT JOIN performance_schema.metadata_locks AS h
  ON h.OBJECT_TYPE = w.OBJECT_TYPE AND h.OBJECT_SCHEMA <=> w.OBJECT_SCHEMA
  AND h.OBJECT_NAME <=> w.OBJECT_NAME AND h.LOCK_STATUS = 'GRANTED'
  AND h.OWNER_THREAD_ID <> w.OWNER_THREAD_ID
LEFT JOIN performance_schema.threads AS t ON t.THREAD_ID = h.OWNER_THREAD_ID
WHERE us.PROCESSLIST_ID = {} AND w.LOCK_STATUS = 'PENDING'"""
_ROW_WAITS = {
    "mysql": """
SELECT DISTINCT 'TABLE', l.OBJECT_SCHEMA, l.OBJECT_NAME, 'rows', 'rows', 'TRANSACTION',
  t.PROCESSLIST_ID, t.PROCESSLIST_USER, t.PROCESSLIST_HOST, t.PROCESSLIST_COMMAND, t.PROCESSLIST_TIME,
  (SELECT MAX(s.DIGEST_TEXT) FROM performance_schema.events_statements_current AS s
    WHERE s.THREAD_ID = t.THREAD_ID AND s.NESTING_EVENT_ID IS NULL),
  (SELECT MAX(a.ATTR_VALUE) FROM performance_schema.session_connect_attrs AS a
    WHERE a.PROCESSLIST_ID = t.PROCESSLIST_ID AND a.ATTR_NAME = 'program_name')
FROM performance_schema.data_lock_waits AS w
JOIN performance_schema.threads AS us ON us.THREAD_ID = w.REQUESTING_THREAD_ID
JOIN performance_schema.data_locks AS l ON l.ENGINE_LOCK_ID = w.BLOCKING_ENGINE_LOCK_ID
JOIN performance_schema.threads AS t ON t.THREAD_ID = w.BLOCKING_THREAD_ID
WHERE us.PROCESSLIST_ID = {}""",
    "mariadb": """
SELECT DISTINCT 'TABLE', '', l.LOCK_TABLE, 'rows', 'rows', 'TRANSACTION',
  p.ID, p.USER, p.HOST, p.COMMAND, p.TIME, p.INFO, NULL
FROM information_schema.INNODB_LOCK_WAITS AS w
JOIN information_schema.INNODB_LOCKS AS l ON l.LOCK_ID = w.BLOCKING_LOCK_ID
JOIN information_schema.INNODB_TRX AS us ON us.TRX_ID = w.REQUESTING_TRX_ID
JOIN information_schema.INNODB_TRX AS b ON b.TRX_ID = w.BLOCKING_TRX_ID
JOIN information_schema.PROCESSLIST AS p ON p.ID = b.TRX_MYSQL_THREAD_ID
WHERE us.TRX_MYSQL_THREAD_ID = {}""",
}
# The tables that anybody holds; of this connection there is a row as well where locks are recorded at all.
_HELD = """
SELECT h.OBJECT_NAME, t.PROCESSLIST_ID, h.LOCK_TYPE, h.LOCK_DURATION,
  t.PROCESSLIST_USER, t.PROCESSLIST_HOST, t.PROCESSLIST_COMMAND, t.PROCESSLIST_TIME,
  (SELECT MAX(s.DIGEST_TEXT) FROM performance_schema.events_statements_current AS s
    WHERE s.THREAD_ID = t.THREAD_ID AND s.NESTING_EVENT_ID IS NULL),
  (SELECT MAX(a.ATTR_VALUE) FROM performance_schema.session_connect_attrs AS a
    WHERE a.PROCESSLIST_ID = t.PROCESSLIST_ID AND a.ATTR_NAME = 'program_name')
FROM performance_schema.metadata_locks AS h
JOIN performance_schema.threads AS t ON t.THREAD_ID = h.OWNER_THREAD_ID
WHERE h.OBJECT_TYPE = 'TABLE' AND h.LOCK_STATUS = 'GRANTED' AND t.PROCESSLIST_ID IS NOT NULL
  AND (h.OBJECT_SCHEMA = {} OR t.PROCESSLIST_ID = CONNECTION_ID())"""
_TRANSACTIONS = (
    "SELECT TRX_MYSQL_THREAD_ID, TRX_ROWS_MODIFIED, TRX_TABLES_LOCKED,"
    " TIMESTAMPDIFF(SECOND, TRX_STARTED, NOW()) FROM information_schema.INNODB_TRX"
)
_CONNECTIONS = (
    "SELECT ID, USER, HOST, COMMAND, TIME, STATE, INFO, DB FROM information_schema.PROCESSLIST"
)


@dataclass(frozen=True, slots=True)
class Blocker:
    """A connection that holds what another one waits for.

    Attributes:
        seconds: for how long its statement or its transaction has been going on.
        statement: what it runs, or has run last, without values; "" where that is not visible.
        rows: how many rows its transaction has changed.
        spared: why nobody may end it: "a backup", "LOCK TABLES" and so on; "" for a transaction or a
            statement of an application.
        is_sure: whether the server says so; else it may hold something else.
    """

    id: int
    user: str
    host: str
    seconds: int
    statement: str = ""
    rows: int = 0
    spared: str = ""
    is_sure: bool = True

    def __str__(self) -> str:
        facts = [f"{self.user or 'somebody'} from {self.host or 'here'}", f"for {self.seconds} s"]
        facts += [f"{self.rows} rows changed"] if self.rows else []
        facts += [self.spared] if self.spared else []
        facts += [self.statement] if self.statement else []
        may = "" if self.is_sure else " may hold it"
        return f"connection {self.id} ({', '.join(facts)}){may}"


@dataclass(frozen=True, slots=True)
class Wait:
    """A wait for a lock: for what ("table users", "a backup"), who holds it, and what was not visible."""

    lock: str
    blockers: tuple[Blocker, ...] = ()
    unseen: str = ""

    def __str__(self) -> str:
        said = f"waits for {self.lock}" if self.lock else "waits for a lock"
        if self.blockers:
            said += ", held by " + "; ".join(map(str, self.blockers))
        return said + (f" ({self.unseen})" if self.unseen else "")


@dataclass(frozen=True, slots=True)
class Held:
    """A connection that holds these tables; one that is not sure may hold any of them."""

    blocker: Blocker
    tables: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Stage:
    """What the server says that a connection does, and how much of that is done, where it tells (0 to 1)."""

    state: str
    done: float | None = None

    @property
    def waits(self) -> bool:
        return self.state.lower().startswith("waiting for")


def stage_of(server: Server, id: int) -> Stage | None:
    """What a connection does now; None where it does nothing."""
    if server.flavour.is_mariadb:
        rows = server.query(
            "SELECT STATE, STAGE, MAX_STAGE, PROGRESS FROM information_schema.PROCESSLIST"
            f" WHERE ID = {id:d} AND COMMAND = 'Query'"
        )
        return _stage_of_mariadb(*rows[0]) if rows else None
    rows = server.query(
        f"SELECT STATE FROM information_schema.PROCESSLIST WHERE ID = {id:d} AND COMMAND = 'Query'"
    )
    return Stage(rows[0][0] or "", _done_of_mysql(server, id)) if rows else None


def _stage_of_mariadb(state: str | None, stage: int, stages: int, percent: float) -> Stage:
    if not stages:
        return Stage(state or "")
    return Stage(
        state or "", min((stage - 1 + float(percent) / 100) / stages, 1.0) if stage else 0.0
    )


def _done_of_mysql(server: Server, id: int) -> float | None:
    """Only where the consumer events_stages_current is on, which is not so by default."""
    try:
        rows = server.query(
            "SELECT WORK_COMPLETED, WORK_ESTIMATED FROM performance_schema.events_stages_current"
            " JOIN performance_schema.threads USING (THREAD_ID)"
            f" WHERE PROCESSLIST_ID = {id:d} AND WORK_ESTIMATED > 0"
        )
    except ServerError as error:
        if error.errno not in (*DENIED, NO_SUCH_TABLE):
            raise
        return None
    return min(float(rows[0][0]) / float(rows[0][1]), 1.0) if rows else None


def wait_of(server: Server, id: int, names: Collection[str], state: str = "") -> Wait | None:
    """What a connection waits for, and who holds it; None where it waits for nothing that is known.

    Args:
        server: another connection to the same server.
        names: the tables of its statement, for servers that do not tell.
        state: its state in the list of connections.
    """
    try:
        found = server.query(_WAITS.format(int(id)))
        found += server.query(_ROW_WAITS[server.flavour.maker].format(int(id)))
        sizes = _transactions(server)
    except ServerError as error:
        if error.errno not in (*DENIED, NO_SUCH_TABLE):
            raise
        found, sizes = [], None
    if found:
        return _told(server, found, sizes or {})
    return _guessed(server, id, names, state)


def _told(
    server: Server, rows: list[tuple[object, ...]], sizes: dict[int, tuple[int, int, int]]
) -> Wait:
    """What performance_schema says."""
    kind, database, name, *_ = rows[0]
    lock = _lock_name(server, str(kind), str(database or ""), str(name or ""))
    blockers: dict[int, Blocker] = {}
    for kind, _, _, waits, holds, duration, thread, *rest in rows:
        if thread is None or not _conflict(str(kind), str(waits), str(holds)):
            continue
        blocker = _blocker(
            server, str(kind), str(holds), str(duration), int(str(thread)), rest, sizes
        )
        known = blockers.get(blocker.id)
        if known is None or not known.spared:
            blockers[blocker.id] = blocker
    return Wait(lock, tuple(blockers.values()))


def _conflict(kind: str, waits: str, holds: str) -> bool:
    if waits == "rows":
        return True
    if kind == "TABLE":
        return holds in _KEPT_BY.get(waits, _ALL)
    return holds not in _SIDE_BY_SIDE


def _blocker(
    server: Server,
    kind: str,
    holds: str,
    duration: str,
    id: int,
    rest: list[object],
    sizes: dict[int, tuple[int, int, int]],
) -> Blocker:
    user, host, command, time, statement, program = rest
    rows, locked, age = sizes.get(id, (0, 0, 0))
    is_idle = command == "Sleep"
    said = _without_values(str(statement or ""))
    spared = ""
    if kind in ("GLOBAL", "BACKUP LOCK", "BACKUP", "COMMIT", "BACKUP TABLES"):
        spared = "a backup"
    elif str(user) in _SYSTEM or str(command).startswith(("Binlog Dump", "Daemon")):
        spared = "a thread of the server"
    elif (
        str(program or "").lower().startswith(_DUMPS)
        or _WORD_OF_DUMPS in str(statement or "").lower()
    ):
        spared = "a backup"
    elif duration == "EXPLICIT" or (is_idle and id not in sizes and holds != "rows"):
        spared = "a lock that was asked for"
    elif holds not in _TAKEN_BY_ITSELF:
        spared = "LOCK TABLES" if is_idle else "DDL"
    elif server.flavour.is_mariadb and holds == "SHARED_READ" and is_idle and locked:
        # LOCK TABLES … READ in a transaction looks like this, and so does LOCK IN SHARE MODE.
        spared = "a lock that was asked for"
    return Blocker(
        id, str(user or ""), str(host or ""), max(int(str(time or 0)), age), said, rows, spared
    )


def _guessed(server: Server, id: int, names: Collection[str], state: str) -> Wait | None:
    """What the list of connections says: of this account alone, without the privilege PROCESS."""
    connections = server.query(_CONNECTIONS)
    own = next((str(row[5] or "") for row in connections if row[0] == id), state)
    is_backup = any(word in own.lower() for word in ("backup", "global read"))
    try:
        sizes, unseen = _transactions(server), ""
    except ServerError as error:
        if error.errno not in DENIED:
            raise
        sizes = {}
        unseen = "who holds it can be seen with the privilege PROCESS"
    ours = {id, server.connection_id}
    blockers = []
    for thread, user, host, _, time, _, info, database in connections:
        if thread in ours or is_backup or str(user) in _SYSTEM:
            continue
        is_named = bool(info) and database == server.database and _names(str(info), names)
        rows, _, age = sizes.get(thread, (0, 0, 0))
        if not is_named and (thread not in sizes or info):
            continue
        said = _without_values(str(info or ""))
        spared = "a backup" if _WORD_OF_DUMPS in str(info or "").lower() else ""
        seconds = max(int(time or 0), age)
        blockers.append(Blocker(thread, user, host, seconds, said, rows, spared, is_sure=is_named))
    if is_backup:
        return Wait("the lock of a backup", unseen=unseen)
    return Wait(f"table {', '.join(sorted(names))}" if names else "", tuple(blockers), unseen)


def holders(server: Server, names: Collection[str], seconds: int) -> list[Held]:
    """Whose transaction or statement has been going on for so long, and holds or may hold these tables.

    What this account may not see is not there: none that is found is no proof that there is none.
    """
    try:
        found = server.query(_HELD.format(quote_text(server.database or "")))
        sizes = _transactions(server)
    except ServerError as error:
        if error.errno not in (*DENIED, NO_SUCH_TABLE):
            raise
        found = []
    if any(id == server.connection_id for _, id, *_ in found):
        held = _held(server, names, found, sizes)
    else:
        held = _perhaps_held(server, names)
    return [each for each in held if each.blocker.seconds >= seconds]


def _held(
    server: Server,
    names: Collection[str],
    rows: list[tuple[Any, ...]],
    sizes: dict[int, tuple[int, int, int]],
) -> list[Held]:
    """What performance_schema says."""
    wanted = {folded(server, name): name for name in names}
    blockers: dict[int, Blocker] = {}
    tables: dict[int, set[str]] = {}
    for name, id, holds, duration, *rest in rows:
        table = wanted.get(folded(server, name))
        if table is not None and id != server.connection_id:
            blocker = _blocker(server, "TABLE", holds, duration, id, rest, sizes)
            blockers.setdefault(id, blocker)
            tables.setdefault(id, set()).add(table)
    return [Held(blocker, tuple(sorted(tables[id]))) for id, blocker in blockers.items()]


def _perhaps_held(server: Server, names: Collection[str]) -> list[Held]:
    """What the list of connections says: of this account alone, without the privilege PROCESS."""
    try:
        sizes = _transactions(server)
    except ServerError as error:
        if error.errno not in DENIED:
            raise
        sizes = {}
    found = []
    for id, user, host, _, time, state, info, database in server.query(_CONNECTIONS):
        if id == server.connection_id or str(user) in _SYSTEM:
            continue
        rows, _, age = sizes.get(id, (0, 0, 0))
        running = int(time or 0)
        named = [name for name in names if info and _names(str(info), [name])]
        is_named = bool(named) and database == server.database
        # A statement that waits itself holds nothing yet, as far as this list tells.
        is_sure = is_named and not str(state or "").lower().startswith("waiting for")
        # What a transaction has done ahead of its statement of now, nobody tells.
        if not is_named and (id not in sizes or (info and age <= running + 1)):
            continue
        said = _without_values(str(info or ""))
        blocker = Blocker(id, user, host, max(running, age), said, rows, is_sure=is_sure)
        found.append(Held(blocker, tuple(sorted(named if is_named else names))))
    return found


def _transactions(server: Server) -> dict[int, tuple[int, int, int]]:
    """By connection: rows changed, tables locked and seconds of each open transaction of InnoDB."""
    rows = server.query(_TRANSACTIONS)
    return {int(id): (int(rows), int(locked), int(age or 0)) for id, rows, locked, age in rows}


def _names(statement: str, names: Collection[str]) -> bool:
    wanted = {name.lower() for name in names}
    return any(each.value.lower() in wanted for each in tokenize(statement, is_lenient=True))


def _lock_name(server: Server, kind: str, database: str, name: str) -> str:
    if kind in ("GLOBAL", "BACKUP LOCK", "BACKUP", "COMMIT", "BACKUP TABLES"):
        return "the lock of a backup"
    name = name.replace("`", "").split(".")[-1]
    if kind != "TABLE":
        return f"{kind.lower()} {name or database}"
    is_here = not database or database == server.database
    return f"table {name}" if is_here else f"table {database}.{name}"


def _without_values(statement: str) -> str:
    """A statement for a person, without comments and values, which may be anybody's."""
    parts: list[str] = []
    at = 0
    for token in tokenize(statement, is_lenient=True)[:-1]:
        is_value = token.kind in ("text", "number", "hex", "bits")
        parts += [" " * (token.start > at), "?" if is_value else token.text]
        at = token.end
    text = "".join(parts).strip()
    return text if len(text) <= _SHORT else text[: _SHORT - 1] + "…"
