"""Session settings of a migration: those at the top of a file, and those around a single statement.

The file has to mean the same when the command-line client runs it alone, so both are plain SET statements.
`plumbob` itself pins the whole session when it connects (`plumbob.server`) and runs only the latter.
"""

from __future__ import annotations

from plumbob.ddl.lexer import tokenize
from plumbob.ddl.quote import quote_text
from plumbob.model import Flavour
from plumbob.model.flavour import Maker
from plumbob.server.pins import SQL_MODE

# What changes the meaning of DDL or of a literal in it, and may be set by every account: MySQL restricts
# the session values of innodb_strict_mode and explicit_defaults_for_timestamp to administrators.
_PREAMBLE: tuple[tuple[str, str, Maker | None], ...] = (
    ("sql_mode", quote_text(SQL_MODE), None),
    ("time_zone", quote_text("+00:00"), None),
    ("foreign_key_checks", "1", None),
    ("unique_checks", "1", None),
    ("check_constraint_checks", "1", "mariadb"),
)


def preamble(flavour: Flavour) -> tuple[str, ...]:
    """The SET statements at the top of a file."""
    pins = tuple(
        f"SET SESSION {name} = {value}"
        for name, value, maker in _PREAMBLE
        if maker in (None, flavour.maker)
    )
    return ("SET NAMES utf8mb4", *pins)


def setting(name: str, value: str) -> tuple[str, str]:
    """A setting of `plan.Statement` as one of a file: numbers, words and literals as they are, else quoted."""
    if value.isalnum() or is_literal(value):
        return name, value
    return name, quote_text(value)


def is_literal(value: str) -> bool:
    tokens = tokenize(value)
    return len(tokens) == 2 and tokens[0].kind in ("text", "number")


def before(session: tuple[tuple[str, str], ...]) -> list[str]:
    """What is run ahead of a statement: keep the old value in a user variable, set the new one."""
    return [
        line
        for name, value in session
        for line in (
            f"SET @plumbob_{name} = @@SESSION.{name}",
            f"SET SESSION {name} = {value}",
        )
    ]


def after(session: tuple[tuple[str, str], ...]) -> list[str]:
    """What is run behind it: the old values again."""
    return [f"SET SESSION {name} = @plumbob_{name}" for name, _ in reversed(session)]
