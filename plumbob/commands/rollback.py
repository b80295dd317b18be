"""`schema rollback`: the way down of the last migrations."""

from __future__ import annotations

import click

from plumbob.commands import options
from plumbob.commands.opening import connect_to, database_name, find_target, open_project
from plumbob.commands.options import ConnectionOptions, ProjectOptions, RunOptions
from plumbob.commands.running import conditions, interruptible, tell_end, tell_start
from plumbob.migration.head import read_chain
from plumbob.migration.run import executor

EXAMPLE = """\
schema rollback
schema rollback --steps 2 --allow drop-column:users.last_login"""


@click.command(cls=options.Command, example=EXAMPLE)
@options.project
@options.connection
@click.option(
    "--steps",
    type=click.IntRange(1),
    default=1,
    metavar="N",
    help="How many migrations to undo, last first [1].",
)
@options.run
@options.json
def command(
    where: ProjectOptions,
    to: ConnectionOptions,
    steps: int,
    how: RunOptions,
    as_json: bool,
) -> int:
    """Undo the last migrations.

    Runs the rollback files by the same rules as `schema apply`. Definitions come back; rows that a drop
    has lost do not, and what a rollback itself would lose has to be approved by its name.
    """
    project = open_project(where)
    chain = read_chain(project.migrations)
    target = find_target(to, project.config)
    with interruptible("rollback") as stop, connect_to(target, to, project.config) as server:
        tell_start(project.shown(project.migrations), chain, database_name(server))
        outcome = executor.rollback(
            server, chain, conditions(how, project.config, stop), steps=steps
        )
    return tell_end(outcome, as_json=as_json)
