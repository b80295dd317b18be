"""Compares stored objects, and says of what was left out in the declaration what the live one has."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from plumbob.diff.change import Change, Create, Drop, Replace
from plumbob.diff.order import moved
from plumbob.model import Event, ObjectKey, Owned, Sequence, Session, Stored, Trigger, object_key

Kept = Mapping[ObjectKey, Stored]


def compare_stored(before: Kept, after: Kept) -> Iterator[Change]:
    """What has to be done to get from the one to the other; the order of triggers is part of it."""
    moving = _moving_triggers(before, after)
    for key, stored in after.items():
        there = before.get(key)
        if there is None:
            yield Create(stored)
        elif not is_same(there, stored) or key in moving:
            yield Replace(there, stored)
    yield from (Drop(stored) for key, stored in before.items() if key not in after)


def is_same(before: Stored, after: Stored) -> bool:
    """Whether two objects of one name mean the same: names of programs differ in case without a meaning."""
    return replace(_as_far_as_known(before, after), name=after.name) == after


def _as_far_as_known(stored: Stored, other: Stored) -> Stored:
    """The first object with the database's collation of the other, where one of them has none."""
    if isinstance(stored, Sequence) or isinstance(other, Sequence):
        return stored
    mine, theirs = stored.session.database_collation, other.session.database_collation
    if mine is not None and theirs is not None:
        return stored
    return replace(stored, session=replace(stored.session, database_collation=theirs))


def moments(stored: Kept) -> dict[tuple[str, str, str], list[Trigger]]:
    """The triggers of each table, timing and event, in the order in which they run."""
    found: dict[tuple[str, str, str], list[Trigger]] = defaultdict(list)
    for each in stored.values():
        if isinstance(each, Trigger):
            found[each.moment].append(each)
    return found


def in_running_order(stored: Iterable[Stored]) -> dict[ObjectKey, Stored]:
    """The objects by key, each trigger with the one that runs right before it."""
    found = {object_key(each.kind, each.name): each for each in stored}
    for triggers in moments(found).values():
        names = [None, *(trigger.name for trigger in triggers)]
        for before, trigger in zip(names, triggers, strict=False):
            found[object_key("trigger", trigger.name)] = replace(trigger, follows=before)
    return found


def _moving_triggers(before: Kept, after: Kept) -> set[ObjectKey]:
    there = moments(before)
    return {
        ObjectKey("trigger", name)
        for moment, triggers in moments(after).items()
        for name in moved([each.name for each in there.get(moment, ())], [t.name for t in triggers])
    }


def adopt_unsaid(declared: Kept, live: Kept) -> dict[ObjectKey, Stored]:
    """The declared objects; what they do not say of their account and session is as it is live.

    An event that does not say when it starts goes on as it began.
    """
    return {
        key: _adopted(stored, live[key]) if key in live else stored
        for key, stored in declared.items()
    }


def _adopted(stored: Stored, live: Stored) -> Stored:
    if isinstance(stored, Sequence) or isinstance(live, Sequence):
        return stored
    stored = _with_owner(stored, live)
    if isinstance(stored, Event) and isinstance(live, Event) and _goes_on(stored, live):
        return replace(stored, starts=live.starts)
    return stored


def _goes_on(event: Event, live: Event) -> bool:
    return event.starts is None and event.at is None and event.every == live.every


def _with_owner(stored: Owned, live: Owned) -> Owned:
    said, there = stored.session, live.session
    session = Session(
        sql_mode=there.sql_mode if said.sql_mode is None else said.sql_mode,
        charset=said.charset or there.charset,
        collation=there.collation if said.collation is None else said.collation,
        time_zone=there.time_zone if said.time_zone is None else said.time_zone,
        database_collation=said.database_collation or there.database_collation,
    )
    definer = live.definer if _is_left_open(stored, live) else stored.definer
    return replace(stored, definer=definer, session=session)


def _is_left_open(stored: Owned, live: Owned) -> bool:
    """Whether nothing is said of the account, or a name alone: that of a role or, without one, of a user."""
    said, there = stored.definer, live.definer
    if said is None or there is None:
        return said is None
    return said.host is None and said.user == there.user and there.host in (None, "%")
