"""Reads views, stored programs and sequences: their SHOW CREATE texts, and the session that made them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise
from typing import Any

from plumbob.ddl.lexer import SyntaxFault
from plumbob.ddl.own_schema import view_without_schema
from plumbob.ddl.quote import quote_name, quote_text
from plumbob.ddl.stored import parse_stored
from plumbob.model import (
    STORED_KINDS,
    Event,
    Flavour,
    NotUnderstood,
    ObjectKey,
    Owned,
    Routine,
    Session,
    Stored,
    StoredKind,
    Trigger,
    Unmanaged,
    View,
    object_key,
)
from plumbob.server.connection import Server
from plumbob.server.errors import DENIED, ServerError

_BATCH = 100
_MOMENT = "EVENT_OBJECT_TABLE, ACTION_TIMING, EVENT_MANIPULATION"
# Kind and name of all of them, triggers in the order in which they run: one question, because each takes
# the servers longer to understand than to answer.
_LISTING = (
    "SELECT kind, name FROM ("
    "SELECT 1 AS part, '' AS of_table, 0 AS moment, 0 AS event, 0 AS place, LOWER(TABLE_TYPE) AS kind,"
    " TABLE_NAME AS name FROM information_schema.TABLES"
    " WHERE TABLE_SCHEMA = {0} AND TABLE_TYPE IN ('VIEW', 'SEQUENCE')"
    " UNION ALL SELECT 2, EVENT_OBJECT_TABLE, FIELD(ACTION_TIMING, 'BEFORE', 'AFTER'),"
    " FIELD(EVENT_MANIPULATION, 'INSERT', 'UPDATE', 'DELETE'), ACTION_ORDER, 'trigger', TRIGGER_NAME"
    " FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = {0}"
    " UNION ALL SELECT 3, '', 0, 0, 0, LOWER(ROUTINE_TYPE), ROUTINE_NAME"
    " FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA = {0}"
    " UNION ALL SELECT 4, '', 0, 0, 0, 'event', EVENT_NAME"
    " FROM information_schema.EVENTS WHERE EVENT_SCHEMA = {0}"
    ") AS `listed` ORDER BY part, of_table, moment, event, place, name"
)
_COMMENTS = (
    "SELECT LOWER(ROUTINE_TYPE), ROUTINE_NAME, ROUTINE_COMMENT FROM information_schema.ROUTINES"
    " WHERE ROUTINE_SCHEMA = {0} UNION ALL"
    " SELECT 'event', EVENT_NAME, EVENT_COMMENT FROM information_schema.EVENTS"
    " WHERE EVENT_SCHEMA = {0}"
)
# Where SHOW CREATE has what it says: the text, the session's sql_mode, character set, collation and
# time zone (both manuals; the same columns on both servers).
_TEXT = {"view": 1, "sequence": 1, "event": 3}
_SQL_MODE, _TIME_ZONE = 1, 2
_NO_SUCH_TABLE, _NO_SUCH_ROUTINE, _NO_SUCH_TRIGGER, _NO_SUCH_EVENT = 1146, 1305, 1360, 1539
GONE = (_NO_SUCH_TABLE, _NO_SUCH_ROUTINE, _NO_SUCH_TRIGGER, _NO_SUCH_EVENT)


@dataclass(frozen=True, slots=True)
class FoundStored:
    """The stored objects of a database, understood or not, and those of kinds that are not managed."""

    stored: dict[ObjectKey, Stored]
    not_understood: dict[ObjectKey, NotUnderstood]
    unmanaged: tuple[Unmanaged, ...]


class Hidden(Exception):
    """An object whose text this account may not see; `what` names it."""

    def __init__(self, key: ObjectKey) -> None:
        super().__init__(f"the {key.kind} {key.name}")
        self.kind = key.kind
        self.what = f"the {key.kind} {key.name}"


def list_stored(server: Server, database: str) -> tuple[dict[ObjectKey, str], list[Unmanaged]]:
    """The names of all stored objects, and what is of another kind (packages, libraries)."""
    found: dict[ObjectKey, str] = {}
    others: list[Unmanaged] = []
    for kind, name in server.query(_LISTING.format(quote_text(database))):
        if kind in STORED_KINDS:
            found[object_key(kind, name)] = name
        else:
            others.append(Unmanaged(kind, name))
    return found, others


def read_stored(
    server: Server,
    database: str,
    wanted: Collection[ObjectKey] | None = None,
    managed: Collection[StoredKind] = STORED_KINDS,
) -> FoundStored:
    """Read the stored objects of a database.

    Args:
        wanted: read these only; those that are not there are left out.
        managed: the kinds that are ours. Of others a text that cannot be seen is no error: the
            object is one that is not managed.

    Raises:
        Hidden: where this account may not see a text of a kind that is ours.
        ServerError: as the server gives it.
    """
    listed, others = list_stored(server, database)
    names = {key: name for key, name in listed.items() if wanted is None or key in wanted}
    stored: dict[ObjectKey, Stored] = {}
    refused: dict[ObjectKey, NotUnderstood] = {}
    for kind in STORED_KINDS:
        of_kind = {key: name for key, name in names.items() if key.kind == kind}
        for key, row in _rows(server, database, of_kind):
            found = _understand(key, row, server.flavour) if row else None
            if isinstance(found, View):
                found = view_without_schema(found, database)
            if found is None and kind in managed:
                raise Hidden(key)
            if found is None:
                others.append(Unmanaged(kind, names[key]))
            elif isinstance(found, NotUnderstood):
                refused[key] = found
            else:
                stored[key] = found
    stored = _with_their_heads(server, database, stored, names)
    if any(key.kind in ("procedure", "function") for key in stored):
        stored = _with_grantees(server, database, stored)
    # In the order of the listing, which is that in which triggers run.
    stored = {key: stored[key] for key in listed if key in stored}
    if any(key.kind == "trigger" for key in stored):
        stored = _with_order(server, database, stored)
    return FoundStored(stored, refused, tuple(others))


def _with_their_heads(
    server: Server,
    database: str,
    stored: dict[ObjectKey, Stored],
    names: Mapping[ObjectKey, str],
) -> dict[ObjectKey, Stored]:
    """Programs with their own names and comments.

    Of one that was sent as latin1, SHOW CREATE gives the name and the comment of UTF-8 taken for latin1
    (`Ã©` for `é`; measured on all three servers), and the body as it is.
    """
    programs = {key: each for key, each in stored.items() if isinstance(each, Routine | Event)}
    comments: dict[ObjectKey, str] = {}
    if any(not each.comment.isascii() and not _is_utf8(each.session) for each in programs.values()):
        rows = server.query(_COMMENTS.format(quote_text(database)))
        comments = {object_key(kind, name): comment for kind, name, comment in rows}
    mended = {
        key: replace(each, name=names[key], comment=comments.get(key, each.comment))
        for key, each in programs.items()
    }
    return {**stored, **mended}


def _is_utf8(session: Session) -> bool:
    return session.charset is None or session.charset.startswith("utf8")


def _with_order(
    server: Server, database: str, stored: dict[ObjectKey, Stored]
) -> dict[ObjectKey, Stored]:
    """Each trigger with the one that runs right before it, read or not."""
    rows: list[tuple[Any, ...]] = server.query(
        f"SELECT TRIGGER_NAME, {_MOMENT} FROM information_schema.TRIGGERS"
        f" WHERE TRIGGER_SCHEMA = {quote_text(database)} ORDER BY {_MOMENT}, ACTION_ORDER"
    )
    follows = {
        name: earlier if moment == before else None
        for (earlier, *before), (name, *moment) in pairwise([(None,), *rows])
    }
    return {
        key: replace(each, follows=follows.get(each.name)) if isinstance(each, Trigger) else each
        for key, each in stored.items()
    }


def _rows(
    server: Server, database: str, names: dict[ObjectKey, str]
) -> Iterator[tuple[ObjectKey, tuple[str | None, ...]]]:
    """What SHOW CREATE answers for each of these, () where it may not be seen.

    What has gone since it was listed is left out. MariaDB repeats the name as it was asked for.
    """
    rest = list(names)
    while rest:
        batch = rest[:_BATCH]
        # Views name the tables of the database in use without it.
        statements = [
            f"USE {quote_name(database)}",
            *(_statement(key.kind, names[key]) for key in batch),
        ]
        rows, error = server.reader().read_rows(statements)
        yield from zip(batch, rows, strict=False)
        rest = rest[len(rows) :]
        if error is None:
            continue
        if error.errno in DENIED:
            yield rest[0], ()
        elif error.errno not in GONE:
            raise error
        rest = rest[1:]


def _statement(kind: StoredKind, name: str) -> str:
    return f"SHOW CREATE {kind.upper()} {quote_name(name)}"


def _understand(
    key: ObjectKey, row: tuple[str | None, ...], flavour: Flavour
) -> Stored | NotUnderstood | None:
    """The object; None for one whose text is NULL, because this account may not see it."""
    text = row[_TEXT.get(key.kind, 2)]
    if text is None:
        return None
    found = understand_stored(key, text, flavour)
    return replace(found, session=_session(key.kind, row)) if isinstance(found, Owned) else found


@lru_cache(maxsize=4096)
def understand_stored(key: ObjectKey, text: str, flavour: Flavour) -> Stored | NotUnderstood:
    """The object of a SHOW CREATE text, or why the grammar cannot read it."""
    try:
        return parse_stored(text, flavour)
    except SyntaxFault as fault:
        line = text.split("\n")[text.count("\n", 0, fault.offset)]
        return NotUnderstood(key.name, text, f"{fault.what}: {line.strip()}", key.kind)


def _session(kind: StoredKind, row: tuple[str | None, ...]) -> Session:
    at = _TEXT.get(kind, 2)
    return Session(
        sql_mode=None if kind == "view" else row[_SQL_MODE],
        charset=row[at + 1],
        collation=row[at + 2],
        time_zone=row[_TIME_ZONE] if kind == "event" else None,
        database_collation=None if kind == "view" else row[at + 3],
    )


def _with_grantees(
    server: Server, database: str, stored: dict[ObjectKey, Stored]
) -> dict[ObjectKey, Stored]:
    """Routines with the accounts that hold privileges on them, where this account may read of them."""
    try:
        rows = server.query(
            "SELECT LOWER(Routine_type), Routine_name, User, Host FROM mysql.procs_priv"
            f" WHERE Db = {quote_text(database)}"
        )
    except ServerError as error:
        if error.errno in DENIED:
            return stored
        raise
    accounts: dict[ObjectKey, list[str]] = defaultdict(list)
    for kind, name, user, host in rows:
        accounts[object_key(kind, name)].append(f"{user}@{host}")
    return {
        key: replace(each, grantees=tuple(sorted(accounts[key])))
        if isinstance(each, Routine) and key in accounts
        else each
        for key, each in stored.items()
    }
