"""Eager loading, as `include` of Sequelize does it: how many queries each way takes."""

from __future__ import annotations

import asyncio
from typing import Any

import peewee
import pytest
from peewee import JOIN, fn, prefetch
from playhouse.test_utils import assert_query_count, count_queries

from generated.models import File, Otp, Payment, SocialAuth, User
from plumbob.runtime import Database, connect_async, proxy
from tests.runtime.conftest import QUICK
from tests.runtime.shop import Shop, sign_up

pytestmark = pytest.mark.usefixtures("bound")


@pytest.fixture
def anns() -> peewee.ModelSelect:
    """Three users, with no, one and two payments."""
    users = [sign_up(payments) for payments in range(3)]
    return User.select().where(User.id.in_([user.id for user in users])).order_by(User.id)


def test_without_it_each_row_asks_again(anns: peewee.ModelSelect) -> None:
    with assert_query_count(1 + 3):
        assert [len(user.payments) for user in anns] == [0, 1, 2]


@pytest.mark.parametrize(
    ("model", "name"),
    [(Otp, "otps"), (SocialAuth, "social_auths"), (File, "files"), (Payment, "payments")],
)
def test_has_many_takes_two_queries(
    anns: peewee.ModelSelect, model: type[peewee.Model], name: str
) -> None:
    with assert_query_count(2):
        users = prefetch(anns, model.select())
        found = [list(getattr(user, name)) for user in users]
        assert [row.user is user for user, rows in zip(users, found, strict=True) for row in rows]
    assert [len(rows) for rows in found] == ([0, 1, 2] if model is Payment else [1, 1, 1])


def test_all_four_at_once_take_five(anns: peewee.ModelSelect) -> None:
    with assert_query_count(5):
        users = prefetch(anns, Otp, SocialAuth, File, Payment)
        assert [
            (len(user.otps), len(user.social_auths), len(user.files), len(user.payments))
            for user in users
        ] == [(1, 1, 1, 0), (1, 1, 1, 1), (1, 1, 1, 2)]


@pytest.mark.parametrize("model", [Otp, SocialAuth, File, Payment])
def test_belongs_to_takes_one(anns: peewee.ModelSelect, model: Any) -> None:
    with assert_query_count(1):
        rows = list(model.select(model, User).join(User).where(model.user.in_(anns)))
        assert {row.user.full_name for row in rows} == {"Ann"}


def test_with_a_condition_on_what_is_included(anns: peewee.ModelSelect) -> None:
    paid = Payment.select().where(Payment.status == "paid").order_by(Payment.id.desc())
    with assert_query_count(2):
        assert [len(user.payments) for user in prefetch(anns, paid)] == [0, 0, 1]


def test_only_those_that_have_some(anns: peewee.ModelSelect) -> None:
    payers = anns.join(Payment).distinct()
    with assert_query_count(2):
        assert [len(user.payments) for user in prefetch(payers, Payment)] == [1, 2]


def test_nested(anns: peewee.ModelSelect) -> None:
    payments = Payment.select().where(Payment.user.in_(anns)).order_by(Payment.id)
    with assert_query_count(3):
        rows = prefetch(payments, User, SocialAuth)
        assert [[auth.provider for auth in row.user.social_auths] for row in rows] == [["git"]] * 3


def test_some_columns_only(anns: peewee.ModelSelect) -> None:
    users = anns.select(User.id, User.full_name)
    with count_queries() as asked:
        (first, *_) = prefetch(users, Payment.select(Payment.user, Payment.amount))
        assert first.full_name == "Ann"
    assert "email" not in asked.get_queries()[0].msg[0]


def test_a_count_instead_of_the_rows(anns: peewee.ModelSelect) -> None:
    counted = (
        anns.select(User, fn.COUNT(Payment.id).alias("paid"))
        .join(Payment, JOIN.LEFT_OUTER)
        .group_by(User.id)
    )
    with assert_query_count(1):
        assert [user.paid for user in counted] == [0, 1, 2]


def test_for_async_code_as_well(anns: peewee.ModelSelect, shop: Shop, bound: Database) -> None:
    async def main() -> None:
        app = connect_async(shop.url, settings=QUICK)
        with assert_query_count(2):
            users = await app.aprefetch(anns, Payment)
            assert [len(user.payments) for user in users] == [0, 1, 2]
        await app.close_pool()

    asyncio.run(main())
    proxy.initialize(bound)
