"""Stored objects: what is known to be wrong with them before a server reads them."""

from __future__ import annotations

from collections.abc import Iterator

from plumbob.declaration.validate.names import fault_of_name
from plumbob.declaration.validate.subject import Fault, Subject, with_article
from plumbob.model import Routine, Sequence, Stored, Trigger, View
from plumbob.model.features import SEQUENCE_TYPE

# Their names are among those of tables.
_LIKE_TABLES = (View, Sequence)


def faults_of_stored(subject: Subject) -> Iterator[tuple[Stored, Fault]]:
    """Every stored object, one by one."""
    taken = {table.name: "table" for table in subject.tables}
    yield from _misplaced(subject)
    for stored in subject.declaration.schema.stored.values():
        for fault in (*_of_name(stored), *_of_maker(subject, stored)):
            yield stored, fault
        if isinstance(stored, _LIKE_TABLES):
            other = taken.setdefault(stored.name, stored.kind)
            if other != stored.kind:
                what = f"{stored.name} is declared as {with_article(other)} as well (errno 1050)"
                yield stored, Fault(what, advice="give one of the two another name")


def _misplaced(subject: Subject) -> Iterator[tuple[Stored, Fault]]:
    """Triggers that say FOLLOWS, and stand elsewhere."""
    last: dict[tuple[str, str, str], str] = {}
    for stored in subject.declaration.schema.stored.values():
        if not isinstance(stored, Trigger):
            continue
        before = last.get(stored.moment)
        if stored.follows is not None and stored.follows != before:
            yield (
                stored,
                Fault(
                    f"{stored.name} says FOLLOWS {stored.follows}, and stands "
                    + (f"behind {before}" if before else "first"),
                    word="follows",
                    advice="triggers run in the order in which they stand in the file: leave FOLLOWS "
                    "out, and put the trigger where it should be",
                ),
            )
        last[stored.moment] = stored.name


def _of_name(stored: Stored) -> Iterator[Fault]:
    if why := fault_of_name(stored.name):
        yield Fault(f"{stored.name!r} is no name for {with_article(stored.kind)}: {why}")


def _of_maker(subject: Subject, stored: Stored) -> Iterator[Fault]:
    """What only MariaDB has, or has since a version."""
    flavour = subject.flavour
    if flavour is None:
        return
    if flavour.is_mariadb:
        if isinstance(stored, Sequence) and stored.type and not SEQUENCE_TYPE.is_in(flavour):
            what = f"{flavour} has not got {SEQUENCE_TYPE.name}, which {stored.name} uses"
            yield Fault(what, advice=SEQUENCE_TYPE.instead)
        return
    if isinstance(stored, Sequence):
        advice = "an AUTO_INCREMENT column counts there"
        yield Fault("MySQL has no sequences (errno 1064)", advice=advice)
    if isinstance(stored, Routine) and stored.is_aggregate:
        yield Fault("MySQL has no aggregate functions in SQL (errno 1064)")
