"""What `schema apply` and `schema rollback` have in common: where they start, and what they say."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from plumbob.commands import console
from plumbob.errors import Exit
from plumbob.migration.events import Event, Progress, Warned
from plumbob.migration.executor import Outcome
from plumbob.migration.migration import Migration
from plumbob.report.outcome import outcome_document, outcome_text, start_text
from plumbob.report.progress import event_text


def tell_start(folder: str, chain: tuple[Migration, ...], database: str) -> None:
    """The first line: what was read."""
    console.note(start_text(folder, chain, database))


def teller() -> Progress:
    """What tells each step of a run on stderr; a warning that comes again with every table once."""
    told: set[str] = set()

    def tell(event: Event) -> None:
        if isinstance(event, Warned):
            if event.message in told:
                return
            told.add(event.message)
        console.note(event_text(event) or "")

    return tell


@contextmanager
def interruptible(command: str) -> Iterator[None]:
    """On Ctrl-C, say what an interrupted statement means: the server may go on with it."""
    try:
        yield
    except KeyboardInterrupt:
        console.note(
            "The statement that was running may go on in the server. "
            f"`schema {command}` finds out what became of it, and goes on from there."
        )
        raise


def tell_end(outcome: Outcome, *, as_json: bool) -> int:
    """The result; exit code 1 for a dry run that found something to do."""
    if as_json:
        console.out_json(outcome_document(outcome))
    else:
        console.out(outcome_text(outcome))
    return Exit.DIFFERENT if outcome.dry_run and outcome.migrations else Exit.OK
