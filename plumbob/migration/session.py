"""Session settings of a migration: those at the top of a file, and those around a single statement.

The file has to mean the same when the command-line client runs it alone, so both are plain SET statements.
`plumbob` itself pins the whole session when it connects (`plumbob.server.pins`) and sets only the latter.
"""

from __future__ import annotations

import re

from plumbob.ddl.lexer import tokenize
from plumbob.ddl.stored import database_collation
from plumbob.model import Flavour
from plumbob.model.flavour import Maker
from plumbob.server.pins import SQL_MODE, assignment

_SET = re.compile(r"SET\s+SESSION\s+(\w+)\s*=\s*(.+)", re.DOTALL)
# What changes the meaning of DDL or of a literal in it, and may be set by every account: MySQL restricts
# the session values of innodb_strict_mode and explicit_defaults_for_timestamp to administrators.
_PREAMBLE: tuple[tuple[str, str, Maker | None], ...] = (
    ("sql_mode", SQL_MODE, None),
    ("time_zone", "+00:00", None),
    ("foreign_key_checks", "1", None),
    ("unique_checks", "1", None),
    ("check_constraint_checks", "1", "mariadb"),
)


def preamble(flavour: Flavour) -> tuple[str, ...]:
    """The SET statements at the top of a file."""
    pins = tuple(
        f"SET {assignment(name, value)}"
        for name, value, maker in _PREAMBLE
        if maker in (None, flavour.maker)
    )
    return ("SET NAMES utf8mb4", *pins)


def before(session: tuple[tuple[str, str], ...]) -> list[str]:
    """What is run ahead of a statement: keep the old value in a user variable, set the new one."""
    return [
        line
        for name, value in session
        for line in (f"SET @plumbob_{name} = @@SESSION.{name}", _set(name, value))
    ]


def _set(name: str, value: str) -> str:
    if name == database_collation.NAME:
        return database_collation.alter_sql(database_collation.wanted(value))
    return f"SET {assignment(name, value)}"


def after(session: tuple[tuple[str, str], ...]) -> list[str]:
    """What is run behind it: the old values again."""
    return [_set_back(name, value) for name, value in reversed(session)]


def _set_back(name: str, value: str) -> str:
    # ALTER DATABASE takes no variable; `plumbob` itself gives back what the database really had.
    if name == database_collation.NAME:
        return database_collation.alter_sql(database_collation.usual(value))
    return f"SET SESSION {name} = @plumbob_{name}"


def setting_of(change: str, back: str) -> tuple[str, str] | None:
    """The setting that a statement of `before` makes, and one of `after` takes back; None for others."""
    if (collation := database_collation.collation_of(change)) is not None:
        usual = database_collation.collation_of(back)
        value = database_collation.setting(collation, usual)
        return (database_collation.NAME, value) if value else None
    found = _SET.fullmatch(change)
    value = value_of(found[2]) if found else None
    return (found[1], value) if found and value is not None else None


def value_of(literal: str) -> str | None:
    """The value that `assignment` wrote; None for something that it does not write."""
    tokens = tokenize(literal)
    if len(tokens) == 2 and tokens[0].kind in ("text", "number"):
        return tokens[0].value
    return None
