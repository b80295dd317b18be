"""What a declaration leans on and does not manage: ignored tables, and tables of other databases."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from plumbob.ddl.lexer import tokenize
from plumbob.ddl.stored.relations import relations
from plumbob.declaration import Declaration
from plumbob.errors import Exit, PlumbobError
from plumbob.model import ForeignKey, Schema, Table, View
from plumbob.server.connection import Server
from plumbob.server.errors import UNKNOWN_DATABASE, ServerError
from plumbob.server.introspect import table_texts, understand
from plumbob.server.listing import SYSTEM_DATABASES
from plumbob.server.scope import Scope
from plumbob.server.scratch import Parent

IGNORE = "`ignore` in plumbob.cfg"


def refuse_ignored(declaration: Declaration, scope: Scope) -> None:
    """Refuse to declare what the settings say is not ours: one of the two is not meant.

    Raises:
        PlumbobError: at the table (for the old name of one that is renamed, too) or stored object.
    """
    for table in declaration.schema.tables:
        for name in filter(None, (table, declaration.renames.tables.get(table))):
            pattern = scope.ignored_by("table", name)
            if pattern is not None:
                raise PlumbobError(
                    f"{name} is declared, and {IGNORE} says that it is not ours: {pattern.text}",
                    advice="take the table out of the declaration, or change the pattern",
                    where=declaration.position(table),
                )
    for key in declaration.schema.stored:
        pattern = scope.ignored_by(key.kind, key.name)
        if pattern is not None:
            raise PlumbobError(
                f"the {key.kind} {key.name} is declared, and {IGNORE} says that it is not ours: "
                f"{pattern.text}",
                advice="take it out of the declaration, or change the pattern",
                where=declaration.position(key.name, key.kind),
            )


def at_home(schema: Schema, server: Server) -> Schema:
    """The same with `users` where `shop.users` was written and shop is the database itself."""
    home = server.database or ""

    def is_home(name: str | None) -> bool:
        if name is None or not server.folds_table_names:
            return name == home
        return name.lower() == home.lower()

    tables = {
        name: replace(
            table,
            foreign_keys=tuple(
                replace(key, parent_schema=None) if is_home(key.parent_schema) else key
                for key in table.foreign_keys
            ),
        )
        if any(is_home(key.parent_schema) for key in table.foreign_keys)
        else table
        for name, table in schema.tables.items()
    }
    return replace(schema, tables=tables)


def parents_outside(
    declaration: Declaration, declared: Schema, live: Schema, server: Server
) -> Mapping[Parent, Table | None]:
    """The tables that foreign keys refer to, or views read, and that are not ours, as they are.

    None is for one that is not there, and that only a view or a live foreign key names.

    Raises:
        PlumbobError: when a declared foreign key refers to a table that is not there or not visible.
    """
    left_alone = live.not_understood.keys()
    wanted = {
        Parent(key.parent_schema, key.parent)
        for schema in (live, declared)
        for table in schema.tables.values()
        for key in table.foreign_keys
        if _is_outside(key, schema, left_alone)
    }
    wanted |= {Parent(None, name) for schema in (live, declared) for name in _read_by_views(schema)}
    found = {parent: _read(server, parent) for parent in sorted(wanted, key=str)}
    for table in declared.tables.values():
        for key in table.foreign_keys:
            if not _is_outside(key, declared, left_alone):
                continue
            if found[Parent(key.parent_schema, key.parent)] is None:
                raise _no_parent(declaration, server, table, key)
    return found


def _is_outside(key: ForeignKey, schema: Schema, left_alone: Collection[str]) -> bool:
    """Whether the parent is not ours; one that is not understood is ours, and left alone."""
    return key.parent_name not in schema.tables and key.parent_name not in left_alone


def _read_by_views(schema: Schema) -> set[str]:
    """What views name in this database that is neither a table of ours nor a stored object."""
    views = [each for each in schema.stored.values() if isinstance(each, View)]
    known = {name.lower() for name in (*schema.tables, *schema.not_understood)}
    known |= {each.name.lower() for each in schema.stored.values()}
    return {
        name
        for view in views
        for schema, name, _ in relations(tokenize(view.select.sql))
        if schema is None and name.lower() not in known
    }


def tables_elsewhere(declared: Schema, live: Schema, server: Server) -> Mapping[Parent, Table]:
    """The tables of other databases that views read, those that are there and visible."""
    views = [
        each
        for schema in (live, declared)
        for each in schema.stored.values()
        if isinstance(each, View)
    ]
    wanted = {
        Parent(schema, name)
        for view in views
        for schema, name, _ in relations(tokenize(view.select.sql))
        if schema is not None and schema.lower() not in SYSTEM_DATABASES
    }
    found = {parent: _read(server, parent) for parent in sorted(wanted, key=str)}
    return {parent: table for parent, table in found.items() if table is not None}


def _read(server: Server, parent: Parent) -> Table | None:
    try:
        texts = table_texts(server, [parent.table], parent.database)
    except PlumbobError as error:
        if isinstance(error, ServerError) and error.errno == UNKNOWN_DATABASE:
            return None
        if error.exit == Exit.NO_ACCESS:
            return None
        raise
    for text in texts.values():
        table = understand(parent.table, text, server.flavour)
        return table if isinstance(table, Table) else None
    return None


def _no_parent(
    declaration: Declaration, server: Server, table: Table, key: ForeignKey
) -> PlumbobError:
    return PlumbobError(
        f"the foreign key {key.name} of {table.name} refers to {key.parent_name}, which is not on "
        "this server, or not visible to this account",
        advice=f"make that table first, or grant REFERENCES on it to {server.target.user}",
        where=declaration.position(table.name, "foreign_key", key.name, key.parent),
    )
