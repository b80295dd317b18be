"""What was applied to a database and rolled back, kept in the database itself.

An append-only list of events. What is applied is a set with parents: there is no highest number.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Literal

from plumbob import __version__
from plumbob.ddl.quote import quote_text
from plumbob.migration.migration import Direction, Migration
from plumbob.migration.reading import is_id
from plumbob.migration.record.store import HISTORY, JOURNAL, pack, there, transaction, unpack
from plumbob.migration.text import render
from plumbob.server.connection import Server

Kind = Literal["applied", "rolled back", "adopted", "baseline"]
_KINDS: Mapping[Direction, Kind] = {"up": "applied", "down": "rolled back"}


@dataclass(frozen=True, slots=True)
class Record:
    """A migration that was applied or rolled back, or whose end was there before (a baseline); or drift
    that was adopted, of no migration (`id` is "").

    `at` is the server's time in UTC; `before` and `after` are fingerprints of the database before and
    after this event; the checksums are those of the two files at that time.
    """

    id: str
    kind: Kind
    checksum: str
    rollback_checksum: str
    parent: str | None
    before: str
    after: str
    at: str
    by: str
    milliseconds: int
    tool: str
    server: str


def read(server: Server) -> tuple[Record, ...]:
    """All events, oldest first; () where nothing was ever applied."""
    if HISTORY not in there(server):
        return ()
    rows = server.query(
        "SELECT migration, event, checksum, rollback_checksum, parent, fingerprint_before,"
        " fingerprint_after, CAST(applied_at AS CHAR), applied_by, duration_ms, tool, server"
        f" FROM `{HISTORY}` ORDER BY id"
    )
    return tuple(Record(*row) for row in rows)


def applied(records: Iterable[Record]) -> dict[str, Record]:
    """The migrations that are applied now, by id, in the order of their application."""
    found: dict[str, Record] = {}
    for record in (each for each in records if each.kind != "adopted"):
        found.pop(record.id, None)
        if record.kind in ("applied", "baseline"):
            found[record.id] = record
    return found


def unwritten(records: Sequence[Record]) -> int:
    """How many of the last events have adopted drift, which no migration has yet."""
    behind = takewhile(lambda record: record.kind == "adopted", reversed(records))
    return sum(1 for _ in behind)


def snapshot(server: Server) -> dict[str, str] | None:
    """The definitions of all tables as the last event left them; None where there was none."""
    if HISTORY not in there(server):
        return None
    rows = server.query(
        f"SELECT snapshot FROM `{HISTORY}` WHERE snapshot IS NOT NULL ORDER BY id DESC LIMIT 1"
    )
    return unpack(rows[0][0]) if rows else None


def snapshot_at(server: Server, number: int) -> dict[str, str] | None:
    """The definitions of all objects as an event left them; None where they were not kept.

    Only the last event has all of them; each of those before it has what the next one changed.

    Args:
        number: of the event in the order of `read`, from 1 on.
    """
    rows = server.query(f"SELECT snapshot FROM `{HISTORY}` ORDER BY id DESC")
    found: dict[str, str] = {}
    for (packed,) in rows[: len(rows) - number + 1]:
        if packed is None:
            return None
        found |= unpack(packed)
        found = {id: text for id, text in found.items() if text}
    return found


def files(server: Server, id: str) -> tuple[str, str] | None:
    """The texts of both files of a migration as it was last applied, for a folder that lost them."""
    if HISTORY not in there(server):
        return None
    rows = server.query(
        f"SELECT `up`, `down` FROM `{HISTORY}` WHERE migration = {quote_text(id)}"
        " ORDER BY id DESC LIMIT 1"
    )
    return (rows[0][0], rows[0][1]) if rows else None


# What stands in the row beside the files and the definitions, and what tables become longer by.
_BESIDE = 8192


def write(
    server: Server,
    migration: Migration,
    direction: Direction,
    *,
    texts: Mapping[str, str],
    milliseconds: int,
    kind: Kind | None = None,
) -> None:
    """Write the event and its snapshot and close the journal, all or nothing.

    Args:
        texts: the definition of every table as it is now.
        kind: where it is not the usual one of the direction.
    """
    script = migration.script(direction)
    values: dict[str, str | None] = {
        "migration": migration.id,
        "event": kind or _KINDS[direction],
        "checksum": migration.checksum,
        "rollback_checksum": migration.rollback_checksum,
        "parent": migration.parent.id if migration.parent else None,
        "fingerprint_before": script.before,
        "fingerprint_after": script.after,
        "tool": __version__,
        "server": str(server.flavour),
        "up": render(migration, "up"),
        "down": render(migration, "down"),
        "snapshot": pack(texts),
    }
    with transaction(server):
        number = _insert(server, values, milliseconds)
        server.execute(f"UPDATE `{JOURNAL}` SET history = {number:d} WHERE history IS NULL")


def size_of(migration: Migration, texts: Callable[[], Mapping[str, str]], most: int) -> int:
    """About how many bytes are sent at once to record an event of a migration.

    Args:
        texts: gives the definitions of all tables; asked for where it may matter.
        most: how many bytes may be sent.
    """
    if not is_id(migration.id):
        # A sync: it is in no file, and no event is recorded.
        return 0
    files = sum(len(quote_text(render(migration, way)).encode()) for way in ("up", "down"))
    return files + _BESIDE + (len(pack(texts())) if files > most // 4 else 0)


def adopt(server: Server, texts: Mapping[str, str], *, before: str, after: str) -> None:
    """Write that the database is to be so from now on: drift that the declaration has taken in.

    Args:
        texts: the definition of every object as it is to be.
        before: the fingerprint that was recorded last.
        after: the fingerprint of these texts.
    """
    values: dict[str, str | None] = {
        "migration": "",
        "event": "adopted",
        "checksum": "",
        "rollback_checksum": "",
        "parent": None,
        "fingerprint_before": before,
        "fingerprint_after": after,
        "tool": __version__,
        "server": str(server.flavour),
        "up": "",
        "down": "",
        "snapshot": pack(texts),
    }
    with transaction(server):
        _insert(server, values, 0)


def _insert(server: Server, values: Mapping[str, str | None], milliseconds: int) -> int:
    """Write an event with all definitions; of the one before it stays what is another now. Gives its number."""
    rows = server.query(
        f"SELECT id, snapshot FROM `{HISTORY}` WHERE snapshot IS NOT NULL ORDER BY id DESC LIMIT 1"
    )
    names = ", ".join(f"`{name}`" for name in values)
    literals = ", ".join(
        "NULL" if value is None else quote_text(value) for value in values.values()
    )
    server.execute(
        f"INSERT INTO `{HISTORY}` ({names}, applied_at, applied_by, duration_ms)"
        f" VALUES ({literals}, UTC_TIMESTAMP(6), USER(), {milliseconds:d})"
    )
    ((number,),) = server.query("SELECT LAST_INSERT_ID()")
    for before, packed in rows:
        changed = _back(unpack(str(values["snapshot"])), unpack(packed))
        server.execute(
            f"UPDATE `{HISTORY}` SET snapshot = {quote_text(pack(changed))} WHERE id = {before:d}"
        )
    return int(number)


def _back(now: Mapping[str, str], before: Mapping[str, str]) -> dict[str, str]:
    """What leads from these definitions back to those; "" for what was not there."""
    ids = before.keys() | now.keys()
    return {id: before.get(id, "") for id in ids if before.get(id) != now.get(id)}
