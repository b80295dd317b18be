"""`schema status`: where a database stands in the chain of migrations."""

from __future__ import annotations

import click

from plumbob.commands import console, options
from plumbob.commands.opening import connect_to, database_name, find_target, open_project
from plumbob.commands.options import ConnectionOptions, ProjectOptions
from plumbob.migration.head import read_chain
from plumbob.migration.record.status import status
from plumbob.report.status import status_document, status_exit, status_text

EXAMPLE = """\
schema status
schema status --json"""


@click.command(cls=options.Command, example=EXAMPLE)
@options.project
@options.connection
@options.json
def command(where: ProjectOptions, to: ConnectionOptions, as_json: bool) -> int:
    """Show what is applied, pending, or stuck.

    Exit code 0: nothing is pending; 1: something is pending, half done, or ahead by a sync;
    6: a migration was changed or is missing, or tables are not as the last run left them. Of a cluster
    every member is asked; 8: their definitions differ; 4: nothing else is wrong, and one does not answer.
    """
    project = open_project(where)
    chain = read_chain(project.migrations)
    target = find_target(to, project.config)
    with connect_to(target, to, project.config) as server:
        found = status(server, chain)
        place = database_name(server)
    if as_json:
        console.out_json(status_document(found, place))
    else:
        folder = project.shown(project.migrations)
        console.out(status_text(found, folder, len(chain), place))
    return status_exit(found)
