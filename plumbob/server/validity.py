"""Which views and triggers of a database name something that is not there: the server is asked.

A server lets a table change below them without a word, and fails when they are used.
"""

from __future__ import annotations

import itertools
from collections.abc import Collection

from plumbob.ddl.lexer import tokenize
from plumbob.ddl.quote import quote_name, quote_text
from plumbob.server.connection import Server
from plumbob.server.errors import DENIED, NO_SUCH_TABLE, NO_SUCH_USER, ServerError

# A view whose names, or whose account's rights, are missing.
_INVALID_VIEW = 1356
# What a trigger fails with that names something missing: a column, a table, a routine, a broken view.
_MISSING = (1054, NO_SUCH_TABLE, 1305, _INVALID_VIEW, 1109)
_LAX = {"sql_mode": "", "foreign_key_checks": "0"}


def broken_views(server: Server, names: Collection[str] | None = None) -> dict[str, str]:
    """The views, of these or of all, that cannot be read, with what the server says.

    CHECK TABLE opens them and reads no row (measured: 1 to 7 ms for five, on three servers).
    """
    rows = server.query(
        "SELECT TABLE_NAME FROM information_schema.VIEWS WHERE TABLE_SCHEMA = DATABASE()"
    )
    there = sorted(name for (name,) in rows if names is None or name in names)
    if not there:
        return {}
    found: dict[str, str] = {}
    for table, _, kind, text in server.query(f"CHECK TABLE {', '.join(map(quote_name, there))}"):
        name = str(table).partition(".")[2]
        if str(kind).lower() == "error" and name not in found:
            found[name] = str(text)
    return {name: text for name, text in found.items() if not _is_ownerless(server, name)}


def _is_ownerless(server: Server, view: str) -> bool:
    """Whether a view names nothing that is missing, but belongs to an account that is not there.

    Or that may not read here what it may read in the database which this one stands for.
    """
    try:
        server.query(f"SELECT 1 FROM {quote_name(view)} LIMIT 0")
    except ServerError as error:
        if error.errno in (*DENIED, _INVALID_VIEW):
            return _names_what_is_there(server, view)
        return error.errno == NO_SUCH_USER
    return False


def _names_what_is_there(server: Server, view: str) -> bool:
    """Whether we could have the SELECT of a view: MySQL does not say why the view's account cannot."""
    rows = server.query(
        "SELECT VIEW_DEFINITION FROM information_schema.VIEWS WHERE TABLE_SCHEMA = DATABASE()"
        f" AND TABLE_NAME = {quote_text(view)}"
    )
    select = str(rows[0][0] or "") if rows else ""
    if not select:
        return False
    try:
        # Names are looked up, and nothing is read.
        server.execute(f"PREPARE plumbob_view FROM {quote_text(select)}")
    except ServerError:
        return False
    server.execute("DEALLOCATE PREPARE plumbob_view")
    return True


def broken_triggers(server: Server, tables: Collection[str] | None = None) -> dict[str, str]:
    """The tables, of these or of all, whose triggers name something missing, with what the server says.

    A row is written, changed and removed in a transaction that is taken back; in an empty database
    alone. Tables without transactions, and triggers that name other databases or call a procedure,
    are left out.
    """
    if tables is not None and not tables:
        return {}
    which = f" AND b.TABLE_NAME IN ({', '.join(map(quote_text, tables))})" if tables else ""
    rows = server.query(
        "SELECT t.EVENT_OBJECT_TABLE, t.ACTION_STATEMENT FROM information_schema.TRIGGERS AS t"
        " JOIN information_schema.TABLES AS b ON b.TABLE_SCHEMA = t.TRIGGER_SCHEMA"
        " AND b.TABLE_NAME = t.EVENT_OBJECT_TABLE"
        f" WHERE t.TRIGGER_SCHEMA = DATABASE() AND b.ENGINE = 'InnoDB'{which}"
    )
    reaching = {name for name, body in rows if _reaches_out(body)}
    found: dict[str, str] = {}
    with server.session(_LAX):
        for name in sorted({name for name, _ in rows} - reaching):
            if why := _tried(server, name):
                found[name] = why
    return found


def _tried(server: Server, table: str) -> str:
    column = server.query(
        "SELECT COLUMN_NAME FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE()"
        f" AND TABLE_NAME = {quote_text(table)} AND EXTRA NOT LIKE '%GENERATED%' LIMIT 1"
    )
    if not column:
        return ""
    name, own = quote_name(table), quote_name(column[0][0])
    try:
        server.execute("START TRANSACTION")
        for sql in (
            f"INSERT INTO {name} () VALUES ()",
            f"UPDATE {name} SET {own} = {own}",
            f"DELETE FROM {name}",
        ):
            server.execute(sql)
    except ServerError as error:
        return error.what if error.errno in _MISSING else ""
    finally:
        if server.connection.open:
            server.execute("ROLLBACK")
    return ""


def _reaches_out(body: str) -> bool:
    tokens = tokenize(body, is_lenient=True)
    words = {token.value.lower() for token in tokens}
    named = [one.value.lower() for one, dot in itertools.pairwise(tokens) if dot.text == "."]
    return "call" in words or any(name not in ("new", "old") for name in named)
