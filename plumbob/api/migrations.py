"""Migrations are run and undone, and what a database knows of them is told."""

from __future__ import annotations

import os
from collections.abc import Collection

from plumbob.migration.head import read_chain
from plumbob.migration.record.status import Status
from plumbob.migration.record.status import status as read_status
from plumbob.migration.run.events import Progress, silent
from plumbob.migration.run.executor import MAX_WAIT, Conditions, Outcome
from plumbob.migration.run.lock import LOCK_WAIT
from plumbob.migration.run.resume import Told
from plumbob.place import find_place


def apply(
    url: str | None = None,
    *,
    env: str | None = None,
    folder: str | os.PathLike[str] | None = None,
    allow: Collection[str] = (),
    dry_run: bool = False,
    progress: Progress = silent,
    wait: float = 0.0,
    lock_wait: float = LOCK_WAIT,
    max_wait: float = MAX_WAIT,
    over_drift: Collection[str] = (),
    kill_blockers: bool = False,
    interrupted: Told | None = None,
) -> Outcome:
    """Run the migrations that the database does not have yet; several processes may do so at once.

    Args:
        url, env, folder, wait: which database (see `find_place`).
        allow: approvals of losses by name, such as "drop-column:users.legacy".
        dry_run: find out what would be run, and run nothing.
        progress: is told each step (`plumbob.migration.run.events`).
        lock_wait: seconds to wait for another process that applies.
        max_wait: seconds to wait for a table that others hold.
        over_drift: objects that are changed although somebody has changed them by hand.
        kill_blockers: whether those are ended who hold the very lock that is waited for.
        interrupted: "done" or "again", where a statement by hand was running when a run was ended and
            nobody else can know what became of it.

    Raises:
        PlumbobError: UNSAFE or STALE: nothing was run; LOCKED or FAILED: the same call goes on.
    """
    place = find_place(url, env=env, folder=folder, wait=wait)
    on = Conditions(
        allow=allow,
        dry_run=dry_run,
        progress=progress,
        lock_wait=lock_wait,
        max_wait=max_wait,
        over_drift=over_drift,
        told=interrupted,
    )
    return place.apply(on, kill_blockers=kill_blockers)


def rollback(
    url: str | None = None,
    *,
    env: str | None = None,
    folder: str | os.PathLike[str] | None = None,
    steps: int = 1,
    allow: Collection[str] = (),
    dry_run: bool = False,
    progress: Progress = silent,
    wait: float = 0.0,
    lock_wait: float = LOCK_WAIT,
    max_wait: float = MAX_WAIT,
    over_drift: Collection[str] = (),
    kill_blockers: bool = False,
    interrupted: Told | None = None,
) -> Outcome:
    """Undo the last `steps` migrations; the other arguments are those of `apply`."""
    place = find_place(url, env=env, folder=folder, wait=wait)
    on = Conditions(
        allow=allow,
        dry_run=dry_run,
        progress=progress,
        lock_wait=lock_wait,
        max_wait=max_wait,
        over_drift=over_drift,
        told=interrupted,
    )
    return place.rollback(on, steps=steps, kill_blockers=kill_blockers)


def status(
    url: str | None = None,
    *,
    env: str | None = None,
    folder: str | os.PathLike[str] | None = None,
    wait: float = 0.0,
) -> Status:
    """What is applied, pending, half done or drifted; `is_in_sync` is all of it in a word."""
    place = find_place(url, env=env, folder=folder, wait=wait)
    with place.connect() as server:
        return read_status(server, read_chain(place.project.migrations))
