"""A case on a server: from the one side to the other and back, through the API that commands use."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from itertools import groupby
from pathlib import Path

from plumbob.ddl.quote import quote_name
from plumbob.ddl.stored.recorded import recorded
from plumbob.declaration import Declaration, load
from plumbob.errors import ManyErrors, PlumbobError
from plumbob.plan.statement import OBSTACLES, Statement
from plumbob.server.connection import Server
from plumbob.server.introspect import table_texts
from plumbob.server.stored import read_stored
from plumbob.workflow import Comparison, compare_database
from tests.cases.case import Told, statements

_COUNTER = re.compile(r" AUTO_INCREMENT=\d+")


def make(server: Server, told: Told) -> None:
    """Create what a case begins with, and heed the order as it says."""
    server.scope = replace(server.scope, exact_order=told.is_exact)
    for sql in told.before:
        server.execute(sql)
    for sql in told.list("rows"):
        server.execute(sql)


def make_new(server: Server, told: Told) -> None:
    """The tables that a case ends with as new ones, in place of those that are there."""
    names = [quote_name(name) for name, _ in server.query("SHOW FULL TABLES")]
    with server.session({"foreign_key_checks": "0"}):
        server.execute(f"DROP TABLE {', '.join(names)}")
    for sql in statements(told.after):
        server.execute(sql)


def declare(told: Told, folder: Path) -> Declaration:
    """Load what a case declares."""
    path = folder / ("schema.yaml" if told.is_yaml else "schema.sql")
    path.write_text(told.after, encoding="utf-8")
    declaration = load(path)
    return declaration if told.renames is None else replace(declaration, renames=told.renames)


def compare(server: Server, declaration: Declaration) -> Comparison:
    return compare_database(declaration, server, scratch="target")


def run(server: Server, statements: Iterable[Statement]) -> None:
    for statement in statements:
        with server.session(dict(statement.session)):
            server.execute(statement.sql)


def texts(server: Server) -> dict[str, str]:
    """SHOW CREATE of each object, to the letter, without the counter.

    With a stored object stands what the server keeps beside its text. MariaDB gives the words ahead of
    a trigger's body as they were typed: those are as we write them here.
    """
    kinds = ("BASE TABLE", "SYSTEM VERSIONED")
    names = [name for name, kind in server.query("SHOW FULL TABLES") if kind in kinds]
    tables = {name: _COUNTER.sub("", sql) for name, sql in table_texts(server, names).items()}
    found = read_stored(server, server.database or "")
    assert not found.not_understood
    return tables | {
        str(key): recorded(stored, server.flavour) for key, stored in found.stored.items()
    }


def said(error: PlumbobError) -> str:
    """What an error says, or each of many."""
    errors = error.errors if isinstance(error, ManyErrors) else [error]
    return "; ".join(each.what for each in errors)


def approvals(statements: Iterable[Statement]) -> list[str]:
    """The hazards of the change itself; what is looked for in rows alone is left to tests/plan."""
    found = (hazard for statement in statements for hazard in statement.hazards)
    named = (hazard.approval for hazard in found if hazard.kind not in OBSTACLES)
    return [approval for approval, _ in groupby(named)]
