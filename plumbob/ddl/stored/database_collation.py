"""The collation of the database as a setting of the statement that makes a program: had for its time.

A program keeps the collation that its database has when it is made, and goes by it for parameters and
variables that name none. No session can set it: it takes ALTER DATABASE, as dumps of both makers
have it (SET collation_database is taken and changes nothing; measured on all three servers).
"""

from __future__ import annotations

import re

from plumbob.ddl.quote import quote_name

# The session variable that shows it.
NAME = "collation_database"
_ALTER = re.compile(r"ALTER\s+DATABASE\s+COLLATE\s+`?(\w+)`?", re.IGNORECASE)


def setting(wanted: str | None, usual: str | None) -> str | None:
    """The value of the setting: what the statement needs, and what the database has.

    None where it has what is needed, or where one of them is not known.
    """
    return None if None in (wanted, usual) or wanted == usual else f"{wanted}, then {usual}"


def wanted(value: str) -> str:
    """What the database has to have for the statement; also of a collation alone."""
    return value.partition(",")[0]


def usual(value: str) -> str:
    """What the database had when the statement was planned."""
    return value.rpartition(" ")[2]


def alter_sql(collation: str) -> str:
    return f"ALTER DATABASE COLLATE {quote_name(collation)}"


def collation_of(sql: str) -> str | None:
    """The collation that a statement of `alter_sql` names; None for another statement."""
    found = _ALTER.fullmatch(sql.strip())
    return found[1] if found else None
