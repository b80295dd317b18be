"""What a file of SQL sets for the session of the programs below it, as dumps do ahead of each."""

from __future__ import annotations

from dataclasses import replace

from plumbob.ddl.cursor import Cursor
from plumbob.model import Session

# The variables that a server keeps with a program, and what each is called in the model.
_KEPT = {
    "sql_mode": "sql_mode",
    "collation_connection": "collation",
    "time_zone": "time_zone",
    "collation_database": "database_collation",
}


# Of the combinations that set ANSI_QUOTES as well, MariaDB has all, MySQL has the first (manuals: SQL mode).
_ANSI_QUOTES = {"ANSI_QUOTES", "ANSI", "ORACLE", "DB2", "MAXDB", "MSSQL", "POSTGRESQL"}


def has_escapes(session: Session) -> bool:
    """Whether a backslash in a text is an escape."""
    return "NO_BACKSLASH_ESCAPES" not in _modes(session)


def has_ansi_quotes(session: Session) -> bool:
    """Whether double quotes enclose a name, not a text."""
    return not _ANSI_QUOTES.isdisjoint(_modes(session))


def _modes(session: Session) -> set[str]:
    return {mode.strip() for mode in (session.sql_mode or "").upper().split(",")}


def after_alter_database(session: Session, sql: str) -> Session:
    """The session after ALTER DATABASE: mysqldump has it around a program that kept another collation.

    Raises:
        SyntaxFault: when it names no collation, or says something else as well.
    """
    cursor = Cursor(sql, is_lenient=True)
    cursor.expect("alter")
    if not cursor.accept("database"):
        cursor.expect("schema")
    if not cursor.is_word("default", "character", "charset", "collate"):
        cursor.name()
    collation = None
    while not cursor.is_at_end:
        cursor.accept("default")
        is_charset = cursor.accept("character", "set") or cursor.accept("charset")
        if not is_charset:
            cursor.expect("collate")
        cursor.accept_mark("=")
        value = cursor.take().value
        collation = collation if is_charset else value
    if collation is None:
        cursor.expect("collate")
    return replace(session, database_collation=collation)


def after_set(session: Session, sql: str) -> Session:
    """The session as it is after a SET statement; a value taken from a variable is the usual one again."""
    cursor = Cursor(sql, is_lenient=True)
    cursor.accept("set")
    while not cursor.is_at_end:
        cursor.accept_one_of("session", "local")
        name = cursor.take().value.rpartition(".")[2]
        if not (cursor.accept_mark("=") or cursor.accept_mark(":=")):
            continue
        value = cursor.take()
        if name in _KEPT and value.kind != "end":
            is_said = value.kind in ("text", "word", "name") and value.value != "default"
            session = replace(session, **{_KEPT[name]: value.value if is_said else None})
    return session
