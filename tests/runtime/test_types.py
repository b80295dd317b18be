"""Code of an application is checked by mypy --strict as it stands, without packages of stubs."""

from __future__ import annotations

from pathlib import Path

from mypy import api

CHECKOUT = Path(__file__).parents[2]
PROGRAM = """
import asyncio
from datetime import datetime

from generated import models
from generated.models import Payment, User
from plumbob.runtime import Database, Health, PoolUse, Settings, connect, connect_async, health, require
from plumbob.runtime import SchemaState, schema_state

database: Database = connect("mysql://root@localhost/shop", settings=Settings(max_connections=5))
require(models, database)
require(models)
found: Health = health(database, models)
state: SchemaState = schema_state(models.SCHEMA, database)
use: PoolUse = database.pool_use()
with database.connection_context(), database.atomic():
    user = User.create(email="ann@example.com", full_name="Ann")
    moment: datetime = user.created_at
    for payment in Payment.select().where(Payment.user == user):
        name: str = payment.user.full_name


async def main() -> None:
    app = connect_async(env="test")
    async with app, app.atomic():
        created = await app.run(User.create, email="ann@example.com", full_name="Ann")
        reveal_type(created)
        await app.run(require, models, app)
        reveal_type(await app.run(health, app))
    await app.close_pool()


asyncio.run(main())
wrong: int = connect_async()
"""


def check(*programs: Path) -> list[str]:
    out, err, _ = api.run([
        "--strict", "--config-file", str(CHECKOUT / "setup.cfg"), "--no-error-summary",
        "--cache-dir", str(CHECKOUT / ".venv" / "mypy"), *map(str, programs),
    ])  # fmt: skip
    assert not err
    return [line.partition(" ")[2] for line in out.splitlines()]


def test_the_recipes_are_typed() -> None:
    assert check(*sorted((CHECKOUT / "docs" / "recipes").glob("*.py"))) == []


def test_an_application_is_typed(tmp_path: Path) -> None:
    program = tmp_path / "application.py"
    program.write_text(PROGRAM)
    assert check(program) == [
        'note: Revealed type is "generated.models.User"',
        'note: Revealed type is "plumbob.runtime.health.Health"',
        'error: Incompatible types in assignment (expression has type "AsyncDatabase", '
        'variable has type "int")  [assignment]',
    ]
