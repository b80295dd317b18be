"""What `schema apply` and `schema rollback` have in common: where they start, and what they say."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from plumbob.commands import console
from plumbob.commands.options import RunOptions
from plumbob.config import Config
from plumbob.errors import Exit, PlumbobError
from plumbob.migration.migration import Migration
from plumbob.migration.run.events import Event, Progress, Still, Warned
from plumbob.migration.run.executor import Conditions, Outcome
from plumbob.migration.run.stopping import Stop
from plumbob.report.outcome import outcome_document, outcome_text, start_text
from plumbob.report.progress import event_text, still_text


def tell_start(folder: str, chain: tuple[Migration, ...], database: str) -> None:
    """The first line: what was read."""
    console.note(start_text(folder, chain, database))


def conditions(how: RunOptions, config: Config, stop: Stop) -> Conditions:
    """On what conditions a run goes on: what was said on the command line, and in the settings."""
    said = Conditions(
        allow=how.allow,
        dry_run=how.dry_run,
        progress=teller(),
        max_wait=how.max_wait,
        told=how.interrupted,
        stop=stop,
        over_drift=how.over_drift,
    )
    return said.as_set(config, kill_blockers=how.kill_blockers)


def teller() -> Progress:
    """What tells each step of a run on stderr; a warning that comes again with every table once.

    How far a statement is stands on the last line of a terminal, and nowhere else.
    """
    told: set[str] = set()
    # What is drawn comes from another thread.
    one_at_a_time = threading.Lock()

    def tell(event: Event) -> None:
        if isinstance(event, Warned):
            if event.message in told:
                return
            told.add(event.message)
        with one_at_a_time:
            if isinstance(event, Still):
                console.draw(still_text(event))
            else:
                console.note(event_text(event) or "")

    return tell


@contextmanager
def interruptible(command: str) -> Iterator[Stop]:
    """Ctrl-C, SIGTERM and SIGHUP end the run inside, and its statement in the server.

    A second one ends it there and then, and says that the server may go on.
    """
    stop = Stop()
    try:
        with _signals(stop):
            yield stop
    except KeyboardInterrupt:
        console.note(
            "The statement that was running may go on in the server. "
            f"`schema {command}` finds out what became of it, and goes on from there."
        )
        raise
    if stop.by:
        raise PlumbobError(
            f"interrupted by {stop.by} when all of it was done", exit=Exit.INTERRUPTED
        )


@contextmanager
def _signals(stop: Stop) -> Iterator[None]:
    """Let signals ask for the end of a run; elsewhere than in the main thread nobody can."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def ask(number: int, frame: FrameType | None) -> None:
        stop.ask(signal.Signals(number).name)

    heeded = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {
        each: signal.signal(each, ask)
        for each in heeded
        if each != signal.SIGHUP or signal.getsignal(each) != signal.SIG_IGN
    }
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


def tell_end(outcome: Outcome, *, as_json: bool) -> int:
    """The result; exit code 1 for a dry run that found something to do."""
    if as_json:
        console.out_json(outcome_document(outcome))
    else:
        console.out(outcome_text(outcome))
    return Exit.DIFFERENT if outcome.dry_run and outcome.migrations else Exit.OK
