"""The order of statements by what they need, give, take and free."""

from __future__ import annotations

from graphlib import CycleError

import pytest

from plumbob.plan.graph import in_order
from plumbob.plan.statement import Ref, Statement


def statement(
    name: str, *, needs: str = "", gives: str = "", takes: str = "", frees: str = ""
) -> Statement:
    """A statement about objects that have one letter each."""
    needed, given, taken, freed = (
        frozenset(Ref("table", letter) for letter in letters)
        for letters in (needs, gives, takes, frees)
    )
    return Statement(name, name, "t", needed, given, taken, freed)


@pytest.mark.parametrize(
    ("statements", "order"),
    [
        ([statement("1"), statement("2")], "12"),
        ([statement("1", needs="a"), statement("2", gives="a")], "21"),
        ([statement("1", gives="a"), statement("2", takes="a")], "21"),
        ([statement("1", takes="a"), statement("2", frees="a")], "21"),
        ([statement("1", needs="a"), statement("2", takes="b")], "12"),
        (
            [
                statement("1", needs="b"),
                statement("2", gives="b", needs="a"),
                statement("3", gives="a"),
            ],
            "321",
        ),
        ([statement("1", takes="a", gives="a")], "1"),
        ([statement("1", needs="a"), statement("2"), statement("3", gives="a")], "231"),
    ],
)
def test_order(statements: list[Statement], order: str) -> None:
    assert "".join(each.sql for each in in_order(statements)) == order


def test_a_circle_is_an_error_and_not_an_order() -> None:
    with pytest.raises(CycleError):
        in_order([statement("1", needs="a", gives="b"), statement("2", needs="b", gives="a")])
