"""Views and triggers that cannot stand while a plan is under way are dropped before and made after.

A server changes a table below a view without a word, and the view fails until it is made anew. No reader
is better off with such a view than with none, and none is what the plan then says. A trigger that names what
is not there fails every write to its table; it is away for as few statements as can be.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from plumbob.ddl.stored.mentions import in_making_order, mentions
from plumbob.model import Flavour, ObjectKey, Schema, Trigger, View, key_of_id
from plumbob.plan.graph import in_order
from plumbob.plan.statement import Statement
from plumbob.plan.stored import create_statement, drop_statement


def with_views_above(keys: Collection[ObjectKey], *schemas: Schema) -> set[ObjectKey]:
    """These views, and those that are made of them, and so on."""
    found = set(keys)
    while True:
        names = {key.name.lower() for key in found}
        more = {
            key
            for schema in schemas
            for key, each in schema.stored.items()
            if isinstance(each, View) and mentions(each) & names
        }
        if more <= found:
            return found
        found |= more


def put_aside(
    statements: Sequence[Statement],
    keys: Collection[ObjectKey],
    before: Schema,
    after: Schema,
    flavour: Flavour,
) -> tuple[Statement, ...]:
    """One way of a plan, with these views out of the way while tables change.

    Args:
        keys: views, with all that are made of them (`with_views_above`).
        before, after: the ends of this way.
    """
    views = in_making_order(each for key, each in before.stored.items() if key in keys)
    made = in_making_order(each for key, each in after.stored.items() if key in keys)
    kept = [each for each in statements if key_of_id(each.table) not in keys]
    last = max((n for n, each in enumerate(kept, 1) if key_of_id(each.table) is None), default=0)
    drops = [replace(drop_statement(each), frees=frozenset()) for each in reversed(views)]
    creates = [create_statement(each, after, flavour) for each in made]
    return (*drops, *kept[:last], *in_order([*kept[last:], *creates]))


def with_triggers_beside(keys: Collection[ObjectKey], *schemas: Schema) -> set[ObjectKey]:
    """These triggers, and those that run at the same moment: each is made behind all that are there."""
    triggers = [
        (key, each)
        for schema in schemas
        for key, each in schema.stored.items()
        if isinstance(each, Trigger)
    ]
    moments = {each.moment for key, each in triggers if key in keys}
    return {key for key, each in triggers if each.moment in moments}


def put_triggers_aside(
    statements: Sequence[Statement],
    keys: Collection[ObjectKey],
    before: Schema,
    after: Schema,
    flavour: Flavour,
) -> tuple[Statement, ...]:
    """One way of a plan, with these triggers away while what they name changes.

    The arguments are those of `put_aside`.
    """
    gone = [each for key, each in before.stored.items() if key in keys]
    made = [each for key, each in after.stored.items() if key in keys]
    names = frozenset().union(*map(mentions, (*gone, *made)))
    kept = [each for each in statements if key_of_id(each.table) not in keys]
    places = [n for n, each in enumerate(kept) if names_in(each) & names]
    if not places:
        return tuple(statements)
    first, last = places[0], places[-1] + 1
    drops = [drop_statement(each) for each in gone]
    creates = [create_statement(each, after, flavour) for each in made]
    return (*kept[:first], *drops, *kept[first:last], *creates, *kept[last:])


def names_in(statement: Statement) -> frozenset[str]:
    """The names, in lower case, of the objects that a statement changes."""
    key = key_of_id(statement.table)
    refs = (*statement.gives, *statement.takes)
    names = {key.name if key else statement.table, *(ref.table or ref.name for ref in refs)}
    return frozenset(name.lower() for name in names)
