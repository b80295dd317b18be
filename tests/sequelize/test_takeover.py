"""A database that Sequelize made, taken over: the real Sequelize makes it, and reads on afterwards.

`make test-sequelize` runs this; the steps are those of docs/sequelize.md.
"""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.commands.user import User, names
from tests.conftest import Servers, empty_database
from tests.servers import Server

pytestmark = pytest.mark.sequelize
FOLDER = Path(__file__).parent
THEIRS = ("otps", "socialAuths", "files", "payments")
TABLES = ("files", "otps", "payments", "social_auths", "users")


@dataclass(frozen=True)
class Shop:
    """A database that both sides work on: Sequelize, and a user of plumbob in a project folder."""

    server: Server
    database: str
    user: User

    def node(self, *command: str) -> str:
        """What a program of the old shop prints."""
        done = subprocess.run(
            ["npx", "--no-install", *command],
            cwd=FOLDER,
            env={**os.environ, "DATABASE_URL": self.server.url(self.database)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def read(self) -> list[dict[str, Any]]:
        """All users with all that is theirs, as Sequelize gives them."""
        users: list[dict[str, Any]] = json.loads(self.node("node", "shop.js", "read"))
        return users

    def models(self) -> ModuleType:
        """The generated models, on this database."""
        path = self.user.folder / "generated" / "models.py"
        name = f"models_{self.database}"
        spec = importlib.util.spec_from_file_location(name, path)
        assert spec is not None and spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
        return module


@pytest.fixture(params=["mysql", "mariadb", "mariadb118"])
def shop(request: pytest.FixtureRequest, servers: Servers, tmp_path: Path) -> Iterator[Shop]:
    """What Sequelize leaves: its tables, its history, and a user with one of each."""
    server = servers(request.param)
    with empty_database(server) as database:
        shop = Shop(server, database, User(tmp_path, server.url(database)))
        shop.node("sequelize-cli", "db:migrate")
        shop.node("node", "shop.js", "write")
        yield shop


def test_a_shop_is_taken_over(shop: Shop) -> None:
    before = shop.read()
    assert [len(before[0][each]) for each in THEIRS] == [1, 1, 1, 1]
    said = shop.user.succeeds("init", "--from", "DATABASE_URL", "--scratch", "target")
    assert "5 tables" in said.out
    assert "history table of Sequelize" in said.out
    assert "in sync" in shop.user.succeeds("diff").out

    text = shop.user.schema.read_text()
    shop.user.declare(
        text.replace(
            "      fullName: varchar(120) not null\n",
            "      fullName: varchar(120) not null\n      phone: varchar(32)\n",
        )
    )
    shop.user.brings_in_sync()
    after = shop.read()
    assert {**after[0], "phone": None} == {**before[0], "phone": None}

    shop.user.succeeds("rollback", "--allow", "drop-column:users.phone")
    assert shop.read() == before
    # Nothing of Sequelize's own was touched: its next migration finds its history.
    assert "SequelizeMeta" in names(shop.server, shop.database)
    assert "already up to date" in shop.node("sequelize-cli", "db:migrate")


def test_models_read_what_sequelize_wrote(shop: Shop) -> None:
    shop.user.succeeds("init", "--from", "DATABASE_URL", "--scratch", "target")
    shop.user.succeeds("models")
    models = shop.models()
    (theirs,) = shop.read()
    user = models.User.get(models.User.email == "demo@example.com")
    assert (user.full_name, user.is_active) == (theirs["fullName"], True)
    (payment,) = user.payments
    assert payment.user == user
    assert payment.amount == Decimal(theirs["payments"][0]["amount"])
    assert payment.details == theirs["payments"][0]["details"]
