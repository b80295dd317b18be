"""The order of indexes: into which groups servers sort them, and which of them have to move."""

from __future__ import annotations

import pytest

from plumbob.ddl.expression import expression
from plumbob.ddl.tables import parse_create_table
from plumbob.diff.key_order import rank
from plumbob.model import Check, Flavour, Renames, Schema, Table
from plumbob.plan.key_order import to_move
from plumbob.plan.planner import plan
from plumbob.plan.tables import inline_keys
from tests.servers import Server


def test_groups_are_those_that_servers_sort_into(every_server: Server, every_database: str) -> None:
    """Declared in the order of their ranks turned round, they come back by rank."""
    keys = (
        "fulltext key f1 (s), fulltext key f2 (s), key k1 (a), key k2 (b), unique u5 (b, s(3)), "
        "unique u6 (b, a), unique u3 (a, s(3)), unique u4 (a), primary key (a)"
    )
    sql = f"create table t (a int not null, b int, s varchar(20) not null, {keys})"
    with every_server.connect(every_database) as connection, connection.cursor() as cursor:
        cursor.execute(sql)
        cursor.execute("show create table t")
        table = parse_create_table(cursor.fetchone()[1], every_server.flavour)
    ranks = [rank(index, table) for index in table.indexes]
    assert ranks == sorted(ranks)
    assert [index.name for index in table.indexes] == [
        *("PRIMARY", "u4", "u3", "u6", "u5", "k1", "k2", "f1", "f2"),
    ]


@pytest.mark.parametrize(
    ("kept", "wanted", "moved"),
    [
        ("abc", "abc", ""),
        ("abc", "abxc", "c"),
        ("abc", "xabc", "abc"),
        ("abc", "abcx", ""),
        ("ac", "abc", "c"),
        ("cab", "abc", "c"),
        ("abcd", "bacd", "acd"),
    ],
)
def test_what_stays_is_the_beginning_of_what_is_wanted(kept: str, wanted: str, moved: str) -> None:
    one, other = ([Check(name, expression("1")) for name in names] for names in (kept, wanted))
    assert "".join(check.name for check in to_move(one, other)) == moved


@pytest.mark.parametrize(
    ("wanted", "about"),
    [
        ("abcx", "add index x"),
        ("abxc", "add index x; c stays as it is, named again for the order alone"),
        ("xabc", "add index x; a, b, c stay as they are, named again for the order alone"),
    ],
)
def test_what_is_named_again_is_told(wanted: str, about: str) -> None:
    before, after = (Schema({"t": indexed(names)}) for names in ("abc", wanted))
    (statement,) = plan(before, after, Renames(), Flavour("mysql", (9, 7, 4))).up
    assert statement.about == f"alter table t: {about}"


def indexed(names: str) -> Table:
    keys = "".join(f", key {name} (i{name})" for name in names)
    columns = ", ".join(f"i{name} int" for name in "abcx")
    return parse_create_table(f"create table t ({columns}{keys})")


@pytest.mark.parametrize(
    ("tables", "inline"),
    [
        ({"a": "b", "b": ""}, {"b": "", "a": "b"}),
        ({"a": "a"}, {"a": "a"}),
        ({"a": "b", "b": "a"}, {"b": "", "a": "b"}),
        ({"a": "b", "b": "c", "c": "a"}, {"c": "", "b": "c", "a": "b"}),
        ({"a": "bc", "b": "c", "c": ""}, {"c": "", "b": "c", "a": "bc"}),
    ],
)
def test_new_tables_hold_the_keys_to_parents_that_are_there(
    tables: dict[str, str], inline: dict[str, str]
) -> None:
    """Tables by their names, with the parents that they refer to."""
    after = Schema({name: referring(name, parents) for name, parents in tables.items()})
    found = inline_keys(Schema(), after)
    named = {name: "".join(sorted(key[-1] for key in keys)) for name, keys in found.items()}
    assert named == inline


def referring(name: str, parents: str) -> Table:
    keys = "".join(
        f", constraint {name}{parent} foreign key ({parent}) references {parent} (id)"
        for parent in parents
    )
    return parse_create_table(f"create table {name} (id int{keys})")
