"""Both ends of associations in generated models, with names that are hard on them (odd.sql)."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from plumbob.models import Options, names
from plumbob.runtime import Model
from tests.conftest import empty_database
from tests.models.bound import Bound
from tests.models.made import declared, models_of, module_of
from tests.servers import Server

TEXT = (Path(__file__).parent / "odd.sql").read_text("utf-8")


@pytest.fixture(scope="module")
def bound_models(
    server: Server, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Bound, ModuleType]]:
    folder = tmp_path_factory.mktemp("odd")
    module = module_of(declared(TEXT, folder), folder, Options())
    with empty_database(server) as database:
        bound = Bound(server, database)
        with bound.bind_ctx(models_of(module).values()), bound.connection_context():
            bound.make(["SET foreign_key_checks = 0", *TEXT.split(";\n")[:-1]])
            bound.make(["SET foreign_key_checks = 1"])
            yield bound, module


@pytest.fixture
def m(bound_models: tuple[Bound, ModuleType]) -> Iterator[Any]:
    """The module of models, within a transaction that is undone."""
    bound, module = bound_models
    with bound.atomic() as transaction:
        yield module
        transaction.rollback()


def test_every_name_of_a_model_is_reserved() -> None:
    found = {name for name in dir(Model) if not name.startswith("__")}
    # Peewee's own key, for a model that says none: each of ours does.
    assert found - {"id"} <= names.model_names()


def test_values_under_odd_names(m: Any) -> None:
    given = {"from_": "a", "select_": 4, "user_name": "b", "user_name_2": "c", "_2nd": 2}
    given |= {"é_x": 3, "a_b": 4, "a_b_2": 5, "column_": 6, "sql": 7, "delete_instance_": 8}
    row = m.Class.create(**given)
    read = m.Class.get_by_id(row.id)
    assert {name: getattr(read, name) for name in given} == given
    assert (row.generated, row.odd, row.none, row.char_field) == (5, "a%", 5, "10%")
    assert m.Class.get(m.Class.from_ == "a").delete_instance() == 1


def test_one_table_to_itself_twice(m: Any) -> None:
    eve = m.Person.create(email="eve")
    adam = m.Person.create(email="adam")
    abel = m.Person.create(email="abel", mother=eve, father=adam.id)
    assert (abel.mother, abel.father_id) == (eve, adam.id)
    assert list(eve.persons_by_mother_2) == [abel]
    assert list(adam.persons_by_father) == [abel]
    assert list(adam.persons_by_mother_2) == []
    assert m.Person.mother.on_delete == "SET NULL"


def test_two_tables_that_refer_to_each_other(m: Any) -> None:
    owner = m.Person.create(id=1, email="owner")
    house = m.House.create(owner=owner)
    owner.house = house
    owner.save()
    assert m.Person.get_by_id(1).home == house.id
    assert (house.owner, list(house.persons), list(owner.houses)) == (owner, [owner], [house])
    joined = m.House.select(m.House, m.Person).join(m.Person, on=m.House.owner)
    assert [each.owner.email for each in joined] == ["owner"]


def test_a_default_of_a_foreign_key_to_a_later_class(m: Any) -> None:
    m.Person.create(id=1, email="owner")
    house = m.House.create()
    assert (house.owner_id, house.owner.email) == (1, "owner")


def test_a_parent_that_is_found_by_another_column_and_a_key_of_two(m: Any) -> None:
    person = m.Person.create(email="a@b")
    payment = m.Payment.create(person=person, number=1)
    assert (payment.payer, payment.person, payment.amount) == ("a@b", person, Decimal("9.50"))
    assert list(person.payments_by_person) == [payment]
    assert m.Payment.get_by_id(("a@b", 1)) == payment
    refund = m.Refund.create(payer="a@b", number=1)
    assert (refund.payment, list(payment.refunds)) == (payment, [refund])
    rows = m.Refund.select(m.Refund, m.Payment).join(m.Payment, on=m.Refund.payment.on)
    assert [row.id for row in rows] == [refund.id]


def test_a_key_that_is_a_foreign_key(m: Any) -> None:
    person = m.Person.create(email="a@b")
    passport = m.Passport.create(person=person)
    assert m.Passport.get_by_id(person.id) == passport
    assert list(person.passports) == [passport]


def test_a_key_of_two_within_one_table(m: Any) -> None:
    first = m.Circle.create(a=1, b=1, next_b=1)
    second = m.Circle.create(a=2, b=1, next_a=1, next_b=1)
    assert (first.circle, second.circle) == (None, first)
    assert list(first.circles) == [second]


def test_columns_in_camel_case(m: Any) -> None:
    person = m.Person.create(email="a@b")
    auth = m.SocialAuth.create(user=person)
    assert (auth.user_id, auth.created_at is None) == (person.id, False)
    assert m.SocialAuth.select().where(m.SocialAuth.user_id == person.id).get() == auth
    assert list(person.social_auths) == [auth]


def test_a_table_without_a_key(m: Any) -> None:
    m.Log.create(text="a")
    row = m.Log.get()
    assert (row.text, row.hidden, row.at is None) == ("a", 3, False)


@pytest.mark.parametrize("moods", [frozenset(), {"slow"}, {"long", "slow"}])
def test_a_parent_may_be_told_by_a_set(m: Any, moods: set[str]) -> None:
    parent = m.Tune.create(moods=moods)
    child = m.Tune.create(moods={"loud"}, tune=parent)
    assert list(parent.tunes) == [child]
    assert m.Tune.get_by_id({"loud"}).tune == parent
    assert m.Tune.get(m.Tune.tune == moods) == child
    assert m.Tune.get(m.Tune.tune.in_([parent, {"loud"}])) == child
