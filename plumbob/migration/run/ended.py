"""Why a run has ended where it did, how far it came, and what to do: the errors of a run."""

from __future__ import annotations

from collections.abc import Sequence

from plumbob.errors import Exit, PlumbobError
from plumbob.migration.record.live import listed
from plumbob.migration.record.standing import SYNC
from plumbob.migration.run.counting import Counted
from plumbob.migration.run.findings import refused, unapproved
from plumbob.migration.run.stopping import Stop
from plumbob.migration.run.tasks import Task
from plumbob.server.blockers import Wait
from plumbob.server.errors import ServerError
from plumbob.server.pages import with_page


class NoLock(ServerError):
    """A statement got no lock: what it waited for, and the seconds of work that were lost with it."""

    def __init__(self, error: ServerError, wait: Wait | None, lost: float) -> None:
        super().__init__(error.errno, error.what, advice=error.advice, exit=error.exit)
        self.wait = wait
        self.lost = lost


class TakenBack(Exception):
    """A data step that was taken back, because the server warned of it."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


def name_of(task: Task, number: int) -> str:
    return f"{task.migration.script(task.direction).name_of(number)} of {task.migration.id}"


def ways(task: Task) -> str:
    on, back = ("apply", "rollback") if task.direction == "up" else ("rollback", "apply")
    if task.migration.id == SYNC:
        return "`schema sync` goes on from here."
    return f"`schema {on}` goes on from here, `schema {back}` takes it back."


def behind_assertion(task: Task, number: int) -> str:
    """What to do about an assertion ahead of a statement."""
    if number == 1:
        return "nothing was run; mend the rows, or the assertion, then run the same command again"
    return (
        f"nothing behind it was run, and what was done before it stays. Mend the rows: {ways(task)}"
    )


def failed(task: Task, number: int, why: str, first: str) -> PlumbobError:
    return PlumbobError(
        f"{name_of(task, number)} failed: {why}",
        advice=f"{first} What was done before it stays: {ways(task)}".lstrip(),
        where=task.migration.id,
        exit=Exit.FAILED,
    )


def at_risk_now(task: Task, number: int, found: Sequence[Counted], why: str) -> PlumbobError:
    rows = [each for each in found if each.hazard.fails]
    error = refused(rows) if rows else unapproved(found)
    return PlumbobError(
        f"{name_of(task, number)} was not run: {why}\n" + "\n".join(error.what.split("\n")[1:]),
        advice="change these rows or approve the loss by its name, then run the same command again",
        where=task.migration.id,
        exit=Exit.UNSAFE,
    )


def got_no_lock(task: Task, number: int, error: ServerError | TakenBack) -> PlumbobError:
    wait, seconds = (error.wait, error.lost) if isinstance(error, NoLock) else (None, 0.0)
    held = f"; it {wait}" if wait else ""
    work = (
        f" after {seconds:.0f} s of work, which is lost: it is not tried again unasked"
        if seconds
        else ""
    )
    return PlumbobError(
        f"{name_of(task, number)} got no lock{work}: {error.what}{held}",
        advice=with_page(
            "somebody holds the table, by a transaction that is open or by a backup; nothing of this "
            "statement was done. Run the same command again later"
            + (", or with --kill-blockers" if wait and wait.blockers else ""),
            error.errno if isinstance(error, ServerError) else 0,
        ),
        where=task.migration.id,
        exit=Exit.LOCKED,
    )


def locked_on_member(task: Task, number: int, found: Sequence[str]) -> PlumbobError:
    return PlumbobError(
        f"{name_of(task, number)} was not sent: somebody has locked {listed(found)}, by LOCK TABLES or "
        "an open HANDLER",
        advice="on a cluster it would wait behind that, no limit of time would end it, and the writes of "
        "all members would stop. End that connection (SHOW OPEN TABLES WHERE In_use > 0, SHOW "
        "PROCESSLIST, on that member), then run the same command again",
        where=task.migration.id,
        exit=Exit.LOCKED,
    )


def lost(task: Task, number: int, error: ServerError, known: str = "") -> PlumbobError:
    advice = (
        "the statement may still go on in the server. Run the same command again: it waits for "
        "that to end, looks at the tables and goes on"
    )
    return PlumbobError(
        f"the connection was lost at {name_of(task, number)}: {error.what}"
        + (f"; {known}" if known else ""),
        advice=with_page(
            f"run the same command again. {ways(task)}" if known else advice, error.errno
        ),
        where=task.migration.id,
        exit=Exit.FAILED,
    )


def goes_on(task: Task, number: int, error: ServerError) -> PlumbobError:
    return PlumbobError(
        f"{name_of(task, number)} may still be done: {error.what}",
        advice="run the same command again: it waits for what was begun, looks at the tables and goes on",
        where=task.migration.id,
        exit=Exit.FAILED,
    )


def unsettled(task: Task, number: int, error: PlumbobError) -> PlumbobError:
    """Members of the cluster did not come to agree who is one, while a migration was under way."""
    return PlumbobError(
        f"at {name_of(task, number)}: {error.what}",
        advice=f"run the same command again when the cluster is whole: it looks at all members and goes on. "
        f"{ways(task)}",
        where=task.migration.id,
        exit=Exit.FAILED,
    )


def interrupted(task: Task, done: int, stop: Stop, said: str) -> PlumbobError:
    """The run was stopped: behind the statements that are done, and what is known of the next."""
    total = len(task.statements)
    at = f" at {name_of(task, done + 1)}: {said}" if said else f", and {task.migration.id} with it"
    return PlumbobError(
        f"interrupted by {stop.by}{at}; {done} of {total} statements done",
        advice=ways(task),
        where=task.migration.id,
        exit=Exit.INTERRUPTED,
    )
