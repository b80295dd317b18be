"""`schema mark`: a database is told that it is production, or that it is not any more."""

from __future__ import annotations

import click

from plumbob.commands import console, options
from plumbob.commands.naming import require_name
from plumbob.commands.opening import connect_to, database_name, find_target, open_project
from plumbob.commands.options import ConnectionOptions, ProjectOptions
from plumbob.errors import Exit
from plumbob.migration.record import production
from plumbob.plan.named import Named
from plumbob.plan.statement import Hazard
from plumbob.report.safe import line

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
            name = server.database or ""
            hazard = Hazard("unmark-production", Named(name), f"{name} may be lost from then on")
            require_name(name, hazard, allow, f"{database_name(server)} is marked as production.")
            production.unmark(server)
        place, after = database_name(server), production.is_production(server)
    if as_json:
        console.out_json({"database": place, what: after, "changed": before != after})
    else:
        how = "is" if before != after else "was before, and is"
        state = f"marked as {what}" if after else f"not marked as {what}"
        console.out(line(f"{place} {how} {state}"))
    return Exit.OK
