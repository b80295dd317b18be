"""Two schemas into the statements that lead from one to the other, and back by the same road."""

from __future__ import annotations

from dataclasses import replace

from plumbob.diff.compare import compare_tables
from plumbob.diff.heeded import heeded
from plumbob.diff.renamed import renamed
from plumbob.diff.stored import compare_stored
from plumbob.model import Flavour, Renames, Schema, Sequence, View
from plumbob.plan.alter import alter_tables
from plumbob.plan.counts import with_counts
from plumbob.plan.foreign_keys import add_keys, drop_keys, moving_columns
from plumbob.plan.free_names import with_names_free
from plumbob.plan.graph import in_order
from plumbob.plan.key_order import in_order_reached
from plumbob.plan.lenient import all_lenient, lenient_tables, with_leniency
from plumbob.plan.programs import with_broken_programs
from plumbob.plan.session import with_broken_keys, with_loose_keys, with_zero_dates
from plumbob.plan.statement import Plan, Statement
from plumbob.plan.stored import drop_above, drop_below, make_above, make_below
from plumbob.plan.tables import create_tables, drop_tables, inline_keys, rename_tables

NOTHING = Schema()


def plan(
    live: Schema,
    declared: Schema,
    renames: Renames,
    flavour: Flavour,
    beside: Schema = NOTHING,
) -> Plan:
    """The way from the live schema to the declared one, and the way back.

    Args:
        live: in canonical form, indexes and checks in the order in which the server prints them.
        declared: in canonical form, its unnamed parts named like the live ones (`diff.adopt`).
        renames: new names and old ones.
        flavour: the server that will run the statements.
        beside: what is there, and nobody manages.
    """
    renames = heeded(renames, live, declared)
    # No statement changes what the database itself has.
    declared = replace(declared, charset=live.charset, collation=live.collation)
    names = _involved(live, declared, renames, flavour)
    stored = compare_stored(renamed(live, renames, flavour).stored, declared.stored)
    if not names and next(stored, None) is None:
        return Plan((), ())
    live, declared = _only(live, names), _only(declared, names)
    reached = reached_by(live, declared, renames, flavour)
    there = renamed(live, renames, flavour)
    goal, origin, back = reached, without_counters(live), renames.inverted()
    free = with_names_free(reached, back)
    if free is reached:
        up, down = way(live, goal, renames, flavour), way(reached, origin, back, flavour)
    else:
        # A new object takes the name of a renamed one: the rename stands by itself on both ways.
        moved = _without_named_alike(there)
        up = (*way(live, moved, renames, flavour), *way(moved, goal, Renames(), flavour))
        down = (*way(reached, free, Renames(), flavour), *way(free, origin, back, flavour))
    up = tuple(with_counts(up, live, goal, renames, flavour))
    down = tuple(with_counts(down, reached, origin, back, flavour))
    up = tuple(with_leniency(up, lenient_tables(live, declared, renames, flavour)))
    down = tuple(with_leniency(down, all_lenient(live, renames, flavour)))
    others = beside.stored
    return Plan(
        tuple(with_broken_programs(up, {**others, **declared.stored}.values())),
        tuple(with_broken_programs(down, {**others, **live.stored}.values())),
    )


def _without_named_alike(there: Schema) -> Schema:
    """A view or sequence goes before a table is renamed to its name."""
    stored = {
        key: each
        for key, each in there.stored.items()
        if not (isinstance(each, View | Sequence) and each.name in there.tables)
    }
    return replace(there, stored=stored)


def _involved(live: Schema, declared: Schema, renames: Renames, flavour: Flavour) -> set[str]:
    """The tables that change, under old and new names, and those that foreign keys join to them."""
    there = renamed(live, renames, flavour).tables
    changed = {
        name
        for name in {*there, *declared.tables}
        if name not in there
        or name not in declared.tables
        or compare_tables(there[name], declared.tables[name], renames)
    }
    changed |= {*renames.tables.keys(), *renames.tables.values()}
    found = set(changed)
    for schema in (live, declared):
        for table in schema.tables.values():
            for key in table.foreign_keys:
                if key.parent_name in changed or table.name in changed:
                    found |= {key.parent_name, table.name}
    for new, old in renames.tables.items():
        if new in found or old in found:
            found |= {new, old}
    return found


def _only(schema: Schema, names: set[str]) -> Schema:
    tables = {name: table for name, table in schema.tables.items() if name in names}
    return replace(schema, tables=tables)


def reached_by(live: Schema, declared: Schema, renames: Renames, flavour: Flavour) -> Schema:
    """The declared schema as it will stand on the server after the way up.

    What is not understood stands there as before: no statement touches it.
    """
    renames = heeded(renames, live, declared)
    reached = in_order_reached(renamed(live, renames, flavour), declared)
    return replace(reached, not_understood=live.not_understood)


def way(before: Schema, after: Schema, renames: Renames, flavour: Flavour) -> tuple[Statement, ...]:
    """The statements that lead from one schema to another, in order."""
    renames = heeded(renames, before, after)
    there = renamed(before, renames, flavour)
    moving = moving_columns(there, after, renames)
    inline = inline_keys(there, after, moving)
    statements = [
        *drop_above(there, after),
        *make_below(there, after, flavour),
        *drop_keys(before, there, after, moving, flavour),
        *drop_tables(there, after, flavour),
        *rename_tables(renames),
        *create_tables(there, after, inline, flavour),
        *alter_tables(there, after, renames, flavour),
        *add_keys(there, after, inline, moving, flavour),
        *make_above(there, after, flavour),
        *drop_below(there, after),
    ]
    statements = list(with_zero_dates(statements, before, after))
    statements = with_broken_keys(statements, there, after)
    return in_order(with_loose_keys(statements, (before, there, after), flavour))


def without_counters(schema: Schema) -> Schema:
    """The definitions alone: a counter is data, and goes with the rows."""
    tables = {name: replace(table, auto_increment=None) for name, table in schema.tables.items()}
    return replace(schema, tables=tables)
