"""Whose the objects of a script are to be, and what its programs write into the binary log.

Some servers refuse the one or the other in the middle of a run; here they are asked before it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from plumbob.ddl.cursor import Cursor
from plumbob.ddl.lexer import SyntaxFault, tokenize
from plumbob.ddl.quote import quote_name
from plumbob.ddl.stored import PARSERS, is_stored, parse_stored
from plumbob.ddl.stored.head import parse_definer
from plumbob.ddl.stored.relations import relations
from plumbob.ddl.stored.sql import account_sql
from plumbob.errors import Exit, PlumbobError
from plumbob.model import Definer, Flavour, Routine, View
from plumbob.model.features import SET_ANY_DEFINER
from plumbob.server.connection import Server
from plumbob.server.errors import NO_SUCH_USER, ServerError
from plumbob.server.visibility import NOBODY, account

_NOT_FOR_YOU = 1227
# What a function says that the log may hold as a statement (both manuals: Stored Program Binary
# Logging).
_LOGGED = ("NO SQL", "READS SQL DATA")


def refused_definers(server: Server, statements: Iterable[str]) -> Iterator[PlumbobError]:
    """An error for each account that this one may not make objects of."""
    named = (definer_of(sql, server.flavour) for sql in statements)
    for definer in dict.fromkeys(each for each in named if each):
        if _is_refused(server, definer):
            yield PlumbobError(
                f"{account(server)} may not make an object of another account: "
                f"{account_sql(definer)}",
                advice=f"{_ways(server)}; or leave `definer` out: then it is whoever applies it",
                exit=Exit.NO_ACCESS,
            )


def _is_refused(server: Server, definer: Definer) -> bool:
    """Whether the server says no, of an event that is not there.

    Measured on three servers: it looks at the account before all else, and counts what MySQL wants
    for one that does not exist or that has SYSTEM_USER.
    """
    try:
        server.query(f"ALTER DEFINER={account_sql(definer)} EVENT {quote_name(NOBODY)} COMMENT ''")
    except ServerError as error:
        if error.is_lost:
            raise
        return error.errno == _NOT_FOR_YOU
    return False


def _ways(server: Server) -> str:
    if server.flavour.is_mariadb:
        return f"GRANT SET USER ON *.* TO {account(server)}"
    if not SET_ANY_DEFINER.is_in(server.flavour):
        return f"GRANT SET_USER_ID ON *.* TO {account(server)}"
    return (
        f"GRANT SET_ANY_DEFINER ON *.* TO {account(server)} (with ALLOW_NONEXISTENT_DEFINER where "
        "the account is not there, with SYSTEM_USER where it has that)"
    )


def definer_of(sql: str, flavour: Flavour) -> Definer | None:
    """The account that a statement names as the owner of what it makes or alters."""
    cursor = Cursor(sql, flavour, is_lenient=True)
    if not is_stored(cursor):
        return None
    while not cursor.is_at_end and not cursor.is_word(*PARSERS):
        # Not the one of SQL SECURITY DEFINER.
        if cursor.accept("definer") and cursor.accept_mark("="):
            return parse_definer(cursor)
        cursor.take()
    return None


def refused_by_log(
    server: Server, statements: Iterable[str], *, may_all: bool
) -> Iterator[PlumbobError]:
    """What the server does not let into its binary log (1418), and not by this account (1419).

    Args:
        server: the connection.
        statements: what is to be run.
        may_all: whether the account has SUPER. No other privilege will do (measured).
    """
    if not server.is_on("log_bin") or server.is_on("log_bin_trust_function_creators"):
        return
    for sql in statements:
        cursor = Cursor(sql, server.flavour, is_lenient=True)
        if not is_stored(cursor) and not cursor.is_word("drop"):
            continue
        words = (each.value for each in cursor.tokens if each.kind == "word")
        kind = next((each for each in words if each in _KINDS), "")
        if kind not in _IN_LOG:
            continue
        if not may_all:
            yield _untrusted(
                f"{account(server)} may not make {kind}s while the server writes a binary log (1419)",
                "it takes SUPER",
            )
            return
        if (name := _undeclared_function(sql, server.flavour)) is not None:
            yield _untrusted(
                f"the function {name} says neither DETERMINISTIC nor NO SQL nor READS SQL DATA, and "
                "the server writes a binary log (1418)",
                "say what it is",
            )


def ownerless_views(server: Server, statements: Iterable[str]) -> Iterator[PlumbobError]:
    """The live views that new ones read, and nobody can: the account that they belong to is gone (1449).

    A scratch database has them without their accounts, so that no proof finds it.
    """
    made: set[str] = set()
    asked: set[str] = set()
    for sql in statements:
        view = _view_of(sql, server.flavour)
        if view is None:
            continue
        read = {each.name for each in relations(tokenize(view.select.sql)) if each.schema is None}
        for name in sorted(read - made - asked):
            asked.add(name)
            if _is_ownerless(server, name):
                yield PlumbobError(
                    f"the view {view.name} reads the view {name}, whose account is gone (1449)",
                    advice=f"make the account, or give {name} another one first: `definer` in the "
                    "declaration",
                    where=name,
                    exit=Exit.NO_ACCESS,
                )
        made.add(view.name)


def _view_of(sql: str, flavour: Flavour) -> View | None:
    try:
        found = (
            parse_stored(sql, flavour) if is_stored(Cursor(sql, flavour, is_lenient=True)) else None
        )
    except SyntaxFault:
        return None
    return found if isinstance(found, View) else None


def _is_ownerless(server: Server, name: str) -> bool:
    try:
        server.query(f"SELECT 1 FROM {quote_name(name)} LIMIT 0")
    except ServerError as error:
        if error.is_lost:
            raise
        return error.errno == NO_SUCH_USER
    return False


_KINDS = (*PARSERS, "table")
_IN_LOG = ("trigger", "function")


def _untrusted(what: str, way: str) -> PlumbobError:
    return PlumbobError(
        what,
        advice=f"{way}; or SET GLOBAL log_bin_trust_function_creators = 1",
        exit=Exit.NO_ACCESS,
    )


def _undeclared_function(sql: str, flavour: Flavour) -> str | None:
    """The name of a function that is made and does not say what it does to data."""
    try:
        made = parse_stored(sql, flavour)
    except SyntaxFault:
        return None
    if not isinstance(made, Routine) or made.kind != "function":
        return None
    says = made.is_deterministic or made.data_access in _LOGGED
    return None if says else made.name
