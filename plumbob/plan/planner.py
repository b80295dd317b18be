"""Two schemas into the statements that lead from one to the other, and back by the same road."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from plumbob.ddl.columns import default_sql
from plumbob.ddl.completed import covers
from plumbob.ddl.constraints import foreign_key_sql
from plumbob.ddl.indexes import index_sql
from plumbob.ddl.quote import quote_name
from plumbob.ddl.tables import create_table_sql
from plumbob.diff.change import Alter
from plumbob.diff.compare import compare, compare_tables, heeded
from plumbob.diff.renamed import renamed
from plumbob.model import Column, Flavour, ForeignKey, Index, Renames, Schema, Table
from plumbob.model.type import BLOBS, TEXTS
from plumbob.plan import hazards
from plumbob.plan.clauses import (
    TableWork,
    check_clauses,
    column_clauses,
    drop_clauses,
    drop_index_clause,
    index_clauses,
    make_way_for_renames,
    partition_clause,
    postpone_defaults,
    setting_clauses,
    sort_parts,
    with_charset_written,
)
from plumbob.plan.foreign_keys import KeyOf, added_keys, dropped_keys
from plumbob.plan.graph import in_order
from plumbob.plan.key_order import PLAIN, in_natural_order, indexes_to_move, rank, to_move
from plumbob.plan.statement import Hazard, Plan, Ref, Statement


def plan(live: Schema, declared: Schema, renames: Renames, flavour: Flavour) -> Plan:
    """The way from the live schema to the declared one, and the way back.

    Args:
        live: in canonical form, indexes and checks in the order in which the server prints them.
        declared: in canonical form, its unnamed parts named like the live ones (`diff.adopt`).
        renames: new names and old ones.
        flavour: the server that will run the statements.
    """
    renames = heeded(renames, live, declared)
    reached = reached_by(live, declared, renames, flavour)
    return Plan(
        way(live, spelled_out(reached, renamed(live, renames, flavour)), renames, flavour),
        way(reached, without_counters(live), renames.inverted(), flavour),
    )


def without_counters(schema: Schema) -> Schema:
    """The definitions alone: a counter is data, and goes with the rows."""
    tables = {name: replace(table, auto_increment=None) for name, table in schema.tables.items()}
    return replace(schema, tables=tables)


def reached_by(live: Schema, declared: Schema, renames: Renames, flavour: Flavour) -> Schema:
    """The declared schema as it will stand on the server after the way up."""
    renames = heeded(renames, live, declared)
    return in_natural_order(renamed(live, renames, flavour), declared)


def spelled_out(after: Schema, before: Schema) -> Schema:
    """Every string column of a table that is altered with its character set and collation written."""
    tables = {
        name: replace(table, columns=tuple(map(_spelled_out, table.columns)))
        if name in before.tables
        else table
        for name, table in after.tables.items()
    }
    return replace(after, tables=tables)


def _spelled_out(column: Column) -> Column:
    return replace(column, type=with_charset_written(column.type))


def way(before: Schema, after: Schema, renames: Renames, flavour: Flavour) -> tuple[Statement, ...]:
    """The statements that lead from one schema to another, in order."""
    renames = heeded(renames, before, after)
    there = renamed(before, renames, flavour)
    inline = _inline_keys(there, after)
    statements = [
        *_drop_keys(before, there, after, flavour),
        *_drop_tables(there, after),
        *_rename_tables(renames),
        *_create_tables(there, after, inline, flavour),
        *_alter_tables(there, after, renames, flavour),
        *_add_keys(there, after, inline, flavour),
    ]
    return in_order(statements)


def _drop_keys(
    before: Schema, there: Schema, after: Schema, flavour: Flavour
) -> Iterator[Statement]:
    """Before everything else, so under the names that tables and keys have now."""
    by_table: dict[str, list[tuple[KeyOf, KeyOf]]] = {}
    for old, new in dropped_keys(before, there, after):
        by_table.setdefault(old.table, []).append((old, new))
    for name, keys in by_table.items():
        target = after.tables.get(keys[0][1].table)
        kept = _indexes_to_hold(before.tables[name], [old.key for old, _ in keys], target)
        clauses = [
            *(f"DROP FOREIGN KEY {quote_name(old.key.name)}" for old, _ in keys),
            *map(drop_index_clause, kept),
            *(f"ADD {index_sql(index, flavour).rstrip()}" for index in kept),
        ]
        names = ", ".join(old.key.name for old, _ in keys)
        frees = {
            ref for old, new in keys for ref in (*_leans_on(old, before), *_leans_on(new, there))
        }
        yield Statement(
            _alter(name, clauses),
            f"drop foreign key {names} of {name}",
            name,
            takes=frozenset(_key_ref(old.key) for old, _ in keys),
            frees=frozenset(frees),
        )


def _indexes_to_hold(table: Table, keys: list[ForeignKey], target: Table | None) -> list[Index]:
    """Indexes that the server made for a foreign key that comes back: it would make them anew, at the end.

    Dropped and added with the foreign key's DROP they become indexes of our own and keep their
    place, if those behind them do the same (measured on both servers).
    """
    if target is None:
        return []
    plain = [index for index in table.indexes if rank(index, table) == PLAIN]
    made = [
        place
        for place, index in enumerate(plain)
        if any(len(index.parts) == len(key.columns) and covers(index, key) for key in keys)
        and any(covers(index, key) for key in target.foreign_keys)
    ]
    held = plain[made[0] :] if made else []
    return held if len(held) > 1 else []


def _leans_on(of: KeyOf, schema: Schema) -> Iterator[Ref]:
    """What can neither change nor go while a foreign key is there."""
    yield Ref("table", of.table)
    yield Ref("table", of.key.parent)
    for table, columns in ((of.table, of.key.columns), (of.key.parent, of.key.parent_columns)):
        yield from (Ref("column", table, column) for column in columns)
        definition = schema.tables.get(table)
        if definition is not None:
            yield from (Ref("index", table, index.name) for index in definition.indexes)


def _drop_tables(there: Schema, after: Schema) -> Iterator[Statement]:
    """One table a statement: a list that fails half-way leaves half of it done on MariaDB (1051)."""
    apart = {(new.table, new.key.name) for _, new in dropped_keys(there, there, after)}
    for name, table in there.tables.items():
        if name in after.tables:
            continue
        keys = [key for key in table.foreign_keys if (name, key.name) not in apart]
        leans = {ref for key in keys for ref in _leans_on(KeyOf(name, key), there)}
        yield Statement(
            f"DROP TABLE {quote_name(name)}",
            f"drop table {name}",
            name,
            takes=frozenset({Ref("table", name), *map(_key_ref, keys)}),
            frees=frozenset(leans),
            hazards=(hazards.drop_table(table),),
        )


def _rename_tables(renames: Renames) -> Iterator[Statement]:
    """One statement for each name, but for names that are exchanged: those in one, which is atomic."""
    exchanged = {new: old for new, old in renames.tables.items() if new in renames.tables.values()}
    exchanged |= {new: old for new, old in renames.tables.items() if old in renames.tables}
    for new, old in renames.tables.items():
        if new not in exchanged:
            yield _rename({new: old}, [(old, new)])
    if exchanged:
        steps = [(old, f"{old[:56]}_plumbob") for old in exchanged.values()]
        steps += [(f"{old[:56]}_plumbob", new) for new, old in exchanged.items()]
        yield _rename(exchanged, steps)


def _rename(names: dict[str, str], steps: list[tuple[str, str]]) -> Statement:
    return Statement(
        "RENAME TABLE " + ", ".join(f"{quote_name(a)} TO {quote_name(b)}" for a, b in steps),
        "rename table " + ", ".join(f"{old} to {new}" for new, old in names.items()),
        next(iter(names)),
        takes=frozenset(Ref("table", old) for old in names.values()),
        gives=frozenset(Ref("table", new) for new in names),
    )


def _inline_keys(there: Schema, after: Schema) -> dict[str, frozenset[str]]:
    """For each new table the foreign keys that its CREATE TABLE can hold: parents that are there already.

    New tables come parents first; a circle is broken by keys that are added afterwards.
    """
    new = [name for name in after.tables if name not in there.tables]
    unchanged = {
        name
        for name, table in there.tables.items()
        if name in after.tables and not compare_tables(table, after.tables[name])
    }
    inline: dict[str, frozenset[str]] = {}
    while len(inline) < len(new):
        waiting = [name for name in new if name not in inline]
        name = min(waiting, key=lambda name: _open_parents(after.tables[name], waiting))
        ready = {name, *inline, *unchanged}
        keys = after.tables[name].foreign_keys
        inline[name] = frozenset(
            key.name for key in keys if key.parent_schema or key.parent in ready
        )
    return inline


def _open_parents(table: Table, waiting: Iterable[str]) -> int:
    return sum(key.parent in waiting and key.parent != table.name for key in table.foreign_keys)


def _create_tables(
    there: Schema, after: Schema, inline: dict[str, frozenset[str]], flavour: Flavour
) -> Iterator[Statement]:
    for name, names in inline.items():
        whole = after.tables[name]
        keys = tuple(key for key in whole.foreign_keys if key.name in names)
        table = replace(whole, foreign_keys=keys)
        yield Statement(
            create_table_sql(table, flavour),
            f"create table {name}",
            name,
            needs=frozenset(Ref("table", key.parent) for key in keys if key.parent != name),
            gives=frozenset({Ref("table", name), *map(_key_ref, keys)}),
            session=_session(table),
        )
        yield from _drop_defaults(whole, whole.columns, flavour)


def _alter_tables(
    there: Schema, after: Schema, renames: Renames, flavour: Flavour
) -> Iterator[Statement]:
    for change in compare(there, after, flavour, replace(renames, tables={})):
        if isinstance(change, Alter):
            yield from _alter_table(change, flavour)


def _alter_table(alter: Alter, flavour: Flavour) -> Iterator[Statement]:
    work = sort_parts(alter)
    make_way_for_renames(work, flavour)
    _keep_implied_indexes(work)
    _restore_order(work, flavour)
    later = _one_at_a_time(work, flavour)
    postponed = postpone_defaults(work, flavour)
    clauses = [
        *drop_clauses(work),
        *column_clauses(work, flavour),
        *index_clauses(work, flavour),
        *check_clauses(work, flavour),
        *setting_clauses(work),
    ]
    if clauses or work.is_repartitioned:
        yield _alter_statement(work, clauses, flavour)
    for index in later:
        apart = TableWork(work.after, work.after, added_indexes=[index])
        yield _alter_statement(apart, [*index_clauses(apart, flavour)], flavour)
    if postponed:
        yield _set_defaults(work.after, postponed, flavour)
    left = {column.name for column in postponed}
    changed = [change.column for name, change in work.columns.items() if name not in left]
    yield from _drop_defaults(work.after, changed, flavour)


def _alter_statement(work: TableWork, clauses: list[str], flavour: Flavour) -> Statement:
    name = work.after.name
    taken = {Ref("column", name, column.name) for column in work.dropped_columns}
    taken |= {Ref("index", name, index.name) for index in work.dropped_indexes}
    given = {Ref("column", name, column) for column in work.columns}
    given |= {Ref("index", name, index.name) for index in work.added_indexes}
    return Statement(
        _alter(name, clauses) + partition_clause(work, flavour),
        f"alter table {name}",
        name,
        needs=frozenset({Ref("table", name)}),
        gives=frozenset(given),
        takes=frozenset(taken | given),
        hazards=tuple(_hazards(work)),
        session=_session(work.after),
    )


def _hazards(work: TableWork) -> Iterator[Hazard]:
    name = work.after.name
    made_anew = {change.before for change in work.columns.values() if change.is_new}
    for column in work.dropped_columns:
        hazard = hazards.drop_column(name, column)
        if hazard is not None and column not in made_anew:
            yield hazard
    for change in work.columns.values():
        if change.before is not None:
            yield from hazards.change_column(name, change.before, change.column)
    if work.is_repartitioned and work.before.partitions is not None:
        yield Hazard("change-partitions", name, "rows that fit no new partition stop the change")
    for setting in work.settings:
        if setting.name == "ENGINE":
            yield Hazard("change-engine", name, "the new engine may not keep what the old one kept")


def _keep_implied_indexes(work: TableWork) -> None:
    """An index that the server made for a foreign key vanishes when another one can serve (both servers).

    Dropped and added in the same ALTER it becomes one of our own, and stays (measured; nothing is
    built).
    """
    touched = {index.name for index in (*work.dropped_indexes, *work.added_indexes)}
    for key in work.after.foreign_keys:
        if not any(covers(index, key) for index in work.added_indexes):
            continue
        for index in work.after.indexes:
            is_kept = index.name not in touched and index.kind == "index"
            if is_kept and len(index.parts) == len(key.columns) and covers(index, key):
                work.dropped_indexes.append(index)
                work.added_indexes.append(index)
                touched.add(index.name)


def _restore_order(work: TableWork, flavour: Flavour) -> None:
    """Bring indexes, and on MariaDB checks, into the order of the new definition."""
    added = {index.name for index in work.added_indexes}
    if added:
        kept = [index for index in work.before.indexes if _stays(index, work, added)]
        for index in indexes_to_move(kept, work.after):
            work.dropped_indexes.append(index)
            work.added_indexes.append(index)
        places = {index.name: place for place, index in enumerate(work.after.indexes)}
        work.added_indexes.sort(key=lambda index: places[index.name])
    if work.added_checks and flavour.is_mariadb:
        names = {check.name for check in (*work.added_checks, *work.dropped_checks)}
        staying = [check for check in work.before.checks if check.name not in names]
        moved = to_move(staying, list(work.after.checks))
        work.dropped_checks.extend(moved)
        work.added_checks.extend(moved)
        order = [check.name for check in work.after.checks]
        work.added_checks.sort(key=lambda check: order.index(check.name))


def _stays(index: Index, work: TableWork, added: set[str]) -> bool:
    dropped = {index.name for index in work.dropped_indexes}
    return index.name not in dropped and index.name not in added


def _one_at_a_time(work: TableWork, flavour: Flavour) -> list[Index]:
    """InnoDB of MySQL builds one full-text index at a time (1795): the others get statements of their own."""
    fulltext = [index for index in work.added_indexes if index.kind == "fulltext"]
    if flavour.is_mariadb or len(fulltext) < 2:
        return []
    for index in fulltext[1:]:
        work.added_indexes.remove(index)
    return fulltext[1:]


def _set_defaults(table: Table, columns: list[Column], flavour: Flavour) -> Statement:
    clauses = [
        f"ALTER COLUMN {quote_name(column.name)} SET DEFAULT "
        + default_sql(column.default, column.type, flavour)
        for column in columns
        if column.default is not None
    ]
    names = [column.name for column in columns]
    return Statement(
        _alter(table.name, clauses),
        f"set default of {', '.join(names)} of {table.name}",
        table.name,
        needs=frozenset(Ref("column", table.name, name) for name in names),
    )


def _drop_defaults(
    table: Table, columns: Iterable[Column], flavour: Flavour
) -> Iterator[Statement]:
    """A nullable column without any default: only ALTER COLUMN can say that (MySQL; see canonical_default)."""
    names = [
        column.name
        for column in columns
        if flavour.is_mysql
        and column.null
        and column.default is None
        and column.generated is None
        and column.type.name not in TEXTS + BLOBS
    ]
    if names:
        yield Statement(
            _alter(table.name, [f"ALTER COLUMN {quote_name(name)} DROP DEFAULT" for name in names]),
            f"drop default of {', '.join(names)} of {table.name}",
            table.name,
            needs=frozenset(
                {Ref("table", table.name), *(Ref("column", table.name, name) for name in names)}
            ),
        )


def _add_keys(
    there: Schema, after: Schema, inline: dict[str, frozenset[str]], flavour: Flavour
) -> Iterator[Statement]:
    by_table: dict[str, list[ForeignKey]] = {}
    for of in added_keys(there, after, inline):
        by_table.setdefault(of.table, []).append(of.key)
    for name, keys in by_table.items():
        clauses = [f"ADD {foreign_key_sql(key, flavour)}" for key in keys]
        yield Statement(
            _alter(name, clauses),
            f"add foreign key {', '.join(key.name for key in keys)} to {name}",
            name,
            needs=frozenset(ref for key in keys for ref in _needs(name, key, after)),
            gives=frozenset(map(_key_ref, keys)),
        )


def _needs(table: str, key: ForeignKey, after: Schema) -> Iterator[Ref]:
    for name, columns in ((table, key.columns), (key.parent, key.parent_columns)):
        yield Ref("table", name)
        yield from (Ref("column", name, column) for column in columns)
        definition = after.tables.get(name)
        if definition is not None:
            yield from (Ref("index", name, index.name) for index in definition.indexes)


def _key_ref(key: ForeignKey) -> Ref:
    """The names of foreign keys belong to the schema, not to the table."""
    return Ref("foreign_key", "", key.name.lower())


def _session(table: Table) -> tuple[tuple[str, str], ...]:
    """Zero dates as defaults are refused under NO_ZERO_DATE (1067), even where they are only repeated."""
    if any(_has_zero_date(column) for column in table.columns):
        return (
            ("sql_mode", "STRICT_ALL_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION"),
        )
    return ()


def _has_zero_date(column: Column) -> bool:
    default = column.default
    if default is None or column.type.name not in ("date", "datetime", "timestamp"):
        return False
    date = default.value.partition(" ")[0]
    return default.kind == "text" and ("-00" in date or date.startswith("0000"))


def _alter(table: str, clauses: list[str]) -> str:
    """ALTER TABLE on one line for one clause, on a line for each for more."""
    start = f"ALTER TABLE {quote_name(table)}"
    if len(clauses) < 2:
        return " ".join((start, *clauses))
    return f"{start}\n  " + ",\n  ".join(clauses)
