"""Which renames count: a table of what is there before, what is wanted, what was told, and what is heeded."""

from __future__ import annotations

import pytest

from plumbob.ddl.canonical import canonical_table
from plumbob.ddl.charsets import server_defaults
from plumbob.ddl.completed import completed
from plumbob.ddl.tables import parse_create_table
from plumbob.diff.heeded import fitting, heeded
from plumbob.model import Renames, Schema, parse_flavour

MYSQL = parse_flavour("9.7.4")


def schema(*statements: str) -> Schema:
    tables = (parse_create_table(f"create table {each}") for each in statements)
    whole = completed(Schema({table.name: table for table in tables}), MYSQL)
    defaults = server_defaults(MYSQL)
    ruled = {name: canonical_table(t, MYSQL, defaults) for name, t in whole.tables.items()}
    return Schema(ruled)


# before, after, told, heeded
COLUMNS: list[tuple[str, str, dict[str, str], dict[str, str]]] = [
    ("a int", "b int", {"b": "a"}, {"b": "a"}),
    ("b int", "b int", {"b": "a"}, {}),  # carried out already
    ("a int, b int", "b int", {"b": "a"}, {}),  # the new name is taken, so `a` is dropped
    ("c int", "b int", {"b": "a"}, {}),  # the old name is not there
    ("a int", "c int", {"b": "a"}, {}),  # the new name is not wanted
    ("a int, b int", "b int, c int", {"b": "a", "c": "b"}, {"b": "a", "c": "b"}),
    ("b int, c int", "b int, c int", {"b": "a", "c": "b"}, {}),  # a chain, carried out
    ("a int, b date", "b int, a date", {"a": "b", "b": "a"}, {"a": "b", "b": "a"}),
    ("b int, a date", "b int, a date", {"a": "b", "b": "a"}, {}),  # an exchange, carried out
    ("a int, b int", "b int, a int", {"a": "b", "b": "a"}, {"a": "b", "b": "a"}),
    ("a int, b int", "a int, b int", {"a": "b", "b": "a"}, {}),
    ("a int", "a int", {"a": "a"}, {}),
    ("a int", "a date, old int", {"old": "a"}, {"old": "a"}),
    ("a date, old int", "a date, old int", {"old": "a"}, {}),
]


@pytest.mark.parametrize(("before", "after", "told", "kept"), COLUMNS)
def test_columns(before: str, after: str, told: dict[str, str], kept: dict[str, str]) -> None:
    renames = Renames(columns={("t", new): old for new, old in told.items()})
    found = heeded(renames, schema(f"t ({before})"), schema(f"t ({after})"))
    assert found == Renames(columns={("t", new): old for new, old in kept.items()})


def test_columns_go_by_the_new_name_of_their_table() -> None:
    renames = Renames({"u": "t"}, {("u", "b"): "a", ("t", "c"): "a"})
    found = heeded(renames, schema("t (a int)"), schema("u (b int)"))
    assert found == Renames({"u": "t"}, {("u", "b"): "a"})


def test_tables_that_have_exchanged_their_names_stay() -> None:
    told = Renames({"p": "q", "q": "p"})
    one, other = schema("p (a int)", "q (b date)"), schema("q (a int)", "p (b date)")
    assert heeded(told, one, other) == told
    assert heeded(told, other, other) == Renames()


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        ("key x (a)", "key y (a)", {"y": "x"}),
        ("key x (a)", "key y (b)", {}),
        ("key x (a)", "unique key y (a)", {}),
        ("key x (a), key y (b)", "key y (b), key z (a)", {"z": "x"}),
        ("key x (a), key y (a)", "key z (a)", {"z": "x"}),
        ("key x (a)", "key X (a)", {"X": "x"}),
    ],
)
def test_an_index_that_is_the_same_is_renamed_without_a_word(
    before: str, after: str, found: dict[str, str]
) -> None:
    one, other = (schema(f"t (a int, b int, {keys})") for keys in (before, after))
    expected = Renames(indexes={("t", new): old for new, old in found.items()})
    assert heeded(Renames(), one, other) == expected
    assert fitting(Renames(), one, other) == Renames()


def test_an_index_follows_its_column() -> None:
    renames = Renames(columns={("t", "b"): "a"})
    found = heeded(renames, schema("t (a int, key x (a))"), schema("t (b int, key y (b))"))
    assert found.indexes == {("t", "y"): "x"}


def test_the_way_back_is_the_inverse() -> None:
    renames = Renames({"u": "t"}, {("u", "b"): "a"}, {("u", "k"): "j"})
    back = renames.inverted()
    assert back == Renames({"t": "u"}, {("t", "a"): "b"}, {("t", "j"): "k"})
    assert back.inverted() == renames
