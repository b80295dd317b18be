"""Whole databases are made, filled, made what is declared, and dropped."""

from __future__ import annotations

import os
from collections.abc import Collection

from plumbob.migration.files import read_folder
from plumbob.migration.run.events import Progress, silent
from plumbob.place import find_place
from plumbob.seeds.sowing import Sowing
from plumbob.workflow.database import Setup
from plumbob.workflow.sync import Sync, SyncOutcome


def create(
    url: str | None = None,
    *,
    env: str | None = None,
    folder: str | os.PathLike[str] | None = None,
    wait: float = 0.0,
) -> bool:
    """Make the database itself, as declared; false where it was there before."""
    return find_place(url, env=env, folder=folder, wait=wait).create()


def setup(
    url: str | None = None,
    *,
    env: str | None = None,
    folder: str | os.PathLike[str] | None = None,
    allow: Collection[str] = (),
    progress: Progress = silent,
    wait: float = 0.0,
) -> Setup:
    """Make the database where it is not there, apply what is pending, seed where there are seeds."""
    place = find_place(url, env=env, folder=folder, wait=wait)
    return place.setup(allow=allow, progress=progress)


def seed(
    url: str | None = None,
    *,
    env: str | None = None,
    folder: str | os.PathLike[str] | None = None,
    dry_run: bool = False,
    wait: float = 0.0,
) -> Sowing:
    """Write the rows of the seed files; production takes those that name it, where `env` does as well."""
    return find_place(url, env=env, folder=folder, wait=wait).seed(dry_run=dry_run)


def sync(
    url: str | None = None,
    *,
    env: str | None = None,
    folder: str | os.PathLike[str] | None = None,
    allow: Collection[str] = (),
    scratch: str | None = None,
    dry_run: bool = False,
    progress: Progress = silent,
    wait: float = 0.0,
) -> SyncOutcome:
    """Make a database of development or of a test what is declared, without migrations.

    The arguments are those of `apply` and `compare`.
    """
    place = find_place(url, env=env, folder=folder, wait=wait)
    run = Sync(
        allow=allow,
        scratch=place.scratch_at(scratch),
        production=place.is_production,
        dry_run=dry_run,
        progress=progress,
    )
    with place.connect() as server:
        return run(place.declaration(), server, read_folder(place.project.migrations))


def reset(
    url: str | None = None,
    *,
    env: str | None = None,
    folder: str | os.PathLike[str] | None = None,
    allow: Collection[str] = (),
    progress: Progress = silent,
    wait: float = 0.0,
) -> Setup:
    """Drop the database, approved as "drop-database:NAME", and set it up again."""
    place = find_place(url, env=env, folder=folder, wait=wait)
    return place.reset(allow, progress=progress)


def drop(
    url: str | None = None,
    *,
    env: str | None = None,
    folder: str | os.PathLike[str] | None = None,
    allow: Collection[str] = (),
    wait: float = 0.0,
) -> bool:
    """Drop the database, approved as "drop-database:NAME"; false where it was not there."""
    return find_place(url, env=env, folder=folder, wait=wait).drop(allow) is not None
