"""Views, stored programs and sequences: dropped, made, and made anew where they are another one now.

A server that can replace an object in one statement is told so. Where it cannot (routines and
triggers on MySQL), the object is dropped and made, and what goes with the drop is named as a hazard.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from plumbob.ddl.quote import quote_name
from plumbob.ddl.stored import create_sql
from plumbob.ddl.stored.mentions import mentions
from plumbob.ddl.stored.sql import (
    alter_routine_sql,
    alter_sequence_sql,
    needs_no_not,
    session_settings,
)
from plumbob.diff.change import Create, Replace
from plumbob.diff.stored import compare_stored
from plumbob.model import (
    STORED_KINDS,
    Event,
    Flavour,
    Owned,
    Routine,
    Schema,
    Sequence,
    Stored,
    StoredKind,
    Trigger,
    View,
    object_key,
)
from plumbob.plan.named import Named
from plumbob.plan.programs import named_alone
from plumbob.plan.statement import Hazard, Ref, Statement
from plumbob.plan.trigger_order import clauses_of_order

# What tables need is made before them; all else stands on them.
_BELOW_TABLES: tuple[StoredKind, ...] = ("sequence",)
_ABOVE_TABLES = tuple(kind for kind in STORED_KINDS if kind not in _BELOW_TABLES)
DROPPED_FIRST: tuple[StoredKind, ...] = ("event", "trigger", "view")
# These wait until no view, program or table names them any more.
DROPPED_LAST: tuple[StoredKind, ...] = ("function", "procedure", "sequence")


def drop_above(there: Schema, after: Schema) -> Iterator[Statement]:
    """Drops of what stands on tables, so that no table goes from below it."""
    return _drops(there, after, DROPPED_FIRST)


def drop_below(there: Schema, after: Schema) -> Iterator[Statement]:
    """Drops of what views, programs and tables may have used until now."""
    return _drops(there, after, DROPPED_LAST)


def make_below(there: Schema, after: Schema, flavour: Flavour) -> Iterator[Statement]:
    """What tables need."""
    return _makes(there, after, _BELOW_TABLES, flavour)


def make_above(there: Schema, after: Schema, flavour: Flavour) -> Iterator[Statement]:
    """What needs tables."""
    return _makes(there, after, _ABOVE_TABLES, flavour)


def create_statement(stored: Stored, after: Schema, flavour: Flavour) -> Statement:
    """What makes one object, in a schema that has all that it names."""
    return _Maker(flavour, after.collation, _refs_by_name(after), {}).create(stored)


def _drops(there: Schema, after: Schema, kinds: tuple[StoredKind, ...]) -> Iterator[Statement]:
    known = _refs_by_name(there)
    for kind in kinds:
        for key, stored in there.stored.items():
            if key.kind == kind and (key not in after.stored or _moves(stored, after.stored[key])):
                # No server minds what a program names; only views are made of other objects.
                frees = _used(stored, known) if isinstance(stored, View) else frozenset()
                yield replace(
                    drop_statement(stored), frees=frees, hazards=_lost_with(stored, known)
                )


def _moves(before: Stored, after: Stored) -> bool:
    """Whether an object goes ahead of all that is made, and is made anew.

    So does a trigger that gets another table, timing or event: no other trigger is placed beside it
    then, and MariaDB does not replace a trigger of another table (1360). And an event that is not
    kept any more, where no ALTER could say so.
    """
    if isinstance(before, Event) and isinstance(after, Event):
        return before.preserve and not after.preserve and needs_no_not(after)
    return (
        isinstance(before, Trigger) and isinstance(after, Trigger) and before.moment != after.moment
    )


def _makes(
    there: Schema, after: Schema, kinds: tuple[StoredKind, ...], flavour: Flavour
) -> Iterator[Statement]:
    known = _refs_by_name(after)
    maker = _Maker(flavour, there.collation, known, clauses_of_order(there.stored, after.stored))
    changes = list(compare_stored(there.stored, after.stored))
    for kind in kinds:
        for change in changes:
            if isinstance(change, Create) and isinstance(change.after, Owned | Sequence):
                if change.after.kind == kind:
                    yield maker.create(change.after)
            elif isinstance(change, Replace) and change.after.kind == kind:
                yield from maker.replace(change.before, change.after)


@dataclass(frozen=True, slots=True)
class _Maker:
    """Makes objects on a server, where names stand for objects and triggers have their places.

    `collation` is that of the database, None where it is not known.
    """

    flavour: Flavour
    collation: str | None
    known: Mapping[str, frozenset[Ref]]
    places: Mapping[str, str]

    def create(self, stored: Stored, create: str = "CREATE", verb: str = "create") -> Statement:
        sql = create_sql(stored, self.flavour, create)
        if isinstance(stored, Trigger) and stored.name in self.places:
            head, body = sql[: -len(stored.body)], stored.body
            sql = f"{head}{self.places[stored.name]} {body}"
        return Statement(
            sql,
            f"{verb} {stored.kind} {stored.name}",
            str(object_key(stored.kind, stored.name)),
            needs=_needed(stored, self.known),
            gives=frozenset({ref_of(stored)}),
            session=session_settings(stored, self.collation),
        )

    def replace(self, before: Stored, after: Stored) -> Iterator[Statement]:
        """One statement where the server has one for it; else a drop and a create."""
        # A program is known by its name without case, and keeps the one that it has.
        after = replace(after, name=before.name)
        if isinstance(before, Sequence) and isinstance(after, Sequence):
            yield from self._sequence(before, after)
        elif _moves(before, after):
            yield self.create(after)
        elif isinstance(after, View) or self.flavour.is_mariadb:
            yield self.create(after, "CREATE OR REPLACE", "replace")
        elif after.kind == "event":
            yield self.create(after, "ALTER", "alter")
        elif sql := _characteristics(before, after):
            about = f"alter {after.kind} {after.name}"
            yield Statement(sql, about, str(object_key(after.kind, after.name)))
        else:
            yield replace(drop_statement(before), hazards=_lost_with(before, self.known))
            yield self.create(after)

    def _sequence(self, before: Sequence, after: Sequence) -> Iterator[Statement]:
        if before.type != after.type:
            yield replace(drop_statement(before), hazards=_lost_with(before, self.known))
            yield self.create(after)
            return
        for sql in alter_sequence_sql(before, after):
            about = f"alter sequence {after.name}"
            yield Statement(sql, about, str(object_key("sequence", after.name)))


def ref_of(stored: Stored) -> Ref:
    if isinstance(stored, View | Sequence):
        return Ref("table", stored.name)
    return Ref(stored.kind, "", object_key(stored.kind, stored.name).name)


def _refs_by_name(schema: Schema) -> Mapping[str, frozenset[Ref]]:
    """What a word in a body may stand for; names may differ in case alone, or be those of two kinds."""
    refs: dict[str, set[Ref]] = defaultdict(set)
    for name in schema.tables:
        refs[name.lower()].add(Ref("table", name))
    for stored in schema.stored.values():
        if stored.kind not in ("trigger", "event"):
            refs[stored.name.lower()].add(ref_of(stored))
    return {name: frozenset(each) for name, each in refs.items()}


def _used(stored: Stored, known: Mapping[str, frozenset[Ref]]) -> frozenset[Ref]:
    found = {ref for name in mentions(stored) for ref in known.get(name, ())}
    return frozenset(found - {ref_of(stored)})


def _needed(stored: Stored, known: Mapping[str, frozenset[Ref]]) -> frozenset[Ref]:
    """What has to be there: all that a view names; no server looks into the body of a program."""
    if isinstance(stored, View):
        return _used(stored, known)
    if isinstance(stored, Trigger):
        return frozenset({Ref("table", stored.table)})
    return frozenset()


def drop_statement(stored: Stored) -> Statement:
    return Statement(
        f"DROP {stored.kind.upper()} {quote_name(stored.name)}",
        f"drop {stored.kind} {stored.name}",
        str(object_key(stored.kind, stored.name)),
        takes=frozenset({ref_of(stored)}),
    )


def _lost_with(stored: Stored, known: Mapping[str, frozenset[Ref]]) -> tuple[Hazard, ...]:
    """What a rollback does not bring back: measured on both servers, a view keeps its grants."""
    object = Named(stored.name)
    if isinstance(stored, Sequence):
        return (Hazard("drop-sequence", object, "the sequence forgets where it stands"),)
    if isinstance(stored, Routine) and stored.grantees:
        names = ", ".join(stored.grantees)
        refs = known.get(stored.name.lower(), frozenset())
        object = named_alone(stored, {ref.kind for ref in refs} & {"function", "procedure"})
        return (Hazard("drop-grants", object, f"these accounts lose privileges on it: {names}"),)
    return ()


def _characteristics(before: Stored, after: Stored) -> str | None:
    """ALTER PROCEDURE or FUNCTION, where it can say all that differs: that keeps the grants."""
    if not isinstance(before, Routine) or not isinstance(after, Routine):
        return None
    if before.comment and not after.comment:
        # ALTER … COMMENT '' leaves the old one on MySQL (measured).
        return None
    same = replace(
        after,
        data_access=before.data_access,
        security=before.security,
        comment=before.comment,
    )
    return alter_routine_sql(after) if same == before else None
