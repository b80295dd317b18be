"""A forked child forgets the connections of its parent, without a word to the server."""

from __future__ import annotations

import os
import weakref
from typing import Protocol


class Forgetful(Protocol):
    """What has connections."""

    def after_fork(self) -> None:
        """Forget them: they are still in use, by the parent."""


_KNOWN: weakref.WeakSet[Forgetful] = weakref.WeakSet()


def forget_after_fork(found: Forgetful) -> None:
    """Have this forget its connections in each child that is forked from now on."""
    _KNOWN.add(found)


def _in_child() -> None:
    for each in list(_KNOWN):
        each.after_fork()


os.register_at_fork(after_in_child=_in_child)
