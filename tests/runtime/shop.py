"""The demo shop on a server: its schema applied by plumbob, and rows in it."""

from __future__ import annotations

import datetime
import uuid
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from generated import models
from tests.commands.user import User
from tests.servers import Server

CHECKOUT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Shop:
    """A database with the tables of the checkout's own declaration, and their fingerprint."""

    server: Server
    database: str
    fingerprint: str

    @property
    def url(self) -> str:
        return self.server.url(self.database)


def open_shop(server: Server, database: str, folder: Path) -> Shop:
    user = User(folder, server.url(database))
    user.declare((CHECKOUT / "schema" / "schema.yaml").read_text("utf-8"))
    user.brings_in_sync()
    with server.connect(database) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT fingerprint_after FROM _plumbob_history ORDER BY id DESC LIMIT 1")
        (fingerprint,) = cursor.fetchone()
    return Shop(server, database, fingerprint)


def sign_up(payments: int) -> models.User:
    """A new user with so many payments, and one of everything else."""
    unique = uuid.uuid4().hex
    moment = datetime.datetime(2026, 1, 1)
    user = models.User.create(email=f"{unique}@example.com", full_name="Ann")
    models.Otp.create(user=user, code="123456", purpose="sign_in", expires_at=moment)
    models.SocialAuth.create(user=user, provider="git", provider_id=unique)
    models.File.create(user=user, path=f"/{unique}", size=1)
    for number in range(payments):
        models.Payment.create(
            user=user,
            amount=Decimal("9.90"),
            provider="card",
            provider_ref=f"{unique}-{number}",
            status="paid" if number else "pending",
            paid_at=moment if number else None,
        )
    return user
