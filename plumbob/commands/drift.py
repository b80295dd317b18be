"""`schema drift`: what somebody changed on the server, told from what is pending; adopted, or undone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
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
from plumbob.errors import Exit, PlumbobError
from plumbob.migration.files import read_folder
from plumbob.migration.run.counting import count_rows
from plumbob.project import Project
from plumbob.report.comparison import Compared, compared
from plumbob.report.document import comparison_document
from plumbob.report.drift import drift_document, drift_exit, drift_text, revert_text
from plumbob.report.files import files_diff
from plumbob.report.safe import line, lines
from plumbob.server.connection import Server
from plumbob.workflow.drift import Adopted, Drift, adopt, find_drift, keep_adopted, under_lock
from plumbob.workflow.revert import about, named_back, undo
from plumbob.workflow.writing import Written, foreseen, write_revert

EXAMPLE = """\
schema drift
schema drift --adopt --dry-run
schema drift --adopt
schema drift --adopt --keep users
schema drift --revert -m "undo the hotfix of Friday\""""


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
    "--revert", "is_reverted", is_flag=True, help="Write a migration that undoes the drift."
)
@click.option(
    "-m", "--message", metavar="TEXT", default="", help="With --revert: what the migration is for."
)
@click.option(
    "--dry-run",
    is_flag=True,
    help="Show what --adopt or --revert would write, and write nothing.",
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
    is_reverted: bool,
    message: str,
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

    --revert writes a migration and its rollback that lead from what is live back to what was recorded,
    and leaves what is pending as it is; `schema apply` runs it, and asks for an approval of what is lost
    by it. It stands ahead of migrations that are not applied yet. On a database where nobody has
    changed these objects it is recorded, and not run.

    Exit code 0: no drift, or all of it is adopted, or both files are written; 1: drift; 6: a conflict,
    or what is not understood, is left.
    """
    _check_options(keep, is_adopted, is_reverted, message, dry_run)
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
                keep_adopted(adopted, found, server)
        live = database_name(server)
        if is_reverted:
            reverted = _revert(found, project, server, message, place, is_written=not dry_run)
            return _show_reverted(reverted, found, project, live, as_json=as_json)
    if as_json:
        document = drift_document(found, live)
        if adopted is not None:
            document |= _adopted_document(adopted, project, is_written=not dry_run)
        console.out_json(document)
    else:
        said = drift_text(found, project.shown(project.schema), live)
        console.out("\n".join([*said, *_text(adopted, found, project, is_written=not dry_run)]))
    return drift_exit(found, None if dry_run else adopted)


def _check_options(
    keep: tuple[str, ...], is_adopted: bool, is_reverted: bool, message: str, dry_run: bool
) -> None:
    if is_adopted and is_reverted:
        raise PlumbobError(
            "drift is taken into the declaration, or undone: --adopt and --revert are two ways",
            advice="take one of the two",
        )
    if keep and not is_adopted:
        raise PlumbobError("--keep belongs to --adopt", advice="add --adopt")
    if message and not is_reverted:
        raise PlumbobError("--message belongs to --revert", advice="add --revert")
    if dry_run and not (is_adopted or is_reverted):
        raise PlumbobError("--dry-run belongs to --adopt and --revert", advice="add one of them")


@dataclass(frozen=True, slots=True)
class _Reverted:
    """What undoes drift, and its files, where they were written; `named_back` is told of renames."""

    compared: Compared
    named_back: tuple[str, ...]
    written: Written | None


def _revert(
    found: Drift, project: Project, server: Server, message: str, place: str, *, is_written: bool
) -> _Reverted | None:
    if not found.ids:
        return None
    back = undo(found, server, scratch=place)
    shown = compared(
        back,
        "recorded",
        database_name(server),
        count_rows(server, back.plan.hazards),
        diverging=foreseen(server, back),
        to_prove=True,
    )
    names = tuple(named_back(back))
    if not is_written or not shown.differs:
        return _Reverted(shown, names, None)
    return _Reverted(
        shown, names, write_revert(project.migrations, server, back, message or about(found))
    )


def _show_reverted(
    reverted: _Reverted | None, found: Drift, project: Project, live: str, *, as_json: bool
) -> int:
    written = reverted.written if reverted else None
    files = [project.shown(path) for path in (written.up, written.down)] if written else []
    if as_json:
        document = drift_document(found, live)
        undone = comparison_document(reverted.compared) if reverted else {}
        parts = {key: undone.get(key, []) for key in ("up", "down", "approvals", "refused")}
        console.out_json(document | {"revert": parts, "files": files})
    else:
        console.out("\n".join(drift_text(found, project.shown(project.schema), live)))
        if reverted is not None:
            console.out("\n".join(["", *revert_text(reverted.compared, reverted.named_back)]))
        verb = "wrote" if written and written.is_new else "written before, and not applied yet:"
        for name in files:
            console.note(line(f"{verb} {name}"))
        if files:
            console.note("Run it with: schema apply")
    if not found.ids:
        return Exit.OK
    if written is None:
        return Exit.DIFFERENT
    return Exit.STALE if found.unread else Exit.OK


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
        yield "other databases get it by a migration: schema diff --write"


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
