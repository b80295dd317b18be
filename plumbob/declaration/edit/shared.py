"""Places of a file that several tables share: mixins, anchors with their aliases, merge keys.

What stands there changes only when all who share it want the same, or when one of them holds it in its
own text; the others write out what they need.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from plumbob.declaration.edit.extents import is_alias
from plumbob.declaration.edit.wanted import Wanted
from plumbob.declaration.nodes import Node


class Shared:
    """What each shared place is going to say."""

    def __init__(self, wishes: Iterable[Wanted]) -> None:
        self._uses: defaultdict[int, list[Wanted]] = defaultdict(list)
        # The nodes are kept alive: their ids are the keys.
        self._nodes: list[Node] = []
        for each in wishes:
            self._uses[id(each.unit.entry.value)].append(each)
            self._nodes.append(each.unit.entry.value)

    def _final(self, each: Wanted) -> str | None:
        uses = self._uses[id(each.unit.entry.value)]
        holder = next((use for use in uses if _holds(use)), None)
        if holder is not None:
            return holder.target
        targets = {use.target for use in uses}
        return next(iter(targets)) if len(targets) == 1 else each.old.short

    def agrees(self, each: Wanted) -> bool:
        """Whether the place of a part will say what is wanted of it."""
        return each.target == self._final(each)

    def changed_together(self) -> Iterator[Wanted]:
        """One wish for each place that nobody holds and that all who share it want to be changed."""
        for uses in self._uses.values():
            first = uses[0]
            if any(_holds(use) for use in uses) or not all(use.is_changed for use in uses):
                continue
            if len({use.target for use in uses}) == 1:
                yield first


def _holds(use: Wanted) -> bool:
    """Whether the place is in the table's own text, and no alias."""
    return use.is_own and not is_alias(use.unit.entry)
