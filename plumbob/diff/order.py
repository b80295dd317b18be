"""The fewest things that have to move for an order to become another one."""

from __future__ import annotations

from collections.abc import Sequence


def moved(before: Sequence[str], after: Sequence[str]) -> set[str]:
    """The names that have to move: all that are on both sides but for a longest run in order already."""
    places = {name: place for place, name in enumerate(before)}
    common = [name for name in after if name in places]
    stays = longest_increasing([places[name] for name in common])
    return {name for name in common if places[name] not in stays}


def longest_increasing(numbers: list[int]) -> set[int]:
    best: list[list[int]] = []
    longest: list[int] = []
    for number in numbers:
        run = [number]
        for shorter in best:
            if shorter[-1] < number and len(shorter) >= len(run):
                run = [*shorter, number]
        best.append(run)
        longest = max(longest, run, key=len)
    return set(longest)
