"""Faked rows of random tables are taken by the server as they are, and undone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from plumbob.ddl.quote import quote_name
from plumbob.errors import Exit, PlumbobError
from plumbob.seeds.fakes.filling import fill
from plumbob.seeds.undoing import undo
from plumbob.server.connection import connect
from plumbob.server.target import Target
from tests.conftest import empty_database
from tests.property.schemas import schemas
from tests.property.trip import Place
from tests.servers import Server as Running

if TYPE_CHECKING:
    from plumbob.server.connection import Server

ROWS = 8
# What may be said of tables that have no room for so many rows, or that refer to themselves alone.
TOLD = re.compile(r"are possible: |is unique, and there are no more|and there is none$")
FEW = settings(suppress_health_check=list(HealthCheck), max_examples=settings().max_examples // 10)


@pytest.fixture(scope="module")
def place(random_server: Running) -> Iterator[Place]:
    with empty_database(random_server) as name:
        with connect(Target.from_url(random_server.url(name))) as server:
            yield Place(server)


def count(server: Server, table: str) -> int:
    return int(server.query(f"SELECT COUNT(*) FROM {quote_name(table)}")[0][0])


@FEW
@given(data=st.data(), seed=st.integers(0, 99))
def test_faked_rows_are_accepted_and_undone(place: Place, data: st.DataObject, seed: int) -> None:
    drawn = data.draw(schemas(place.flavour))
    tables = [each for each in drawn if re.match("(create|alter) table", each.sql)]
    note("".join(f"{each};\n" for each in tables))
    place.make(tables)
    schema = place.read()
    try:
        filled = fill(place.server, schema, dict.fromkeys(schema.tables, ROWS), seed=seed)
    except PlumbobError as error:
        note(error.what)
        assert TOLD.search(error.what), error.what
        return
    assert {name: count(place.server, name) for name in schema.tables} == filled.rows
    try:
        undone = undo(place.server)
    except PlumbobError as error:
        # Rows that nothing tells apart stay, and so does what they refer to.
        assert filled.unnamed and error.exit == Exit.UNSAFE, error.what
        return
    left = {name: ROWS * (name in filled.unnamed) for name in schema.tables}
    assert {name: count(place.server, name) for name in schema.tables} == left
    assert undone.gone == 0
