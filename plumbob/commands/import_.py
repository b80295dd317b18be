"""`schema import`: the declaration that the models of an application amount to."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from plumbob.commands import console, options
from plumbob.commands.init import document, lay_out, refuse_existing, told, written
from plumbob.commands.sandbox import find_server
from plumbob.errors import Exit
from plumbob.report.safe import line
from plumbob.workflow.database import create_database_sql

EXAMPLE = """\
schema import peewee shop.models
schema import peewee shop --server mysql-9.7 --dir ../shop-schema"""


@click.command(cls=options.Command, example=EXAMPLE)
@click.argument("library", type=click.Choice(["peewee"]))
@click.argument("module")
@options.new_folder
@options.private_server
@options.json
def command(library: str, module: str, folder: Path | None, server: str, as_json: bool) -> int:
    """Read the declaration from the models of an application.

    MODULE is imported, which runs its code: a module, or a package with all that is below it. Peewee
    itself makes the tables of its models, on a private, throw-away server, and these are read into the
    declaration of a new project, with the names of the classes and of both ends of each association.
    What the models do in Python alone (defaults, choices) is named: no database knows of it.
    """
    from plumbob.server.connection import connect
    from plumbob.server.sandbox import Sandbox
    from plumbob.server.target import Target
    from plumbob.workflow.from_peewee import find_models, schema_of

    root = (folder or Path.cwd()).absolute()
    refuse_existing(root)
    sys.path.insert(0, str(Path.cwd()))
    models = find_models(module)
    with Sandbox(find_server(server)) as sandbox:
        with connect(Target.from_url(sandbox.url)) as connection:
            connection.execute(create_database_sql("models", "utf8mb4", None))
        with connect(Target.from_url(sandbox.url_of("models"))) as connection:
            found = schema_of(models, connection)
            read = written(found.schema, connection, "target")
    files = lay_out(root, read.text)
    if as_json:
        console.out_json(document(root, files, read) | {"left_out": list(found.remarks)})
    else:
        remarks = [line(f"left out: {each}") for each in found.remarks]
        console.out("\n".join([told(root, files, read), *remarks]))
    return Exit.OK if read.is_right else Exit.DIFFERENT
