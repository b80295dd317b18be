"""PARTITION BY: text ⇄ `Partitioning`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import NamedTuple

from plumbob.ddl.cursor import Cursor
from plumbob.ddl.quote import quote_name, quote_text
from plumbob.model import (
    Bound,
    Expression,
    Flavour,
    Partition,
    PartitionFunction,
    Partitioning,
)
from plumbob.model.features import TABS_ESCAPED_IN_PARTITIONS
from plumbob.model.partition import Method

# Options of a partition in the order in which both servers print them, in front of the comment.
_OPTIONS = (
    "TABLESPACE",
    "NODEGROUP",
    "MAX_ROWS",
    "MIN_ROWS",
    "DATA DIRECTORY",
    "INDEX DIRECTORY",
)
# When the intervals of SYSTEM_TIME start; the server says it where nobody did.
_STARTS = re.compile(r" starts (timestamp )?'[^']*'")
_NUMBERS = ("NODEGROUP", "MAX_ROWS", "MIN_ROWS")
# How the servers escape the comment of a partition: another way than that of a table (measured on
# 9.7, 10.11 and 11.8).
_ESCAPES = {"\\": "\\\\", "'": "\\'"}
_ESCAPES_OF_MARIADB = {**_ESCAPES, "\n": "\\n", "\r": "\\r"}
_ESCAPES_SINCE_11 = {**_ESCAPES_OF_MARIADB, "\t": "\\t"}


def parse_partitioning(cursor: Cursor) -> Partitioning:
    """Read what stands behind PARTITION BY, up to its end."""
    by = _function(cursor, ("range", "list", "hash", "key", "system_time"))
    number = cursor.integer() if cursor.accept("partitions") else None
    subpartition_by, subpartition_number = None, None
    if cursor.accept("subpartition"):
        cursor.expect("by")
        subpartition_by = _function(cursor, ("hash", "key"))
        subpartition_number = cursor.integer() if cursor.accept("subpartitions") else None
    partitions: tuple[Partition, ...] = ()
    if cursor.is_mark("("):
        partitions = cursor.list_of(lambda: _partition(cursor, by))
    elif by.method in ("RANGE", "LIST"):
        cursor.fail(f"expected the partitions of {by.method}: `(partition p0 values …, …)`")
    _refuse_other_number(cursor, "PARTITIONS", number, len(partitions))
    for partition in partitions:
        count = len(partition.subpartitions)
        _refuse_other_number(cursor, "SUBPARTITIONS", subpartition_number, count)
    # Neither server repeats a number beside the definitions.
    number = None if partitions else number
    return Partitioning(by, number, subpartition_by, subpartition_number, partitions)


def _refuse_other_number(cursor: Cursor, word: str, number: int | None, defined: int) -> None:
    if number is not None and defined and number != defined:
        cursor.fail(f"{word} says {number}, and {defined} are defined", "leave the number out")


def _function(cursor: Cursor, methods: tuple[str, ...]) -> PartitionFunction:
    is_linear = cursor.accept("linear")
    start = cursor.token
    method = cursor.accept_one_of(*methods)
    match method:
        case "range" | "list" if not is_linear:
            by_columns = cursor.accept("columns")
            arguments = _names(cursor) if by_columns else cursor.parenthesised()
            kind: Method = "RANGE" if method == "range" else "LIST"
            return PartitionFunction(kind, arguments, by_columns=by_columns)
        case "hash":
            return PartitionFunction("HASH", cursor.parenthesised(), is_linear=is_linear)
        case "key":
            algorithm = None
            if cursor.accept("algorithm"):
                cursor.accept_mark("=")
                algorithm = cursor.integer()
            arguments = _names(cursor)
            return PartitionFunction("KEY", arguments, is_linear=is_linear, algorithm=algorithm)
        case "system_time" if not is_linear:
            arguments = _system_time(cursor)
            is_dated = arguments is None or _STARTS.search(arguments.key) is not None
            return PartitionFunction("SYSTEM_TIME", arguments, is_dated=is_dated)
    wanted = "HASH or KEY" if is_linear else ", ".join(methods).upper()
    cursor.fail(f"expected {wanted}", at=start)


def _names(cursor: Cursor) -> Expression | None:
    """Columns in parentheses; None where there are none."""
    first = cursor.at + 1
    cursor.expect_mark("(")
    if cursor.accept_mark(")"):
        return None
    cursor.name()
    while cursor.accept_mark(","):
        cursor.name()
    cursor.expect_mark(")")
    return cursor.slice(first, cursor.at - 1)


def _system_time(cursor: Cursor) -> Expression | None:
    """INTERVAL or LIMIT up to the number or the definitions; MariaDB alone has it."""
    first = cursor.at
    while not (cursor.is_at_end or cursor.is_word("partitions") or cursor.is_mark("(")):
        if cursor.is_mark(";"):
            break
        cursor.take()
    return cursor.slice(first, cursor.at) if cursor.at > first else None


def _partition(cursor: Cursor, by: PartitionFunction) -> Partition:
    cursor.expect("partition")
    name, written = _name(cursor)
    partition = Partition(name, _bound(cursor, by), written=written)
    partition = _options(cursor, partition)
    if cursor.is_mark("("):
        partition = replace(partition, subpartitions=cursor.list_of(lambda: _part_of(cursor)))
    return partition


def _part_of(cursor: Cursor) -> Partition:
    cursor.expect("subpartition")
    name, written = _name(cursor)
    return _options(cursor, Partition(name, written=written))


def _name(cursor: Cursor) -> tuple[str, str]:
    """A name, and how it is written."""
    written = cursor.token.text
    return cursor.name(), written


def _bound(cursor: Cursor, by: PartitionFunction) -> Bound | None:
    match by.method:
        case "RANGE":
            cursor.expect("values")
            cursor.expect("less", "than")
            values = (_value(cursor),) if cursor.is_word("maxvalue") else _values(cursor)
            return Bound("less than", values, tuple(value.key for value in values))
        case "LIST":
            if cursor.accept("default"):
                return Bound("default")
            cursor.expect("values")
            cursor.expect("in")
            values = _values(cursor)
            return Bound("in", values, tuple(sorted(value.key for value in values)))
        case "SYSTEM_TIME":
            word = cursor.accept_one_of("history", "current")
            if word is None:
                cursor.fail("expected HISTORY or CURRENT")
            return Bound("history" if word == "history" else "current")
    return None


def _values(cursor: Cursor) -> tuple[Expression, ...]:
    return cursor.list_of(lambda: _value(cursor))


def _value(cursor: Cursor) -> Expression:
    """One value, up to the comma or parenthesis behind it."""
    first, depth = cursor.at, 0
    while depth or not (cursor.is_mark(",") or cursor.is_mark(")")):
        if cursor.is_at_end or cursor.is_mark(";"):
            cursor.fail("this parenthesis is not closed", at=cursor.tokens[first])
        token = cursor.take()
        if token.kind == "mark":
            depth += {"(": 1, ")": -1}.get(token.value, 0)
        if first + 1 == cursor.at and token.value == "maxvalue" and token.kind == "word":
            break
    if first == cursor.at:
        cursor.fail("expected a value")
    return cursor.slice(first, cursor.at)


def _options(cursor: Cursor, partition: Partition) -> Partition:
    found: dict[str, str] = dict(partition.options)
    while cursor.token.kind == "word":
        is_engine = cursor.accept("storage")
        word = cursor.take().value
        if word in ("data", "index"):
            cursor.expect("directory")
            word += " directory"
        cursor.accept_mark("=")
        name = word.upper()
        if name == "ENGINE":
            partition = replace(partition, engine=cursor.name())
        elif name == "COMMENT" and not is_engine:
            partition = replace(partition, comment=cursor.text())
        elif name in _OPTIONS and not is_engine:
            found[name] = _option_value(cursor, name)
        else:
            cursor.fail(f"a partition has no option {name}", at=cursor.tokens[cursor.at - 1])
    ordered = tuple((name, found[name]) for name in _OPTIONS if name in found)
    return replace(partition, options=ordered)


def _option_value(cursor: Cursor, name: str) -> str:
    if name in _NUMBERS:
        return str(cursor.integer())
    if name == "TABLESPACE":
        return _name(cursor)[1]
    return quote_text(cursor.text())


def is_same_but_for_start(one: PartitionFunction, other: PartitionFunction) -> bool:
    """Whether two functions of SYSTEM_TIME differ at most in when their intervals start."""
    keys = [each.arguments.key if each.arguments else "" for each in (one, other)]
    return one.method == other.method and len({_STARTS.sub("", key) for key in keys}) == 1


class Style(NamedTuple):
    """How definitions are written: for which server and function, and with which engine, if any."""

    flavour: Flavour
    by_columns: bool
    engine: str | None = None


def partitioning_sql(partitioning: Partitioning, flavour: Flavour, engine: str | None) -> str:
    """PARTITION BY as SHOW CREATE TABLE prints it behind the options of a table with this engine.

    MySQL puts it in a version comment; ALGORITHM in one of its own (measured).
    """
    style = Style(flavour, partitioning.by.by_columns, engine)
    lines = [f"PARTITION BY {_function_sql(partitioning.by, flavour)}"]
    if partitioning.number is not None:
        lines.append(f"PARTITIONS {partitioning.number}")
    if partitioning.subpartition_by is not None:
        lines.append(f"SUBPARTITION BY {_function_sql(partitioning.subpartition_by, flavour)}")
        if partitioning.subpartition_number is not None and not _has_parts(partitioning):
            lines.append(f"SUBPARTITIONS {partitioning.subpartition_number}")
    if partitioning.partitions:
        lines.append(definitions_sql(partitioning.partitions, style))
    sql = "\n".join(lines)
    if flavour.is_mariadb:
        return f"\n {sql}"
    # COLUMNS came with 5.5, and with it the number in the comment.
    return f"\n/*!{'50500' if partitioning.by.by_columns else '50100'} {sql} */"


def _has_parts(partitioning: Partitioning) -> bool:
    return any(partition.subpartitions for partition in partitioning.partitions)


def _function_sql(function: PartitionFunction, flavour: Flavour) -> str:
    arguments = function.arguments.sql if function.arguments else ""
    linear = "LINEAR " if function.is_linear else ""
    match function.method:
        case "SYSTEM_TIME":
            return f"SYSTEM_TIME {arguments}"
        case "KEY" if function.algorithm is not None and flavour.is_mysql:
            number = function.algorithm
            return f"{linear}KEY */ /*!50611 ALGORITHM = {number} */ /*!50100 ({arguments})"
        case "KEY" if function.algorithm is not None:
            return f"{linear}KEY ALGORITHM = {function.algorithm} ({arguments})"
    if function.by_columns:
        return f"{function.method}  COLUMNS({arguments})"
    return f"{linear}{function.method} ({arguments})"


def definitions_sql(partitions: Iterable[Partition], style: Style) -> str:
    """The partitions in parentheses, one a line."""
    return "(" + ",\n ".join(partition_sql(each, style) for each in partitions) + ")"


def partition_sql(partition: Partition, style: Style) -> str:
    """One partition with its subpartitions."""
    words = ["PARTITION", _name_sql(partition, style.flavour)]
    if partition.bound is not None:
        words.append(_bound_sql(partition.bound, style))
    if not partition.subpartitions:
        return " ".join((*words, *_options_sql(partition, style)))
    # The servers print what is said of the partition at its subpartitions.
    parts = (
        " ".join(("SUBPARTITION", _name_sql(each, style.flavour), *_options_sql(each, style)))
        for each in partition.subpartitions
    )
    options = _options_sql(partition, style._replace(engine=None))
    return " ".join((*words, *options)) + "\n (" + ",\n  ".join(parts) + ")"


def _name_sql(partition: Partition, flavour: Flavour) -> str:
    name = partition.written if flavour.is_mysql else ""
    return name or quote_name(partition.name)


def _bound_sql(bound: Bound, style: Style) -> str:
    values = ",".join(value.sql for value in bound.values)
    match bound.kind:
        case "less than" if bound.is_open and not style.by_columns:
            return "VALUES LESS THAN MAXVALUE"
        case "less than":
            return f"VALUES LESS THAN ({values})"
        case "in":
            return f"VALUES IN ({values})"
    return bound.kind.upper()


def _options_sql(partition: Partition, style: Style) -> Iterator[str]:
    for name, value in partition.options:
        yield f"{name} = {value}"
    if partition.comment:
        yield f"COMMENT = '{_escaped(partition.comment, style.flavour)}'"
    engine = partition.engine or style.engine
    if engine is not None:
        yield f"ENGINE = {engine}"


def _escaped(comment: str, flavour: Flavour) -> str:
    escapes = _ESCAPES
    if flavour.is_mariadb:
        escapes = (
            _ESCAPES_SINCE_11 if TABS_ESCAPED_IN_PARTITIONS.is_in(flavour) else _ESCAPES_OF_MARIADB
        )
    return "".join(escapes.get(character, character) for character in comment)


def partition_text(partition: Partition, flavour: Flavour) -> str:
    """A partition in one line, from its name on, without its engine."""
    sql = partition_sql(partition, Style(flavour, by_columns=False))
    return " ".join(sql.removeprefix("PARTITION ").split("\n"))
