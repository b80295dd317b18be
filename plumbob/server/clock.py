"""What a server knows of time: its zones, and which events are over."""

from __future__ import annotations

from plumbob.ddl.quote import quote_text
from plumbob.model import Event
from plumbob.server.connection import Server

UTC = "+00:00"


def knows_zone(server: Server, zone: str) -> bool:
    """Whether a session may have this time zone: a name takes the zone tables to be loaded (1298)."""
    return bool(server.query(f"SELECT {_in_utc('2000-01-01 12:00:00', zone)} IS NOT NULL")[0][0])


def is_over(server: Server, event: Event) -> bool:
    """Whether an event never runs again: it was to run once, or until a moment, which has passed."""
    last = event.at or event.ends
    if last is None:
        return False
    moment = _in_utc(last, event.session.time_zone or UTC)
    return bool(server.query(f"SELECT {moment} < UTC_TIMESTAMP()")[0][0])


def _in_utc(moment: str, zone: str) -> str:
    return f"CONVERT_TZ({quote_text(moment)}, {quote_text(zone)}, {quote_text(UTC)})"
