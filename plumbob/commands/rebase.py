"""`schema rebase`: of two branches of migrations the second one is planned anew, behind the first."""

from __future__ import annotations

import click

from plumbob.commands import console, options
from plumbob.commands.modelling import refresh_models
from plumbob.commands.opening import (
    connect_to,
    find_target,
    load_declaration,
    open_project,
    scratch_place,
    warn_of_unasked,
)
from plumbob.commands.options import ConnectionOptions, ProjectOptions
from plumbob.errors import Exit
from plumbob.migration.files import read_folder, read_pairs, remove_pair
from plumbob.migration.head import settle_head
from plumbob.migration.rebasing import choose
from plumbob.migration.record import history
from plumbob.report.safe import line
from plumbob.workflow.writing import Written, write_behind

EXAMPLE = """\
schema rebase
schema rebase 20261124T131500_add_last_login"""


@click.command(cls=options.Command, example=EXAMPLE)
@click.argument("migration", required=False, metavar="[MIGRATION]")
@options.project
@options.connection
@options.scratch
@options.json
def command(
    migration: str | None,
    where: ProjectOptions,
    to: ConnectionOptions,
    scratch: str | None,
    as_json: bool,
) -> int:
    """Plan the second of two branches of migrations anew, behind the first.

    After a merge two migrations may follow the same one. The branch that this database has not is
    planned anew, or the one that MIGRATION is of; where it has neither, the later one. Its files are
    removed; one migration of all that the declaration has more is written in their place, and proved.

    Where this database has still to get migrations of the first branch, the files are removed, and
    exit code 1 says that two commands are left: schema apply, and schema diff --write. What people
    have written into the files is never removed (4).
    """
    project = open_project(where)
    declaration = load_declaration(project)
    folder = project.migrations
    target = find_target(to, project.config)
    with connect_to(target, to, project.config) as server:
        applied = history.applied(history.read(server))
        rebase = choose(read_pairs(folder), applied, migration)
        written: Written | None = None
        waits = [each.id for each in rebase.stays if each.id not in applied]
        if not waits:
            written = write_behind(
                folder,
                rebase.stays,
                declaration,
                server,
                rebase.message,
                scratch=scratch_place(scratch, project.config),
            )
        warn_of_unasked(server)
        removed = [path for each in rebase.goes for path in remove_pair(folder, each.id)]
    settle_head(folder, read_folder(folder))
    refresh_models(project, declaration)
    files = [project.shown(path) for path in (written.up, written.down)] if written else []
    if as_json:
        gone = [project.shown(path) for path in removed]
        console.out_json({"removed": gone, "files": files, "pending": waits})
    else:
        for each in rebase.goes:
            console.out(line(f"removed {each.id}"))
        for name in files:
            console.out(line(f"wrote {name}"))
        if waits:
            console.note(
                line(
                    "Go on with: schema apply, then: schema diff --write -m " + repr(rebase.message)
                )
            )
    return Exit.DIFFERENT if waits else Exit.OK
