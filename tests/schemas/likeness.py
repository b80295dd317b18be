"""Whether two databases are the same, by SHOW CREATE of every object.

Two differences are told apart from the rest, because no statement is worth them: the order of indexes, and
a character set that is written at a column and is the table's own.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from plumbob.server.connection import connect
from plumbob.server.foreign import kind_by_name, kind_by_text
from plumbob.server.target import Target
from tests.cases.trip import texts
from tests.servers import Server

Texts = Mapping[str, str]

_KEY = re.compile(r"  (?:(?:UNIQUE|FULLTEXT|SPATIAL|VECTOR) )?KEY |  CONSTRAINT ")
_OF_TABLE = re.compile(r"DEFAULT CHARSET=(\w+)(?: COLLATE=(\w+))?")
# What MySQL leaves out behind a character set, where it is the usual one.
_USUAL = {"utf8mb4": "utf8mb4_0900_ai_ci", "latin1": "latin1_swedish_ci"}
_LINES = 6


@dataclass(frozen=True, slots=True)
class Unlike:
    """Names of objects: with other texts and their lines, with another order of keys, spelled otherwise."""

    texts: tuple[str, ...] = ()
    order: tuple[str, ...] = ()
    spelling: tuple[str, ...] = ()


def objects(server: Server, database: str) -> Texts:
    """SHOW CREATE of each object by its id, without those that plumbob takes for another tool's."""
    with connect(Target.from_url(server.url(database))) as connection:
        found = texts(connection)
    return {
        id: text.replace(f"`{database}`.", "")
        for id, text in found.items()
        if not (kind_by_name(id) or kind_by_text(text))
    }


def unlike(wanted: Texts, found: Texts) -> Unlike:
    """In what a database is not as it should be."""
    sorted_out: dict[str, list[str]] = {"texts": [], "order": [], "spelling": []}
    for id in sorted(wanted.keys() | found.keys()):
        before, after = wanted.get(id, ""), found.get(id, "")
        if before == after:
            continue
        if _same(before, after, _spelled):
            sorted_out["spelling"].append(id)
        elif _same(before, after, lambda text: _ordered(_spelled(text))):
            sorted_out["order"].append(id)
        else:
            sorted_out["texts"].append(_lines(id, before, after))
    return Unlike(**{kind: tuple(found) for kind, found in sorted_out.items()})


def differing(wanted: Texts, found: Texts) -> list[str]:
    """The objects that differ in any letter, with their lines."""
    return [
        _lines(id, wanted.get(id, ""), found.get(id, ""))
        for id in sorted(wanted.keys() | found.keys())
        if wanted.get(id) != found.get(id)
    ]


def _same(before: str, after: str, how: Callable[[str], str]) -> bool:
    return before.startswith("CREATE TABLE") and how(before) == how(after)


def _spelled(text: str) -> str:
    """A table's text without the character set of its columns that is its own."""
    found = _OF_TABLE.search(text)
    if not found:
        return text
    charset = found[1]
    collation = found[2] or _USUAL.get(charset, f"{charset}_general_ci")
    own = rf"(?: CHARACTER SET {charset})?(?: COLLATE {collation})?(?=[ ,\n])"
    return re.sub(rf"(?m)^(  `(?:[^`]|``)+` [^ ]+){own}", r"\1", text)


def _ordered(text: str) -> str:
    """A table's text with its keys in one order."""
    lines = [line.rstrip(",") for line in text.splitlines()]
    keys = [line for line in lines if _KEY.match(line)]
    return "\n".join([*(line for line in lines if line not in keys), *sorted(keys)])


def _lines(id: str, before: str, after: str) -> str:
    """The lines that differ, the first of them."""
    lines = difflib.ndiff(before.splitlines(), after.splitlines())
    changed = [line for line in lines if line.startswith(("- ", "+ "))]
    return "\n".join([id, *(f"    {line[:200]}" for line in changed[:_LINES])])
