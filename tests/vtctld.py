"""A stand-in for Vitess, as far as its client program `vtctldclient` shows it: what that takes and prints, and the
states that a migration goes through, are those of Vitess's manual and source (versions 18 to 22). No Vitess was
met. The ALTER itself runs on a real server, later and by somebody else, as it would there."""

from __future__ import annotations

import json
import os
import threading
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pymysql

from tests.servers import Server

STATES = ("UNKNOWN", "REQUESTED", "CANCELLED", "QUEUED", "READY", "RUNNING", "COMPLETE", "FAILED")
PENDING = ("QUEUED", "READY", "RUNNING")
FLAGS = {
    "ApplySchema": ("ddl-strategy", "migration-context", "uuid", "sql", "caller-id"),
    "show": ("json",),
}
# Hands its words over, and prints what is answered: the exit code, and what is said.
CLIENT = """\
#!/bin/sh
me={folder}/$$
mkfifo "$me.answer"
printf '%s\\0' "$@" >"$me.new"
mv "$me.new" "$me.asked"
exec 3<"$me.answer"
read -r code <&3
if [ "$code" = 0 ]; then cat <&3; else cat <&3 >&2; fi
exit "$code"
"""


class Wrong(Exception):
    """What the client says on its standard error."""


class Vtctld(threading.Thread):
    """A keyspace: answers the client, and is the primary tablet of each shard, whose database is one of `server`.

    Attributes:
        bin: the folder of the client, to be put on PATH.
        rows: the migrations, one row for each shard.
        held: states in which migrations stay until they are let go, with the shard, or "" for all.
        lets_go: whether what is held is let go when somebody asks for a migration by its number.
        fails: what a shard says in place of doing it.
        is_away: whether nobody answers.
        goes_away: whether that is so from the next ApplySchema on, which has been taken by then.
        tells_numbers: whether a state is told as a number, as older versions do.
    """

    def __init__(self, folder: Path, server: Server, shards: dict[str, str], name: str) -> None:
        super().__init__(daemon=True)
        self.server, self.shards, self.keyspace = server, shards, name
        self.rows: list[dict[str, Any]] = []
        self.held: set[tuple[str, str]] = set()
        self.fails: dict[str, str] = {}
        self.is_away = self.goes_away = self.tells_numbers = self.lets_go = False
        self._ends = threading.Event()
        self.folder, self.bin = folder / "vtctld", folder / "bin"
        self.folder.mkdir()
        self.bin.mkdir()
        self.client = self.bin / "vtctldclient"
        self.client.write_text(CLIENT.format(folder=self.folder))
        self.client.chmod(0o700)

    def __enter__(self) -> Vtctld:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ends.set()
        self.join()

    def run(self) -> None:
        while not self._ends.wait(0.01):
            for asked in self.folder.glob("*.asked"):
                words = asked.read_text().split("\0")[:-1]
                asked.unlink()
                asked.with_suffix(".answer").write_text(self._answer(words))
            for row in self.rows:
                if row["status"] in PENDING:
                    self._move(row)

    # What the client is for.

    def _answer(self, words: list[str]) -> str:
        try:
            return f"0\n{''.join(f'{line}{os.linesep}' for line in self._do(words))}"
        except Wrong as error:
            return f"1\nE1127 12:00:00.000000 main.go:56] {error}\n"

    def _do(self, words: list[str]) -> list[str]:
        flags, rest = _parse(words)
        if self.is_away:
            raise Wrong('rpc error: code = Unavailable desc = connection error: "refused"')
        match rest:
            case ["ApplySchema", keyspace]:
                number = self._apply(keyspace, flags)
                self.is_away |= self.goes_away
                if self.is_away:
                    raise Wrong("rpc error: code = DeadlineExceeded desc = too slow")
                return [number]
            case ["OnlineDDL", "show", _, what]:
                return [json.dumps({"migrations": list(self._show(what))}, indent=2)]
            case ["OnlineDDL", "cancel", _, number]:
                return [json.dumps({"rows_affected_by_shard": self._cancel(number)}, indent=2)]
            case _:
                raise Wrong(f"unknown command {rest}")

    def _apply(self, keyspace: str, flags: dict[str, str]) -> str:
        """Queue it in all shards. A number that is known is answered with, and nothing else is done."""
        if keyspace != self.keyspace:
            raise Wrong(f"rpc error: code = NotFound desc = keyspace {keyspace} not found")
        if "BROKEN" in flags["sql"]:
            raise Wrong("syntax error at position 8 near 'BROKEN'")
        number = flags.get("uuid") or str(uuid.uuid4()).replace("-", "_")
        if all(row["uuid"] != number for row in self.rows):
            self.queue(
                number, flags.get("migration-context", ""), flags["ddl-strategy"], flags["sql"]
            )
        return number

    def _show(self, what: str) -> Iterator[dict[str, Any]]:
        """By a number, a state in any case, or a context."""
        if self.lets_go and what in [row["uuid"] for row in self.rows]:
            self.held = set()
        for row in self.rows:
            if what in (row["uuid"], row["migration_context"]) or what.upper() == row["status"]:
                state = row["status"]
                yield {**row, "status": STATES.index(state) if self.tells_numbers else state}

    def _cancel(self, number: str) -> dict[str, str]:
        found = [row for row in self.rows if row["uuid"] == number and row["status"] in PENDING]
        for row in found:
            row |= {"status": "CANCELLED", "message": "CANCEL issued by user"}
        return {row["shard"]: "1" for row in found}

    def queue(self, number: str, context: str, strategy: str, sql: str) -> None:
        """Rows as they are printed; what matters to nobody here is left out of what a real one has."""
        for shard, database in self.shards.items():
            row = {
                "uuid": number,
                "keyspace": self.keyspace,
                "shard": shard,
                "schema": database,
                "table": sql.split()[2].strip("`"),
                "migration_statement": sql.replace("ALTER TABLE", "alter table"),
                "strategy": "VITESS",
                "options": strategy.partition(" ")[2],
                "added_at": {"seconds": "1749103328", "nanoseconds": 0},
                "completed_at": None,
                "status": "QUEUED",
                "artifacts": "",
                "retries": "0",
                "tablet": {"cell": "zone1", "uid": 100},
                "tablet_failure": False,
                "progress": 0,
                "migration_context": context,
                "ddl_action": "alter",
                "message": "",
                "eta_seconds": "-1",
                "rows_copied": "0",
                "added_unique_keys": 0,
                "postpone_completion": "--postpone-completion" in strategy,
                "postpone_launch": "--postpone-launch" in strategy,
                "ready_to_complete": False,
            }
            self.rows.append(row)

    # What the tablets do.

    def _move(self, row: dict[str, Any]) -> None:
        """Bring a migration one state further, unless it is held, or waits for a person."""
        state, shard = row["status"], row["shard"]
        waits = {"QUEUED": "postpone_launch", "RUNNING": "postpone_completion"}
        if state == "RUNNING":
            row |= {"progress": 50, "eta_seconds": "7", "ready_to_complete": True}
        if {(state, shard), (state, "")} & self.held or row.get(waits.get(state, "")):
            return
        if state == "RUNNING":
            self._alter(row)
        else:
            row["status"] = STATES[STATES.index(state) + 1]

    def _alter(self, row: dict[str, Any]) -> None:
        """The same statement in the same context as one that is complete is taken for done."""
        asked = ("shard", "migration_context", "migration_statement")
        done = [each for each in self.rows if each["status"] == "COMPLETE"]
        try:
            if message := self.fails.get(row["shard"]):
                raise pymysql.err.OperationalError(1, message)
            if not any(all(each[name] == row[name] for name in asked) for each in done):
                self.server.run(row["schema"], row["migration_statement"])
        except pymysql.err.MySQLError as error:
            row |= {"status": "FAILED", "message": str(error.args[1])}
        else:
            row |= {"status": "COMPLETE", "progress": 100, "eta_seconds": "0"}

    # What a test asks.

    def states(self) -> list[str]:
        return [row["status"] for row in self.rows]

    def waits_for(self, *states: str) -> None:
        """Until the migrations, each in each shard, are in these states."""
        until = time.monotonic() + 30
        while self.states() != [*states]:
            assert time.monotonic() < until, self.states()
            time.sleep(0.01)


def _parse(words: list[str]) -> tuple[dict[str, str], list[str]]:
    flags: dict[str, str] = {}
    rest: list[str] = []
    iterator = iter(words)
    for word in iterator:
        name, equals, value = word[2:].partition("=")
        if not word.startswith("--"):
            rest.append(word)
        else:
            flags[name] = value if equals or name == "json" else next(iterator)
    verb = next((each for each in rest if each in FLAGS), "")
    if unknown := sorted(flags.keys() - {"server", *FLAGS.get(verb, ())}):
        raise Wrong(f"unknown flag: --{unknown[0]}")
    if "server" not in flags:
        raise Wrong('required flag(s) "server" not set')
    return flags, rest
