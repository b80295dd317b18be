"""`schema models`: the Peewee models of the declared tables."""

from __future__ import annotations

import click

from plumbob.commands import console, options
from plumbob.commands.modelling import wanted_models
from plumbob.commands.opening import load_declaration, open_project
from plumbob.commands.options import ProjectOptions
from plumbob.errors import Exit, PlumbobError
from plumbob.report.safe import line

EXAMPLE = """\
schema models
schema models --check"""


@click.command(cls=options.Command, example=EXAMPLE)
@options.project
@click.option("--check", "only_checks", is_flag=True, help="Write nothing; tell what is outdated.")
@options.json
def command(where: ProjectOptions, only_checks: bool, as_json: bool) -> int:
    """Write the Peewee models of the declared tables.

    They go to generated/models.py, or where the setting `models` says: a file, or a folder for one
    module a table. No server is asked. `schema diff --write` and `schema apply` do the same, unless
    the settings say `models = off`.

    Exit code 0: written, or as they should be; with --check, 1: some are outdated.
    """
    from plumbob.models.files import outdated, write

    project = open_project(where)
    path = project.models
    if path is None:
        raise PlumbobError(
            "models are switched off by `models = off` in the settings",
            advice="take the line out, or name a file there",
        )
    wanted = wanted_models(project, path, load_declaration(project))
    changed = (outdated if only_checks else write)(path, wanted)
    shown = [project.shown(each) for each in changed]
    if as_json:
        console.out_json(
            {"models": project.shown(path), "outdated" if only_checks else "written": shown}
        )
    elif not changed:
        console.out(line(f"{project.shown(path)} is as it should be"))
    for each in shown if not as_json else ():
        console.out(line(f"{each} is outdated" if only_checks else f"wrote {each}"))
    if only_checks and changed:
        console.note("Write them with: schema models")
        return Exit.DIFFERENT
    return Exit.OK
