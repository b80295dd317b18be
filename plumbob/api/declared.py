"""The declaration is looked at, compared with a database, and written down as a migration."""

from __future__ import annotations

import os
from pathlib import Path

from plumbob.api.values import Difference
from plumbob.lint import Finding, lint
from plumbob.migration.files import read_folder
from plumbob.migration.head import settle_head
from plumbob.place import declaration_of, find_place
from plumbob.project import find_project
from plumbob.workflow import compare_database
from plumbob.workflow.steps import Steps
from plumbob.workflow.writing import write_migration


def findings(
    *, env: str | None = None, folder: str | os.PathLike[str] | None = None
) -> tuple[Finding, ...]:
    """What is allowed in the declaration and often regretted; no server is asked."""
    project = find_project(None if folder is None else Path(folder), env=env)
    return lint(declaration_of(project), project.config.lint_ignore).findings


def compare(
    url: str | None = None,
    *,
    env: str | None = None,
    folder: str | os.PathLike[str] | None = None,
    scratch: str | None = None,
    wait: float = 0.0,
) -> Difference:
    """What differs between the declaration and the database, as `schema diff`; nothing is written.

    Args:
        scratch: where declared text is tried out: sandbox, target, none or a URL; None for the
            place that the settings name.
    """
    place = find_place(url, env=env, folder=folder, wait=wait)
    with place.connect() as server:
        at = place.scratch_at(scratch)
        found = compare_database(place.declaration(), server, scratch=at)
    plan = found.plan
    return Difference(
        tuple(each.sql for each in plan.up),
        tuple(each.sql for each in plan.down),
        plan.hazards,
        found.unconfirmed,
        found.unasked,
    )


def write(
    url: str | None = None,
    *,
    env: str | None = None,
    folder: str | os.PathLike[str] | None = None,
    message: str = "",
    scratch: str | None = None,
    wait: float = 0.0,
) -> tuple[Path, ...]:
    """Write what differs as the next migration and its rollback, as `schema diff --write`; () where nothing does.

    What was adopted from drift comes first, in a migration of its own.

    Args:
        message: what the migration is for.
        url, env, folder, scratch, wait: those of `compare`.

    Raises:
        PlumbobError: STALE when other migrations are not applied yet.
    """
    place = find_place(url, env=env, folder=folder, wait=wait)
    migrations, declaration = place.project.migrations, place.declaration()
    at = place.scratch_at(scratch)
    with place.connect() as server:
        steps = Steps.to_write(server)
        declared = steps.declared(declaration)
        found = compare_database(declared, server, scratch=at, proved=True, base=steps.base)
        written = write_migration(migrations, server, found, message) if found.changes else None
    settle_head(migrations, read_folder(migrations))
    return (written.up, written.down) if written else ()
