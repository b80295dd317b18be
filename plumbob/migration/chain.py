"""The order of migrations: by parents, never by the clock."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from plumbob.errors import Exit, ManyErrors, PlumbobError
from plumbob.migration.migration import Migration

REBASE = "two branches added them: plan the second anew behind the first, with: schema rebase"


def in_order(migrations: Iterable[Migration]) -> tuple[Migration, ...]:
    """The one chain that the migrations form, first to last.

    Raises:
        PlumbobError: two follow the same one, one follows something that is not there or has changed.
    """
    by_id = {each.id: each for each in migrations}
    children: dict[str, list[Migration]] = defaultdict(list)
    for id in sorted(by_id):
        children[_parent_id(by_id[id])].append(by_id[id])
    faults = [*_heads(children), *_gaps(by_id)]
    chain = list(_walk(children)) if not faults else []
    if not faults and len(chain) < len(by_id):
        left = sorted(set(by_id) - {each.id for each in chain})
        faults.append(_stale(f"these follow each other in a circle: {', '.join(left)}"))
    if faults:
        raise faults[0] if len(faults) == 1 else ManyErrors(faults)
    return tuple(chain)


def branches(migrations: Iterable[Migration]) -> list[list[Migration]]:
    """The branches behind the one migration that several follow, each first to last; [] for a chain.

    Raises:
        PlumbobError: there is more than one such migration, or a branch has branches.
    """
    children: dict[str, list[Migration]] = defaultdict(list)
    for each in sorted(migrations, key=lambda migration: migration.id):
        children[_parent_id(each)].append(each)
    forks = [parent for parent, rivals in children.items() if len(rivals) > 1]
    if len(forks) > 1:
        raise _stale(f"there are branches in {len(forks)} places: {', '.join(sorted(forks))}")
    return [
        [first, *_walk({**children, "": children[first.id]})]
        for parent in forks
        for first in children[parent]
    ]


def _parent_id(migration: Migration) -> str:
    return migration.parent.id if migration.parent else ""


def _walk(children: Mapping[str, list[Migration]]) -> Iterator[Migration]:
    at = ""
    while following := children.get(at):
        yield following[0]
        at = following[0].id


def _heads(children: Mapping[str, list[Migration]]) -> Iterator[PlumbobError]:
    for parent, rivals in children.items():
        if len(rivals) > 1:
            both = " and ".join(each.id for each in rivals)
            yield _stale(
                f"{both} both follow {parent}"
                if parent
                else f"{both} both are the first migration",
                REBASE,
            )


def _gaps(by_id: Mapping[str, Migration]) -> Iterator[PlumbobError]:
    for migration in by_id.values():
        parent = migration.parent
        if parent is None:
            continue
        if parent.id not in by_id:
            yield _stale(
                f"{migration.id} follows {parent.id}, which is not there",
                "Take its two files from version control again.",
            )
        elif parent.checksum != by_id[parent.id].forward.written:
            yield _stale(
                f"{migration.id} was planned to follow another version of {parent.id}",
                f"remove both files of {migration.id} and plan it anew: schema diff --write",
            )


def _stale(what: str, advice: str = "") -> PlumbobError:
    return PlumbobError(what, advice=advice, exit=Exit.STALE)
