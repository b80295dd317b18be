"""Which scripts a command has to run, and from where: what is pending or applied, and what is half done."""

from __future__ import annotations

from dataclasses import dataclass, replace

from plumbob.errors import Exit, PlumbobError
from plumbob.migration.migration import (
    UNKNOWN,
    Direction,
    FileStatement,
    Migration,
    Script,
)
from plumbob.migration.record.live import Live, differing
from plumbob.migration.record.standing import HalfDone, Standing
from plumbob.migration.run import resume
from plumbob.migration.run.resume import Start, Told

NOTHING = Start()


@dataclass(frozen=True, slots=True)
class Task:
    """One script to run, behind the statements that are done; `begun`: the journal has its begin.

    `is_there`: the database is what it leads to already, by a sync or because nothing drifted here that
    it undoes; so it is recorded and not run.
    `over`: objects that somebody has changed, and that it is to run over.
    """

    migration: Migration
    direction: Direction
    start: Start = NOTHING
    begun: bool = False
    is_there: bool = False
    over: frozenset[str] = frozenset()

    @property
    def is_needless_up(self) -> bool:
        """Whether it would undo drift, and there is none."""
        return self.is_there and self.direction == "up" and self.migration.undoes_drift

    @property
    def script(self) -> Script:
        """What it runs. What that leaves of an object which somebody has changed, nobody knows."""
        script = self.migration.script(self.direction)
        if not self.over:
            return script
        statements = tuple(
            replace(
                each,
                after={id: UNKNOWN if id in self.over else end for id, end in each.after.items()},
            )
            for each in script.statements
        )
        unknown = dict.fromkeys(self.over & script.tables.keys(), (UNKNOWN, UNKNOWN))
        return replace(script, statements=statements, tables={**script.tables, **unknown})

    @property
    def statements(self) -> tuple[FileStatement, ...]:
        return self.script.statements

    @property
    def left(self) -> tuple[FileStatement, ...]:
        return tuple(self.statements[number - 1] for number in self.numbers)

    @property
    def numbers(self) -> tuple[int, ...]:
        """The numbers of the statements that are left, from 1 on."""
        if self.is_there:
            return ()
        start, total = self.start, len(self.statements)
        return tuple(n for n in range(start.done + 1, total + 1) if n not in start.needless)


def reached_by_sync(tasks: list[Task], live: Live) -> list[Task]:
    """The same for a database that was synced: what leads to what is there already is only recorded."""
    last = max(
        (n for n, task in enumerate(tasks, 1) if live.is_after(task.migration.forward)), default=0
    )
    if any(task.begun for task in tasks):
        return tasks
    return [
        replace(task, is_there=n <= last and not task.migration.forward.leaves_no_trace)
        for n, task in enumerate(tasks, 1)
    ]


def without_needless(tasks: list[Task], standing: Standing, live: Live) -> list[Task]:
    """The same, with those as done that undo drift of another database, or did so when they were applied."""
    found: list[Task] = []
    for task in tasks:
        is_new = not task.begun and task.start == NOTHING
        if task.migration.undoes_drift and is_new and _is_needless(task, found, standing, live):
            task = replace(task, is_there=True)
        found.append(task)
    return found


def _is_needless(task: Task, ahead: list[Task], standing: Standing, live: Live) -> bool:
    migration = task.migration
    if task.direction == "down":
        record = standing.applied.get(migration.id)
        return record is not None and record.kind == "baseline"
    behind = standing.chain[standing.chain.index(migration) + 1 :]
    if any(each.id in standing.applied for each in behind):
        return True
    if ahead:
        return ahead[-1].migration.after == migration.after
    ends = {name: after for name, (_, after) in migration.forward.tables.items()}
    return not (migration.forward.leaves_no_trace or differing(live.tables, ends))


def upwards(
    standing: Standing, live: Live, until: str | None, told: Told | None = None
) -> list[Task]:
    """What is pending up to the migration `until`, and a run that did not end before it.

    Raises:
        PlumbobError: there is no migration `until`, or the run that did not end cannot go on.
    """
    half, pending = standing.half_done, list(standing.pending)
    if until is not None:
        ids = [each.id for each in standing.chain]
        if until not in ids:
            raise PlumbobError(f"there is no migration {until}", advice="`schema status` has them")
        pending = [each for each in pending if ids.index(each.id) <= ids.index(until)]
    tasks = [Task(each, "up") for each in pending]
    if half is None:
        return without_needless(tasks, standing, live)
    first = _half_done_task(standing, half, "up", live, told)
    rest = [task for task in tasks if task.migration.id != half.migration]
    if half.migration not in standing.applied and len(rest) == len(tasks):
        raise _out_of_turn(half)
    return without_needless([first, *rest], standing, live)


def downwards(standing: Standing, live: Live, steps: int, told: Told | None = None) -> list[Task]:
    """The last `steps` migrations, last first; one that is half done is the very last.

    Raises:
        PlumbobError: there are fewer, or the run that did not end cannot go on.
    """
    if steps < 1:
        raise PlumbobError("a rollback takes at least one step")
    half = standing.half_done
    ids = {*standing.applied, *([half.migration] if half else [])}
    order = [each for each in reversed(standing.chain) if each.id in ids]
    if steps > len(order):
        raise PlumbobError(
            f"{steps} to roll back, and {len(order)} applied" if order else "nothing is applied",
            advice="`schema status` shows what is",
        )
    tasks = [Task(each, "down") for each in order[:steps]]
    if half is None:
        return without_needless(tasks, standing, live)
    if order[0].id != half.migration:
        raise _out_of_turn(half)
    first = _half_done_task(standing, half, "down", live, told)
    return without_needless([first, *tasks[1:]], standing, live)


def _half_done_task(
    standing: Standing, half: HalfDone, direction: Direction, live: Live, told: Told | None
) -> Task:
    migration = standing.migration(half.migration)
    assert migration is not None, "Standing.faults looks for it"
    if half.direction == direction:
        start = resume.go_on(migration, half, live, told)
        return Task(migration, direction, start, begun=True)
    return Task(migration, direction, resume.turn_back(migration, direction, half, live))


def _out_of_turn(half: HalfDone) -> PlumbobError:
    command = "apply" if half.direction == "up" else "rollback"
    return PlumbobError(
        f"{half.migration} is half done, and is not the next in turn",
        advice=f"finish it with `schema {command}` first",
        where=half.migration,
        exit=Exit.STALE,
    )
