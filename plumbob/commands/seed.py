"""`schema seed`: the rows of the seed files, in the database; and out of it again."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from plumbob.commands import console, options
from plumbob.commands.opening import (
    connect_to,
    database_name,
    find_target,
    load_declaration,
    open_project,
)
from plumbob.commands.options import ConnectionOptions, ProjectOptions
from plumbob.errors import Exit, PlumbobError
from plumbob.model import Schema
from plumbob.report.seeded import (
    rollback_text,
    seeds_text,
    sowing_document,
    sowing_text,
    undone_document,
    undone_text,
)
from plumbob.seeds.checking import check
from plumbob.seeds.files import read_seeds
from plumbob.seeds.gate import choose, refuse_unasked
from plumbob.seeds.order import rows_in_order
from plumbob.seeds.sowing import sow
from plumbob.seeds.undoing import undo
from plumbob.workflow import resolve

if TYPE_CHECKING:
    from plumbob.project import Project
    from plumbob.server.connection import Server

EXAMPLE = """\
schema seed --dry-run
schema seed --undo"""


@click.command(cls=options.Command, example=EXAMPLE)
@options.project
@options.connection
@click.option("--undo", "undoes", is_flag=True, help="Remove what was seeded, and nothing else.")
@options.dry_run
@options.json
def command(
    where: ProjectOptions, to: ConnectionOptions, undoes: bool, dry_run: bool, as_json: bool
) -> int:
    """Write the rows of seeds/*.yaml into the database.

    A row that is missing is inserted, one that differs is updated, and a second run changes nothing. All
    rows are held against the declaration first, and are written in one transaction.

    Production takes only the seeds that name it, and only with `--env production`. Exit code 1: a dry
    run found something to do.
    """
    project = open_project(where)
    asked = where.env is not None
    target = find_target(to, project.config)
    if undoes:
        with connect_to(target, to, project.config) as server:
            return _undo(project, server, asked=asked, dry_run=dry_run, as_json=as_json)
    with connect_to(target, to, project.config) as server:
        return _seed(project, server, asked=asked, dry_run=dry_run, as_json=as_json)


def _seed(project: Project, server: Server, *, asked: bool, dry_run: bool, as_json: bool) -> int:
    config = project.config
    seeds = read_seeds(project.seeds, Path(project.shown(project.seeds)))
    for path in seeds.not_read:
        console.warn(f"{path} is not read: an environment is no folder, but a line `environments:`")
    if not seeds.files:
        raise PlumbobError(f"there are no seeds in {seeds.folder}", advice="see docs/seeds.md")
    chosen = choose(seeds, server, config.environment, production=config.production, asked=asked)
    schema = resolve(load_declaration(project), server, Schema())
    rows = check(seeds, chosen, schema, os.environ)
    console.note(seeds_text(chosen, str(seeds.folder), config.environment, database_name(server)))
    sowing = sow(server, rows_in_order(rows, schema), dry_run=dry_run)
    if sowing.no_rollback:
        console.warn(rollback_text(sowing.no_rollback))
    if as_json:
        console.out_json(sowing_document(sowing, config.environment))
    else:
        console.out(sowing_text(sowing))
    is_all = sowing.count("unchanged") == len(sowing.rows)
    return Exit.DIFFERENT if dry_run and not is_all else Exit.OK


def _undo(project: Project, server: Server, *, asked: bool, dry_run: bool, as_json: bool) -> int:
    config = project.config
    refuse_unasked(server, config.environment, production=config.production, asked=asked)
    undone = undo(server, dry_run=dry_run)
    if as_json:
        console.out_json(undone_document(undone))
    else:
        console.out(undone_text(undone))
    return Exit.DIFFERENT if dry_run and undone.removed else Exit.OK
