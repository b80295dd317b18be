"""Counts the rows that a plan puts at risk, on the server, before anything is run.

The SELECTs are the plan's own. Each runs in a transaction that cannot write, for a limited time, without
strict mode, so that a CAST that fails is NULL. What cannot be counted is said, and taken for a danger.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from plumbob.ddl.lexer import tokenize
from plumbob.ddl.quote import quote_name
from plumbob.plan.approvals import is_approved
from plumbob.plan.statement import Hazard
from plumbob.server.connection import Server
from plumbob.server.errors import NO_SUCH_TABLE, ServerError

# Seconds for one SELECT.
SECONDS = 20
_TOO_LONG = (1969, 3024)
_NO_SUCH_COLUMN = 1054


@dataclass(frozen=True, slots=True)
class Counted:
    """A hazard and how many rows it concerns.

    Attributes:
        rows: None where nobody knows; `why` says why.
        example: the key of one row, such as `id 7`, or "".
        is_approved: somebody has named it.
        is_later: a data step by hand comes before its statement: what counts is what that leaves.
        is_made_here: what it loses is made by the same run, and nothing is known to be in it.
    """

    hazard: Hazard
    rows: int | None = None
    example: str = ""
    why: str = ""
    is_later: bool = False
    is_approved: bool = False
    is_made_here: bool = False

    @property
    def needs_approval(self) -> bool:
        if self.hazard.fails or self.is_counted_later or self.is_approved or self.is_made_here:
            return False
        return self.rows != 0 or not self.hazard.depends_on_rows

    @property
    def is_refused(self) -> bool:
        """Whether it is known that the statement would fail."""
        return self.hazard.fails and bool(self.rows) and not self.is_later

    @property
    def is_counted_later(self) -> bool:
        is_counted = bool(self.hazard.count) and self.hazard.depends_on_rows
        return self.is_later and is_counted and not self.is_approved

    def __str__(self) -> str:
        """`3 rows of users, for example id 7`; "" where there is nothing to count."""
        if self.rows is None:
            return f"not counted: {self.why}" if self.why else ""
        said = _number(self.hazard, self.rows)
        return f"{said}, for example {self.example}" if self.example else said

    @property
    def said(self) -> str:
        """`all values of the column are lost: 3 rows of users, for example id 7`."""
        return ": ".join(filter(None, [self.hazard.what, str(self)]))


def harmless(found: Iterable[Counted]) -> frozenset[Hazard]:
    """The hazards that need no approval because no row is at risk."""
    return frozenset(
        each.hazard
        for each in found
        if each.rows == 0 and not (each.hazard.fails or each.is_approved)
    )


def counted_later(found: Iterable[Counted]) -> frozenset[Hazard]:
    """The hazards that need no approval before their turn, because a data step by hand comes first."""
    return frozenset(each.hazard for each in found if each.is_counted_later)


def made_here(found: Iterable[Counted]) -> frozenset[Hazard]:
    """The hazards that need no approval because what they take is made by the run, and has no rows."""
    return frozenset(
        each.hazard
        for each in found
        if each.is_made_here and each.rows == 0 and not each.is_approved
        if not each.hazard.depends_on_rows
    )


def at_risk(
    server: Server, hazards: Iterable[Hazard], allow: Collection[str], *, empty: bool = False
) -> tuple[Counted, ...]:
    """Hazards with their rows; what is approved is counted as well, for somebody may have taken it for less.

    Args:
        allow: approvals, `kind:object`, or "all".
    """
    return tuple(
        replace(each, is_approved=is_approved(each.hazard, allow))
        for each in count_rows(server, hazards, empty=empty)
    )


def _number(hazard: Hazard, rows: int) -> str:
    if hazard.kind == "not-restored":
        return f"{rows} {'row' if rows == 1 else 'rows'}"
    table = hazard.object.name
    if hazard.kind == "duplicates":
        return f"{rows} {'value' if rows == 1 else 'values'} that several rows of {table} have"
    return f"{rows} {'row' if rows == 1 else 'rows'} of {table}"


def count_rows(
    server: Server,
    hazards: Iterable[Hazard],
    *,
    empty: bool = False,
    seconds: int = SECONDS,
    names: Mapping[str, str] | None = None,
) -> tuple[Counted, ...]:
    """Count the rows of each hazard, each of them once.

    Args:
        server: with the database in use.
        empty: a table that is not there is made by the same run, and has no rows.
        seconds: for one SELECT.
        names: tables by names that they have not yet, and what they are called now.
    """
    wanted = tuple(dict.fromkeys(hazards))
    if not any(each.count for each in wanted):
        return tuple(map(Counted, wanted))
    with server.session({"sql_mode": ""}):
        return tuple(_count(server, each, empty, seconds, names or {}) for each in wanted)


def _count(
    server: Server, hazard: Hazard, empty: bool, seconds: int, names: Mapping[str, str]
) -> Counted:
    if not hazard.count:
        return Counted(hazard)
    try:
        rows, example = _read(server, _limited(hazard.count, server, seconds, names))
    except ServerError as error:
        if error.is_lost:
            raise
        if error.errno == NO_SUCH_TABLE and empty and not hazard.fails:
            return Counted(hazard, 0)
        return Counted(hazard, why=_why(error, seconds))
    return Counted(hazard, rows, example)


def _read(server: Server, sql: str) -> tuple[int, str]:
    server.execute("START TRANSACTION READ ONLY")
    try:
        rows, example = server.query(sql)[0]
    finally:
        if server.connection.open:
            server.execute("COMMIT")
    if isinstance(example, bytes):
        example = example.decode(errors="replace")
    return int(rows), example or ""


def _limited(sql: str, server: Server, seconds: int, names: Mapping[str, str]) -> str:
    mentioned = named_in(sql)
    called = ", ".join(
        f"{quote_name(name)} AS (SELECT * FROM {quote_name(now)})"
        for name, now in names.items()
        if name.lower() in mentioned
    )
    prefix = f"WITH {called} " if called else ""
    if server.flavour.is_mariadb:
        return f"SET STATEMENT max_statement_time = {seconds} FOR {prefix}{sql}"
    hint = f"/*+ MAX_EXECUTION_TIME({seconds * 1000}) */"
    return prefix + sql.replace("SELECT ", f"SELECT {hint} ", 1)


def named_in(sql: str) -> frozenset[str]:
    """What may be the name of a table in a SELECT, in lower case."""
    tokens = tokenize(sql, is_lenient=True)
    return frozenset(each.value.lower() for each in tokens if each.kind in ("word", "name"))


def _why(error: ServerError, seconds: int) -> str:
    if error.errno in _TOO_LONG:
        return f"it took longer than {seconds} s"
    if error.errno in (NO_SUCH_TABLE, _NO_SUCH_COLUMN):
        return "an earlier statement has to run first"
    return error.what
