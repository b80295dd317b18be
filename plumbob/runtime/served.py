"""Columns whose value comes from the server: generated ones, and those with a default of the server.

What says so is among a field's constraints, as Peewee has it: `Default("0")`, `SQL("ON UPDATE …")`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Generic, NoReturn, TypeVar, overload

from peewee import SQL, Field

V = TypeVar("V")


class _GeneratedAs(SQL):
    """The constraint that marks a generated column."""


if TYPE_CHECKING:

    class Generated(Generic[V]):
        """A column that the server computes from others: it can be read and cannot be written."""

        def __init__(self, field: Field[V], expression: str, *, stored: bool = False) -> None: ...
        @overload
        def __get__(self, instance: None, owner: Any) -> Field[V]: ...
        @overload
        def __get__(self, instance: object, owner: Any) -> V: ...
        def __get__(self, instance: Any, owner: Any) -> Any: ...
        def __set__(self, instance: object, value: NoReturn) -> None: ...

else:

    def Generated(field, expression, *, stored=False):
        """Mark a field as one that the server computes from others."""
        how = "STORED" if stored else "VIRTUAL"
        marked = _GeneratedAs(f"GENERATED ALWAYS AS ({expression}) {how}")
        field.constraints = [*(field.constraints or ()), marked]
        return field


def is_generated(field: Field[Any]) -> bool:
    """Whether no INSERT and no UPDATE may name the column."""
    constraints = getattr(field, "constraints", None) or ()
    return any(isinstance(each, _GeneratedAs) for each in constraints)


def is_counted(field: Field[Any]) -> bool:
    """Whether the server numbers the rows in it."""
    return bool(field.auto_increment) or "AUTO_INCREMENT" in _sql(field)


def is_set_on_update(field: Field[Any]) -> bool:
    """Whether the server puts the time into the column with each UPDATE."""
    return any(sql.startswith("ON UPDATE") for sql in _sql(field))


def is_given_by_server(field: Field[Any]) -> bool:
    """Whether the server may put a value into the column that nobody gave."""
    return (
        is_generated(field)
        or is_set_on_update(field)
        or any(sql.startswith("DEFAULT") for sql in _sql(field))
    )


def _sql(field: Field[Any]) -> Iterator[str]:
    # A CompositeKey is a Field without constraints.
    for each in getattr(field, "constraints", None) or ():
        if isinstance(each, SQL):
            yield str(each.sql).lstrip().upper()
