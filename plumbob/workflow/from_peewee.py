"""Reads a schema from an application's Peewee models: Peewee makes their tables on a private server.

So the tables are what Peewee and the server make of the models, and not what we take them for. What
a model does at run time alone is in no table; it is named.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from types import ModuleType

import peewee
import pymysql

from plumbob.errors import Exit, PlumbobError
from plumbob.model import ForeignKey, Schema, Table
from plumbob.server.connection import Server
from plumbob.server.introspect import read_schema

# What Peewee takes for "no name at this end".
_NO_BACKREF = ("+", "!")
_KEY_COLUMNS = (
    "SELECT TABLE_NAME, COLUMN_NAME FROM information_schema.KEY_COLUMN_USAGE"
    " WHERE TABLE_SCHEMA = DATABASE() AND REFERENCED_TABLE_NAME IS NOT NULL"
)

Model = type[peewee.Model]


@dataclass(frozen=True, slots=True)
class FromModels:
    """The tables of the models, and what was left out, in words."""

    schema: Schema
    remarks: tuple[str, ...]


def find_models(name: str) -> tuple[Model, ...]:
    """The models of a module, or of a package with all that is below it.

    A model that others inherit from is a base and has no table, unless a foreign key leads to it.
    Importing runs the module's code.

    Raises:
        PlumbobError: the module cannot be imported, or has no models.
    """
    for each in _modules(_import(name)):
        _import(each)
    found = [each for each in _below(peewee.Model) if _is_in(each.__module__, name)]
    bases = {base for each in found for base in each.__mro__[1:]}
    parents = {key.rel_model for each in found for key in each._meta.refs}
    models = [each for each in found if each not in bases or each in parents]
    if not models:
        raise PlumbobError(
            f"{name} has no Peewee models", advice="name the module or package that defines them"
        )
    return (*models, *(parents - set(models)))


def schema_of(models: Sequence[Model], server: Server) -> FromModels:
    """What the models' tables are on this server, whose database has to be empty.

    Raises:
        PlumbobError: the server refuses a table.
    """
    elsewhere = [each for each in models if each._meta.schema]
    here = [each for each in models if not each._meta.schema]
    _create(here, server)
    schema = read_schema(server)
    by_table = {each._meta.table_name: each for each in here}
    tables = {name: _named(table, by_table.get(name)) for name, table in schema.tables.items()}
    remarks = [f"{each.__name__}: it is of another database" for each in elsewhere]
    return FromModels(
        replace(schema, tables=tables), (*remarks, *(said for each in here for said in _lost(each)))
    )


def _import(name: str) -> ModuleType:
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        raise PlumbobError(
            f"there is no module {error.name}",
            advice="modules are looked for in the working folder, and where Python finds them",
        ) from error
    except Exception as error:
        # The module is the user's program; whatever it raises is what there is to tell.
        raise PlumbobError(f"{name} cannot be imported: {type(error).__name__}: {error}") from error


def _modules(module: ModuleType) -> list[str]:
    """The names of all modules below a package."""
    path = getattr(module, "__path__", None)
    if path is None:
        return []
    return [each.name for each in pkgutil.walk_packages(path, f"{module.__name__}.")]


def _below(model: Model) -> Iterable[Model]:
    for each in model.__subclasses__():
        yield each
        yield from _below(each)


def _is_in(module: str, name: str) -> bool:
    return module == name or module.startswith(f"{name}.")


def _create(models: Sequence[Model], server: Server) -> None:
    target = server.target
    database = peewee.MySQLDatabase(
        server.database,
        user=target.user,
        password=target.password or "",
        host=target.host,
        port=target.port,
        unix_socket=target.socket,
        # Two tables may refer to each other.
        init_command="SET foreign_key_checks = 0",
    )
    with database.bind_ctx(models, bind_refs=False, bind_backrefs=False), database:
        for model in models:
            with _refused(model, server):
                model.create_table()
        made = set(server.query(_KEY_COLUMNS))
        for model in models:
            for field in model._meta.refs:
                # Peewee leaves the constraint of a deferred key to its user.
                if (model._meta.table_name, field.column_name) not in made:
                    with _refused(model, server):
                        peewee.SchemaManager(model).create_foreign_key(field)


@contextmanager
def _refused(model: Model, server: Server) -> Iterator[None]:
    try:
        yield
    except (peewee.PeeweeException, pymysql.MySQLError) as error:
        raise PlumbobError(
            f"{server.flavour} refuses the table of {model.__name__}: {error.args[-1]}",
            where=f"{model.__module__}.{model.__name__}",
            exit=Exit.BAD_INPUT,
        ) from error


def _named(table: Table, model: Model | None) -> Table:
    """The table with the names that its model has for the class and both ends of associations."""
    if model is None:
        return table
    keys = tuple(_with_ends(key, model) for key in table.foreign_keys)
    return replace(table, foreign_keys=keys, model={"class": model.__name__})


def _with_ends(key: ForeignKey, model: Model) -> ForeignKey:
    for field in model._meta.refs:
        if key.columns == (field.column_name,):
            backref = None if field.backref in _NO_BACKREF else field.backref
            return replace(key, alias=field.name, backref=backref)
    return key


def _lost(model: Model) -> Iterable[str]:
    """What of a model is in no table."""
    for field in model._meta.sorted_fields:
        name = f"{model.__name__}.{field.name}"
        if not isinstance(field, peewee.ForeignKeyField) and field.column_name != field.name:
            yield f"{name}: its column is {field.column_name}, after which models name it"
        if field.default is not None:
            yield f"{name}: its default is Python's; the column has none"
        if field.choices:
            yield f"{name}: its choices are Python's; the column takes any value"
