"""`schema create`: the database itself, with the declared character set and collation."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from plumbob.commands import console, options
from plumbob.commands.opening import (
    connect_to_server,
    find_target,
    load_declaration,
    open_project,
)
from plumbob.commands.options import ConnectionOptions, ProjectOptions
from plumbob.ddl.quote import quote_name, quote_text
from plumbob.errors import Exit
from plumbob.report.safe import line

if TYPE_CHECKING:
    from plumbob.server.connection import Server

EXISTS = 1007
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
        created = _create(server, create_database_sql(name, declared.charset, declared.collation))
    if as_json:
        console.out_json({"database": name, "created": created})
    else:
        console.out(f"database {line(name)} " + ("created" if created else "is there already"))
    return Exit.OK


def create_database_sql(name: str, charset: str | None, collation: str | None) -> str:
    """CREATE DATABASE; a character set may be named by a text (manual: Database Character Set)."""
    sql = f"CREATE DATABASE {quote_name(name)}"
    if charset:
        sql += f" CHARACTER SET {quote_text(charset)}"
    if collation:
        sql += f" COLLATE {quote_text(collation)}"
    return sql


def _create(server: Server, sql: str) -> bool:
    """Whether the database was made now, and not there before."""
    from plumbob.server.errors import ServerError

    try:
        server.execute(sql)
    except ServerError as error:
        if error.errno != EXISTS:
            raise
        return False
    return True
