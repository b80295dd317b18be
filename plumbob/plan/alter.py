"""Tables that stay: the clauses of each, put together into as few ALTER TABLE as the servers allow."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from plumbob.ddl.completed import covers
from plumbob.ddl.defaults import has_no_default
from plumbob.diff.change import Alter
from plumbob.diff.compare import compare_tables
from plumbob.diff.key_order import CHECKS, INDEXES, heeds
from plumbob.diff.renamed import names_in_partitioning
from plumbob.model import Column, Flavour, Index, Renames, Schema, Table
from plumbob.plan import hazards
from plumbob.plan.apart import apart
from plumbob.plan.clauses import (
    alter_sql,
    check_clauses,
    column_clauses,
    drop_clauses,
    index_clauses,
    partition_clause,
    period_clauses,
    setting_clauses,
    unchanged_comment_clause,
)
from plumbob.plan.defaults import drop_defaults, set_defaults
from plumbob.plan.key_order import indexes_to_move, to_move
from plumbob.plan.named import Named
from plumbob.plan.partitions import Anew, partition_statements, steps
from plumbob.plan.session import session_for
from plumbob.plan.stages import stages
from plumbob.plan.statement import PARTITIONS, Hazard, Ref, Statement, check_refs
from plumbob.plan.table_work import (
    TableWork,
    make_index_anew,
    make_indexes_anew,
    make_period_keys_anew,
    make_way_for_renames,
    postpone_defaults,
    sort_parts,
)
from plumbob.plan.wording import summary


def alter_tables(
    there: Schema, after: Schema, renames: Renames, flavour: Flavour
) -> Iterator[Statement]:
    for name, table in after.tables.items():
        before = there.tables.get(name)
        # `there` has the new names already, so `compare` would not heed the renames.
        if before is not None:
            yield from _in_stages(before, table, renames, flavour)


def _in_stages(
    before: Table, after: Table, renames: Renames, flavour: Flavour
) -> Iterator[Statement]:
    """One stage behind the other; what an earlier one gives or takes, a later one does not again."""
    given: frozenset[Ref] = frozenset()
    touched: frozenset[Ref] = frozenset()
    for number, (one, other) in enumerate(stages(before, after)):
        # The first stage renames: from then on the names are the new ones.
        parts = compare_tables(one, other, Renames() if number else renames)
        found = [*_alter_table(Alter(one, other, parts), flavour)] if parts else []
        # So that the next stage has something to wait for, whatever this one does.
        done = Ref("table", after.name, f"stage {number}")
        yield from (
            replace(
                statement,
                needs=statement.needs | given,
                gives=statement.gives - given | {done},
                takes=statement.takes - touched,
            )
            for statement in found
        )
        given = given.union({done} if found else (), *(each.gives for each in found))
        touched = touched.union(given, *(each.takes for each in found))


def _alter_table(alter: Alter, flavour: Flavour) -> Iterator[Statement]:
    work = sort_parts(alter)
    make_way_for_renames(work, flavour)
    make_indexes_anew(work)
    make_period_keys_anew(work)
    _keep_implied_indexes(work)
    _restore_order(work, flavour)
    aside = _under_other_names(work)
    yield from _partition_statements(work, flavour)
    later = _one_at_a_time(work, flavour)
    bare = _take_out_default_only(work, flavour)
    postponed = postpone_defaults(work, flavour)
    yield from _in_parts(apart(work, flavour), flavour)
    if aside:
        yield _back_to_their_names(work.after, aside, flavour)
    for index in later:
        alone = TableWork(work.after, work.after, added_indexes=[index])
        yield _alter_statement(alone, [*index_clauses(alone, flavour)], flavour)
    if postponed:
        yield set_defaults(work.after, postponed, flavour)
    left = {column.name for column in postponed}
    changed = [change.column for name, change in work.columns.items() if name not in left]
    yield from drop_defaults(work.after, [*bare, *changed], flavour)


def _in_parts(parts: list[TableWork], flavour: Flavour) -> Iterator[Statement]:
    """One ALTER behind the other."""
    for number, work in enumerate(parts):
        clauses = [
            *drop_clauses(work),
            *column_clauses(work, flavour),
            *period_clauses(work),
            *index_clauses(work, flavour),
            *check_clauses(work, flavour),
            *setting_clauses(work, flavour),
            *unchanged_comment_clause(work),
        ]
        if clauses or work.is_repartitioned:
            statement = _alter_statement(work, clauses, flavour)
            if len(parts) > 1:
                statement = replace(
                    statement,
                    needs=statement.needs | {Ref("table", work.after.name, f"part {number - 1}")},
                    gives=statement.gives | {Ref("table", work.after.name, f"part {number}")},
                )
            yield statement


def _partition_statements(work: TableWork, flavour: Flavour) -> list[Statement]:
    """Partitions go and come before anything else is done: what is dropped need not be copied.

    Where a column that places the rows changes as well, all of it is done in one ALTER.
    """
    before, after = work.before.partitions, work.after.partitions
    if not work.has_other_partitions or before is None or after is None or work.is_repartitioned:
        return []
    changed = {
        name.lower()
        for name, change in work.columns.items()
        if change.is_modified or not change.is_renamed
    }
    if changed & names_in_partitioning(after):
        work.is_repartitioned = True
        return []
    try:
        found = steps(before, after)
    except Anew:
        work.is_repartitioned = True
        return []
    return partition_statements(work.after.name, before, found, flavour)


def _take_out_default_only(work: TableWork, flavour: Flavour) -> list[Column]:
    """Columns that lose their default and nothing else: there is nothing to modify before DROP DEFAULT."""
    bare = [
        change.column
        for change in work.columns.values()
        if change.before is not None
        and not (change.is_moved or change.is_new)
        and replace(change.before, default=None) == change.column
        and has_no_default(change.column, flavour)
    ]
    for column in bare:
        del work.columns[column.name]
    return bare


def _alter_statement(work: TableWork, clauses: list[str], flavour: Flavour) -> Statement:
    name = work.after.name
    taken = {Ref("column", name, column.name) for column in work.dropped_columns}
    taken |= {Ref("index", name, index.name) for index in work.dropped_indexes}
    given = {Ref("column", name, column) for column in work.columns}
    given |= {Ref("index", name, index.name) for index in work.added_indexes}
    given |= {Ref("period", name, period.name.lower()) for period in work.added_periods}
    checks = [*work.added_checks, *work.changed_enforcement]
    if work.is_repartitioned:
        given.add(Ref("table", name, PARTITIONS))
    return Statement(
        alter_sql(name, clauses) + partition_clause(work, flavour),
        summary(work),
        name,
        needs=frozenset({Ref("table", name)}),
        gives=frozenset({*given, *check_refs(name, checks, flavour)}),
        takes=frozenset({*taken, *given, *check_refs(name, work.dropped_checks, flavour)}),
        hazards=tuple(_hazards(work)),
        session=session_for(work.after, work.before),
    )


def _hazards(work: TableWork) -> Iterator[Hazard]:
    name, table = work.after.name, Named(work.after.name)
    made_anew = {change.before for change in work.columns.values() if change.is_new}
    for column in work.dropped_columns:
        hazard = hazards.drop_column(name, column)
        if hazard is not None and column not in made_anew:
            yield hazard
    for change in work.columns.values():
        if change.before is not None:
            yield from hazards.change_column(name, change.before, change.column)
    for setting in work.settings:
        if setting.name == "ENGINE":
            yield Hazard(
                "change-engine", table, "the new engine may not keep what the old one kept"
            )
        if setting.name == "SYSTEM VERSIONING" and setting.before:
            yield Hazard("drop-history", table, "all old versions of the rows are lost")


def _keep_implied_indexes(work: TableWork) -> None:
    """An index that the server made for a foreign key vanishes when another one can serve (both servers).

    Dropped and added in the same ALTER it becomes one of our own, and stays (measured; it is built).
    """
    touched = {index.name for index in (*work.dropped_indexes, *work.added_indexes)}
    for key in work.after.foreign_keys:
        if not any(covers(index, key) for index in work.added_indexes):
            continue
        for index in work.after.indexes:
            is_kept = index.name not in touched and index.kind == "index"
            if is_kept and len(index.parts) == len(key.columns) and covers(index, key):
                make_index_anew(work, index)
                touched.add(index.name)


def _restore_order(work: TableWork, flavour: Flavour) -> None:
    """Bring indexes, and on MariaDB checks, into the order of the new definition."""
    added = {index.name for index in work.added_indexes}
    if added or heeds(work.before, work.after, INDEXES):
        kept = [index for index in work.before.indexes if _stays(index, work, added)]
        for index in indexes_to_move(kept, work.after):
            make_index_anew(work, index)
            work.reordered.append(index.name)
        places = {index.name: place for place, index in enumerate(work.after.indexes)}
        work.added_indexes.sort(key=lambda index: places[index.name])
    if flavour.is_mariadb and (work.added_checks or heeds(work.before, work.after, CHECKS)):
        names = {check.name for check in (*work.added_checks, *work.dropped_checks)}
        staying = [check for check in work.before.checks if check.name not in names]
        moved = to_move(staying, list(work.after.checks))
        work.dropped_checks.extend(moved)
        work.added_checks.extend(moved)
        work.reordered.extend(check.name for check in moved)
        order = [check.name for check in work.after.checks]
        work.added_checks.sort(key=lambda check: order.index(check.name))


def _stays(index: Index, work: TableWork, added: set[str]) -> bool:
    dropped = {index.name for index in work.dropped_indexes}
    return index.name not in dropped and index.name not in added


def _under_other_names(work: TableWork) -> list[tuple[Index, Index]]:
    """Give indexes that the servers would not see as changed another name first; the new ones and the old.

    Dropped and added in one ALTER under its name such an index stays as it was, without a word
    (measured: the parser on MySQL, the block size on both). In two it would leave a foreign key
    (1553) or AUTO_INCREMENT (1075) without its index in between.
    """
    before = {index.name: index for index in work.dropped_indexes}
    pairs = [
        (replace(index, name=f"{index.name[:56]}_plumbob"), index)
        for index in work.added_indexes
        if index.name in before and _seems_the_same(before[index.name], index)
    ]
    others = {index.name: other for other, index in pairs}
    work.added_indexes = [others.get(index.name, index) for index in work.added_indexes]
    return pairs


def _back_to_their_names(
    table: Table, pairs: list[tuple[Index, Index]], flavour: Flavour
) -> Statement:
    work = TableWork(table, table, renamed_indexes=pairs)
    statement = _alter_statement(work, [*index_clauses(work, flavour)], flavour)
    return replace(
        statement,
        needs=frozenset(Ref("index", table.name, other.name) for other, _ in pairs),
        gives=frozenset(Ref("index", table.name, index.name) for _, index in pairs),
    )


def _one_at_a_time(work: TableWork, flavour: Flavour) -> list[Index]:
    """Full-text indexes after the first: InnoDB of MySQL builds one in each statement (1795).

    Those that are as they were are not built, and come in their places beside a single new one (measured).
    """
    if flavour.is_mariadb:
        return []
    added = [index for index in work.added_indexes if index.kind == "fulltext"]
    built = [index for index in added if index.name not in work.reordered]
    later = added[1:] if len(built) > 1 else []
    for index in later:
        work.added_indexes.remove(index)
    work.reordered = [name for name in work.reordered if name not in {each.name for each in later}]
    return later


def _seems_the_same(before: Index, after: Index) -> bool:
    if before == after or after.kind == "primary":
        return False
    return replace(before, parser=after.parser, key_block_size=after.key_block_size) == after
