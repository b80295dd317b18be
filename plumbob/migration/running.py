"""Runs one script, statement by statement: journal, run, warnings, a look at the result, journal.

It decides nothing: what may be run, and from where, was found out before (`plumbob.migration.executor`).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar

from plumbob.ddl.stored import database_collation
from plumbob.errors import Exit, PlumbobError
from plumbob.migration import asserting, clustered, diverging, ended, history, journal
from plumbob.migration.agreed import Split, told_apart
from plumbob.migration.atomic import why_not_atomic
from plumbob.migration.beside import Beside, Killing
from plumbob.migration.by_hand import is_data
from plumbob.migration.counting import count_rows
from plumbob.migration.events import (
    Begins,
    Done,
    Ends,
    FoundOut,
    HandedOver,
    Killed,
    NoWayBack,
    Progress,
    Recorded,
    Runs,
    Still,
    ToolSays,
    WaitsForTable,
    Warned,
)
from plumbob.migration.explained import explained
from plumbob.migration.handover import HandOver
from plumbob.migration.live import (
    Live,
    as_told,
    differing,
    is_as,
    listed,
    look,
    look_at,
)
from plumbob.migration.lock import Lock
from plumbob.migration.migration import FileStatement, Migration
from plumbob.migration.snapshot import recall, with_known, without_drift
from plumbob.migration.stopping import Stop
from plumbob.migration.store import transaction
from plumbob.migration.tasks import Task
from plumbob.migration.text import file_name
from plumbob.migration.verdict import LOCKED, advice, sort_warnings
from plumbob.model import key_of_id
from plumbob.plan.statement import Hazard
from plumbob.server.connection import Server
from plumbob.server.errors import INTERRUPTED, ServerError
from plumbob.server.members import Lags, Unsettled, in_use
from plumbob.server.stages import Stage

# While an ALTER waits for a table, everybody else waits behind it: so a short wait and a long pause.
# With 1 s and 2, 4, 8 s readers are stalled for 1 s at a time and a third of the time (measured).
LOCK_WAIT = {"lock_wait_timeout": "1"}
FIRST_PAUSE = 2.0
LONGEST_PAUSE = 8.0
# An attempt that took longer than its waits for locks did work, which was thrown away when it got no
# lock at its end (measured: 2.8 s of a rebuild): not to be repeated unasked.
LOST_WORK = 5.0
# Seconds to wait for a server that has gone while a statement ran, and then for the lock, which the
# statement holds as long as it goes on.
COMES_BACK = 10.0
ORPHAN_ENDS = 3600.0

Warnings = list[tuple[str, int, str]]
Fingerprints = Mapping[str, str]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Runner:
    """What the statements of a run have in common.

    `max_wait` are the seconds for which a statement that gets no lock is tried again; `harmless` are
    hazards that nobody approved, because no row was at risk before the run; `later` are those of them
    whose rows a data step by hand ahead of them may change; `kill` says whom of those who hold a lock
    that is waited for the run may end; `hand` has the statements that are another program's work.
    """

    server: Server
    chain: Sequence[Migration]
    lock: Lock
    progress: Progress
    max_wait: float
    harmless: frozenset[Hazard] = frozenset()
    later: frozenset[Hazard] = frozenset()
    stop: Stop = field(default_factory=Stop)
    kill: Killing | None = None
    hand: HandOver | None = None

    def run(self, task: Task, live: Live) -> Live:
        """Run a script to its end and record it; one whose end is there is recorded alone.

        Args:
            live: the database as it was just seen.

        Returns:
            the database as it is now.
        """
        if task.is_there:
            self.lock.check()
            self._record(task, live, live, 0.0)
            by_hand = task.migration.script(task.direction).by_hand
            undoes = task.migration.undoes_drift
            self.progress(Recorded(task.migration.id, task.migration.message, by_hand, undoes))
            return live
        started = time.monotonic()
        ends = self.carry_out(task, live)
        seconds = time.monotonic() - started
        with self.stop.softly():
            self._record(task, live, ends, seconds)
        self.progress(Ends(task.migration.id, task.direction, seconds))
        return ends

    def carry_out(self, task: Task, live: Live) -> Live:
        """Run a script to its end, and see that it is where it leads; nobody writes that down."""
        migration, total, done = task.migration, len(task.statements), task.start.done
        self.progress(Begins(migration.id, migration.message, task.direction, total, done))
        for block in migration.script(task.direction).blocks:
            if block.no_way_back:
                self.progress(NoWayBack(block.title, block.no_way_back))
        self.lock.check()
        self._open_journal(task, live)
        self._give_back(task)
        with self.server.session(LOCK_WAIT):
            for number in range(done + 1, total + 1):
                if number not in task.numbers:
                    if not self._is_data(task, number):
                        self._pass(task, number, live)
                    continue
                self._look_at_assertions(task, number)
                self._run_statement(task, number)
        self._look_at_assertions(task, total + 1)
        self._give_back(task)
        ends = self.lock.on_all(lambda: look(self.server, self.chain))
        _verify(task, live, ends)
        return ends

    def _record(self, task: Task, before: Live, live: Live, seconds: float) -> None:
        history.write(
            self.server,
            task.migration,
            task.direction,
            texts=self._texts(task, before, live),
            milliseconds=round(seconds * 1000),
            # What undid nothing here has nothing to put back either.
            kind="baseline" if task.is_needless_up else None,
        )

    def _texts(self, task: Task, before: Live, live: Live) -> dict[str, str]:
        """What is recorded: all that the script touches, but for drift; and of all else what was recorded."""
        now, flavour = live.texts(self.server.flavour), self.server.flavour
        known = history.snapshot(self.server)
        if known is None:
            return now
        script, manages = task.script, task.migration.header.manages
        texts = with_known(now, known, script, manages, is_exact=live.is_after(script))
        over = task.over & known.keys() & before.found.keys() & live.found.keys()
        old = recall({id: known[id] for id in over}, flavour)
        ends = task.migration.script(task.direction).tables
        for id in over & ends.keys():
            text = without_drift(old[id], before.found[id], live.found[id], flavour, ends[id][1])
            texts[id] = text or now[id]
        return texts

    def _open_journal(self, task: Task, live: Live) -> None:
        """Write that the run begins, or what was found out about one that goes on."""
        found = task.start.found_done
        if found is not None:
            seen = live.of(found.expected)
            journal.close(self.server, found.row, "done", seen, message="found done")
        if task.begun:
            return
        kept = self._kept(task)
        # Whether a data step is needed is known now, and to nobody once the run has begun.
        passed = {
            *range(1, task.start.done + 1),
            *(number for number in task.start.needless if self._is_data(task, number)),
        }
        with transaction(self.server):
            journal.begin(self.server, task.migration, task.direction, live.tables, kept)
            for number in sorted(passed):
                self._pass(task, number, live)

    def _is_data(self, task: Task, number: int) -> bool:
        return is_data(task.statements[number - 1], self.server.flavour)

    def _pass(self, task: Task, number: int, live: Live) -> None:
        """Write that a statement is not needed."""
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

    def _look_at_assertions(self, task: Task, number: int) -> None:
        """Those ahead of a statement, or behind the last one."""
        script = task.migration.script(task.direction)
        is_end = number > len(script.statements)
        assertions = script.asserted if is_end else script.statements[number - 1].asserted
        try:
            asserting.look(
                self.server,
                assertions,
                file_name(task.migration.id, task.direction),
                ahead=ended.behind_assertion(task, number),
            )
        except ServerError as error:
            raise ended.lost(task, min(number, len(script.statements)), error) from error

    def _run_statement(self, task: Task, number: int) -> None:
        started = time.monotonic()
        if self.stop.by:
            raise ended.interrupted(task, number - 1, self.stop, "")
        try:
            with self.stop.softly():
                self._journalled(task, number)
        except Unsettled as error:
            raise ended.unsettled(task, number, error) from error
        except ServerError as error:
            if error.is_lost:
                raise ended.lost(task, number, error) from error
            if self.stop.by and error.errno == INTERRUPTED:
                raise ended.interrupted(task, number - 1, self.stop, "") from error
            raise
        self.progress(Done(number, len(task.statements), time.monotonic() - started))

    def _journalled(self, task: Task, number: int) -> None:
        """Run a statement and write down what became of it."""
        statement = task.statements[number - 1]
        self.lock.check()
        with self.stop.runs():
            self._count_again(task, number)
        self.stop.settle(self.server)
        seen = self.lock.on_all(lambda: look_at(self.server, statement.after))
        before = as_told(seen, statement.after)
        if is_data(statement, self.server.flavour):
            self._run_data(task, number)
            return
        for fault in diverging.at_its_turn(self.server, statement, task.migration.id):
            raise fault
        self._wait_for_locks(task, number)
        self.progress(Runs(number, len(task.statements), statement))
        row = journal.running(self.server, task.migration, task.direction, number, before)
        began = time.monotonic()
        try:
            warnings = self._try_until(task, number, self._work(number, statement))
            bad, harmless = sort_warnings(
                warnings,
                is_definition=_is_definition(statement),
                may_change_values=any(
                    each.may_change_values and each not in self.harmless
                    for each in statement.hazards
                ),
            )
        except ServerError as error:
            if error.is_lost:
                if self._find_out(task, number, row, before, error):
                    return
                raise
            self._look_behind_error(task, number, row, before, error)
            return
        took = time.monotonic() - began
        self.stop.settle(self.server)
        after = self._look_after(task, number, row, took)
        for message in harmless:
            self.progress(Warned(number, message))
        wrong = f"the server warned: {listed(bad)}" if bad else ""
        if not wrong and (names := differing(after, statement.after)):
            wrong = f"{listed(names)} is not as it was expected to be after it"
        journal.close(self.server, row, "failed" if wrong else "done", after, message=wrong or None)
        if wrong:
            raise ended.failed(task, number, wrong, "It was run: look at its table first.")

    def _look_behind_error(
        self, task: Task, number: int, row: int, before: Fingerprints, error: ServerError
    ) -> None:
        """Write that a statement gave an error; one that was stopped too late is done all the same.

        Raises:
            PlumbobError: unless it is.
        """
        wanted = task.statements[number - 1].after
        after = self._look_after(task, number, row)
        is_cluster = self.server.is_cluster
        is_stopped = bool(self.stop.by) and error.errno in (INTERRUPTED, *LOCKED)
        if (is_stopped or is_cluster) and is_as(after, wanted) and not is_as(before, wanted):
            said = "stopped too late" if is_stopped else f"done all the same: {error.what}"
            journal.close(self.server, row, "done", after, message=said)
            return
        # On a cluster an error says nothing of what the other members have done.
        is_as_before = error.errno in LOCKED and not is_cluster
        if is_stopped or error.errno in LOCKED:
            is_as_before |= is_as(after, before)
        state: journal.State = "not started" if is_as_before else "failed"
        journal.close(self.server, row, state, after, errno=error.errno, message=error.what)
        if is_stopped:
            said = "nothing of it is done" if is_as_before else "it may be half done"
            raise ended.interrupted(task, number - 1, self.stop, said) from error
        if is_as_before:
            raise ended.got_no_lock(task, number, error) from error
        what = explained(self.server, error, task.statements[number - 1].sql)
        raise ended.failed(task, number, what, advice(error.errno)) from error

    def _look_after(self, task: Task, number: int, row: int, took: float = 0.0) -> Fingerprints:
        """The objects of a statement as they are behind it, which is the same on every member.

        Args:
            took: for how many seconds it ran here; the other members may take as long again.

        Raises:
            PlumbobError: SPLIT where it is not the same; the journal has that. LOCKED where a member has
                still not done it.
        """
        until = time.monotonic() + took
        names = task.statements[number - 1].after
        try:
            while True:
                try:
                    return self.lock.on_all(lambda: look_at(self.server, names))
                except Lags:
                    if time.monotonic() > until or self.stop.by:
                        raise
        except Split as split:
            said = told_apart(split.seen)
            journal.close(self.server, row, "split", None, message=said)
            split.what = f"{ended.name_of(task, number)} has split the cluster: {said}"
            raise

    def _wait_for_locks(self, task: Task, number: int) -> None:
        """On a cluster, see that nobody has locked the tables: what is sent cannot be stopped.

        Raises:
            PlumbobError: LOCKED, somebody has, all the time.
        """
        started, pause = time.monotonic(), FIRST_PAUSE
        words = clustered.words_of(task.statements[number - 1])
        while found := self.lock.on_all(lambda: list(in_use(self.server, words))):
            waited = time.monotonic() - started
            if waited + pause > self.max_wait or self.stop.by:
                raise ended.locked_on_member(task, number, found)
            said = f"LOCK TABLES or HANDLER: {listed(found)}"
            self.progress(WaitsForTable(number, said, pause, waited))
            self.stop.pause(pause)
            self.lock.check()

    def _find_out(
        self, task: Task, number: int, row: int, before: Fingerprints, error: ServerError
    ) -> bool:
        """On a new connection, see what became of a statement whose answer never came.

        The lock comes to us when the statement has ended in the server, whatever became of it.

        Returns:
            whether it is done; False when nobody could be asked.

        Raises:
            PlumbobError: it is not done.
        """
        try:
            self.server.reconnect(wait=COMES_BACK)
            self.lock.take_again(ORPHAN_ENDS, self.progress)
        except PlumbobError:
            return False
        statement, total = task.statements[number - 1], len(task.statements)
        after = self._look_after(task, number, row)
        if is_as(after, statement.after) and not is_as(before, statement.after):
            journal.close(self.server, row, "done", after, message="found done")
            self.progress(FoundOut(number, total))
            return True
        if is_as(after, before):
            journal.close(self.server, row, "not started", after, message=error.what)
            raise ended.lost(task, number, error, "nothing of it is done") from error
        return False

    def _count_again(self, task: Task, number: int) -> None:
        """Rows may have come since the beginning of the run; what is renamed by now is not found again."""
        hazards = [
            each
            for each in task.statements[number - 1].hazards
            if each in self.harmless or each in self.later
        ]
        counted = count_rows(self.server, hazards)
        # What would only fail the server refuses itself; what would be lost nobody else looks at.
        found = [
            each
            for each in counted
            if each.rows or (each.rows is None and each.hazard in self.later)
        ]
        if found:
            why = "rows came since the run began"
            if any(each.hazard in self.later for each in found):
                why = "the statements by hand ahead of it leave these rows"
            raise ended.at_risk_now(task, number, found, why)

    def _run_data(self, task: Task, number: int) -> None:
        """Run a data step: with its row of the journal in one transaction, where the engines have some.

        So it is done and written down, or neither; a crash of a step that cannot be taken back leaves
        a row that says that nobody knows.
        """
        statement = task.statements[number - 1]
        why = why_not_atomic(self.server, statement.sql)
        self.progress(Runs(number, len(task.statements), statement))
        row = journal.running(
            self.server, task.migration, task.direction, number, {}, is_known=not why
        )
        try:
            work = partial(self._run_and_write, statement, row)
            harmless = self._try_until(task, number, work)
        except (ServerError, ended.TakenBack) as error:
            if isinstance(error, ServerError) and error.is_lost:
                raise
            errno = error.errno if isinstance(error, ServerError) else None
            is_stopped = bool(self.stop.by) and errno in (INTERRUPTED, *LOCKED)
            if (is_stopped or errno in LOCKED) and not why:
                journal.close(self.server, row, "not started", {}, errno=errno, message=error.what)
                if is_stopped:
                    said = "nothing of it is done"
                    raise ended.interrupted(task, number - 1, self.stop, said) from error
                raise ended.got_no_lock(task, number, error) from error
            state: journal.State = "unknown" if why else "failed"
            journal.close(self.server, row, state, {}, errno=errno, message=error.what)
            if is_stopped:
                said = f"a part of it may stay: {why}"
                raise ended.interrupted(task, number - 1, self.stop, said) from error
            said = "Nothing of it stays."
            if errno:
                said = advice(errno, is_cluster=self.server.is_cluster)
            first = f"A part of it may stay: {why}." if why else said
            what = error.what
            if isinstance(error, ServerError):
                what = explained(self.server, error, statement.sql)
            raise ended.failed(task, number, what, first) from error
        for message in harmless:
            self.progress(Warned(number, message))

    def _run_and_write(self, statement: FileStatement, row: int) -> list[str]:
        """One transaction: the statement, and that it is done; gives what the server warned of."""
        self.server.execute("START TRANSACTION")
        try:
            warnings = self._run(statement)
            bad, harmless = sort_warnings(warnings)
            if bad:
                raise ended.TakenBack(f"the server warned: {listed(bad)}")
            journal.close(self.server, row, "done", {})
            self.server.execute("COMMIT")
        except BaseException:
            if self.server.connection.open:
                self.server.execute("ROLLBACK")
            raise
        return harmless

    def _work(self, number: int, statement: FileStatement) -> Callable[[], Warnings]:
        """How a statement is run: by the server, or by an online schema-change tool."""
        if self.hand is None or not self.hand.takes(statement):
            return partial(self._run, statement)
        return partial(self._hand_over, self.hand, number, statement)

    def _hand_over(self, hand: HandOver, number: int, statement: FileStatement) -> Warnings:
        """What it warned of, it has said; the fingerprint says whether the table is as it should be."""
        self.progress(HandedOver(number, hand.words(self.server, statement)))
        hand.alter(
            self.server,
            statement,
            is_to_end=lambda: bool(self.stop.by),
            tell=lambda text: self.progress(ToolSays(text)),
        )
        return []

    def _run(self, statement: FileStatement) -> Warnings:
        with self.server.session(dict(statement.session)):
            self.server.execute(clustered.as_sent(self.server, statement))
            return self.server.warnings()

    def _try_until(self, task: Task, number: int, work: Callable[[], T]) -> T:
        """Do what runs a statement, again after a pause while others hold the table."""
        started, pause = time.monotonic(), FIRST_PAUSE
        # Who holds it for the first time may be about to end.
        kill: Killing | None = None
        while True:
            tried = time.monotonic()
            with self._beside(task, number, kill) as beside:
                try:
                    with self.stop.runs():
                        return work()
                except ServerError as error:
                    caught = error
            now = time.monotonic()
            pause = min(pause, started + self.max_wait - now)
            is_sent = self.server.is_cluster and not is_data(
                task.statements[number - 1], self.server.flavour
            )
            # Of a definition on a cluster the error alone does not say that it is not done.
            if caught.errno not in LOCKED or is_sent:
                raise caught
            lost = now - tried if now - tried > LOST_WORK else 0.0
            no_lock = ended.NoLock(caught, beside.wait, lost)
            if pause <= 0 or lost:
                raise no_lock
            self.progress(WaitsForTable(number, caught.what, pause, now - started, beside.wait))
            self.stop.pause(pause)
            if self.stop.by:
                raise no_lock
            pause = min(pause * 2, LONGEST_PAUSE)
            kill = self.kill
            self.lock.check()

    @contextmanager
    def _beside(self, task: Task, number: int, kill: Killing | None) -> Iterator[Beside]:
        statement, total = task.statements[number - 1], len(task.statements)

        def tell(stage: Stage, seconds: float) -> None:
            self.progress(Still(number, total, statement, seconds, stage))

        names = [name for name in statement.after if key_of_id(name) is None]
        with Beside(self.server, names, tell, kill) as beside:
            yield beside
        for each in beside.kills.values():
            self.progress(Killed(number, each))


def _is_definition(statement: FileStatement) -> bool:
    """Whether it touches views and programs alone, or makes a table, and so touches no row."""
    if not statement.is_by_hand and statement.sql.startswith("CREATE TABLE "):
        return True
    keys = [key_of_id(id) for id in statement.after]
    return bool(keys) and all(key is not None and key.kind != "sequence" for key in keys)


def _verify(task: Task, before: Live, after: Live) -> None:
    """At the end the database has to be what the migration says."""
    script = task.script
    if after.is_after(script):
        return
    wanted = {name: end for name, (_, end) in script.tables.items()}
    names = differing(after.tables, {**before.tables, **wanted})
    names += sorted(after.tables.keys() - before.tables.keys() - wanted.keys())
    names = [name for name in names if key_of_id(name) is None or name in wanted]
    if not names and before.fingerprint != script.before:
        # What drifted elsewhere is as it was.
        return
    raise PlumbobError(
        f"{task.migration.id} was run, and the database is not what it should be: "
        f"{listed(names) or 'it'} is different",
        advice="make it so (`schema diff` shows how), then run the same command again",
        where=task.migration.id,
        exit=Exit.FAILED,
    )
