"""`schema apply`: the migrations that a database does not have yet."""

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
from plumbob.commands.options import ConnectionOptions, ProjectOptions, RunOptions
from plumbob.commands.running import conditions, interruptible, tell_end, tell_start
from plumbob.errors import Exit
from plumbob.migration.head import read_chain
from plumbob.migration.run import executor
from plumbob.workflow import Comparison, compare_database

EXAMPLE = """\
schema apply --wait 60s
schema apply --allow drop-column:users.legacy"""


@click.command(cls=options.Command, example=EXAMPLE)
@options.project
@options.connection
@options.run
@options.json
def command(
    where: ProjectOptions,
    to: ConnectionOptions,
    how: RunOptions,
    as_json: bool,
) -> int:
    """Run the migrations that the database does not have yet.

    Everything that speaks against it is found before the first statement. A run that was interrupted,
    killed or has failed goes on with the same command. `--allow all` approves every loss, and is
    refused where the settings say that the database is production.

    At the end the database is compared with the declaration. Exit code 0: it is as declared; 1: the
    declaration asks for more than there are migrations for.
    """
    project = open_project(where)
    chain = read_chain(project.migrations)
    declaration = load_declaration(project) if project.schema.is_file() else None
    target = find_target(to, project.config)
    with interruptible("apply") as stop, connect_to(target, to, project.config) as server:
        tell_start(project.shown(project.migrations), chain, database_name(server))
        outcome = executor.apply(server, chain, conditions(how, project.config, stop))
        exit = tell_end(outcome, as_json=as_json)
        if declaration is None or outcome.dry_run:
            return exit
        refresh_models(project, declaration)
        place = scratch_place(None, project.config)
        return _compare(compare_database(declaration, server, scratch=place))


def _compare(found: Comparison) -> int:
    """Say what the declaration has and the database has not; what nobody could confirm is a remark."""
    if not found.changes:
        return Exit.OK
    if found.unconfirmed:
        console.warn(
            f"the declaration may ask for more: it was not confirmed, because {found.unconfirmed}"
        )
        return Exit.OK
    console.warn("the declaration asks for more than the migrations do; see it with: schema diff")
    return Exit.DIFFERENT
