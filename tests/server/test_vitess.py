"""The program that hands an ALTER to Vitess, and waits. No Vitess is met: the client program `vtctldclient` and what
is behind it are a stand-in (`tests.vtctld`); the MySQL server, on which the ALTER runs, is real."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from plumbob.server import vitess
from plumbob.server.online import read_tool
from plumbob.server.target import Target
from tests.conftest import Servers, empty_database
from tests.servers import Server
from tests.vtctld import Vtctld

CLAUSES = "MODIFY COLUMN n bigint NOT NULL"
ALTER = f"ALTER TABLE `t` {CLAUSES}"
SERVER = "--server=localhost:15999"
OTHER = "11111111_2222_3333_4444_555555555555"


@pytest.fixture(scope="module")
def mysql(servers: Servers) -> Server:
    return servers("mysql")


@pytest.fixture(scope="module")
def shards(mysql: Server) -> Iterator[dict[str, str]]:
    """The databases of two shards."""
    with empty_database(mysql) as first, empty_database(mysql) as second:
        yield {"-80": first, "80-": second}


@pytest.fixture
def shop(mysql: Server, shards: dict[str, str], tmp_path: Path) -> Iterator[Vtctld]:
    for each in shards.values():
        mysql.run(each, "DROP TABLE IF EXISTS t", "CREATE TABLE t (id int PRIMARY KEY, n int)")
    with Vtctld(tmp_path, mysql, shards, "shop") as vtctld:
        yield vtctld


def types(shop: Vtctld) -> list[str]:
    """Of the column n in both shards."""
    column = "SHOW COLUMNS FROM t LIKE 'n'"
    return [shop.server.run(database, column)[0][1] for database in shop.shards.values()]


def begin(shop: Vtctld, *more: str, sql: str = ALTER) -> subprocess.Popen[str]:
    words = [SERVER, *more, "--schema=vt_shop", "--table=t", f"--sql={sql}"]
    return subprocess.Popen(
        [sys.executable, "-IS", vitess.__file__, *words],
        stdout=subprocess.PIPE,
        env={**os.environ, "PATH": f"{shop.bin}:{os.environ['PATH']}"},
        text=True,
    )


def end(process: subprocess.Popen[str]) -> tuple[int, str]:
    said, _ = process.communicate(timeout=30)
    return process.returncode, said


def reads(process: subprocess.Popen[str], wanted: str) -> None:
    """Until it says so."""
    assert process.stdout
    while line := process.stdout.readline():
        if wanted in line:
            return
    pytest.fail(f"it ended without: {wanted}")


def test_it_ends_when_all_shards_are_complete(shop: Vtctld) -> None:
    shop.held = {("RUNNING", "80-")}
    process = begin(shop, "--ddl-strategy", "vitess --prefer-instant-ddl", "--caller-id=ann")
    shop.waits_for("COMPLETE", "RUNNING")
    assert types(shop) == ["bigint", "int"]
    reads(process, f"vtctldclient {SERVER} ApplySchema '--ddl-strategy=vitess --prefer")
    reads(process, "shard 80-: running, 50 %, about 7 s left")
    shop.held = set()
    code, said = end(process)
    assert (code, types(shop)) == (0, ["bigint", "bigint"])
    assert "shard 80-: complete\n" in said
    assert shop.rows[0]["options"] == "--prefer-instant-ddl"


def test_a_shard_that_fails_ends_it_in_the_others(shop: Vtctld) -> None:
    shop.fails = {"-80": "disk full"}
    shop.held = {("RUNNING", "80-")}
    code, said = end(begin(shop))
    assert (code, shop.states()) == (1, ["FAILED", "CANCELLED"])
    assert "shard -80: failed: disk full\n" in said
    assert "shard 80-: cancelled: CANCEL issued by user\n" in said


def test_shards_that_are_not_alike_are_told(shop: Vtctld) -> None:
    shop.fails = {"80-": "disk full"}
    code, said = end(begin(shop))
    assert (code, shop.states()) == (1, ["COMPLETE", "FAILED"])
    assert "the shards are not alike now" in said


@pytest.mark.parametrize(
    ("state", "number"), [("QUEUED", signal.SIGTERM), ("RUNNING", signal.SIGINT)]
)
def test_told_to_end_it_cancels_and_waits_for_that(
    state: str, number: signal.Signals, shop: Vtctld
) -> None:
    shop.held = {(state, "")}
    process = begin(shop)
    shop.waits_for(state, state)
    process.send_signal(number)
    code, said = end(process)
    assert (code, shop.states()) == (1, ["CANCELLED", "CANCELLED"])
    assert "cancelling it\n" in said
    assert types(shop) == ["int", "int"]


@pytest.mark.parametrize("ends", ["COMPLETE", "CANCELLED"])
def test_who_was_killed_is_followed_by_one_who_waits_for_the_same_migration(
    ends: str, shop: Vtctld
) -> None:
    """Where that comes to nothing it is begun anew."""
    shop.held = {("RUNNING", "")}
    with begin(shop) as first:
        shop.waits_for("RUNNING", "RUNNING")
        first.kill()
    second = begin(shop)
    number = shop.rows[0]["uuid"]
    reads(second, f"migration {number} was begun by a run before this one: waiting for it\n")
    if ends == "CANCELLED":
        shop._cancel(number)
    shop.held = set()
    assert end(second)[0] == 0
    assert types(shop) == ["bigint", "bigint"]
    anew = ["COMPLETE"] * 2 if ends == "CANCELLED" else []
    assert shop.states() == [ends, ends, *anew]


@pytest.mark.parametrize(
    ("context", "sql"),
    [("vtctl:somebody", ALTER), ("plumbob:0123456789abcdef:1", "ALTER TABLE `t` FORCE")],
)
def test_another_migration_of_the_table_is_not_joined(context: str, sql: str, shop: Vtctld) -> None:
    shop.held = {("QUEUED", "")}
    shop.queue(OTHER, context, "vitess", sql)
    code, said = end(begin(shop))
    assert (code, len(shop.rows)) == (1, 2)
    assert f"Vitess has another migration of t open, {OTHER} (queued): alter table" in said
    assert f"OnlineDDL cancel shop {OTHER}" in said


def test_the_way_there_back_and_there_again_is_done_each_time(shop: Vtctld) -> None:
    """Vitess takes the same statement in the same context for done. What is open elsewhere is nothing to us."""
    shop.queue(OTHER, "vtctl:somebody", "vitess --postpone-launch", "ALTER TABLE `u` FORCE")
    back = ALTER.replace("bigint", "int")
    for sql, kind in ((ALTER, "bigint"), (back, "int"), (ALTER, "bigint")):
        assert end(begin(shop, sql=sql))[0] == 0
        assert types(shop) == [kind, kind]


@pytest.mark.parametrize(
    ("strategy", "verb"),
    [("vitess --postpone-completion", "complete"), ("vitess --postpone-launch", "launch")],
)
def test_what_waits_for_a_person_is_said(strategy: str, verb: str, shop: Vtctld) -> None:
    """States may be numbers, as in older versions."""
    shop.tells_numbers = True
    process = begin(shop, f"--ddl-strategy={strategy}")
    reads(process, f"somebody runs: vtctldclient {SERVER} OnlineDDL {verb} shop ")
    for row in shop.rows:
        row[f"postpone_{'completion' if verb == 'complete' else verb}"] = False
    assert end(process)[0] == 0
    assert types(shop) == ["bigint", "bigint"]


def test_what_vitess_tries_again_by_itself_has_not_failed(shop: Vtctld) -> None:
    """Once, where a tablet has gone."""
    shop.held = {("RUNNING", "")}
    process = begin(shop)
    shop.waits_for("RUNNING", "RUNNING")
    shop.rows[0] |= {"status": "FAILED", "tablet_failure": True, "message": "stale"}
    reads(process, "shard -80: failed: stale, Vitess tries it once more")
    shop.held = set()
    shop.waits_for("FAILED", "COMPLETE")
    shop.rows[0] |= {"status": "QUEUED", "retries": "1"}
    assert end(process)[0] == 0


REFUSED = {
    "a statement that Vitess does not parse": (
        [],
        "ALTER TABLE `t` BROKEN",
        "vtctldclient ended with 1: E1127 12:00:00.000000 main.go:56] syntax error",
    ),
    "an option that is none": (["--serverr=x"], ALTER, "unknown flag: --serverr"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_vitess_does_not_take(case: str, shop: Vtctld) -> None:
    more, sql, said = REFUSED[case]
    code, out = end(begin(shop, *more, sql=sql))
    assert (code, shop.rows) == (1, [])
    assert said in out


def test_while_nobody_answers_it_asks_again(shop: Vtctld) -> None:
    shop.held = {("RUNNING", "")}
    process = begin(shop)
    reads(process, "shard 80-: running")
    shop.is_away = True
    reads(process, 'connection error: "refused"')
    shop.held = set()
    shop.waits_for("COMPLETE", "COMPLETE")
    shop.is_away = False
    assert end(process)[0] == 0


def test_where_nobody_says_what_became_of_it_the_exit_code_tells(shop: Vtctld) -> None:
    shop.goes_away = True
    shop.held = {("QUEUED", "")}
    code, said = end(begin(shop))
    assert (code, shop.states()) == (vitess.GOES_ON, ["QUEUED", "QUEUED"])
    number = shop.rows[0]["uuid"]
    assert f"Vitess may still do migration {number}: look with: vtctldclient" in said
    assert f"cancel it with: vtctldclient {SERVER} OnlineDDL cancel shop {number}\n" in said


def test_a_client_that_is_not_there(shop: Vtctld) -> None:
    shop.client.unlink()
    code, said = end(begin(shop))
    assert (code, said) == (1, "vtctldclient cannot be run: No such file or directory\n")


@pytest.mark.parametrize(
    ("setting", "wrong"),
    [
        ("vitess", "vitess --server HOST:PORT"),
        ("vitess --server=h:1 --ddl-strategy direct", "that Vitess schedules itself"),
        ("vitess --server=h:1 --ddl-strategy ''", "that Vitess schedules itself"),
    ],
)
def test_a_setting_that_is_none(setting: str, wrong: str) -> None:
    with pytest.raises(ValueError, match=wrong):
        read_tool(setting)


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        (
            "vitess --server h:1",
            ["--server", "h:1", "ApplySchema", "--ddl-strategy=vitess", "shop"],
        ),
        (
            "vitess --server=h:1 --grpc_auth_static_client_creds=f --keyspace k --caller-id ann "
            "--ddl-strategy 'vitess --postpone-completion'",
            [
                "--server=h:1",
                "--grpc_auth_static_client_creds=f",
                "ApplySchema",
                "--ddl-strategy=vitess --postpone-completion",
                "--caller-id=ann",
                "k",
            ],
        ),
    ],
)
def test_what_a_person_is_shown(setting: str, words: list[str]) -> None:
    tool = read_tool(setting)
    assert tool is not None
    target = Target(host="h", port=1, user="u", socket="/s.sock")
    assert (tool.name, tool.out_of_reach(target)) == ("vitess", "")
    values = {"SCHEMA": "vt_shop", "TABLE": "t", "CLAUSES": CLAUSES, "DDL": ""}
    of_the_run = ("--migration-context=plumbob:", "--uuid={UUID}")
    shown = tool.shown(target, values)
    rest = [word for word in shown if not word.startswith(of_the_run)]
    assert len(shown) == len(rest) + 2
    assert rest == ["vtctldclient", *words[:-1], f"--sql={ALTER}", words[-1]]
