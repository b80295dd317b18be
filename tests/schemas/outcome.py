"""How it went with one version of a schema on one server, or with one upgrade."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.schemas.likeness import Texts, differing, unlike
from tests.schemas.script import Refusal
from tests.schemas.sums import Sums, lost


class Wrong(Exception):
    """A command did not do what it has to; what comes behind it makes no sense."""


@dataclass(slots=True)
class Outcome:
    """What was seen.

    Attributes:
        objects: how many there were in the end.
        refused: what of the script the server itself did not take.
        dangling: foreign keys of the script that refer to nothing, and were taken out.
        wrong: what is not as it has to be; empty where all is well.
        approved: the losses that `apply` and `rollback` asked for, by name.
        unsaid: objects that differ in what the declaration does not say: the name of a key, an account.
        spelling: tables of which only words differ that mean nothing.
        without_rows: tables that could not have rows, and why.
    """

    name: str
    is_upgrade: bool = False
    objects: int = 0
    refused: tuple[Refusal, ...] = ()
    dangling: tuple[str, ...] = ()
    wrong: list[str] = field(default_factory=list)
    approved: list[str] = field(default_factory=list)
    unsaid: tuple[str, ...] = ()
    spelling: tuple[str, ...] = ()
    without_rows: list[str] = field(default_factory=list)
    seconds: float = 0.0

    @contextmanager
    def noted(self) -> Iterator[None]:
        """Note how long it took, and what went wrong."""
        started = time.monotonic()
        try:
            yield
        except Wrong as wrong:
            self.wrong.append(str(wrong))
        self.seconds = time.monotonic() - started

    def is_like(self, wanted: Texts, found: Texts) -> None:
        """Note in what a database is not as another one; what no statement is worth is told apart."""
        seen = unlike(wanted, found)
        self.wrong += [f"after apply: {each}" for each in seen.texts]
        self.unsaid, self.spelling = seen.unsaid, seen.spelling

    def is_anew(self, wanted: Texts, found: Texts) -> None:
        """Note in what a database that was built anew is not as it should be: there, words count as well."""
        self.is_like(wanted, found)
        told = differing(wanted, found)
        self.wrong += [
            f"built anew: {each}" for each in told if each.split("\n")[0] in self.spelling
        ]

    def is_back(self, start: Texts, found: Texts) -> None:
        """Note in what a database is not as it was, to the letter."""
        self.wrong += [f"after rollback: {each}" for each in differing(start, found)]

    def has_kept(self, rows: Mapping[str, Sums], found: Mapping[str, Sums]) -> None:
        """Note which rows or values are lost that nobody has approved to lose."""
        self.wrong += lost(rows, found, self.approved)
