"""What stands ahead of the name in CREATE VIEW, TRIGGER, PROCEDURE, FUNCTION, EVENT and SEQUENCE."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, cast

from plumbob.ddl.cursor import Cursor
from plumbob.ddl.lexer import Token, tokenize
from plumbob.ddl.quote import unquote_text
from plumbob.model import Definer, StoredKind

# What both manuals make by statements that look like ours, by its first word, and what one does.
_NOT_MANAGED = (
    ("materialized", "materialised views", "a table and an event that fills it do the same"),
    ("json", "JSON duality views", "make them by hand: they are left alone"),
    ("package", "packages", "make them by hand: they are left alone"),
    ("library", "libraries", "make them by hand: they are left alone"),
)
# The words that say what a CREATE statement makes.
_MADE = ("table", "view", "trigger", "procedure", "function", "event", "sequence")


@dataclass(frozen=True, slots=True)
class Head:
    """The kind and name of an object, with all that stands ahead of them."""

    kind: StoredKind
    name: str
    schema: str | None = None
    algorithm: str = "UNDEFINED"
    definer: Definer | None = None
    security: str = "DEFINER"
    is_aggregate: bool = False


def parse_head(cursor: Cursor, kinds: Collection[str]) -> Head:
    """Read up to and with the name.

    CURRENT_USER as definer is the same as none: whoever runs the statement.

    Raises:
        SyntaxFault: where the text is no CREATE statement of one of these kinds.
    """
    cursor.expect("create")
    cursor.accept("or", "replace")
    said: dict[str, Any] = {}
    while True:
        if cursor.accept("algorithm"):
            cursor.accept_mark("=")
            said["algorithm"] = _one_of(cursor, "undefined", "merge", "temptable")
        elif cursor.accept("definer"):
            cursor.accept_mark("=")
            said["definer"] = parse_definer(cursor)
        elif cursor.accept("sql", "security"):
            said["security"] = _one_of(cursor, "definer", "invoker")
        elif cursor.accept("aggregate"):
            said["is_aggregate"] = True
        else:
            break
    _refuse_not_managed(cursor)
    kind = cursor.accept_one_of(*kinds)
    if kind is None:
        cursor.fail(f"expected one of {', '.join(kinds).upper()}")
    cursor.accept("if", "not", "exists")
    schema, name = qualified_name(cursor)
    return Head(cast(StoredKind, kind), name, schema, **said)


def _refuse_not_managed(cursor: Cursor) -> None:
    for word, what, advice in _NOT_MANAGED:
        if cursor.is_word(word):
            cursor.fail(f"{what} are not managed", advice)


def qualified_name(cursor: Cursor) -> tuple[str | None, str]:
    """A name, and the schema in front of it, if any."""
    name = any_name(cursor)
    if cursor.accept_mark("."):
        return name, any_name(cursor)
    return None, name


def any_name(cursor: Cursor) -> str:
    """A name; in double quotes as well, which is how ANSI_QUOTES writes the head of a program."""
    if cursor.token.kind == "text" and cursor.token.text.startswith('"'):
        return cursor.take().value
    return cursor.name()


def parse_definer(cursor: Cursor) -> Definer | None:
    """An account or, without a host, a role; None for whoever runs the statement."""
    if cursor.accept_one_of("current_user", "current_role"):
        if cursor.accept_mark("("):
            cursor.expect_mark(")")
        return None
    user = _account_part(cursor)
    if not cursor.accept_mark("@"):
        return Definer(user, None)
    return Definer(user, _account_part(cursor))


def _account_part(cursor: Cursor) -> str:
    """A user or host: quoted in any way, or plain (a plain host may have dots and `%`)."""
    token = cursor.token
    if token.kind == "text":
        cursor.take()
        return unquote_text(token.text)
    if token.kind == "name":
        return cursor.take().value
    start = end = token.start
    while cursor.token.start == end and cursor.token.kind in ("word", "number", "mark"):
        if cursor.token.kind == "mark" and cursor.token.value not in (".", "%", "-"):
            break
        end = cursor.take().end
    if start == end:
        cursor.fail("expected an account")
    return cursor.sql[start:end]


def _one_of(cursor: Cursor, *words: str) -> str:
    found = cursor.accept_one_of(*words)
    if found is None:
        cursor.fail(f"expected {' or '.join(words).upper()}")
    return found.upper()


def rest(cursor: Cursor) -> str:
    """The text from here to the end: a body, without the semicolon that ends the statement."""
    body = cursor.sql[cursor.token.start :].strip()
    if not body:
        cursor.fail("expected a statement: the body is missing")
    return body.removesuffix(";").rstrip()


def schemas_named(sql: str) -> list[str | None]:
    """The schema in front of the name of what a CREATE statement makes, and of a trigger's table.

    None where none is named.
    """
    tokens = tokenize(sql, is_lenient=True)
    words = [at for at, token in enumerate(tokens) if token.kind == "word"]
    at = next((n for n in words if tokens[n].value in _MADE), None)
    if at is None:
        return []
    places = [at]
    if tokens[at].value == "trigger":
        places += [n for n in words if n > at and tokens[n].value == "on"][:1]
    return [_schema_at(tokens, place + 1) for place in places]


def _schema_at(tokens: Sequence[Token], at: int) -> str | None:
    while tokens[at].kind == "word" and tokens[at].value in ("if", "not", "exists"):
        at += 1
    if at + 1 < len(tokens) and tokens[at + 1].kind == "mark" and tokens[at + 1].value == ".":
        return tokens[at].text if tokens[at].kind == "word" else tokens[at].value
    return None
