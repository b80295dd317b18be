"""What a server's answer to a statement means: its warnings and errors, as tables of facts."""

from __future__ import annotations

from collections.abc import Iterable

from plumbob.server.errors import DEADLOCK, LOCK_WAIT_TIMEOUT
from plumbob.server.pages import page_of, with_page

# Somebody else holds the table: worth another try.
LOCKED = (LOCK_WAIT_TIMEOUT, DEADLOCK)
# Notes that tell of a changed value (1265, 1292) or a changed key (1071); other Notes are harmless.
_CHANGED_VALUES = (1265, 1292)
_BAD_NOTES = (*_CHANGED_VALUES, 1071)
# Warnings about the spelling of a definition, seen on MySQL 9.7: no value is changed, and the
# fingerprint says whether the definition is as it should be.
_HARMLESS = {
    124: "the first full-text index of a table adds a hidden column, and rebuilds it (MySQL)",
    139: "a row may be too long: an error for a table that was not so before (innodb_strict_mode)",
    1287: "a word is deprecated (utf8mb3, BINARY as an attribute)",
    1478: "an option that is not used: an error for a new table (innodb_strict_mode)",
    1681: "a feature is deprecated (display widths, ZEROFILL, UNSIGNED of FLOAT)",
    1831: "two indexes are the same",
    3674: "a spatial index that is not used, for its column has no SRID",
    3719: "utf8 is utf8mb3",
    3720: "NATIONAL is utf8mb3",
    3778: "a collation of utf8mb3",
    4079: "a collation of a deprecated character set (ucs2)",
    6124: "a foreign key to columns that are not unique",
}
# 1105 is any error without a number of its own; the event is made, and waits (MariaDB).
_HARMLESS_TEXT = "Event scheduler is switched off"
_NO_CHEAP_WAY = (
    "The way that the proof found is not possible on this table, so the server did nothing. OPTIMIZE TABLE "
    "builds it anew, and may make it possible; or the migration is planned anew."
)
_FULL = "The disk is full. The table is unchanged; to rebuild it takes about its own size."
_ADVICE = {
    # MariaDB says 1021, or 1030 with a number of the engine, where MySQL says 1114 (both seen on a full disk).
    1021: _FULL,
    1030: "The engine could not go on, and the server's log says why: often the disk is full. "
    "The table is unchanged.",
    1062: "Rows have the same value where the new key allows one only; mend them first.",
    1114: _FULL,
    1206: "The buffer pool is too small for the locks of this statement; the table is unchanged.",
    1265: "Rows hold values that the new type does not; mend them first.",
    1406: "Rows hold values that are too long; mend them first.",
    1296: _FULL,
    1452: "Rows have no parent, which the new foreign key asks for; mend them first.",
    1799: "Others wrote more meanwhile than innodb_online_alter_log_max_size takes; the table is unchanged. "
    "Make it larger (SET GLOBAL innodb_online_alter_log_max_size = …), or run this when less is written.",
    1845: _NO_CHEAP_WAY,
    1846: _NO_CHEAP_WAY,
    1878: _FULL,
    4092: _NO_CHEAP_WAY,
}


# A cluster gives no number of its own to what does not fit into a write set: any error, and that of COMMIT.
_TOO_LARGE = (1105, 1180)
_IN_PARTS = (
    "Where the members would get more at once than wsrep_max_ws_rows or wsrep_max_ws_size allow: change the "
    "rows in several steps, by ranges of the primary key."
)


def sort_warnings(
    warnings: Iterable[tuple[str, int, str]],
    *,
    is_definition: bool = False,
    may_change_values: bool = False,
) -> tuple[list[str], list[str]]:
    """Warnings (level, number, message) after which a statement counts as failed, and others.

    Args:
        is_definition: whether the statement makes a view, a program or a new table. It touches no
            row, and the fingerprint says whether it made what it should: of what its text warns
            nothing is bad (3125 for a hint, 1449 for an account, 1287 for each old word).
        may_change_values: whether somebody has approved that it does.
    """
    bad, harmless = [], []
    for level, code, message in warnings:
        if may_change_values and code in _CHANGED_VALUES:
            harmless.append(f"{message} ({code}), as approved")
            continue
        is_harmless = code in _HARMLESS or message.startswith(_HARMLESS_TEXT) or is_definition
        if (code in _BAD_NOTES and not is_definition) or (level != "Note" and not is_harmless):
            bad.append(f"{message} ({code})")
        elif level != "Note":
            harmless.append(f"{message} ({code})")
    return bad, harmless


def advice(errno: int, *, is_cluster: bool = False) -> str:
    """What to do about an error, and its page; "" where its message says it all."""
    said = _ADVICE.get(errno, "")
    if is_cluster and errno in _TOO_LARGE:
        return _IN_PARTS
    if not said and (page := page_of(errno)):
        return f"See {page}."
    return with_page(said, errno)
