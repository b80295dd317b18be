"""What the base of models leaves to the server, written by hand as an application might do it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any

import peewee
import pytest
from peewee import SQL, CharField, DateTimeField, DecimalField, Default, ForeignKeyField, JSONField

from plumbob.runtime import Model
from plumbob.runtime.fields import UnsignedAutoField, UnsignedIntegerField
from plumbob.runtime.relations import CompositeBackReference, CompositeReference
from plumbob.runtime.served import Generated
from tests.models.bound import Bound

TABLES = (
    """create table users (
        id int unsigned auto_increment primary key,
        email varchar(190) not null,
        domain varchar(190) as (substring_index(email, '@', -1)) stored,
        visits int unsigned not null default 7,
        settings json,
        nick varchar(20) default 'none',
        updated_at datetime(6) not null default '2001-01-01' on update current_timestamp(6))""",
    "create table keyed (code varchar(40) default (uuid()) primary key, n int)",
    "create table bare (n int default 3, m int as (n + 1) virtual)",
    "create table counted (a int, b int auto_increment, primary key (a, b), key (b))",
    "create table orders (region char(2), number int, total decimal(8,2), primary key (region, number))",
    "create table order_lines (id int auto_increment primary key, region char(2), number int)",
    "create table memberships (id int auto_increment primary key, user_id int unsigned not null default 1)",
)
LONG_AGO = datetime(2001, 1, 1)


class User(Model):
    id = UnsignedAutoField()
    email = CharField(max_length=190)
    domain = Generated(CharField(null=True), "substring_index(`email`,'@',-1)", stored=True)
    visits = UnsignedIntegerField(constraints=[Default("7")])
    settings = JSONField(null=True)
    nick = CharField(null=True, constraints=[Default("'none'")])
    updated_at = DateTimeField(
        constraints=[Default("'2001-01-01'"), SQL("ON UPDATE CURRENT_TIMESTAMP(6)")]
    )

    class Meta:
        table_name = "users"


class Keyed(Model):
    code = CharField(primary_key=True, constraints=[Default("(uuid())")])
    n = peewee.IntegerField(null=True)


class Bare(Model):
    n = peewee.IntegerField(null=True, constraints=[Default("3")])
    m = Generated(peewee.IntegerField(null=True), "`n` + 1")

    class Meta:
        primary_key = False


class Counted(Model):
    a = peewee.IntegerField()
    b = peewee.IntegerField(constraints=[SQL("AUTO_INCREMENT")])

    class Meta:
        primary_key = peewee.CompositeKey("a", "b")


class Order(Model):
    region = CharField()
    number = peewee.IntegerField()
    total = DecimalField(max_digits=8, decimal_places=2)
    lines = CompositeBackReference["OrderLine"](lambda: OrderLine, region="region", number="number")

    class Meta:
        table_name = "orders"
        primary_key = peewee.CompositeKey("region", "number")


class OrderLine(Model):
    region = CharField(null=True)
    number = peewee.IntegerField(null=True)
    order = CompositeReference["Order | None"](lambda: Order, region="region", number="number")

    class Meta:
        table_name = "order_lines"


class Membership(Model):
    user = ForeignKeyField(User, constraints=[Default("1")])

    class Meta:
        table_name = "memberships"


MODELS: list[Any] = [User, Keyed, Bare, Counted, Order, OrderLine, Membership]


@pytest.fixture(scope="module")
def tables(bound: Bound) -> Bound:
    bound.make(TABLES)
    return bound


@pytest.fixture(autouse=True)
def database(tables: Bound) -> Iterator[Bound]:
    with tables.bind_ctx(MODELS):
        for model in MODELS:
            model.delete().execute()
        tables.sent.clear()
        yield tables


def test_what_the_server_fills_in_is_read_back_when_it_is_asked_for(database: Bound) -> None:
    user = User.create(email="a@b.c")
    assert user.id
    assert database.sends() == ["INSERT"]
    assert (user.visits, user.domain, user.nick) == (7, "b.c", "none")
    assert (user.updated_at, user.settings) == (LONG_AGO, None)
    assert database.sends() == ["SELECT"]


def test_what_was_given_is_not_asked_for(database: Bound) -> None:
    user = User.create(email="a@b.c", visits=1, nick=None)
    assert (user.visits, user.nick) == (1, None)
    assert database.sends() == ["INSERT"]
    assert User.get_by_id(user.id).nick is None


def test_an_update_names_what_was_changed_alone(database: Bound) -> None:
    id = User.create(email="a@b.c").id
    user = User.get_by_id(id)
    assert user.updated_at == LONG_AGO
    User.update(visits=99, updated_at=LONG_AGO).where(User.id == id).execute()
    user.email = "x@y.z"
    assert user.save() == 1
    assert user.updated_at > LONG_AGO
    assert (user.domain, User.get_by_id(id).visits) == ("y.z", 99)
    database.sends()
    assert user.save() == 0
    assert database.sends() == []


def test_values_that_were_changed_in_place_are_saved() -> None:
    id = User.create(email="a@b.c", settings={"a": 1}).id
    user = User.get_by_id(id)
    user.settings["b"] = [2]
    user.save()
    assert User.get_by_id(id).settings == {"a": 1, "b": [2]}


def test_a_generated_column_is_left_out_of_instances_and_refused_in_queries() -> None:
    copy = User(**{**User.create(email="a@b.c").__data__, "id": None, "domain": "else"})
    copy.save(force_insert=True)
    assert User.get_by_id(copy.id).domain == "b.c"
    for write in (
        lambda: User.insert(domain="x"),
        lambda: User.insert({User.domain: "x"}),
        lambda: User.update(domain="x"),
        lambda: User.update({"domain": "x"}),
        lambda: User.insert_many([{"email": "a", "domain": "x"}]).execute(),
        lambda: User.insert_many([("a", "x")], fields=[User.email, User.domain]),
        lambda: User.insert_from(User.select(User.email, User.domain), ["email", "domain"]),
    ):
        with pytest.raises(ValueError, match="User.domain is computed by the server"):
            write()


def test_rows_that_say_less_than_others_get_the_defaults() -> None:
    User.insert_many(
        [{"email": "1", "visits": 1, "nick": "n"}, {"email": "2"}, {"email": "3", "nick": None}]
    ).execute()
    rows = User.select(User.email, User.visits, User.nick).order_by(User.email).tuples()
    assert list(rows) == [("1", 1, "n"), ("2", 7, "none"), ("3", 7, None)]


def test_many_instances_in_few_statements(database: Bound) -> None:
    users = [User(email=str(n), visits=n) if n % 2 else User(email=str(n)) for n in range(5)]
    User.bulk_create(users, batch_size=3)
    assert database.sends() == ["INSERT", "INSERT"]
    rows = User.select(User.email, User.visits, User.domain).order_by(User.id).tuples()
    assert list(rows) == [(str(n), n if n % 2 else 7, str(n)) for n in range(5)]
    Bare.bulk_create([Bare(), Bare()])
    assert [(row.n, row.m) for row in Bare.select()] == [(3, 4), (3, 4)]


def test_a_row_of_which_nothing_is_said() -> None:
    Bare().save()
    Bare.create()
    assert [(row.n, row.m) for row in Bare.select()] == [(3, 4), (3, 4)]
    assert Membership(user=1).dirty_field_names == ["user"]


def test_a_key_that_the_server_makes_up_and_does_not_tell() -> None:
    made = Keyed.create(n=1)
    assert made.code is None
    assert len(Keyed.get(Keyed.n == 1).code) == 36


def test_a_counter_within_a_composite_key() -> None:
    made = Counted.create(a=1)
    assert Counted.get_by_id((1, made.b)) == made


def test_a_foreign_key_with_a_default(database: Bound) -> None:
    User.create(id=1, email="a@b.c")
    database.sends()
    membership = Membership.create()
    assert membership.user_id == 1
    assert membership.user.email == "a@b.c"
    assert database.sends() == ["INSERT", "SELECT", "SELECT"]


def test_a_foreign_key_of_two_columns() -> None:
    order = Order.create(region="EU", number=1, total=Decimal("2.50"))
    Order.create(region="US", number=1, total=Decimal(1))
    line = OrderLine.create(region="EU", number=1)
    assert line.order == order
    assert OrderLine.create(region="EU").order is None
    assert list(order.lines) == [line]
    joined = OrderLine.select(OrderLine, Order.total).join(Order, on=OrderLine.order.on)
    assert [row.id for row in joined] == [line.id]
