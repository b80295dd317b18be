"""A column that changes its type, and the conditions on its rows that say what is harmed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from plumbob.model import Flavour, Type
from plumbob.model.type import BLOBS, TEXTS

# Bytes that each type takes which has no length of its own.
LARGEST = dict(zip((*TEXTS, *BLOBS), (255, 65535, 16777215, 4294967295) * 2, strict=True))


class Misfits(NamedTuple):
    """Conditions on rows, or "": `changed` without a word, `refused` by strict mode."""

    changed: str = ""
    refused: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """A column that changes its type: its name as SQL, both types, and who runs it."""

    column: str
    before: Type
    after: Type
    flavour: Flavour


def any_of(*conditions: str) -> str:
    """One condition of several; those that are "" are none."""
    found = [each for each in conditions if each]
    return " OR ".join(f"({each})" for each in found) if len(found) > 1 else "".join(found)


def room_of(after: Type) -> int:
    """How many characters or bytes a type takes."""
    return LARGEST.get(after.name, after.length or 0)


def not_convertible(column: str, before: str | None, after: str | None) -> str:
    """The condition that a text has a character which the other character set has not."""
    there_and_back = f"CONVERT(CONVERT({column} USING {after}) USING {before})"
    return f"NOT (CAST({there_and_back} AS BINARY) <=> CAST({column} AS BINARY))"


def in_utf8mb4(column: str) -> str:
    """A text in the character set of our literals."""
    return f"CONVERT({column} USING utf8mb4)"
