"""`schema import peewee`: what Peewee makes of its models is what the declaration says."""

from __future__ import annotations

import sys
from pathlib import Path

import peewee
import pytest

from tests.commands.user import User
from tests.servers import Server

MODELS = """\
import datetime
import peewee as p

database = p.DatabaseProxy()


class Base(p.Model):
    created_at = p.DateTimeField(default=datetime.datetime.now)

    class Meta:
        database = database


class User(Base):
    email = p.CharField(190, unique=True)
    boss = p.ForeignKeyField("self", null=True, backref="staff")

    class Meta:
        table_name = "users"


class Payment(Base):
    user = p.ForeignKeyField(User, backref="payments", on_delete="CASCADE")
    amount = p.DecimalField(12, 2, constraints=[p.Check("amount >= 0")])
    status = p.CharField(10, choices=[("a", "A")])
    kind = p.SmallIntegerField(constraints=[p.SQL("DEFAULT 3")], index=True)
    note = p.DeferredForeignKey("Note", null=True, backref="+")

    class Meta:
        indexes = ((("user", "kind"), True),)


class Note(Base):
    payment = p.ForeignKeyField(Payment)
    text = p.TextField(column_name="theText")


class Elsewhere(Base):
    class Meta:
        schema = "other"
"""
SAID = [
    "email: varchar(190) not null",
    "user_email: unique (email)",
    "kind: smallint not null default 3",
    "payment_user_id_kind: unique (user_id, kind)",
    "references: users(id)\n        on_delete: cascade\n        as: user\n        backref: payments",
    "as: boss\n        backref: staff",
    "as: payment\n        backref: note_set",
    "references: note(id)\n        as: note\n    ",
    "amount >= 0",
    "class: Payment",
]
LEFT_OUT = [
    "Elsewhere: it is of another database",
    "Payment.created_at: its default is Python's; the column has none",
    "Payment.status: its choices are Python's; the column takes any value",
    "Note.text: its column is theText, after which models name it",
]


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A package with the models, found from the working folder; a name of its own each time."""
    name = f"shop_{tmp_path.name}"
    (tmp_path / name).mkdir()
    (tmp_path / name / "__init__.py").touch()
    (tmp_path / name / "models.py").write_text(MODELS)
    monkeypatch.syspath_prepend(str(tmp_path))
    return name


def test_models_become_a_declaration(
    shop: str, tmp_path: Path, server: Server, database: str
) -> None:
    user = User(tmp_path, server.url(database))
    kind = f"{server.flavour.maker}-{server.flavour.series}"
    said = user.types("import", "peewee", shop, "--server", kind)
    assert said.code == 0, said
    assert [each for each in LEFT_OUT if f"left out: {each}\n" not in f"{said.out}\n"] == []
    text = user.schema.read_text()
    assert [each for each in SAID if each not in text] == []
    assert "class: Base" not in text
    assert "elsewhere" not in text.lower()
    # The tables that the application's own start-up makes are these.
    server.run(database, f"ALTER DATABASE `{database}` CHARACTER SET utf8mb4")
    _made_by_peewee(shop, server, database)
    assert user.types("diff").out.splitlines()[1] == "in sync"


def _made_by_peewee(shop: str, server: Server, database: str) -> None:
    models = sys.modules[f"{shop}.models"]
    connection = server.connect()
    options = {"unix_socket": connection.unix_socket} if connection.unix_socket else {}
    peewee_database = peewee.MySQLDatabase(
        database,
        user="root",
        port=connection.port,
        init_command="SET foreign_key_checks = 0",
        **options,
    )
    models.database.initialize(peewee_database)
    with peewee_database:
        peewee_database.create_tables([models.User, models.Payment, models.Note])
        models.Payment._schema.create_foreign_key(models.Payment.note)
    connection.close()


WRONG = {
    "no_such_module": "there is no module no_such_module",
    "json": "json has no Peewee models",
    "broken_models": "broken_models cannot be imported: ZeroDivisionError: division by zero",
    "long_models": "refuses the table of Long",
}


@pytest.mark.parametrize("module", WRONG)
def test_wrong(module: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(tmp_path))
    (tmp_path / "broken_models.py").write_text("1 / 0\n")
    (tmp_path / "long_models.py").write_text(
        "import peewee as p\n\nclass Long(p.Model):\n    a = p.CharField(99999)\n"
    )
    said = User(tmp_path).types("import", "peewee", module)
    assert said.code == 2, said
    assert WRONG[module] in said.err
    assert "Traceback" not in said.err
    assert not (tmp_path / "schema").exists()


def test_what_is_there_is_not_overwritten(tmp_path: Path) -> None:
    user = User(tmp_path)
    user.declare("tables: {}\n")
    said = user.types("import", "peewee", "json")
    assert said.code == 2
    assert user.schema.read_text() == "tables: {}\n"
