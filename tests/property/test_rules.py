"""The rules in Python against the server: never equal where it says different, and never worse than the list.

Two tables with the same columns' names, each column drawn apart: many pairs are equal.
"""

from __future__ import annotations

from dataclasses import replace

from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from plumbob.ddl.canonical import canonical
from plumbob.ddl.completed import completed
from plumbob.ddl.fingerprint import fingerprint
from plumbob.ddl.tables import parse_create_table
from plumbob.model import Column, Schema, Table
from tests.property.columns import columns
from tests.property.drawn import DrawnColumn, DrawnTable
from tests.property.stored import Made
from tests.property.trip import Place

NAMES = [f"c{number}" for number in range(12)]


@settings(suppress_health_check=list(HealthCheck), max_examples=settings().max_examples // 2)
@given(data=st.data())
def test_rules_claim_no_equality_that_the_server_denies(place: Place, data: st.DataObject) -> None:
    one, other = (
        data.draw(st.lists(columns(place.flavour), min_size=len(NAMES), max_size=len(NAMES)))
        for _ in range(2)
    )
    live, said = made(place, one), made(place, other)
    ruled = by_rules(place, table(other).sql())
    for there, claimed, truth in zip(live.columns, ruled.columns, said.columns, strict=True):
        if there == claimed and there != truth:
            note(f"{there}\n{truth}")
            raise AssertionError(f"{there.name} is said to be equal, and is not")
    assert (live == ruled) <= (fingerprint(live, place.flavour) == fingerprint(said, place.flavour))
    for claimed, truth in zip(ruled.columns, said.columns, strict=True):
        assert claimed == truth or only_the_server_knows(truth), f"{claimed}\n{truth}"


def table(drawn: list[DrawnColumn]) -> DrawnTable:
    named = [replace(column, name=name) for column, name in zip(drawn, NAMES, strict=True)]
    named[0].extra = named[0].extra.replace("invisible", "")
    return DrawnTable("t", named)


def made(place: Place, drawn: list[DrawnColumn]) -> Table:
    """A table as the server prints it."""
    place.make([Made(table(drawn).sql())])
    return place.read().tables["t"]


def by_rules(place: Place, sql: str) -> Table:
    """A table as the rules take it."""
    schema = completed(Schema({"t": parse_create_table(sql)}), place.flavour)
    return canonical(schema, place.flavour, place.defaults).tables["t"]


def only_the_server_knows(column: Column) -> bool:
    """How an expression is written, or computed where it is the default of a double; short times."""
    default = column.default
    if default is None:
        return False
    return default.kind == "expression" or column.type.name in ("double", "time")
