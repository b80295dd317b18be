"""CREATE TRIGGER: text to `Trigger`."""

from __future__ import annotations

from plumbob.ddl.cursor import Cursor
from plumbob.ddl.stored.head import Head, any_name, qualified_name, rest
from plumbob.model import Trigger


def parse_trigger(cursor: Cursor, head: Head) -> Trigger:
    """Read what stands behind the name.

    The order of triggers is that in which they stand; no server gives FOLLOWS and PRECEDES back. What
    a declaration says of it has to agree.
    """
    timing = cursor.accept_one_of("before", "after")
    if timing is None:
        cursor.fail("expected BEFORE or AFTER")
    event = cursor.accept_one_of("insert", "update", "delete")
    if event is None:
        cursor.fail("expected INSERT, UPDATE or DELETE")
    cursor.expect("on")
    _, table = qualified_name(cursor)
    cursor.expect("for", "each", "row")
    follows = None
    if (cursor.is_word("follows", "precedes")) and cursor.ahead().kind in ("word", "name"):
        is_behind = cursor.is_word("follows")
        if not is_behind and cursor.flavour is None:
            cursor.fail(
                "PRECEDES is not declared: triggers run in the order in which they stand in the file",
                "leave it out, and put the trigger above the other one",
            )
        cursor.take()
        name = any_name(cursor)
        follows = name if is_behind else None
    return Trigger(
        head.name, table, timing.upper(), event.upper(), rest(cursor), follows, head.definer
    )
