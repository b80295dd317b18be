"""The database itself: made with the declared character set, dropped when that is approved by its name."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from plumbob.ddl.quote import quote_name, quote_text
from plumbob.errors import Exit, PlumbobError
from plumbob.migration.record.production import refuse_in_production
from plumbob.migration.run.executor import Outcome
from plumbob.model import Schema
from plumbob.plan.approvals import check_approvals, is_named
from plumbob.plan.named import Named
from plumbob.plan.statement import Hazard
from plumbob.seeds.sowing import Sowing
from plumbob.server.connection import Server
from plumbob.server.errors import ServerError
from plumbob.server.foreign import OURS, kind_by_name

EXISTS = 1007


@dataclass(frozen=True, slots=True)
class Setup:
    """What a database was set up by: whether it was made, what was applied and, with seeds, seeded."""

    created: bool
    applied: Outcome
    seeded: Sowing | None


def create_database_sql(name: str, charset: str | None, collation: str | None) -> str:
    """CREATE DATABASE; a character set may be named by a text (manual: Database Character Set)."""
    sql = f"CREATE DATABASE {quote_name(name)}"
    if charset:
        sql += f" CHARACTER SET {quote_text(charset)}"
    if collation:
        sql += f" COLLATE {quote_text(collation)}"
    return sql


def create_database(server: Server, name: str, declared: Schema) -> bool:
    """Make a database as it is declared; false where it was there before, and is left as it is."""
    try:
        server.execute(create_database_sql(name, declared.charset, declared.collation))
    except ServerError as error:
        if error.errno != EXISTS:
            raise
        return False
    return True


def drop_database(
    server: Server, name: str, allow: Collection[str], *, what: str, production: bool
) -> int | None:
    """Drop a database with everything in it; the number of its tables, None where it is not there.

    Args:
        server: a connection; no database has to be in use.
        allow: `drop-database:NAME`.
        what: the command, for messages.
        production: whether the settings say that it is.

    Raises:
        PlumbobError: UNSAFE in production, and where it is not approved.
    """
    check_approvals(allow)
    refuse_in_production(what, server, configured=production, database=name)
    tables = _tables(server, name)
    if tables is None:
        return None
    hazard = drop_hazard(name)
    if not is_named(hazard, allow):
        count = f"{tables} table{'' if tables == 1 else 's'}"
        raise PlumbobError(
            f"this would lose the database {name} with {count} and all their rows",
            advice=f"if that is meant: {hazard.flag}",
            exit=Exit.UNSAFE,
        )
    server.execute(f"DROP DATABASE {quote_name(name)}")
    return tables


def drop_hazard(name: str) -> Hazard:
    return Hazard("drop-database", Named(name), f"the database {name} with all that is in it")


def has_database(server: Server, name: str) -> bool:
    schemata = "SELECT 1 FROM information_schema.SCHEMATA WHERE SCHEMA_NAME ="
    return bool(server.query(f"{schemata} {quote_text(name)}"))


def _tables(server: Server, name: str) -> int | None:
    """How many tables are in the database, ours aside; None when there is no such database."""
    if not has_database(server, name):
        return None
    of = f"TABLE_SCHEMA = {quote_text(name)}"
    names = f"SELECT TABLE_NAME FROM information_schema.TABLES WHERE {of}"
    return sum(kind_by_name(name) != OURS for (name,) in server.query(names))
