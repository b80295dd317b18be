"""`schema diff`: what differs between the declaration and the database, and both files for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import click

from plumbob.commands import console, options
from plumbob.commands.modelling import refresh_models
from plumbob.commands.opening import (
    connect_to,
    database_name,
    find_target,
    load_declaration,
    open_project,
    scratch_place,
)
from plumbob.commands.options import ConnectionOptions, ProjectOptions
from plumbob.errors import Exit, PlumbobError
from plumbob.migration.files import read_folder
from plumbob.migration.head import settle_head
from plumbob.migration.run.counting import count_rows
from plumbob.migration.run.handover import is_for_a_tool
from plumbob.migration.run.limits import Limits, blocking
from plumbob.project import Project
from plumbob.report.comparison import Compared, Large, compared
from plumbob.report.document import comparison_document
from plumbob.report.markdown import comparison_markdown
from plumbob.report.safe import line
from plumbob.report.sql import comparison_sql
from plumbob.report.text import comparison_text, left_alone_text
from plumbob.server.connection import Server
from plumbob.server.members import ask_nobody_else
from plumbob.workflow import Comparison, compare_database
from plumbob.workflow.owning import owned
from plumbob.workflow.recorded import WORD
from plumbob.workflow.steps import Steps
from plumbob.workflow.writing import Written, foreseen, write_migration

EXAMPLE = """\
schema diff
schema diff --prove --format markdown > comment.md
schema diff --from recorded:20261124T131500_add_last_login
schema diff --write -m "users can be banned\""""
SYNCED = (
    "This database was synced, and is ahead of the migrations: schema diff --write writes it down."
)
SYNCED_WRITE = "This database was synced: the migration begins where those before it end."
ADOPTED_WRITE = (
    "It has what was adopted here, for the other databases; this one only records it. What is pending "
    "follows with another schema diff --write behind that."
)
FORMATS: dict[str, Callable[[Compared], str]] = {
    "text": comparison_text,
    "sql": comparison_sql,
    "markdown": comparison_markdown,
}


@click.command(cls=options.Command, example=EXAMPLE)
@options.project
@options.connection
@options.scratch
@click.option("--write", is_flag=True, help="Write a migration and its rollback.")
@click.option("--prove", is_flag=True, help="Run the plan both ways, and ask what it costs.")
@click.option("-m", "--message", metavar="TEXT", default="", help="What the migration is for.")
@click.option(
    "--format",
    "form",
    type=click.Choice([*FORMATS, "json"]),
    default="text",
    help="How to show it; json is the same as --json.",
)
@click.option(
    "--from",
    "before",
    metavar="recorded:ID",
    help="Compare with what a step of `schema history` has recorded, not with what is live.",
)
@click.option(
    "--to",
    "after",
    metavar="recorded:ID",
    help="Compare what such a step has recorded, not what is declared.",
)
@click.option(
    "--one-member",
    is_flag=True,
    help="Of a cluster, ask the member of the URL alone: what it has, where they are split.",
)
@click.option("-v", "--verbose", is_flag=True, help="Name what is not managed or ignored, too.")
@options.json
def command(
    where: ProjectOptions,
    to: ConnectionOptions,
    scratch: str | None,
    write: bool,
    prove: bool,
    message: str,
    form: str,
    before: str | None,
    after: str | None,
    one_member: bool,
    verbose: bool,
    as_json: bool,
) -> int:
    """Show what differs between the declaration and the database.

    Exit code 0: both are in sync; 1: they differ. The database is only read. With --write the plan is
    run both ways on a scratch database first, and the exit code is 0 once both files are there.
    So it is with --prove, which writes nothing. Each statement is then asked for its cost: instant, in
    place, rebuild or copy, and what waits meanwhile.

    Of a cluster every member is asked. Exit code 8: their definitions differ; 4: all who answer are in
    sync, and one does not. What `apply` refuses there is told, and is not written (4).

    On a database that was synced, the migration begins where those before it end.

    --from and --to show the schema as it was recorded: ID is the number of a step in `schema history`, or
    a migration, or the beginning of its name. With both, they show what happened in between.
    """
    _check_steps(before, after, write=write)
    if one_member and write:
        raise PlumbobError(
            "--one-member is to look at, and a migration is one of the whole cluster",
            advice="leave out --write, or --one-member",
        )
    project = open_project(where)
    declaration = load_declaration(project)
    target = find_target(to, project.config)
    place = scratch_place(scratch, project.config)
    with connect_to(target, to, project.config) as server:
        if one_member:
            ask_nobody_else(server)
        steps = Steps.to_write(server) if write else Steps.to_show(server, before, after)
        found = compare_database(
            steps.declared(declaration),
            server,
            scratch=place,
            proved=write or prove,
            base=steps.base,
        )
        shown = _shown(found, steps, server, project, write=write, to_prove=write or prove)
        written = None
        if write and shown.differs:
            written = write_migration(project.migrations, server, found, message)
    if write:
        settle_head(project.migrations, read_folder(project.migrations))
        refresh_models(project, declaration)
    files = [project.shown(path) for path in (written.up, written.down)] if written else []
    if as_json or form == "json":
        console.out_json(comparison_document(shown) | {"files": files})
    else:
        console.out(FORMATS[form](shown))
        if verbose:
            console.note(left_alone_text(shown))
        if steps.synced is not None:
            console.note(SYNCED_WRITE if write else SYNCED)
        if steps.are_of_now or write:
            console.note(_next(shown, written, files))
        if write and not steps.are_of_now:
            console.note(ADOPTED_WRITE)
    if written is None and not shown.differs:
        return Exit.OK if shown.in_sync else Exit.UNSAFE
    return Exit.OK if written else Exit.DIFFERENT


def _shown(
    found: Comparison,
    steps: Steps,
    server: Server,
    project: Project,
    *,
    write: bool,
    to_prove: bool,
) -> Compared:
    """A comparison with what is asked of the database beside it, for the reports."""
    # The rows are those of today.
    hazards = () if steps.start else found.plan.hazards
    is_live = steps.are_of_now and not (write and steps.synced is not None)
    live = database_name(server)
    return compared(
        found,
        str(steps.end) if steps.end else project.shown(project.schema),
        f"{live}, {steps.start}" if steps.start else live,
        count_rows(server, hazards),
        owned(found, server) if is_live else None,
        foreseen(server, found) if is_live else (),
        tuple(_large(found, server, project)) if is_live and to_prove else (),
        to_prove=to_prove,
    )


def _large(found: Comparison, server: Server, project: Project) -> Iterator[Large]:
    """What others would wait for, and who does it: what `apply` says once it is written."""
    limits = Limits.of(project.config)
    tool = limits.tool.name if limits.tool and not server.is_cluster else ""
    for statement, hazard in blocking(server, found.plan.up, limits):
        yield Large(hazard, tool if is_for_a_tool(statement) else "")


def _check_steps(before: str | None, after: str | None, *, write: bool) -> None:
    for name, said in (("--from", before), ("--to", after)):
        if said is not None and said.partition(":")[0] != WORD:
            raise PlumbobError(
                f"{name} {said} is nothing to compare with",
                advice=f"{name} {WORD}:ID is a step of schema history",
                where=name,
            )
        if said is not None and write:
            raise PlumbobError(
                f"{name} shows what was, and no migration begins or ends there",
                advice=f"leave out --write, or {name}",
                where=name,
            )


def _next(shown: Compared, written: Written | None, files: list[str]) -> str:
    if written is None:
        return "" if not shown.differs else "Write it down with: schema diff --write -m MESSAGE"
    verb = "wrote" if written.is_new else "written before, and not applied yet:"
    return "\n".join([*(line(f"{verb} {name}") for name in files), "Run it with: schema apply"])
