"""`schema seed` on real servers: what is missing comes, what differs is brought back, twice is nothing."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from tests.commands.user import Result
from tests.seeds.conftest import Sower, sower_of
from tests.servers import PROJECT, Server

SEEDS = """\
rows:
  teams:
    red: {name: Red, leader_id: {row: ann}, rival_id: {row: blue}}
    blue: {name: Blue, leader_id: {row: bob}, rival_id: {row: red}}
  people:
    bob: {email: bob@example.com, name: Bob, boss_id: {row: ann}}
    ann:
      email: ann@example.com
      name: Änn%s\\'
      state: Paid
      flags: [a, b]
      age: 255
      active: false
      size: 1.10
      ratio: 0.1
      born: 2024-02-29
      seen: {now: -1 month}
      clock: 12:30
      year: 2026
      mask: 5
      token: {uuid: }
      settings: {theme: dark, sizes: [1, 2.5, "3"], old: null, on: true}
      boss_id: {row: ann}
  streets:
    main: {country: {row: vienna}, number: {row: vienna}, name: Main Street}
  cities:
    vienna: {country: {row: at}, number: 7, name: Vienna}
  countries:
    at: {code: AT, name: Austria}
"""
ROWS = 7
UNCHANGED = f"0 inserted, 0 updated, {ROWS} unchanged\n"


def last_line(result: Result) -> str:
    return result.out.splitlines()[-1]


def test_a_second_run_changes_nothing(sower: Sower) -> None:
    sower.writes(SEEDS)
    assert last_line(sower.seeds()) == f"{ROWS} inserted, 0 updated, 0 unchanged"
    tables = ("people", "teams", "streets", "cities", "countries", "_plumbob_seeds")
    before = [sower.rows(f"SELECT * FROM {name}") for name in tables]
    assert sower.seeds().out == UNCHANGED
    assert [sower.rows(f"SELECT * FROM {name}") for name in tables] == before


def test_what_stands_in_the_file_stands_in_the_row(sower: Sower) -> None:
    sower.writes(SEEDS)
    sower.seeds()
    (row,) = sower.rows(
        "SELECT name, state, flags, age, active, CAST(size AS CHAR), ratio, CAST(born AS CHAR),"
        " seen BETWEEN NOW() - INTERVAL 32 DAY AND NOW() - INTERVAL 27 DAY, CAST(clock AS CHAR), year,"
        " mask + 0, LENGTH(token), JSON_EXTRACT(settings, '$.sizes[1]') + 0, domain, boss_id = id"
        " FROM people WHERE email = 'ann@example.com'"
    )
    assert row == (
        *("Änn%s\\'", "Paid", "a,b", 255, 0, "1.10", 0.1, "2024-02-29", 1, "12:30:00", 2026),
        *(5, 16, 2.5, "example.com", 1),
    )
    found = sower.rows("SELECT a.name, b.name FROM teams a JOIN teams b ON b.id = a.rival_id")
    assert sorted(found) == [("Blue", "Red"), ("Red", "Blue")]
    assert sower.rows("SELECT country, number FROM streets") == [("AT", 7)]


def test_a_password_is_a_hash_that_stays(sower: Sower) -> None:
    def hashed(password: str) -> str:
        sower.writes(
            "rows:\n  people:\n    ann:\n      email: ann@example.com\n      name: Ann\n"
            f"      hash: {{password: '{password}'}}\n"
        )
        sower.seeds()
        ((found,),) = sower.rows("SELECT hash FROM people")
        assert PasswordHasher().verify(found, password)
        assert sower.seeds().out == "0 inserted, 0 updated, 1 unchanged\n"
        return str(found)

    assert hashed("correct: horse") == hashed("correct: horse") != hashed("battery")
    kept = str(sower.rows("SELECT * FROM _plumbob_seeds"))
    assert "battery" not in kept


def test_what_was_edited_is_brought_back_and_said(sower: Sower) -> None:
    sower.writes(SEEDS)
    sower.seeds()
    sower.writes(SEEDS.replace("Main Street", "High Street"))
    sower.does("UPDATE people SET name = 'Rob' WHERE email = 'bob@example.com'")
    assert sower.seeds("--dry-run", code=1).out.splitlines()[-1] == (
        f"0 inserted, 2 updated, {ROWS - 2} unchanged; nothing was written"
    )
    assert sower.rows("SELECT name FROM streets") == [("Main Street",)]
    assert sower.seeds().out.splitlines() == [
        "~ people.bob: name (it was changed in the database)",
        "~ streets.main: name",
        f"0 inserted, 2 updated, {ROWS - 2} unchanged",
    ]
    assert sower.rows("SELECT name FROM streets") == [("High Street",)]
    assert sower.seeds().out == UNCHANGED


def test_a_moment_is_that_of_the_insert_until_the_file_says_another(sower: Sower) -> None:
    sower.writes(SEEDS)
    sower.seeds()
    sower.writes(SEEDS.replace("-1 month", "+1 year"))
    assert sower.seeds().out.splitlines()[0] == "~ people.ann: seen"
    assert sower.rows("SELECT 1 FROM people WHERE seen > NOW() + INTERVAL 364 DAY") == [(1,)]
    assert sower.seeds().out == UNCHANGED


def test_a_row_without_a_key_is_known_by_its_label(sower: Sower) -> None:
    sower.writes(SEEDS)
    sower.seeds()
    sower.does("UPDATE streets SET name = 'x'")
    sower.seeds()
    assert sower.rows("SELECT name FROM streets") == [("Main Street",)]
    # Its key may change as well, and a row that was deleted comes again.
    sower.writes(SEEDS.replace("bob@example.com", "robert@example.com"))
    assert sower.seeds().out.splitlines()[0] == "~ people.bob: email"
    sower.does("DELETE FROM streets")
    assert sower.seeds().out.splitlines()[0] == "+ streets.main"


def test_a_label_may_change(sower: Sower) -> None:
    sower.writes("rows:\n  countries:\n    at: {code: AT, name: Austria}\n")
    sower.seeds()
    sower.writes("rows:\n  countries:\n    austria: {code: AT, name: Austria}\n")
    assert sower.seeds().out == "0 inserted, 0 updated, 1 unchanged\n"
    assert sower.seeds("--undo").out.splitlines() == ["- countries: 1 row", "1 row removed"]


def test_nothing_is_written_when_the_server_refuses_a_row(sower: Sower) -> None:
    sower.does("ALTER TABLE people ADD CONSTRAINT ck_name CHECK (name <> 'Bob')")
    sower.writes(SEEDS)
    result = sower.seeds(code=7)
    assert "the server refuses the row people.bob" in result.err
    assert "--> seeds/seeds.yaml:6:5" in result.err
    assert "ck_name" in result.err
    assert sower.rows("SELECT COUNT(*) FROM countries") == [(0,)]
    assert sower.rows("SELECT COUNT(*) FROM _plumbob_seeds") == [(0,)]


def test_an_engine_without_transactions_is_told(sower: Sower) -> None:
    sower.writes("rows:\n  log:\n    one: {id: 1, text: a}\n")
    assert "log (MyISAM) has no transactions" in sower.seeds("--dry-run", code=4).err
    assert "no transactions in log (MyISAM)" in sower.seeds().err
    assert sower.seeds().out == "0 inserted, 0 updated, 1 unchanged\n"


def test_a_database_that_is_behind_is_told(sower: Sower) -> None:
    sower.writes(SEEDS)
    sower.does("DROP TABLE streets")
    assert "the database has no table streets yet" in sower.seeds(code=6).err


def test_a_secret_is_neither_shown_nor_kept(sower: Sower, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLUMBOB_TEST_NAME", "Hunter2x")
    sower.writes("rows:\n  countries:\n    at: {code: AT, name: {env: PLUMBOB_TEST_NAME}}\n")
    sower.seeds()
    assert sower.rows("SELECT name FROM countries") == [("Hunter2x",)]
    assert sower.seeds().out == "0 inserted, 0 updated, 1 unchanged\n"
    sower.does("ALTER TABLE countries ADD CONSTRAINT ck CHECK (name <> 'Hunter3y')")
    monkeypatch.setenv("PLUMBOB_TEST_NAME", "Hunter3y")
    refused = sower.seeds(code=7)
    sower.does("ALTER TABLE countries DROP CONSTRAINT ck")
    changed = sower.seeds("--json")
    assert changed.json["rows"][0]["columns"] == ["name"]
    kept = str(sower.rows("SELECT * FROM _plumbob_seeds"))
    for text in (refused.err, changed.out, changed.err, kept):
        assert "Hunter" not in text


def test_undo_removes_what_was_seeded_and_nothing_else(sower: Sower) -> None:
    sower.does(
        "INSERT INTO countries VALUES ('AT', 'Autriche'), ('DE', 'Germany')",
        "INSERT INTO people (email, name) VALUES ('eve@example.com', 'Eve')",
    )
    sower.writes(SEEDS)
    assert sower.seeds().out.splitlines()[-1] == f"{ROWS - 1} inserted, 1 updated, 0 unchanged"
    assert (
        sower.seeds("--undo", "--dry-run", code=1).out.splitlines()[-1] == "6 rows would be removed"
    )
    undone = sower.seeds("--undo").out.splitlines()
    assert undone[-1] == "6 rows removed"
    assert "  countries.at was there before and stays" in undone
    assert sower.rows("SELECT * FROM countries") == [("AT", "Austria"), ("DE", "Germany")]
    assert sower.rows("SELECT email FROM people") == [("eve@example.com",)]
    assert sower.seeds("--undo").out == "0 rows removed\n"


def test_numbers_of_a_table_that_was_made_anew_are_others_rows(sower: Sower) -> None:
    sower.writes(
        "rows:\n  people:\n    ann: {email: ann@example.com, name: Ann}\n"
        "  streets:\n    main: {country: AT, number: 7, name: Main}\n"
    )
    city = (
        "INSERT INTO countries VALUES ('AT', 'Austria')",
        "INSERT INTO cities VALUES ('AT', 7, 'W')",
    )
    sower.does(*city)
    sower.seeds()
    # CREATE_TIME counts seconds.
    sower.does(
        "DELETE FROM people",
        "TRUNCATE streets",
        "INSERT INTO streets (country, number, name) VALUES ('AT', 7, 'Eve Street')",
        "UPDATE _plumbob_seeds SET table_made = '2020-01-01 00:00:00'",
    )
    undone = sower.seeds("--undo", "--dry-run", code=0)
    assert (
        "  streets was made anew or rebuilt since, and has not what was seeded: its rows stay"
        in (undone.out.splitlines())
    )
    assert sower.seeds().out.splitlines()[0] == "+ people.ann"
    assert sower.rows("SELECT id, name FROM streets") == [(1, "Eve Street"), (2, "Main")]
    sower.seeds("--undo")
    assert sower.rows("SELECT name FROM streets") == [("Eve Street",)]


def test_a_column_that_is_added_to_the_file_is_no_change_by_hand(sower: Sower) -> None:
    sower.writes("rows:\n  people:\n    ann: {email: ann@example.com, name: Ann}\n")
    sower.seeds()
    sower.writes("rows:\n  people:\n    ann: {email: ann@example.com, name: Ann, age: 7}\n")
    assert sower.seeds().out.splitlines()[0] == "~ people.ann: age"


def test_undo_takes_no_row_away_from_under_others(sower: Sower) -> None:
    sower.writes(SEEDS)
    sower.seeds()
    sower.does(
        "INSERT INTO people (email, name, boss_id) SELECT 'eve@example.com', 'Eve', id FROM people"
        " WHERE email = 'ann@example.com'",
        "INSERT INTO cities VALUES ('AT', 8, 'Graz'), ('AT', 9, 'Linz')",
    )
    refused = sower.seeds("--undo", code=4).err
    assert "1 row of people that no seed has inserted refers to people id " in refused
    assert (
        "2 rows of cities that no seed has inserted refer to countries code AT: "
        "country AT, number 8; country AT, number 9" in refused
    )
    assert sower.seeds().out == UNCHANGED


def test_seeds_show_in_no_difference(sower: Sower) -> None:
    sower.writes(SEEDS)
    before = sower.user.types("diff").out
    sower.seeds()
    assert sower.user.types("diff").out == before


PLAIN = "rows:\n  countries:\n    at: {code: AT, name: Austria}\n"
LIVE = "environments: [test, production]\nrows:\n  countries:\n    de: {code: DE, name: Germany}\n"
TEST = "environments: test\nrows:\n  countries:\n    fr: {code: FR, name: France}\n"


def test_an_environment_has_its_own_seeds(sower: Sower) -> None:
    for name, text in (("all", PLAIN), ("live", LIVE), ("test", TEST)):
        sower.writes(text, f"{name}.yaml")
    for argv, labels in (
        ((), "at"),
        (("--env", "test"), "at de fr"),
        (("--env", "production"), "de"),
    ):
        found = sower.seeds("--dry-run", "--json", *argv, code=1).json["rows"]
        assert [row["label"] for row in found] == labels.split()


def test_production_is_refused_unless_it_is_named_on_both_sides(
    sower: Sower, monkeypatch: pytest.MonkeyPatch
) -> None:
    sower.writes(PLAIN)
    assert "no seed names production" in sower.seeds("--env", "production", code=4).err
    sower.writes(LIVE)
    monkeypatch.setenv("PLUMBOB_ENV", "production")
    assert "if it is meant: --env production" in sower.seeds(code=4).err
    assert "if it is meant: --env production" in sower.seeds("--undo", code=4).err
    monkeypatch.delenv("PLUMBOB_ENV")
    assert sower.rows("SELECT * FROM countries") == []
    sower.user.succeeds("mark", "production")
    assert "is marked as production" in sower.seeds(code=4).err
    assert "is marked as production" in sower.seeds("--undo", code=4).err
    sower.seeds("--env", "production")
    sower.seeds("--undo", "--env", "production")


def test_the_demo_shop_has_somebody_to_sign_in_as(
    tmp_path: Path, server: Server, database: str
) -> None:
    shop = sower_of(PROJECT / "schema" / "schema.yaml", tmp_path, server, database)
    shop.writes((PROJECT / "seeds" / "demo.yaml").read_text(encoding="utf-8"))
    assert shop.seeds().out.splitlines()[-1] == "3 inserted, 0 updated, 0 unchanged"
    ((hashed, code, amount),) = shop.rows(
        "SELECT password_hash, code, CAST(amount AS CHAR) FROM users u JOIN otps o ON o.user_id = u.id"
        " JOIN payments p ON p.user_id = u.id WHERE u.email = 'demo@example.com'"
    )
    assert PasswordHasher().verify(hashed, "demo123456")
    assert (code, amount) == ("123456", "19.90")
    assert shop.seeds().out == "0 inserted, 0 updated, 3 unchanged\n"
    assert os.fspath(tmp_path) not in shop.seeds().err
