"""CREATE EVENT: text to `Event`."""

from __future__ import annotations

from plumbob.ddl.cursor import Cursor
from plumbob.ddl.quote import quote_text
from plumbob.ddl.stored.head import Head, rest
from plumbob.model import Event

_NOT_A_MOMENT = "its value would be another one each time the file is read: write the moment itself"


def parse_event(cursor: Cursor, head: Head) -> Event:
    """Read what stands behind the name: schedule, completion, status, comment and the body."""
    cursor.expect("on", "schedule")
    at = every = starts = ends = None
    if cursor.accept("at"):
        at = _moment(cursor)
    else:
        cursor.expect("every")
        every = _interval(cursor)
        starts = _moment(cursor) if cursor.accept("starts") else None
        ends = _moment(cursor) if cursor.accept("ends") else None
    preserve = False
    if cursor.accept("on", "completion"):
        preserve = not cursor.accept("not")
        cursor.expect("preserve")
    status = _status(cursor)
    comment = cursor.text() if cursor.accept("comment") else ""
    cursor.expect("do")
    return Event(
        head.name,
        rest(cursor),
        at,
        every,
        starts,
        ends,
        preserve,
        status,
        comment,
        head.definer,
    )


def _moment(cursor: Cursor) -> str:
    """A literal, with its time: `2030-01-01` is `2030-01-01 00:00:00`."""
    if cursor.token.kind == "word" and cursor.token.value in ("timestamp", "datetime", "date"):
        cursor.take()
    if cursor.token.kind != "text" or cursor.ahead().value in ("+", "-"):
        cursor.fail(f"a moment is a text such as '2030-01-01 00:00:00': {_NOT_A_MOMENT}")
    text = cursor.text().strip().replace("T", " ")
    return f"{text} 00:00:00" if len(text) == len("2030-01-01") else text


def _interval(cursor: Cursor) -> str:
    """A number or text, and a unit: `1 DAY`, `'1:30' HOUR_MINUTE`."""
    count = cursor.take()
    if count.kind not in ("number", "text"):
        cursor.fail("expected a number, or a text such as '1:30'", at=count)
    unit = cursor.take()
    if unit.kind != "word":
        cursor.fail("expected a unit such as DAY", at=unit)
    is_number = count.kind == "number" or count.value.isdigit()
    return f"{count.value if is_number else quote_text(count.value)} {unit.value.upper()}"


def _status(cursor: Cursor) -> str:
    if cursor.accept("enable"):
        return "ENABLE"
    if not cursor.accept("disable"):
        return "ENABLE"
    if not cursor.accept("on"):
        return "DISABLE"
    if cursor.accept_one_of("slave", "replica") is None:
        cursor.fail("expected REPLICA")
    return "DISABLE ON REPLICA"
