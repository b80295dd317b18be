"""Runs scripts to their ends, statement by statement, and records them.

It decides nothing: what may be run, and from where, was found out before (`plumbob.migration.run.executor`).
"""

from __future__ import annotations

import time
from collections.abc import Collection
from dataclasses import dataclass

from plumbob.ddl.stored import database_collation
from plumbob.errors import Exit, PlumbobError
from plumbob.migration.record import history, journal
from plumbob.migration.record.live import Live, as_told, differing, listed, look, look_at
from plumbob.migration.record.snapshot import recall, with_known, without_drift
from plumbob.migration.record.store import transaction
from plumbob.migration.run import asserting, diverging, ended
from plumbob.migration.run.counting import count_rows
from plumbob.migration.run.data_steps import run_data
from plumbob.migration.run.definitions import run_definition
from plumbob.migration.run.events import Begins, Done, Ends, NoWayBack, Recorded
from plumbob.migration.run.tasks import Task
from plumbob.migration.run.turn import Run, Turn
from plumbob.migration.run.waiting import LOCK_WAIT
from plumbob.migration.text import file_name
from plumbob.model import key_of_id
from plumbob.plan.statement import Hazard
from plumbob.server.errors import INTERRUPTED, ServerError
from plumbob.server.members import Unsettled


@dataclass(frozen=True, slots=True)
class Runner(Run):
    """A run, script by script."""

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
        empty = self._seen_empty(task)
        with self.server.session(LOCK_WAIT):
            for number in range(done + 1, total + 1):
                if number not in task.numbers:
                    if not Turn(self, task, number).is_data:
                        self._pass(task, number, live)
                    continue
                self._look_at_assertions(task, number)
                self._run_statement(task, number, empty)
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
            *(number for number in task.start.needless if Turn(self, task, number).is_data),
        }
        with transaction(self.server):
            journal.begin(self.server, task.migration, task.direction, live.tables, kept)
            for number in sorted(passed):
                self._pass(task, number, live)

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

    def _seen_empty(self, task: Task) -> frozenset[Hazard]:
        """What takes a structure without rows: looked at while all of it has the names that the file knows."""
        wanted = {hazard for each in task.left for hazard in each.hazards} & self.made_here
        return frozenset(each.hazard for each in count_rows(self.server, wanted) if each.rows == 0)

    def _run_statement(self, task: Task, number: int, empty: Collection[Hazard]) -> None:
        started = time.monotonic()
        if self.stop.by:
            raise ended.interrupted(task, number - 1, self.stop, "")
        try:
            with self.stop.softly():
                self._journalled(Turn(self, task, number), empty)
        except Unsettled as error:
            raise ended.unsettled(task, number, error) from error
        except ServerError as error:
            if error.is_lost:
                raise ended.lost(task, number, error) from error
            if self.stop.by and error.errno == INTERRUPTED:
                raise ended.interrupted(task, number - 1, self.stop, "") from error
            raise
        self.progress(Done(number, len(task.statements), time.monotonic() - started))

    def _journalled(self, turn: Turn, empty: Collection[Hazard]) -> None:
        """Run a statement and write down what became of it."""
        statement = turn.statement
        self.lock.check()
        with self.stop.runs():
            self._count_again(turn, empty)
        self.stop.settle(self.server)
        seen = self.lock.on_all(lambda: look_at(self.server, statement.after))
        before = as_told(seen, statement.after)
        if turn.is_data:
            run_data(turn)
            return
        for fault in diverging.at_its_turn(self.server, statement, turn.task.migration.id):
            raise fault
        run_definition(turn, before)

    def _count_again(self, turn: Turn, empty: Collection[Hazard]) -> None:
        """Rows may have come since the beginning of the run; what is renamed by now is not found again.

        Args:
            empty: what the run has made, and was seen without rows as its file began.
        """
        hazards = [
            each for each in turn.statement.hazards if each in self.harmless or each in self.later
        ]
        counted = count_rows(self.server, hazards)
        unknown = self.later | (self.made_here - {*empty})
        # What would only fail the server refuses itself; what would be lost nobody else looks at.
        found = [
            each for each in counted if each.rows or (each.rows is None and each.hazard in unknown)
        ]
        if found:
            why = "rows came since the run began"
            if any(each.hazard in self.later for each in found):
                why = "the statements by hand ahead of it leave these rows"
            raise ended.at_risk_now(turn.task, turn.number, found, why)


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
