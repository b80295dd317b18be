"""Indexes: their columns, their kinds, and how long a key may be."""

from __future__ import annotations

from difflib import get_close_matches

from plumbob.ddl.charsets import longest_character
from plumbob.ddl.completed import covers
from plumbob.declaration.validate.limits import (
    INDEXES,
    KEY_BYTES,
    KEY_PARTS,
    SHORT_KEY_PART,
    SHORT_ROW_FORMATS,
)
from plumbob.declaration.validate.sizes import bytes_of
from plumbob.declaration.validate.subject import Subject, engine_of, label_of
from plumbob.model import Column, Index, KeyPart, Table
from plumbob.model.type import BLOBS, TEXTS

_CUT_BY_LENGTH = ("char", "varchar", "binary", "varbinary", *TEXTS, *BLOBS)
_FULLTEXT = ("char", "varchar", *TEXTS)


def check_indexes(subject: Subject, table: Table) -> None:
    """Every index, and how many there are."""
    primary = [number for number, index in enumerate(table.indexes) if index.kind == "primary"]
    for number in primary[1:]:
        subject.error(
            f"{table.name} has two primary keys (errno 1068)",
            table,
            "index",
            number,
            advice="keep one; one over several columns is `primary_key: a, b`",
        )
    for number, index in enumerate(table.indexes):
        if _check_columns(subject, table, index, number):
            _check_kind(subject, table, index, number)
            _check_length(subject, table, index, number)
    implied = [
        key for key in table.foreign_keys if not any(covers(index, key) for index in table.indexes)
    ]
    count = len(table.indexes) + len({key.columns for key in implied})
    most = INDEXES.most(subject.flavour) or 0
    if count > most:
        subject.error(
            f"{table.name} has {count} indexes, with those under its foreign keys, and {most} are the "
            "most (errno 1069)",
            table,
        )


def _called(index: Index, table: Table) -> str:
    if index.kind == "primary":
        return f"the primary key of {table.name}"
    columns = ", ".join(index.columns)
    return f"{label_of('index', index.name)} of {table.name}" + (
        "" if index.name else f" ({columns})"
    )


def _check_columns(subject: Subject, table: Table, index: Index, number: int) -> bool:
    """Whether all columns are there, each once, and their prefixes are possible."""
    faults: list[tuple[str, str, str]] = []
    most = KEY_PARTS.most(subject.flavour) or 0
    if len(index.parts) > most:
        faults.append(
            (f"has {len(index.parts)} key parts, and {most} are the most (errno 1070)", "", "")
        )
    seen: set[str] = set()
    for part in index.parts:
        if part.column is None:
            continue
        column = table.column(part.column)
        if column is None:
            what = f"names the column {part.column}, which {table.name} does not have (errno 1072)"
            faults.append((what, part.column, nearest_column(table, part.column)))
            continue
        if part.column.lower() in seen:
            faults.append((f"has the column {part.column} twice (errno 1060)", part.column, ""))
        seen.add(part.column.lower())
        what, advice = _fault_of_prefix(subject, index, part, column)
        if what:
            faults.append((what, part.column, advice))
    for what, word, advice in faults:
        message = f"{_called(index, table)} {what}"
        subject.error(message, table, "index", number, word=word, advice=advice)
    return not faults


def nearest_column(table: Table, name: str) -> str:
    """Advice that names the column that was probably meant."""
    near = get_close_matches(name.lower(), [column.name for column in table.columns], n=1)
    return f"did you mean {near[0]}?" if near else ""


def _fault_of_prefix(
    subject: Subject, index: Index, part: KeyPart, column: Column
) -> tuple[str, str]:
    found = column.type
    name = column.name
    if index.kind in ("fulltext", "spatial", "vector"):
        return "", ""
    if part.length is None:
        return _fault_without_prefix(subject, index, column)
    if part.length == 0:
        return f"has a prefix of 0 of {name} (errno 1391)", ""
    if found.name == "json" and not subject.is_mysql:
        return "", ""
    if found.name not in _CUT_BY_LENGTH and not found.is_spatial:
        return (
            f"has a prefix of {name}, and {found.name} has none (errno 1089)",
            f"write {name} alone",
        )
    is_whole = found.name in _CUT_BY_LENGTH and not found.is_large
    if is_whole and part.length > (1 if found.length is None else found.length):
        return f"has a prefix of {name} that is longer than the column (errno 1089)", ""
    return "", ""


def _fault_without_prefix(subject: Subject, index: Index, column: Column) -> tuple[str, str]:
    """Large types are indexed by a prefix; MariaDB cuts in silence, or keeps a hash for UNIQUE."""
    found = column.type
    is_hash = index.kind == "unique" and not subject.is_mysql
    if is_hash or found.is_spatial or not found.is_large:
        return "", ""
    if found.name == "json":
        return (
            f"stands on {column.name}, and JSON can't be indexed by itself (errno 3152)",
            "index a generated column with the value that is looked for",
        )
    return (
        f"stands on {column.name}, and {found.name} needs a length in a key (errno 1170)",
        f"write {column.name}(191), say; MariaDB would cut the key in silence",
    )


def _check_kind(subject: Subject, table: Table, index: Index, number: int) -> None:
    """What full-text, spatial and primary keys may stand on."""
    columns = [column for name in index.columns if (column := table.column(name))]
    what = ""
    if index.kind == "fulltext":
        wrong = next((column for column in columns if column.type.name not in _FULLTEXT), None)
        if wrong is not None:
            what = f"is full-text, and {wrong.name} is {wrong.type.name} (errno 1283)"
        elif len({subject.texts_of(column, table) for column in columns}) > 1:
            what = "is full-text, and its columns differ in character set or collation (errno 1283)"
    elif index.kind == "spatial":
        if len(index.parts) > 1:
            what = "is spatial, and one column is the most (errno 1070, MariaDB 1210)"
        elif any(not column.type.is_spatial for column in columns):
            what = f"is spatial, and {columns[0].name} is {columns[0].type.name} (errno 1687)"
        elif any(column.null for column in columns):
            what = f"is spatial, and {columns[0].name} may be NULL (errno 1252)"
    elif index.kind == "primary":
        what = _fault_of_primary(subject, index, columns)
    elif any(part.expression is not None and _is_column(part, table) for part in index.parts):
        what = "has a column in parentheses, which makes it an expression (errno 3762)"
    if what:
        subject.error(f"{_called(index, table)} {what}", table, "index", number)


def _is_column(part: KeyPart, table: Table) -> bool:
    return part.expression is not None and table.column(part.expression.key) is not None


def _fault_of_primary(subject: Subject, index: Index, columns: list[Column]) -> str:
    if any(part.expression is not None for part in index.parts):
        return "can't have an expression (errno 3756)"
    for column in columns:
        if column.generated is not None and subject.is_mysql and not column.generated.stored:
            return f"can't stand on {column.name}, which is computed when it is read (errno 3106)"
    return ""


def _check_length(subject: Subject, table: Table, index: Index, number: int) -> None:
    """The bytes of a key; MariaDB cuts one that is too long, or keeps a hash where it is unique."""
    limit = KEY_BYTES.get(engine_of(table))
    if limit is None or index.kind in ("fulltext", "spatial", "vector"):
        return
    sizes = {part: _part_bytes(subject, table, part) for part in index.parts}
    most = limit.most(subject.flavour) or 0
    longest = max(index.parts, key=lambda part: sizes[part])
    if engine_of(table) == "innodb" and _has_short_parts(table):
        short = SHORT_KEY_PART.most(subject.flavour) or 0
        if sizes[longest] > short:
            _refuse_length(subject, table, index, number, longest, sizes[longest], short)
            return
    if index.kind == "unique" and not subject.is_mysql:
        return
    if sum(sizes.values()) > most:
        _refuse_length(subject, table, index, number, longest, sum(sizes.values()), most)


def _refuse_length(
    subject: Subject,
    table: Table,
    index: Index,
    number: int,
    longest: KeyPart,
    size: int,
    most: int,
) -> None:
    column = longest.column or "the expression"
    advice = f"index a prefix: {column}(191)"
    if subject.texts_of_table(table).charset is None:
        advice += "; counted with four bytes a character, since no charset is declared"
    subject.error(
        f"a key of {_called(index, table)} may take {size} bytes, and {most} are the most (errno 1071)",
        table,
        "index",
        number,
        word=longest.column or "",
        advice=advice,
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
    is_text = column.type.is_string
    return part.length * (longest_character(charset) if is_text else 1)
