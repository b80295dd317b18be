"""Where a database stands among its migrations, as text, as JSON and as an exit code."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import groupby
from typing import Any

import click

from plumbob.errors import Exit
from plumbob.migration.migration import Header, Migration
from plumbob.migration.record.standing import HalfDone
from plumbob.migration.record.status import Status
from plumbob.plan.cost import dearest
from plumbob.report.comparison import counted
from plumbob.report.costs import statements_cost
from plumbob.report.proved import proof_document, proof_text
from plumbob.report.safe import line

# Older ones are in --json.
_SHOWN = 10


def status_exit(found: Status) -> Exit:
    if found.changed or found.missing or found.misplaced or found.drifted:
        return Exit.STALE
    if found.pending or found.half_done or found.synced:
        return Exit.DIFFERENT
    return Exit.UNSAFE if found.unasked else Exit.OK


def status_text(found: Status, folder: str, migrations: int, database: str) -> str:
    """The first line says what was read; then what is applied, what is pending, what is wrong."""
    read = line(f"{folder}: {counted(migrations, 'migration')} | {database}")
    return "\n".join(
        [
            read,
            *_production(found),
            *_applied(found),
            *_pending(found),
            *_wrong(found),
            *_end(found),
        ]
    )


def _production(found: Status) -> Iterator[str]:
    if found.production is not None:
        yield f"{_bad('production')} {line(f'marked at {found.production}')}"


def _applied(found: Status) -> Iterator[str]:
    earlier = len(found.applied) - _SHOWN
    if earlier > 0:
        yield f"applied   {counted(earlier, 'migration')} before these"
    for record in found.applied[-_SHOWN:]:
        yield f"applied   {line(record.id)} at {line(record.at.partition('.')[0])} by {line(record.by)}"


def _pending(found: Status) -> Iterator[str]:
    for migration in found.pending:
        said = statements_cost(each.cost for each in migration.up)
        yield (
            f"{click.style('pending', fg='yellow')}   {line(migration.id)} {line(migration.message)} "
            f"({said})"
        )
        yield f"          {line(proof_text(_as_it_is(migration)))}"


def _as_it_is(migration: Migration) -> Header:
    """What its files say of themselves; of what was edited since, nothing is proved."""
    if not migration.changed():
        return migration.header
    return replace(migration.header, proof="", unproved="it was edited since: schema check --write")


def _wrong(found: Status) -> Iterator[str]:
    if found.half_done:
        yield from _half_done(found.half_done)
    for id, way in found.changed:
        file = "migration" if way == "up" else "rollback"
        yield f"{_bad('changed')}   {line(id)}: its {file} file is not the one that was written"
    for id in found.missing:
        yield f"{_bad('missing')}   {line(id)} was applied, and its files are not there"
    for id in found.misplaced:
        yield f"{_bad('misplaced')} {line(id)} was applied, and what it follows was not"
    for name in found.drifted or ():
        yield f"{_bad('drifted')}   {line(name)} is not as the last run left it"
    for name in found.synced:
        word = click.style("synced", fg="yellow")
        yield f"{word}    {line(name)} is ahead of the migrations: schema diff --write writes it down"
    for each in found.unasked:
        yield f"{_bad('not asked')} {line(each)}"


def _half_done(half: HalfDone) -> Iterator[str]:
    yield f"{_bad('half done')} {line(half.migration)}: go on with `{half.command}`"
    entries = [each for each in half.entries if each.number]
    for state, group in groupby(entries, key=lambda each: each.state):
        first, *more = [each.number for each in group]
        is_one = not more or more[-1] == first
        said = f"statement {first}" if is_one else f"statements {first} to {more[-1]}"
        yield f"          {said}: {line(state)}"


def _end(found: Status) -> Iterator[str]:
    if found.is_in_sync and found.applied:
        yield click.style("nothing is pending", fg="green")
    elif found.is_in_sync:
        yield "nothing was applied yet, and nothing is pending"


def _bad(word: str) -> str:
    return click.style(word, fg="red", bold=True)


def status_document(found: Status, database: str) -> dict[str, Any]:
    half, mark = found.half_done, found.production
    return {
        "live": {"name": database, "fingerprint": found.live},
        "production": mark and {"at": mark.at, "by": mark.by, "database": mark.database},
        "applied": [
            {"id": each.id, "at": each.at, "by": each.by, "milliseconds": each.milliseconds}
            for each in found.applied
        ],
        "pending": [
            {
                "id": each.id,
                "message": each.message,
                "cost": dearest(statement.cost for statement in each.up),
                **proof_document(_as_it_is(each)),
            }
            for each in found.pending
        ],
        "half_done": half and {"id": half.migration, "direction": half.direction},
        "changed": [{"id": id, "direction": way} for id, way in found.changed],
        "missing": list(found.missing),
        "misplaced": list(found.misplaced),
        "synced": list(found.synced),
        "not_asked": list(found.unasked),
        "drifted": None if found.drifted is None else list(found.drifted),
    }
