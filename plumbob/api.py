"""What the commands do, for programs: values come back, nothing is printed, errors are PlumbobError.

Each function finds the project from the working folder upwards, as the commands do, and the database by
`url` or by the environment variable that the settings name. `import plumbob` has all of them, and loads
this module when one is first used.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from plumbob.errors import Exit, PlumbobError
from plumbob.lint import Finding, lint
from plumbob.migration.files import read_folder
from plumbob.migration.head import read_chain, settle_head
from plumbob.migration.record import synced
from plumbob.migration.record.status import Status
from plumbob.migration.record.status import status as read_status
from plumbob.migration.run.accounts import Role
from plumbob.migration.run.events import Progress, silent
from plumbob.migration.run.executor import LOCK_WAIT, MAX_WAIT, Conditions, Outcome
from plumbob.migration.run.resume import Told
from plumbob.place import Place, declaration_of, find_place
from plumbob.plan.statement import Hazard
from plumbob.project import find_project
from plumbob.seeds.sowing import Sowing
from plumbob.server.connection import Server
from plumbob.server.visibility import account as account_of
from plumbob.workflow import compare_database
from plumbob.workflow import drift as drifting
from plumbob.workflow.accounts import beside, needed
from plumbob.workflow.database import Setup
from plumbob.workflow.pull import write_files
from plumbob.workflow.recorded import adopted_steps, of_kinds
from plumbob.workflow.revert import about, as_declaration, undo
from plumbob.workflow.sync import Sync, SyncOutcome
from plumbob.workflow.writing import write_migration, write_revert

__all__ = [
    "Adopted",
    "Difference",
    "Drift",
    "Exit",
    "Finding",
    "Hazard",
    "Outcome",
    "PlumbobError",
    "Privileges",
    "Reverted",
    "Setup",
    "Sowing",
    "Status",
    "SyncOutcome",
    "adopt",
    "apply",
    "check_grants",
    "compare",
    "create",
    "drift",
    "drop",
    "findings",
    "grants",
    "reset",
    "revert",
    "rollback",
    "seed",
    "setup",
    "status",
    "sync",
    "write",
]


@dataclass(frozen=True, slots=True)
class Difference:
    """What differs between a declaration and a database.

    Attributes:
        up, down: the statements that make the database as declared, and those that lead back.
        hazards: what the way up can lose.
        unconfirmed: why no server was asked about the differences, or "".
        unasked: why members of a cluster were not asked what they have.
    """

    up: tuple[str, ...]
    down: tuple[str, ...]
    hazards: tuple[Hazard, ...] = ()
    unconfirmed: str = ""
    unasked: tuple[str, ...] = ()

    @property
    def in_sync(self) -> bool:
        return not self.up and not self.unasked


@dataclass(frozen=True, slots=True)
class Drift:
    """What somebody changed on the server by hand: a table by its name, all else as `view:paid`.

    Attributes:
        objects: all that drifted.
        since: when the server says that one of them was changed last (UTC), where it does.
        conflicts: those that the declaration changes as well, and otherwise.
        unread: those that are not understood, before or now.
    """

    objects: tuple[str, ...]
    since: Mapping[str, str] = field(default_factory=dict)
    conflicts: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Adopted:
    """The files of the declaration that say the drift by now, and the objects that are left as they were."""

    drift: Drift
    files: tuple[Path, ...] = ()
    left: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reverted:
    """The statements that undo the drift, what they can lose, and the files of the migration that has them."""

    drift: Drift
    up: tuple[str, ...] = ()
    hazards: tuple[Hazard, ...] = ()
    files: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class Privileges:
    """What an account lacks, as GRANT statements, and what it has more, as REVOKE statements."""

    lacks: tuple[str, ...]
    more: tuple[str, ...]


def apply(
    url: str | None = None,
    *,
    env: str | None = None,
    folder: str | os.PathLike[str] | None = None,
    allow: Collection[str] = (),
    dry_run: bool = False,
    progress: Progress = silent,
    wait: float = 0.0,
    lock_wait: float = LOCK_WAIT,
    max_wait: float = MAX_WAIT,
    over_drift: Collection[str] = (),
    kill_blockers: bool = False,
    interrupted: Told | None = None,
) -> Outcome:
    """Run the migrations that the database does not have yet; several processes may do so at once.

    Args:
        url, env, folder, wait: which database (see `find_place`).
        allow: approvals of losses by name, such as "drop-column:users.legacy".
        dry_run: find out what would be run, and run nothing.
        progress: is told each step (`plumbob.migration.run.events`).
        lock_wait: seconds to wait for another process that applies.
        max_wait: seconds to wait for a table that others hold.
        over_drift: objects that are changed although somebody has changed them by hand.
        kill_blockers: whether those are ended who hold the very lock that is waited for.
        interrupted: "done" or "again", where a statement by hand was running when a run was ended and
            nobody else can know what became of it.

    Raises:
        PlumbobError: UNSAFE or STALE: nothing was run; LOCKED or FAILED: the same call goes on.
    """
    place = find_place(url, env=env, folder=folder, wait=wait)
    on = Conditions(
        allow=allow,
        dry_run=dry_run,
        progress=progress,
        lock_wait=lock_wait,
        max_wait=max_wait,
        over_drift=over_drift,
        told=interrupted,
    )
    return place.apply(on, kill_blockers=kill_blockers)


def rollback(
    url: str | None = None,
    *,
    env: str | None = None,
    folder: str | os.PathLike[str] | None = None,
    steps: int = 1,
    allow: Collection[str] = (),
    dry_run: bool = False,
    progress: Progress = silent,
    wait: float = 0.0,
    lock_wait: float = LOCK_WAIT,
    max_wait: float = MAX_WAIT,
    over_drift: Collection[str] = (),
    kill_blockers: bool = False,
    interrupted: Told | None = None,
) -> Outcome:
    """Undo the last `steps` migrations; the other arguments are those of `apply`."""
    place = find_place(url, env=env, folder=folder, wait=wait)
    on = Conditions(
        allow=allow,
        dry_run=dry_run,
        progress=progress,
        lock_wait=lock_wait,
        max_wait=max_wait,
        over_drift=over_drift,
        told=interrupted,
    )
    return place.rollback(on, steps=steps, kill_blockers=kill_blockers)


def compare(
    url: str | None = None,
    *,
    env: str | None = None,
    folder: str | os.PathLike[str] | None = None,
    scratch: str | None = None,
    wait: float = 0.0,
) -> Difference:
    """What differs between the declaration and the database, as `schema diff`; nothing is written.

    Args:
        scratch: where declared text is tried out: sandbox, target, none or a URL; None for the
            place that the settings name.
    """
    place = find_place(url, env=env, folder=folder, wait=wait)
    with place.connect() as server:
        at = place.project.config.scratch_at(scratch)
        found = compare_database(place.declaration(), server, scratch=at)
    plan = found.plan
    return Difference(
        tuple(each.sql for each in plan.up),
        tuple(each.sql for each in plan.down),
        tuple(hazard for each in plan.up for hazard in each.hazards),
        found.unconfirmed,
        found.unasked,
    )


def status(
    url: str | None = None,
    *,
    env: str | None = None,
    folder: str | os.PathLike[str] | None = None,
    wait: float = 0.0,
) -> Status:
    """What is applied, pending, half done or drifted; `is_in_sync` is all of it in a word."""
    place = find_place(url, env=env, folder=folder, wait=wait)
    with place.connect() as server:
        return read_status(server, read_chain(place.project.migrations))


def sync(
    url: str | None = None,
    *,
    env: str | None = None,
    folder: str | os.PathLike[str] | None = None,
    allow: Collection[str] = (),
    scratch: str | None = None,
    dry_run: bool = False,
    progress: Progress = silent,
    wait: float = 0.0,
) -> SyncOutcome:
    """Make a database of development or of a test what is declared, without migrations.

    The arguments are those of `apply` and `compare`.
    """
    place = find_place(url, env=env, folder=folder, wait=wait)
    run = Sync(
        allow=allow,
        scratch=place.project.config.scratch_at(scratch),
        production=place.is_production,
        dry_run=dry_run,
        progress=progress,
    )
    with place.connect() as server:
        return run(place.declaration(), server, read_folder(place.project.migrations))


def seed(
    url: str | None = None,
    *,
    env: str | None = None,
    folder: str | os.PathLike[str] | None = None,
    dry_run: bool = False,
    wait: float = 0.0,
) -> Sowing:
    """Write the rows of the seed files; production takes those that name it, where `env` does as well."""
    return find_place(url, env=env, folder=folder, wait=wait).seed(dry_run=dry_run)


def create(
    url: str | None = None,
    *,
    env: str | None = None,
    folder: str | os.PathLike[str] | None = None,
    wait: float = 0.0,
) -> bool:
    """Make the database itself, as declared; false where it was there before."""
    return find_place(url, env=env, folder=folder, wait=wait).create()


def drop(
    url: str | None = None,
    *,
    env: str | None = None,
    folder: str | os.PathLike[str] | None = None,
    allow: Collection[str] = (),
    wait: float = 0.0,
) -> bool:
    """Drop the database, approved as "drop-database:NAME"; false where it was not there."""
    return find_place(url, env=env, folder=folder, wait=wait).drop(allow) is not None


def setup(
    url: str | None = None,
    *,
    env: str | None = None,
    folder: str | os.PathLike[str] | None = None,
    allow: Collection[str] = (),
    progress: Progress = silent,
    wait: float = 0.0,
) -> Setup:
    """Make the database where it is not there, apply what is pending, seed where there are seeds."""
    place = find_place(url, env=env, folder=folder, wait=wait)
    return place.setup(allow=allow, progress=progress)


def reset(
    url: str | None = None,
    *,
    env: str | None = None,
    folder: str | os.PathLike[str] | None = None,
    allow: Collection[str] = (),
    progress: Progress = silent,
    wait: float = 0.0,
) -> Setup:
    """Drop the database, approved as "drop-database:NAME", and set it up again."""
    place = find_place(url, env=env, folder=folder, wait=wait)
    return place.reset(allow, progress=progress)


def write(
    url: str | None = None,
    *,
    env: str | None = None,
    folder: str | os.PathLike[str] | None = None,
    message: str = "",
    scratch: str | None = None,
    wait: float = 0.0,
) -> tuple[Path, ...]:
    """Write what differs as the next migration and its rollback, as `schema diff --write`; () where nothing does.

    What was adopted from drift comes first, in a migration of its own.

    Args:
        message: what the migration is for.
        url, env, folder, scratch, wait: those of `compare`.

    Raises:
        PlumbobError: STALE when other migrations are not applied yet.
    """
    place = find_place(url, env=env, folder=folder, wait=wait)
    migrations, declaration = place.project.migrations, place.declaration()
    at = place.project.config.scratch_at(scratch)
    with place.connect() as server:
        base = synced.recorded_schema(server)
        if adopted := adopted_steps(server):
            before, now = adopted
            wanted = of_kinds(now.schema, declaration.sections)
            declaration, base = as_declaration(declaration, wanted), before.schema
        found = compare_database(declaration, server, scratch=at, proved=True, base=base)
        written = write_migration(migrations, server, found, message) if found.changes else None
    settle_head(migrations, read_folder(migrations))
    return (written.up, written.down) if written else ()


def findings(
    *, env: str | None = None, folder: str | os.PathLike[str] | None = None
) -> tuple[Finding, ...]:
    """What is allowed in the declaration and often regretted; no server is asked."""
    project = find_project(None if folder is None else Path(folder), env=env)
    return lint(declaration_of(project), project.config.lint_ignore).findings


def drift(
    url: str | None = None,
    *,
    env: str | None = None,
    folder: str | os.PathLike[str] | None = None,
    scratch: str | None = None,
    wait: float = 0.0,
    lock_wait: float = LOCK_WAIT,
    progress: Progress = silent,
) -> Drift:
    """What was changed on the server by nobody's migration.

    Args:
        url, env, folder, scratch, wait: those of `compare`.
        lock_wait: seconds to wait for a run of apply or rollback to end.
        progress: is told of that wait.
    """
    place = find_place(url, env=env, folder=folder, wait=wait)
    with _drifted(place, scratch, lock_wait, progress) as (_, found):
        return _drift(found)


def adopt(
    url: str | None = None,
    *,
    env: str | None = None,
    folder: str | os.PathLike[str] | None = None,
    keep: Collection[str] = (),
    dry_run: bool = False,
    scratch: str | None = None,
    wait: float = 0.0,
    lock_wait: float = LOCK_WAIT,
    progress: Progress = silent,
) -> Adopted:
    """Take what drifted into the declaration, and into the history; the other arguments are those of `drift`.

    Args:
        keep: objects of which the declaration is right in a conflict.
        dry_run: find out what would be written, and write nothing.
    """
    place = find_place(url, env=env, folder=folder, wait=wait)
    at = place.project.config.scratch_at(scratch)
    with _drifted(place, scratch, lock_wait, progress) as (server, found):
        adopted = drifting.adopt(found, server, keep=keep, scratch=at)
        if not dry_run:
            write_files(adopted.contents)
            drifting.record(adopted, found, server)
    return Adopted(_drift(found), tuple(adopted.contents), tuple(sorted(adopted.left)))


def revert(
    url: str | None = None,
    *,
    env: str | None = None,
    folder: str | os.PathLike[str] | None = None,
    message: str = "",
    dry_run: bool = False,
    scratch: str | None = None,
    wait: float = 0.0,
    lock_wait: float = LOCK_WAIT,
    progress: Progress = silent,
) -> Reverted:
    """Write a migration that undoes what drifted, for `apply`; the other arguments are those of `drift`.

    Args:
        message: what it is for.
        dry_run: find out what it would be, and write nothing.
    """
    place = find_place(url, env=env, folder=folder, wait=wait)
    at = place.project.config.scratch_at(scratch)
    with _drifted(place, scratch, lock_wait, progress) as (server, found):
        if not found.ids:
            return Reverted(_drift(found))
        back = undo(found, server, scratch=at)
        files: tuple[Path, ...] = ()
        if back.changes and not dry_run:
            said = message or about(found)
            written = write_revert(place.project.migrations, server, back, said)
            files = written.up, written.down
    plan = back.plan
    hazards = tuple(hazard for each in plan.up for hazard in each.hazards)
    return Reverted(_drift(found), tuple(each.sql for each in plan.up), hazards, files)


def grants(
    role: Role,
    url: str | None = None,
    *,
    account: str | None = None,
    env: str | None = None,
    folder: str | os.PathLike[str] | None = None,
    scratch: str | None = None,
    wait: float = 0.0,
) -> tuple[str, ...]:
    """What an account needs for this schema on this server, and no more, as GRANT statements; none is run.

    Args:
        role: "diff" looks, "apply" runs migrations, "application" reads and writes rows.
        account: whom they are for, as GRANT has it; None for `'plumbob_ROLE'@'%'`.
        url, env, folder, scratch, wait: those of `compare`.
    """
    place = find_place(url, env=env, folder=folder, wait=wait)
    at = place.project.config.scratch_at(scratch)
    with place.connect() as server:
        found = needed(role, place.declaration(), server, scratch=at)
    return tuple(each.sql(account or f"'plumbob_{role}'@'%'") for each in found)


def check_grants(
    role: Role,
    url: str | None = None,
    *,
    env: str | None = None,
    folder: str | os.PathLike[str] | None = None,
    scratch: str | None = None,
    wait: float = 0.0,
) -> Privileges:
    """Compare what the account of the connection has with what it needs; the arguments are those of `grants`."""
    place = find_place(url, env=env, folder=folder, wait=wait)
    at = place.project.config.scratch_at(scratch)
    with place.connect() as server:
        found = beside(role, place.declaration(), server, scratch=at)
        who = account_of(server)
    return Privileges(
        tuple(each.sql(who) for each in found.lacking),
        tuple(each.revoke_sql(who) for each in found.more),
    )


@contextmanager
def _drifted(
    place: Place, scratch: str | None, lock_wait: float, progress: Progress
) -> Iterator[tuple[Server, drifting.Drift]]:
    """The drift of a database, from which every run of apply is kept away meanwhile."""
    declaration, chain = place.declaration(), read_folder(place.project.migrations)
    at = place.project.config.scratch_at(scratch)
    with place.connect() as server, drifting.under_lock(server, lock_wait, progress):
        yield server, drifting.find_drift(declaration, server, chain, scratch=at)


def _drift(found: drifting.Drift) -> Drift:
    since = {id: found.since[id] for id in found.ids if found.since.get(id, "") > found.last.at}
    conflicts = tuple(dict.fromkeys(each.id for each in found.conflicts))
    return Drift(found.ids, since, conflicts, found.unread)
