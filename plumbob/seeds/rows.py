"""Rows as they will be written: each value bound to its column, and what makes the row known again."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from plumbob.errors import Position
from plumbob.model import Column, Table
from plumbob.seeds.values import Moment

# A row by its table and label.
Name = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Fixed:
    """A literal that is known before anything is written; `secret` is what no message may repeat."""

    sql: str
    secret: str = ""

    @property
    def is_secret(self) -> bool:
        return self.secret != ""


@dataclass(frozen=True, slots=True)
class Hashed:
    """A password, whose hash is made when none that fits it is there."""

    password: str


@dataclass(frozen=True, slots=True)
class Parent:
    """The value that a column of another row has."""

    row: Name
    column: str


Bound = Fixed | Hashed | Moment | Parent


@dataclass(frozen=True, slots=True)
class Field:
    """A column of a row with its value, and where it was written."""

    column: Column
    value: Bound
    where: Position

    @property
    def name(self) -> str:
        return self.column.name


@dataclass(frozen=True, slots=True)
class Row:
    """A row to be seeded.

    `key` has the columns by which it is known; without any it is known by its label alone, from the
    second run on.
    """

    table: Table
    label: str
    where: Position
    fields: tuple[Field, ...]
    key: tuple[str, ...] = ()

    @property
    def name(self) -> Name:
        return self.table.name, self.label

    @property
    def shown(self) -> str:
        return f"{self.table.name}.{self.label}"

    def field(self, column: str) -> Field | None:
        wanted = column.lower()
        return next((each for each in self.fields if each.name.lower() == wanted), None)

    @property
    def secrets(self) -> tuple[str, ...]:
        """What no message may repeat."""
        found = []
        for each in self.fields:
            if isinstance(each.value, Hashed):
                found.append(each.value.password)
            elif isinstance(each.value, Fixed) and each.value.is_secret:
                found.append(each.value.secret)
        return tuple(filter(None, found))


def digest(parts: object) -> str:
    """What tells one value from another without keeping it."""
    return hashlib.sha256(repr(parts).encode("utf-8", "surrogatepass")).hexdigest()
