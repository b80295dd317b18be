"""Runs a statement that changes definitions: journal, run, warnings, a look at the result, journal."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial

from plumbob.errors import PlumbobError
from plumbob.migration.migration import FileStatement
from plumbob.migration.record import journal
from plumbob.migration.record.agreed import Split, told_apart
from plumbob.migration.record.live import differing, is_as, listed, look_at
from plumbob.migration.run import ended
from plumbob.migration.run.events import FoundOut, HandedOver, Runs, ToolSays, Warned
from plumbob.migration.run.explained import explained
from plumbob.migration.run.handover import HandOver
from plumbob.migration.run.turn import Fingerprints, Turn, Warnings
from plumbob.migration.run.verdict import LOCKED, advice, sort_warnings
from plumbob.migration.run.waiting import try_until, wait_for_locks
from plumbob.model import key_of_id
from plumbob.server.errors import INTERRUPTED, ServerError
from plumbob.server.members import Lags
from plumbob.server.online import GoesOn

# Seconds to wait for a server that has gone while a statement ran, and then for the lock, which the
# statement holds as long as it goes on.
COMES_BACK = 10.0
ORPHAN_ENDS = 3600.0


def run_definition(turn: Turn, before: Fingerprints) -> None:
    """Run a statement, and write down what became of it.

    Args:
        before: the objects of the statement as they are.

    Raises:
        PlumbobError: it did not do what it should; ServerError: the connection is lost.
    """
    statement = turn.statement
    wait_for_locks(turn)
    turn.progress(Runs(turn.number, turn.total, statement))
    row = journal.running(
        turn.server, turn.task.migration, turn.task.direction, turn.number, before
    )
    began = time.monotonic()
    try:
        warnings = try_until(turn, _work(turn))
        bad, harmless = sort_warnings(
            warnings,
            is_definition=_touches_no_row(statement),
            may_change_values=any(
                each.may_change_values and each not in turn.run.harmless
                for each in statement.hazards
            ),
        )
    except GoesOn as error:
        # The journal goes on to say that it runs, so that the next run looks what has become of it.
        raise ended.goes_on(turn.task, turn.number, error) from error
    except ServerError as error:
        if error.is_lost:
            if _find_out(turn, row, before, error):
                return
            raise
        _look_behind_error(turn, row, before, error)
        return
    took = time.monotonic() - began
    turn.stop.settle(turn.server)
    after = _look_after(turn, row, took)
    for message in harmless:
        turn.progress(Warned(turn.number, message))
    wrong = f"the server warned: {listed(bad)}" if bad else ""
    if not wrong and (names := differing(after, statement.after)):
        wrong = f"{listed(names)} is not as it was expected to be after it"
    journal.close(turn.server, row, "failed" if wrong else "done", after, message=wrong or None)
    if wrong:
        raise ended.failed(turn.task, turn.number, wrong, "It was run: look at its table first.")


def _look_behind_error(turn: Turn, row: int, before: Fingerprints, error: ServerError) -> None:
    """Write that a statement gave an error; one that was stopped too late is done all the same.

    Raises:
        PlumbobError: unless it is.
    """
    wanted = turn.statement.after
    after = _look_after(turn, row)
    is_cluster = turn.server.is_cluster
    is_stopped = bool(turn.stop.by) and error.errno in (INTERRUPTED, *LOCKED)
    if (is_stopped or is_cluster) and is_as(after, wanted) and not is_as(before, wanted):
        said = "stopped too late" if is_stopped else f"done all the same: {error.what}"
        journal.close(turn.server, row, "done", after, message=said)
        return
    # On a cluster an error says nothing of what the other members have done.
    is_as_before = error.errno in LOCKED and not is_cluster
    if is_stopped or error.errno in LOCKED:
        is_as_before |= is_as(after, before)
    state: journal.State = "not started" if is_as_before else "failed"
    journal.close(turn.server, row, state, after, errno=error.errno, message=error.what)
    if is_stopped:
        said = "nothing of it is done" if is_as_before else "it may be half done"
        raise ended.interrupted(turn.task, turn.number - 1, turn.stop, said) from error
    if is_as_before:
        raise ended.got_no_lock(turn.task, turn.number, error) from error
    what = explained(turn.server, error, turn.statement.sql)
    raise ended.failed(turn.task, turn.number, what, advice(error.errno)) from error


def _look_after(turn: Turn, row: int, took: float = 0.0) -> Fingerprints:
    """The objects of a statement as they are behind it, which is the same on every member.

    Args:
        took: for how many seconds it ran here; the other members may take as long again.

    Raises:
        PlumbobError: SPLIT where it is not the same; the journal has that. LOCKED where a member has
            still not done it.
    """
    until = time.monotonic() + took
    names = turn.statement.after
    try:
        while True:
            try:
                return turn.lock.on_all(lambda: look_at(turn.server, names))
            except Lags:
                if time.monotonic() > until or turn.stop.by:
                    raise
    except Split as split:
        said = told_apart(split.seen)
        journal.close(turn.server, row, "split", None, message=said)
        split.what = f"{ended.name_of(turn.task, turn.number)} has split the cluster: {said}"
        raise


def _find_out(turn: Turn, row: int, before: Fingerprints, error: ServerError) -> bool:
    """On a new connection, see what became of a statement whose answer never came.

    The lock comes to us when the statement has ended in the server, whatever became of it.

    Returns:
        whether it is done; False when nobody could be asked.

    Raises:
        PlumbobError: it is not done.
    """
    try:
        turn.server.reconnect(wait=COMES_BACK)
        turn.lock.take_again(ORPHAN_ENDS, turn.progress)
    except PlumbobError:
        return False
    after, wanted = _look_after(turn, row), turn.statement.after
    if is_as(after, wanted) and not is_as(before, wanted):
        journal.close(turn.server, row, "done", after, message="found done")
        turn.progress(FoundOut(turn.number, turn.total))
        return True
    if is_as(after, before):
        journal.close(turn.server, row, "not started", after, message=error.what)
        raise ended.lost(turn.task, turn.number, error, "nothing of it is done") from error
    return False


def _work(turn: Turn) -> Callable[[], Warnings]:
    """How a statement is run: by the server, or by an online schema-change tool."""
    if turn.run.hand is None or not turn.run.hand.takes(turn.statement):
        return turn.send
    return partial(_hand_over, turn, turn.run.hand)


def _hand_over(turn: Turn, hand: HandOver) -> Warnings:
    """What it warned of, it has said; the fingerprint says whether the table is as it should be."""
    turn.progress(HandedOver(turn.number, hand.words(turn.server, turn.statement)))
    hand.alter(
        turn.server,
        turn.statement,
        is_to_end=lambda: bool(turn.stop.by),
        tell=lambda text: turn.progress(ToolSays(text)),
    )
    return []


def _touches_no_row(statement: FileStatement) -> bool:
    """Whether it touches views and programs alone, or makes a table, and so touches no row."""
    if not statement.is_by_hand and statement.sql.startswith("CREATE TABLE "):
        return True
    keys = [key_of_id(id) for id in statement.after]
    return bool(keys) and all(key is not None and key.kind != "sequence" for key in keys)
