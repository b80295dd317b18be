"""Partitions: their function, the keys that have to contain its columns, names, bounds and numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import pairwise

from plumbob.ddl.lexer import tokenize
from plumbob.declaration.validate.key_columns import nearest_column
from plumbob.declaration.validate.limits import NAME_LENGTH, PARTITION_COMMENT, PARTITIONS
from plumbob.declaration.validate.subject import Fault, Subject, at, engine_of
from plumbob.model import Bound, Column, Index, Partition, PartitionFunction, Partitioning, Table
from plumbob.model.type import INTEGERS

# Types whose values are whole numbers, as those of an expression have to be (1659); measured.
_WHOLE = (*INTEGERS, "bit", "year")
_ENGINES_OF_MYSQL = ("innodb", "ndb", "ndbcluster")


def faults_of_partitions(subject: Subject, table: Table) -> Iterator[Fault]:
    """What the servers refuse in PARTITION BY; how expressions are read is left to them."""
    partitioning = table.partitions
    if partitioning is None:
        return
    faults = [
        *_faults_of_engine(subject, table),
        *_faults_of_functions(table, partitioning),
        *_faults_of_keys(table, partitioning),
        *_faults_of_numbers(table, partitioning),
        *_faults_of_names(partitioning),
        *_faults_of_bounds(table, partitioning),
    ]
    yield from at("partitions", "", faults)


def _faults_of_engine(subject: Subject, table: Table) -> Iterator[Fault]:
    if subject.is_mysql and engine_of(table) not in _ENGINES_OF_MYSQL:
        yield Fault(
            f"{table.name} cannot be partitioned: MySQL partitions InnoDB tables only (errno 1178)",
            advice="use InnoDB, or leave the partitions out",
        )


def _faults_of_functions(table: Table, partitioning: Partitioning) -> Iterator[Fault]:
    for function in partitioning.functions:
        names = _names(function)
        for name, count in Counter(name.lower() for name in names).items():
            if count > 1:
                what = f"{table.name} is partitioned by {name} twice (errno 1652)"
                yield Fault(what, word=name)
        for name in names:
            column = table.column(name)
            if column is None:
                yield Fault(
                    f"{table.name} is partitioned by {name}, a column that it does not have "
                    "(errno 1488, 1054)",
                    word=name,
                    advice=nearest_column(table, name),
                )
            elif not _may_place(column, function):
                yield Fault(
                    f"{table.name} cannot be partitioned by {function.method} of {name}, which is "
                    f"{column.type.name} (errno 1659, 1502)",
                    word=name,
                )
    if partitioning.subpartition_by is not None and partitioning.is_hashed:
        yield Fault(
            "only RANGE and LIST have subpartitions (errno 1500)",
            word="subpartition",
            advice="leave SUBPARTITION BY out",
        )


def _names(function: PartitionFunction) -> list[str]:
    """The columns of COLUMNS and KEY, or the one that is all of the expression."""
    if function.arguments is None or function.method == "SYSTEM_TIME":
        return []
    tokens = tokenize(function.arguments.sql)[:-1]
    if not (function.by_columns or function.method == "KEY") and len(tokens) > 1:
        return []
    return [token.value for token in tokens if token.kind in ("word", "name")]


def _may_place(column: Column, function: PartitionFunction) -> bool:
    """Other types of COLUMNS depend on the values, so they are left to the server."""
    if column.type.is_large:
        return False
    takes_any = function.by_columns or function.method == "KEY"
    return takes_any or column.type.name in _WHOLE


def _faults_of_keys(table: Table, partitioning: Partitioning) -> Iterator[Fault]:
    """Every unique key has to contain all columns that place a row, whole (1503)."""
    unique = [index for index in table.indexes if index.kind in ("primary", "unique")]
    for function in partitioning.functions:
        needed = _columns_of(function, table, unique)
        for index in unique:
            has = {(part.column or "").lower() for part in index.parts if part.length is None}
            missing = sorted(needed - has)
            if missing:
                called = (
                    "the primary key" if index.kind == "primary" else f"the unique key {index.name}"
                )
                yield Fault(
                    f"{called} of {table.name} has to contain {', '.join(missing)}, which rows are "
                    "placed by (errno 1503)",
                    word=missing[0],
                    advice="add it to the key, or partition by a column that every unique key has",
                )


def _columns_of(function: PartitionFunction, table: Table, unique: list[Index]) -> set[str]:
    """The columns that a function uses; KEY () takes those of the primary key."""
    if function.method == "SYSTEM_TIME":
        return set()
    if function.arguments is None:
        primary = next((index for index in unique if index.kind == "primary"), None)
        return {name.lower() for name in primary.columns} if primary else set()
    words = {token.value.lower() for token in tokenize(function.arguments.sql)}
    return {column.name.lower() for column in table.columns if column.name.lower() in words}


def _faults_of_numbers(table: Table, partitioning: Partitioning) -> Iterator[Fault]:
    for number, word in (
        (partitioning.number, "partitions"),
        (partitioning.subpartition_number, "subpartitions"),
    ):
        if number == 0:
            yield Fault(f"there cannot be 0 {word} (errno 1504)", word=word)
    if len({len(each.subpartitions) for each in partitioning.partitions} - {0}) > 1:
        yield Fault("every partition has as many subpartitions (errno 1064)", word="subpartition")
    each = partitioning.subpartition_number or 1
    defined = sum(len(one.subpartitions) or each for one in partitioning.partitions)
    total = partitioning.number if partitioning.number is not None else defined
    if PARTITIONS.is_less(total, None):
        yield Fault(
            f"{table.name} has {total} partitions, and {PARTITIONS.most(None)} are the most "
            f"({PARTITIONS.source})",
            word="partition",
        )


def _faults_of_names(partitioning: Partitioning) -> Iterator[Fault]:
    seen: set[str] = set()
    for each in _all(partitioning.partitions):
        if each.name.lower() in seen:
            what = f"two partitions are called {each.name} (errno 1517)"
            yield Fault(what, word=each.name, advice="their names have no case")
        seen.add(each.name.lower())
        yield from _faults_of_one(each)


def _all(partitions: Iterable[Partition]) -> Iterator[Partition]:
    for each in partitions:
        yield each
        yield from each.subpartitions


def _faults_of_one(partition: Partition) -> Iterator[Fault]:
    for what, text, limit in (
        ("name", partition.name, NAME_LENGTH),
        ("comment", partition.comment, PARTITION_COMMENT),
    ):
        if limit.is_less(len(text), None):
            yield Fault(
                f"the {what} of the partition {partition.name} has {len(text)} characters, and "
                f"{limit.most(None)} are the most ({limit.source})",
                word=partition.name,
            )
    if "\0" in partition.comment:
        yield Fault(
            f"the servers keep nothing of the comment of the partition {partition.name} from a NUL on",
            word=partition.name,
            advice="leave the NUL out",
        )


def _faults_of_bounds(table: Table, partitioning: Partitioning) -> Iterator[Fault]:
    count = len(_names(partitioning.by)) if partitioning.by.by_columns else 1
    bounds = [(each.name, each.bound) for each in partitioning.partitions if each.bound]
    for name, bound in bounds:
        if bound.kind == "less than" and len(bound.values) != count:
            yield Fault(
                f"the partition {name} has {len(bound.values)} values, and {table.name} is "
                f"partitioned by {count} (errno 1653, 1657, 1064)",
                word=name,
            )
    for (name, bound), (following, higher) in pairwise(bounds):
        if bound.kind != "less than" or len(bound.key) != 1 or len(higher.key) != 1:
            continue
        if bound.is_open:
            yield Fault(
                f"{following} stands behind {name}, which takes all that is left (errno 1481)",
                word=following,
                advice="MAXVALUE belongs to the last partition",
            )
        elif not _is_increasing(bound, higher):
            yield Fault(
                f"{following} does not end above {name} (errno 1493)",
                word=following,
                advice="write the partitions of RANGE in the order of their ends",
            )
    values = [(key, name) for name, bound in bounds if bound.kind == "in" for key in bound.key]
    seen: dict[str, str] = {}
    for key, name in values:
        if key in seen:
            what = f"the value {key} is in {seen[key]} and in {name} (errno 1495)"
            yield Fault(what, word=name)
        seen[key] = name


def _is_increasing(bound: Bound, higher: Bound) -> bool:
    """False where both are whole numbers and the second is not the greater one."""
    one, other = (each.key[0].replace(" ", "") for each in (bound, higher))
    if not (one.removeprefix("-").isdecimal() and other.removeprefix("-").isdecimal()):
        return True
    return int(one) < int(other)
