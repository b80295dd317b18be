"""What an account needs for a schema on the server at hand, and what the one of a connection has beside that."""

from __future__ import annotations

from plumbob.declaration import Declaration
from plumbob.migration.record.store import HISTORY, JOURNAL
from plumbob.migration.run.accounts import (
    OURS,
    SOME_SCRATCH,
    Compared,
    Grant,
    Role,
    compared,
    needed_by,
)
from plumbob.server.connection import Server
from plumbob.server.grants import read_grants
from plumbob.server.listing import list_tables
from plumbob.server.visibility import hidden_kinds


def needed(
    role: Role, declaration: Declaration, server: Server, *, scratch: str
) -> tuple[Grant, ...]:
    """What an account of this role needs; what names a table needs it to be there.

    Args:
        scratch: where declared text is tried out (see `open_scratch`).
    """
    there = set(list_tables(server, server.database or "", OURS).tables)
    return needed_by(role, declaration, server, there=there, tries_on_target=scratch == "target")


def beside(role: Role, declaration: Declaration, server: Server, *, scratch: str) -> Compared:
    """What the account of this connection lacks of it, or has more."""
    database = server.database or ""
    hidden = hidden_kinds(server, database)
    missing = {
        sql.rpartition(" TO ")[0] + " TO "
        for kind, sql in hidden.items()
        if kind in declaration.sections
    }
    held, elsewhere = read_grants(server, database), read_grants(server, SOME_SCRATCH)
    # An account sees of them only what it may read: it is told of those that apply makes.
    wanted = needed_by(
        role, declaration, server, there={HISTORY, JOURNAL}, tries_on_target=scratch == "target"
    )
    return compared(wanted, held, elsewhere, server, missing)
