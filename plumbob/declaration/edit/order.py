"""Which columns have to move, where new ones go, and which mixins no longer fit behind the table's own."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from itertools import groupby

from plumbob.declaration.edit.wanted import Wanted
from plumbob.model import ObjectKey, Stored, Table, Trigger


def moved(there: Sequence[str], order: Sequence[str]) -> set[str]:
    """The fewest names (in lower case) that have to move, so that the others are in order."""
    places = {name.lower(): place for place, name in enumerate(order)}
    runs: list[list[str]] = []
    for name in map(str.lower, there):
        best: list[str] = []
        for run in runs:
            if places[run[-1]] < places[name] and len(run) > len(best):
                best = run
        runs.append([*best, name])
    stays = max(runs, key=len) if runs else []
    return {name.lower() for name in there} - set(stays)


def placed(order: Sequence[str], stable: Collection[str]) -> Iterator[tuple[str | None, list[str]]]:
    """The names that are not stable, in groups, each with the stable one that it stands behind."""
    behind: str | None = None
    for is_stable, group in groupby(order, lambda name: name.lower() in stable):
        names = list(group)
        if is_stable:
            behind = names[-1].lower()
        else:
            yield behind, names


def detached_mixins(
    mixins: Mapping[str, list[Wanted]], live: Table, agreed: Callable[[Wanted], bool]
) -> list[str]:
    """The mixins that a table cannot use any more.

    Their columns stand behind the table's own, in the order of `use`: those at the end of the live
    table are kept as long as that is so.
    """
    order = [column.name.lower() for column in live.columns]
    names = list(mixins)
    fitting = [name for name in names if all(agreed(each) for each in mixins[name])]
    for first in range(len(fitting) + 1):
        kept = fitting[first:]
        tail = [
            each.unit.live_name.lower()
            for name in kept
            for each in mixins[name]
            if each.unit.kind == "column" and each.new is not None
        ]
        if not tail or order[-len(tail) :] == tail:
            return [name for name in names if name not in kept]
    return names


def exchanged(
    declared: Mapping[ObjectKey, Stored], live: Mapping[ObjectKey, Stored]
) -> Iterator[tuple[ObjectKey, ObjectKey]]:
    """The triggers that run in another order: the one that stands in a place, and the one that has to.

    Those that only one side has are left out. Both mappings are in the order in which triggers run.
    """
    triggers = {
        key: each.moment
        for key, each in live.items()
        if isinstance(each, Trigger) and key in declared
    }
    for moment in dict.fromkeys(triggers.values()):
        there = [key for key in declared if triggers.get(key) == moment]
        wanted = [key for key in triggers if triggers[key] == moment]
        yield from (pair for pair in zip(there, wanted, strict=True) if pair[0] != pair[1])
