"""What three accounts need for a schema: one that looks, one that applies, one for the application.

Each has what its work takes and nothing else; measured by taking one privilege after the other away
(tests/commands/test_grants.py).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Literal, get_args

from plumbob.ddl.quote import quote_name
from plumbob.declaration import Declaration
from plumbob.migration.record.marks import MARKS
from plumbob.migration.record.store import HISTORY, JOURNAL
from plumbob.model import Flavour, Owned, Routine, Schema, Sequence, StoredKind, View
from plumbob.model.features import SET_ANY_DEFINER
from plumbob.server.connection import Server
from plumbob.server.grants import Grants
from plumbob.server.scratch_place import PREFIX
from plumbob.server.visibility import needed_to_see

Role = Literal["diff", "apply", "application"]
ROLES: tuple[Role, ...] = get_args(Role)
OURS = (HISTORY, JOURNAL, MARKS)

GLOBAL = "*.*"
SCRATCH = quote_name(PREFIX.replace("_", r"\_") + "%") + ".*"
# A name that no scratch database has, and that the pattern means.
SOME_SCRATCH = f"{PREFIX}nobody"
# What each kind takes to be made, changed and dropped, beside what tables take and what shows it.
_TO_MAKE: dict[StoredKind, tuple[str, ...]] = {
    "view": ("CREATE VIEW",),
    "trigger": (),
    "procedure": ("CREATE ROUTINE", "ALTER ROUTINE"),
    "function": ("CREATE ROUTINE", "ALTER ROUTINE"),
    "event": (),
    "sequence": (),
}
_TABLES = ("SELECT", "INSERT", "UPDATE", "CREATE", "ALTER", "DROP", "REFERENCES")
_SCRATCH = ("SELECT", "INSERT", "CREATE", "ALTER", "DROP", "REFERENCES")
# No privilege at all; and what tells `apply` who holds a table, which nobody has to have.
_ALWAYS = frozenset(("USAGE", "PROCESS"))
_ROWS = ("SELECT", "INSERT", "UPDATE", "DELETE")


@dataclass(frozen=True, slots=True)
class Grant:
    """Privileges on one level, such as `*.*` or `` `shop`.`users` ``."""

    privileges: tuple[str, ...]
    level: str

    def sql(self, account: str) -> str:
        return f"GRANT {', '.join(self.privileges)} ON {self.level} TO {account}"

    def revoke_sql(self, account: str) -> str:
        return f"REVOKE {', '.join(self.privileges)} ON {self.level} FROM {account}"


@dataclass(frozen=True, slots=True)
class Compared:
    """What an account lacks of what it needs, and what it has beside that; by level."""

    lacking: tuple[Grant, ...]
    more: tuple[Grant, ...]


def needed_by(
    role: Role,
    declaration: Declaration,
    server: Server,
    *,
    there: Collection[str],
    tries_on_target: bool,
) -> tuple[Grant, ...]:
    """What an account needs in the database in use, and no more.

    Args:
        role: what it is for.
        declaration: the schema.
        server: whose privileges these are.
        there: which of `OURS` are in the database; none can be granted before it is there.
        tries_on_target: whether the scratch database is made on the target.
    """
    match role:
        case "diff":
            found = [*_to_look(declaration, server, there)]
        case "apply":
            found = [*_to_apply(declaration, server)]
        case "application":
            return tuple(_merged(_to_use(declaration.schema, server, there)))
    if tries_on_target:
        found += _to_try_out(declaration, server)
    return tuple(_merged(found))


def _merged(grants: Iterable[Grant]) -> Iterator[Grant]:
    levels: dict[str, dict[str, None]] = defaultdict(dict)
    for grant in grants:
        levels[grant.level] |= dict.fromkeys(grant.privileges)
    for level, privileges in levels.items():
        yield Grant(tuple(privileges), level)


def _to_look(declaration: Declaration, server: Server, there: Collection[str]) -> Iterator[Grant]:
    # REFERENCES shows all of a table, and no row.
    yield Grant(("REFERENCES",), _all_of(server))
    yield from _to_see(declaration.sections, server)
    if "view" not in declaration.sections:
        yield from _to_read_ours(server, there)


def _to_try_out(declaration: Declaration, server: Server) -> Iterator[Grant]:
    """What a scratch database on the target takes; `apply` has one for the models."""
    made = [each for kind in sorted(declaration.sections) for each in _TO_MAKE[kind]]
    seen = (each for each in _to_see(declaration.sections, server) if each.level == _all_of(server))
    own = [each for grant in seen for each in grant.privileges]
    yield Grant((*_SCRATCH, *own, *made), SCRATCH)


def _to_see(kinds: Iterable[StoredKind], server: Server) -> Iterator[Grant]:
    for kind in sorted(kinds):
        said = needed_to_see(kind, server.flavour, server.database or "")
        privileges, _, level = said.rpartition(" ON ")
        yield Grant(tuple(privileges.split(", ")), level)


def _to_read_ours(server: Server, there: Collection[str]) -> Iterator[Grant]:
    for name in OURS:
        if name in there:
            yield Grant(("SELECT",), _one_of(server, name))


def _to_apply(declaration: Declaration, server: Server) -> Iterator[Grant]:
    yield Grant(_TABLES, _all_of(server))
    yield from _to_see(declaration.sections, server)
    for kind in sorted(declaration.sections):
        if _TO_MAKE[kind]:
            yield Grant(_TO_MAKE[kind], _all_of(server))
    stored = declaration.schema.stored.values()
    if any(isinstance(each, Owned) and each.definer for each in stored):
        yield Grant((_to_name_others(server.flavour),), GLOBAL)
    is_distrusted = server.is_on("log_bin") and not server.is_on("log_bin_trust_function_creators")
    if is_distrusted and {"function", "trigger"} & declaration.sections:
        yield Grant(("SUPER",), GLOBAL)


def _to_name_others(flavour: Flavour) -> str:
    if flavour.is_mariadb:
        return "SET USER"
    return "SET_ANY_DEFINER" if SET_ANY_DEFINER.is_in(flavour) else "SET_USER_ID"


def _to_use(schema: Schema, server: Server, there: Collection[str]) -> Iterator[Grant]:
    for name in schema.tables:
        yield Grant(_ROWS, _one_of(server, name))
    for stored in schema.stored.values():
        one = _one_of(server, stored.name)
        if isinstance(stored, View):
            yield Grant(("SELECT",), one)
        elif isinstance(stored, Sequence):
            # NEXTVAL writes the sequence, PREVIOUS VALUE reads it (manual: Sequence Privileges).
            yield Grant(("SELECT", "INSERT"), one)
        elif isinstance(stored, Routine):
            yield Grant(("EXECUTE",), f"{stored.kind.upper()} {one}")
    yield from _to_read_ours(server, there)


def _all_of(server: Server) -> str:
    return f"{quote_name(server.database or '')}.*"


def _one_of(server: Server, name: str) -> str:
    return f"{quote_name(server.database or '')}.{quote_name(name)}"


def compared(
    needed: Iterable[Grant],
    held: Grants,
    held_in_scratch: Grants,
    server: Server,
    hidden: Collection[str],
) -> Compared:
    """What of it an account has, and what it has beside it in this database and everywhere.

    Args:
        needed: as `needed_by` gives it.
        held: as `grants.read_grants` gives it; `held_in_scratch` of `SOME_SCRATCH`.
        server: the connection.
        hidden: the grants that `visibility.hidden_kinds` says are missing, up to their TO.
    """
    needed = tuple(needed)
    database = server.database or ""
    lacking = []
    for grant in needed:
        grants = held_in_scratch if grant.level == SCRATCH else held
        level = _all_of(server) if grant.level == SCRATCH else grant.level
        missing = [each for each in grant.privileges if not grants.has_at(each, level, database)]
        if grant.sql("") in hidden or (missing and _is_told(grant.level, database)):
            lacking.append(Grant(tuple(missing) or grant.privileges, grant.level))
    more = []
    for level, privileges in held.by_level(database).items():
        wanted = {
            each
            for grant in needed
            if grant.level == level or (level != GLOBAL and grant.level == _all_of(server))
            for each in grant.privileges
        }
        if rest := sorted(privileges - wanted - _ALWAYS):
            more.append(Grant(tuple(rest), level))
    return Compared(tuple(lacking), tuple(more))


def _is_told(level: str, database: str) -> bool:
    """Whether the grants that were read tell of a level: of this database, of a scratch, of all."""
    return level in (GLOBAL, SCRATCH) or f"{quote_name(database)}." in level
