"""`schema mark`: a database is told that it is production, or that it is not any more."""

from __future__ import annotations

import click

from plumbob.commands import console, options
from plumbob.commands.opening import connect_to, database_name, find_target, open_project
from plumbob.commands.options import ConnectionOptions, ProjectOptions
from plumbob.errors import Exit, PlumbobError
from plumbob.migration import production
from plumbob.plan.statement import Hazard
from plumbob.report.safe import line
from plumbob.server.connection import Server

EXAMPLE = """\
schema mark production --env production
schema mark production --remove --url mysql://root@localhost/shop_copy"""


@click.command(cls=options.Command, example=EXAMPLE)
@click.argument("what", type=click.Choice(["production"]), metavar="production")
@click.option("--remove", is_flag=True, help="Take the mark away; the database has to be named.")
@options.project
@options.connection
@options.allow
@options.json
def command(
    what: str,
    remove: bool,
    where: ProjectOptions,
    to: ConnectionOptions,
    allow: tuple[str, ...],
    as_json: bool,
) -> int:
    """Mark a database as production, or take the mark away.

    The mark is in the database. As long as it is there, drop, sync, reset and seed are refused, and so
    is `--allow all`, whatever the URL, the settings or the program. `schema apply --env production`
    sets it as well. A dump has it too: a copy that is restored elsewhere is unmarked with --remove,
    which asks for the name of the database; without a terminal: --allow unmark-production:NAME.
    """
    project = open_project(where)
    target = find_target(to, project.config)
    with connect_to(target, to, project.config) as server:
        before = production.is_production(server)
        if not remove:
            production.mark(server)
        elif before:
            _require_name(server, allow)
            production.unmark(server)
        place, after = database_name(server), production.is_production(server)
    if as_json:
        console.out_json({"database": place, what: after, "changed": before != after})
    else:
        how = "is" if before != after else "was before, and is"
        state = f"marked as {what}" if after else f"not marked as {what}"
        console.out(line(f"{place} {how} {state}"))
    return Exit.OK


def _require_name(server: Server, allow: tuple[str, ...]) -> None:
    """The name of the database, typed on a terminal or given as an approval."""
    name = server.database or ""
    hazard = Hazard("unmark-production", name, f"the database {name} may be lost from then on")
    if hazard.approval in allow:
        return
    if console.can_ask():
        console.note(line(f"{database_name(server)} is marked as production."))
        typed: str = click.prompt("Its name, to take the mark away", err=True, default="")
        if typed == name:
            return
    raise PlumbobError(
        f"the mark stays: {name} was not named",
        advice=f"if it is no production any more: --allow {hazard.approval}",
        where=name,
        exit=Exit.UNSAFE,
    )
