"""What the commands have in common: a declaration and a database in, a comparison with its plan out."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from plumbob.ddl.canonical import canonical
from plumbob.declaration import Declaration, validate
from plumbob.diff.adopt import with_kept
from plumbob.diff.change import Alter, Change, Create
from plumbob.diff.key_order import with_order_heeded
from plumbob.errors import Exit, PlumbobError
from plumbob.migration.record.agreed import read_whole
from plumbob.model import STORED_KINDS, Flavour, Schema, StoredKind, Table, Trigger, Unmanaged
from plumbob.plan.planner import plan, reached_by
from plumbob.plan.statement import Plan
from plumbob.proof import Proof, prove
from plumbob.proof.near import touched
from plumbob.proof.trial import live_tables
from plumbob.server.connection import Server
from plumbob.server.memory import Memory
from plumbob.server.scratch_place import NoScratch, open_scratch
from plumbob.server.visibility import prove_visible
from plumbob.workflow.caseless import as_stored, refuse_kept_case
from plumbob.workflow.declared import database_defaults, resolve
from plumbob.workflow.outside import at_home, parents_outside, refuse_ignored, tables_elsewhere
from plumbob.workflow.sides import Sides

__all__ = [
    "Comparison",
    "compare_database",
    "database_defaults",
    "managed",
    "read_live",
    "resolve",
]


@dataclass(frozen=True, slots=True)
class Comparison:
    """A declaration and a database, side by side.

    Attributes:
        declaration: as written.
        flavour: the server's.
        live: what the database holds, in canonical form.
        declared: what it should hold, in canonical form; `reached` is the same as it will stand on
            the server after the way up.
        changes: from live to declared.
        plan: both ways; with what each statement costs, once it was proved.
        unconfirmed: why the server was not asked about the differences, or "".
        proof: where the plan was run both ways, when that was asked for.
        unasked: why members of a cluster were not asked what they have.
    """

    declaration: Declaration
    flavour: Flavour
    live: Schema
    declared: Schema
    reached: Schema
    changes: tuple[Change, ...]
    plan: Plan
    unconfirmed: str = ""
    proof: Proof | None = None
    unasked: tuple[str, ...] = ()


def compare_database(
    declaration: Declaration,
    server: Server,
    *,
    scratch: str = "",
    proved: bool = False,
    base: Schema | None = None,
) -> Comparison:
    """Compare what is declared with what a database holds.

    Args:
        declaration: as it was loaded.
        server: with the database in use.
        scratch: where differences are confirmed (see `open_scratch`).
        proved: run the plan both ways there as well.
        base: what the declaration is compared with in place of what the database holds now: what its
            migrations lead to, where it is ahead of them (`migration.synced`).

    Raises:
        PlumbobError: BAD_INPUT for what this server cannot hold, UNSAFE when an empty declaration
            meets a database with tables, SPLIT where members of a cluster have different definitions.
    """
    found = _compare(declaration, server, scratch, base, is_proved=proved)
    return replace(found, unasked=server.unasked)


def _compare(
    declaration: Declaration,
    server: Server,
    scratch: str,
    base: Schema | None,
    *,
    is_proved: bool,
) -> Comparison:
    refuse_ignored(declaration, server.scope)
    declaration = replace(declaration, schema=at_home(declaration.schema, server))
    validate(declaration, server.flavour, database_defaults(server), server.scope.is_outside)
    prove_visible(server, declaration.sections)
    whole = read_live(server, declaration.schema.tables, declaration.sections)
    if base is not None:
        base = canonical(base, server.flavour, database_defaults(server))
        whole = replace(
            whole, tables=base.tables, stored=base.stored, not_understood=base.not_understood
        )
    declaration = as_stored(declaration, server)
    live = managed(whole, declaration)
    refuse_kept_case(live, server)
    declared = resolve(declaration, server, live)
    live = with_kept(live, declared, declaration.renames)
    _refuse_emptiness(declaration, live, server)
    _refuse_taken_names(declaration, declared, live)
    beside = replace(whole, stored=dict(whole.stored.items() - live.stored.items()))
    sides = Sides(declaration, server.flavour, live, declared, beside)
    if not sides.changes():
        return _planned(sides)
    _refuse_keyless(declaration, sides.changes(), server)
    memory = Memory(server.flavour, server.database_defaults())
    if scratch != "none" and not is_proved:
        recalled = sides.recalled(memory)
        if recalled is not None:
            return _planned(recalled)
    parents = parents_outside(declaration, declared, live, server)
    elsewhere = tables_elsewhere(declared, live, server)
    with open_scratch(scratch, server) as place:
        if isinstance(place, NoScratch):
            return replace(_planned(sides), unconfirmed=place.why)
        place.lend(parents)
        place.rebuild(elsewhere)
        found = _planned(sides.confirmed(place, memory))
        if is_proved and found.changes:
            place.empty()
            tables = live_tables(server, _old_names(found))
            proof = prove(place, found.plan, found.live, found.reached, beside, tables)
            found = replace(found, proof=proof, plan=proof.plan)
    return found


def _old_names(found: Comparison) -> dict[str, str]:
    """The live tables of a plan by the names that they will have."""
    renamed = {old: new for new, old in found.declaration.renames.tables.items()}
    names = touched(found.plan, found.live, found.reached) & found.live.tables.keys()
    return {renamed.get(name, name): name for name in names}


def read_live(
    server: Server, declared: Iterable[str] = (), managed: Collection[StoredKind] = STORED_KINDS
) -> Schema:
    """The database in canonical form, the same on all members of a cluster.

    Args:
        declared: tables that are ours even where a name looks like a tool's.
        managed: the kinds of stored objects that have to be visible.

    Raises:
        PlumbobError: SPLIT where they have different definitions.
    """
    whole = read_whole(server, keep=tuple(declared), managed=managed)
    found = canonical(whole, server.flavour, database_defaults(server))
    return with_order_heeded(found, server.flavour) if server.scope.exact_order else found


def managed(live: Schema, declaration: Declaration) -> Schema:
    """The live schema with stored objects of those kinds that the declaration has a section for.

    All others are somebody else's: a declaration that says nothing of views wishes none away. But a
    trigger goes with its table, and has to come back with it.
    """
    gone = live.tables.keys() - declaration.schema.tables.keys()
    gone -= set(declaration.renames.tables.values())
    ours = {
        key: each
        for key, each in live.stored.items()
        if key.kind in declaration.sections or (isinstance(each, Trigger) and each.table in gone)
    }
    others = (
        Unmanaged(key.kind, each.name) for key, each in live.stored.items() if key not in ours
    )
    return replace(live, stored=ours, unmanaged=(*live.unmanaged, *others))


def _planned(sides: Sides) -> Comparison:
    renames, flavour = sides.declaration.renames, sides.flavour
    return Comparison(
        sides.declaration,
        flavour,
        sides.live,
        sides.declared,
        reached_by(sides.live, sides.declared, renames, flavour),
        sides.changes(),
        plan(sides.live, sides.declared, renames, flavour, sides.beside),
    )


def _refuse_emptiness(declaration: Declaration, live: Schema, server: Server) -> None:
    """A declaration without tables is a file that was not found or not filled, not a wish."""
    if declaration.schema.tables or not live.tables:
        return
    count = len(live.tables)
    raise PlumbobError(
        f"the declaration has no tables, and {server.database} has {count}",
        advice="read the database into it with: schema init --from, or drop it with: schema drop",
        where=str(declaration.files[0]) if declaration.files else None,
        exit=Exit.UNSAFE,
    )


def _refuse_keyless(declaration: Declaration, changes: Iterable[Change], server: Server) -> None:
    """A table without a primary key, where the server neither makes nor changes one (3750)."""
    if not server.is_on("sql_require_primary_key"):
        return
    for change in changes:
        if not isinstance(change, Create | Alter) or not isinstance(change.after, Table):
            continue
        if change.after.primary_key is None:
            raise PlumbobError(
                f"{change.after.name} has no primary key, and this server wants one "
                "(sql_require_primary_key)",
                advice="give the table a primary key",
                where=declaration.position(change.after.name),
            )


# Kinds whose names are not among those of tables.
_OTHER_NAMES = ("trigger", "procedure", "function", "event", "package", "package body", "library")


def _refuse_taken_names(declaration: Declaration, declared: Schema, live: Schema) -> None:
    """A declared table whose name another kind of object has already."""
    taken = {thing.name: thing.kind for thing in live.unmanaged if thing.kind not in _OTHER_NAMES}
    names = [("table", name) for name in declared.tables]
    names += [(key.kind, key.name) for key in declared.stored if key.kind in ("view", "sequence")]
    for kind, name in names:
        if name in taken:
            raise PlumbobError(
                f"{name} is declared as a {kind}, and the database has a {taken[name]} of that name",
                advice=f"give the {kind} another name, or drop what is there by hand",
                where=declaration.position(name, kind),
            )
