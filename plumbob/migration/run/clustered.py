"""What a Galera cluster changes: how a definition is sent, and what is said before.

Each member runs a definition by itself, in a session of its own: what the text does not say is otherwise on
each (measured on MariaDB 10.11).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from plumbob.ddl.lexer import tokenize
from plumbob.ddl.quote import quote_text
from plumbob.ddl.stored import database_collation
from plumbob.migration.migration import FileStatement
from plumbob.migration.record.live import Live
from plumbob.migration.run.diverging import has_key
from plumbob.migration.run.events import OnCluster
from plumbob.migration.run.tasks import Task
from plumbob.model import Table, key_of_id
from plumbob.model.features import ALTER_ALGORITHM_IS_IDLE
from plumbob.server.connection import Server
from plumbob.server.members import all_of, node_name

# Settings that do not travel with a definition, so that each member would take its own.
_IN_TEXT = {
    "time_zone": quote_text("+00:00"),
    "innodb_strict_mode": "1",
    "default_storage_engine": "InnoDB",
    "max_statement_time": "0",
}
_TABLES = re.compile(
    r"(create (or replace )?|alter (online )?(ignore )?|drop |rename |truncate )(table|sequence)\b"
    r"|(create (or replace )?(unique |fulltext |spatial )?|drop )index\b",
    re.IGNORECASE,
)


def as_sent(server: Server, statement: FileStatement) -> str:
    """A statement as it goes to the server: on a cluster its settings are part of its text.

    Views and programs are sent on by the server in words of its own, with all that they need.
    """
    if not server.is_cluster or not _TABLES.match(statement.sql):
        return statement.sql
    settings = dict(_IN_TEXT)
    if not ALTER_ALGORITHM_IS_IDLE.is_in(server.flavour):
        settings["alter_algorithm"] = quote_text("DEFAULT")  # The bare word means the global value.
    settings |= {
        name: value if value.isdigit() else quote_text(value)
        for name, value in statement.session
        if name != database_collation.NAME
    }
    said = ", ".join(f"{name} = {value}" for name, value in settings.items())
    return f"SET STATEMENT {said} FOR {statement.sql}"


def tables_of(statement: FileStatement) -> list[str]:
    """The tables of a statement, under the names that they have before it."""
    names = {name for name in statement.after if key_of_id(name) is None}
    return sorted(names)


def words_of(statement: FileStatement) -> set[str] | None:
    """Among which words the tables are that a statement locks; None where it does not name them."""
    words = tokenize(statement.sql, is_lenient=True)[:-1]
    if [word.value.lower() for word in words[:2]] == ["drop", "trigger"]:
        return None
    return {word.value.lower() for word in words if word.kind in ("name", "word")}


def told(server: Server, tasks: Sequence[Task], live: Live) -> OnCluster | None:
    """What is to be said before a run; None where there is no cluster or nothing to run."""
    if not server.is_cluster or not any(task.left for task in tasks):
        return None
    touched = {name for task in tasks for each in task.left for name in tables_of(each)}
    keyless = [
        name
        for name in sorted(touched)
        if isinstance(table := live.found.get(name), Table) and not has_key(table)
    ]
    return OnCluster(tuple(sorted(map(node_name, all_of(server)))), tuple(keyless))
