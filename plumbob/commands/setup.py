"""`schema setup`: a database from nothing, or from where it is: created, migrated, seeded."""

from __future__ import annotations

import click

from plumbob.commands import console, options
from plumbob.commands.modelling import refresh_models
from plumbob.commands.opening import find_target, open_project
from plumbob.commands.options import ConnectionOptions, ProjectOptions
from plumbob.commands.running import interruptible, teller
from plumbob.errors import Exit
from plumbob.place import Place
from plumbob.report.setup import setup_document, setup_text
from plumbob.workflow.database import Setup

EXAMPLE = """\
schema setup --wait 60s
schema setup --env test"""


@click.command(cls=options.Command, example=EXAMPLE)
@options.life_cycle
def command(
    where: ProjectOptions, to: ConnectionOptions, allow: tuple[str, ...], as_json: bool
) -> int:
    """Create the database, apply the migrations, write the seeds.

    What is there already is left as it is, so that the same command serves a new machine, a test and
    a deployment. Seeds are written where there are some; production takes those alone that name it.
    """
    place = find_place(where, to)
    with interruptible("setup") as stop:
        done = place.setup(allow=allow, progress=teller(), stop=stop)
    tell(place, done, as_json=as_json)
    return Exit.OK


def find_place(where: ProjectOptions, to: ConnectionOptions) -> Place:
    """The database of a command line."""
    project = open_project(where)
    target = find_target(to, project.config)
    return Place(project, target, to.wait, is_named=where.env is not None)


def tell(place: Place, done: Setup, *, as_json: bool) -> None:
    refresh_models(place.project, place.declaration())
    if as_json:
        console.out_json(setup_document(done, place.database, place.project.config.environment))
    else:
        console.out(setup_text(done, place.database))
