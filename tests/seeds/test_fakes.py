"""`schema seed --fake` on real servers: rows that fit, that are the same again, and that go again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.commands.test_terminal import on_a_terminal
from tests.conftest import empty_database
from tests.seeds.conftest import Sower, sower_of
from tests.servers import Server

HERE = Path(__file__).parent


@pytest.fixture
def shop(tmp_path: Path, server: Server, database: str) -> Sower:
    return sower_of(HERE / "fakes.yaml", tmp_path, server, database)


@pytest.fixture(scope="module")
def empty_shop(tmp_path_factory: pytest.TempPathFactory, server: Server) -> Iterator[Sower]:
    """The same for tests that leave nothing in it."""
    with empty_database(server) as name:
        yield sower_of(HERE / "fakes.yaml", tmp_path_factory.mktemp("shop"), server, name)


def test_faked_rows_fit_their_columns(shop: Sower) -> None:
    asked = ("visits=200", "customers=300", "profiles=300", "cards=100", "methods=9", "pools=50")
    shop.seeds(*(word for each in asked for word in ("--fake", each)))
    counts = [
        "customers WHERE email LIKE '%@example.com' AND stars BETWEEN 1 AND 5 AND status <> 'bad'"
        " AND credit >= 10 AND credit < 20 AND initials = LEFT(name, 2) AND CHAR_LENGTH(code) = 3"
        " AND created_at BETWEEN '2025-01-01' AND '2026-01-01'",
        "profiles p JOIN customers c ON c.id = p.customer_id",
        "visits v JOIN customers c ON c.id = v.customer_id WHERE day BETWEEN 1 AND 7",
        "cards d JOIN customers c ON c.id = d.no WHERE d.again IN (3, 4)",
        "pools p JOIN methods m ON m.name = p.method",
    ]
    assert [shop.rows(f"SELECT COUNT(*) FROM {each}") for each in counts] == [
        [(300,)],
        [(300,)],
        [(200,)],
        [(100,)],
        [(50,)],
    ]
    ((cities, referred, nobody),) = shop.rows(
        "SELECT COUNT(DISTINCT city), COUNT(referrer_id), SUM(city IS NULL) FROM customers"
    )
    assert cities > 100
    assert nobody > 5
    # Those of the first batch had nobody that they could refer to.
    assert referred == 0
    shop.seeds("--fake", "customers=100")
    assert shop.rows("SELECT COUNT(referrer_id) > 50 FROM customers") == [(1,)]


def test_the_same_number_makes_the_same_rows(shop: Sower) -> None:
    def rows(seed: str) -> object:
        shop.seeds("--fake", "customers=50", "--seed", seed)
        found = shop.rows(
            "SELECT email, name, city, born, status, credit FROM customers ORDER BY id"
        )
        shop.seeds("--undo")
        return found

    assert rows("42") == rows("42") != rows("43")


def test_undo_removes_faked_rows_and_no_others(shop: Sower) -> None:
    shop.does(
        "INSERT INTO customers (email, name, status, stars, credit, code, created_at)"
        " VALUES ('eve@example.com', 'Eve', 'new', 1, 10, 'eve', '2020-01-01')"
    )
    shop.seeds("--fake", "customers=1500", "--fake", "profiles=20")
    assert shop.seeds("--undo").out.splitlines()[-1] == "1520 rows removed"
    assert shop.rows("SELECT email FROM customers") == [("eve@example.com",)]


def test_faked_rows_of_two_runs_stand_beside_each_other(shop: Sower) -> None:
    for _ in range(2):
        shop.seeds("--fake", "customers=30", "--seed", "1")
    assert shop.rows("SELECT COUNT(*), COUNT(DISTINCT email) FROM customers") == [(60, 60)]


def test_a_dry_run_writes_nothing(empty_shop: Sower) -> None:
    result = empty_shop.seeds("--fake", "customers=30", "--dry-run", "--seed", "1", code=1)
    assert result.out.splitlines()[-1] == (
        "30 rows would be inserted; nothing was written (the same again: --seed 1)"
    )
    assert empty_shop.rows("SELECT COUNT(*) FROM customers") == [(0,)]


@pytest.mark.parametrize(
    ("fakes", "code", "told"),
    [
        ("customer=5", 2, "no table 'customer' is declared"),
        ("customers", 2, "--fake takes TABLE=ROWS, such as users=1000"),
        ("customers=0", 2, "--fake takes TABLE=ROWS, such as users=1000"),
        (
            "profiles=5",
            2,
            "profiles.customer_id is unique, and there are no more rows of customers",
        ),
        (
            "customers=5 profiles=6",
            2,
            "profiles.customer_id is unique, and there are no more rows of customers",
        ),
        (
            "customers=1 visits=8",
            7,
            "of 8 faked rows of visits are possible: no more values for a unique key were found",
        ),
        ("flags=3", 7, "no more than 2 of 3 faked rows of flags are possible"),
        ("never=1", 7, "no more than 0 of 1 faked rows of never are possible: "),
    ],
)
def test_what_cannot_be_made_up_is_told(
    empty_shop: Sower, fakes: str, code: int, told: str
) -> None:
    argv = [word for each in fakes.split() for word in ("--fake", each)]
    assert told in empty_shop.seeds(*argv, code=code).err
    assert empty_shop.rows("SELECT COUNT(*) FROM customers") == [(0,)]


def test_a_trigger_that_refuses_is_told_with_its_table(empty_shop: Sower) -> None:
    empty_shop.does(
        "CREATE TRIGGER no_flags BEFORE INSERT ON flags FOR EACH ROW"
        " SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'no flags today'"
    )
    said = empty_shop.seeds("--fake", "customers=1", "--fake", "flags=1", code=7).err
    empty_shop.does("DROP TRIGGER no_flags")
    assert "the server refuses faked rows of flags: no flags today (1644)" in said


def test_rows_that_nothing_tells_apart_are_told(shop: Sower) -> None:
    assert "rows of nameless have no key" in shop.seeds("--fake", "nameless=5").err
    assert shop.seeds("--undo").out == "0 rows removed\n"


def test_production_takes_no_faked_rows(shop: Sower) -> None:
    told = "`schema seed --fake` is refused"
    assert told in shop.seeds("--fake", "flags=1", "--env", "production", code=4).err
    shop.user.succeeds("mark", "production")
    assert told in shop.seeds("--fake", "flags=1", code=4).err


def test_a_bar_is_for_terminals(shop: Sower) -> None:
    code, shown = on_a_terminal(shop.user, "seed", "--fake", "customers=1200")
    assert code == 0
    assert "customers" in shown and "100%" in shown
    assert "100%" not in shop.seeds("--undo").err
