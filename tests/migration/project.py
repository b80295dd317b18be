"""A small project on a real server: migrations that were run up and down on a scratch database first."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from plumbob.migration.draft import draft
from plumbob.migration.files import read_folder, write_pair
from plumbob.migration.migration import ABSENT, Migration
from plumbob.migration.record.live import look
from plumbob.migration.run import executor
from plumbob.migration.run.events import Event
from plumbob.migration.run.executor import Outcome
from plumbob.plan.statement import Plan, Statement
from plumbob.server.connection import Server, connect
from plumbob.server.introspect import read_schema
from plumbob.server.members import ask_nobody_else
from plumbob.server.target import Target
from tests import servers

USERS = (
    "CREATE TABLE `users` (`id` int NOT NULL, `name` varchar(20), PRIMARY KEY (`id`)) ENGINE=InnoDB"
)
# What a client does that is killed in the middle of it: a process of its own.
RUN = """
import sys
from pathlib import Path
from plumbob.migration.run import executor
from plumbob.migration.files import read_folder
from plumbob.server.connection import connect
from plumbob.server.target import Target
url, folder, what = sys.argv[1:]
with connect(Target.from_url(url)) as server:
    print("connected", flush=True)
    run = getattr(executor, what)
    on = executor.Conditions(progress=lambda event: print(event, flush=True))
    run(server, read_folder(Path(folder)), on)
"""


def alter(table: str, clause: str, **more: Any) -> Statement:
    return Statement(f"ALTER TABLE `{table}` {clause}", clause.lower(), table, **more)


@dataclass
class Project:
    """A database, a folder of migrations for it, and a scratch database that is one step ahead."""

    home: servers.Server
    database: str
    folder: Path
    events: list[Event] = field(default_factory=list)

    @property
    def url(self) -> str:
        return self.home.url(self.database)

    @property
    def run_command(self) -> list[str]:
        return [sys.executable, "-c", RUN, self.url, str(self.folder)]

    @contextlib.contextmanager
    def server(self, database: str | None = None) -> Iterator[Server]:
        with connect(Target.from_url(self.home.url(database or self.database))) as server:
            yield server

    def sql(self, *statements: str, database: str | None = None) -> list[tuple[Any, ...]]:
        with self.home.connect(database or self.database) as connection:
            with connection.cursor() as cursor:
                for statement in statements:
                    cursor.execute(statement)
                return list(cursor.fetchall())

    def count(self, table: str, where: str = "TRUE") -> int:
        return int(self.sql(f"SELECT COUNT(*) FROM `{table}` WHERE {where}")[0][0])

    def definition(self, table: str) -> str:
        return str(self.sql(f"SHOW CREATE TABLE `{table}`")[0][1])

    def tables(self) -> list[str]:
        return [name for (name,) in self.sql("SHOW TABLES") if not name.startswith("_plumbob")]

    @property
    def scratch(self) -> str:
        return f"{self.database}_scratch"

    def start(self, *statements: str, here: bool = True) -> None:
        """The scratch database, and the one `here`, begin with these tables."""
        self.sql(f"CREATE DATABASE {self.scratch} CHARACTER SET utf8mb4")
        if here:
            self.sql(*statements)
        self.sql(*statements, database=self.scratch)

    def drop_scratch(self) -> None:
        self.sql(f"DROP DATABASE IF EXISTS {self.scratch}")

    def migrate(
        self,
        message: str,
        *up: Statement,
        down: tuple[Statement, ...] = (),
        proved: bool = True,
    ) -> Migration:
        """Write a migration from what the scratch database holds to what the statements make of it."""
        chain = read_folder(self.folder)
        with self.server(self.scratch) as server:
            # Of a cluster: nothing here says to the others in which time zone a statement is meant.
            ask_nobody_else(server)
            before = read_schema(server)
            seen_up = list(self._run_on_scratch(server, up))
            after = read_schema(server)
            seen_down = list(self._run_on_scratch(server, down))
            list(self._run_on_scratch(server, up))
            migration = draft(
                Plan(up, down),
                before,
                after,
                server.flavour,
                message=message,
                created=f"2026-11-24T13:{len(chain):02d}:00Z",
                parent=chain[-1] if chain else None,
                proof="a test" if proved else "",
                expected_up=seen_up if proved else (),
                expected_down=seen_down if proved else (),
            )
        write_pair(self.folder, migration)
        return read_folder(self.folder)[-1]

    def _run_on_scratch(
        self, server: Server, statements: tuple[Statement, ...]
    ) -> Iterator[dict[str, str]]:
        """Run statements and give after each the fingerprints of the tables that it changed."""
        for statement in statements:
            before = look(server).tables
            with server.session(dict(statement.session)):
                server.execute(statement.sql)
            after = look(server).tables
            names = {
                name for name in before.keys() | after.keys() if before.get(name) != after.get(name)
            }
            yield {name: after.get(name, ABSENT) for name in names}

    def apply(self, **options: Any) -> Outcome:
        return self._call("apply", **options)

    def rollback(self, **options: Any) -> Outcome:
        return self._call("rollback", **options)

    def _call(self, what: str, **options: Any) -> Outcome:
        how_far = {name: options.pop(name) for name in ("until", "steps") if name in options}
        options = {"lock_wait": 5.0, "max_wait": 5.0, "progress": self.events.append, **options}
        on = executor.Conditions(**options)
        with self.server() as server:
            outcome: Outcome = getattr(executor, what)(
                server, read_folder(self.folder), on, **how_far
            )
        return outcome

    def journal(self) -> list[tuple[Any, ...]]:
        """Direction, number and state of each statement in the journal."""
        return self.sql(
            "SELECT direction, number, state FROM _plumbob_journal WHERE number > 0 ORDER BY id"
        )


def fill(project: Project, doublings: int) -> None:
    """Give the table `users` so many rows, each time twice as many."""
    project.sql("INSERT INTO users VALUES (1, 'Ann')")
    for step in range(doublings):
        project.sql(f"INSERT INTO users SELECT id + {2**step}, CONCAT('n', id) FROM users")
