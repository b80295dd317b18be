"""Since when objects are as they are, as far as the server tells."""

from __future__ import annotations

from plumbob.model import STORED_KINDS, object_id, object_key
from plumbob.server.connection import Server

# A table's time is that of its last rebuild, which may be later than a change that took none; MariaDB
# has none of views. The session is pinned to UTC.
_TIMES = (
    "SELECT LOWER(TABLE_TYPE), TABLE_NAME, CREATE_TIME FROM information_schema.TABLES"
    " WHERE TABLE_SCHEMA = DATABASE()",
    "SELECT LOWER(ROUTINE_TYPE), ROUTINE_NAME, LAST_ALTERED FROM information_schema.ROUTINES"
    " WHERE ROUTINE_SCHEMA = DATABASE()",
    "SELECT 'event', EVENT_NAME, LAST_ALTERED FROM information_schema.EVENTS"
    " WHERE EVENT_SCHEMA = DATABASE()",
    "SELECT 'trigger', TRIGGER_NAME, CREATED FROM information_schema.TRIGGERS"
    " WHERE TRIGGER_SCHEMA = DATABASE()",
)


def last_changes(server: Server) -> dict[str, str]:
    """When each object was changed last (UTC, to the second), by its id; those without a time left out."""
    found: dict[str, str] = {}
    for query in _TIMES:
        for kind, name, time in server.query(query):
            if time is None:
                continue
            stored = next((each for each in STORED_KINDS if each == kind), None)
            id = str(object_key(stored, name)) if stored else object_id("table", name)
            found[id] = str(time).partition(".")[0]
    return found
