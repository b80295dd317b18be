"""`schema sync`: a database of development becomes what is declared, once or with every save."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import click

from plumbob.commands import console, options
from plumbob.commands.modelling import refresh_models
from plumbob.commands.opening import (
    connect_to,
    database_name,
    find_target,
    load_declaration,
    open_project,
    scratch_place,
)
from plumbob.commands.options import ConnectionOptions, ProjectOptions
from plumbob.commands.running import interruptible, teller
from plumbob.errors import Exit
from plumbob.migration.files import read_folder
from plumbob.migration.record import synced
from plumbob.migration.record.production import refuse_in_production
from plumbob.migration.run.counting import Counted
from plumbob.report.outcome import sync_document, sync_text
from plumbob.report.safe import line
from plumbob.workflow.sync import Sync, SyncOutcome

EXAMPLE = """\
schema sync
schema sync --watch
schema sync --allow drop-column:users.legacy"""


@click.command(cls=options.Command, example=EXAMPLE)
@options.project
@options.connection
@options.scratch
@options.allow
@options.dry_run
@options.max_wait
@click.option("--watch", is_flag=True, help="Do it again with every save, until Ctrl-C.")
@options.json
def command(
    where: ProjectOptions,
    to: ConnectionOptions,
    scratch: str | None,
    allow: tuple[str, ...],
    dry_run: bool,
    max_wait: float,
    watch: bool,
    as_json: bool,
) -> int:
    """Make a database of development what is declared, without migrations.

    Each loss is asked about on a terminal, and has to be approved by its name anywhere else. Refused in
    production. The same command goes on where it was interrupted. Once the change is good, `schema
    diff --write` makes one migration of it all, and `schema apply` records that here it is done.
    """
    project = open_project(where)
    target = find_target(to, project.config)
    sync = Sync(
        allow=allow,
        ask=_ask if console.can_ask() and not as_json else None,
        scratch=scratch_place(scratch, project.config),
        production=project.config.production,
        dry_run=dry_run,
        progress=teller(),
        max_wait=max_wait,
    )

    def once() -> SyncOutcome:
        declaration = load_declaration(project)
        with interruptible("sync") as stop, connect_to(target, to, project.config) as server:
            console.note(line(f"{project.shown(project.schema)} | {database_name(server)}"))
            outcome = replace(sync, stop=stop)(declaration, server, read_folder(project.migrations))
            ahead = synced.read(server)
        if not dry_run:
            refresh_models(project, declaration, ahead.fingerprint if ahead else None)
        _tell(outcome, as_json=as_json)
        return outcome

    if watch:
        from plumbob.commands.watching import watch_project

        # What cannot become right by a save is said at once.
        with connect_to(target, to, project.config) as server:
            refuse_in_production("`schema sync`", server, configured=project.config.production)
        watch_project(project, once)
    outcome = once()
    return Exit.DIFFERENT if dry_run and outcome.statements else Exit.OK


def _tell(outcome: SyncOutcome, *, as_json: bool) -> None:
    document: dict[str, Any] = sync_document(outcome)
    if as_json:
        console.out_json(document)
    else:
        console.out(sync_text(outcome))


def _ask(found: Counted) -> bool:
    console.note(line(f"{found.hazard.approval}: {found.said}"))
    return click.confirm("Lose it?", default=False, err=True)
