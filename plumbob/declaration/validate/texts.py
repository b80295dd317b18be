"""Texts: how long a comment may be, and characters that a server cannot give back."""

from __future__ import annotations

from collections.abc import Iterator

from plumbob.declaration.validate.limits import COLUMN_COMMENT, INDEX_COMMENT, TABLE_COMMENT, Limit
from plumbob.declaration.validate.subject import Fault, Subject, at, label_of
from plumbob.model import Column, Expression, Table

# SHOW CREATE TABLE and information_schema give these back as `?`, so a difference would never end.
_WHY = "the server gives a character of four bytes, such as an emoji, back as `?`, so it cannot be verified"
_LARGEST_BMP = 0xFFFF


def faults_of_texts(subject: Subject, table: Table) -> Iterator[Fault]:
    """Comments, labels, default values and expressions of a table."""
    comment = _faults_of_comment(table.comment, TABLE_COMMENT, label_of("table", table.name))
    yield from at("comment", "", comment)
    if subject.is_mariadb:
        yield from at("comment", "", _faults_of_nul(table.comment, table.name))
    for number, column in enumerate(table.columns):
        called = label_of("column", column.name)
        yield from at("column", number, _faults_of_comment(column.comment, COLUMN_COMMENT, called))
        for what in _unreadable(column, subject):
            unusable = f"{what} of {table.name}.{column.name} cannot be used: {_WHY}"
            yield Fault(unusable, "column", number)
    for number, index in enumerate(table.indexes):
        called = label_of("index", index.name)
        yield from at("index", number, _faults_of_comment(index.comment, INDEX_COMMENT, called))
        if subject.is_mariadb:
            yield from at("index", number, _faults_of_nul(index.comment, called))
        if any(_is_unreadable(part.expression, subject) for part in index.parts):
            yield Fault(f"the expression of {called} cannot be used: {_WHY}", "index", number)
    for number, check in enumerate(table.checks):
        if _is_unreadable(check.expression, subject):
            called = f"{label_of('check', check.name)} of {table.name}"
            yield Fault(f"the expression of {called} cannot be used: {_WHY}", "check", number)


def _faults_of_comment(comment: str, limit: Limit, called: str) -> Iterator[Fault]:
    most = limit.most(None)
    if most is not None and len(comment) > most:
        yield Fault(
            f"the comment of {called} has {len(comment)} characters, and {most} are the most "
            f"({limit.source})",
            advice="a lax server would cut it in silence",
        )
    if has_long_character(comment):
        yield Fault(f"the comment of {called} cannot be used: {_WHY}")


def _faults_of_nul(comment: str, called: str) -> Iterator[Fault]:
    """MariaDB loses it in comments of tables and indexes, not of columns (measured on 10.11 and 11.8)."""
    if comment.partition("\0")[2].strip("\0"):
        yield Fault(
            f"MariaDB keeps nothing of the comment of {called} behind a NUL but zero bytes",
            advice="leave the NUL out",
        )


def _unreadable(column: Column, subject: Subject) -> Iterator[str]:
    """The parts of a column that have such a character."""
    if any(map(has_long_character, column.type.labels)):
        yield "a label"
    default = column.default
    if default is not None and (
        has_long_character(default.value) or _is_unreadable(default.expression, subject)
    ):
        yield "the default value"
    if column.generated is not None and _is_unreadable(column.generated.expression, subject):
        yield "the generating expression"
    if _is_unreadable(column.check, subject):
        yield "the check"


def _is_unreadable(expression: Expression | None, subject: Subject) -> bool:
    """MariaDB prints expressions in utf8mb4 (measured on 10.11 and 11.8), MySQL as `????`."""
    return expression is not None and not subject.is_mariadb and has_long_character(expression.sql)


def has_long_character(text: str) -> bool:
    """Whether a text has a character outside of the Basic Multilingual Plane."""
    return not text.isascii() and any(ord(each) > _LARGEST_BMP for each in text)
