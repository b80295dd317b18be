"""`schema seed`: rows of the seed files and faked ones, in the database; and out of it again."""

from __future__ import annotations

import os
import secrets
import sys
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

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
from plumbob.commands.seeding import read_seed_files
from plumbob.errors import Exit, PlumbobError
from plumbob.migration.record.production import refuse_in_production
from plumbob.model import Schema
from plumbob.report.safe import line
from plumbob.report.seeded import (
    filled_document,
    filled_text,
    rollback_text,
    seeds_text,
    sowing_document,
    sowing_text,
    undone_document,
    undone_text,
    unnamed_text,
)
from plumbob.seeds.checking import check
from plumbob.seeds.fakes.filling import fill
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
schema seed --fake users=1000 --fake payments=5000 --seed 42
schema seed --undo"""
# More rows than these are a benchmark of its own kind.
MOST_FAKES = 10_000_000


@click.command(cls=options.Command, example=EXAMPLE)
@options.project
@options.connection
@click.option(
    "--fake",
    "fakes",
    multiple=True,
    metavar="TABLE=ROWS",
    help="Make up so many rows of a table, in place of the files; may be repeated.",
)
@click.option(
    "--seed", type=click.IntRange(0), metavar="NUMBER", help="Make up the same rows as before."
)
@click.option("--undo", "undoes", is_flag=True, help="Remove what was seeded, and nothing else.")
@options.dry_run
@options.json
def command(
    where: ProjectOptions,
    to: ConnectionOptions,
    fakes: tuple[str, ...],
    seed: int | None,
    undoes: bool,
    dry_run: bool,
    as_json: bool,
) -> int:
    """Write the rows of seeds/*.yaml into the database.

    A row that is missing is inserted, one that differs is updated, and a second run changes nothing. All
    rows are held against the declaration first, and are written in one transaction.

    Production takes only the seeds that name it, and only with `--env production`. Exit code 1: a dry
    run found something to do.
    """
    if undoes and fakes:
        raise click.UsageError("--undo removes all that was seeded: it takes no --fake")
    if seed is not None and not fakes:
        raise click.UsageError("--seed is the number of --fake TABLE=ROWS")
    project = open_project(where)
    target = find_target(to, project.config)
    with connect_to(target, to, project.config) as server:
        if fakes:
            return _fake(project, server, fakes, seed, dry_run=dry_run, as_json=as_json)
        run = _undo if undoes else _seed
        return run(project, server, asked=where.env is not None, dry_run=dry_run, as_json=as_json)


def _seed(project: Project, server: Server, *, asked: bool, dry_run: bool, as_json: bool) -> int:
    config = project.config
    seeds = read_seed_files(project)
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
    with _Bars() as bars:
        undone = undo(server, dry_run=dry_run, progress=bars.show)
    if undone.no_rollback:
        console.warn(rollback_text(undone.no_rollback))
    if as_json:
        console.out_json(undone_document(undone))
    else:
        console.out(undone_text(undone))
    return Exit.DIFFERENT if dry_run and undone.removed else Exit.OK


def _fake(
    project: Project,
    server: Server,
    fakes: tuple[str, ...],
    seed: int | None,
    *,
    dry_run: bool,
    as_json: bool,
) -> int:
    refuse_in_production("`schema seed --fake`", server, configured=project.config.production)
    schema = resolve(load_declaration(project), server, Schema())
    counts = _counts(fakes, schema)
    with _Bars() as bars:
        filled = fill(
            server,
            schema,
            counts,
            seed=secrets.randbelow(2**31) if seed is None else seed,
            dry_run=dry_run,
            progress=bars.show,
        )
    if filled.no_rollback:
        console.warn(rollback_text(filled.no_rollback))
    if filled.unnamed:
        console.warn(unnamed_text(filled.unnamed))
    if as_json:
        console.out_json(filled_document(filled))
    else:
        console.out(filled_text(filled))
    return Exit.DIFFERENT if dry_run else Exit.OK


def _counts(fakes: tuple[str, ...], schema: Schema) -> dict[str, int]:
    """How many rows are wanted, by table."""
    counts: dict[str, int] = {}
    for each in fakes:
        table, sign, count = each.rpartition("=")
        if (
            not sign
            or not count.isascii()
            or not count.isdigit()
            or not 0 < int(count) <= MOST_FAKES
        ):
            raise click.UsageError(
                f"--fake takes TABLE=ROWS, such as users=1000, up to {MOST_FAKES:,} rows"
            )
        if table not in schema.tables:
            near = get_close_matches(table, list(schema.tables), 1)
            raise PlumbobError(
                f"no table {table!r} is declared",
                advice=f"did you mean {near[0]!r}?" if near else "",
            )
        counts[table] = int(count)
    return counts


class _Bars:
    """A bar on a terminal, one for each table; elsewhere nothing."""

    def __init__(self) -> None:
        # click has no public name for its bar.
        self._bar: Any = None
        self._name = ""
        self._done = 0

    def __enter__(self) -> _Bars:
        return self

    def __exit__(self, *reason: object) -> None:
        if self._bar is not None:
            self._bar.render_finish()
            self._bar = None

    def show(self, name: str, done: int, total: int) -> None:
        """So many of all are done."""
        if not console.is_terminal(sys.stderr):
            return
        if self._bar is None or name != self._name:
            self.__exit__()
            self._bar = click.progressbar(length=total, label=line(name), file=sys.stderr)
            self._name, self._done = name, 0
        self._bar.update(done - self._done)
        self._done = done
