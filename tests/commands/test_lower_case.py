"""Names of tables on servers that know no case (lower_case_table_names=1), and on those that do.

The value 2 is for file systems without case (macOS), on which MySQL and MariaDB alone take it.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from plumbob.server.binaries import find
from plumbob.server.sandbox import Sandbox
from tests.commands.user import User, tables
from tests.conftest import empty_database
from tests.servers import SERVERS, Server

CAMEL = """\
tables:
  Users:
    columns:
      Id: int unsigned auto_increment primary key
      Email: varchar(190) not null unique
      ParentId: int unsigned references Users(Id)
    checks:
      CK_Email: Email <> ''
  OrderLines:
    columns:
      Id: int primary key
      UserId: int unsigned not null references Users(Id) on delete cascade
    indexes:
      IX_User: UserId, Id
"""
LATER = (
    CAMEL.replace("      Email: varchar(190)", "      Email: varchar(200)")
    .replace("  OrderLines:\n", "  Lines:\n    was: OrderLines\n")
    .replace("      Id: int primary key\n", "      Id: bigint primary key\n      More: int\n")
)


@pytest.fixture(scope="module", params=["mysql", "mariadb"])
def caseless(request: pytest.FixtureRequest) -> Iterator[Server]:
    with Sandbox(find(*SERVERS[request.param]), ["--lower-case-table-names=1"]) as sandbox:
        yield Server(sandbox.url)


@pytest.fixture
def user(tmp_path: Path, caseless: Server) -> Iterator[User]:
    with empty_database(caseless) as database:
        user = User(tmp_path, caseless.url(database))
        user.declare(CAMEL)
        yield user


def live(user: User, server: Server) -> dict[str, str]:
    return tables(server, user.url.partition("?")[0].rpartition("/")[2])


def test_a_whole_round(user: User, caseless: Server) -> None:
    user.brings_in_sync()
    first = live(user, caseless)
    assert first.keys() == {"users", "orderlines"}
    assert "REFERENCES `users` (`Id`)" in first["orderlines"]
    user.succeeds("status")
    user.declare(LATER)
    user.brings_in_sync()
    assert live(user, caseless).keys() == {"users", "lines"}
    user.succeeds("status")
    user.succeeds("rollback", "--allow", "all")
    assert live(user, caseless) == first
    user.succeeds("rollback", "--allow", "all")
    assert live(user, caseless) == {}


@pytest.mark.parametrize("old", ["OrderLines", "ORDERLINES", "orderlines"])
def test_an_old_name_in_any_case(user: User, old: str) -> None:
    user.brings_in_sync()
    user.declare(LATER.replace("was: OrderLines", f"was: {old}"))
    result = user.types("diff")
    assert "rename table" in result.out, result
    assert "drop" not in result.out.partition("down (")[0]


def test_another_case_is_no_difference(user: User) -> None:
    user.brings_in_sync()
    user.declare(CAMEL.replace("Users", "USERS").replace("OrderLines", "orderlines"))
    user.succeeds("diff")
    user.declare(
        CAMEL.replace("Users", "users").replace("  users:\n", "  users:\n    was: Users\n")
    )
    user.succeeds("diff")


def test_a_foreign_key_into_another_database(user: User, caseless: Server, tmp_path: Path) -> None:
    user.brings_in_sync()
    database = user.url.partition("?")[0].rpartition("/")[2]
    with empty_database(caseless) as second:
        (tmp_path / "second").mkdir()
        other = User(tmp_path / "second", caseless.url(second))
        other.declare(
            "tables:\n  Notes:\n    columns:\n      Id: int primary key\n"
            f"      U: int unsigned references {database.upper()}.USERS(Id)\n"
            f"      N: int references {second.upper()}.Notes(Id)\n"
        )
        other.brings_in_sync()
        text = tables(caseless, second)["notes"]
        assert f"REFERENCES `{database}`.`users` (`Id`)" in text
        assert "REFERENCES `notes` (`Id`)" in text
        other.succeeds("rollback", "--allow", "all")


def test_ignored_in_any_case(user: User, caseless: Server) -> None:
    user.brings_in_sync()
    with caseless.connect(user.url.partition("?")[0].rpartition("/")[2]) as connection:
        with connection.cursor() as cursor:
            cursor.execute("CREATE TABLE Tmp_One (id int)")
    (user.folder / "plumbob.cfg").write_text("[plumbob]\nscratch = target\nignore = TMP_*\n")
    user.succeeds("diff")
    user.succeeds("status")


def test_two_names_that_are_one_there(user: User, caseless: Server) -> None:
    """B18: refused, with the reason and the place."""
    user.declare(CAMEL + "  users:\n    columns: {id: int primary key}\n")
    result = user.types("diff", "--write")
    assert result.code == 2, result
    assert "lower_case_table_names" in result.err
    assert live(user, caseless) == {}


class TestWithCase:
    """The same on a server that keeps case apart: another case is another table."""

    @pytest.fixture
    def user(self, tmp_path: Path, server: Server, database: str) -> User:
        user = User(tmp_path, server.url(database))
        user.declare(CAMEL)
        user.brings_in_sync()
        return user

    def test_a_rename_of_the_case_alone(self, user: User, server: Server, database: str) -> None:
        before = tables(server, database)
        assert before.keys() == {"Users", "OrderLines"}
        user.declare(
            CAMEL.replace("  Users:\n", "  users:\n    was: Users\n").replace(
                "references Users", "references users"
            )
        )
        result = user.brings_in_sync()
        assert "in sync" in result.out
        after = tables(server, database)
        assert after.keys() == {"users", "OrderLines"}
        assert "REFERENCES `users`" in after["OrderLines"]
        user.succeeds("rollback", "--allow", "all")
        assert tables(server, database) == before

    def test_both_at_once(self, user: User, server: Server, database: str) -> None:
        user.declare(CAMEL + "  users:\n    columns: {id: int primary key}\n")
        user.brings_in_sync()
        assert tables(server, database).keys() == {"Users", "users", "OrderLines"}

    def test_a_parent_in_another_case_is_not_there(self, user: User) -> None:
        user.declare(CAMEL.replace("references Users", "references users"))
        result = user.types("diff")
        assert result.code == 2, result
        assert "did you mean Users?" in result.err


def test_what_stands_beside_the_tables(user: User, caseless: Server) -> None:
    """Views are stored in small letters like tables, and triggers name tables."""
    user.declare(
        CAMEL + "views:\n  AllUsers: select Id, Email from Users\n"
        "triggers:\n  Trg: before insert on Users for each row set new.Email = lower(new.Email)\n"
    )
    user.brings_in_sync()
    user.succeeds("status")
    user.succeeds("rollback", "--allow", "all")
    assert live(user, caseless) == {}
