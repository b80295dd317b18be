"""Whether an account sees all stored objects of a database: what it cannot see is never "absent".

Tables prove their visibility themselves (`introspect`). Of the other kinds the server lists those
that the account may see and says nothing of the others; so the privilege itself is looked for.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import NamedTuple

from plumbob.ddl.quote import quote_name, quote_text
from plumbob.errors import Exit, PlumbobError
from plumbob.model import Flavour, StoredKind
from plumbob.model.features import SHOW_CREATE_ROUTINE, SHOW_ROUTINE
from plumbob.server.connection import Server
from plumbob.server.errors import DENIED, NO_SUCH_TABLE, ServerError
from plumbob.server.grants import Grants, read_grants

# A name that no object has. With the privilege the server says that it is not there, without it
# that we may not look; measured with 20 accounts on three servers.
NOBODY = "_plumbob_nobody"
_NO_SUCH_EVENT = 1539
_NOT_THERE = (NO_SUCH_TABLE, _NO_SUCH_EVENT)


class _Kind(NamedTuple):
    """How it is found out whether all objects of a kind are visible, and what has to be granted."""

    is_visible: Callable[[Server, str, Grants], bool]
    grant: Callable[[Flavour, str], str]


def hidden_kinds(server: Server, database: str) -> Mapping[str, str]:
    """Kinds of stored objects that this account may not see all of, each with the GRANT it lacks.

    Args:
        server: the connection, as the account that is asked about.
        database: its name.

    Returns:
        of "view", "trigger", "procedure", "function", "event" and (MariaDB) "sequence" those of
        which an object may be hidden, or its text: such as {"trigger": "GRANT TRIGGER ON …"}. A
        kind that is missing here is seen whole.
    """
    kinds = {**_KINDS, "sequence": _SEQUENCE} if server.flavour.is_mariadb else _KINDS
    grants = read_grants(server, database)
    grantee = account(server)
    return {
        name: f"GRANT {kind.grant(server.flavour, quote_name(database))} TO {grantee}"
        for name, kind in kinds.items()
        if not kind.is_visible(server, database, grants)
    }


def needed_to_see(kind: StoredKind, flavour: Flavour, database: str) -> str:
    """What has to be granted to see all objects of a kind: `TRIGGER ON `shop`.*`."""
    found = _SEQUENCE if kind == "sequence" else _KINDS[kind]
    return found.grant(flavour, quote_name(database))


def prove_visible(server: Server, kinds: Collection[str]) -> None:
    """Refuse an account that may not see all objects of these kinds in the database in use.

    Raises:
        PlumbobError: NO_ACCESS, with the GRANT for the first of them.
    """
    if not kinds:
        return
    database = server.database or ""
    for kind, grant in hidden_kinds(server, database).items():
        if kind in kinds:
            raise not_visible(server, database, kind, grant)


def not_visible(server: Server, database: str, kind: str, grant: str) -> PlumbobError:
    """The error for a kind that matters and is in `hidden_kinds`."""
    return PlumbobError(
        f"{account(server)} may not see all {kind}s of {database}",
        advice=f"not visible is not absent, so nothing is planned; grant it: {grant}",
        exit=Exit.NO_ACCESS,
    )


def account(server: Server) -> str:
    """The account that the server takes us for, as it is written in GRANT."""
    user, _, host = str(server.query("SELECT CURRENT_USER()")[0][0]).rpartition("@")
    return f"{quote_text(user)}@{quote_text(host)}"


def _finds_nobody(statement: str) -> Callable[[Server, str, Grants], bool]:
    """Whether the server says of an object that is not there that it is not there."""

    def asked(server: Server, database: str, _: Grants) -> bool:
        try:
            server.query(f"{statement} {quote_name(database)}.{quote_name(NOBODY)}")
        except ServerError as error:
            if error.is_lost:
                raise
            # Denied, or out of order: MariaDB without its event tables (1577) lists no events.
            return error.errno in _NOT_THERE
        return True

    return asked


def _has(*privileges: str) -> Callable[[Server, str, Grants], bool]:
    """Whether all of these are granted, where there is no way to ask.

    SHOW CREATE TRIGGER says of every missing trigger that it is missing (1360), whoever asks; SHOW
    CREATE VIEW says so to an account with SELECT alone, which may not look at one that is there.
    """
    return lambda _, database, grants: all(map(grants.has, privileges))


def _sees_routines(server: Server, database: str, grants: Grants) -> bool:
    """Whether routines are listed with their bodies; EXECUTE alone gives NULL for a body."""
    if server.flavour.is_mysql:
        return grants.has_globally("SHOW_ROUTINE") or grants.has_globally("SELECT")
    if grants.has("SHOW CREATE ROUTINE") and SHOW_CREATE_ROUTINE.is_in(server.flavour):
        return True
    try:
        server.query("SELECT 1 FROM mysql.proc LIMIT 0")
    except ServerError as error:
        if error.errno in DENIED:
            return False
        raise
    return True


def _grant_for_routines(flavour: Flavour, database: str) -> str:
    if flavour.is_mysql:
        return "SHOW_ROUTINE ON *.*" if SHOW_ROUTINE.is_in(flavour) else "SELECT ON *.*"
    if SHOW_CREATE_ROUTINE.is_in(flavour):
        return f"SHOW CREATE ROUTINE ON {database}.*"
    return "SELECT ON `mysql`.`proc`"


def _on_database(privileges: str) -> Callable[[Flavour, str], str]:
    return lambda _, database: f"{privileges} ON {database}.*"


_ROUTINE = _Kind(_sees_routines, _grant_for_routines)
_KINDS = {
    "view": _Kind(_has("SELECT", "SHOW VIEW"), _on_database("SELECT, SHOW VIEW")),
    "trigger": _Kind(_has("TRIGGER"), _on_database("TRIGGER")),
    "procedure": _ROUTINE,
    "function": _ROUTINE,
    "event": _Kind(_finds_nobody("SHOW CREATE EVENT"), _on_database("EVENT")),
}
_SEQUENCE = _Kind(_finds_nobody("SHOW CREATE SEQUENCE"), _on_database("SELECT"))
