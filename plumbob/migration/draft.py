"""Makes a migration of a plan: what nobody has written to a file yet."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from plumbob import __version__
from plumbob.ddl.fingerprint import fingerprints, whole_fingerprint, without_list
from plumbob.migration import session
from plumbob.migration.files import new_id
from plumbob.migration.migration import (
    ABSENT,
    UNKNOWN,
    FileStatement,
    Header,
    Migration,
    Parent,
    Script,
)
from plumbob.model import Flavour, Schema, StoredKind, key_of_id, object_id
from plumbob.plan.statement import Plan, Statement
from plumbob.server.foreign import kind_by_name

Expected = Sequence[Mapping[str, str]]


def draft(
    plan: Plan,
    before: Schema,
    after: Schema,
    flavour: Flavour,
    *,
    message: str,
    created: str,
    parent: Migration | None = None,
    manages: Iterable[StoredKind] = (),
    proof: str = "",
    unproved: str = "",
    expected_up: Expected = (),
    expected_down: Expected = (),
    undoes_drift: bool = False,
) -> Migration:
    """The migration that a plan is.

    Args:
        before, after: both ends in canonical form, as fingerprints are taken of them.
        created: the time in UTC, `2026-11-24T13:15:00Z`.
        parent: the last migration of the folder as it was read, or None for the first.
        manages: the kinds of stored objects that the declaration speaks of.
        proof: where both ways were run with the expected result; "" when they were not, and `unproved`
            says why.
        expected_up, expected_down: for each statement the fingerprints that the proof saw after it, of
            the tables that it changed (ABSENT for a dropped one).
        undoes_drift: whether it leads back to where the migration before it ended.
    """
    message = message.strip() or "migration"
    header = Header(
        id=new_id(message, created),
        message=message,
        parent=Parent(parent.id, parent.forward.written) if parent else None,
        server=flavour,
        tool=__version__,
        created=created,
        manages=tuple(sorted(manages)),
        proof=proof,
        unproved="" if proof else unproved,
        undoes_drift=undoes_drift,
    )
    return Migration(
        header,
        _script(plan.up, before, after, flavour, expected_up),
        _script(plan.down, after, before, flavour, expected_down),
    )


def _script(
    statements: Sequence[Statement],
    before: Schema,
    after: Schema,
    flavour: Flavour,
    expected: Expected,
) -> Script:
    kept = {*_kept(before), *_kept(after)}
    seen = [_without_lists(each, kept) for each in expected] or [{} for _ in statements]
    touched = [
        tuple(sorted({*_touched(each), *seen_after}))
        for each, seen_after in zip(statements, seen, strict=True)
    ]
    last = {name: number for number, names in enumerate(touched) for name in names}
    old, new = fingerprints(before, flavour), fingerprints(after, flavour)
    tables = {
        name: (old.get(name, ABSENT), new.get(name, ABSENT))
        for name in sorted({*last, *kept, *_told_of(old, new)})
    }
    return Script(
        statements=tuple(
            FileStatement(
                sql=each.sql,
                about=each.about,
                # What a table is at the end is known without a proof: what its last statement makes it.
                after={
                    name: seen[number].get(
                        name, tables[name][1] if last[name] == number else UNKNOWN
                    )
                    for name in touched[number]
                },
                hazards=each.hazards,
                session=each.session,
                cost=each.cost,
            )
            for number, each in enumerate(statements)
        ),
        before=whole_fingerprint(old),
        after=whole_fingerprint(new),
        tables=tables,
        preamble=session.preamble(flavour),
    )


def _kept(schema: Schema) -> Iterator[str]:
    """The tables whose partitions are left to others: every header tells of them, by having no list."""
    for name, table in schema.tables.items():
        if table.partitions is not None and table.partitions.is_left_to_others:
            yield object_id("table", name)


def _without_lists(prints: Mapping[str, str], kept: Collection[str]) -> dict[str, str]:
    return {name: without_list(each) if name in kept else each for name, each in prints.items()}


def _told_of(before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[str]:
    """Objects that a header has although no statement names them.

    A foreign key changes with the name of its parent, a trigger with the one that runs before it;
    and a table that is named like one of another tool is managed here, which nobody knows who has
    the files alone.
    """
    for name in before.keys() | after.keys():
        if kind_by_name(name) or before.get(name) != after.get(name):
            yield name


def _touched(statement: Statement) -> set[str]:
    """The ids of the objects that a statement changes, makes or drops."""
    made_or_gone = {
        object_id("table", ref.table)
        for ref in statement.gives | statement.takes
        if ref.kind == "table" and key_of_id(statement.table) is None
    }
    if not statement.table:
        return made_or_gone
    is_stored = key_of_id(statement.table) is not None
    return made_or_gone | {statement.table if is_stored else object_id("table", statement.table)}
