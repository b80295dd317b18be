"""What models do not say, and how it is written by hand: docs/models.md, run on real servers.

A foreign key into another database is a plain column, and a view has no model.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import peewee
import pytest
from playhouse.test_utils import count_queries

from plumbob.models import Options
from tests.conftest import empty_database
from tests.models.bound import Bound
from tests.models.made import declared, imported_text, module_of
from tests.servers import Server

PAGE = (Path(__file__).parents[2] / "docs" / "models.md").read_text("utf-8")
CRM = "CREATE TABLE customers (id int unsigned NOT NULL PRIMARY KEY, name varchar(20) NOT NULL)"
ORDERS = """CREATE TABLE orders (
  id int NOT NULL PRIMARY KEY,
  customer_id int unsigned NOT NULL,
  total int NOT NULL,
  FOREIGN KEY (customer_id) REFERENCES {crm}.customers (id)
)"""
VIEW = """CREATE VIEW buyers AS
SELECT customer_id AS id, COUNT(*) AS orders, MAX(total) AS largest FROM orders GROUP BY customer_id"""


def example(heading: str) -> str:
    """The code of a section of the page."""
    section = PAGE.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    (code,) = re.findall(r"```python\n(.*?)```", section, re.DOTALL)
    return str(code)


@pytest.fixture
def crm(server: Server) -> Iterator[str]:
    with empty_database(server) as name:
        yield name


@pytest.fixture
def shop(server: Server, database: str, crm: str) -> Iterator[Bound]:
    """A database whose orders refer to customers in another one."""
    bound = Bound(server, database)
    bound.make(
        (
            CRM.replace("customers", f"{crm}.customers", 1),
            ORDERS.format(crm=crm),
            f"INSERT INTO {crm}.customers VALUES (1, 'Ann'), (2, 'Bob')",
            "INSERT INTO orders VALUES (10, 1, 5), (11, 1, 7), (12, 2, 1)",
            VIEW,
        )
    )
    yield bound
    bound.make(("DROP TABLE orders",))
    bound.close()


def test_a_foreign_key_into_another_database_is_a_plain_column(
    shop: Bound, crm: str, tmp_path: Path
) -> None:
    """The other database has a declaration of its own, and models that name it."""
    order = module_of(declared(ORDERS.format(crm=crm), tmp_path), tmp_path).Order
    elsewhere = Options(database=crm)
    customer = module_of(declared(CRM, tmp_path), tmp_path, elsewhere).Customer
    assert not isinstance(order.customer_id, peewee.ForeignKeyField)
    names = {"Order": order, "Customer": customer}
    with shop.bind_ctx(list(names.values())):
        with count_queries() as asked:
            exec(example("Another database"), names)  # noqa: S102 - as a reader would run it
            query: Any = names["query"]
            assert [(row.id, row.customer.name) for row in query.order_by(order.id)] == [
                (10, "Ann"),
                (11, "Ann"),
                (12, "Bob"),
            ]
        assert asked.count == 1


def test_a_view_is_a_model_by_hand(shop: Bound) -> None:
    buyer = imported_text(example("Views")).Buyer
    with shop.bind_ctx([buyer]):
        rows = list(buyer.select().where(buyer.orders > 1))
        assert [(row.id, row.orders, row.largest) for row in rows] == [(1, 2, 7)]
        with pytest.raises(peewee.OperationalError, match="not (insertable|updatable)"):
            buyer.create(id=3, orders=1)
        with pytest.raises(peewee.OperationalError, match="not updatable"):
            buyer.update(largest=0).execute()
