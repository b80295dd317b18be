"""Gives the hazards of a plan the SELECT that counts their rows, and adds what would fail on the rows.

All of it is told of the tables as they are before the first statement, with the names that they have
then.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from plumbob.ddl.quote import quote_name
from plumbob.diff.heeded import heeded
from plumbob.diff.renamed import renamed
from plumbob.model import Column, Flavour, Renames, Schema, Table
from plumbob.plan.cost import alters
from plumbob.plan.misfits import misfits
from plumbob.plan.named import Named
from plumbob.plan.pair import Pair
from plumbob.plan.refusals import is_null_refused, refusals, zero_dates
from plumbob.plan.rows import Rows, count_sql
from plumbob.plan.session import takes_zero_dates
from plumbob.plan.statement import Hazard, HazardKind, Loss, Statement

_OF_TABLES: tuple[Loss, ...] = ("drop-table", "change-engine")
_VERSIONS = "FOR SYSTEM_TIME ALL"

Counts = dict[tuple[HazardKind, Named], tuple[Hazard, ...]]


def with_counts(
    statements: Iterable[Statement],
    before: Schema,
    after: Schema,
    renames: Renames,
    flavour: Flavour,
) -> Iterator[Statement]:
    """The statements of one way, each hazard with its SELECT where there is one.

    Args:
        before: as it is on the server, under the old names.
        after: as it is to be.
    """
    renames = heeded(renames, before, after)
    there = renamed(before, renames, flavour)
    pairs = {
        new.name: Pair(old, new, after.tables.get(new.name), flavour)
        for old, new in zip(before.tables.values(), there.tables.values(), strict=True)
    }
    counts = {name: _counts(pair) for name, pair in pairs.items()}
    statements = list(statements)
    left = list(refusals(pairs))
    given = frozenset(ref for statement in statements for ref in statement.gives)
    unchanged = [each.hazard for each in left if each.refs.isdisjoint(given)]
    for statement in statements:
        own = [each for each in left if each.refs & statement.gives]
        left = [each for each in left if each not in own]
        yield replace(
            statement,
            hazards=(
                *_counted(statement.hazards, counts.get(statement.table, {})),
                *(each.hazard for each in own),
            ),
            if_copied=tuple(_if_copied(statement, pairs, unchanged)),
        )


def _if_copied(
    statement: Statement, pairs: Mapping[str, Pair], unchanged: Iterable[Hazard]
) -> Iterator[Hazard]:
    """What else fails where the statement copies the table.

    Args:
        unchanged: what would fail if it were not there already, such as a foreign key.
    """
    pair = pairs.get(statement.table)
    if pair is None or not alters(statement.sql):
        return
    if not takes_zero_dates(statement):
        yield from zero_dates(pair)
    # MySQL looks at each row's parents again when it copies the row; MariaDB does not.
    if pair.flavour.is_mysql:
        of_table = (each for each in unchanged if each.object.is_of(pair.name))
        yield from (each for each in of_table if each.kind == "orphans")


def _counted(hazards: Iterable[Hazard], counts: Counts) -> Iterator[Hazard]:
    for hazard in hazards:
        for found in counts.get((hazard.kind, hazard.object), (hazard,)):
            yield replace(found, what=found.what or hazard.what)


def _counts(pair: Pair) -> Counts:
    """By kind and object what a hazard of this table becomes; nothing where no row can be at risk."""
    name, live = pair.name, pair.live
    table = Named(name)
    found: Counts = {(kind, table): (_hazard(kind, table, _all(live)),) for kind in _OF_TABLES}
    for each in live.partitions.listed if live.partitions else ():
        object = Named(name, each.name)
        rows = _all(live, of=f"PARTITION ({quote_name(each.name)})")
        found["drop-partition", object] = (_hazard("drop-partition", object, rows),)
    if live.versioned:
        found["drop-history", table] = (_hazard("drop-history", table, _old_versions(pair)),)
    for column in pair.there.columns:
        # A column is as well one that is dropped and made anew under its name.
        object = Named(name, column.name)
        rows = _all(live, f"{pair.sql(column.name)} IS NOT NULL")
        found["drop-column", object] = (_hazard("drop-column", object, rows),)
    for column in pair.after.columns if pair.after else ():
        before = pair.there.column(column.name)
        if before is not None:
            found |= _of_column(pair, before, column)
    return found


def _all(live: Table, where: str = "", of: str = "") -> Rows:
    """Rows with their old versions, where those are kept: an ALTER changes them as well."""
    return Rows(live, where, f"{of} {_VERSIONS}".strip() if live.versioned else of)


def _old_versions(pair: Pair) -> Rows:
    ends = [each.name for each in pair.live.columns if each.system_time == "END"]
    end = quote_name(ends[0] if ends else "row_end")
    return Rows(pair.live, f"{end} < CURRENT_TIMESTAMP(6)", _VERSIONS)


def _of_column(pair: Pair, before: Column, after: Column) -> Counts:
    object, sql = Named(pair.name, after.name), pair.sql(after.name)
    formula = pair.expression(after.generated.expression) if after.generated else None
    other = f"NOT ({sql} <=> ({formula}))" if formula is not None else f"{sql} IS NOT NULL"
    where: dict[Loss, str] = {
        "overwrite-column": other,
        "renumber": f"{sql} = 0 OR {sql} IS NULL" if before.null else f"{sql} = 0",
        "fill-null": f"{sql} IS NULL",
    }
    found: Counts = {
        (kind, object): (_hazard(kind, object, _all(pair.live, condition)),)
        for kind, condition in where.items()
    }
    if is_null_refused(pair.flavour, before, after):
        found["fill-null", object] = ()
    changed, refused = misfits(sql, before.type, after.type, pair.flavour)
    change = []
    if changed:
        change.append(_hazard("change-type", object, _all(pair.live, changed)))
    if refused:
        fails = _hazard("change-type", object, _all(pair.live, refused), fails=True)
        change.append(replace(fails, what="values do not fit the new type"))
    found["change-type", object] = tuple(change)
    return found


def _hazard(kind: Loss, object: Named, rows: Rows, *, fails: bool = False) -> Hazard:
    """A hazard that is said in the words of the one that it replaces."""
    return Hazard(kind, object, "", count_sql(rows), fails)
