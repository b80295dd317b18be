"""Events that were to run once, at a moment that is over: the server has dropped or disabled them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from plumbob.ddl.quote import quote_text
from plumbob.declaration import Declaration
from plumbob.errors import PlumbobError
from plumbob.model import Event, ObjectKey, Schema, Stored
from plumbob.server.connection import Server


def without_those_over(
    declared: Schema, live: Schema, declaration: Declaration, server: Server
) -> Schema:
    """The declared schema, of which an event that is over says what its server has made of it.

    One that is not there has run (or was never made, and would be dropped at once: note 1588). One
    that is kept by ON COMPLETION PRESERVE is disabled (note 1544).

    Raises:
        PlumbobError: for one that is there and is given another moment, which is over (1589).
    """
    stored = dict(declared.stored)
    for key, event in _over(declared.stored, server):
        there = live.stored.get(key)
        if not isinstance(there, Event):
            del stored[key]
        elif there.at != event.at:
            raise PlumbobError(
                f"the event {event.name} is to run at {event.at}, which is over",
                advice="give it a moment that is to come, or take it out of the declaration",
                where=declaration.position(event.name, "event"),
            )
        elif event.preserve and there.status == "DISABLE":
            stored[key] = replace(event, status="DISABLE")
    return replace(declared, stored=stored)


def _over(stored: Mapping[ObjectKey, Stored], server: Server) -> Iterator[tuple[ObjectKey, Event]]:
    for key, event in stored.items():
        if isinstance(event, Event) and event.at is not None:
            zone = event.session.time_zone or "+00:00"
            moment = f"CONVERT_TZ({quote_text(event.at)}, {quote_text(zone)}, '+00:00')"
            if server.query(f"SELECT {moment} < UTC_TIMESTAMP()")[0][0]:
                yield key, event
