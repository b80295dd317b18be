"""Large tables go to Vitess. None is met: its client program `vtctldclient` and what is behind it are a stand-in
(`tests.vtctld`). The MySQL server is real, the ALTER runs there, and is looked at as behind anything else."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.commands.test_handover import TABLE, Desk, wait
from tests.conftest import Servers, empty_database
from tests.vtctld import Vtctld

WIDE = TABLE % "bigint not null"
SETTING = "vitess --server localhost:15999 --keyspace shop"


class Shop(Desk):
    """A keyspace of one shard, to whose MySQL server the user is connected."""

    vtctld: Vtctld


@pytest.fixture
def shop(servers: Servers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    server = servers("mysql")
    with (
        empty_database(server) as database,
        Vtctld(tmp_path, server, {"-": database}, "shop") as vtctld,
    ):
        monkeypatch.setenv("PATH", f"{vtctld.bin}:{os.environ['PATH']}")
        desk = Shop(server, database, tmp_path)
        desk.settings(SETTING)
        desk.vtctld = vtctld
        yield desk


def test_a_large_table_goes_to_vitess_there_back_and_there_again(shop: Shop) -> None:
    rows = shop.sum()
    shop.plan(WIDE)
    dry = shop.user.types("apply", "--dry-run")
    assert "handed to: vtctldclient --server localhost:15999 ApplySchema" in dry.err
    assert "'--sql=ALTER TABLE `t` MODIFY COLUMN `n` bigint NOT NULL' shop\n" in dry.err
    assert shop.vtctld.rows == []
    for command in ("apply", "rollback", "apply"):
        assert "| shard -: complete" in shop.user.succeeds(command).err
        assert shop.sum() == rows
    shop.user.succeeds("diff")
    assert shop.vtctld.states() == ["COMPLETE"] * 3


def test_what_rows_speak_against_is_not_handed_over_and_what_fails_may_be_tried_again(
    shop: Shop,
) -> None:
    shop.plan(TABLE % "bigint not null unique")
    shop.run("INSERT INTO t (n, s) VALUES (5, 'twice')")
    refused = shop.user.types("apply")
    assert refused.code == 4, refused
    assert "1 value that several rows of t have" in refused.err
    assert shop.vtctld.rows == []
    shop.run("DELETE FROM t WHERE s = 'twice'")
    shop.vtctld.fails = {"-": "vreplication: disk full"}
    failed = shop.user.types("apply")
    assert failed.code == 7, failed
    assert "vitess ended with 1:" in failed.err
    assert "shard -: failed: vreplication: disk full" in failed.err
    shop.vtctld.fails = {}
    shop.user.succeeds("apply")
    shop.user.succeeds("diff")


@pytest.fixture
def killed(shop: Shop, request: pytest.FixtureRequest) -> str:
    """What `apply` says of which the program, or plumbob itself, was killed while Vitess was at it."""
    shop.plan(WIDE)
    shop.vtctld.held = {("RUNNING", "")}
    with subprocess.Popen(
        [sys.executable, "-m", "plumbob", "apply"],
        cwd=shop.user.folder,
        env={**os.environ, "DATABASE_URL": shop.user.url},
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        shop.vtctld.waits_for("RUNNING")
        os.kill(child(process.pid) if request.param == "program" else process.pid, signal.SIGKILL)
        return process.communicate(timeout=30)[1]


@pytest.mark.parametrize("killed", ["program"], indirect=True)
def test_vitess_goes_on_without_the_program_and_the_next_run_waits_for_that(
    killed: str, shop: Shop
) -> None:
    assert "may still be done: vitess ended with -9" in killed
    back = shop.user.types("rollback")
    assert back.code == 5, back
    assert "vitess still alters t for `schema apply`: migration" in back.err
    shop.vtctld.lets_go = True
    assert "was begun by a run before this one" in shop.user.succeeds("apply").err
    assert shop.vtctld.states() == ["COMPLETE"]
    shop.user.succeeds("diff")


@pytest.mark.parametrize("killed", ["program"], indirect=True)
def test_what_vitess_has_done_meanwhile_is_found_done(killed: str, shop: Shop) -> None:
    shop.vtctld.held = set()
    shop.vtctld.waits_for("COMPLETE")
    assert "1 statement, 1 done before" in shop.user.succeeds("apply").err
    shop.user.succeeds("diff")


@pytest.mark.parametrize("killed", ["plumbob"], indirect=True)
def test_the_program_cancels_it_when_plumbob_has_gone(killed: str, shop: Shop) -> None:
    shop.vtctld.waits_for("CANCELLED")
    shop.vtctld.held = set()
    shop.user.succeeds("apply")
    assert shop.vtctld.states() == ["CANCELLED", "COMPLETE"]


def child(pid: int) -> int:
    """The program that a process has started, beside the one that sweeps up behind it."""
    path = Path(f"/proc/{pid}/task/{pid}/children")
    found: list[int] = []

    def is_there() -> bool:
        found[:] = [int(each) for each in path.read_text().split() if runs(int(each), "vitess.py")]
        return bool(found)

    wait(is_there)
    return found[0]


def runs(pid: int, script: str) -> bool:
    return script.encode() in Path(f"/proc/{pid}/cmdline").read_bytes()
