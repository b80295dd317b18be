"""Runs a data step by hand: with its row of the journal in one transaction, where the engines have some."""

from __future__ import annotations

from functools import partial

from plumbob.migration.atomic import why_not_atomic
from plumbob.migration.record import journal
from plumbob.migration.record.live import listed
from plumbob.migration.run import ended
from plumbob.migration.run.events import Runs, Warned
from plumbob.migration.run.explained import explained
from plumbob.migration.run.turn import Turn
from plumbob.migration.run.verdict import LOCKED, advice, sort_warnings
from plumbob.migration.run.waiting import try_until
from plumbob.server.errors import INTERRUPTED, ServerError


def run_data(turn: Turn) -> None:
    """Run a data step: with its row of the journal in one transaction, where the engines have some.

    So it is done and written down, or neither; a crash of a step that cannot be taken back leaves
    a row that says that nobody knows.
    """
    statement = turn.statement
    why = why_not_atomic(turn.server, statement.sql)
    turn.progress(Runs(turn.number, turn.total, statement))
    row = journal.running(
        turn.server, turn.task.migration, turn.task.direction, turn.number, {}, is_known=not why
    )
    try:
        work = partial(_run_and_write, turn, row)
        harmless = try_until(turn, work)
    except (ServerError, ended.TakenBack) as error:
        if isinstance(error, ServerError) and error.is_lost:
            raise
        errno = error.errno if isinstance(error, ServerError) else None
        is_stopped = bool(turn.stop.by) and errno in (INTERRUPTED, *LOCKED)
        if (is_stopped or errno in LOCKED) and not why:
            journal.close(turn.server, row, "not started", {}, errno=errno, message=error.what)
            if is_stopped:
                said = "nothing of it is done"
                raise ended.interrupted(turn.task, turn.number - 1, turn.stop, said) from error
            raise ended.got_no_lock(turn.task, turn.number, error) from error
        state: journal.State = "unknown" if why else "failed"
        journal.close(turn.server, row, state, {}, errno=errno, message=error.what)
        if is_stopped:
            said = f"a part of it may stay: {why}"
            raise ended.interrupted(turn.task, turn.number - 1, turn.stop, said) from error
        said = "Nothing of it stays."
        if errno:
            said = advice(errno, is_cluster=turn.server.is_cluster)
        first = f"A part of it may stay: {why}." if why else said
        what = error.what
        if isinstance(error, ServerError):
            what = explained(turn.server, error, statement.sql)
        raise ended.failed(turn.task, turn.number, what, first) from error
    for message in harmless:
        turn.progress(Warned(turn.number, message))


def _run_and_write(turn: Turn, row: int) -> list[str]:
    """One transaction: the statement, and that it is done; gives what the server warned of."""
    turn.server.execute("START TRANSACTION")
    try:
        warnings = turn.send()
        bad, harmless = sort_warnings(warnings)
        if bad:
            raise ended.TakenBack(f"the server warned: {listed(bad)}")
        journal.close(turn.server, row, "done", {})
        turn.server.execute("COMMIT")
    except BaseException:
        if turn.server.connection.open:
            turn.server.execute("ROLLBACK")
        raise
    return harmless
