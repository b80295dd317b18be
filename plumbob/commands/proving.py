"""What `schema check` does with migration files that people have edited: proves them, writes them anew."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

from plumbob.commands import console
from plumbob.commands.opening import connect_to, find_target, scratch_place
from plumbob.commands.options import ConnectionOptions
from plumbob.declaration import Declaration
from plumbob.errors import Exit, ManyErrors, PlumbobError
from plumbob.migration.files import rewrite_pair
from plumbob.migration.head import read_chain
from plumbob.migration.migration import Migration
from plumbob.migration.record.standing import stand
from plumbob.migration.text import file_name
from plumbob.project import Project
from plumbob.report.rehearsal import leads_errors, stale_error
from plumbob.server.connection import Server
from plumbob.workflow.rehearsal import Rehearsal, is_edited, rehearse


def prove_edited(
    project: Project,
    declaration: Declaration,
    to: ConnectionOptions,
    scratch: str | None,
    *,
    write: bool,
) -> tuple[Rehearsal, ...]:
    """Prove the edited migrations of a project again.

    Raises:
        PlumbobError: or ManyErrors: one does not lead where it should, or was not written anew.
    """
    chain = read_chain(project.migrations)
    if not any(map(is_edited, chain)):
        return ()
    with ExitStack() as stack:
        target = _target(to, project, stack)
        if target is not None:
            _refuse_applied(chain, target)
        found = rehearse(
            chain,
            declaration,
            scratch=scratch_place(scratch, project.config),
            target=target,
            scope=project.config.scope,
        )
    faults = [error for each in found for error in leads_errors(each)]
    if not faults and not write:
        faults = [_stale(project, each) for each in found if each.is_renewed]
    if not faults and write:
        faults = [_stale(project, each) for each in found if each.is_renewed and each.unproved]
    if faults:
        raise faults[0] if len(faults) == 1 else ManyErrors(faults)
    if write:
        _write(project.migrations, chain, found)
    return found


def _stale(project: Project, found: Rehearsal) -> PlumbobError:
    path = project.migrations / file_name(found.migration.id, "up")
    return stale_error(found, project.shown(path))


def _target(to: ConnectionOptions, project: Project, stack: ExitStack) -> Server | None:
    """The database that may stand where an edited file begins; without one, files say it."""
    try:
        target = find_target(to, project.config)
        return stack.enter_context(connect_to(target, to, project.config))
    except PlumbobError as error:
        is_asked = any((to.url, to.host, to.socket, to.database))
        if is_asked or error.exit not in (Exit.BAD_INPUT, Exit.NO_ACCESS):
            raise
        return None


def _refuse_applied(chain: tuple[Migration, ...], server: Server) -> None:
    """A file that was applied as another one: what it did there stays."""
    standing = stand(server, chain)
    for fault in standing.faults():
        if str(fault.where) in standing.applied:
            raise fault


def _write(folder: Path, chain: tuple[Migration, ...], found: tuple[Rehearsal, ...]) -> None:
    renewed = {each.migration.id: each.migration for each in found if each.is_renewed}
    for path in rewrite_pair(folder, chain, renewed):
        console.note(f"wrote {path.name} anew")
