"""Random tables: rows are made, read, changed and deleted through the models that are generated for them."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import peewee
import pytest
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st
from playhouse.schema_diff import diff_models

from plumbob.model import Column, Table
from plumbob.models import Options, render_module
from tests.models.bound import Bound
from tests.models.drawn_values import values
from tests.models.made import imported_text, models_of
from tests.property.conftest import place
from tests.property.schemas import schemas
from tests.property.stored import Made
from tests.property.trip import Place
from tests.servers import Server

__all__ = ["place"]
RUFF = Path(sys.executable).parent / "ruff"
FEW = settings(suppress_health_check=list(HealthCheck), max_examples=settings().max_examples // 10)
# Rows that the table itself refuses: a second one of a unique key, a check, a period, a partition.
REFUSED = (1062, 1526, 3819, 4025, 4155)


@pytest.fixture(scope="session")
def bound(random_server: Server, place: Place) -> Iterator[Bound]:
    database = Bound(random_server, place.server.database or "")
    yield database
    database.close()


@FEW
@given(data=st.data())
def test_random_tables(place: Place, bound: Bound, data: st.DataObject) -> None:
    made = [each for each in data.draw(schemas(place.flavour)) if _is_of_table(each)]
    note("\n".join(map(str, made)))
    place.make(made)
    schema = place.read()
    text = render_module(schema, Options(enums=data.draw(st.booleans())))
    note(text)
    assert _formatted(text) == text
    models = models_of(imported_text(text))
    with bound.bind_ctx(models.values()):
        assert str(diff_models(bound, models.values())) == ""
        rows = []
        for table in schema.tables.values():
            made_here = list(_made(table, models, data))
            for row in made_here:
                _change(row, table, data)
            rows += made_here
        for row in rows:
            _relate(row, rows, data)
        for row in rows:
            if _read(row) is not None:
                assert row.delete_instance() == 1
        for model in models.values():
            # Rows of which nobody knows the key.
            model.delete().execute()
        assert all(model.select().count() == 0 for model in models.values())


def _formatted(text: str) -> str:
    command = [RUFF, "format", "--isolated", "-"]
    return subprocess.run(command, input=text, capture_output=True, text=True, check=True).stdout


def _is_of_table(made: Made) -> bool:
    return made.sql.startswith(("create table", "alter table", "create sequence"))


def _made(table: Table, models: dict[str, Any], data: st.DataObject) -> Iterator[Any]:
    """Two rows, read back and equal to what was given."""
    model = models[table.name]
    for _ in range(2):
        given = {
            field.name: data.draw(values(column, table), label=f"{table.name}.{column.name}")
            for column, field in _writable(table, model)
            if not _may_be_left_out(column) or data.draw(st.booleans())
        }
        try:
            row = model.create(**given)
        except peewee.PeeweeException as error:
            if error.args[0] not in REFUSED:
                raise
            continue
        _same(row, given)
        yield row


def _writable(table: Table, model: Any) -> Iterator[tuple[Column, Any]]:
    """Columns with their fields: without those that the server computes, and without references."""
    for column in table.columns:
        field = model._meta.columns[column.name]
        is_reference = "ref" in column.name
        if column.generated is None and column.system_time is None and not is_reference:
            yield column, field


def _may_be_left_out(column: Column) -> bool:
    return column.null or column.auto_increment or column.default is not None


def _same(row: Any, given: dict[str, Any]) -> None:
    """What the database has is what was given, and what the instance says."""
    read = _read(row)
    if read is None:
        return
    for name, value in given.items():
        assert getattr(read, name) == value, name
    for field in row._meta.sorted_fields:
        assert getattr(row, field.safe_name) == getattr(read, field.safe_name), field.name


def _read(row: Any) -> Any:
    """The row as it is in the database; None where nothing tells it from others."""
    key = row._pk
    if key is None or (isinstance(key, tuple) and None in key):
        return None
    return type(row).get_by_id(key)


def _change(row: Any, table: Table, data: st.DataObject) -> None:
    keys = {field.name for field in row._meta.get_primary_keys()}
    columns = [each for each in _writable(table, type(row)) if each[1].name not in keys]
    if _read(row) is None or not columns:
        return
    column, field = data.draw(st.sampled_from(columns), label="changed")
    value = data.draw(values(column, table), label="to")
    setattr(row, field.name, value)
    try:
        row.save()
    except peewee.PeeweeException as error:
        if error.args[0] not in REFUSED:
            raise
        return
    _same(row, {field.name: value})


def _relate(row: Any, rows: list[Any], data: st.DataObject) -> None:
    """Refer to a row, see it from both ends, and let go of it again."""
    for field in row._meta.refs:
        parents = [each for each in rows if isinstance(each, field.rel_model)]
        parents = [each for each in parents if getattr(each, field.rel_field.name) is not None]
        if not parents or _read(row) is None or not field.null:
            continue
        parent = data.draw(st.sampled_from(parents), label=field.name)
        setattr(row, field.name, parent)
        row.save()
        read = _read(row)
        referred = getattr(read, field.name)
        # A parent whose key the server has made up in part is not equal to anything.
        assert _referred(referred, field) == _referred(parent, field)
        assert read in list(getattr(parent, field.backref))
        setattr(row, field.name, None)
        row.save()
        assert getattr(_read(row), field.safe_name) is None


def _referred(parent: Any, field: Any) -> Any:
    return getattr(parent, field.rel_field.safe_name)
