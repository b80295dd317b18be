"""The models of the demo shop, which the checkout has as every project has its own."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from plumbob.runtime import require
from tests.commands.user import User
from tests.models.bound import Bound
from tests.models.made import imported
from tests.servers import Server

CHECKOUT = Path(__file__).parents[2]
SHOP = (CHECKOUT / "schema" / "schema.yaml").read_text("utf-8")
MODELS = (CHECKOUT / "generated" / "models.py").read_text("utf-8")


@pytest.fixture
def user(tmp_path: Path) -> User:
    made = User(tmp_path)
    made.declare(SHOP)
    return made


def test_the_models_of_the_checkout_are_up_to_date(user: User) -> None:
    user.succeeds("models")
    assert (user.folder / "generated" / "models.py").read_text("utf-8") == MODELS


def test_check_tells_what_is_outdated_and_writes_nothing(user: User) -> None:
    path = user.folder / "generated" / "models.py"
    result = user.types("models", "--check")
    assert (result.code, result.out) == (1, "generated/models.py is outdated\n")
    assert not path.exists()
    user.succeeds("models")
    assert user.succeeds("models", "--check").out == "generated/models.py is as it should be\n"
    user.declare(SHOP.replace("full_name: varchar(120)", "full_name: varchar(130)"))
    assert user.types("models", "--check", "--json").json == {
        "models": "generated/models.py",
        "outdated": ["generated/models.py"],
    }


def test_schema_check_warns_of_models_that_are_there_and_outdated(user: User) -> None:
    assert "outdated" not in user.succeeds("check").err
    user.succeeds("models")
    assert "outdated" not in user.succeeds("check").err
    user.declare(SHOP.replace("full_name: varchar(120)", "full_name: varchar(130)"))
    assert "generated/models.py is outdated" in user.succeeds("check").err


def test_a_class_that_cannot_be_called_so_is_shown_where_it_is_said(user: User) -> None:
    user.declare(SHOP.replace("  users:\n", "  users:\n    model: {class: a b}\n", 1))
    result = user.types("models")
    assert result.code == 2
    assert "schema/schema.yaml:16:5" in result.err
    assert "cannot be called a b" in result.err
    assert "    model: {class: a b}" in result.err


def test_two_classes_of_one_name_are_an_error(user: User) -> None:
    named = SHOP.replace("  users:\n", "  users:\n    model: {class: Same}\n", 1)
    user.declare(named.replace("  otps:\n", "  otps:\n    model: {class: SAME}\n", 1))
    result = user.types("models")
    assert result.code == 2
    assert "the model of users cannot be called Same: something else is" in result.err


def test_they_are_written_after_diff_and_after_apply(
    server: Server, database: str, tmp_path: Path
) -> None:
    user = User(tmp_path, server.url(database))
    user.declare(SHOP)
    path = tmp_path / "generated" / "models.py"
    assert "wrote generated/models.py" in user.succeeds("diff", "--write").err
    text = path.read_text("utf-8")
    after = re.search(r'SCHEMA: str \| None = "(sha256:\w+)"', text)
    (migration,) = (
        each
        for each in (tmp_path / "generated" / "migrations").glob("*.sql")
        if not each.name.endswith(".rollback.sql")
    )
    assert after is not None and f"-- after: {after[1]}\n" in migration.read_text("utf-8")
    path.unlink()
    user.succeeds("apply")
    assert path.read_text("utf-8") == text
    assert "wrote" not in user.succeeds("apply").err
    path.write_text("# by hand\n")
    assert "the models were not written" in user.succeeds("apply").err
    assert path.read_text("utf-8") == "# by hand\n"


def test_a_sync_writes_them_for_what_it_has_made(
    server: Server, database: str, tmp_path: Path
) -> None:
    user = User(tmp_path, server.url(database))
    user.declare(SHOP)
    path = tmp_path / "generated" / "models.py"
    user.succeeds("sync")
    bound = Bound(server, database)
    require(imported(path), bound)
    # What a sync has made is no migration: files that are to be committed have none.
    assert user.types("models", "--check").code == 1
    assert "outdated" not in user.succeeds("check").err
    synced = path.read_text("utf-8")
    user.succeeds("diff", "--write")
    assert path.read_text("utf-8") == synced
    user.succeeds("apply")
    require(imported(path), bound)
    bound.close()


def test_a_package_has_a_module_for_each_table_and_loses_it_with_the_table(user: User) -> None:
    (user.folder / "plumbob.cfg").write_text("[plumbob]\nmodels = shop/models\n")
    user.succeeds("models")
    folder = user.folder / "shop" / "models"
    names = {"__init__", "file", "otp", "payment", "social_auth", "user"}
    assert {path.stem for path in folder.iterdir()} == names
    (folder / "ours.py").write_text("# by hand\n")
    user.declare(SHOP.replace("  otps:", "  codes:"))
    user.succeeds("models")
    assert {path.stem for path in folder.iterdir()} == names - {"otp"} | {"code", "ours"}
    assert user.succeeds("models", "--check").out == "shop/models is as it should be\n"


def test_a_file_of_somebody_else_is_left_alone(user: User) -> None:
    path = user.folder / "generated" / "models.py"
    path.parent.mkdir()
    path.write_text("# by hand\n")
    result = user.types("models")
    assert result.code == 4
    assert "was not written by `schema models`" in result.err
    assert path.read_text() == "# by hand\n"


def test_they_can_be_switched_off(user: User) -> None:
    (user.folder / "plumbob.cfg").write_text("[plumbob]\nmodels = off\n")
    result = user.types("models")
    assert result.code == 2
    assert "switched off" in result.err
