"""Asks the database what there is to say about a statement that has just failed: objects and rows.

Nothing depends on it: where the account may not look, or the server has gone, nothing more is said.
"""

from __future__ import annotations

from plumbob.errors import PlumbobError
from plumbob.migration.run.counting import count_rows
from plumbob.migration.run.explained.failure import Failure
from plumbob.migration.run.explained.meant import meant
from plumbob.migration.run.explained.words import words
from plumbob.server.connection import Server
from plumbob.server.errors import ServerError
from plumbob.server.introspect import read_schema

# Seconds for one SELECT: somebody waits for the message.
_SECONDS = 5
# The variable of the server that an error is about; all of them are bytes.
_LIMITS = {1206: "innodb_buffer_pool_size", 1799: "innodb_online_alter_log_max_size"}


def explained(server: Server, error: ServerError, sql: str) -> str:
    """The message of an error with what is known beside it, each on a line of its own.

    Args:
        server: with the database of the statement in use, and in no transaction.
    """
    if error.is_lost or not error.errno:
        return error.what
    try:
        schema = read_schema(server, managed=())
        about = meant(sql, schema, server.flavour)
        found = words(Failure(error.errno, error.what, about, schema, server.flavour))
        counted = count_rows(server, found.hazards, seconds=_SECONDS)
        limits = _limits(server, error.errno)
    except PlumbobError:
        return error.what
    rows = [f"{each.hazard.object}: {each.said}" for each in counted if each.rows]
    return "\n".join([error.what, *found.said, *limits, *rows])


def _limits(server: Server, errno: int) -> list[str]:
    name = _LIMITS.get(errno)
    return [f"{name} is {server.query(f'SELECT @@{name}')[0][0]} bytes"] if name else []
