"""The end of a way: whether a scratch database is what it should be by then, object by object."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from plumbob.ddl.canonical import canonical_table
from plumbob.ddl.charsets import server_defaults
from plumbob.ddl.fingerprint import fingerprint, fingerprints, is_print_of, objects
from plumbob.ddl.quote import quote_text
from plumbob.ddl.stored.spoiled import spoiled_text
from plumbob.diff.key_order import compare_orders
from plumbob.errors import Exit, PlumbobError
from plumbob.model import Flavour, Owned, Schema, View, key_of_id, object_id
from plumbob.server.scratch import Scratch

ABSENT = "absent"


class PlanIsWrong(PlumbobError):
    """A plan that does not lead where it should: a bug of ours, found before anything was written."""

    def __init__(self, what: str) -> None:
        super().__init__(
            what,
            advice="this is a bug of plumbob: nothing was written; please report it with both schemas",
            exit=Exit.FAILED,
        )


def prints(scratch: Scratch) -> dict[str, str]:
    """The fingerprints of all objects that are there, by their ids."""
    return _prints_of(scratch.read(), scratch)


def _prints_of(there: Schema, scratch: Scratch) -> dict[str, str]:
    return of_what_may_run(fingerprints(there, scratch.server.flavour), scratch)


def of_what_may_run(prints: Mapping[str, str], scratch: Scratch) -> dict[str, str]:
    """The fingerprints without those of events, where events are not made as they are."""
    if scratch.is_private:
        return dict(prints)
    return {id: each for id, each in prints.items() if not id.startswith("event:")}


def check(
    scratch: Scratch, wanted: Schema, ids: Collection[str], others: Collection[str], what: str
) -> None:
    """See that an end is as it is wanted.

    Args:
        ids: what is looked at beside all that is there: it may be missing.
        others: what is not looked at, because it is somebody else's.
        what: is said in front of the names of those that differ.

    Raises:
        PlanIsWrong: it is not; PlumbobError, UNSAFE, where MySQL itself has spoiled a view.
    """
    flavour = scratch.server.flavour
    there = scratch.read()
    now = _prints_of(there, scratch)
    known = {*now, *ids} - {*others}
    expected = {
        id: fingerprint(each, flavour) for id, each in objects(wanted).items() if id in known
    }
    differing = sorted(
        id for id in known if not is_print_of(expected.get(id, ABSENT), now.get(id, ABSENT))
    )
    differing += _of_another_time(scratch, wanted)
    differing += _of_another_order(there, wanted, flavour)
    if differing:
        _refuse_spoiled(scratch, wanted, differing)
        raise PlanIsWrong(f"{what}: {', '.join(differing)}")


def _of_another_order(there: Schema, wanted: Schema, flavour: Flavour) -> list[str]:
    """Tables whose indexes, or checks, stand otherwise, where that is heeded; no fingerprint has it."""
    defaults = server_defaults(flavour)
    return [
        object_id("table", name)
        for name, table in wanted.tables.items()
        if table.ordered and (found := there.tables.get(name)) is not None
        if any(compare_orders(canonical_table(found, flavour, defaults), table))
    ]


def _of_another_time(scratch: Scratch, wanted: Schema) -> list[str]:
    """Programs that keep another collation of the database; no fingerprint has it."""
    keys = [
        key
        for key, each in wanted.stored.items()
        if isinstance(each, Owned) and each.session.database_collation is not None
        # An event is not made anew on somebody's server.
        if scratch.is_private or key.kind != "event"
    ]
    return [
        id
        for id, found in scratch.read_stored(keys).items()
        if isinstance(found, Owned)
        and found.session.database_collation not in (None, _collation_in(wanted, id))
    ]


def _collation_in(schema: Schema, id: str) -> str | None:
    key = key_of_id(id)
    found = schema.stored.get(key) if key else None
    return found.session.database_collation if isinstance(found, Owned) else None


def _refuse_spoiled(scratch: Scratch, wanted: Schema, differing: Collection[str]) -> None:
    """A view that MySQL cannot make again from what it says of it itself."""
    views = {
        str(key): each
        for key, each in wanted.stored.items()
        if isinstance(each, View) and str(key) in differing
    }
    keys = [key for id in views if (key := key_of_id(id)) is not None]
    for id, found in scratch.read_stored(keys).items():
        if not isinstance(found, View):
            continue
        text = spoiled_text(views[id], found, scratch.server.flavour)
        if text is not None:
            raise PlumbobError(
                f"no way back would make the view {found.name} again: MySQL keeps a text that it "
                f"compares with binary as another one, and says {quote_text(text)} of it",
                advice="make it anew by hand with _utf8mb4 or _binary in front of that text",
                where=found.name,
                exit=Exit.UNSAFE,
            )
