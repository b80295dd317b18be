"""`schema create`: the database itself, with the declared character set and collation."""

from __future__ import annotations

import click

from plumbob.commands import console, options
from plumbob.commands.opening import (
    connect_to_server,
    find_target,
    load_declaration,
    open_project,
)
from plumbob.commands.options import ConnectionOptions, ProjectOptions
from plumbob.errors import Exit
from plumbob.report.safe import line
from plumbob.workflow.database import create_database

EXAMPLE = """\
schema create --url mysql://root@localhost/shop --wait 60s"""


@click.command(cls=options.Command, example=EXAMPLE)
@options.project
@options.connection
@options.json
def command(where: ProjectOptions, to: ConnectionOptions, as_json: bool) -> int:
    """Create the database that the URL names.

    It gets the character set and the collation that the declaration has under `database:`. One that
    is there already is left as it is.
    """
    project = open_project(where)
    declared = load_declaration(project).schema
    target = find_target(to, project.config)
    name = target.database or ""
    with connect_to_server(target, to) as server:
        created = create_database(server, name, declared)
    if as_json:
        console.out_json({"database": name, "created": created})
    else:
        console.out(f"database {line(name)} " + ("created" if created else "is there already"))
    return Exit.OK
