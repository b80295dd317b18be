"""`schema pull`: takes what the database has into the declaration, and keeps what people wrote there."""

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
    warn_of_unasked,
)
from plumbob.commands.options import ConnectionOptions, ProjectOptions
from plumbob.declaration import load
from plumbob.errors import Exit
from plumbob.project import Project
from plumbob.report.comparison import Source
from plumbob.report.files import files_diff
from plumbob.report.proof import proof_document, proof_lines
from plumbob.report.safe import line, lines
from plumbob.workflow.pull import Pulled, pull
from plumbob.workflow.reproduction import Reproduction, reproduce

EXAMPLE = """\
schema pull --dry-run
schema pull
schema pull --all
schema pull --url mysql://root@localhost/shop"""


@click.command(cls=options.Command, example=EXAMPLE)
@options.project
@options.connection
@options.scratch
@click.option("--dry-run", is_flag=True, help="Show the difference of the files; write nothing.")
@click.option(
    "--all",
    "every_kind",
    is_flag=True,
    help="Take in views, triggers, … as well that the declaration has no section for yet.",
)
@options.json
def command(
    where: ProjectOptions,
    to: ConnectionOptions,
    scratch: str | None,
    dry_run: bool,
    every_kind: bool,
    as_json: bool,
) -> int:
    """Take what the database has into the declaration.

    Only what differs is changed: comments, order, layout and spelling of the rest stay as they are,
    and where nothing differs no byte changes. The new text is loaded and compared with the database
    before it replaces the old one; then the database is rebuilt from it on a scratch server and
    compared object by object. Exit code 0: the declaration says what the database says; with
    --dry-run 1 when it does not yet.
    """
    project = open_project(where)
    declaration = load_declaration(project)
    target = find_target(to, project.config)
    place = scratch_place(scratch, project.config)
    with connect_to(target, to, project.config) as server:
        found = pull(declaration, server, scratch=place, every_kind=every_kind)
        live = Source(database_name(server), len(found.live.tables))
        proof = None
        if not dry_run:
            found.write()
            anew = load(Path(project.shown(project.schema)))
            proof = reproduce(anew, server, scratch=place)
        warn_of_unasked(server)
    declared = Source(project.shown(project.schema), len(declaration.schema.tables))
    if as_json:
        console.out_json(_document(found, project, proof))
    else:
        console.out("\n".join([line(f"{declared} | {live}"), *_text(found, project, proof)]))
    if proof is None:
        return Exit.DIFFERENT if found.contents else Exit.OK
    return Exit.DIFFERENT if proof.unlike else Exit.OK


def _text(found: Pulled, project: Project, proof: Reproduction | None) -> Iterator[str]:
    if not found.contents:
        yield "in sync: nothing is changed"
    elif proof is None:
        yield from lines(_difference(found, project))
    else:
        yield from (line(f"wrote {project.shown(path)}") for path in found.contents)
    for remark in found.remarks:
        yield line(f"{remark.table}: {remark.what}")
    if proof is not None:
        yield from proof_lines(proof)


def _difference(found: Pulled, project: Project) -> str:
    contents = {project.shown(path): each for path, each in found.contents.items()}
    return files_diff(contents, "pulled")


def _document(found: Pulled, project: Project, proof: Reproduction | None) -> dict[str, object]:
    return {
        "in_sync": not found.contents,
        "files": [project.shown(path) for path in found.contents],
        "written": bool(found.contents) and proof is not None,
        "difference": _difference(found, project),
        "remarks": [{"table": each.table, "what": each.what} for each in found.remarks],
        "proof": proof_document(proof) if proof is not None else None,
    }
