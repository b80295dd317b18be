"""A database and the project that it belongs to: what commands and `plumbob.api` do with it is written once.

The project is found from the working folder upwards, and the database by a URL or by the environment
variable that the settings name.
"""

from __future__ import annotations

import os
from collections.abc import Collection
from dataclasses import dataclass, replace
from pathlib import Path

from plumbob.declaration import Declaration, load, validate
from plumbob.errors import PlumbobError
from plumbob.migration.head import read_chain
from plumbob.migration.run import executor
from plumbob.migration.run.anew import refuse_what_cannot_be_run
from plumbob.migration.run.events import Progress, silent
from plumbob.migration.run.executor import Conditions, Outcome
from plumbob.migration.run.stopping import Stop
from plumbob.model import Schema
from plumbob.project import Project, find_project
from plumbob.seeds.checking import check
from plumbob.seeds.files import read_seeds
from plumbob.seeds.gate import choose
from plumbob.seeds.order import Ordered, rows_in_order
from plumbob.seeds.sowing import Sowing, sow
from plumbob.server.connection import Server, connect
from plumbob.server.target import Target
from plumbob.workflow import resolve
from plumbob.workflow.database import Setup, create_database, drop_database, has_database
from plumbob.workflow.outside import refuse_ignored


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

    def scratch_at(self, asked: str | None) -> str:
        """Where declared text is tried out: what is asked for, else what the settings say."""
        return self.project.config.scratch_at(asked)

    def connect(self) -> Server:
        server = connect(self.target, wait=self.wait)
        server.scope = self.project.config.scope
        return server

    def connect_to_server(self) -> Server:
        """A connection without the database, which need not be there."""
        return connect(replace(self.target, database=None), wait=self.wait)

    def declaration(self) -> Declaration:
        return declaration_of(self.project)

    def create(self) -> bool:
        declared = self.declaration().schema
        with self.connect_to_server() as server:
            return create_database(server, self.database, declared)

    def drop(self, allow: Collection[str], what: str = "`schema drop`") -> int | None:
        with self.connect_to_server() as server:
            return drop_database(
                server, self.database, allow, what=what, production=self.is_production
            )

    def apply(self, on: Conditions, *, kill_blockers: bool = False) -> Outcome:
        chain = read_chain(self.project.migrations)
        as_set = on.as_set(self.project.config, kill_blockers=kill_blockers)
        with self.connect() as server:
            return executor.apply(server, chain, as_set)

    def rollback(self, on: Conditions, *, steps: int, kill_blockers: bool = False) -> Outcome:
        chain = read_chain(self.project.migrations)
        as_set = on.as_set(self.project.config, kill_blockers=kill_blockers)
        with self.connect() as server:
            return executor.rollback(server, chain, as_set, steps=steps)

    def seed(self, *, dry_run: bool = False) -> Sowing:
        with self.connect() as server:
            return sow(server, self._rows(server), dry_run=dry_run)

    def _rows(self, server: Server) -> Ordered:
        """The rows of the seed files, as they are written."""
        seeds = read_seeds(self.project.seeds, Path(self.project.shown(self.project.seeds)))
        chosen = choose(
            seeds,
            server,
            self.project.config.environment,
            production=self.is_production,
            asked=self.is_named,
        )
        schema = resolve(self.declaration(), server, Schema())
        return rows_in_order(check(seeds, chosen, schema, os.environ), schema)

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
        stop = stop or Stop()
        applied = self.apply(Conditions(allow=allow, progress=progress, stop=stop, is_new=created))
        return Setup(created, applied, self.seed() if self.has_seeds() else None)

    def reset(
        self, allow: Collection[str], *, progress: Progress = silent, stop: Stop | None = None
    ) -> Setup:
        self._refuse_what_cannot_be_made_again()
        self.drop(allow, "`schema reset`")
        return self.setup(progress=progress, stop=stop)

    def _refuse_what_cannot_be_made_again(self) -> None:
        """Look at all that a setup takes, while the database is still there."""
        self.declaration()
        chain = read_chain(self.project.migrations)
        with self.connect_to_server() as server:
            refuse_what_cannot_be_run(server, chain)
            is_there = has_database(server, self.database)
        if is_there and self.has_seeds():
            with self.connect() as server:
                self._rows(server)


def declaration_of(project: Project) -> Declaration:
    """The declaration of a project, valid as far as no server has to be asked."""
    scope = project.config.scope
    declaration = load(Path(project.shown(project.schema)))
    refuse_ignored(declaration, scope)
    validate(declaration, None, is_outside=scope.is_outside)
    return declaration


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
