"""Where new triggers go among those of the same table, timing and event."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from plumbob.ddl.quote import quote_name
from plumbob.diff.change import Create, Replace
from plumbob.diff.stored import compare_stored, moments
from plumbob.model import ObjectKey, Stored, Trigger

Kept = Mapping[ObjectKey, Stored]


def clauses_of_order(before: Kept, after: Kept) -> dict[str, str]:
    """FOLLOWS or PRECEDES for each trigger that is made and does not belong at the end.

    A trigger is made behind all others. They are made in the order in which they are to run, so the
    one that runs right before is always there, and in its place.
    """
    made = {
        change.after.name
        for change in compare_stored(before, after)
        if isinstance(change, Create | Replace) and isinstance(change.after, Trigger)
    }
    there = moments(before)
    clauses: dict[str, str] = {}
    for moment, triggers in moments(after).items():
        wanted = [each.name for each in triggers]
        now = [each.name for each in there.get(moment, ()) if _stays(each, triggers)]
        for place, name in enumerate(wanted):
            if name not in made:
                continue
            now = [other for other in now if other != name]
            if place and now and now[-1] != wanted[place - 1]:
                clauses[name] = f"FOLLOWS {quote_name(wanted[place - 1])}"
                now.insert(now.index(wanted[place - 1]) + 1, name)
            elif not place and now:
                clauses[name] = f"PRECEDES {quote_name(now[0])}"
                now.insert(0, name)
            else:
                now.append(name)
    return clauses


def _stays(trigger: Trigger, triggers: Iterable[Trigger]) -> bool:
    """Whether it is there while others are made: what goes elsewhere or for good is gone by then."""
    return any(each.name == trigger.name for each in triggers)
