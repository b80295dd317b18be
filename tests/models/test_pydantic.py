"""Bodies of requests and answers that `playhouse.pydantic_utils.to_pydantic` makes of generated models."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playhouse.pydantic_utils import to_pydantic

from plumbob.models import Options
from plumbob.models.options import Naming
from tests.models.bound import Bound
from tests.models.made import declared, models_of, module_of

# As Sequelize writes them; a foreign key is known to `to_pydantic` by the name of its column.
TABLES = (
    "CREATE TABLE users (id int NOT NULL AUTO_INCREMENT PRIMARY KEY, fullName varchar(20) NOT NULL)",
    """CREATE TABLE payments (
      id int NOT NULL AUTO_INCREMENT PRIMARY KEY,
      userId int NOT NULL,
      approvedBy int,
      paidAt date,
      CONSTRAINT payer FOREIGN KEY (userId) REFERENCES users (id),
      CONSTRAINT approver FOREIGN KEY (approvedBy) REFERENCES users (id)
    )""",
)
NAMINGS: dict[Naming, tuple[str, str, str]] = {
    "snake": ("full_name", "user_id", "paid_at"),
    "keep": ("fullName", "userId", "paidAt"),
}


@pytest.mark.parametrize("naming", NAMINGS)
def test_camel_case(bound: Bound, tmp_path: Path, naming: Naming) -> None:
    full_name, user_id, paid_at = NAMINGS[naming]
    schema = declared(";\n".join(TABLES), tmp_path)
    models = models_of(module_of(schema, tmp_path, Options(naming=naming)))
    user, payment = models["users"], models["payments"]
    bound.make(("DROP TABLE IF EXISTS payments, users", *TABLES))
    with bound.bind_ctx(list(models.values())):
        ann = user.create(**{full_name: "Ann"})
        body_in: Any = to_pydantic(payment, model_name="PaymentIn")
        body_out: Any = to_pydantic(payment, exclude_autofield=False, model_name="PaymentOut")
        assert list(body_in.model_fields) == ["userId", "approvedBy", paid_at]

        sent = body_in.model_validate({"userId": ann.id, paid_at: "2026-11-26"})
        made = payment.create(**sent.model_dump())
        shown = body_out.model_validate(payment.get_by_id(made.id), from_attributes=True)
        assert shown.model_dump(mode="json") == {
            "id": made.id,
            "userId": ann.id,
            "approvedBy": None,
            paid_at: "2026-11-26",
        }
        assert getattr(payment.get_by_id(made.id), user_id) == ann.id

        made.approvedBy = ann.id
        made.save()
        assert payment.get_by_id(made.id).approvedBy == ann.id

        user_out: Any = to_pydantic(user, exclude_autofield=False, model_name="UserOut")
        nested: Any = to_pydantic(
            payment, include=["userId"], relationships={payment.user: user_out}, model_name="Nested"
        )
        shown = nested.model_validate(payment.get_by_id(made.id), from_attributes=True)
        assert shown.model_dump() == {"user": {"id": ann.id, full_name: "Ann"}}
