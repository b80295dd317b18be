"""Both ends of associations, where Peewee's ForeignKeyField is not enough: keys of several columns, and types."""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Generic, TypeVar, overload

import peewee
from peewee import BackrefAccessor, Expression, ModelSelect

M = TypeVar("M", bound=peewee.Model)
# The parent; or the parent or None.
P = TypeVar("P")

if TYPE_CHECKING:

    class BackReference(BackrefAccessor, Generic[M]):
        """What Peewee puts at the other end of a foreign key: the rows that refer to this one."""

        def __init__(self) -> None: ...
        @overload
        def __get__(self, instance: None, instance_type: Any = None) -> BackReference[M]: ...
        @overload
        def __get__(self, instance: object, instance_type: Any = None) -> ModelSelect[M]: ...
        def __get__(self, instance: Any, instance_type: Any = None) -> Any: ...


class CompositeReference(Generic[P]):
    """The parent by a foreign key of several columns, such as `line.order`, read when it is asked for.

    It cannot be set: the fields of the columns can. Peewee's joins go by one column; with this one, say
    `Line.select().join(Order, on=Line.order.on)`.
    """

    def __init__(self, parent: Callable[[], type[Any]], **fields: str) -> None:
        """Pair the fields.

        Args:
            parent: gives the model, which may be defined below.
            fields: the names of the parent's fields by those of the child's.
        """
        self._parent = parent
        self._fields = fields

    def __set_name__(self, owner: type[Any], name: str) -> None:
        self._child = owner

    @overload
    def __get__(self, instance: None, owner: Any) -> CompositeReference[P]: ...
    @overload
    def __get__(self, instance: object, owner: Any) -> P: ...
    def __get__(self, instance: Any, owner: Any) -> Any:
        if instance is None:
            return self
        values = {theirs: _raw(instance, own) for own, theirs in self._fields.items()}
        if None in values.values():
            return None
        parent = self._parent()
        return parent.get(*(_field(parent, name) == value for name, value in values.items()))

    @property
    def on(self) -> Expression:
        """The condition under which rows of the two tables belong together."""
        parent = self._parent()
        pairs = (
            _field(self._child, own) == _field(parent, theirs)
            for own, theirs in self._fields.items()
        )
        found: Expression = functools.reduce(operator.and_, pairs)
        return found


class CompositeBackReference(Generic[M]):
    """The rows that refer to this one by a foreign key of several columns, such as `order.lines`."""

    def __init__(self, child: Callable[[], type[M]], **fields: str) -> None:
        """Pair the fields; `fields` has the names of this model's by those of the child's."""
        self._child = child
        self._fields = fields

    @overload
    def __get__(self, instance: None, owner: Any) -> CompositeBackReference[M]: ...
    @overload
    def __get__(self, instance: object, owner: Any) -> ModelSelect[M]: ...
    def __get__(self, instance: Any, owner: Any) -> Any:
        if instance is None:
            return self
        child = self._child()
        pairs = ((_field(child, own), _raw(instance, here)) for own, here in self._fields.items())
        return child.select().where(*(field == value for field, value in pairs))


def _field(model: type[peewee.Model], name: str) -> Any:
    return model._meta.fields[name]


def _raw(instance: Any, name: str) -> Any:
    """The value of a column, where Peewee would give the row that it refers to."""
    return getattr(instance, instance._meta.fields[name].safe_name)
