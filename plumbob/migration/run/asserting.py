"""Looks at the assertions of a migration: each SELECT has to give one row with one true value.

It runs in a transaction that cannot write, in the proof as in production.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from plumbob.errors import Exit, PlumbobError, Position
from plumbob.migration.migration import Assertion
from plumbob.server.connection import Server
from plumbob.server.errors import ServerError

_LONGEST = 80


def refute(server: Server, assertion: Assertion) -> str:
    """What an assertion gives in place of one true value; "" where it holds.

    Raises:
        ServerError: the connection is lost.
    """
    try:
        server.execute("START TRANSACTION READ ONLY")
        try:
            rows = server.query(assertion.sql)
        finally:
            if server.connection.open:
                server.execute("ROLLBACK")
    except ServerError as error:
        if error.is_lost:
            raise
        return f"it fails: {error.what}"
    if len(rows) != 1 or len(rows[0]) != 1:
        columns = f" of {len(rows[0])} values" if rows and len(rows[0]) != 1 else ""
        return f"it gives {len(rows)} {'row' if len(rows) == 1 else 'rows'}{columns}, not one value"
    value = rows[0][0]
    if value is None:
        return "it gives NULL"
    if not isinstance(value, int | float | Decimal):
        return f"it gives {_shown(value)}, which is neither true nor false"
    return "" if value else f"it gives {value}"


def look(server: Server, assertions: Iterable[Assertion], file: str, *, ahead: str) -> None:
    """Look at assertions in turn.

    Args:
        file: where they stand.
        ahead: what was not done because of it, and what to do, as advice.

    Raises:
        PlumbobError: FAILED for the first that does not hold.
    """
    for each in assertions:
        if why := refute(server, each):
            raise PlumbobError(
                f"this assertion does not hold: {why}",
                advice=ahead,
                where=Position(file, each.line, 1, f"-- assert: {each.sql}"),
                exit=Exit.FAILED,
            )


def _shown(value: object) -> str:
    text = value.decode(errors="replace") if isinstance(value, bytes) else str(value)
    return repr(text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…")
