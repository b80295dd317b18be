"""Indexes: their columns, their kinds, and how long a key may be."""

from __future__ import annotations

from collections.abc import Iterator

from plumbob.ddl.charsets import longest_character
from plumbob.ddl.completed import covers
from plumbob.declaration.validate.key_columns import key_columns
from plumbob.declaration.validate.limits import (
    INDEXES,
    KEY_BYTES,
    KEY_PARTS,
    SHORT_KEY_PART,
    SHORT_ROW_FORMATS,
)
from plumbob.declaration.validate.sizes import bytes_of
from plumbob.declaration.validate.subject import Fault, Subject, engine_of, label_of
from plumbob.model import Column, Index, KeyPart, Table
from plumbob.model.type import BLOBS, TEXTS

_CUT_BY_LENGTH = ("char", "varchar", "binary", "varbinary", *TEXTS, *BLOBS)
_FULLTEXT = ("char", "varchar", *TEXTS)
# Kinds that know no prefixes, and whose length is not counted.
_OTHER_KINDS = ("fulltext", "spatial", "vector")


def faults_of_indexes(subject: Subject, table: Table) -> Iterator[Fault]:
    """Every index, and how many there are."""
    primary = [number for number, index in enumerate(table.indexes) if index.kind == "primary"]
    for number in primary[1:]:
        advice = "keep one; one over several columns is `primary_key: a, b`"
        yield Fault(
            f"{table.name} has two primary keys (errno 1068)", "index", number, advice=advice
        )
    for number, index in enumerate(table.indexes):
        called = _called(index, table)
        for fault in _faults_of_index(subject, table, index):
            yield fault._replace(what=f"{called} {fault.what}", kind="index", number=number)
    implied = {
        key.columns
        for key in table.foreign_keys
        if not any(covers(index, key) for index in table.indexes)
    }
    count = len(table.indexes) + len(implied)
    if INDEXES.is_less(count, subject.flavour):
        yield Fault(
            f"{table.name} has {count} indexes, with those under its foreign keys, and "
            f"{INDEXES.most(subject.flavour)} are the most (errno 1069)"
        )


def _called(index: Index, table: Table) -> str:
    if index.kind == "primary":
        return f"the primary key of {table.name}"
    columns = "" if index.name else f" ({', '.join(index.columns)})"
    return f"{label_of('index', index.name)} of {table.name}{columns}"


def _faults_of_index(subject: Subject, table: Table, index: Index) -> Iterator[Fault]:
    """What the index does, as a message goes on behind its name."""
    faults = list(_faults_of_parts(subject, table, index))
    if not faults:
        what = _fault_of_kind(subject, table, index)
        faults = [Fault(what)] if what else list(_faults_of_length(subject, table, index))
    yield from faults


def _faults_of_parts(subject: Subject, table: Table, index: Index) -> Iterator[Fault]:
    """All columns have to be there, each once, with a prefix only where there can be one."""
    if KEY_PARTS.is_less(len(index.parts), subject.flavour):
        most = KEY_PARTS.most(subject.flavour)
        yield Fault(f"has {len(index.parts)} key parts, and {most} are the most (errno 1070)")
    parts = [part for part in index.parts if part.column is not None]
    for part, found in zip(parts, key_columns(table, index.columns), strict=True):
        if isinstance(found, Fault):
            yield found
        elif index.kind not in _OTHER_KINDS:
            yield from _faults_of_prefix(subject, index, part, found)


def _faults_of_prefix(
    subject: Subject, index: Index, part: KeyPart, column: Column
) -> Iterator[Fault]:
    found, name = column.type, column.name
    is_json = found.name == "json" and not subject.is_mysql
    if part.length is None:
        yield from _faults_without_prefix(subject, index, column)
    elif part.length == 0:
        yield Fault(f"has a prefix of 0 of {name} (errno 1391)", word=name)
    elif found.name not in _CUT_BY_LENGTH and not found.is_spatial and not is_json:
        what = f"has a prefix of {name}, and {found.name} has none (errno 1089)"
        yield Fault(what, word=name, advice=f"write {name} alone")
    elif not found.is_large and part.length > (1 if found.length is None else found.length):
        what = f"has a prefix of {name} that is longer than the column (errno 1089)"
        yield Fault(what, word=name)


def _faults_without_prefix(subject: Subject, index: Index, column: Column) -> Iterator[Fault]:
    """Large types are indexed by a prefix; MariaDB cuts in silence, or keeps a hash for UNIQUE."""
    found, name = column.type, column.name
    is_hash = index.kind == "unique" and not subject.is_mysql
    if is_hash or found.is_spatial or not found.is_large:
        return
    if found.name == "json" and not subject.is_mariadb:
        what = f"stands on {name}, and JSON cannot be indexed by itself (errno 3152)"
        advice = "index a generated column with the value that is looked for"
    else:
        what = f"stands on {name}, and {found.name} needs a length in a key (errno 1170)"
        advice = f"write {name}(191), say; MariaDB would cut the key in silence"
    yield Fault(what, word=name, advice=advice)


def _fault_of_kind(subject: Subject, table: Table, index: Index) -> str:
    """What full-text, spatial and primary keys may stand on."""
    columns = [column for name in index.columns if (column := table.column(name))]
    match index.kind:
        case "fulltext":
            return _fault_of_fulltext(subject, table, columns)
        case "spatial" if len(index.parts) > 1:
            return "is spatial, and one column is the most (errno 1070, MariaDB 1210)"
        case "spatial" if any(not column.type.is_spatial for column in columns):
            return f"is spatial, and {columns[0].name} is {columns[0].type.name} (errno 1687)"
        case "spatial" if any(column.null for column in columns):
            return f"is spatial, and {columns[0].name} may be NULL (errno 1252)"
        case "primary":
            return _fault_of_primary(subject, index, columns)
    expressions = [part.expression for part in index.parts if part.expression is not None]
    if any(table.column(expression.key) for expression in expressions):
        return "has a column in parentheses, which makes it an expression (errno 3762)"
    return ""


def _fault_of_fulltext(subject: Subject, table: Table, columns: list[Column]) -> str:
    # JSON is LONGTEXT on MariaDB.
    texts = (
        [*columns] if subject.is_mysql else [each for each in columns if each.type.name != "json"]
    )
    wrong = next((column for column in texts if column.type.name not in _FULLTEXT), None)
    if wrong is not None:
        return f"is full-text, and {wrong.name} is {wrong.type.name} (errno 1283)"
    if len({subject.texts_of(column, table) for column in texts}) > 1:
        return "is full-text, and its columns differ in character set or collation (errno 1283)"
    return ""


def _fault_of_primary(subject: Subject, index: Index, columns: list[Column]) -> str:
    if any(part.expression is not None for part in index.parts):
        return "cannot have an expression (errno 3756)"
    for column in columns:
        if column.generated is not None and subject.is_mysql and not column.generated.stored:
            return f"cannot stand on {column.name}, which is computed when it is read (errno 3106)"
    return ""


def _faults_of_length(subject: Subject, table: Table, index: Index) -> Iterator[Fault]:
    """The bytes of a key; MariaDB cuts one that is too long, or keeps a hash where it is unique."""
    limit = KEY_BYTES.get(engine_of(table))
    if limit is None or index.kind in _OTHER_KINDS:
        return
    sizes = [_part_bytes(subject, table, part) for part in index.parts]
    size = sum(sizes)
    if engine_of(table) == "innodb" and _has_short_parts(table):
        limit, size = SHORT_KEY_PART, max(sizes)
    elif index.kind == "unique" and not subject.is_mysql:
        return
    if limit.is_less(size, subject.flavour):
        longest = index.parts[sizes.index(max(sizes))].column or ""
        yield Fault(
            f"may take {size} bytes, and {limit.most(subject.flavour)} are the most (errno 1071)",
            word=longest,
            advice=f"index a prefix: {longest}(191)" + subject.counted(table),
        )


def _has_short_parts(table: Table) -> bool:
    return any(
        option.name == "ROW_FORMAT" and option.value.upper() in SHORT_ROW_FORMATS
        for option in table.options
    )


def _part_bytes(subject: Subject, table: Table, part: KeyPart) -> int:
    """An expression's size is known to the server alone, and counts as nothing here."""
    column = table.column(part.column) if part.column else None
    if column is None:
        return 0
    charset = subject.texts_of(column, table).charset
    if part.length is None:
        return 0 if column.type.is_large else bytes_of(column.type, charset)
    return part.length * (longest_character(charset) if column.type.is_string else 1)
