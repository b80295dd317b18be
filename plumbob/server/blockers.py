"""Who holds the lock that a connection waits for, and who holds tables for long already: asked from beside.

Where the server lists no locks (`plumbob.server.locks`), the connections and transactions are all there is:
a statement that names the table holds it, an idle transaction may.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from plumbob.ddl.lexer import tokenize
from plumbob.server.connection import Server
from plumbob.server.errors import DENIED, NO_SUCH_TABLE, ServerError
from plumbob.server.listing import folded
from plumbob.server.locks import (
    BACKUP_OBJECTS,
    ROWS,
    Lock,
    Session,
    Transaction,
    Wanted,
    held_locks,
    sessions,
    transactions,
    wanted_by,
)

# Letters of a statement that are shown.
_SHORT = 100
# Locks that a transaction or a statement of an application takes by itself; nobody asked for them.
_TAKEN_BY_ITSELF = frozenset(
    {"SHARED", "SHARED_HIGH_PRIO", "SHARED_READ", "SHARED_WRITE", "SHARED_WRITE_LOW_PRIO", ROWS}
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
_NONE = Transaction()


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


def wait_of(server: Server, id: int, names: Collection[str], state: str = "") -> Wait | None:
    """What a connection waits for, and who holds it; None where it waits for nothing that is known.

    Args:
        server: another connection to the same server.
        names: the tables of its statement, for servers that do not tell.
        state: its state in the list of connections.
    """
    try:
        found, open_ = wanted_by(server, id), transactions(server)
    except ServerError as error:
        if error.errno not in (*DENIED, NO_SUCH_TABLE):
            raise
        found, open_ = [], {}
    if found:
        return _told(server, found, open_)
    return _guessed(server, id, names, state)


def _told(server: Server, found: Sequence[Wanted], open_: Mapping[int, Transaction]) -> Wait:
    """What the list of locks says."""
    blockers: dict[int, Blocker] = {}
    for each in found:
        if each.held is None or not each.is_kept_waiting:
            continue
        blocker = _blocker(server, each.held, open_)
        known = blockers.get(blocker.id)
        if known is None or not known.spared:
            blockers[blocker.id] = blocker
    return Wait(_lock_name(server, found[0]), tuple(blockers.values()))


def _blocker(server: Server, lock: Lock, open_: Mapping[int, Transaction]) -> Blocker:
    return _of_session(lock.session, open_, _why_spared(server, lock, open_))


def _of_session(
    session: Session, open_: Mapping[int, Transaction], spared: str = "", *, is_sure: bool = True
) -> Blocker:
    transaction = open_.get(session.id, _NONE)
    return Blocker(
        session.id,
        session.user,
        session.host,
        max(session.seconds, transaction.seconds),
        _without_values(session.statement),
        transaction.rows,
        spared,
        is_sure,
    )


def _why_spared(server: Server, lock: Lock, open_: Mapping[int, Transaction]) -> str:
    """Why whoever holds a lock may not be ended; "" for what an application takes without asking."""
    session = lock.session
    if lock.object_type in BACKUP_OBJECTS:
        return "a backup"
    if session.user in _SYSTEM or session.command.startswith(("Binlog Dump", "Daemon")):
        return "a thread of the server"
    if session.program.lower().startswith(_DUMPS) or _is_dump(session.statement):
        return "a backup"
    is_open = session.id in open_
    if lock.duration == "EXPLICIT" or (session.is_idle and not is_open and lock.type != ROWS):
        return "a lock that was asked for"
    if lock.type not in _TAKEN_BY_ITSELF:
        return "LOCK TABLES" if session.is_idle else "DDL"
    is_read_lock = lock.type == "SHARED_READ" and session.is_idle
    if server.flavour.is_mariadb and is_read_lock and open_.get(session.id, _NONE).tables:
        # LOCK TABLES … READ in a transaction looks like this, and so does LOCK IN SHARE MODE.
        return "a lock that was asked for"
    return ""


def _is_dump(statement: str) -> bool:
    return _WORD_OF_DUMPS in statement.lower()


def _guessed(server: Server, id: int, names: Collection[str], state: str) -> Wait | None:
    """What the list of connections says: of this account alone, without the privilege PROCESS."""
    connections = sessions(server)
    own = next((each.state for each in connections if each.id == id), state)
    is_backup = any(word in own.lower() for word in ("backup", "global read"))
    try:
        open_, unseen = transactions(server), ""
    except ServerError as error:
        if error.errno not in DENIED:
            raise
        open_ = {}
        unseen = "who holds it can be seen with the privilege PROCESS"
    if is_backup:
        return Wait("the lock of a backup", unseen=unseen)
    blockers = []
    for each in connections:
        if each.id in (id, server.connection_id) or each.user in _SYSTEM:
            continue
        is_named = each.database == server.database and _names(each.statement, names)
        if not is_named and (each.id not in open_ or each.statement):
            continue
        spared = "a backup" if _is_dump(each.statement) else ""
        blockers.append(_of_session(each, open_, spared, is_sure=is_named))
    return Wait(f"table {', '.join(sorted(names))}" if names else "", tuple(blockers), unseen)


def holders(server: Server, names: Collection[str], seconds: int) -> list[Held]:
    """Whose transaction or statement has been going on for so long, and holds or may hold these tables.

    What this account may not see is not there: none that is found is no proof that there is none.
    """
    try:
        found, open_ = held_locks(server), transactions(server)
    except ServerError as error:
        if error.errno not in (*DENIED, NO_SUCH_TABLE):
            raise
        found, open_ = [], {}
    if any(each.session.id == server.connection_id for each in found):
        held = _held(server, names, found, open_)
    else:
        held = _perhaps_held(server, names)
    return [each for each in held if each.blocker.seconds >= seconds]


def _held(
    server: Server, names: Collection[str], found: Sequence[Lock], open_: Mapping[int, Transaction]
) -> list[Held]:
    """What the list of locks says."""
    wanted = {folded(server, name): name for name in names}
    blockers: dict[int, Blocker] = {}
    tables: dict[int, set[str]] = {}
    for lock in found:
        id, table = lock.session.id, wanted.get(folded(server, lock.name))
        if table is not None and id != server.connection_id:
            blockers.setdefault(id, _blocker(server, lock, open_))
            tables.setdefault(id, set()).add(table)
    return [Held(blocker, tuple(sorted(tables[id]))) for id, blocker in blockers.items()]


def _perhaps_held(server: Server, names: Collection[str]) -> list[Held]:
    """What the list of connections says: of this account alone, without the privilege PROCESS."""
    try:
        open_ = transactions(server)
    except ServerError as error:
        if error.errno not in DENIED:
            raise
        open_ = {}
    found = []
    for each in sessions(server):
        if each.id == server.connection_id or each.user in _SYSTEM:
            continue
        named = [name for name in names if _names(each.statement, [name])]
        is_named = bool(named) and each.database == server.database
        # What a transaction has done ahead of its statement of now, nobody tells.
        age = open_.get(each.id, _NONE).seconds
        is_new = bool(each.statement) and age <= each.seconds + 1
        if not is_named and (each.id not in open_ or is_new):
            continue
        # A statement that waits itself holds nothing yet, as far as this list tells.
        is_sure = is_named and not each.state.lower().startswith("waiting for")
        blocker = _of_session(each, open_, is_sure=is_sure)
        found.append(Held(blocker, tuple(sorted(named if is_named else names))))
    return found


def _names(statement: str, names: Collection[str]) -> bool:
    wanted = {name.lower() for name in names}
    return any(each.value.lower() in wanted for each in tokenize(statement, is_lenient=True))


def _lock_name(server: Server, wanted: Wanted) -> str:
    if wanted.object_type in BACKUP_OBJECTS:
        return "the lock of a backup"
    name = wanted.name.replace("`", "").split(".")[-1]
    if wanted.object_type != "TABLE":
        return f"{wanted.object_type.lower()} {name or wanted.database}"
    is_here = not wanted.database or wanted.database == server.database
    return f"table {name}" if is_here else f"table {wanted.database}.{name}"


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
