"""What can be said of an error of the server beside its message: the key, the columns, the other table.

It works on values alone: the statement, the tables as they are, the message. What rows are concerned is
given as a SELECT that counts them (a hazard of the plan), for somebody else to run.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace
from difflib import get_close_matches

from plumbob.ddl.column_sql import column_sql
from plumbob.ddl.quote import quote_name
from plumbob.declaration.validate import faults_of_table
from plumbob.declaration.validate.sizes import bytes_of
from plumbob.migration.meant import Meant
from plumbob.model import Column, Flavour, ForeignKey, Schema, Table
from plumbob.plan.lenient import row_bytes
from plumbob.plan.misfits import misfits
from plumbob.plan.pair import Pair
from plumbob.plan.refusals import refusals
from plumbob.plan.rows import Rows, count_sql
from plumbob.plan.session import has_unique_parent
from plumbob.plan.statement import Hazard

# How many of the same are named.
_MOST = 5


@dataclass(frozen=True, slots=True)
class Failure:
    """An error of the server, and what it was about."""

    errno: int
    message: str
    meant: Meant
    schema: Schema
    flavour: Flavour


@dataclass(frozen=True, slots=True)
class Words:
    """Sentences, and hazards whose rows are to be counted: they say what is wrong with these rows."""

    said: tuple[str, ...] = ()
    hazards: tuple[Hazard, ...] = field(default=())


def words(failure: Failure) -> Words:
    """What is known of an error; nothing for one that the server has told all about."""
    rule = _RULES.get(failure.errno)
    said = list(dict.fromkeys(rule(failure))) if rule else []
    if not said:
        said = list(_faults(failure))
    kinds = _OF_ROWS.get(failure.errno, ())
    found = tuple(dict.fromkeys(_hazards(failure, kinds))) if kinds else ()
    return Words(tuple(said[:_MOST]), found[:_MOST])


# What is wrong with the table that would come out, by the rules for a declaration.


def _faults(failure: Failure) -> Iterator[str]:
    """The faults that this error is the answer to: each rule names its errors."""
    meant = failure.meant
    if meant.after is None:
        return
    schema = _with(failure.schema, meant.after)
    number = re.compile(rf"\b{failure.errno}\b")
    for fault in faults_of_table(schema, meant.after.name, failure.flavour):
        what, bracket, numbers = fault.what.rpartition(" (errno ")
        if bracket and number.search(numbers):
            # Where an advice is about the words of a declaration, it has some of them.
            has_advice = fault.advice and "`" not in fault.advice
            yield what + (f"; {fault.advice}" if has_advice else "")


def _with(schema: Schema, table: Table) -> Schema:
    return Schema(tables={**schema.tables, table.name: table}, charset=schema.charset)


# Foreign keys.


def _about_key(failure: Failure) -> Iterator[str]:
    """What does not fit, on either side of the keys that this table has or would have."""
    if "121" in failure.message or failure.errno == 1826:
        yield from _name_in_use(failure)
        return
    after = failure.meant.after
    if after is None:
        return
    yield from _without_parent(failure, after)
    schema = _with(failure.schema, after)
    children = [
        t for t in schema.tables.values() if any(_is_parent(after, k) for k in t.foreign_keys)
    ]
    for table in dict.fromkeys([after.name, *(each.name for each in children)]):
        for fault in faults_of_table(schema, table, failure.flavour):
            if fault.kind == "foreign_key" and not fault.is_notice:
                what = fault.what.partition(" (errno ")[0]
                # What is not declared is said above, in words for what is not there.
                if not what.endswith("which is not declared"):
                    yield what + (f"; {fault.advice}" if fault.advice else "")
    if failure.errno == 6125:
        yield from _without_unique(failure, after)


def _is_parent(table: Table, key: ForeignKey) -> bool:
    return key.parent_schema is None and key.parent == table.name


def _without_parent(failure: Failure, after: Table) -> Iterator[str]:
    tables = {**failure.schema.tables, after.name: after}
    for key in _new_keys(failure):
        parent = tables.get(key.parent)
        if key.parent_schema is not None:
            continue
        if parent is None:
            yield f"{_joined(after, key)}, and there is no table {key.parent}"
            yield from _near("there is no table", key.parent, [*tables])
            continue
        for name in key.parent_columns:
            if parent.column(name) is None:
                yield f"{_joined(after, key)}, and {parent.name} has no column {name}"


def _without_unique(failure: Failure, after: Table) -> Iterator[str]:
    tables = {**failure.schema.tables, after.name: after}
    for key in _new_keys(failure):
        parent = tables.get(key.parent)
        if parent is not None and not has_unique_parent(key, parent):
            columns = ", ".join(key.parent_columns)
            yield f"{_joined(after, key)}, and no unique key of {key.parent} is ({columns})"


def _new_keys(failure: Failure) -> list[ForeignKey]:
    before, after = failure.meant.before, failure.meant.after
    there = before.foreign_keys if before else ()
    return [each for each in after.foreign_keys if each not in there] if after else []


def _name_in_use(failure: Failure) -> Iterator[str]:
    names = {key.name.lower() for key in _new_keys(failure) if key.name}
    for table in failure.schema.tables.values():
        for key in table.foreign_keys:
            if key.name.lower() in names:
                yield f"{key.name} is the name of a foreign key of {table.name} already: {_joined(table, key)}"


def _joined(table: Table, key: ForeignKey) -> str:
    """`the foreign key fk of kids joins kids (parent) with parents (id)`."""
    name = f"the foreign key {key.name}" if key.name else "the foreign key"
    ours, theirs = ", ".join(key.columns), ", ".join(key.parent_columns)
    return f"{name} joins {table.name} ({ours}) with {key.parent_name} ({theirs})"


def _needed(failure: Failure) -> Iterator[str]:
    """The foreign keys that hold a table, a column or an index where it is, with the rows in them."""
    for table, key in _keys_about(failure):
        yield _joined(table, key)


def _keys_about(failure: Failure) -> Iterator[tuple[Table, ForeignKey]]:
    """The foreign keys that the message names, or that stand on what the statement takes away."""
    named = re.findall(r"constraint [`']([^`']+)[`']", failure.message, re.IGNORECASE)
    name, after = failure.meant.name, failure.meant.after
    schema = _with(failure.schema, after) if after and named else failure.schema
    for table in schema.tables.values():
        for key in table.foreign_keys:
            if named:
                if key.name in named:
                    yield table, key
            elif (table.name == name and _loses(failure, key.columns)) or (
                key.parent == name and _loses(failure, key.parent_columns)
            ):
                yield table, key


def _loses(failure: Failure, columns: Iterable[str]) -> bool:
    """Whether the statement takes away an index that begins with these columns, or the whole table."""
    before, after = failure.meant.before, failure.meant.after
    if before is None or after is None:
        return before is not None
    wanted = [name.lower() for name in columns]
    gone = [
        each
        for each in before.indexes
        if after.index(each.name) is None or any(after.column(c) is None for c in each.columns)
    ]
    return any([c.lower() for c in each.columns][: len(wanted)] == wanted for each in gone)


# Sizes, columns, names.


def _row_too_long(failure: Failure) -> Iterator[str]:
    after = failure.meant.after
    yield from _faults(failure)
    if after is not None:
        size, most = row_bytes(after, failure.flavour)
        if f"{most})" in failure.message:
            yield f"a row of {after.name} may take {size} bytes inside of its page, and has to take less than {most}"
        sizes = [(bytes_of(c.type, c.type.charset or after.charset), c.name) for c in after.columns]
        longest = sorted(sizes, key=lambda each: -each[0])[:_MOST]
        listed = ", ".join(f"{name} {size}" for size, name in longest)
        yield f"the columns of {after.name} that take the most bytes: {listed}"


def _check_of_column(failure: Failure) -> Iterator[str]:
    after = failure.meant.after
    for column in after.columns if after else ():
        if column.check is not None:
            yield (
                f"the check of the column {column.name} looks at another one; write it as a check of "
                f"the table: ADD CONSTRAINT … CHECK ({column.check.sql})"
            )


def _check_in_use(failure: Failure) -> Iterator[str]:
    named = _named(failure.message)
    for table in failure.schema.tables.values():
        for check in table.checks:
            if check.name in named:
                yield f"{check.name} is the name of a check of {table.name} already: CHECK ({check.expression.sql})"


def _violated(failure: Failure) -> Iterator[str]:
    """The text of the check that rows have not."""
    named = _named(failure.message)
    tables = [*failure.schema.tables.values(), *filter(None, [failure.meant.after])]
    for table in tables:
        for check in table.checks:
            if check.name in named:
                yield f"the check {check.name} of {table.name} is: {check.expression.sql}"
    for name in named:
        for table in tables:
            column = table.column(name.rpartition(".")[2])
            if column is not None and column.check is not None and table.name in failure.message:
                yield f"the check of {table.name}.{column.name} is: {column.check.sql}"


def _about_column(failure: Failure) -> Iterator[str]:
    """What the column that the message names is now, and would be."""
    before, after = failure.meant.before, failure.meant.after
    for name in _named(failure.message)[-1:] or _named(failure.message):
        new_name = failure.meant.new_name(name)
        old_name = next((o for o, n in failure.meant.renamed if n.lower() == name.lower()), name)
        old = before.column(old_name) if before else None
        new = after.column(new_name) if after else None
        if old is not None and new is not None and old != new:
            old_type, new_type = _type(old, failure), _type(new, failure)
            yield f"{failure.meant.name}.{old.name} is {old_type}, and would be {new_type}"
        elif old is not None or new is not None:
            column = old or new
            assert column is not None
            yield f"{failure.meant.name}.{name} is {_type(column, failure)}"


def _type(column: Column, failure: Failure) -> str:
    """A definition without the column's name."""
    return column_sql(column, failure.flavour).strip().removeprefix(quote_name(column.name)).strip()


def _named(message: str) -> list[str]:
    """The names in quotes in a message, the last part of each."""
    quoted = re.findall(r"(?:`[^`]*`\.)*`([^`]+)`|'([^']*)'", re.sub(r"n't\b", "not", message))
    return [one or other for one, other in quoted]


def _near_table(failure: Failure) -> Iterator[str]:
    for name in _named(failure.message):
        wanted = name.rpartition(".")[2]
        yield from _near("there is no table", wanted, [*failure.schema.tables])


def _near_column(failure: Failure) -> Iterator[str]:
    table = failure.meant.before
    if table is not None:
        columns = [column.name for column in table.columns]
        for name in _named(failure.message)[:1]:
            yield from _near(f"{table.name} has no column", name.rpartition(".")[2], columns)


def _near_part(failure: Failure) -> Iterator[str]:
    """What a DROP or a RENAME INDEX names, and is not there."""
    table = failure.meant.before
    if table is not None:
        kinds = (table.columns, table.indexes, table.foreign_keys, table.checks)
        names = list(dict.fromkeys(each.name for parts in kinds for each in parts))
        for name in _named(failure.message)[:1]:
            yield from _near(f"{table.name} has nothing with the name", name, names)


def _near(no: str, wanted: str, names: list[str]) -> Iterator[str]:
    if wanted in names:
        return
    near = get_close_matches(wanted.lower(), names, n=1, cutoff=0.7)
    if near:
        yield f"{no} {wanted}; the nearest name is {near[0]}"


def _is_there(failure: Failure) -> Iterator[str]:
    """What has the name that is to be given."""
    before, named = failure.meant.before, _named(failure.message)
    for name in named[:1]:
        if before is not None and (column := before.column(name)) is not None:
            yield f"{before.name}.{name} is there: {_type(column, failure)}"
        elif before is not None and (index := before.index(name)) is not None:
            yield f"the index {name} of {before.name} is there: ({', '.join(index.columns)})"


# Rows.


def _duplicate(failure: Failure) -> Iterator[str]:
    """The columns of the key that the message names."""
    found = re.search(r"for key '([^']+)'", failure.message)
    if found is None:
        return
    owner, _, name = found[1].rpartition(".")
    tables = [failure.meant.after, failure.meant.before, failure.schema.tables.get(owner)]
    for table in filter(None, tables):
        index = table.index(name)
        if index is not None:
            kind = "primary key" if index.kind == "primary" else f"unique key {name}"
            yield f"the {kind} of {table.name} is ({', '.join(index.columns)})"
            return


def _hazards(failure: Failure, kinds: Collection[str]) -> Iterator[Hazard]:
    meant = failure.meant
    if meant.before is not None and meant.after is not None:
        parents = {key.parent for key in meant.after.foreign_keys}
        pairs = {
            name: Pair(each, each, each, failure.flavour)
            for name, each in failure.schema.tables.items()
            if name in parents
        }
        whole = [k for k in meant.after.foreign_keys if len(k.columns) == len(k.parent_columns)]
        after = replace(meant.after, foreign_keys=tuple(whole))
        pair = Pair(meant.before, meant.there or meant.before, after, failure.flavour)
        for refusal in refusals({**pairs, meant.before.name: pair}):
            hazard = refusal.hazard
            is_ours = hazard.object.partition(".")[0] == meant.before.name
            if is_ours and hazard.kind in kinds:
                yield hazard
        if "change-type" in kinds:
            yield from _misfits(pair)
    if "referred" in kinds:
        for table, key in _keys_about(failure):
            where = " AND ".join(f"{quote_name(name)} IS NOT NULL" for name in key.columns)
            what = f"rows refer to {key.parent_name}"
            yield Hazard(
                "orphans",
                f"{table.name}.{key.name}".rstrip("."),
                what,
                count_sql(Rows(table, where)),
            )


def _misfits(pair: Pair) -> Iterator[Hazard]:
    for before, after in pair.kept():
        new = after.type
        if before.type == new:
            continue
        refused = misfits(pair.sql(after.name), before.type, new, pair.flavour).refused
        if refused:
            sql = count_sql(Rows(pair.live, refused))
            what = "values do not fit the new type"
            yield Hazard("change-type", f"{pair.name}.{after.name}", what, sql, fails=True)


_Rule = Callable[[Failure], Iterator[str]]
_RULES: dict[int, _Rule] = {
    **dict.fromkeys((1005, 1215, 1822, 1824, 1826, 1830, 3734, 3780, 6125), _about_key),
    **dict.fromkeys((1025, 1217, 1451, 1553, 1701, 1828, 1829, 1832, 1833, 3730), _needed),
    **dict.fromkeys((1048, 1067, 1264, 1265, 1292, 1364, 1366, 1406), _about_column),
    **dict.fromkeys((1060, 1061), _is_there),
    **dict.fromkeys((1054, 1072), _near_column),
    **dict.fromkeys((1091, 1176), _near_part),
    **dict.fromkeys((1051, 1146), _near_table),
    **dict.fromkeys((3819, 4025), _violated),
    1062: _duplicate,
    1118: _row_too_long,
    1452: _needed,
    3813: _check_of_column,
    3822: _check_in_use,
}
_VALUES = ("change-type", "nulls", "zero-dates", "no-default", "not-computed")
_OF_ROWS: dict[int, tuple[str, ...]] = {
    **dict.fromkeys((1048, 1138, 1264, 1265, 1292, 1366, 1406, 1411, 3140), _VALUES),
    **dict.fromkeys((3819, 4025), ("violations",)),
    **dict.fromkeys((1025, 1217, 1451, 1553, 1701, 3730), ("referred",)),
    1062: ("duplicates",),
    1452: ("orphans",),
    1526: ("no-partition",),
}
