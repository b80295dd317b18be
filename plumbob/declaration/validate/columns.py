"""Columns: what a type takes, AUTO_INCREMENT, generated columns."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches
from functools import lru_cache

from plumbob.ddl.charsets import CHARSETS, charset_of
from plumbob.ddl.lexer import tokenize
from plumbob.declaration.validate.limits import (
    ENUM_LABELS,
    LABEL_LENGTH,
    SET_LABELS,
    TYPE_LENGTH,
    TYPE_SCALE,
)
from plumbob.declaration.validate.subject import Fault, Subject, at, engine_of
from plumbob.model import Column, Expression, Table, Type

_NUMBERS_THAT_COUNT = ("tinyint", "smallint", "mediumint", "int", "bigint")
# MariaDB counts in these as well (measured); MySQL says errno 1063.
_FLOATS = ("float", "double")
# An engine that takes AUTO_INCREMENT in a later key part (manual: AUTO_INCREMENT, MyISAM Notes).
_COUNTS_BEHIND = ("myisam", "aria", "mrg_myisam")
_CASE_MATTERS = ("_bin", "_cs", "binary")


def faults_of_columns(subject: Subject, table: Table) -> Iterator[Fault]:
    """Every column by itself, and those that a table may have once only."""
    if not table.columns:
        yield Fault(f"{table.name} has no columns (errno 1113)")
    elif all(column.invisible for column in table.columns):
        yield Fault(f"{table.name} has no visible column (errno 4028, MariaDB 1113)")
    for number, column in enumerate(table.columns):
        for what in _faults_of_type(subject, column, table):
            yield Fault(f"{table.name}.{column.name}: {what}", "column", number)
        if column.generated is not None:
            generated = _faults_of_generated(subject, table, number, column.generated.expression)
            yield from at("column", number, generated)
    yield from _faults_of_counting(subject, table)
    for what in faults_of_charset(table.charset, table.collation):
        yield Fault(f"{table.name}: {what}", "charset" if table.charset else "collation")


def _faults_of_type(subject: Subject, column: Column, table: Table) -> list[str]:
    found = column.type
    if found.labels:
        return _faults_of_labels(subject, column, table)
    faults = []
    name, length, scale = found.name, found.length, found.scale
    if (
        length is not None
        and name in TYPE_LENGTH
        and TYPE_LENGTH[name].is_less(length, subject.flavour)
    ):
        most = TYPE_LENGTH[name].most(subject.flavour)
        faults.append(
            f"{name}({length}) is too long, {most} is the most ({TYPE_LENGTH[name].source})"
        )
    if (
        scale is not None
        and name in TYPE_SCALE
        and TYPE_SCALE[name].is_less(scale, subject.flavour)
    ):
        most = TYPE_SCALE[name].most(subject.flavour)
        faults.append(
            f"{scale} digits behind the point, {most} are the most ({TYPE_SCALE[name].source})"
        )
    if scale is not None and length is not None and scale > length:
        faults.append("more digits behind the point than there are digits (errno 1427)")
    return [*faults, *_faults_of_attributes(found)]


def _faults_of_attributes(found: Type) -> list[str]:
    faults = []
    if found.unsigned and not (found.is_number or found.name == "year"):
        faults.append(f"{found.name} is neither signed nor unsigned (errno 1064)")
    if found.charset and not found.is_string:
        faults.append(f"{found.name} has no character set (errno 1064)")
    return [*faults, *faults_of_charset(found.charset, found.collation)]


@lru_cache(maxsize=1_000)
def faults_of_charset(charset: str | None, collation: str | None) -> tuple[str, ...]:
    """Whether there are such a character set and such a collation, and whether they belong together."""
    if charset and charset not in CHARSETS:
        near = get_close_matches(charset, list(CHARSETS), n=1)
        meant = f", did you mean {near[0]}?" if near else ""
        return (f"there is no character set {charset} (errno 1115){meant}",)
    if not collation or collation == "binary" or collation.startswith("uca1400_"):
        return ()
    if charset_of(collation) is None:
        return (f"there is no collation {collation} (errno 1273)",)
    if charset and charset_of(collation) != charset:
        return (f"the collation {collation} is none of {charset} (errno 1253)",)
    return ()


def _faults_of_labels(subject: Subject, column: Column, table: Table) -> list[str]:
    found = column.type
    faults = list(faults_of_charset(found.charset, found.collation))
    limit = SET_LABELS if found.name == "set" else ENUM_LABELS
    if limit.is_less(len(found.labels), subject.flavour):
        most = limit.most(subject.flavour)
        faults.append(f"{len(found.labels)} labels, {most} are the most ({limit.source})")
    if LABEL_LENGTH.is_less(max(map(len, found.labels)), subject.flavour):
        longest = LABEL_LENGTH.most(subject.flavour)
        faults.append(f"a label is longer than {longest} characters ({LABEL_LENGTH.source})")
    if found.name == "set" and any("," in label for label in found.labels):
        faults.append("a label of a SET cannot have a comma (errno 1367)")
    collation = subject.texts_of(column, table).collation or ""
    seen: set[str] = set()
    for label in found.labels:
        # Blanks at the end are cut by the server.
        same = label.rstrip(" ")
        same = same if collation.endswith(_CASE_MATTERS) else same.lower()
        if same in seen:
            faults.append(f"the label {label!r} stands there twice (errno 1291)")
        seen.add(same)
    return faults


def _faults_of_counting(subject: Subject, table: Table) -> Iterator[Fault]:
    """AUTO_INCREMENT: one column, of a number type, first in a key."""
    counting = [number for number, column in enumerate(table.columns) if column.auto_increment]
    if not counting:
        return
    first = table.columns[counting[0]]
    for number in counting[1:]:
        yield Fault(
            f"{table.name} counts in {first.name} already: one AUTO_INCREMENT column is the most "
            f"(errno 1075), so {table.columns[number].name} cannot count",
            "column",
            number,
        )
    if first.type.name not in _NUMBERS_THAT_COUNT + (() if subject.is_mysql else _FLOATS):
        yield Fault(
            f"{table.name}.{first.name} is {first.type.name}, and AUTO_INCREMENT counts in whole "
            "numbers only (errno 1063)",
            "column",
            counting[0],
        )
    elif not _is_keyed(table, first):
        yield Fault(
            f"{table.name}.{first.name} is AUTO_INCREMENT and not the first column of a key (errno 1075)",
            "column",
            counting[0],
            advice="add `primary key` to it, or an index that begins with it",
        )


def _is_keyed(table: Table, column: Column) -> bool:
    name = column.name.lower()
    reach = None if engine_of(table) in _COUNTS_BEHIND else 1
    for index in table.indexes:
        if index.kind in ("fulltext", "spatial", "vector"):
            continue
        if any((part.column or "").lower() == name for part in index.parts[:reach]):
            return True
    return False


def _faults_of_generated(
    subject: Subject, table: Table, number: int, expression: Expression
) -> Iterator[Fault]:
    """What a computed value excludes (errno 1221 on MySQL, 1064 on MariaDB), and looks at."""
    column = table.columns[number]
    called = f"{table.name}.{column.name}"
    excluded = {
        "AUTO_INCREMENT": column.auto_increment,
        "DEFAULT": column.default is not None,
        "ON UPDATE": column.on_update is not None,
    }
    for words, is_there in excluded.items():
        if is_there:
            what = f"{called} is generated, which excludes {words} (errno 1221)"
            yield Fault(what, word=words.split(" ", 1)[0])
    for other in table.columns[number:]:
        if other.generated is not None and mentions(expression, other.name):
            yield Fault(
                f"{called} is computed from the generated column {other.name}, which has to stand "
                "before it (errno 3107, MariaDB 4029)"
            )
    for other in table.columns if subject.is_mysql else ():
        if other.auto_increment and mentions(expression, other.name):
            yield Fault(
                f"{called} is computed from the AUTO_INCREMENT column {other.name}, which MySQL does "
                "not allow (errno 3109)"
            )


def mentions(expression: Expression, column: str) -> bool:
    """Whether an expression names a column."""
    name = column.lower()
    if name not in expression.key:
        return False
    return any(
        token.kind in ("word", "name") and token.value.lower() == name
        for token in tokenize(expression.sql)
    )
