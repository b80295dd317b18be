"""CREATE PROCEDURE and CREATE FUNCTION: text to `Routine`."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from plumbob.ddl.cursor import Cursor
from plumbob.ddl.stored.head import Head, rest
from plumbob.model import Expression, Routine

_DATA_ACCESS = (
    ("contains", "sql"),
    ("no", "sql"),
    ("reads", "sql", "data"),
    ("modifies", "sql", "data"),
)
# Words of a type behind its first one, and how many words each takes.
_OF_TYPES = {
    **dict.fromkeys(("unsigned", "signed", "zerofill", "binary", "precision", "varying"), 1),
    **dict.fromkeys(("varchar", "varbinary", "char", "character", "ascii", "unicode"), 1),
    **dict.fromkeys(("charset", "collate", "srid"), 2),
}


def parse_procedure(cursor: Cursor, head: Head) -> Routine:
    """Read what stands behind the name: parameters, characteristics and the body."""
    parameters = _parameters(cursor)
    return _characteristics(cursor, _routine("procedure", head, parameters))


def parse_function(cursor: Cursor, head: Head) -> Routine:
    """The same, with RETURNS behind the parameters."""
    if cursor.is_word("returns"):
        cursor.fail(
            "a loadable function (SONAME) is the server's, and is not managed",
            "install it where the server is installed; a function in SQL begins with its parameters",
        )
    parameters = _parameters(cursor)
    cursor.expect("returns")
    returns = _type(cursor)
    routine = replace(_routine("function", head, parameters), returns=returns)
    return _characteristics(cursor, routine)


def _routine(kind: Literal["procedure", "function"], head: Head, parameters: Expression) -> Routine:
    return Routine(
        kind,
        head.name,
        parameters,
        "",
        is_aggregate=head.is_aggregate,
        security=head.security,
        definer=head.definer,
    )


def _parameters(cursor: Cursor) -> Expression:
    first = cursor.at + 1
    cursor.expect_mark("(")
    cursor.skip_to_closing()
    last = cursor.at - 1
    return cursor.slice(first, last) if first < last else Expression("", "")


def _type(cursor: Cursor) -> Expression:
    first = cursor.at
    if cursor.token.kind != "word":
        cursor.fail("expected a type")
    if (cursor.is_word("type") or cursor.is_word("row")) and cursor.ahead().value in ("of", "type"):
        # MariaDB 11.8 puts the schema's name in (SHOW CREATE FUNCTION: TYPE OF `shop`.`users`.`id`).
        cursor.fail(
            "RETURNS TYPE OF is not managed: the server binds it to the name of this database",
            "write the type itself",
        )
    cursor.take()
    while True:
        if cursor.accept_mark("("):
            cursor.skip_to_closing()
        elif cursor.accept("character", "set"):
            cursor.take()
        elif cursor.token.kind == "word" and cursor.token.value in _OF_TYPES:
            for _ in range(_OF_TYPES[cursor.token.value]):
                cursor.take()
        else:
            return cursor.slice(first, cursor.at)


def _characteristics(cursor: Cursor, routine: Routine) -> Routine:
    """All characteristics, in any order, and the body behind them."""
    while True:
        access = next((words for words in _DATA_ACCESS if cursor.accept(*words)), None)
        if access is not None:
            routine = replace(routine, data_access=" ".join(access).upper())
        elif cursor.accept("not", "deterministic"):
            routine = replace(routine, is_deterministic=False)
        elif cursor.accept("deterministic"):
            routine = replace(routine, is_deterministic=True)
        elif cursor.accept("sql", "security"):
            security = cursor.accept_one_of("definer", "invoker")
            if security is None:
                cursor.fail("expected DEFINER or INVOKER")
            routine = replace(routine, security=security.upper())
        elif cursor.is_word("comment") and cursor.ahead().kind == "text":
            cursor.take()
            routine = replace(routine, comment=cursor.text())
        elif cursor.accept("language"):
            if not cursor.is_word("sql"):
                cursor.fail(
                    f"programs in {cursor.token.text} are not managed",
                    "make them by hand: they are left alone",
                )
            cursor.take()
        else:
            return replace(routine, body=rest(cursor))
