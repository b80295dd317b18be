"""An error of the server with what it was about, and what all rules ask of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches

from plumbob.declaration.validate import faults_of_table
from plumbob.migration.run.explained.meant import Meant
from plumbob.model import Flavour, Schema, Table

# How many of the same are named.
MOST = 5


@dataclass(frozen=True, slots=True)
class Failure:
    """An error of the server, and what it was about."""

    errno: int
    message: str
    meant: Meant
    schema: Schema
    flavour: Flavour


def with_table(schema: Schema, table: Table) -> Schema:
    """The tables with one as the statement would have made it."""
    return Schema(tables={**schema.tables, table.name: table}, charset=schema.charset)


def faults(failure: Failure) -> Iterator[str]:
    """The faults that this error is the answer to: each rule names its errors."""
    meant = failure.meant
    if meant.after is None:
        return
    schema = with_table(failure.schema, meant.after)
    number = re.compile(rf"\b{failure.errno}\b")
    for fault in faults_of_table(schema, meant.after.name, failure.flavour):
        what, bracket, numbers = fault.what.rpartition(" (errno ")
        if bracket and number.search(numbers):
            # Where an advice is about the words of a declaration, it has some of them.
            has_advice = fault.advice and "`" not in fault.advice
            yield what + (f"; {fault.advice}" if has_advice else "")


def quoted_names(message: str) -> list[str]:
    """The names in quotes in a message, the last part of each."""
    quoted = re.findall(r"(?:`[^`]*`\.)*`([^`]+)`|'([^']*)'", re.sub(r"n't\b", "not", message))
    return [one or other for one, other in quoted]


def near(no: str, wanted: str, names: list[str]) -> Iterator[str]:
    """The name that was probably meant, where one is near: `there is no table usrs; …`."""
    if wanted in names:
        return
    found = get_close_matches(wanted.lower(), names, n=1, cutoff=0.7)
    if found:
        yield f"{no} {wanted}; the nearest name is {found[0]}"
