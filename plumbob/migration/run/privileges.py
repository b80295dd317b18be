"""What an account needs to run a script, and what of it it surely lacks: known before anything runs.

A half-run migration for want of a privilege is the worst place to find out. Where the server would
have to be asked by doing it, the account has the benefit of the doubt.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from plumbob.ddl.lexer import tokenize
from plumbob.ddl.quote import quote_name
from plumbob.ddl.stored import database_collation
from plumbob.errors import Exit, PlumbobError
from plumbob.migration.migration import FileStatement
from plumbob.migration.run.owners import ownerless_views, refused_by_log, refused_definers
from plumbob.migration.run.tasks import Task
from plumbob.server.connection import Server
from plumbob.server.errors import DENIED, ServerError
from plumbob.server.grants import Grants, read_grants
from plumbob.server.visibility import NOBODY, account

# What is written down while a script runs.
_JOURNAL = ("SELECT", "INSERT", "UPDATE")
# What may stand ahead of the kind; a word of a body is none of these.
_HEAD = r"(?:(?!(?:table|view|trigger|procedure|function|event|sequence)\b)\S+ )*"
# By the words of a statement without its names and literals; measured on three servers by taking
# away one privilege after the other.
_NEEDS = (
    (r"create (or replace )?table", ("CREATE",)),
    (r"alter (table|database)", ("ALTER",)),
    (r"drop table", ("DROP",)),
    (r"rename table|alter table .*\brename to\b", ("ALTER", "DROP", "CREATE", "INSERT")),
    (r"alter table .*\b(drop|truncate) partition\b", ("DROP",)),
    (rf"create {_HEAD}view", ("CREATE VIEW",)),
    (rf"create or replace {_HEAD}view", ("DROP",)),
    (r"drop (view|sequence)", ("DROP",)),
    (rf"(create {_HEAD}|drop )trigger", ("TRIGGER",)),
    (rf"create {_HEAD}(procedure|function)", ("CREATE ROUTINE",)),
    (rf"create or replace {_HEAD}(procedure|function)", ("ALTER ROUTINE",)),
    (r"(alter|drop) (procedure|function)", ("ALTER ROUTINE",)),
    (rf"(create {_HEAD}|alter {_HEAD}|drop )event", ("EVENT",)),
    (r"create (or replace )?sequence", ("CREATE",)),
    (r"alter sequence", ("ALTER",)),
    (r"insert\b", ("INSERT",)),
    (r"update\b", ("UPDATE",)),
    (r"delete\b", ("DELETE",)),
    (r"replace\b", ("INSERT", "DELETE")),
    (r"truncate\b", ("DROP",)),
)
# MariaDB is content with any privilege on the parent.
_REFERENCES = (r"(create|alter) table .*\breferences\b", ("REFERENCES",))
# How a server is asked without an effect: of a table that is not there.
_NOBODY = quote_name(NOBODY)
_PROBES = {
    "SELECT": f"EXPLAIN SELECT 1 FROM {_NOBODY}",
    "INSERT": f"EXPLAIN INSERT INTO {_NOBODY} VALUES (1)",
    "UPDATE": f"EXPLAIN UPDATE {_NOBODY} SET a = 1",
    "CREATE": f"CREATE TABLE {_NOBODY} LIKE {quote_name(NOBODY + '_2')}",
    "ALTER": f"ALTER TABLE {_NOBODY} COMMENT ''",
    "DROP": f"DROP TABLE {_NOBODY}",
}


def lacking(server: Server, tasks: Sequence[Task]) -> Iterator[PlumbobError]:
    """What the account surely lacks for what is left to run: all its privileges in one error."""
    statements = [sql for task in tasks for each in task.left for sql in _sent(each)]
    if not statements:
        return
    database = server.database or ""
    grants = read_grants(server, database)
    yield from refused_definers(server, statements)
    yield from ownerless_views(server, statements)
    yield from refused_by_log(server, statements, may_all=grants.has_globally("SUPER"))
    missing = [
        privilege
        for privilege in needed(server, statements)
        if not grants.mentions(privilege) and _is_denied(server, privilege)
    ]
    if missing:
        wanted = ", ".join(missing)
        yield PlumbobError(
            f"{account(server)} has not the privileges for this on {database}: {wanted}",
            advice=f"grant them: GRANT {wanted} ON {quote_name(database)}.* TO {account(server)}",
            exit=Exit.NO_ACCESS,
        )
    for privilege, tables in _on_tables(server, grants, statements, database).items():
        names = list(dict.fromkeys(tables))
        yield PlumbobError(
            f"{account(server)} has {privilege} on other tables, and not on {', '.join(names)}",
            advice="grant it: "
            + "; ".join(
                f"GRANT {privilege} ON {quote_name(database)}.{quote_name(name)} TO {account(server)}"
                for name in names
            ),
            exit=Exit.NO_ACCESS,
        )


def _on_tables(
    server: Server, grants: Grants, statements: Iterable[str], database: str
) -> dict[str, list[str]]:
    """By privilege, the tables on which the account has not what is granted to it on others.

    Only what is altered and dropped, and only where no grant on the whole database is in play.
    """
    found: dict[str, list[str]] = {}
    for sql in statements:
        words = tokenize(sql, server.flavour, is_lenient=True)[:3]
        verb, kind, table = (*(word.value for word in words), "", "", "")[:3]
        privilege = verb.upper()
        if privilege not in ("ALTER", "DROP") or kind != "table" or grants.has(privilege):
            continue
        level = f"{quote_name(database)}.{quote_name(table)}"
        if grants.mentions(privilege) and not grants.has_at(privilege, level, database):
            found.setdefault(privilege, []).append(table)
    return {privilege: found[privilege] for privilege in found if _is_denied(server, privilege)}


def _sent(statement: FileStatement) -> Iterator[str]:
    """A statement, and what changes the database for it."""
    yield statement.sql
    if database_collation.NAME in dict(statement.session):
        yield "ALTER DATABASE"


def needed(server: Server, statements: Iterable[str]) -> list[str]:
    """The privileges on the database that these statements take, with those of the journal."""
    facts = (*_NEEDS, _REFERENCES) if server.flavour.is_mysql else _NEEDS
    found = dict.fromkeys(_JOURNAL)
    for sql in statements:
        words = " ".join(
            token.value
            for token in tokenize(sql, server.flavour, is_lenient=True)
            if token.kind == "word"
        )
        for pattern, privileges in facts:
            if re.match(pattern, words):
                found |= dict.fromkeys(privileges)
    return list(found)


def _is_denied(server: Server, privilege: str) -> bool:
    """Whether the server says no; grants to the anonymous account count and are not shown."""
    probe = _PROBES.get(privilege)
    if probe is None:
        return True
    try:
        server.query(probe)
    except ServerError as error:
        return error.errno in DENIED
    return False
