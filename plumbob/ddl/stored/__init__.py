"""Views, stored programs and sequences: text ⇄ model, one file a kind.

The body of a program stays as it is: its server compares it to the letter, and so do we.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from plumbob.ddl.cursor import Cursor
from plumbob.ddl.stored.event import parse_event
from plumbob.ddl.stored.head import Head, parse_head
from plumbob.ddl.stored.routine import parse_function, parse_procedure
from plumbob.ddl.stored.sequence import parse_sequence
from plumbob.ddl.stored.sql import create_sql, head_sql
from plumbob.ddl.stored.trigger import parse_trigger
from plumbob.ddl.stored.view import parse_view
from plumbob.model import Flavour, Stored, StoredKind

__all__ = ["PARSERS", "create_sql", "head_sql", "is_stored", "parse_stored", "placed"]

PARSERS: dict[StoredKind, Callable[[Cursor, Head], Stored]] = {
    "view": parse_view,
    "trigger": parse_trigger,
    "procedure": parse_procedure,
    "function": parse_function,
    "event": parse_event,
    "sequence": parse_sequence,
}


@dataclass(frozen=True, slots=True)
class Placed:
    """What a statement makes, and the schema that it names for it, if any."""

    stored: Stored
    schema: str | None


def parse_stored(sql: str, flavour: Flavour | None = None, *, escapes: bool = True) -> Stored:
    """Read a CREATE statement of any of these kinds, as a server prints it or as people write it.

    Args:
        sql: one statement; a semicolon at its end is allowed.
        flavour: the server whose version comments are read as text.
        escapes: whether a backslash is an escape where it is written.

    Raises:
        SyntaxFault: at the first token that the grammar does not know.
    """
    return placed(sql, flavour, escapes=escapes).stored


def placed(sql: str, flavour: Flavour | None = None, *, escapes: bool = True) -> Placed:
    """The same, with the schema in front of the name."""
    cursor = Cursor(sql, flavour, is_lenient=True, escapes=escapes)
    head = parse_head(cursor, tuple(PARSERS))
    return Placed(PARSERS[head.kind](cursor, head), head.schema)


def is_stored(cursor: Cursor) -> bool:
    """Whether a statement makes or alters an object of one of these kinds.

    The first kind among its words tells, whatever stands ahead of it (an account may have any name).
    """
    if not cursor.is_word("create", "alter"):
        return False
    words = (token.value for token in cursor.tokens if token.kind == "word")
    first = next((word for word in words if word in PARSERS or word in _OTHER_KINDS), None)
    return first in PARSERS


_OTHER_KINDS = (
    "table",
    "index",
    "unique",
    "fulltext",
    "spatial",
    "temporary",
    "database",
    "schema",
)
