"""Applies migrations and rolls them back: what has to be true is found out first, all of it at once.

Only then something is written. After a failure the run stops where it is: nothing is taken back unasked.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace

from plumbob.config import Config
from plumbob.errors import ManyErrors, PlumbobError
from plumbob.migration import session
from plumbob.migration.migration import Direction, FileStatement, Header, Migration
from plumbob.migration.record import history, store, synced
from plumbob.migration.record.live import Live, look
from plumbob.migration.record.production import mark, refuse_in_production
from plumbob.migration.record.standing import Standing, stand
from plumbob.migration.run import clustered, lock, not_restored
from plumbob.migration.run.ahead import at_risk_ahead
from plumbob.migration.run.beside import Killing, lacks_to_kill
from plumbob.migration.run.counting import Counted, counted_later, harmless, made_here
from plumbob.migration.run.disk import Room, room
from plumbob.migration.run.events import (
    Begins,
    Drifted,
    HandedOver,
    InUse,
    Looked,
    Marked,
    NeedsRoom,
    NotNeeded,
    Progress,
    Runs,
    silent,
)
from plumbob.migration.run.findings import findings, met_elsewhere, obstacles, risks
from plumbob.migration.run.handover import HandOver, is_for_a_tool
from plumbob.migration.run.held import in_use
from plumbob.migration.run.limits import Limits, blocking
from plumbob.migration.run.resume import Told
from plumbob.migration.run.running import Runner
from plumbob.migration.run.stopping import Stop
from plumbob.migration.run.tasks import Task, downwards, reached_by_sync, upwards
from plumbob.plan.approvals import ALL, Needless, check_approvals, is_approved, needless
from plumbob.plan.statement import Hazard
from plumbob.server import members
from plumbob.server.connection import Server

# Seconds to wait for a table that somebody else holds.
MAX_WAIT = 60.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run did, or would do in a dry run.

    `statements` counts those that were run; `unapproved` are hazards that a dry run found without an
    approval, and `refused` what would fail on rows (a real run refuses both). `sql` is what a dry run
    would send, with the settings of single statements around them. `in_use` are those who held tables of
    the run for a while before it, and `room` is what it takes of the disk, if that is worth a word.
    `headers` are what the files of these migrations say of themselves; `needless` are approvals that were
    given, and that nothing in the run asks for.
    """

    direction: Direction
    migrations: tuple[str, ...]
    statements: int
    seconds: float
    dry_run: bool = False
    unapproved: tuple[Counted, ...] = ()
    refused: tuple[Counted, ...] = ()
    sql: tuple[str, ...] = ()
    in_use: tuple[InUse, ...] = ()
    room: Room | None = None
    headers: tuple[Header, ...] = ()
    needless: tuple[Needless, ...] = ()


@dataclass(frozen=True, slots=True)
class Conditions:
    """On what conditions migrations are run or rolled back, and who is told.

    Attributes:
        allow: approvals, `kind:object`, or "all" where the database is not production.
        dry_run: tell by `progress` what would be run, and write nothing.
        progress: is told each step.
        production: whether the settings say that it is; the database is then marked, and knows it.
        lock_wait: seconds to wait for another run of plumbob.
        max_wait: seconds for which a statement that gets no lock on its table is tried again.
        told: what became of a statement by hand that was interrupted, where nobody else can know it.
        limits: from when on a table is so large that others may not wait for it without an approval.
        stop: by which a signal ends the run.
        kill: whom of those who hold a lock that is waited for the run may end; None for nobody.
        over_drift: the ids of objects that are changed although somebody else has changed them.
        is_new: the database was made for this run, so that nothing that was there before can be lost.
    """

    allow: Collection[str] = ()
    dry_run: bool = False
    progress: Progress = silent
    production: bool = False
    lock_wait: float = lock.LOCK_WAIT
    max_wait: float = MAX_WAIT
    told: Told | None = None
    limits: Limits = field(default_factory=Limits)
    stop: Stop = field(default_factory=Stop)
    kill: Killing | None = None
    over_drift: Collection[str] = ()
    is_new: bool = False

    def as_set(self, config: Config, *, kill_blockers: bool) -> Conditions:
        """The same with what the settings say."""
        return replace(
            self,
            production=config.production,
            limits=Limits.of(config),
            kill=Killing.of(config, is_asked=kill_blockers),
        )


def apply(
    server: Server, chain: Sequence[Migration], on: Conditions, *, until: str | None = None
) -> Outcome:
    """Run what is pending of a chain of migrations, first to last; a run that did not end goes on.

    Args:
        server: a connection with its database chosen.
        chain: all migrations, as `files.read_folder` gives them.
        until: the id of the last migration to run; None for all.

    Raises:
        PlumbobError: UNSAFE or STALE: nothing was run; LOCKED or FAILED: the message says how far it
            came, and the same call goes on from there.
    """
    run = _Run(server, "up", on)
    return run(chain, lambda standing, live: upwards(standing, live, until, on.told))


def rollback(
    server: Server, chain: Sequence[Migration], on: Conditions, *, steps: int = 1
) -> Outcome:
    """Undo the last `steps` migrations, last first; one that is half done counts as the last.

    The other arguments and the errors are those of `apply`.
    """
    run = _Run(server, "down", on)
    return run(chain, lambda standing, live: downwards(standing, live, steps, on.told))


@dataclass(frozen=True, slots=True)
class _Ready:
    """What is to be run, the database as it is, the rows that were counted, and what is a tool's work.

    `in_use`, `room` and `needless` are what `Outcome` has of them.
    """

    tasks: list[Task]
    live: Live
    found: tuple[Counted, ...]
    hand: HandOver | None
    in_use: tuple[InUse, ...]
    room: Room | None
    needless: tuple[Needless, ...]


@dataclass(frozen=True, slots=True)
class _Run:
    """One call of `apply` or `rollback`."""

    server: Server
    direction: Direction
    on: Conditions

    @property
    def allow(self) -> frozenset[str]:
        return frozenset(self.on.allow)

    def __call__(
        self, chain: Sequence[Migration], choose: Callable[[Standing, Live], list[Task]]
    ) -> Outcome:
        with self.on.stop.guards(self.server):
            return self._run(chain, choose)

    def _run(
        self, chain: Sequence[Migration], choose: Callable[[Standing, Live], list[Task]]
    ) -> Outcome:
        started = time.monotonic()
        self._check_call()
        if self.on.dry_run:
            with members.reached(self.server):
                ready = self._prepare(chain, choose)
            self._tell(ready)
        else:
            _raise(obstacles(self.server))
            if self.on.kill and (lacks := lacks_to_kill(self.server)):
                raise lacks
            with lock.held(self.server, self.on.lock_wait, self.on.progress) as held:
                ready = self._prepare(chain, choose)
                if self.on.production and self.direction == "up" and mark(self.server):
                    self.on.progress(Marked(self.server.database or ""))
                if on_cluster := clustered.told(self.server, ready.tasks, ready.live):
                    self.on.progress(on_cluster)
                if ready.tasks:
                    store.create(self.server)
                    not_restored.keep(self.server, ready.tasks, ready.found)
                    self._carry_out(chain, ready, held)
                    synced.forget(self.server)
        return Outcome(
            self.direction,
            tuple(task.migration.id for task in ready.tasks),
            sum(len(task.left) for task in ready.tasks),
            time.monotonic() - started,
            self.on.dry_run,
            tuple(each for each in ready.found if each.needs_approval),
            tuple(each for each in ready.found if each.is_refused),
            tuple(_sql(ready.tasks)) if self.on.dry_run else (),
            ready.in_use,
            ready.room,
            tuple(task.migration.header for task in ready.tasks),
            ready.needless,
        )

    def _carry_out(self, chain: Sequence[Migration], ready: _Ready, held: lock.Lock) -> None:
        runner = Runner(
            self.server,
            chain,
            held,
            self.on.progress,
            self.on.max_wait,
            harmless(ready.found),
            counted_later(ready.found),
            made_here(ready.found),
            self.on.stop,
            self.on.kill,
            ready.hand,
        )
        live = ready.live
        for task in ready.tasks:
            live = runner.run(task, live)

    def _check_call(self) -> None:
        if self.server.database is None:
            raise PlumbobError("no database is chosen", advice="name it in the URL or with -D")
        check_approvals(self.allow)
        if ALL in self.allow:
            refuse_in_production("`--allow all`", self.server, configured=self.on.production)

    def _is_ahead(self) -> bool:
        """Whether migrations may come that have what is here already: by a sync, or adopted."""
        is_adopted = history.unwritten(history.read(self.server)) > 0
        return is_adopted or synced.read(self.server) is not None

    def _prepare(
        self, chain: Sequence[Migration], choose: Callable[[Standing, Live], list[Task]]
    ) -> _Ready:
        """What is to be run, once nothing speaks against it."""
        standing = stand(self.server, chain)
        _raise(list(standing.faults()))
        live = look(self.server, chain)
        tasks = choose(standing, live)
        if self.direction == "up" and self._is_ahead():
            tasks = reached_by_sync(tasks, live)
        over = frozenset(self.on.over_drift)
        faults = list(findings(self.server, tasks, live, over))
        if over:
            tasks = [replace(task, over=over) for task in tasks]
        left = [statement for task in tasks for statement in task.left]
        large = list(blocking(self.server, left, self.on.limits))
        blocked, hand = self._large(tasks, large)
        if hand:
            faults += [*hand.faults(self.server), *hand.overtaken(self.server, standing)]
        taken = room(self.server, left, self.on.limits)
        if taken and taken.is_short and not is_approved(taken.hazard, self._approved(tasks)):
            blocked = [*blocked, taken.hazard]
        found = self._count(tasks, live, blocked)
        of_size = [*(hazard for _, hazard in large), *([taken.hazard] if taken else [])]
        unasked = self._needless(tasks, [*of_size, *(each.hazard for each in found)])
        if unasked:
            self.on.progress(NotNeeded(unasked))
        if not self.on.dry_run:
            faults += risks(found)
        _raise(faults)
        if elsewhere := met_elsewhere(self.server, tasks, live):
            self.on.progress(Drifted(elsewhere))
        for each in found:
            if each.hazard.count and not each.needs_approval and not each.is_refused:
                self.on.progress(Looked(each))
        held = tuple(in_use(self.server, tasks, live, self.on.max_wait))
        for event in held:
            self.on.progress(event)
        if taken and (self.on.dry_run or taken.is_short or (taken.free is None and taken.is_large)):
            self.on.progress(NeedsRoom(taken))
        return _Ready(tasks, live, found, hand, held, taken, unasked)

    def _needless(self, tasks: Sequence[Task], asked: Sequence[Hazard]) -> tuple[Needless, ...]:
        """What was approved for nothing. What a run that goes on has needed before is no matter."""
        if not tasks or any(task.begun for task in tasks):
            return ()
        return needless(self.allow, {each.approval for each in asked})

    def _approved(self, tasks: Sequence[Task]) -> frozenset[str]:
        """All approvals, also those of the files."""
        return self.allow.union(*(task.script.approved for task in tasks))

    def _large(
        self, tasks: Sequence[Task], large: Sequence[tuple[FileStatement, Hazard]]
    ) -> tuple[list[Hazard], HandOver | None]:
        """What blocks large tables and is not approved; and what of it is a tool's work instead."""
        allow = self._approved(tasks)
        found = [each for each in large if not is_approved(each[1], allow)]
        if self.on.limits.tool is None:
            return [hazard for _, hazard in found], None
        hand = HandOver(self.on.limits.tool, [each for each, _ in found if is_for_a_tool(each)])
        return [hazard for each, hazard in found if not hand.takes(each)], hand

    def _count(
        self, tasks: Sequence[Task], live: Live, blocked: Sequence[Hazard]
    ) -> tuple[Counted, ...]:
        """The rows at risk of all that is not approved, as the database is before the run."""
        found = [Counted(hazard) for hazard in blocked]
        found += at_risk_ahead(self.server, tasks, live, self.allow, is_new=self.on.is_new)
        found += not_restored.missing(self.server, tasks, self.allow)
        return tuple(found)

    def _tell(self, ready: _Ready) -> None:
        for task in ready.tasks:
            total, migration = len(task.statements), task.migration
            done = task.start.done
            self.on.progress(Begins(migration.id, migration.message, self.direction, total, done))
            for number in task.numbers:
                statement = task.statements[number - 1]
                self.on.progress(Runs(number, total, statement))
                if ready.hand and ready.hand.takes(statement):
                    self.on.progress(HandedOver(number, ready.hand.words(self.server, statement)))


def _sql(tasks: Sequence[Task]) -> Iterator[str]:
    for each in (statement for task in tasks for statement in task.left):
        yield from (*session.before(each.session), each.sql, *session.after(each.session))


def _raise(faults: Sequence[PlumbobError]) -> None:
    if faults:
        raise faults[0] if len(faults) == 1 else ManyErrors(list(faults))
