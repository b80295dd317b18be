"""What the commands do, for programs: values come back, nothing is printed, errors are PlumbobError.

Each function finds the project from the working folder upwards, as the commands do, and the database by
`url` or by the environment variable that the settings name. `import plumbob` has all of them, and loads
this module when one is first used.
"""

from __future__ import annotations

import os
from collections.abc import Collection
from dataclasses import dataclass, replace
from pathlib import Path

from plumbob.declaration import Declaration, load, validate
from plumbob.errors import Exit, PlumbobError
from plumbob.migration import executor
from plumbob.migration.events import Progress, silent
from plumbob.migration.executor import LOCK_WAIT, MAX_WAIT, Outcome
from plumbob.migration.files import read_folder
from plumbob.migration.head import read_chain
from plumbob.migration.limits import Limits
from plumbob.migration.status import Status
from plumbob.migration.status import status as read_status
from plumbob.migration.stopping import Stop
from plumbob.model import Schema
from plumbob.plan.statement import Hazard
from plumbob.project import Project, find_project
from plumbob.seeds.checking import check
from plumbob.seeds.files import SeedFile, SeedFiles, read_seeds
from plumbob.seeds.gate import choose
from plumbob.seeds.order import rows_in_order
from plumbob.seeds.sowing import Sowing, sow
from plumbob.server.connection import Server, connect
from plumbob.server.target import Target
from plumbob.workflow import compare_database, resolve
from plumbob.workflow.database import Setup, create_database, drop_database
from plumbob.workflow.outside import refuse_ignored
from plumbob.workflow.sync import Sync, SyncOutcome

__all__ = [
    "Difference",
    "Exit",
    "Hazard",
    "Outcome",
    "PlumbobError",
    "Setup",
    "Sowing",
    "Status",
    "SyncOutcome",
    "apply",
    "compare",
    "create",
    "drop",
    "reset",
    "rollback",
    "seed",
    "setup",
    "status",
    "sync",
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
class Place:
    """A database and the project that it belongs to.

    Attributes:
        wait: seconds for which a server that does not answer yet is tried again.
        is_named: whether the environment was named outright, which seeds in production ask for.
    """

    project: Project
    target: Target
    wait: float = 0.0
    is_named: bool = False

    @property
    def database(self) -> str:
        return self.target.database or ""

    @property
    def is_production(self) -> bool:
        """Whether the settings say so; the database itself may know better."""
        return self.project.config.production

    def connect(self) -> Server:
        server = connect(self.target, wait=self.wait)
        server.scope = self.project.config.scope
        return server

    def connect_to_server(self) -> Server:
        """A connection without the database, which need not be there."""
        return connect(replace(self.target, database=None), wait=self.wait)

    def declaration(self) -> Declaration:
        scope = self.project.config.scope
        declaration = load(Path(self.project.shown(self.project.schema)))
        refuse_ignored(declaration, scope)
        validate(declaration, None, is_outside=scope.is_outside)
        return declaration

    def create(self) -> bool:
        declared = self.declaration().schema
        with self.connect_to_server() as server:
            return create_database(server, self.database, declared)

    def drop(self, allow: Collection[str], what: str = "`schema drop`") -> int | None:
        with self.connect_to_server() as server:
            return drop_database(
                server, self.database, allow, what=what, production=self.is_production
            )

    def apply(
        self,
        *,
        allow: Collection[str] = (),
        dry_run: bool = False,
        progress: Progress = silent,
        lock_wait: float = LOCK_WAIT,
        max_wait: float = MAX_WAIT,
        stop: Stop | None = None,
    ) -> Outcome:
        chain = read_chain(self.project.migrations)
        with self.connect() as server:
            return executor.apply(
                server,
                chain,
                allow=allow,
                dry_run=dry_run,
                progress=progress,
                production=self.is_production,
                lock_wait=lock_wait,
                max_wait=max_wait,
                limits=self.limits,
                stop=stop,
            )

    @property
    def limits(self) -> Limits:
        config = self.project.config
        return Limits(config.large_rows, config.large_bytes, config.tool)

    def seed(self, *, dry_run: bool = False) -> Sowing:
        seeds = read_seeds(self.project.seeds, Path(self.project.shown(self.project.seeds)))
        with self.connect() as server:
            chosen = choose(
                seeds,
                server,
                self.project.config.environment,
                production=self.is_production,
                asked=self.is_named,
            )
            return self._sow(server, seeds, chosen, dry_run=dry_run)

    def _sow(
        self, server: Server, seeds: SeedFiles, chosen: tuple[SeedFile, ...], *, dry_run: bool
    ) -> Sowing:
        schema = resolve(self.declaration(), server, Schema())
        rows = check(seeds, chosen, schema, os.environ)
        return sow(server, rows_in_order(rows, schema), dry_run=dry_run)

    def has_seeds(self) -> bool:
        """Whether there are seeds for this environment: production takes those alone that name it."""
        seeds = read_seeds(self.project.seeds)
        return bool(seeds.chosen(self.project.config.environment, by_name=self.is_production))

    def setup(
        self,
        *,
        allow: Collection[str] = (),
        progress: Progress = silent,
        stop: Stop | None = None,
    ) -> Setup:
        created = self.create()
        applied = self.apply(allow=allow, progress=progress, stop=stop)
        return Setup(created, applied, self.seed() if self.has_seeds() else None)

    def reset(
        self, allow: Collection[str], *, progress: Progress = silent, stop: Stop | None = None
    ) -> Setup:
        # What cannot be made again is not dropped.
        self.declaration()
        read_chain(self.project.migrations)
        self.drop(allow, "`schema reset`")
        return self.setup(progress=progress, stop=stop)


def find_place(
    url: str | None = None,
    *,
    env: str | None = None,
    folder: str | os.PathLike[str] | None = None,
    wait: float = 0.0,
) -> Place:
    """The database that a program means.

    Args:
        url: `mysql://user:password@host:port/database`; None for the environment variable that the
            settings name (`url_env`, by default DATABASE_URL).
        env: the environment whose settings count; None for that of PLUMBOB_ENV, else development.
        folder: where the project is, or below it; None is the working folder.
        wait: seconds for which a server that does not answer yet is tried again.
    """
    project = find_project(None if folder is None else Path(folder), env=env)
    variable = project.config.url_env
    if url is None:
        target = Target.from_options(
            environ={**os.environ, "DATABASE_URL": os.environ.get(variable, "")},
            kept=project.config.kept,
        )
    else:
        target = Target.from_url(url)
    if not target.database:
        raise PlumbobError(
            "no database is named",
            advice=f"set {variable} to mysql://user@host/database, or give a URL that ends with its name",
        )
    return Place(project, target, wait, is_named=env is not None)


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
) -> Outcome:
    """Run the migrations that the database does not have yet; several processes may do so at once.

    Args:
        url, env, folder, wait: which database (see `find_place`).
        allow: approvals of losses by name, such as "drop-column:users.legacy".
        dry_run: find out what would be run, and run nothing.
        progress: is told each step (`plumbob.migration.events`).
        lock_wait: seconds to wait for another process that applies.
        max_wait: seconds to wait for a table that others hold.

    Raises:
        PlumbobError: UNSAFE or STALE: nothing was run; LOCKED or FAILED: the same call goes on.
    """
    return find_place(url, env=env, folder=folder, wait=wait).apply(
        allow=allow, dry_run=dry_run, progress=progress, lock_wait=lock_wait, max_wait=max_wait
    )


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
) -> Outcome:
    """Undo the last `steps` migrations; the other arguments are those of `apply`."""
    place = find_place(url, env=env, folder=folder, wait=wait)
    with place.connect() as server:
        return executor.rollback(
            server,
            read_chain(place.project.migrations),
            steps=steps,
            allow=allow,
            dry_run=dry_run,
            progress=progress,
            production=place.is_production,
            limits=place.limits,
        )


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
