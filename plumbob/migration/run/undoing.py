"""Which blocks by hand undo which: those of the same title, the last one first.

No definition tells whether a data step was run. So a run that turns back has to begin where exactly the
counterparts of those blocks lie ahead that were run.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from plumbob.migration.by_hand import is_data
from plumbob.migration.migration import Direction, Migration, Script
from plumbob.migration.record.standing import HalfDone


def undoes(migration: Migration, direction: Direction, half: HalfDone, done: int) -> bool:
    """Whether what lies behind the first statements of a script undoes what the other way has done.

    Args:
        direction: the way to go now.
        half: the run of the other way that did not end.
        done: how many statements of the script are not needed.
    """
    script, other = migration.script(direction), migration.script(half.direction)
    tried = {entry.number: entry.state for entry in half.entries if entry.number}
    partners = dict(_pairs(other, script))
    for theirs, ours in partners.items():
        was_run = [tried.get(number) == "done" for number in _data(migration, other, theirs)]
        if (any(was_run) and not all(was_run)) or _is_unknown(migration, other, theirs, tried):
            return False
        ahead = [number > done for number in _data(migration, script, ours)]
        if any(each != any(was_run) for each in ahead):
            return False
    return True


def steps_needed(
    migration: Migration, direction: Direction, half: HalfDone
) -> dict[int, bool] | None:
    """For each data step of a script by its number, whether it undoes one whose effect is there.

    The arguments are those of `undoes`; None where nobody can tell: a block is half done, or has no
    counterpart on the way that it undoes.
    """
    script, other = migration.script(direction), migration.script(half.direction)
    tried = {entry.number: entry.state for entry in half.entries if entry.number}
    partners = {ours: theirs for theirs, ours in _pairs(other, script)}
    found: dict[int, bool] = {}
    for block in range(1, len(script.blocks) + 1):
        steps = _data(migration, script, block)
        if not steps:
            continue
        theirs = partners.get(block)
        if theirs is None or _is_unknown(migration, other, theirs, tried):
            return None
        was_run = {tried.get(number) == "done" for number in _data(migration, other, theirs)}
        if len(was_run) != 1:
            return None
        found |= dict.fromkeys(steps, *was_run)
    return found


def _is_unknown(migration: Migration, script: Script, block: int, tried: Mapping[int, str]) -> bool:
    return any(tried.get(number) == "unknown" for number in _data(migration, script, block))


def _data(migration: Migration, script: Script, block: int) -> list[int]:
    """The numbers of the data steps of a block."""
    return [
        number
        for number, each in enumerate(script.statements, 1)
        if each.block == block and is_data(each, migration.server)
    ]


def _pairs(one: Script, other: Script) -> Iterator[tuple[int, int]]:
    """The numbers of blocks that belong together; those of one title in the opposite order."""
    waiting: dict[str, list[int]] = defaultdict(list)
    for number, block in enumerate(other.blocks, 1):
        waiting[block.title].append(number)
    for number, block in enumerate(one.blocks, 1):
        if waiting[block.title]:
            yield number, waiting[block.title].pop()
