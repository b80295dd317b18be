"""Whether a data step can be run in one transaction, so that a crash leaves all of it or nothing."""

from __future__ import annotations

from plumbob.ddl.lexer import tokenize
from plumbob.migration.by_hand import kind_of
from plumbob.server.connection import Server

_TABLES = (
    "SELECT t.TABLE_NAME, t.ENGINE FROM information_schema.TABLES AS t"
    " JOIN information_schema.ENGINES AS e ON e.ENGINE = t.ENGINE"
    " WHERE t.TABLE_SCHEMA = DATABASE() AND e.TRANSACTIONS <> 'YES'"
)
_BODIES = (
    "SELECT EVENT_OBJECT_TABLE, ACTION_STATEMENT FROM information_schema.TRIGGERS"
    " WHERE TRIGGER_SCHEMA = DATABASE()"
    " UNION ALL SELECT ROUTINE_NAME, ROUTINE_DEFINITION FROM information_schema.ROUTINES"
    " WHERE ROUTINE_SCHEMA = DATABASE() AND ROUTINE_DEFINITION IS NOT NULL"
)


def programs(server: Server) -> list[tuple[str, str]]:
    """The bodies of triggers and routines, each with the name that runs it: a table's, or its own."""
    return [(name.lower(), body) for name, body in server.query(_BODIES)]


def why_not_atomic(server: Server, sql: str) -> str:
    """Why a crash in the middle of a data step may leave a part of it; "" where it cannot.

    Every table counts whose name the statement has in it, or a trigger or routine that it may run.
    """
    if kind_of(sql, server.flavour) == "program":
        return "a procedure may commit what it has done so far"
    engines = {name.lower(): (name, engine) for name, engine in server.query(_TABLES)}
    if not engines:
        return ""
    bodies = programs(server)
    waiting, seen = [sql], set[str]()
    while waiting:
        words = {token.value.lower() for token in tokenize(waiting.pop(), is_lenient=True)} - seen
        seen |= words
        waiting += [body for name, body in bodies if name in words]
    found = sorted(seen & engines.keys())
    if not found:
        return ""
    name, engine = engines[found[0]]
    return f"the table {name} has the engine {engine}, which has no transactions"
