"""A database that is production knows it: what may lose all of it is refused there, whoever asks.

Most stories of lost databases are a right command on a wrong database. So the database itself carries
the mark, which no URL, environment variable, terminal or program can talk away.
"""

from __future__ import annotations

from plumbob.errors import Exit, PlumbobError
from plumbob.migration.record import marks
from plumbob.migration.record.marks import PRODUCTION, Mark
from plumbob.server.connection import Server


def mark_of(server: Server, database: str | None = None) -> Mark | None:
    """When and by whom a database was marked as production, or None."""
    return marks.find(server, PRODUCTION, database)


def is_production(server: Server) -> bool:
    """Whether the database in use is marked as production."""
    return mark_of(server) is not None


def mark(server: Server) -> bool:
    """Mark the database in use as production; false where it had been before."""
    if is_production(server):
        return False
    marks.put(server, PRODUCTION)
    return True


def unmark(server: Server) -> None:
    """Take the mark away: for a copy that is not production any more."""
    marks.remove(server, PRODUCTION)


def refuse_in_production(
    what: str, server: Server, *, configured: bool = False, database: str | None = None
) -> None:
    """Refuse what has no place in production.

    Args:
        what: what was asked for, such as "`schema drop`".
        configured: whether the settings of the environment say that it is production.
        database: the database that is meant, by default the one in use.

    Raises:
        PlumbobError: UNSAFE when the database is marked, or the settings say so.
    """
    name = database or server.database or ""
    found = mark_of(server, database)
    if found is not None:
        raise PlumbobError(
            f"{what} is refused: {name} is production ({_told(found, name)})",
            advice="if this is a copy that is production no more, say so by its name: "
            "schema mark production --remove",
            where=name,
            exit=Exit.UNSAFE,
        )
    if configured:
        raise PlumbobError(
            f"{what} is refused: the settings say that {name} is production",
            advice="choose the environment that is meant with --env or PLUMBOB_ENV",
            where=name,
            exit=Exit.UNSAFE,
        )


def _told(found: Mark, name: str) -> str:
    was = f", when it was called {found.database}" if found.database != name else ""
    return f"marked at {found}{was}"
