"""The base of generated models: what the server computes or fills in is left to the server.

Peewee knows defaults of Python and none of the server, and no generated columns. On top of it: no
INSERT and no UPDATE names a generated column; what a new row does not say has the server's default; an
UPDATE names what was changed and nothing else, so that ON UPDATE CURRENT_TIMESTAMP works. What the
server has put into a row that was written is read back when somebody asks for it, and not before.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import peewee
from peewee import SQL, DatabaseProxy, Field, ForeignKeyField, ModelInsert, ModelUpdate

from plumbob.runtime.fields import SetField, SetReference
from plumbob.runtime.served import is_counted, is_generated, is_given_by_server, is_set_on_update


class Unbound(DatabaseProxy):
    """The database of the models, which is known once the application has connected."""

    def __getattr__(self, name: str) -> Any:
        if self.obj is None:
            raise AttributeError(
                "the models have no database yet: call plumbob.runtime.connect() before the first query"
            )
        return getattr(self.obj, name)


# What the models are bound to until an application connects (`plumbob.runtime.connect`).
proxy = Unbound()
# Within VALUES: what the server fills in.
DEFAULT = SQL("DEFAULT")


class ServedMetadata(peewee.Metadata):
    """Peewee's description of a model, which has values that come from the server read back."""

    def add_field(self, field_name: str, field: Any, set_attribute: bool = True) -> None:
        # Called for each field: also for a foreign key whose parent is defined later.
        super().add_field(field_name, field, set_attribute)
        if set_attribute and isinstance(field, ForeignKeyField):
            _known_by_its_column(self.model, field)
            if type(field) is ForeignKeyField and isinstance(field.rel_field, SetField):
                # Peewee makes a deferred one of this class itself.
                field.__class__ = SetReference
        if set_attribute and is_given_by_server(field):
            _read_back_when_asked(self.model, field)


class Model(peewee.Model):
    """A row of a table. It is read and written with the methods of `peewee.Model`."""

    if TYPE_CHECKING:
        _dirty: set[str]
        _pk: Any
        # Names of columns whose value in the database is not known here.
        _unread: set[str]
    else:
        # Hidden from type checkers, for which a `class Meta` of a model would have to be derived from
        # this one; and Peewee takes it away.
        class Meta:
            database = proxy
            only_save_dirty = True
            legacy_table_names = False
            model_metadata_class = ServedMetadata

    def __init__(self, *args: Any, **values: Any) -> None:
        self._unread = set()
        super().__init__(*args, **values)

    @classmethod
    def update(cls, data: Any = None, /, **update: Any) -> ModelUpdate:
        _refuse_generated(cls, [*(data or ()), *update])
        return super().update(data, **update)

    @classmethod
    def insert(cls, data: Any = None, /, **insert: Any) -> ModelInsert:
        _refuse_generated(cls, [*(data if isinstance(data, Mapping) else ()), *insert])
        return super().insert(data, **insert)

    @classmethod
    def insert_many(cls, rows: Iterable[Any], fields: Iterable[Any] | None = None) -> ModelInsert:
        """Insert rows; one that lacks a column which another one has gets the server's default."""
        named = None if fields is None else list(fields)
        _refuse_generated(cls, named or ())
        if named is None:
            rows = _completed(cls, rows)
        return super().insert_many(rows, fields=named)

    @classmethod
    def insert_from(cls, query: Any, fields: Iterable[Any]) -> ModelInsert:
        named = list(fields)
        _refuse_generated(cls, named)
        return super().insert_from(query, named)

    @classmethod
    def bulk_create(cls, model_list: Iterable[Any], batch_size: int | None = None) -> None:
        """Insert many instances with few statements; what none of them says is the server's."""
        instances = list(model_list)
        for batch in peewee.chunked(instances, batch_size or max(len(instances), 1)):
            said = {name for each in batch for name in each.__data__}
            fields = [
                field
                for field in cls._meta.sorted_fields
                if field.name in said and not is_generated(field)
            ]
            # A row of which nothing is said.
            fields = fields or [f for f in cls._meta.sorted_fields if not is_generated(f)][:1]
            rows = [[_said(each, field) for field in fields] for each in batch]
            cls.insert_many(rows, fields=fields).execute()
            for each in batch:
                each._dirty.clear()

    def save(self, force_insert: bool = False, only: Iterable[Any] | None = None) -> int:
        """Insert or update this row, as Peewee does it, and name what was changed alone.

        Args:
            force_insert: insert it although it has a key.
            only: fields, or their names; None for all that were changed.
        """
        is_new = force_insert or self._meta.primary_key is False or _has_no_key(self)
        names = self._names_to_save(is_new) if only is None else self._names_of(only)
        if not is_new and not set(names) - _key_names(self):
            self._dirty.clear()
            return 0
        given_key = None if self._meta.primary_key is False else self._pk
        rows = super().save(force_insert=is_new, only=names)
        if only is None:
            self._dirty.clear()
        if is_new:
            self._settle_key(given_key)
        self._forget(is_new, names)
        return rows

    def _names_to_save(self, is_new: bool) -> list[str]:
        changed = set(self.__data__) if is_new else self._dirty | _open_values(self)
        return self._names_of(changed)

    def _names_of(self, fields: Iterable[Any]) -> list[str]:
        """The names of fields that may be written, in the order of the table."""
        wanted = {each if isinstance(each, str) else each.name for each in fields}
        return [
            field.name
            for field in self._meta.sorted_fields
            if not is_generated(field) and wanted & {field.name, field.column_name}
        ]

    def _settle_key(self, given: Any) -> None:
        """The key of a row that was just inserted, where Peewee takes LAST_INSERT_ID() for it or has none."""
        counted = [field for field in self._meta.sorted_fields if is_counted(field)]
        key = self._meta.primary_key
        if key is not False and not self._meta.composite_key and given is None and not counted:
            # The server made it up, such as by DEFAULT (uuid()), and does not tell.
            self.__data__.pop(key.name, None)
        for field in counted:
            if field is not key and self.__data__.get(field.name) is None:
                query = "SELECT LAST_INSERT_ID()"
                (self.__data__[field.name],) = self._meta.database.execute_sql(query).fetchone()

    def _forget(self, is_new: bool, written: Iterable[str]) -> None:
        """What the server may have put into the row is not known any more."""
        for field in self._meta.sorted_fields:
            if field.name in written or not is_given_by_server(field):
                continue
            if is_new or is_set_on_update(field) or is_generated(field):
                self.__data__.pop(field.name, None)
                self.__rel__.pop(field.name, None)
                self._unread.add(field.name)

    def _read_back(self) -> None:
        """Read the columns that the server has filled in; nothing happens where no key finds the row."""
        fields = [self._meta.fields[name] for name in sorted(self._unread)]
        self._unread.clear()
        if self._meta.primary_key is False or _has_no_key(self):
            return
        row = type(self).select(*fields).where(self._meta.primary_key == self._pk).tuples().first()
        if row is not None:
            self.__data__.update(zip((field.name for field in fields), row, strict=True))


def _key_names(row: Model) -> set[str]:
    fields: Any = row._meta.get_primary_keys
    return {field.name for field in fields()}


def _said(row: Model, field: Any) -> Any:
    """The value for INSERT; of a parent that was saved in the meantime, its key."""
    return getattr(row, field.safe_name) if field.name in row.__data__ else DEFAULT


def _has_no_key(row: Model) -> bool:
    key = row._pk
    return key is None or (isinstance(key, tuple) and None in key)


def _open_values(row: Model) -> set[str]:
    """Names of values that may have been changed in place, which nobody has noticed: lists and dicts."""
    return {name for name, value in row.__data__.items() if isinstance(value, list | dict)}


def _refuse_generated(model: type[Model], named: Iterable[Any]) -> None:
    for each in named:
        field = model._meta.combined.get(each) if isinstance(each, str) else each
        if isinstance(field, Field) and is_generated(field):
            raise ValueError(
                f"{model.__name__}.{field.name} is computed by the server and cannot be written"
            )


class _Row(dict[Any, Any]):
    """The values of a row by field; for a missing one, what the server or the model has as default."""

    def __missing__(self, key: Any) -> Any:
        if not isinstance(key, Field) or key.default is not None:
            raise KeyError(key)
        return DEFAULT


def _completed(model: type[Model], rows: Iterable[Any]) -> Iterator[Any]:
    for row in rows:
        if not isinstance(row, Mapping):
            yield row
            continue
        fields = {model._meta.combined.get(key, key): value for key, value in row.items()}
        _refuse_generated(model, fields)
        yield _Row(fields)


def _known_by_its_column(model: type[peewee.Model], field: Any) -> None:
    """Let the value of a foreign key have its column's name as well, which `to_pydantic` knows it by.

    Without it, `userId` of a request would be an attribute like any other, and never be written.
    """
    name = field.column_name
    if name not in (field.name, field.object_id_name) and not hasattr(model, name):
        setattr(model, name, peewee.ObjectIdAccessor(field))


def _read_back_when_asked(model: type[peewee.Model], field: Any) -> None:
    """Put accessors that look for unread values in place of Peewee's."""
    setattr(model, field.name, _reading(field.accessor_class)(model, field, field.name))
    if isinstance(field, ForeignKeyField):
        for name in {field.object_id_name, field.column_name} - {field.name}:
            if isinstance(vars(model).get(name), peewee.ObjectIdAccessor):
                setattr(model, name, _reading(peewee.ObjectIdAccessor)(field))


_READING: dict[type[Any], type[Any]] = {}


def _reading(accessor: type[Any]) -> type[Any]:
    """A kind of accessor that reads what the server has filled in before it gives a value."""
    if accessor not in _READING:

        def get(self: Any, instance: Any, instance_type: Any = None) -> Any:
            if instance is not None and self.field.name in instance._unread:
                instance._read_back()
            return accessor.__get__(self, instance, instance_type)

        def put(self: Any, instance: Any, value: Any) -> None:
            instance._unread.discard(self.field.name)
            accessor.__set__(self, instance, value)

        _READING[accessor] = type(accessor.__name__, (accessor,), {"__get__": get, "__set__": put})
    return _READING[accessor]
