"""`schema apply`: the migrations that a database does not have yet."""

from __future__ import annotations

import click

from plumbob.commands import options
from plumbob.commands.opening import connect_to, database_name, find_target, open_project
from plumbob.commands.options import ConnectionOptions, ProjectOptions
from plumbob.commands.running import interruptible, tell, tell_end, tell_start
from plumbob.migration import executor
from plumbob.migration.files import read_folder

EXAMPLE = """\
schema apply --wait 60s
schema apply --allow drop-column:users.legacy"""


@click.command(cls=options.Command, example=EXAMPLE)
@options.project
@options.connection
@options.allow
@options.dry_run
@options.max_wait
@options.json
def command(
    where: ProjectOptions,
    to: ConnectionOptions,
    allow: tuple[str, ...],
    dry_run: bool,
    max_wait: float,
    as_json: bool,
) -> int:
    """Run the migrations that the database does not have yet.

    Everything that speaks against it is found before the first statement. A run that was interrupted,
    killed or has failed goes on with the same command. `--allow all` approves every loss, and is
    refused where plumbob.cfg says that the database is production.
    """
    project = open_project(where)
    chain = read_folder(project.migrations)
    target = find_target(to, project.config)
    with interruptible("apply"), connect_to(target, to) as server:
        tell_start(project.shown(project.migrations), chain, database_name(server))
        outcome = executor.apply(
            server,
            chain,
            allow=allow,
            dry_run=dry_run,
            progress=tell,
            production=project.config.production,
            max_wait=max_wait,
        )
    return tell_end(outcome, as_json=as_json)
