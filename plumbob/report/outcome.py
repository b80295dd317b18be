"""The result of a run of migrations, as text and as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click

from plumbob.migration.migration import Migration
from plumbob.migration.run.disk import Room
from plumbob.migration.run.events import InUse
from plumbob.migration.run.executor import Outcome
from plumbob.report.comparison import counted
from plumbob.report.document import counted_document
from plumbob.report.proved import proof_document, proof_text
from plumbob.report.safe import line, lines
from plumbob.report.text import hazard_lines, refusal_lines
from plumbob.workflow.sync import SyncOutcome

_VERBS = {"up": ("apply", "applied"), "down": ("roll back", "rolled back")}


def start_text(folder: str, chain: Sequence[Migration], database: str) -> str:
    """What was read before a run."""
    return line(f"{folder}: {counted(len(chain), 'migration')} | {database}")


def outcome_text(outcome: Outcome) -> str:
    present, past = _VERBS[outcome.direction]
    if not outcome.migrations:
        return f"nothing to {present}"
    what = f"{counted(len(outcome.migrations), 'migration')}"
    statements = counted(outcome.statements, "statement")
    if outcome.dry_run:
        said = [f"would {present} {what} ({statements}); nothing was run"]
    else:
        done = click.style(past, fg="green")
        said = [f"{done} {what} ({statements}) in {outcome.seconds:.1f} s"]
    for header in outcome.headers:
        proof = f": {proof_text(header)}" if outcome.dry_run else ""
        said.append(line(f"  {header.id}{proof}"))
    said += [each for sql in outcome.sql for each in lines(f"{sql};")]
    return "\n".join([*said, *refusal_lines(outcome.refused), *hazard_lines(outcome.unapproved)])


def outcome_document(outcome: Outcome) -> dict[str, Any]:
    return {
        "direction": outcome.direction,
        "migrations": list(outcome.migrations),
        "proofs": [{"id": each.id, **proof_document(each)} for each in outcome.headers],
        "statements": outcome.statements,
        "seconds": round(outcome.seconds, 3),
        "dry_run": outcome.dry_run,
        "sql": list(outcome.sql),
        "unapproved": [counted_document(each) for each in outcome.unapproved],
        "refused": [counted_document(each) for each in outcome.refused],
        "not_needed": [each.approval for each in outcome.needless],
        "in_use": [_in_use_document(each) for each in outcome.in_use],
        "disk": _room_document(outcome.room) if outcome.room else None,
    }


def _in_use_document(event: InUse) -> dict[str, Any]:
    """A connection that held tables of the run before its first statement."""
    blocker = event.blocker
    return {
        "connection": blocker.id,
        "user": blocker.user,
        "host": blocker.host,
        "seconds": blocker.seconds,
        "rows_changed": blocker.rows,
        "sql": blocker.statement,
        "tables": list(event.tables),
        "is_sure": event.is_sure,
        "migration": event.migration,
        "statement": event.number,
    }


def _room_document(room: Room) -> dict[str, Any]:
    return {"table": room.table, "bytes": room.bytes, "free": room.free}


def sync_text(outcome: SyncOutcome) -> str:
    """What a sync did, or would do."""
    statements = counted(len(outcome.statements), "statement")
    if not outcome.statements:
        said = ["in sync: nothing to do" if not outcome.recorded else "in sync"]
    elif outcome.dry_run:
        said = [f"would run {statements}; nothing was run"]
    else:
        done = click.style("synced", fg="green")
        said = [f"{done} by {statements} in {outcome.seconds:.1f} s"]
    said += [f"  {line(about)}" for about in outcome.statements]
    said += [f"  {line(id)} counts as applied" for id in outcome.recorded]
    if outcome.is_ahead:
        said.append("ahead of the migrations; write it down with: schema diff --write -m MESSAGE")
    return "\n".join(
        [
            *said,
            *refusal_lines(outcome.refused),
            *hazard_lines(outcome.unapproved if outcome.dry_run else ()),
        ]
    )


def sync_document(outcome: SyncOutcome) -> dict[str, Any]:
    return {
        "statements": list(outcome.statements),
        "recorded": list(outcome.recorded),
        "ahead": outcome.is_ahead,
        "seconds": round(outcome.seconds, 3),
        "dry_run": outcome.dry_run,
        "unapproved": [
            counted_document(each) for each in (outcome.unapproved if outcome.dry_run else ())
        ],
        "refused": [counted_document(each) for each in outcome.refused],
    }
