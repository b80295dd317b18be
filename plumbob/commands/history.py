"""`schema history`: what plumbob did to a database, and files that were lost, from its record."""

from __future__ import annotations

import click

from plumbob.commands import console, options
from plumbob.commands.opening import connect_to, database_name, find_target, open_project
from plumbob.commands.options import ConnectionOptions, ProjectOptions
from plumbob.errors import Exit
from plumbob.migration.record import history
from plumbob.migration.record.lost import write_lost
from plumbob.report.history import history_document, history_text
from plumbob.report.safe import line

EXAMPLE = """\
schema history
schema history --env production --json
schema history --write"""


@click.command(cls=options.Command, example=EXAMPLE)
@options.project
@options.connection
@click.option("--write", is_flag=True, help="Write files of applied migrations that are missing.")
@options.json
def command(where: ProjectOptions, to: ConnectionOptions, write: bool, as_json: bool) -> int:
    """Show what was applied and rolled back, when, by whom, and how long it took.

    Oldest first; times are UTC. A database that nothing was applied to has no history, which is no
    error.

    With --write the files of migrations that are applied and not in the folder are written again, as
    they were when they were applied. A file that is there is never touched.
    """
    project = open_project(where)
    target = find_target(to, project.config)
    with connect_to(target, to, project.config) as server:
        records = history.read(server)
        place = database_name(server)
        written = write_lost(server, project.migrations) if write else []
    files = [project.shown(path) for path in written]
    if as_json:
        console.out_json(history_document(records, place, files))
    else:
        console.out(history_text(records, place))
        for file in files:
            console.note(line(f"wrote {file}"))
    return Exit.OK
