"""Names that nobody wrote: those of our rule, and those that a server gives by itself.

What the servers give was measured on MySQL 9.7, MariaDB 10.11 and 11.8: an index has the name of its
first column, with _2, _3 … where that is taken; a foreign key `t_ibfk_1`, which follows a new name of
the table; a check `t_chk_1` on MySQL, which does the same, and `CONSTRAINT_1` on MariaDB.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import count, islice
from typing import Protocol, TypeVar

from plumbob.model import Check, Flavour, ForeignKey, Index
from plumbob.model.features import NUMBERED_KEYS

P = TypeVar("P", contravariant=True)
LONGEST_NAME = 64
FUNCTIONAL = "functional_index"
_HASH_DIGITS = 8
# MySQL cuts a long name here, and puts the number behind it.
_SHORTEST_CUT = 60
# As many alike in one table have been thought of.
_MOST_ALIKE = 100


def index_name(first: str, taken: set[str]) -> str:
    """The servers' own rule: the first column's name, then with _2, _3 …; `taken` has it from then on."""
    name, number = first, 1
    while name.lower() in taken or name.upper() == "PRIMARY":
        number += 1
        name = f"{first[: LONGEST_NAME - 4]}_{number}"
    taken.add(name.lower())
    return name


def given_name(prefix: str, table: str, columns: Iterable[str], taken: set[str]) -> str:
    """A name for a constraint without one: prefix, table and columns, cut with a hash where too long."""
    name = next(name for name in _names(prefix, table, columns) if name.lower() not in taken)
    taken.add(name.lower())
    return name


def _names(prefix: str, table: str, columns: Iterable[str]) -> Iterator[str]:
    """The names that the rule has for a constraint, the usual one first."""
    whole = "_".join((prefix, table, *columns))
    if len(whole) <= LONGEST_NAME:
        yield whole
    for number in count(1):
        digest = hashlib.sha256(f"{whole}\0{table}\0{number}".encode()).hexdigest()[:_HASH_DIGITS]
        yield f"{whole[: LONGEST_NAME - _HASH_DIGITS - 1]}_{digest}"


def name_of_brought(key: ForeignKey) -> str:
    """What the index is called that a server makes for a foreign key: as the key, if that has a name of its own."""
    return key.name if key.named else key.index_name or key.name


def brings(key: ForeignKey, index: Index) -> bool:
    """Whether a declared index is one that nobody wrote: the one under this foreign key."""
    is_plain = index.kind == "index" and not index.named and index.columns == key.columns
    return is_plain and _is_numbered(index.name, name_of_brought(key))


class Names(Protocol[P]):
    """What the parts of one kind are called that have no name of their own."""

    def may_be(self, part: P, name: str) -> bool:
        """Whether the rule or a server gives it this name, though perhaps in another order of parts."""

    def may_have_been(self, part: P, name: str) -> bool:
        """Whether the rule may have given it, before the table or a column got another name."""

    def another(self, part: P, taken: set[str]) -> str:
        """The next name by the rule that is not taken; `taken` has it from then on."""


@dataclass(frozen=True, slots=True)
class KeyNames:
    """Of foreign keys of a table on such a server."""

    table: str
    flavour: Flavour

    def may_be(self, part: ForeignKey, name: str) -> bool:
        return self.is_of_server(part, name) or _is_by_rule(name, "fk", self.table, part.columns)

    def is_of_server(self, part: ForeignKey, name: str) -> bool:
        """Whether the server gives this name by itself."""
        if NUMBERED_KEYS.is_in(self.flavour) and _is_counted(name, ""):
            return True
        if self.flavour.is_mariadb and name == part.index_name:
            # A name of the index alone is one of both there.
            return True
        return _is_counted(name, f"{self.table}_ibfk_")

    def of_index(self, part: ForeignKey, name: str) -> tuple[str, ...]:
        """What an index is called that the foreign key of this name by now brings along."""
        if part.named or not self.is_of_server(part, name):
            return (name,)
        return (name, part.index_name or part.columns[0])

    def may_have_been(self, part: ForeignKey, name: str) -> bool:
        return name.lower().startswith("fk_")

    def another(self, part: ForeignKey, taken: set[str]) -> str:
        return given_name("fk", self.table, part.columns, taken)


@dataclass(frozen=True, slots=True)
class IndexNames:
    """Of indexes in a table; `brought` has what those are called that its foreign keys bring along."""

    brought: Mapping[ForeignKey, tuple[str, ...]]

    def may_be(self, part: Index, name: str) -> bool:
        return any(_is_numbered(name, first) for first in self._firsts(part))

    def may_have_been(self, part: Index, name: str) -> bool:
        """An index gets its new name at once."""
        return False

    def another(self, part: Index, taken: set[str]) -> str:
        firsts = (first for first in self._firsts(part) if _is_numbered(part.name, first))
        return index_name(next(firsts, part.name), taken)

    def _firsts(self, index: Index) -> list[str]:
        """What stands before the number in its names."""
        if any(part.expression for part in index.parts):
            return [FUNCTIONAL, *index.columns[:1]]
        brought = (names for key, names in self.brought.items() if brings(key, index))
        return [name for names in brought for name in names] or [*index.columns[:1]]


@dataclass(frozen=True, slots=True)
class CheckNames:
    """Of checks of a table on such a server; `columns` says which ones a check names."""

    table: str
    flavour: Flavour
    columns: Callable[[Check], tuple[str, ...]]

    def may_be(self, part: Check, name: str) -> bool:
        counted = f"{self.table}_chk_" if self.flavour.is_mysql else "CONSTRAINT_"
        return _is_counted(name, counted) or _is_by_rule(name, "ck", self.table, self.columns(part))

    def may_have_been(self, part: Check, name: str) -> bool:
        return name.lower().startswith("ck_")

    def another(self, part: Check, taken: set[str]) -> str:
        return given_name("ck", self.table, self.columns(part), taken)


def _is_numbered(name: str, first: str) -> bool:
    name, first = name.lower(), first.lower()
    stem, _, number = name.rpartition("_")
    is_number = re.fullmatch(r"[2-9]|[1-9]\d+", number, re.ASCII)
    is_cut = len(stem.encode()) >= _SHORTEST_CUT and first.startswith(stem)
    return name == first or (bool(is_number) and (stem == first or is_cut))


def _is_counted(name: str, before: str) -> bool:
    """Whether a number stands behind this, and no more."""
    start, number = name[: len(before)], name[len(before) :]
    return start.lower() == before.lower() and bool(re.fullmatch(r"[1-9]\d*", number, re.ASCII))


def _is_by_rule(name: str, prefix: str, table: str, columns: Iterable[str]) -> bool:
    names = (each.lower() for each in islice(_names(prefix, table, columns), _MOST_ALIKE))
    return name.lower().startswith(f"{prefix}_") and name.lower() in names
