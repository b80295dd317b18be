"""How many instant changes tables have left, and whether one was built anew."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from plumbob.ddl.quote import quote_text
from plumbob.model.features import MANY_ROW_VERSIONS
from plumbob.server.connection import Server
from plumbob.server.errors import DENIED, LOCK_WAIT_TIMEOUT, ServerError

# The way that was asked for is not possible: 1845 and 1846 for an ALGORITHM or a LOCK, 1221 for both
# together, 4092 once a table has had as many instant changes as it may (MySQL).
NO_CHEAP_WAY = (1845, 1846, 1221, 4092)
# How many instant ADD and DROP COLUMN a table of MySQL may have since it was built.
_FEW_VERSIONS, _MANY_VERSIONS = 64, 255
_TRIES = 2
_PLAIN = re.compile(r"[0-9A-Za-z_]+")


def versions_left(server: Server, tables: Collection[str]) -> dict[str, int]:
    """How many more instant ADD and DROP COLUMN tables of MySQL take, of those where it can be told.

    To read it takes PROCESS; a table of MariaDB takes any number (400 were tried).
    """
    if server.flavour.is_mariadb or not tables:
        return {}
    most = _MANY_VERSIONS if MANY_ROW_VERSIONS.is_in(server.flavour) else _FEW_VERSIONS
    inner = {f"{server.database}/{file_name(name)}".lower(): name for name in tables}
    rows = _asked(
        server,
        "SELECT NAME, TOTAL_ROW_VERSIONS FROM information_schema.INNODB_TABLES"
        " WHERE TOTAL_ROW_VERSIONS > 0",
    )
    left: dict[str, int] = {}
    for found, versions in rows or ():
        # A partition has its name behind that of its table.
        name = inner.get(found.partition("#")[0].lower())
        if name is not None:
            left[name] = min(left.get(name, most), most - int(versions))
    return left


def file_name(table: str) -> str:
    """The name that InnoDB has for a table; for letters beyond ASCII it is another one than this."""
    return "".join(each if _PLAIN.fullmatch(each) else f"@{ord(each):04x}" for each in table)


def table_ids(server: Server) -> Mapping[str, int] | None:
    """The numbers that InnoDB gives to tables when it builds them; None where nobody says."""
    like = quote_text((server.database or "").replace("_", r"\_") + "/%")
    rest = "INNODB_SYS_TABLES" if server.flavour.is_mariadb else "INNODB_TABLES"
    rows = _asked(
        server, f"SELECT NAME, TABLE_ID FROM information_schema.{rest} WHERE NAME LIKE {like}"
    )
    return None if rows is None else {name: int(id) for name, id in rows}


def _asked(server: Server, sql: str) -> Sequence[tuple[Any, ...]] | None:
    """The rows, or None where the account may not know, or somebody's long ALTER is in the way.

    MySQL waits for each table of the server that is just being changed, whichever rows are wanted.
    """
    for _ in range(_TRIES):
        try:
            return server.query(sql)
        except ServerError as error:
            if error.errno in DENIED:
                return None
            if error.errno != LOCK_WAIT_TIMEOUT:
                raise
    return None
