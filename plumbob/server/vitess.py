"""Alters a table by Vitess's own online DDL: gives it the statement with `vtctldclient`, and waits for its end.

Run as a script, isolated and without plumbob: `vitess.py --schema=… --table=… --sql=… [OPTION ...]`. Told to end
(SIGINT, SIGTERM) it cancels what it has begun and waits until that is so; it ends with `GOES_ON` where Vitess may go
on without it. Built from Vitess's manual and source
(versions 18 to 22): it has met no Vitess yet.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shlex
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from types import FrameType
from typing import Any

CLIENT = "vtctldclient"
GOES_ON = 3
# What stands in the command instead of the migration's number, before there is one.
NUMBER = "{UUID}"
# What we take ourselves; all else is vtctldclient's own, such as --server.
_OURS = ("schema", "table", "sql", "keyspace", "ddl-strategy", "caller-id", "wait-replicas-timeout")
# Of these two a person may say how long and as whom `ApplySchema` is called.
_OF_APPLY = ("caller-id", "wait-replicas-timeout")
# The states by their names, as `OnlineDDL show --json` tells them, or by number in older versions.
_STATES = ("unknown", "requested", "cancelled", "queued", "ready", "running", "complete", "failed")
# In the order in which a migration goes through them, so that none is missed which moves on meanwhile.
_OPEN = ("queued", "ready", "running")
_UUID = re.compile(r"^[0-9a-f]{8}(?:_[0-9a-f]{4}){3}_[0-9a-f]{12}$", re.MULTILINE)
# Seconds: between two questions at first and at most, for one answer, and for how long nobody may answer.
_FIRST, _SELDOM = 0.2, 5.0
_ANSWERS = 60.0
_SILENCE = 300.0


class Unanswered(Exception):
    """vtctldclient could not be run, has failed, or gave no answer that we understand."""


class Refused(Exception):
    """Why a migration is not begun."""


class Lost(Exception):
    """Nobody says what becomes of a migration that was begun."""


@dataclass(frozen=True, slots=True)
class Call:
    """What is asked for; `reach` are the words of vtctldclient that say where it is to go."""

    schema: str
    table: str
    sql: str
    keyspace: str
    strategy: str
    applying: tuple[str, ...]
    reach: tuple[str, ...]

    @property
    def mark(self) -> str:
        """How the context of each migration begins that a run of ours has begun for this statement.

        Vitess takes a migration of the same context and statement as one that is complete for done, and
        would do nothing after a rollback: so what follows the mark is another one each time.
        """
        said = "\0".join((self.keyspace, self.table, self.sql))
        return f"plumbob:{hashlib.sha256(said.encode()).hexdigest()[:16]}:"

    def command(self, *words: str) -> list[str]:
        return [CLIENT, *self.reach, *words]

    def apply(self, number: str) -> list[str]:
        return self.command(
            "ApplySchema",
            f"--ddl-strategy={self.strategy}",
            f"--migration-context={self.mark}{number}",
            f"--uuid={number}",
            *self.applying,
            f"--sql={self.sql}",
            self.keyspace,
        )

    def online_ddl(self, verb: str, what: str, *more: str) -> list[str]:
        return self.command("OnlineDDL", verb, *more, self.keyspace, what)


@dataclass(frozen=True, slots=True)
class Row:
    """How far a migration is in one shard."""

    number: str
    shard: str
    table: str
    state: str
    context: str
    statement: str
    progress: int
    seconds_left: int
    message: str
    waits_for: str
    is_tried_again: bool

    @property
    def is_open(self) -> bool:
        ended = self.state in ("complete", "failed", "cancelled")
        return not ended or self.is_tried_again

    def __str__(self) -> str:
        far = f", {self.progress} %" if self.state == "running" else ""
        left = f", about {self.seconds_left} s left" if far and self.seconds_left > 0 else ""
        why = f": {self.message}" if self.message and self.state in ("failed", "cancelled") else ""
        again = ", Vitess tries it once more" if self.is_tried_again else ""
        return f"shard {self.shard}: {self.state}{far}{left}{why}{again}"


def read_call(words: Sequence[str]) -> Call:
    """What the words of a command line say.

    Raises:
        ValueError: they do not say all; with what is to be said instead.
    """
    taken: dict[str, str] = {}
    reach: list[str] = []
    rest = iter(words)
    for word in rest:
        name, equals, value = word.removeprefix("--").partition("=")
        if word.startswith("--") and name in _OURS:
            taken[name] = value if equals else next(rest, "")
        else:
            reach.append(word)
    if not any(word.partition("=")[0] == "--server" for word in reach):
        raise ValueError("vitess --server HOST:PORT, which says where vtctld is")
    strategy = taken.get("ddl-strategy", "vitess")
    if strategy.split(maxsplit=1)[:1] in ([], ["direct"]):
        raise ValueError(
            "vitess with a --ddl-strategy that Vitess schedules itself, such as vitess"
        )
    schema = taken.get("schema", "")
    return Call(
        schema,
        taken.get("table", ""),
        taken.get("sql", ""),
        taken.get("keyspace") or schema.removeprefix("vt_"),
        strategy,
        tuple(f"--{name}={taken[name]}" for name in _OF_APPLY if name in taken),
        tuple(reach),
    )


def main(words: Sequence[str]) -> int:
    stop = _Stop()
    try:
        return _alter(read_call(words), stop)
    except (Refused, Unanswered, ValueError) as error:
        _say(str(error))
        return 1
    except Lost as error:
        _say(str(error))
        return GOES_ON


def _alter(call: Call, stop: _Stop) -> int:
    for number in _begun(call):
        _say(f"migration {number} was begun by a run before this one: waiting for it")
        if _is_done(call, number, stop):
            return 0
    if stop.is_told:
        return 1
    number = str(uuid.uuid4()).replace("-", "_")
    _say(shlex.join(call.apply(number)))
    return 0 if _is_done(call, _submit(call, number, stop), stop) else 1


def _begun(call: Call) -> Iterator[str]:
    """The open migrations of this table that a run of ours has begun for this very statement.

    Raises:
        Refused: another one is open.
    """
    found = open_migrations(call)
    for row in found:
        if not row.context.startswith(call.mark):
            raise Refused(
                f"Vitess has another migration of {row.table} open, {row.number} ({row.state}): "
                f"{row.statement}\nwait for its end, or cancel it: {to_cancel(call, row)}"
            )
    yield from (row.number for row in found)


def open_migrations(call: Call) -> list[Row]:
    """The migrations of a table that have not ended, each with the row of one shard.

    Raises:
        Unanswered: nobody says.
    """
    rows = (row for state in _OPEN for row in _rows(call, state))
    found = {row.number: row for row in rows if row.table.lower() == call.table.lower()}
    return [*found.values()]


def to_cancel(call: Call, row: Row) -> str:
    """The command that a person would cancel it with."""
    return shlex.join(call.online_ddl("cancel", row.number))


def _submit(call: Call, number: str, stop: _Stop) -> str:
    """Give Vitess the statement; the number that it answers with.

    Raises:
        Unanswered: it refused. What some shards may have taken all the same is cancelled.
        Lost: nobody says whether they have.
    """
    try:
        said = _ask(call.apply(number))
        answer = _UUID.search(said)
        if answer is None:
            raise Unanswered(f"ApplySchema gave no number of a migration, but: {said.strip()!r}")
    except Unanswered as error:
        try:
            is_taken = bool(_rows(call, number))
        except Unanswered:
            raise Lost(f"{error}\n{_nobody_answers(call, number)}") from None
        if is_taken:
            stop.is_told = True
            _is_done(call, number, stop)
        raise
    return answer[0]


def _is_done(call: Call, number: str, stop: _Stop) -> bool:
    """Wait until a migration has ended in all shards; whether it is complete in all of them.

    It is cancelled where we are told to end, and where a shard has failed: then in the others.

    Raises:
        Lost: nobody could say for a long time how far it is.
    """
    told: dict[str, Row] = {}
    is_cancelled = False
    pause, heard = _FIRST, time.monotonic()
    while True:
        try:
            rows = {row.shard: row for row in _rows(call, number)}
            if not rows.keys() >= {*told} or not rows:
                raise Unanswered("OnlineDDL show leaves out shards that have the migration")
            heard = time.monotonic()
            _tell(call, told, rows)
            told = rows
            if not any(row.is_open for row in rows.values()):
                return _is_complete(rows)
            if not is_cancelled and (stop.is_told or _has_failed(rows)):
                _cancel(call, number)
                is_cancelled, pause = True, _FIRST
        except Unanswered as error:
            _say(str(error))
            if time.monotonic() - heard > _SILENCE:
                raise Lost(_nobody_answers(call, number)) from None
        stop.sleep(pause)
        pause = min(pause * 1.5, _SELDOM)


def _has_failed(rows: dict[str, Row]) -> bool:
    return any(row.state != "complete" and not row.is_open for row in rows.values())


def _is_complete(rows: dict[str, Row]) -> bool:
    states = {row.state for row in rows.values()}
    if "complete" in states and len(states) > 1:
        _say("the shards are not alike now: some have it and some do not")
    return states == {"complete"}


def _cancel(call: Call, number: str) -> None:
    _say("cancelling it")
    _ask(call.online_ddl("cancel", number))


def _tell(call: Call, told: dict[str, Row], rows: dict[str, Row]) -> None:
    """What is new since we told it last."""
    for row in rows.values():
        before = told.get(row.shard)
        if before is None or str(before) != str(row):
            _say(str(row))
        if row.waits_for and (before is None or not before.waits_for):
            command = call.online_ddl(row.waits_for, row.number)
            _say(f"it goes on when somebody runs: {shlex.join(command)}")


def _nobody_answers(call: Call, number: str) -> str:
    look = shlex.join(call.online_ddl("show", number))
    end = shlex.join(call.online_ddl("cancel", number))
    return (
        f"Vitess may still do migration {number}: look with: {look}\ncancel it with: {end}\n"
        "or run the same command of plumbob again, which waits for it"
    )


def _rows(call: Call, what: str) -> list[Row]:
    """The migrations with a number or in a state, a row for each shard.

    Raises:
        Unanswered: nobody says.
    """
    said = _ask(call.online_ddl("show", what, "--json"))
    try:
        return [_row(each) for each in json.loads(said)["migrations"]]
    except (ValueError, KeyError, TypeError) as error:
        raise Unanswered(
            f"OnlineDDL show gave what is not understood ({error!r}): {said[:200]!r}"
        ) from None


def _row(said: dict[str, Any]) -> Row:
    """Whole numbers of 64 bits are text in the JSON of protocol buffers; what older versions lack is absent."""
    state = said["status"]
    state = _STATES[state] if isinstance(state, int) else str(state).lower()
    waits_for = ""
    if state == "queued" and said.get("postpone_launch"):
        waits_for = "launch"
    elif state == "running" and said.get("postpone_completion") and said.get("ready_to_complete"):
        waits_for = "complete"
    return Row(
        said["uuid"],
        said["shard"],
        said["table"],
        state,
        said["migration_context"],
        said["migration_statement"],
        int(said.get("progress") or 0),
        int(said.get("eta_seconds") or -1),
        said.get("message") or "",
        waits_for,
        # Where a tablet went away Vitess begins anew, once.
        state == "failed"
        and bool(said.get("tablet_failure"))
        and not int(said.get("retries") or 0),
    )


def _ask(command: Sequence[str]) -> str:
    """What vtctldclient prints; in a session of its own, so that Ctrl-C does not end it in the middle.

    Raises:
        Unanswered: it has failed.
    """
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            start_new_session=True,
            timeout=_ANSWERS,
        )
    except OSError as error:
        raise Unanswered(f"{command[0]} cannot be run: {error.strerror}") from None
    except subprocess.TimeoutExpired:
        raise Unanswered(f"{command[0]} gave no answer for {_ANSWERS:.0f} s") from None
    if done.returncode:
        said = (done.stderr or done.stdout).decode(errors="replace").strip()
        raise Unanswered(f"{command[0]} ended with {done.returncode}: {said}")
    return done.stdout.decode(errors="replace")


class _Stop:
    """Whether we were told to end."""

    def __init__(self) -> None:
        self.is_told = False
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._tell)

    def _tell(self, number: int, frame: FrameType | None) -> None:
        self.is_told = True

    def sleep(self, seconds: float) -> None:
        """Sleep, no longer than until we are told."""
        until, was_told = time.monotonic() + seconds, self.is_told
        while (left := until - time.monotonic()) > 0 and self.is_told == was_told:
            time.sleep(min(left, 0.1))


def _say(text: str) -> None:
    """Print a line; who has read it may be gone, and there is still something to cancel."""
    with suppress(OSError):
        os.write(1, f"{text}\n".encode(errors="replace"))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
