"""The journal: what is about to be run, written and committed before it is run.

Its "running" survives every crash; its "done" may be lost with the server (measured: 15 of 15 with
innodb_flush_log_at_trx_commit=0), so "done" is a hint and the fingerprint decides (`resume`).
"""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from plumbob import __version__
from plumbob.ddl.quote import quote_text
from plumbob.migration.migration import Direction, Migration
from plumbob.migration.record.store import JOURNAL, formats, from_json, there, to_json
from plumbob.server.connection import Server

State = Literal["running", "done", "failed", "unknown", "not started", "split"]
MESSAGE_LENGTH = 2000
# What a fact is called that counts no more.
_FORGOTTEN = ""
# The first format of the journal that has the client's process.
_HAS_PROCESS = 2


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of the journal: statement `number` of one way of a migration, or 0 for the begin of a run.

    `before`, `expected` and `after` are fingerprints by table: as they were, as they have to be, and as
    they were seen afterwards (None: nobody has looked). In the begin of a run `before` has all tables,
    and `expected` the collation that the database had, where statements give it another one meanwhile.
    """

    row: int
    migration: str
    direction: Direction
    number: int
    hash: str
    state: State
    before: Mapping[str, str]
    expected: Mapping[str, str]
    after: Mapping[str, str] | None
    started: str
    errno: int | None
    message: str | None


def open_entries(server: Server) -> tuple[Entry, ...]:
    """What was written since the last event of the history: nothing, unless a run did not end."""
    if JOURNAL not in there(server):
        return ()
    rows = server.query(
        "SELECT id, migration, direction, number, hash, state, seen_before, expected, seen_after,"
        f" CAST(started AS CHAR), errno, message FROM `{JOURNAL}` WHERE history IS NULL ORDER BY id"
    )
    return tuple(_entry(*row) for row in rows)


def _entry(
    row: int,
    migration: str,
    direction: Direction,
    number: int,
    hash: str,
    state: State,
    before: str,
    expected: str,
    after: str | None,
    *rest: Any,
) -> Entry:
    seen = None if after is None else from_json(after)
    kept = (from_json(before), from_json(expected), seen)
    return Entry(row, migration, direction, number, hash, state, *kept, *rest)


def begin(
    server: Server,
    migration: Migration,
    direction: Direction,
    tables: Mapping[str, str],
    settings: Mapping[str, str],
) -> None:
    """Write that a run begins, with the fingerprints of all tables and what has to be given back."""
    checksum = migration.script(direction).checksum(migration.server)
    _insert(server, migration, direction, 0, checksum, "done", tables, settings)


def running(
    server: Server,
    migration: Migration,
    direction: Direction,
    number: int,
    before: Mapping[str, str],
    *,
    is_known: bool = True,
) -> int:
    """Write that a statement is about to run; gives the row for `close`.

    Args:
        is_known: whether it can be found out later what became of it.
    """
    statement = migration.script(direction).statements[number - 1]
    hash = statement.hash(migration.server)
    state: State = "running" if is_known else "unknown"
    return _insert(server, migration, direction, number, hash, state, before, statement.after)


def close(
    server: Server,
    row: int,
    state: State,
    after: Mapping[str, str] | None,
    *,
    errno: int | None = None,
    message: str | None = None,
) -> None:
    """Write what became of a statement."""
    seen = "NULL" if after is None else quote_text(to_json(after))
    said = "NULL" if message is None else quote_text(message[:MESSAGE_LENGTH])
    number = "NULL" if errno is None else f"{errno:d}"
    server.write(
        f"UPDATE `{JOURNAL}` SET state = {quote_text(state)}, seen_after = {seen},"
        f" ended = UTC_TIMESTAMP(6), errno = {number}, message = {said} WHERE id = {row:d}"
    )


def client_of(server: Server, connection: int) -> str:
    """Whose statements a connection runs, as far as the journal has it: "process 47 on web1"."""
    if formats(server).get(JOURNAL, 1) < _HAS_PROCESS:
        return ""
    rows = server.query(
        f"SELECT process, host FROM `{JOURNAL}` WHERE connection_id = {connection:d}"
        " AND history IS NULL AND process IS NOT NULL ORDER BY id DESC LIMIT 1"
    )
    return "process {} on {}".format(*rows[0]) if rows else ""


def settle(server: Server) -> None:
    """Write that what was begun has ended, where no row of the history says so: a sync."""
    server.write(f"UPDATE `{JOURNAL}` SET history = 0 WHERE history IS NULL")


def read_note(server: Server, name: str) -> tuple[str, str] | None:
    """A fact that is kept beside the runs, of which there is one at a time: its hash and its details."""
    if JOURNAL not in there(server):
        return None
    rows = server.query(
        f"SELECT hash, seen_before FROM `{JOURNAL}` WHERE {_is_note(name)} ORDER BY id DESC LIMIT 1"
    )
    return (rows[0][0], rows[0][1]) if rows else None


def write_note(server: Server, name: str, hash: str, details: str) -> None:
    """Write such a fact, in place of the one that was known, or of one that is forgotten."""
    values = [name, hash, details, socket.gethostname()[:255], __version__]
    columns = ("migration", "hash", "seen_before", "host", "tool")
    for known in (name, _FORGOTTEN):
        if read_note(server, known) is not None:
            said = ", ".join(
                f"{each} = {quote_text(to)}" for each, to in zip(columns, values, strict=True)
            )
            server.write(
                f"UPDATE `{JOURNAL}` SET {said}, connection_id = CONNECTION_ID(), started = UTC_TIMESTAMP(6)"
                f" WHERE {_is_note(known)}"
            )
            return
    server.write(
        f"INSERT INTO `{JOURNAL}` ({', '.join(columns)}, direction, number, state,"
        " expected, connection_id, started, history)"
        f" VALUES ({', '.join(map(quote_text, values))}, 'up', 0, 'done', '{{}}', CONNECTION_ID(),"
        " UTC_TIMESTAMP(6), 0)"
    )


def remove_note(server: Server, name: str) -> None:
    """Forget such a fact; one that is not known is no error. The row stays: `apply` may not delete any."""
    if read_note(server, name) is not None:
        server.write(
            f"UPDATE `{JOURNAL}` SET migration = {quote_text(_FORGOTTEN)} WHERE {_is_note(name)}"
        )


def _is_note(name: str) -> str:
    # By the key: what belongs to no run has the history 0.
    return f"history = 0 AND number = 0 AND migration = {quote_text(name)}"


def _insert(
    server: Server,
    migration: Migration,
    direction: Direction,
    number: int,
    hash: str,
    state: State,
    before: Mapping[str, str],
    expected: Mapping[str, str],
) -> int:
    values = [migration.id, direction, hash, state, to_json(before), to_json(expected)]
    values += [socket.gethostname()[:255], __version__]
    return server.insert(
        f"INSERT INTO `{JOURNAL}` (migration, direction, hash, state, seen_before, expected,"
        " host, tool, number, process, connection_id, started)"
        f" VALUES ({', '.join(map(quote_text, values))}, {number:d}, {os.getpid():d}, CONNECTION_ID(),"
        " UTC_TIMESTAMP(6))"
    )
