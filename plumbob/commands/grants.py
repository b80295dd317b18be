"""`schema grants`: what three accounts need for this schema, as GRANT statements; and what one has."""

from __future__ import annotations

import click

from plumbob.commands import console, options
from plumbob.commands.opening import (
    connect_to,
    find_target,
    load_declaration,
    open_project,
    scratch_place,
)
from plumbob.commands.options import ConnectionOptions, ProjectOptions
from plumbob.errors import Exit, PlumbobError
from plumbob.migration.run.accounts import ROLES, Role
from plumbob.report.grants import compared_document, compared_text, grants_document, grants_text

EXAMPLE = """\
schema grants
schema grants apply --to "'deploy'@'10.0.0.%'"
schema grants apply --check --url mysql://deploy@db.example/shop"""


@click.command(cls=options.Command, example=EXAMPLE)
@click.argument("role", type=click.Choice(ROLES), required=False)
@click.option("--to", "account", metavar="ACCOUNT", help="Whom to grant it, as GRANT has it.")
@click.option(
    "--check", "is_check", is_flag=True, help="Compare with what the account of the URL has."
)
@options.project
@options.connection
@options.scratch
@options.json
def command(
    role: Role | None,
    account: str | None,
    is_check: bool,
    where: ProjectOptions,
    to: ConnectionOptions,
    scratch: str | None,
    as_json: bool,
) -> int:
    """Print what accounts need for this schema, on this server, and no more.

    Three of them: `diff` looks and reads no row, unless there are views; `apply` runs migrations;
    `application` reads and writes the declared tables, one by one, and calls the declared routines.
    They are printed and not run. What names a table needs it to be there: run `schema apply` first.

    --check compares with what the account of the URL has in this database and for all of them: exit
    code 1 when it lacks something or has more than its work takes.
    """
    if is_check and role is None:
        raise PlumbobError("--check needs to know what the account is for", advice=_NAMED)
    if account is not None and (role is None or is_check):
        raise PlumbobError("--to belongs to one of the three, and to no --check", advice=_NAMED)
    from plumbob.server.visibility import account as account_of
    from plumbob.workflow.accounts import beside, needed

    project = open_project(where)
    declaration = load_declaration(project)
    target = find_target(to, project.config)
    place = scratch_place(scratch, project.config)
    with connect_to(target, to, project.config) as server:
        if not is_check or role is None:
            wanted = {
                each: needed(each, declaration, server, scratch=place)
                for each in ROLES
                if role in (None, each)
            }
            names = {each: account or f"'plumbob_{each}'@'%'" for each in wanted}
            if as_json:
                console.out_json(grants_document(wanted, names))
            else:
                console.out(grants_text(wanted, names, server.database or ""))
            return Exit.OK
        found = beside(role, declaration, server, scratch=place)
        who = account_of(server)
    if as_json:
        console.out_json(compared_document(found, role, who))
    else:
        console.out(compared_text(found, role, who))
    return Exit.DIFFERENT if found.lacking or found.more else Exit.OK


_NAMED = f"name it: schema grants {ROLES[1]} …; there are {', '.join(ROLES)}"
