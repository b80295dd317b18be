"""What is understood of a check, and what is left to the server."""

from __future__ import annotations

from decimal import Decimal

import pytest

from plumbob.ddl.expression import expression
from plumbob.model import Check, Table
from plumbob.seeds.fakes.limits import Limits, limits_of


@pytest.mark.parametrize(
    ("sql", "limits"),
    [
        ("a >= 0", Limits(least=Decimal(0))),
        ("a > 0", Limits(least=Decimal(1))),
        ("0 < a and a < 10", Limits(least=Decimal(1), most=Decimal(9))),
        ("`A` between 1 and 5", Limits(least=Decimal(1), most=Decimal(5))),
        ("(a >= -2.5) and ((a <= 2))", Limits(least=Decimal("-2.5"), most=Decimal(2))),
        ("a in (1, 2, 3)", Limits(among=["1", "2", "3"])),
        ("a in ('new','it''s')", Limits(among=["'new'", "'it''s'"])),
        ("a = 'x'", Limits(among=["'x'"])),
        ("a is null or a >= 3", Limits(least=Decimal(3))),
        ("a is not null", Limits(not_null=True)),
        ("char_length(a) >= 3 and char_length(a) <= 8", Limits(shortest=3, longest=8)),
        ("a between 1 and 5 and b > 2", Limits(least=Decimal(1), most=Decimal(5))),
        # Left to the server.
        ("a >= 0 or b >= 0", None),
        ("not (a = 5)", None),
        ("a <> 5", None),
        ("a > b", None),
        ("a + 1 > 5", None),
        ("mod(a, 2) = 1", None),
        ("a like '%@%'", None),
        ("json_valid(a)", None),
    ],
)
def test_a_check_bounds_a_column(sql: str, limits: Limits | None) -> None:
    table = Table("t", (), checks=(Check("ck", expression(sql)),))
    assert limits_of(table).get("a") == limits


def test_a_check_that_is_not_enforced_bounds_nothing() -> None:
    table = Table("t", (), checks=(Check("ck", expression("a > 0"), enforced=False),))
    assert limits_of(table) == {}
