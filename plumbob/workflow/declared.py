"""What is declared, as a certain server would hold it, by rules alone: no text is tried out here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from plumbob.ddl.canonical import canonical, canonical_table
from plumbob.ddl.charsets import Defaults
from plumbob.ddl.completed import completed
from plumbob.ddl.own_schema import view_without_schema
from plumbob.declaration import Declaration
from plumbob.diff.adopt import adopt_names
from plumbob.diff.key_order import with_order_heeded
from plumbob.diff.stored import in_running_order
from plumbob.model import (
    Event,
    NotUnderstood,
    ObjectKey,
    Schema,
    Sequence,
    Session,
    Stored,
    Table,
    View,
)
from plumbob.server.connection import Server
from plumbob.workflow.over import refuse_unknown_zones, without_those_over


def database_defaults(server: Server) -> Defaults:
    charset, collation = server.database_defaults()
    return Defaults(charset, collation, server.collations())


def resolve(declaration: Declaration, server: Server, live: Schema) -> Schema:
    """The declared schema in canonical form by rules alone, named like the live one where it is free."""
    flavour = server.flavour
    declared = canonical(completed(declaration.schema, flavour), flavour, database_defaults(server))
    declared = replace(declared, stored=_ordered(declared, server))
    declared = adopt_names(declared, live, declaration.renames, flavour)
    declared = _with_sessions(declared, server)
    refuse_unknown_zones(declared, declaration, server)
    declared = without_those_over(declared, live, declaration, server)
    if server.scope.exact_order:
        declared = with_order_heeded(declared, flavour)
    return _without(declared, live.not_understood)


def _ordered(declared: Schema, server: Server) -> Mapping[ObjectKey, Stored]:
    """Views without the name of their own schema; triggers each behind the one that runs before it."""
    database = server.database or ""
    return in_running_order(
        view_without_schema(each, database) if isinstance(each, View) else each
        for each in declared.stored.values()
    )


def _with_sessions(declared: Schema, server: Server) -> Schema:
    if not declared.stored:
        return declared
    usual = usual_session(server, declared)
    stored = {key: _with_session(each, usual) for key, each in declared.stored.items()}
    return replace(declared, stored=stored)


def usual_session(server: Server, declared: Schema) -> Session:
    """What nobody said of a session: sql_mode as the server has it for everybody, moments in UTC.

    The collation of the database is the declared one, or that which it has.
    """
    rows = server.query("SELECT @@GLOBAL.sql_mode, @@SESSION.collation_connection")
    sql_mode, collation = rows[0]
    database = Table("", (), charset=declared.charset, collation=declared.collation)
    database = canonical_table(database, server.flavour, database_defaults(server))
    return Session(sql_mode, "utf8mb4", collation, "+00:00", database.collation)


def _with_session(stored: Stored, usual: Session) -> Stored:
    if isinstance(stored, Sequence):
        return stored
    said = stored.session
    # An empty sql_mode is one, too.
    sql_mode = usual.sql_mode if said.sql_mode is None else said.sql_mode
    session = Session(
        sql_mode=None if isinstance(stored, View) else sql_mode,
        charset=said.charset or usual.charset,
        collation=said.collation or usual.collation,
        time_zone=(said.time_zone or usual.time_zone) if isinstance(stored, Event) else None,
        database_collation=None
        if isinstance(stored, View)
        else said.database_collation or usual.database_collation,
    )
    return replace(stored, session=session)


def _without(schema: Schema, names: Mapping[str, NotUnderstood]) -> Schema:
    """What is not understood is never altered: it is left out on both sides, and reported."""
    return replace(
        schema,
        tables={name: table for name, table in schema.tables.items() if name not in names},
        stored={key: each for key, each in schema.stored.items() if str(key) not in names},
    )
