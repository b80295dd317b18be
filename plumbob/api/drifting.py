"""What somebody changed on a server by hand is found, adopted, or undone."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from plumbob.api.values import Adopted, Drift, Reverted
from plumbob.migration.files import read_folder
from plumbob.migration.run.events import Progress, silent
from plumbob.migration.run.lock import LOCK_WAIT
from plumbob.place import Place, find_place
from plumbob.server.connection import Server
from plumbob.workflow import drift as by_hand
from plumbob.workflow.revert import about, undo
from plumbob.workflow.writing import write_revert


def drift(
    url: str | None = None,
    *,
    env: str | None = None,
    folder: str | os.PathLike[str] | None = None,
    scratch: str | None = None,
    wait: float = 0.0,
    lock_wait: float = LOCK_WAIT,
    progress: Progress = silent,
) -> Drift:
    """What was changed on the server by nobody's migration.

    Args:
        url, env, folder, scratch, wait: those of `compare`.
        lock_wait: seconds to wait for a run of apply or rollback to end.
        progress: is told of that wait.
    """
    place = find_place(url, env=env, folder=folder, wait=wait)
    with _drifted(place, scratch, lock_wait, progress) as (_, found):
        return _drift(found)


def adopt(
    url: str | None = None,
    *,
    env: str | None = None,
    folder: str | os.PathLike[str] | None = None,
    keep: Collection[str] = (),
    dry_run: bool = False,
    scratch: str | None = None,
    wait: float = 0.0,
    lock_wait: float = LOCK_WAIT,
    progress: Progress = silent,
) -> Adopted:
    """Take what drifted into the declaration, and into the history; the other arguments are those of `drift`.

    Args:
        keep: objects of which the declaration is right in a conflict.
        dry_run: find out what would be written, and write nothing.
    """
    place = find_place(url, env=env, folder=folder, wait=wait)
    at = place.scratch_at(scratch)
    with _drifted(place, scratch, lock_wait, progress) as (server, found):
        adopted = by_hand.adopt(found, server, keep=keep, scratch=at)
        if not dry_run:
            by_hand.keep_adopted(adopted, found, server)
    return Adopted(_drift(found), tuple(adopted.contents), tuple(sorted(adopted.left)))


def revert(
    url: str | None = None,
    *,
    env: str | None = None,
    folder: str | os.PathLike[str] | None = None,
    message: str = "",
    dry_run: bool = False,
    scratch: str | None = None,
    wait: float = 0.0,
    lock_wait: float = LOCK_WAIT,
    progress: Progress = silent,
) -> Reverted:
    """Write a migration that undoes what drifted, for `apply`; the other arguments are those of `drift`.

    Args:
        message: what it is for.
        dry_run: find out what it would be, and write nothing.
    """
    place = find_place(url, env=env, folder=folder, wait=wait)
    at = place.scratch_at(scratch)
    with _drifted(place, scratch, lock_wait, progress) as (server, found):
        if not found.ids:
            return Reverted(_drift(found))
        back = undo(found, server, scratch=at)
        files: tuple[Path, ...] = ()
        if back.changes and not dry_run:
            said = message or about(found)
            written = write_revert(place.project.migrations, server, back, said)
            files = written.up, written.down
    plan = back.plan
    return Reverted(_drift(found), tuple(each.sql for each in plan.up), plan.hazards, files)


@contextmanager
def _drifted(
    place: Place, scratch: str | None, lock_wait: float, progress: Progress
) -> Iterator[tuple[Server, by_hand.Drift]]:
    """The drift of a database, from which every run of apply is kept away meanwhile."""
    declaration, chain = place.declaration(), read_folder(place.project.migrations)
    at = place.scratch_at(scratch)
    with place.connect() as server, by_hand.under_lock(server, lock_wait, progress):
        yield server, by_hand.find_drift(declaration, server, chain, scratch=at)


def _drift(found: by_hand.Drift) -> Drift:
    since = {id: found.since[id] for id in found.ids if found.since.get(id, "") > found.last.at}
    conflicts = tuple(dict.fromkeys(each.id for each in found.conflicts))
    return Drift(found.ids, since, conflicts, found.unread)
