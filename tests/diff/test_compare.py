"""What differs in a table: columns that move, and names that were left out."""

from __future__ import annotations

from itertools import permutations

import pytest

from plumbob.ddl.completed import completed
from plumbob.ddl.tables import parse_create_table
from plumbob.diff.adopt import adopt_names
from plumbob.diff.change import Add, Move, Remove
from plumbob.diff.compare import compare_tables
from plumbob.model import Renames, Schema, Table, parse_flavour

MYSQL = parse_flavour("9.7.4")


def table(columns: str) -> Table:
    return parse_create_table(f"create table t ({', '.join(f'{name} int' for name in columns)})")


@pytest.mark.parametrize(
    ("before", "after", "moves"),
    [
        ("abcd", "abcd", []),
        ("abcd", "dabc", [("d", None)]),
        ("abcd", "bcda", [("a", "d")]),
        ("abcd", "acbd", [("b", "c")]),
        ("abc", "cba", [("b", "c"), ("a", "b")]),
        ("abcd", "badc", [("a", "b"), ("c", "d")]),
        ("abcd", "acd", []),
        ("abc", "axbc", []),
        ("abc", "cxa", [("a", "x")]),
    ],
)
def test_the_fewest_columns_move(
    before: str, after: str, moves: list[tuple[str, str | None]]
) -> None:
    parts = compare_tables(table(before), table(after))
    assert [(part.column.name, part.behind) for part in parts if isinstance(part, Move)] == moves


@pytest.mark.parametrize("after", ["".join(each) for each in permutations("abcde")])
def test_moves_lead_to_the_order_that_is_wanted(after: str) -> None:
    order = list("abcde")
    for part in compare_tables(table("abcde"), table(after)):
        assert isinstance(part, Move)
        order.remove(part.column.name)
        order.insert(order.index(part.behind) + 1 if part.behind else 0, part.column.name)
    assert "".join(order) == after


def test_a_new_column_has_its_place_and_an_old_one_none() -> None:
    parts = compare_tables(table("abc"), table("axc"))
    added = next(part for part in parts if isinstance(part, Add))
    assert added.behind == "a"
    assert [part.part.name for part in parts if isinstance(part, Remove)] == ["b"]


@pytest.mark.parametrize(
    ("declared", "live", "names"),
    [
        ("unique (a)", "unique key own (a)", ["a"]),
        ("unique (a)", "unique key a_2 (a)", ["a_2"]),
        ("unique (a)", "unique key a_1 (a)", ["a"]),
        ("unique (a)", "unique key A (a)", ["A"]),
        ("unique (a)", "key a_2 (a)", ["a"]),
        ("unique u (a)", "unique key own (a)", ["u"]),
        ("key (a), key (b)", "key b (a), key a (b)", ["a", "b"]),
        ("key (a), key (a)", "key a (a), key a_2 (a)", ["a", "a_2"]),
        ("key (a), key (a)", "key a_2 (a), key x (a)", ["a", "a_2"]),
        ("key (a), key (a, b)", "key a (a, b), key a_2 (a)", ["a_2", "a"]),
        ("key (a), key (a, b)", "key a (a, b)", ["a_2", "a"]),
        ("key (a)", "key a_2 (a), key a (a)", ["a"]),
        ("key ((a + 1), b)", "key functional_index_2 ((a + 1), b)", ["functional_index_2"]),
        ("key ((a + 1), b)", "key b (b, (a + 1))", ["functional_index"]),
        ("key (b, (a + 1))", "key b (b, (a + 1))", ["b"]),
        ("key x (b), key (a)", "key x (a)", ["x", "a"]),
    ],
)
def test_an_index_without_a_name_takes_the_live_one(
    declared: str, live: str, names: list[str]
) -> None:
    one, other = (_schema(f"t (a int, b int, {keys})") for keys in (declared, live))
    adopted = adopt_names(one, other, Renames(), MYSQL)
    assert [index.name for index in adopted.tables["t"].indexes] == names


@pytest.mark.parametrize(
    ("declared", "live", "name"),
    [
        ("constraint f foreign key (a)", "key f (a), constraint f foreign key (a)", "f"),
        ("constraint f foreign key (a)", "key f_2 (a), constraint f foreign key (a)", "f_2"),
        ("constraint f foreign key (a)", "key a (a), constraint f foreign key (a)", "f"),
        ("key (a), constraint f foreign key (a)", "key f (a), constraint f foreign key (a)", "a"),
        ("foreign key (a)", "key a (a), constraint t_ibfk_1 foreign key (a)", "a"),
        ("foreign key (a)", "key t_ibfk_1 (a), constraint t_ibfk_1 foreign key (a)", "t_ibfk_1"),
        ("foreign key i (a)", "key i (a), constraint t_ibfk_1 foreign key (a)", "i"),
        ("foreign key (a)", "key fk_t_a (a), constraint fk_t_a foreign key (a)", "fk_t_a"),
        ("foreign key (a)", "key a (a), constraint fk_t_a foreign key (a)", "fk_t_a"),
        ("foreign key (a)", "key fk_old_a (a), constraint fk_old_a foreign key (a)", "fk_old_a"),
        ("foreign key (a)", "key other (a), constraint t_ibfk_1 foreign key (a)", "fk_t_a"),
    ],
)
def test_the_index_under_a_foreign_key_has_the_name_that_the_server_gives_it(
    declared: str, live: str, name: str
) -> None:
    one, other = (_schema(f"t (a int, {keys} references p (id))") for keys in (declared, live))
    adopted = adopt_names(one, other, Renames(), MYSQL)
    assert [index.name for index in adopted.tables["t"].indexes] == [name]


def _schema(definition: str) -> Schema:
    found = parse_create_table(f"create table {definition}")
    return completed(Schema({found.name: found}), MYSQL)


def test_names_follow_a_table_that_is_renamed() -> None:
    live = _schema("t (a int, constraint t_ibfk_1 foreign key (a) references p (id))")
    declared = _schema("u (a int, foreign key (a) references p (id))")
    adopted = adopt_names(declared, live, Renames({"u": "t"}), MYSQL)
    assert [key.name for key in adopted.tables["u"].foreign_keys] == ["u_ibfk_1"]
