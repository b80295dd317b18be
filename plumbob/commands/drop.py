"""`schema drop`: the whole database with everything in it, approved by its name."""

from __future__ import annotations

import click

from plumbob.commands import console, options
from plumbob.commands.opening import connect_to_server, find_target, open_project
from plumbob.commands.options import ConnectionOptions, ProjectOptions
from plumbob.errors import Exit
from plumbob.report.comparison import counted
from plumbob.report.safe import line
from plumbob.workflow.database import drop_database

EXAMPLE = """\
schema drop --url mysql://root@localhost/shop_test --allow drop-database:shop_test"""


@click.command(cls=options.Command, example=EXAMPLE)
@options.life_cycle
def command(
    where: ProjectOptions, to: ConnectionOptions, allow: tuple[str, ...], as_json: bool
) -> int:
    """Drop the database that the URL names.

    All that is in it is lost, and no rollback brings it back: it has to be approved by the name of
    the database. One that is not there is no error. One that is production is not dropped at all.
    """
    project = open_project(where)
    target = find_target(to, project.config)
    name = target.database or ""
    with connect_to_server(target, to) as server:
        tables = drop_database(
            server, name, allow, what="`schema drop`", production=project.config.production
        )
    if as_json:
        console.out_json({"database": name, "dropped": tables is not None})
    elif tables is None:
        console.out(f"database {line(name)} is not there")
    else:
        console.out(f"database {line(name)} dropped with {counted(tables, 'table')}")
    return Exit.OK
