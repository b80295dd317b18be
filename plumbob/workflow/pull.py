"""Takes what a database has into the declaration, and leaves all else in its files as people wrote it.

The new text is loaded and compared with the database before it replaces the old one: what does not then
say what the database says is never written.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from plumbob.declaration import Declaration
from plumbob.declaration.dump import broken_keys, without_broken_keys
from plumbob.declaration.edit import Edited, Remark, changed_meanwhile, edit
from plumbob.declaration.files import load_anew, replace_file
from plumbob.diff.change import Alter, Change, Create, Drop, Rename, Replace
from plumbob.diff.compare import compare
from plumbob.errors import Exit, PlumbobError
from plumbob.model import STORED_KINDS, Schema, Stored, Table, object_key
from plumbob.server.connection import Server
from plumbob.server.visibility import prove_visible
from plumbob.workflow import compare_database, managed, read_live, resolve
from plumbob.workflow.declared import usual_session

# The second time, what the first did not bring to say what is live is written anew.
_TRIES = 2


@dataclass(frozen=True, slots=True)
class Pulled:
    """What a database has that the declaration has not, and the files that say so.

    `contents` are the bytes of each file that changes, before and after; `changes` lead from what was
    declared to what is live.
    """

    live: Schema
    changes: tuple[Change, ...]
    contents: Mapping[Path, tuple[bytes, bytes]]
    remarks: tuple[Remark, ...] = ()

    def write(self) -> None:
        write_files(self.contents)


def write_files(contents: Mapping[Path, tuple[bytes, bytes]]) -> None:
    """Replace files, each of which has its bytes before and after.

    Raises:
        PlumbobError: STALE when one was changed meanwhile; none is written then.
    """
    for path, (before, _) in contents.items():
        if path.read_bytes() != before:
            raise changed_meanwhile(path)
    for path, (_, after) in contents.items():
        replace_file(path, after)


def pull(
    declaration: Declaration, server: Server, *, scratch: str = "", every_kind: bool = False
) -> Pulled:
    """Find the text of the declaration that says what a database has.

    Args:
        declaration: as it was loaded. One that says nothing yet takes in every kind of object.
        server: with the database in use.
        scratch: where differences are confirmed (see `open_scratch`).
        every_kind: take in stored objects of kinds that have no section yet.

    Raises:
        PlumbobError: UNSAFE when the database is empty, FAILED when no text could be found; nothing
            has been written.
    """
    is_fresh = not declaration.schema.tables and not declaration.sections
    if every_kind or is_fresh:
        declaration = replace(declaration, sections=frozenset(STORED_KINDS))
    before = {path: path.read_bytes() for path in declaration.files}
    declared, live, changes = _both(declaration, server, scratch)
    remarks = left_out_of(live)
    if remarks:
        live = without_broken_keys(live)
        changes = compare(live, declared, server.flavour)
    if not changes:
        return Pulled(live, (), {}, remarks)
    _refuse_emptiness(declaration, live, server)
    # Without renames: what a pending one changes in other tables has to be written there.
    changed = names_of(changes) | names_of(compare(live, declared, server.flavour))
    edited = brought_to(
        live,
        declaration,
        declared,
        server,
        changed,
        lambda edited: _differing(declaration, edited, server, scratch),
    )
    contents = {path: (before[path], after) for path, after in edited.contents.items()}
    return Pulled(live, changes, contents, (*edited.remarks, *remarks))


def left_out_of(live: Schema) -> tuple[Remark, ...]:
    """What of a live schema no declaration can say."""
    return tuple(
        Remark(table, f"the foreign key {key.name} is left out: there is no table {key.parent}")
        for table, key in broken_keys(live)
    )


def brought_to(
    wanted: Schema,
    declaration: Declaration,
    declared: Schema,
    server: Server,
    changed: set[str],
    differing: Callable[[Edited], set[str]],
) -> Edited:
    """The files of a declaration, edited until they say what is wanted.

    Args:
        wanted: in canonical form.
        declaration: as it was loaded.
        declared: the same in canonical form.
        server: the one that both are of.
        changed: the names of what differs in the two.
        differing: gives the names of what edited files do not say so.

    Raises:
        PlumbobError: FAILED when no text could be found.
    """
    left: set[str] = set()
    session = usual_session(server, declaration.schema)
    for tried in range(1, _TRIES + 1):
        edited = edit(declaration, declared, wanted, server.flavour, changed, left, session)
        try:
            left = differing(edited)
        except PlumbobError:
            if tried == _TRIES:
                raise
            left = changed
        if not left:
            return edited
    raise PlumbobError(
        f"the declaration cannot be brought to say what the database says of {_listed(left)}",
        advice="nothing was written; change it by hand, and see what is left with: schema diff",
        where=str(declaration.files[0]),
        exit=Exit.FAILED,
    )


def _both(
    declaration: Declaration, server: Server, scratch: str
) -> tuple[Schema, Schema, tuple[Change, ...]]:
    """Both sides in canonical form, and what leads from the live one to the declared one."""
    if declaration.schema.tables:
        found = compare_database(declaration, server, scratch=scratch)
        return found.declared, found.live, found.changes
    prove_visible(server, declaration.sections)
    live = managed(read_live(server, (), declaration.sections), declaration)
    declared = resolve(declaration, server, live)
    return declared, live, compare(live, declared, server.flavour)


def _refuse_emptiness(declaration: Declaration, live: Schema, server: Server) -> None:
    """A database without tables is the wrong one, or not made yet."""
    if live.tables or not declaration.schema.tables:
        return
    raise PlumbobError(
        f"{server.database} has no tables, and the declaration has "
        f"{len(declaration.schema.tables)}: they would all be taken out",
        advice="name the database that is meant with --url or -D",
        where=str(declaration.files[0]),
        exit=Exit.UNSAFE,
    )


def names_of(changes: tuple[Change, ...]) -> set[str]:
    """The tables that change by their names, stored objects by their ids."""
    names: set[str] = set()
    for change in changes:
        match change:
            case Create(after) | Alter(_, after) | Replace(_, after):
                names.add(_name(after))
            case Drop(before):
                names.add(_name(before))
            case Rename(old, new):
                names |= {old, new}
    return names


def _name(found: Table | Stored) -> str:
    return found.name if isinstance(found, Table) else str(object_key(found.kind, found.name))


def _differing(declaration: Declaration, edited: Edited, server: Server, scratch: str) -> set[str]:
    """The tables in which the new text would not say what the database says."""
    anew = load_anew(declaration, edited.contents)
    anew = replace(anew, sections=anew.sections | declaration.sections)
    if not anew.schema.tables and (left := set(read_live(server).tables)):
        return left
    found = compare_database(anew, server, scratch=scratch)
    if not broken_keys(found.live):
        return names_of(found.changes)
    live = without_broken_keys(found.live)
    return names_of(compare(live, found.declared, server.flavour))


def _listed(names: set[str]) -> str:
    return ", ".join(sorted(names))
