"""PARTITION BY as people write it: without engines, and without quotes that mean nothing."""

from __future__ import annotations

from collections.abc import Iterator

from plumbob.ddl.lexer import tokenize
from plumbob.ddl.quote import quote_text
from plumbob.declaration.dump.sql_text import expression_text, name_text, names_text
from plumbob.declaration.dump.yaml_text import Block, Value
from plumbob.model import Bound, Expression, Partition, PartitionFunction, Partitioning


def partitions_value(partitioning: Partitioning | None) -> Value | None:
    """The clause without its first word, which the key says; None for a table without partitions."""
    if partitioning is None:
        return None
    clause = _clause(partitioning)
    return [("by", Block(clause)), ("keep", True)] if partitioning.keep else Block(f"by {clause}")


def _clause(partitioning: Partitioning) -> str:
    lines = [_function(partitioning.by)]
    if partitioning.number is not None:
        lines[0] += f" partitions {partitioning.number}"
    if partitioning.subpartition_by is not None:
        lines.append(f"subpartition by {_function(partitioning.subpartition_by)}")
        if partitioning.subpartition_number is not None:
            lines[-1] += f" subpartitions {partitioning.subpartition_number}"
    if partitioning.partitions:
        has_columns = partitioning.by.by_columns
        listed = (_partition(each, has_columns) for each in partitioning.partitions)
        lines += ["(" + ",\n ".join(listed) + ")"]
    return "\n".join(lines)


def _function(function: PartitionFunction) -> str:
    arguments = _arguments(function)
    linear = "linear " if function.is_linear else ""
    method = function.method.lower()
    if function.method == "SYSTEM_TIME":
        return f"{method} {arguments.lower()}".rstrip()
    if function.algorithm is not None:
        method += f" algorithm={function.algorithm}"
    return f"{linear}{method}{' columns' if function.by_columns else ''} ({arguments})"


def _arguments(function: PartitionFunction) -> str:
    written = function.arguments
    if written is None:
        return ""
    if function.method == "SYSTEM_TIME":
        return written.sql
    if function.by_columns or function.method == "KEY":
        tokens = tokenize(written.sql)
        return names_text(each.value for each in tokens if each.kind in ("word", "name"))
    return expression_text(written)


def _partition(partition: Partition, has_columns: bool) -> str:
    words = [f"partition {name_text(partition.name)}"]
    if partition.bound is not None:
        words.append(_bound(partition.bound, has_columns))
    text = " ".join((*words, *_options(partition)))
    if partition.subpartitions:
        parts = (
            " ".join((f"subpartition {name_text(each.name)}", *_options(each)))
            for each in partition.subpartitions
        )
        text += "\n  (" + ",\n   ".join(parts) + ")"
    return text


def _bound(bound: Bound, has_columns: bool) -> str:
    values = ", ".join(map(_value, bound.values))
    if bound.kind == "less than":
        is_bare = bound.is_open and not has_columns
        return f"values less than {values if is_bare else f'({values})'}"
    return f"values in ({values})" if bound.kind == "in" else bound.kind


def _value(value: Expression) -> str:
    """Words in small letters; texts, and several values in parentheses, as they stand."""
    return value.sql.lower() if value.key in ("maxvalue", "null") else value.sql


def _options(partition: Partition) -> Iterator[str]:
    for name, value in partition.options:
        yield f"{name.lower()} = {value}"
    if partition.comment:
        yield f"comment = {quote_text(partition.comment)}"
