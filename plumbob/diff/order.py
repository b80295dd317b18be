"""The fewest things that have to move for an order to become another one."""

from __future__ import annotations

from collections.abc import Sequence, Set


def moved(before: Sequence[str], after: Sequence[str], fixed: Set[str] = frozenset()) -> set[str]:
    """The names that have to move: all that are on both sides but for a longest run in order already.

    A run with more of the fixed names counts for longer, whatever else has to move. Of equally long ones the
    same is chosen for the way back: MySQL remembers of a column that has moved how it was written then.
    """
    first, common = sorted(
        [[name for name in before if name in after], [name for name in after if name in before]]
    )
    places = {name: place for place, name in enumerate(first)}
    # Of the best run up to each name: how many are fixed, and how many there are; then the run.
    best: list[tuple[tuple[int, int], list[str]]] = []
    for name in common:
        weight: tuple[int, int] = (0, 0)
        run: list[str] = []
        for other, shorter in best:
            if places[shorter[-1]] < places[name] and other > weight:
                weight, run = other, shorter
        best.append(((weight[0] + (name in fixed), weight[1] + 1), [*run, name]))
    stays = max(best, key=lambda each: each[0])[1] if best else []
    return set(common) - set(stays)
