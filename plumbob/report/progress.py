"""What a run tells while it goes on, each event on one line, or on none."""

from __future__ import annotations

import shlex
from functools import singledispatch

import click

from plumbob.migration.record.live import listed
from plumbob.migration.run.events import (
    Begins,
    Done,
    Drifted,
    Ends,
    FoundOut,
    HandedOver,
    InUse,
    Killed,
    Looked,
    Marked,
    NeedsRoom,
    NotNeeded,
    NoWayBack,
    OnCluster,
    Recorded,
    Regrouped,
    Runs,
    Still,
    ToolSays,
    WaitsForApplier,
    WaitsForTable,
    Warned,
)
from plumbob.plan.wording import byte_size
from plumbob.report.comparison import counted
from plumbob.report.costs import short_cost
from plumbob.report.safe import line
from plumbob.server.members import joined

# A statement that took less is not worth a second line.
_LONG = 1.0
_VERBS = {"up": ("applying", "applied"), "down": ("rolling back", "rolled back")}


@singledispatch
def event_text(event: object) -> str | None:
    """The line that tells of an event; None where there is nothing to tell."""
    raise NotImplementedError(type(event))


@event_text.register
def _(event: WaitsForApplier) -> str | None:
    holder = f": {event.holder}" if event.holder else ""
    return line(f"waiting for another run to end{holder} ({event.seconds:.0f} s)")


@event_text.register
def _(event: OnCluster) -> str | None:
    note = click.style("note:", fg="yellow")
    said = (
        f"a cluster of {counted(len(event.members), 'member')} ({', '.join(event.members)}): a statement "
        "that was sent cannot be stopped; writes to all tables wait as long as it takes, and "
        "transactions that have touched its table are ended (1213)"
    )
    lines = [f"{note} {line(said)}"]
    if event.keyless:
        names = ", ".join(event.keyless)
        lines.append(
            f"{note} {line(f'no primary key: {names}; on a cluster each table should have one')}"
        )
    return "\n".join(lines)


@event_text.register
def _(event: Regrouped) -> str | None:
    return line(f"  the cluster has changed: going on with {joined(event.members)}")


@event_text.register
def _(event: Marked) -> str | None:
    return line(f"{event.database} is marked as production from now on")


@event_text.register
def _(event: Drifted) -> str | None:
    said = f"{listed(event.ids)} drifted, and is left as it is: see schema drift"
    return f"{click.style('note:', fg='yellow')} {line(said)}"


@event_text.register
def _(event: InUse) -> str | None:
    number = f"statement {event.number} of {event.migration}"
    tries = f"is tried again for {event.max_wait:.0f} s (--max-wait)"
    if event.is_sure:
        said = f"holds {listed(event.tables)}: {number} waits until that ends, and {tries}"
    else:
        said = f"may hold a table of this run: if so, {number} or a later one waits until that ends, and {tries}"
    return f"{click.style('warning:', fg='yellow')} {line(f'{event.blocker} {said}')}"


@event_text.register
def _(event: NeedsRoom) -> str | None:
    room = event.room
    free = "how much is free there cannot be seen from here"
    if room.free is not None:
        free = f"{byte_size(room.free)} are free"
    said = f"{room.about}: takes about {byte_size(room.bytes)} of the server's disk while it runs; {free}"
    return f"{click.style('note:', fg='yellow')} {line(said)}"


@event_text.register
def _(event: Looked) -> str | None:
    counted = event.counted
    if counted.is_counted_later:
        return line(f"{counted.hazard.approval}: counted again behind the statements by hand")
    if counted.rows is None and not counted.is_approved:
        return line(f"{counted.hazard.approval}: {counted}; if there are such rows, it will fail")
    # What would only fail was looked for, and was not found.
    if counted.hazard.fails:
        return None
    why = "as approved" if counted.is_approved else "so no approval is needed"
    return line(f"{counted.hazard.approval}: {counted}, {why}")


@event_text.register
def _(event: NotNeeded) -> str | None:
    note = click.style("note:", fg="yellow")
    given = ", ".join(map(str, event.approvals))
    return f"{note} {line(f'nothing in this run asks for --allow {given}')}"


@event_text.register
def _(event: Begins) -> str | None:
    verb = _VERBS[event.direction][0]
    rest = f", {event.done} done before" if event.done else ""
    statements = counted(event.statements, "statement")
    message = f" {event.message}" if event.message else ""
    return f"{verb} {line(event.migration)}:{line(message)} ({statements}{rest})"


@event_text.register
def _(event: Runs) -> str | None:
    cost = event.statement.cost
    said = f" ({short_cost(cost)})" if cost else ""
    return f"  [{event.number}/{event.of}] {line(event.statement.about)}{said}"


@event_text.register
def _(event: HandedOver) -> str | None:
    return line(f"  [{event.number}] handed to: {shlex.join(event.words)}")


@event_text.register
def _(event: ToolSays) -> str | None:
    return line(f"      | {event.text}")


@event_text.register
def _(event: Still) -> str | None:
    """What is drawn over and over on a terminal; on a line of its own it would be one of many."""
    return None


def still_text(event: Still) -> str:
    """How far a statement is, on one line of a terminal."""
    done = "" if event.stage.done is None else f", {event.stage.done:.0%}"
    state = event.stage.state or "runs"
    about = event.statement.about
    return line(f"  [{event.number}/{event.of}] {about}: {event.seconds:.0f} s{done}, {state}")


@event_text.register
def _(event: WaitsForTable) -> str | None:
    why = str(event.wait) if event.wait else event.error
    return line(
        f"  [{event.number}] no lock for {event.seconds:.0f} s: {why}; "
        f"trying again in {event.pause:.0f} s"
    )


@event_text.register
def _(event: Killed) -> str | None:
    kill = event.kill
    what = f"left alone, because {kill.why_not}" if kill.why_not else "ended"
    return line(f"  [{event.number}] {what}: {kill.blocker}")


@event_text.register
def _(event: FoundOut) -> str | None:
    return line(
        f"  [{event.number}/{event.of}] the connection was lost; on a new one the statement is found done"
    )


@event_text.register
def _(event: Warned) -> str | None:
    return f"  [{event.number}] {click.style('note:', fg='yellow')} {line(event.message)}"


@event_text.register
def _(event: Done) -> str | None:
    if event.seconds < _LONG:
        return None
    return f"  [{event.number}/{event.of}] took {event.seconds:.1f} s"


@event_text.register
def _(event: Ends) -> str | None:
    verb = _VERBS[event.direction][1]
    return f"{click.style(verb, fg='green')} {line(event.migration)} in {event.seconds:.1f} s"


@event_text.register
def _(event: Recorded) -> str | None:
    done = click.style("recorded", fg="green")
    by_hand = "; what is written by hand in it was not run" if event.by_hand else ""
    said = f"the database is like that already{by_hand}"
    if event.undoes_drift:
        said = "nobody has changed here what it undoes, so there is nothing to run"
    return f"{done} {line(event.migration)}: {said}"


@event_text.register
def _(event: NoWayBack) -> str | None:
    title = f" {event.title}" if event.title else ""
    return line(f"  what was done by hand{title} is not undone: {event.reason}")
