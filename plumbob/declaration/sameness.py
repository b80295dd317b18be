"""Whether two declarations say the same: to a server, and to what an application makes of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from plumbob.ddl.canonical import canonical
from plumbob.ddl.charsets import server_defaults
from plumbob.ddl.completed import completed
from plumbob.declaration.declaration import Declaration
from plumbob.model import Flavour, Owned, Session, Table

_FLAVOURS = (Flavour("mysql", (9, 7, 0)), Flavour("mariadb", (11, 8, 0)))


@dataclass(frozen=True, slots=True)
class Beside:
    """What a declaration says of an object beside its SQL; a server knows the session alone."""

    ends: tuple[tuple[str, str | None, str | None], ...] = ()
    model: Mapping[str, str] | None = None
    was: tuple[tuple[str, str], ...] = ()
    keeps_partitions: bool = False
    session: Session = field(default_factory=Session)


def unlike(one: Declaration, other: Declaration) -> list[str]:
    """The objects of which two declarations do not say the same to a server, of whichever maker.

    What a server keeps of the session that makes an object is left out: see `beside`.
    """
    names: set[str] = set()
    for flavour in _FLAVOURS:
        mine, theirs = (_tables(each, flavour) for each in (one, other))
        names |= {name for name in {*mine, *theirs} if mine.get(name) != theirs.get(name)}
    return sorted(names)


def _tables(declaration: Declaration, flavour: Flavour) -> dict[str, object]:
    """Each object in canonical form; the order of a table's keys means nothing."""
    schema = declaration.schema
    found = canonical(completed(schema, flavour), flavour, server_defaults(flavour))
    tables: dict[str, object] = {name: _settled(table) for name, table in found.tables.items()}
    stored = {
        str(key): replace(each, session=Session()) if isinstance(each, Owned) else each
        for key, each in found.stored.items()
    }
    return tables | stored


def _settled(table: Table) -> object:
    table = replace(
        table,
        indexes=tuple(sorted(table.indexes, key=lambda part: part.name)),
        foreign_keys=tuple(sorted(table.foreign_keys, key=lambda part: part.name)),
        checks=tuple(sorted(table.checks, key=lambda part: part.name)),
    )
    return table, table.auto_increment


def beside(declaration: Declaration) -> dict[str, Beside]:
    """What the declaration says of its objects beside their SQL; only of those with something."""
    renames = declaration.renames
    found: dict[str, Beside] = {}
    for name, table in declaration.schema.tables.items():
        was = [("", renames.tables[name])] if name in renames.tables else []
        was += [(new, old) for (at, new), old in renames.columns.items() if at == name]
        was += [(new, old) for (at, new), old in renames.indexes.items() if at == name]
        ends = tuple(
            (",".join(key.columns), key.alias, key.backref)
            for key in table.foreign_keys
            if key.alias or key.backref
        )
        keeps = table.partitions is not None and table.partitions.keep
        each = Beside(ends, table.model, tuple(was), keeps)
        if each != Beside():
            found[name] = each
    for key, stored in declaration.schema.stored.items():
        if isinstance(stored, Owned) and stored.session != Session():
            found[str(key)] = Beside(session=stored.session)
    return found
