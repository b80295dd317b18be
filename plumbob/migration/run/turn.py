"""A run of migrations, and the turn of one of its statements: what everybody knows who has to do with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from plumbob.migration.by_hand import is_data
from plumbob.migration.migration import FileStatement, Migration
from plumbob.migration.run import clustered
from plumbob.migration.run.beside import Killing
from plumbob.migration.run.events import Progress
from plumbob.migration.run.handover import HandOver
from plumbob.migration.run.lock import Lock
from plumbob.migration.run.stopping import Stop
from plumbob.migration.run.tasks import Task
from plumbob.plan.statement import Hazard
from plumbob.server.connection import Server

Warnings = list[tuple[str, int, str]]
# By the ids of objects.
Fingerprints = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Run:
    """What the statements of a run have in common.

    `max_wait` are the seconds for which a statement that gets no lock is tried again; `harmless` are
    hazards that nobody approved, because no row was at risk before the run; `later` are those of them
    whose rows a data step by hand ahead of them may change; `made_here` are those that take a structure
    which the run itself has made; `kill` says whom of those who hold a lock that is waited for the run may
    end; `hand` has the statements that are another program's work.
    """

    server: Server
    chain: Sequence[Migration]
    lock: Lock
    progress: Progress
    max_wait: float
    harmless: frozenset[Hazard] = frozenset()
    later: frozenset[Hazard] = frozenset()
    made_here: frozenset[Hazard] = frozenset()
    stop: Stop = field(default_factory=Stop)
    kill: Killing | None = None
    hand: HandOver | None = None


@dataclass(frozen=True, slots=True)
class Turn:
    """The turn of a statement: the run, the script, and its number there, from 1 on."""

    run: Run
    task: Task
    number: int

    @property
    def server(self) -> Server:
        return self.run.server

    @property
    def lock(self) -> Lock:
        return self.run.lock

    @property
    def stop(self) -> Stop:
        return self.run.stop

    @property
    def progress(self) -> Progress:
        return self.run.progress

    @property
    def statement(self) -> FileStatement:
        return self.task.statements[self.number - 1]

    @property
    def total(self) -> int:
        return len(self.task.statements)

    @property
    def is_data(self) -> bool:
        """Whether it is a data step by hand."""
        return is_data(self.statement, self.server.flavour)

    def send(self) -> Warnings:
        """Have the server run it; gives what it warned of.

        Raises:
            ServerError: as the server gives it.
        """
        with self.server.session(dict(self.statement.session)):
            self.server.execute(clustered.as_sent(self.server, self.statement))
            return self.server.warnings()
