"""`schema baseline`: a database that was there before plumbob counts as migrated, and nothing is run."""

from __future__ import annotations

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
from plumbob.commands.running import tell_start, teller
from plumbob.errors import Exit
from plumbob.migration.head import read_chain
from plumbob.migration.run.baseline import baseline
from plumbob.report.baseline import baseline_document, baseline_text
from plumbob.report.safe import line
from plumbob.workflow.writing import write_first

EXAMPLE = """\
schema baseline -m "as it was"
schema baseline --env production --dry-run"""


@click.command(cls=options.Command, example=EXAMPLE)
@options.project
@options.connection
@options.scratch
@click.option("-m", "--message", metavar="TEXT", default="baseline", help="Of the first migration.")
@options.dry_run
@options.json
def command(
    where: ProjectOptions,
    to: ConnectionOptions,
    scratch: str | None,
    message: str,
    dry_run: bool,
    as_json: bool,
) -> int:
    """Adopt a database that has what the migrations lead to, without running them.

    Where there are no migrations yet, the first one is written: it makes all that is declared, so that
    a new database gets it by `schema apply`; it is proved on a scratch database. Then, and on every
    other database that was there before, all migrations up to the one that leads to what is there are
    recorded as applied. A database that is not what any of them leads to is refused (6), and nothing
    is written. Exit code 1: a dry run found something to record.
    """
    project = open_project(where)
    chain = read_chain(project.migrations)
    target = find_target(to, project.config)
    with connect_to(target, to, project.config) as server:
        tell_start(project.shown(project.migrations), chain, database_name(server))
        files = []
        if not chain:
            declaration = load_declaration(project)
            place = scratch_place(scratch, project.config)
            first, paths = write_first(
                project.migrations,
                declaration,
                server,
                message,
                scratch=place,
                warn=console.warn,
                dry_run=dry_run,
            )
            files = [project.shown(path) for path in paths]
            chain = (first,) if dry_run else read_chain(project.migrations)
            for file in files:
                console.note(line(f"wrote {file}"))
        done = baseline(
            server, chain, dry_run=dry_run, production=project.config.production, progress=teller()
        )
    if not dry_run and project.schema.is_file():
        refresh_models(project, load_declaration(project))
    if as_json:
        console.out_json(baseline_document(done, files))
    else:
        console.out(baseline_text(done))
    return Exit.DIFFERENT if dry_run and done.migrations else Exit.OK
