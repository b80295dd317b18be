"""Texts: how long a comment may be, and characters that a server can't give back."""

from __future__ import annotations

from collections.abc import Iterator

from plumbob.declaration.validate.limits import COLUMN_COMMENT, INDEX_COMMENT, TABLE_COMMENT, Limit
from plumbob.declaration.validate.subject import Subject, label_of
from plumbob.model import Column, Expression, Table

# SHOW CREATE TABLE and information_schema give these back as `?`, so a difference would never end.
_WHY = "the server gives a character of four bytes, such as an emoji, back as `?`, so it can't be verified"
_LARGEST_BMP = 0xFFFF


def check_texts(subject: Subject, table: Table) -> None:
    """Comments, labels, default values and expressions of a table."""
    _check_comment(subject, table, table.comment, TABLE_COMMENT, "table", "", table.name)
    for number, column in enumerate(table.columns):
        _check_comment(
            subject, table, column.comment, COLUMN_COMMENT, "column", number, column.name
        )
        for what in _unreadable(column, subject):
            subject.error(
                f"{what} of {table.name}.{column.name} can't be used: {_WHY}",
                table,
                "column",
                number,
            )
    for number, index in enumerate(table.indexes):
        _check_comment(subject, table, index.comment, INDEX_COMMENT, "index", number, index.name)
        for part in index.parts:
            _check_expression(subject, table, part.expression, "index", number, index.name)
    for number, check in enumerate(table.checks):
        _check_expression(subject, table, check.expression, "check", number, check.name)


def _check_comment(
    subject: Subject,
    table: Table,
    comment: str,
    limit: Limit,
    kind: str,
    number: str | int,
    name: str,
) -> None:
    most = limit.most(subject.flavour) or 0
    where = "comment" if kind == "table" and _has_key(subject, table) else kind
    if len(comment) > most:
        subject.error(
            f"the comment of {label_of(kind, name)} has {len(comment)} characters, and {most} are the most "
            f"({limit.source})",
            table,
            where,
            number,
            advice="a lax server would cut it in silence",
        )
    if has_long_character(comment):
        subject.error(
            f"the comment of {label_of(kind, name)} can't be used: {_WHY}", table, where, number
        )


def _has_key(subject: Subject, table: Table) -> bool:
    places = subject.declaration.places.get(table.name)
    return places is not None and "comment" in places.keys


def _unreadable(column: Column, subject: Subject) -> Iterator[str]:
    if any(map(has_long_character, column.type.labels)):
        yield "a label"
    if column.default is not None and has_long_character(column.default.value):
        yield "the default value"
    # MariaDB prints expressions in utf8mb4 (measured on 10.11 and 11.8), MySQL as `????`.
    if subject.is_mariadb:
        return
    expressions = {
        "the default value": column.default.expression if column.default else None,
        "the generating expression": column.generated.expression if column.generated else None,
        "the check": column.check,
    }
    for what, expression in expressions.items():
        if expression is not None and has_long_character(expression.sql):
            yield what


def _check_expression(
    subject: Subject,
    table: Table,
    expression: Expression | None,
    kind: str,
    number: int,
    name: str,
) -> None:
    if expression is None or subject.is_mariadb or not has_long_character(expression.sql):
        return
    subject.error(
        f"the expression of {label_of(kind, name)} of {table.name} can't be used: {_WHY}",
        table,
        kind,
        number,
    )


def has_long_character(text: str) -> bool:
    """Whether a text has a character outside of the Basic Multilingual Plane."""
    return not text.isascii() and any(ord(each) > _LARGEST_BMP for each in text)
