"""CREATE VIEW: text to `View`."""

from __future__ import annotations

from plumbob.ddl.cursor import Cursor
from plumbob.ddl.stored.head import Head, any_name
from plumbob.ddl.stored.one_row import select_expression
from plumbob.model import View

_CHECK_OPTIONS = {
    ("with", "check", "option"): "CASCADED",
    ("with", "cascaded", "check", "option"): "CASCADED",
    ("with", "local", "check", "option"): "LOCAL",
}


def parse_view(cursor: Cursor, head: Head) -> View:
    """Read what stands behind the name: column names, AS, the SELECT, the check option."""
    columns: tuple[str, ...] = ()
    if cursor.is_mark("(") and not _begins_select(cursor):
        columns = cursor.list_of(lambda: any_name(cursor))
    cursor.accept("as")
    if not _begins_select(cursor):
        cursor.fail("expected SELECT")
    first, last = cursor.at, _end(cursor)
    check_option = ""
    for words, meaning in _CHECK_OPTIONS.items():
        start = last - len(words)
        if start > first and tuple(token.value for token in cursor.tokens[start:last]) == words:
            last, check_option = start, meaning
    return View(
        head.name,
        select_expression(cursor.slice(first, last).sql, cursor.tokens[first:last]),
        columns,
        head.algorithm,
        head.security,
        check_option,
        head.definer,
    )


def _begins_select(cursor: Cursor) -> bool:
    """Whether a SELECT begins here, perhaps in parentheses."""
    ahead = 0
    while cursor.ahead(ahead).value == "(" and cursor.ahead(ahead).kind == "mark":
        ahead += 1
    return cursor.ahead(ahead).kind == "word" and cursor.ahead(ahead).value in (
        "select",
        "with",
        "values",
        "table",
    )


def _end(cursor: Cursor) -> int:
    """The number of the token behind the last one, a semicolon at the end left out."""
    last = len(cursor.tokens) - 1
    if cursor.tokens[last].end < len(cursor.sql.rstrip()) and cursor.tokens[last].start < len(
        cursor.sql.rstrip()
    ):
        cursor.at = last
        cursor.fail("here is something that SQL does not know")
    while cursor.tokens[last - 1].kind == "mark" and cursor.tokens[last - 1].value == ";":
        last -= 1
    depth = 0
    for token in cursor.tokens[cursor.at : last]:
        if token.kind == "mark":
            depth += {"(": 1, ")": -1}.get(token.value, 0)
            if token.value == ";" or depth < 0:
                cursor.fail("a view is one SELECT", at=token)
    if depth:
        cursor.fail("a parenthesis is not closed")
    return last
