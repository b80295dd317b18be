"""Asks the database what there is to say about a statement that has just failed: objects and rows.

Nothing depends on it: where the account may not look, or the server has gone, nothing more is said.
"""

from __future__ import annotations

from plumbob.errors import PlumbobError
from plumbob.migration.counting import count_rows
from plumbob.migration.meant import meant
from plumbob.migration.words import Failure, words
from plumbob.server.connection import Server
from plumbob.server.errors import ServerError
from plumbob.server.introspect import read_schema

# Seconds for one SELECT: somebody waits for the message.
_SECONDS = 5


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
    except PlumbobError:
        return error.what
    rows = [f"{each.hazard.object}: {each.said}" for each in counted if each.rows]
    return "\n".join([error.what, *found.said, *rows])
