"""Fingerprints: SHA-256 over the canonical text of an object, or of all objects of a schema.

Equal fingerprints mean equal definitions: the AUTO_INCREMENT counter, the order of indexes and what a
server only remembers of a spelling are left out.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import replace

from plumbob.ddl.canonical import canonical_table
from plumbob.ddl.charsets import server_defaults
from plumbob.ddl.stored import create_sql
from plumbob.ddl.tables import create_table_sql
from plumbob.model import (
    Column,
    Event,
    Expression,
    Flavour,
    ForeignKey,
    Index,
    NotUnderstood,
    Owned,
    Partition,
    PartitionFunction,
    Partitioning,
    Routine,
    Schema,
    Stored,
    Table,
    Trigger,
    View,
    key_of_id,
    object_id,
)

# Of the second part, which only tells lists of one table apart.
_LIST_DIGITS = 16

# Data, also of a table that is not understood: it grows, and each member of a cluster has another one.
_COUNTER = re.compile(r"^(\) ENGINE=\w+)( AUTO_INCREMENT=\d+)", re.MULTILINE)

Object = Table | Stored | NotUnderstood


def fingerprint(found: Object, flavour: Flavour) -> str:
    """The fingerprint of an object as a server prints it, or of one in canonical form: it is the same.

    Of what is not understood nothing but equality is asked.

    That of a partitioned table has two parts, `sha256:…+…`: all but the list of its partitions, and
    the list. Where partitions are left to others (`keep`), the second part is missing.
    """
    if isinstance(found, NotUnderstood):
        return _hash(_COUNTER.sub(r"\1", found.text))
    if isinstance(found, Table):
        return _of_table(found, flavour)
    return _hash(stored_text(found, flavour))


def _of_table(table: Table, flavour: Flavour) -> str:
    whole = _hash(canonical_text(table, flavour))
    if table.partitions is None:
        return whole
    scheme = replace(table, partitions=table.partitions.scheme)
    bare = _hash(canonical_text(scheme, flavour))
    return (
        bare
        if table.partitions.is_left_to_others
        else f"{bare}+{whole.partition(':')[2][:_LIST_DIGITS]}"
    )


def without_list(print: str) -> str:
    """A fingerprint without what it says of the list of partitions."""
    return print.partition("+")[0]


def is_print_of(wanted: str, seen: str) -> bool:
    """Whether a table with the second fingerprint is what the first one wants."""
    return seen == wanted or without_list(seen) == wanted


def objects(schema: Schema) -> dict[str, Object]:
    """All objects of a schema by their ids (`model.object_id`), understood or not."""
    return {
        **{object_id("table", name): table for name, table in schema.tables.items()},
        **{str(key): stored for key, stored in schema.stored.items()},
        **schema.not_understood,
    }


def fingerprints(schema: Schema, flavour: Flavour) -> dict[str, str]:
    """The fingerprint of every object by its id."""
    return {id: fingerprint(each, flavour) for id, each in objects(schema).items()}


def whole_fingerprint(prints: Mapping[str, str]) -> str:
    """The fingerprint of all tables, of the fingerprints of all objects.

    Stored objects are left out: which of them are ours depends on the sections of a declaration. So
    are lists of partitions, which may rotate. Those that a migration touches are looked at one by one.
    """
    tables = (f"{id} {without_list(each)}" for id, each in prints.items() if key_of_id(id) is None)
    return _hash("\n".join(sorted(tables)))


def stored_text(stored: Stored, flavour: Flavour) -> str:
    """The text of a stored object and of its session, in the one spelling that a definition has.

    The account is left out, because one that is not declared is whoever runs the migration; so is
    the moment at which an event began, which is the moment of the migration.
    """
    plain = stored
    if isinstance(plain, Owned):
        plain = replace(plain, definer=None)
    if isinstance(plain, View):
        plain = replace(plain, select=_plain(plain.select))
    if isinstance(plain, Event) and plain.at is None:
        plain = replace(plain, starts=None)
    if isinstance(plain, Routine):
        returns = _plain(plain.returns) if plain.returns else None
        plain = replace(
            plain,
            name=plain.name.lower(),
            parameters=_plain(plain.parameters),
            returns=returns,
        )
    lines = [create_sql(plain, flavour)]
    if isinstance(stored, Trigger):
        lines.append(f"follows {stored.follows}")
    if isinstance(stored, Owned):
        session = stored.session
        lines.append(f"{session.sql_mode} {session.collation} {session.time_zone}")
    return "\n".join(lines)


def canonical_text(table: Table, flavour: Flavour) -> str:
    """CREATE TABLE in the one spelling that a definition has."""
    table = canonical_table(table, flavour, server_defaults(flavour))
    indexes = sorted(table.indexes, key=lambda index: (index.kind != "primary", index.name))
    plain = replace(
        table,
        auto_increment=None,
        columns=tuple(map(_plain_column, table.columns)),
        indexes=tuple(map(_plain_index, indexes)),
        partitions=_plain_partitions(table.partitions),
        foreign_keys=tuple(map(_plain_key, sorted(table.foreign_keys, key=lambda key: key.name))),
        checks=tuple(
            replace(check, expression=_plain(check.expression))
            for check in sorted(table.checks, key=lambda check: check.name)
        ),
        options=tuple(replace(option, written="") for option in table.options),
    )
    return create_table_sql(plain, flavour)


def _plain(expression: Expression) -> Expression:
    return replace(expression, sql=expression.key)


def _plain_partitions(partitions: Partitioning | None) -> Partitioning | None:
    """The partitions of LIST by name, for their order means nothing."""
    if partitions is None:
        return None
    plain = partitions.settled()
    listed = plain.partitions
    if plain.by.method == "LIST":
        listed = tuple(sorted(listed, key=lambda partition: partition.name.lower()))
    subpartition_by = plain.subpartition_by
    return replace(
        plain,
        by=_plain_function(plain.by),
        subpartition_by=_plain_function(subpartition_by) if subpartition_by else None,
        partitions=tuple(map(_plain_partition, listed)),
    )


def _plain_function(function: PartitionFunction) -> PartitionFunction:
    if function.arguments is None:
        return function
    return replace(function, arguments=_plain(function.arguments))


def _plain_partition(partition: Partition) -> Partition:
    bound = partition.bound
    if bound is not None:
        bound = replace(bound, values=tuple(Expression(key, key) for key in bound.key))
    subpartitions = tuple(map(_plain_partition, partition.subpartitions))
    return replace(partition, bound=bound, subpartitions=subpartitions, written="")


def _plain_column(column: Column) -> Column:
    found = replace(
        column.type,
        charset_written=column.type.is_string,
        collation_written=column.type.is_string,
    )
    default, generated = column.default, column.generated
    if default is not None and default.expression is not None:
        default = replace(default, expression=_plain(default.expression))
    if generated is not None:
        generated = replace(generated, expression=_plain(generated.expression))
    check = _plain(column.check) if column.check is not None else None
    return replace(column, type=found, default=default, generated=generated, check=check)


def _plain_index(index: Index) -> Index:
    parts = tuple(
        replace(part, expression=_plain(part.expression)) if part.expression is not None else part
        for part in index.parts
    )
    return replace(index, using=index.structure, parts=parts)


def _plain_key(key: ForeignKey) -> ForeignKey:
    """Columns have no case; a server that met no parent yet keeps what was written."""
    return replace(
        key,
        columns=tuple(name.lower() for name in key.columns),
        parent_columns=tuple(name.lower() for name in key.parent_columns),
        on_delete_written=None,
        on_update_written=None,
    )


def _hash(text: str) -> str:
    return "sha256:" + hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
