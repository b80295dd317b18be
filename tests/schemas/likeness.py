"""Whether two databases are the same, by SHOW CREATE of every object.

Two differences are told apart from the rest, because plumbob leaves them as they are, and says so: what a
declaration does not say, which is the name of a foreign key or check that it gives none, or the account of
a program (docs/declaration.md); what is written out and means nothing, which is a column's character set that is the
table's own, a collation that is its character set's, or the kind of an index that is usual.
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

_CONSTRAINT = re.compile(r"^(  CONSTRAINT) `(?:[^`]|``)+` ")
_ACCOUNT = re.compile(r"^(CREATE .*?)DEFINER=`(?:[^`]|``)*`@`(?:[^`]|``)*` ", re.MULTILINE)
_COLUMN = r"  `(?:[^`]|``)+` \w+(?:\((?:'(?:[^']|'')*'|[^')])*\))?"
_OF_TABLE = re.compile(r"DEFAULT CHARSET=(\w+)(?: COLLATE=(\w+))?")
# What MySQL leaves out behind a character set, where it is the usual one.
_USUAL = {"utf8mb4": "utf8mb4_0900_ai_ci", "latin1": "latin1_swedish_ci", "binary": "binary"}
_OWN_COLLATION = re.compile(r"CHARACTER SET (\w+) COLLATE (\w+)")
_LINES = 6


@dataclass(frozen=True, slots=True)
class Unlike:
    """Names of objects that differ, by what differs the most in each; the texts are there with their lines."""

    texts: tuple[str, ...] = ()
    unsaid: tuple[str, ...] = ()
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
    seen: dict[str, list[str]] = {"texts": [], **{kind: [] for kind in _FORMS}}
    for id in sorted(wanted.keys() | found.keys()):
        before, after = wanted.get(id, ""), found.get(id, "")
        if before != after:
            kind = _kind(before, after)
            seen[kind].append(_lines(id, before, after) if kind == "texts" else id)
    return Unlike(**{kind: tuple(ids) for kind, ids in seen.items()})


def differing(wanted: Texts, found: Texts) -> list[str]:
    """The objects that differ in any letter, with their lines."""
    return [
        _lines(id, wanted.get(id, ""), found.get(id, ""))
        for id in sorted(wanted.keys() | found.keys())
        if wanted.get(id) != found.get(id)
    ]


def _kind(before: str, after: str) -> str:
    """What has to be looked away from, for two texts to be the same."""
    for kind, form in _FORMS.items():
        before, after = form(before), form(after)
        if before == after:
            return kind
    return "texts"


def _spelled(text: str) -> str:
    """A table's text without the kind of its indexes that is usual, and its columns' charset that is its own."""
    usual = "HASH" if "ENGINE=MEMORY" in text else "BTREE"
    text = _OWN_COLLATION.sub(_without_usual, text.replace(f" USING {usual}", ""))
    found = _OF_TABLE.search(text)
    if not found:
        return text
    charset = found[1]
    collation = found[2] or _usual(charset)
    own = rf"(?: CHARACTER SET {charset})?(?: COLLATE {collation})?(?=[ ,\n])"
    return re.sub(rf"(?m)^({_COLUMN}){own}", r"\1", text)


def _without_usual(found: re.Match[str]) -> str:
    return f"CHARACTER SET {found[1]}" if found[2] == _usual(found[1]) else found[0]


def _usual(charset: str) -> str:
    return _USUAL.get(charset, f"{charset}_general_ci")


def _unsaid(text: str) -> str:
    """A table's text without the names of its foreign keys and checks; a program's without its account.

    Foreign keys, and checks of MySQL, are printed by their names: so these stand in one order.
    """
    lines = [line.rstrip(",") for line in text.splitlines()]
    named = [line for line in lines if line.startswith("  CONSTRAINT ")]
    others = [line for line in lines if line not in named]
    return "\n".join(
        [
            *(_ACCOUNT.sub(r"\1", line) for line in others),
            *sorted(_CONSTRAINT.sub(r"\1 ", line) for line in named),
        ]
    )


# One after the other: from each text a little more is left out.
_FORMS: dict[str, Callable[[str], str]] = {
    "spelling": _spelled,
    "unsaid": _unsaid,
}


def _lines(id: str, before: str, after: str) -> str:
    """The lines that differ, the first of them."""
    lines = difflib.ndiff(before.splitlines(), after.splitlines())
    changed = [line for line in lines if line.startswith(("- ", "+ "))]
    return "\n".join([id, *(f"    {line[:200]}" for line in changed[:_LINES])])
