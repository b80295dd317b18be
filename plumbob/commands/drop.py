"""`schema drop`: the whole database with everything in it, approved by its name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from plumbob.commands import console, options
from plumbob.commands.opening import connect_to_server, find_target, open_project
from plumbob.commands.options import ConnectionOptions, ProjectOptions
from plumbob.ddl.quote import quote_name, quote_text
from plumbob.errors import Exit, PlumbobError
from plumbob.migration.production import refuse_in_production
from plumbob.plan.statement import Hazard
from plumbob.report.comparison import counted
from plumbob.report.safe import line
from plumbob.server.foreign import OURS, kind_by_name

if TYPE_CHECKING:
    from plumbob.server.connection import Server

EXAMPLE = """\
schema drop --url mysql://root@localhost/shop_test --allow drop-database:shop_test"""


@click.command(cls=options.Command, example=EXAMPLE)
@options.project
@options.connection
@options.allow
@options.json
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
        refuse_in_production(
            "`schema drop`", server, configured=project.config.production, database=name
        )
        tables = _tables(server, name)
        if tables is not None:
            _require(Hazard("drop-database", name, _loss(name, tables)), allow)
            server.execute(f"DROP DATABASE {quote_name(name)}")
    if as_json:
        console.out_json({"database": name, "dropped": tables is not None})
    elif tables is None:
        console.out(f"database {line(name)} is not there")
    else:
        console.out(f"database {line(name)} dropped with {counted(tables, 'table')}")
    return Exit.OK


def _tables(server: Server, name: str) -> int | None:
    """How many tables are in the database, ours aside; None when there is no such database."""
    quoted = quote_text(name)
    schemata = f"SELECT 1 FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = {quoted}"
    if not server.query(schemata):
        return None
    names = f"SELECT TABLE_NAME FROM information_schema.TABLES WHERE TABLE_SCHEMA = {quoted}"
    return sum(kind_by_name(name) != OURS for (name,) in server.query(names))


def _loss(name: str, tables: int) -> str:
    return f"the database {name} with {counted(tables, 'table')} and all their rows"


def _require(hazard: Hazard, allow: tuple[str, ...]) -> None:
    if hazard.approval not in allow:
        raise PlumbobError(
            f"this would lose {hazard.what}",
            advice=f"if that is meant: --allow {hazard.approval}",
            exit=Exit.UNSAFE,
        )
