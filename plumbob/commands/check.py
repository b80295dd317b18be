"""`schema check`: the declaration and the seeds by themselves, for editors, hooks and CI; no server is asked."""

from __future__ import annotations

import click

from plumbob.commands import console, options
from plumbob.commands.modelling import warn_of_outdated_models
from plumbob.commands.opening import load_declaration, open_project
from plumbob.commands.options import ProjectOptions
from plumbob.commands.seeding import check_seeds
from plumbob.errors import Exit
from plumbob.report.comparison import counted, source
from plumbob.report.document import source_document
from plumbob.report.safe import line

EXAMPLE = """\
schema check
schema check --schema other/schema.yaml --json"""


@click.command(cls=options.Command, example=EXAMPLE)
@options.project
@options.json
def command(where: ProjectOptions, as_json: bool) -> int:
    """Check the declaration and the seeds, without any server.

    Reads them whole and reports all that is wrong in one go, each fault with its line. Exit code 2
    when something is wrong. The seeds of every environment are held against the declaration.

    Models that do not fit it any more are a warning; `schema models --check` has an exit code for
    that.
    """
    project = open_project(where)
    declaration = load_declaration(project)
    seeds = check_seeds(project, declaration)
    warn_of_outdated_models(project, declaration)
    read = source(project.shown(project.schema), declaration.schema)
    if as_json:
        console.out_json({"declared": source_document(read), "seed_files": seeds})
    else:
        beside = f", and {counted(seeds, 'seed file')}" if seeds else ""
        console.out(line(f"{read}{beside}, nothing is wrong"))
    return Exit.OK
