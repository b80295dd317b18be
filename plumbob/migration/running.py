"""Runs one script, statement by statement: journal, run, warnings, a look at the result, journal.

It decides nothing: what may be run, and from where, was found out before (`plumbob.migration.executor`).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from plumbob.ddl.stored import database_collation
from plumbob.errors import Exit, PlumbobError
from plumbob.migration import history, journal
from plumbob.migration.counting import Counted, count_rows
from plumbob.migration.events import (
    Begins,
    Done,
    Ends,
    Progress,
    Recorded,
    Runs,
    WaitsForTable,
    Warned,
)
from plumbob.migration.findings import unapproved
from plumbob.migration.live import Live, as_told, differing, listed, look, look_at
from plumbob.migration.lock import Lock
from plumbob.migration.migration import FileStatement, Migration
from plumbob.migration.standing import SYNC
from plumbob.migration.tasks import Task
from plumbob.migration.verdict import LOCKED, advice, sort_warnings
from plumbob.model import key_of_id
from plumbob.plan.statement import Hazard
from plumbob.server.connection import Server
from plumbob.server.errors import ServerError

# While an ALTER waits for a table, everybody else waits behind it: so a short wait and a long pause.
# With 1 s and 2, 4, 8 s readers are stalled for 1 s at a time and a third of the time (measured).
LOCK_WAIT = {"lock_wait_timeout": "1"}
FIRST_PAUSE = 2.0
LONGEST_PAUSE = 8.0
# An attempt that took longer than its waits for locks did work, which was thrown away when it got no
# lock at its end (measured: 2.8 s of a rebuild): not to be repeated unasked.
LOST_WORK = 5.0

Warnings = list[tuple[str, int, str]]


@dataclass(frozen=True, slots=True)
class Runner:
    """What the statements of a run have in common.

    `max_wait` are the seconds for which a statement that gets no lock is tried again; `harmless` are
    hazards that nobody approved, because no row was at risk before the run; `sleep` is time.sleep,
    but for tests.
    """

    server: Server
    chain: Sequence[Migration]
    lock: Lock
    progress: Progress
    max_wait: float
    harmless: frozenset[Hazard] = frozenset()
    sleep: Callable[[float], None] = time.sleep

    def run(self, task: Task, live: Live) -> Live:
        """Run a script to its end and record it; one whose end is there is recorded alone.

        Args:
            live: the database as it was just seen.

        Returns:
            the database as it is now.
        """
        if task.is_there:
            self.lock.check()
            self._record(task, live, 0.0)
            self.progress(Recorded(task.migration.id, task.migration.message))
            return live
        started = time.monotonic()
        live = self.carry_out(task, live)
        seconds = time.monotonic() - started
        self._record(task, live, seconds)
        self.progress(Ends(task.migration.id, task.direction, seconds))
        return live

    def carry_out(self, task: Task, live: Live) -> Live:
        """Run a script to its end, and see that it is where it leads; nobody writes that down."""
        migration, total, done = task.migration, len(task.statements), task.start.done
        self.progress(Begins(migration.id, migration.message, task.direction, total, done))
        self.lock.check()
        self._open_journal(task, live)
        self._give_back(task)
        for number in range(done + 1, total + 1):
            self._run_statement(task, number)
        self._give_back(task)
        ends = look(self.server, self.chain)
        _verify(task, live, ends)
        return ends

    def _record(self, task: Task, live: Live, seconds: float) -> None:
        history.write(
            self.server,
            task.migration,
            task.direction,
            texts=live.texts(self.server.flavour),
            milliseconds=round(seconds * 1000),
        )

    def _open_journal(self, task: Task, live: Live) -> None:
        """Write that the run begins, or what was found out about one that goes on."""
        found = task.start.found_done
        if found is not None:
            seen = live.of(found.expected)
            journal.close(self.server, found.row, "done", seen, message="found done")
        if task.begun:
            return
        kept = self._kept(task)
        journal.begin(self.server, task.migration, task.direction, live.tables, kept)
        for number in range(1, task.start.done + 1):
            seen = live.of(task.statements[number - 1].after)
            row = journal.running(self.server, task.migration, task.direction, number, seen)
            journal.close(self.server, row, "done", seen, message="not needed")

    def _kept(self, task: Task) -> dict[str, str]:
        """The collation of the database, where statements need another one; as a run before had it."""
        if not any(database_collation.NAME in dict(each.session) for each in task.statements):
            return {}
        begun = (each.expected for each in journal.open_entries(self.server) if not each.number)
        known = (each[database_collation.NAME] for each in begun if database_collation.NAME in each)
        return {database_collation.NAME: next(known, None) or self.server.database_defaults()[1]}

    def _give_back(self, task: Task) -> None:
        """Give the database its collation again, which a run that did not end may have left changed."""
        for collation in self._kept(task).values():
            if collation != self.server.database_defaults()[1]:
                self.server.execute(database_collation.alter_sql(collation))

    def _run_statement(self, task: Task, number: int) -> None:
        started = time.monotonic()
        try:
            self._journalled(task, number)
        except ServerError as error:
            if error.is_lost:
                raise _lost(task, number, error) from error
            raise
        self.progress(Done(number, len(task.statements), time.monotonic() - started))

    def _journalled(self, task: Task, number: int) -> None:
        """Run a statement and write down what became of it."""
        statement = task.statements[number - 1]
        self.lock.check()
        self._count_again(task, number)
        before = as_told(look_at(self.server, statement.after), statement.after)
        self.progress(Runs(number, len(task.statements), statement))
        row = journal.running(self.server, task.migration, task.direction, number, before)
        try:
            warnings = self._try_until(statement, number)
            bad, harmless = sort_warnings(warnings, is_definition=_is_definition(statement))
        except ServerError as error:
            if error.is_lost:
                raise
            after = look_at(self.server, statement.after)
            state: journal.State = "not started" if error.errno in LOCKED else "failed"
            journal.close(self.server, row, state, after, errno=error.errno, message=error.what)
            raise (
                _got_no_lock(task, number, error)
                if state == "not started"
                else _failed(task, number, error.what, advice(error.errno))
            ) from error
        after = look_at(self.server, statement.after)
        for message in harmless:
            self.progress(Warned(number, message))
        wrong = f"the server warned: {listed(bad)}" if bad else ""
        if not wrong and (names := differing(after, statement.after)):
            wrong = f"{listed(names)} is not as it was expected to be after it"
        journal.close(self.server, row, "failed" if wrong else "done", after, message=wrong or None)
        if wrong:
            raise _failed(task, number, wrong, "It was run: look at its table first.")

    def _count_again(self, task: Task, number: int) -> None:
        """Rows may have come since the beginning of the run; what is renamed by now is not found again."""
        hazards = [each for each in task.statements[number - 1].hazards if each in self.harmless]
        if found := [each for each in count_rows(self.server, hazards) if each.rows]:
            raise _at_risk_now(task, number, found)

    def _try_until(self, statement: FileStatement, number: int) -> Warnings:
        """Run a statement, again after a pause while others hold the table; gives its warnings."""
        started, pause = time.monotonic(), FIRST_PAUSE
        while True:
            tried = time.monotonic()
            try:
                with self.server.session({**LOCK_WAIT, **dict(statement.session)}):
                    self.server.execute(statement.sql)
                    return self.server.warnings()
            except ServerError as error:
                now = time.monotonic()
                pause = min(pause, started + self.max_wait - now)
                if error.errno not in LOCKED or pause <= 0 or now - tried > LOST_WORK:
                    raise
                self.progress(WaitsForTable(number, error.what, pause, now - started))
            self.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)
            self.lock.check()


def _is_definition(statement: FileStatement) -> bool:
    """Whether it touches views and programs alone, and so no row."""
    keys = [key_of_id(id) for id in statement.after]
    return bool(keys) and all(key is not None and key.kind != "sequence" for key in keys)


def _verify(task: Task, before: Live, after: Live) -> None:
    """At the end the database has to be what the migration says."""
    script = task.migration.script(task.direction)
    if after.is_after(script):
        return
    wanted = {name: end for name, (_, end) in script.tables.items()}
    names = differing(after.tables, {**before.tables, **wanted})
    names += sorted(after.tables.keys() - before.tables.keys() - wanted.keys())
    names = [name for name in names if key_of_id(name) is None or name in wanted]
    raise PlumbobError(
        f"{task.migration.id} was run, and the database is not what it should be: "
        f"{listed(names) or 'it'} is different",
        advice="make it so (`schema diff` shows how), then run the same command again",
        where=task.migration.id,
        exit=Exit.FAILED,
    )


def _statement(task: Task, number: int) -> str:
    return f"statement {number} of {len(task.statements)} of {task.migration.id}"


def _failed(task: Task, number: int, why: str, first: str) -> PlumbobError:
    on, back = ("apply", "rollback") if task.direction == "up" else ("rollback", "apply")
    ways = f"`schema {on}` goes on from here, `schema {back}` takes it back."
    if task.migration.id == SYNC:
        ways = "`schema sync` goes on from here."
    return PlumbobError(
        f"{_statement(task, number)} failed: {why}",
        advice=f"{first} What was done before it stays: {ways}".lstrip(),
        where=task.migration.id,
        exit=Exit.FAILED,
    )


def _at_risk_now(task: Task, number: int, found: Sequence[Counted]) -> PlumbobError:
    error = unapproved(found)
    return PlumbobError(
        f"{_statement(task, number)} was not run: rows came since the run began\n"
        + "\n".join(error.what.split("\n")[1:]),
        advice="change these rows or approve the loss by its name, then run the same command again",
        where=task.migration.id,
        exit=Exit.UNSAFE,
    )


def _got_no_lock(task: Task, number: int, error: ServerError) -> PlumbobError:
    return PlumbobError(
        f"{_statement(task, number)} got no lock: {error.what}",
        advice="somebody holds the table, by a transaction that is open or by a backup; nothing of this "
        "statement was done. Run the same command again later",
        where=task.migration.id,
        exit=Exit.LOCKED,
    )


def _lost(task: Task, number: int, error: ServerError) -> PlumbobError:
    return PlumbobError(
        f"the connection was lost at {_statement(task, number)}: {error.what}",
        advice="the statement may still go on in the server. Run the same command again: it waits for "
        "that to end, looks at the tables and goes on",
        where=task.migration.id,
        exit=Exit.FAILED,
    )
