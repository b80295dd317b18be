"""A database that Sequelize made, taken over: the real Sequelize makes it, and reads on afterwards.

`make test-sequelize` runs this; the steps are those of docs/sequelize.md.
"""

from __future__ import annotations

import importlib.util
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from types import ModuleType
from typing import Any

import peewee
import pytest

from plumbob.runtime import connect
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

    # The timestamps become the server's; Sequelize goes on setting its own.
    declared = shop.user.schema.read_text()
    stamped = declared.replace(
        "createdAt: datetime not null\n",
        "createdAt: datetime not null default current_timestamp\n",
    ).replace(
        "updatedAt: datetime not null\n",
        "updatedAt: datetime not null default current_timestamp on update current_timestamp\n",
    )
    shop.user.declare(stamped)
    shop.user.brings_in_sync()
    assert shop.read() == after
    shop.user.succeeds("rollback")
    shop.user.succeeds("rollback", "--allow", "drop-column:users.phone")
    assert shop.read() == before
    # Nothing of Sequelize's own was touched: its next migration finds its history.
    assert "SequelizeMeta" in names(shop.server, shop.database)
    assert "already up to date" in shop.node("sequelize-cli", "db:migrate")


def test_both_read_what_the_other_wrote(shop: Shop) -> None:
    shop.user.succeeds("init", "--from", "DATABASE_URL", "--scratch", "target")
    shop.user.succeeds("models")
    models = shop.models()
    (theirs,) = shop.read()
    with connect(shop.user.url):
        user = models.User.get(models.User.email == "demo@example.com")
        assert facts(user) == {**facts_of(theirs), "is_active": True}
        ends = {"otps": user.otps, "socialAuths": user.social_auths, "files": user.files}
        for name, rows in {**ends, "payments": user.payments}.items():
            (row,), (their_row,) = rows, theirs[name]
            assert row.user == user
            assert facts(row) == facts_of(their_row)
        now = datetime(2026, 1, 2, 3, 4, 5)
        times = {"created_at": now, "updated_at": now}
        models.Payment.create(
            user=user, amount="0.10", provider="us", provider_ref="1", details=[1], **times
        )
    (second,) = (each for each in shop.read()[0]["payments"] if each["amount"] == "0.10")
    assert second["status"] == "pending"
    assert second["details"] == [1]
    assert second["createdAt"] == "2026-01-02T03:04:05.000Z"


def facts(row: peewee.Model) -> dict[str, object]:
    return dict(row.__data__)


def facts_of(theirs: dict[str, Any]) -> dict[str, object]:
    """A row of Sequelize's in our names and Python's types."""
    named = {
        snake_case(name): value for name, value in theirs.items() if not isinstance(value, list)
    }
    for name, value in named.items():
        if name.endswith("_at") and value is not None:
            named[name] = datetime.strptime(value, "%Y-%m-%dT%H:%M:%S.000Z")
    for name, kind in (("amount", Decimal), ("size", int)):
        if name in named:
            named[name] = kind(named[name])
    if "user_id" in named:
        named["user"] = named.pop("user_id")
    return named


def snake_case(name: str) -> str:
    return re.sub("[A-Z]", lambda found: "_" + found[0].lower(), name)
