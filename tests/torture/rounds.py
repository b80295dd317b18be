"""Rounds of torture: a run of `schema apply` or `schema rollback` is killed at a random moment, or its server.

After each round `schema apply` has to lead to the declared schema, with the rows that were there before,
and with each statement run once.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, NoReturn

from plumbob.commands import run
from tests.commands.user import User
from tests.servers import Server

Way = Literal["apply", "rollback"]
FIRST = """\
tables:
  counter: {columns: {id: int primary key, n: int not null}}
  notes: {columns: {id: int primary key, body: varchar(200)}}
  payments:
    columns: {id: int primary key, user_id: int unsigned not null, amount: "decimal(8,2) not null"}
  users:
    columns:
      id: int unsigned auto_increment primary key
      name: varchar(40) not null
      email: varchar(80)
      status: enum('new','done') not null default 'new'
"""
SECOND = """\
tables:
  counter: {columns: {id: int primary key, n: int not null}}
  files: {columns: {id: int primary key, user_id: int unsigned not null references users(id)}}
  payments:
    columns:
      id: int primary key
      user_id: int unsigned not null references users(id)
      amount: decimal(10,2) not null
  remarks: {was: notes, columns: {id: int primary key, body: varchar(200)}}
  users:
    columns:
      id: int unsigned auto_increment primary key
      name: varchar(40) not null
      email: varchar(300)
      status: enum('new','old','done') not null default 'new'
      last_login: datetime
    indexes: {ix_name: name}
views:
  paid: select user_id, sum(amount) as amount from payments group by user_id
triggers:
  paid_once: before insert on payments for each row set new.amount = round(new.amount, 2)
"""
BLOCK = (
    "\n-- approved: overwrite-column:counter.n"
    "\n-- by hand: begin count\nUPDATE counter SET n = n {} 1;\n-- by hand: end\n"
)
# What of each table is the same before and after the migration; a table may have either of two names.
SUMS = {
    ("counter",): "id",
    ("notes", "remarks"): "id, body",
    ("payments",): "id, user_id, amount",
    ("users",): "id, name, email, status",
}


@dataclass
class Torture:
    """A project of one database, whose last migration is applied and rolled back again and again.

    Attributes:
        seen: how many rounds there were of each kind, and where the kills came.
    """

    folder: Path
    server: Server
    database: str
    random: random.Random
    rows: int = 4096
    seen: Counter[str] = field(default_factory=Counter)
    seconds: dict[Way, float] = field(default_factory=dict)

    @property
    def user(self) -> User:
        return User(self.folder, self.server.url(self.database))

    def prepare(self) -> None:
        """Two migrations, the second of which has a step by hand, and rows."""
        self.user.declare(FIRST)
        self.user.brings_in_sync()
        self._fill()
        self.user.declare(SECOND)
        self.user.succeeds("diff", "--write", "-m", "second")
        (up,) = self.folder.glob("generated/migrations/*_second.sql")
        (down,) = self.folder.glob("generated/migrations/*_second.rollback.sql")
        up.write_text(up.read_text() + BLOCK.format("+"))
        at = (text := down.read_text()).index("\n-- statement 1")
        down.write_text(text[:at] + BLOCK.format("-") + text[at:])
        self.user.succeeds("check", "--write")
        self.sums = self._sums()
        ways: tuple[Way, ...] = ("apply", "rollback", "apply")
        for way in ways:
            client = self._start(way)
            started = time.monotonic()
            client.read_until(("applied", "rolled back"))
            self.seconds[way] = time.monotonic() - started
            self._finish(client)
        self.user.succeeds("diff")
        self._look()

    def sql(self, *statements: str) -> list[tuple[object, ...]]:
        with self.server.connect(self.database) as connection, connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
            return list(cursor.fetchall())

    def _fill(self) -> None:
        self.sql(
            "INSERT INTO counter VALUES (1, 0)",
            "INSERT INTO users (name, email) VALUES ('ann', 'ann@example.org')",
            *(
                "INSERT INTO users (name, email, status)"
                " SELECT CONCAT('n', id), CONCAT(id, '@example.org'), 'done' FROM users"
                for _ in range(self.rows.bit_length() - 1)
            ),
            "INSERT INTO payments SELECT id, id, MOD(id * 7, 1000) / 100 FROM users",
            "INSERT INTO notes SELECT id, REPEAT(name, 3) FROM users WHERE id < 500",
        )

    def client_killed(self) -> None:
        """A client dies by kill -9, somewhere between its first word and its last."""
        way = self._begin()
        client = self._start(way)
        self._wait(way)
        client.kill()
        self._ends(client, way, "client")

    def server_killed(self, restart: Callable[[], object]) -> None:
        """The server dies by kill -9, and is started again on its data."""
        way = self._begin()
        client = self._start(way)
        self._wait(way)
        restart()
        self._ends(client, way, "server")

    def pair(self) -> None:
        """Two appliers at once: one does the work, the other waits and finds nothing to do."""
        self.user.succeeds("rollback", "--allow", "all")
        first = self._start("apply", wait=False)
        time.sleep(self.random.uniform(0, 0.3))
        second = self._start("apply", wait=False)
        said = [self._finish(each) for each in (first, second)]
        assert sum("nothing to apply" in each for each in said) == 1, said
        self._look()
        self.seen["pairs of appliers"] += 1

    def _begin(self) -> Way:
        """Which way is killed; the database is where that begins."""
        way: Way = self.random.choice(("apply", "rollback"))
        if way == "apply":
            self.user.succeeds("rollback", "--allow", "all")
        return way

    def _start(self, way: Way, *, wait: bool = True) -> Client:
        """Start a run, and come back when it has begun."""
        client = Client(self.user, way, "--allow", "all")
        if wait:
            client.read_until(("applying", "rolling back"))
        return client

    def _wait(self, way: Way) -> None:
        time.sleep(self.random.uniform(0, 1.1 * self.seconds[way]))

    def _finish(self, client: Client) -> str:
        said = client.read()
        assert client.code == 0, said
        return said

    def _ends(self, client: Client, way: Way, who: str, what: str = "killed") -> None:
        """Count where the kill came, and go on by `schema apply`."""
        said = client.read()
        assert "Traceback" not in said and "bug of plumbob" not in said, said
        state = self._open_state()
        self.seen[f"{who} {what} in {way}"] += 1
        self.seen[f"{who} {what}: {state}"] += 1
        # It compares with the declaration at its end, and exits with 1 where there is a difference.
        self.user.succeeds("apply", "--allow", "all")
        self._look()

    def _open_state(self) -> str:
        rows = self.sql(
            "SELECT number, state FROM _plumbob_journal WHERE history IS NULL ORDER BY id DESC LIMIT 1"
        )
        if not rows:
            return "before or behind the run"
        number, state = rows[0]
        return f"{state}" if number else "begun"

    def _look(self) -> None:
        """No row was lost, and each statement was run once."""
        sums, ((count,),) = self._sums(), self.sql("SELECT n FROM counter")
        assert sums == self.sums, f"{sums} where {self.sums} was"
        assert count == 1, f"the step by hand was run {count} times"
        # A run that had only begun has nothing to finish, and its first row may stay.
        left = self.sql(
            "SELECT direction, number, state FROM _plumbob_journal"
            " WHERE history IS NULL AND number > 0 AND state <> 'not started'"
        )
        assert not left, f"the journal is not closed: {left}"
        self._look_at_journal()

    def _look_at_journal(self) -> None:
        """In each run of the journal, with those that went on with it, no statement is done twice."""
        done: Counter[object] = Counter()
        for number, state, message in self.sql(
            "SELECT number, state, message FROM _plumbob_journal ORDER BY id"
        ):
            if not number:
                done.clear()
            elif state == "done" and message != "not needed":
                done[number] += 1
                assert done[number] == 1, f"statement {number} is done twice"

    def _sums(self) -> dict[str, object]:
        there = {name for (name,) in self.sql("SHOW TABLES")}
        found: dict[str, object] = {}
        for names, columns in SUMS.items():
            (name,) = there.intersection(names)
            crc = f"CRC32(CONCAT_WS('|', {columns}))"
            found[names[0]] = self.sql(f"SELECT COUNT(*), SUM({crc}) FROM `{name}`")[0]
        return found


class Client:
    """A command in a process of its own, forked from this one: to import all of it anew takes a second.

    Attributes:
        code: how it ended, as `subprocess` has it.
    """

    def __init__(self, user: User, *argv: str) -> None:
        reads, writes = os.pipe()
        sys.stdout.flush()
        sys.stderr.flush()
        self._pid = os.fork()
        if not self._pid:
            self._run(user, argv, writes)
        os.close(writes)
        self._output = os.fdopen(reads, encoding="utf-8")
        self.code: int | None = None

    def _run(self, user: User, argv: tuple[str, ...], writes: int) -> NoReturn:
        code = 70
        try:
            for number in (1, 2):
                os.dup2(writes, number)
            sys.stdout = os.fdopen(1, "w", buffering=1, closefd=False)
            sys.stderr = os.fdopen(2, "w", buffering=1, closefd=False)
            os.chdir(user.folder)
            os.environ["DATABASE_URL"] = user.url
            for each in (signal.SIGINT, signal.SIGTERM):
                signal.signal(each, signal.SIG_DFL)
            code = run(argv)
        finally:
            # What pytest does at its end is not for a copy of it.
            os._exit(code)

    def kill(self, *signals: signal.Signals) -> None:
        """Send these signals at once; SIGKILL where none is named."""
        for each in signals or (signal.SIGKILL,):
            os.kill(self._pid, each)

    def read_until(self, words: tuple[str, ...]) -> None:
        """Read what it says up to a line that begins so."""
        for text in self._output:
            if text.startswith(words):
                return
        raise AssertionError(f"it never came to say {words[0]}")

    def read(self) -> str:
        """The rest of what it says; then it has ended."""
        with self._output:
            said = self._output.read()
        _, status = os.waitpid(self._pid, 0)
        self.code = os.waitstatus_to_exitcode(status)
        return said
