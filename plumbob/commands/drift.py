"""`schema drift`: what somebody changed on the server, told from what is pending; and its adoption."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from plumbob.commands import console, options
from plumbob.commands.opening import (
    connect_to,
    database_name,
    find_target,
    load_declaration,
    open_project,
    scratch_place,
)
from plumbob.commands.options import ConnectionOptions, ProjectOptions
from plumbob.commands.running import teller
from plumbob.errors import PlumbobError
from plumbob.migration.files import read_folder
from plumbob.project import Project
from plumbob.report.drift import drift_document, drift_exit, drift_text
from plumbob.report.files import files_diff
from plumbob.report.safe import line, lines
from plumbob.workflow.drift import Adopted, Drift, adopt, find_drift, record, under_lock
from plumbob.workflow.pull import write_files

EXAMPLE = """\
schema drift
schema drift --adopt --dry-run
schema drift --adopt
schema drift --adopt --keep users"""


@click.command(cls=options.Command, example=EXAMPLE)
@options.project
@options.connection
@options.scratch
@click.option("--adopt", "is_adopted", is_flag=True, help="Take the drift into the declaration.")
@click.option(
    "--keep",
    multiple=True,
    metavar="OBJECT",
    help="In a conflict of this object the declaration is right; may be repeated.",
)
@click.option(
    "--dry-run", is_flag=True, help="With --adopt: show the difference of the files; write nothing."
)
@click.option(
    "--lock-wait",
    type=options.duration,
    default="60s",
    metavar="TIME",
    help="Wait as long for a run of apply or rollback to end [60s].",
)
@options.json
def command(
    where: ProjectOptions,
    to: ConnectionOptions,
    scratch: str | None,
    is_adopted: bool,
    keep: tuple[str, ...],
    dry_run: bool,
    lock_wait: float,
    as_json: bool,
) -> int:
    """Show what was changed on the server by nobody's migration.

    Three sides are compared: what the last apply or rollback recorded, what is live, and what is
    declared. What only the declaration changes is pending and is not shown here (`schema diff` shows
    it); what both changed, each otherwise, is a conflict. It is read under the lock of `apply`: what a
    running one changes is no drift.

    --adopt writes the drift, and nothing that is pending, into the declaration, where comments and
    layout stay; and into the history, so that it is drift no more. A conflict is named and left until
    the declaration says what is live, or --keep says that the declaration is right.

    Exit code 0: no drift, or all of it is adopted; 1: drift; 6: a conflict is left.
    """
    if (keep or dry_run) and not is_adopted:
        raise PlumbobError("--keep and --dry-run belong to --adopt", advice="add --adopt")
    project = open_project(where)
    declaration = load_declaration(project)
    chain = read_folder(project.migrations)
    target = find_target(to, project.config)
    place = scratch_place(scratch, project.config)
    with (
        connect_to(target, to, project.config) as server,
        under_lock(server, lock_wait, teller()),
    ):
        found = find_drift(declaration, server, chain, scratch=place)
        adopted = None
        if is_adopted:
            adopted = adopt(found, server, keep=keep, scratch=place)
            if not dry_run:
                write_files(adopted.contents)
                record(adopted, found, server)
        live = database_name(server)
    if as_json:
        document = drift_document(found, live)
        if adopted is not None:
            document |= _adopted_document(adopted, project, is_written=not dry_run)
        console.out_json(document)
    else:
        said = drift_text(found, project.shown(project.schema), live)
        console.out("\n".join([*said, *_text(adopted, found, project, is_written=not dry_run)]))
    return drift_exit(found, None if dry_run else adopted)


def _text(
    adopted: Adopted | None, found: Drift, project: Project, *, is_written: bool
) -> Iterator[str]:
    if adopted is None or not found.ids:
        return
    if is_written:
        yield from (line(f"wrote {project.shown(path)}") for path in adopted.contents)
    else:
        yield from lines(files_diff(_shown(adopted, project), "adopted"))
    for remark in adopted.remarks:
        yield line(f"{remark.table}: {remark.what}")
    for id in sorted(adopted.left):
        yield line(f"left as it is: {id}")
    if is_written and found.is_synced:
        yield "this database was synced: `schema sync` takes note of what was adopted"
    if not adopted.left and is_written:
        yield "adopted: what is left is pending, and is shown by: schema diff"


def _shown(adopted: Adopted, project: Project) -> dict[str, tuple[bytes, bytes]]:
    return {project.shown(path): each for path, each in adopted.contents.items()}


def _adopted_document(adopted: Adopted, project: Project, *, is_written: bool) -> dict[str, object]:
    return {
        "files": [project.shown(Path(path)) for path in adopted.contents],
        "written": is_written and bool(adopted.contents),
        "difference": files_diff(_shown(adopted, project), "adopted"),
        "remarks": [{"table": each.table, "what": each.what} for each in adopted.remarks],
        "left": sorted(adopted.left),
    }
