"""Events that were to run once, or until a moment that is over: the server has dropped or disabled them.

Here are also those that no server could place in time, for it does not know their zone.
"""

from __future__ import annotations

from dataclasses import replace

from plumbob.declaration import Declaration
from plumbob.errors import PlumbobError
from plumbob.model import Event, Schema
from plumbob.server.clock import UTC, is_over, knows_zone
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
    for key, event in declared.stored.items():
        if not isinstance(event, Event) or not is_over(server, event):
            continue
        there = live.stored.get(key)
        if not isinstance(there, Event):
            del stored[key]
        elif (there.at, there.ends) != (event.at, event.ends):
            until = f"at {event.at}" if event.at else f"until {event.ends}"
            raise PlumbobError(
                f"the event {event.name} is to run {until}, which is over",
                advice="give it a moment that is to come, or take it out of the declaration",
                where=declaration.position(event.name, "event"),
            )
        elif event.preserve and there.status == "DISABLE":
            stored[key] = replace(event, status="DISABLE")
    return replace(declared, stored=stored)


def refuse_unknown_zones(declared: Schema, declaration: Declaration, server: Server) -> None:
    """An event in a time zone that the server does not know, which could not be made (1298)."""
    for event in declared.stored.values():
        zone = event.session.time_zone if isinstance(event, Event) else None
        if zone is not None and zone != UTC and not knows_zone(server, zone):
            raise PlumbobError(
                f"{server.flavour} does not know {zone}, the time zone of the event {event.name}",
                advice="load its tables of time zones, or give an offset such as '+01:00'",
                where=declaration.position(event.name, "event"),
            )
