"""`schema check`: the declaration, the seeds and edited migrations, for editors, hooks and CI."""

from __future__ import annotations

import click

from plumbob.commands import console, options
from plumbob.commands.opening import load_declaration, open_project
from plumbob.commands.options import ConnectionOptions, ProjectOptions
from plumbob.errors import Exit
from plumbob.report.safe import line

EXAMPLE = """\
schema check
schema check --schema other/schema.yaml --json
schema check --write"""


@click.command(cls=options.Command, example=EXAMPLE)
@options.project
@options.connection
@options.scratch
@click.option("--write", is_flag=True, help="Write edited migrations anew once they are proved.")
@options.json
def command(
    where: ProjectOptions, to: ConnectionOptions, scratch: str | None, write: bool, as_json: bool
) -> int:
    """Check the declaration, the seeds, and migrations that were edited by hand.

    Reads them whole and reports all that is wrong in one go, each fault with its line. Exit code 2
    when something is wrong. The seeds of every environment are held against the declaration.

    No server is needed, unless a migration was edited: that is run up and down in a scratch database,
    from what the files before it lead to, or from what the database holds. Exit code 0: it leads to the
    declaration and back; 1: elsewhere; 6: its fingerprints have to be written anew, with --write;
    7: a statement fails, or an assertion does not hold.

    Models that do not fit the declaration any more are a warning; `schema models --check` has an exit
    code for that.
    """
    project = open_project(where)
    declaration = load_declaration(project)
    # A fault in the declaration is told at once: half a second later all of this is loaded.
    from plumbob.commands.modelling import warn_of_outdated_models
    from plumbob.commands.proving import prove_edited
    from plumbob.commands.seeding import check_seeds
    from plumbob.report.comparison import counted, source
    from plumbob.report.document import source_document
    from plumbob.report.rehearsal import rehearsal_document, rehearsal_line

    seeds = check_seeds(project, declaration)
    proved = prove_edited(project, declaration, to, scratch, write=write)
    warn_of_outdated_models(project, declaration)
    read = source(project.shown(project.schema), declaration.schema)
    if as_json:
        migrations = [rehearsal_document(each) for each in proved]
        console.out_json(
            {"declared": source_document(read), "seed_files": seeds, "migrations": migrations}
        )
    else:
        beside = f", and {counted(seeds, 'seed file')}" if seeds else ""
        for each in proved:
            console.out(rehearsal_line(each))
        console.out(line(f"{read}{beside}, nothing is wrong"))
    return Exit.OK
