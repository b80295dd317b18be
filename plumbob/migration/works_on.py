"""Which tables a statement works on, and why others may wait for them meanwhile: a table of facts.

No server is asked. What is not known to be mild is told as what it may be; where a table has rows without
end, that is the safe side.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from plumbob.ddl.lexer import Token, tokenize
from plumbob.model import Flavour

_NOT_ASKED = "nobody has asked what it costs"
_ROWS = "it may lock every row until it ends (it has no LIMIT)"
_READS = "the rows that it reads may be locked until it ends"
_UPKEEP = {
    "optimize": "it builds the table anew",
    "repair": "reads and writes wait as long as it takes",
    "check": "writes may wait as long as it takes",
}


class Work(NamedTuple):
    """The tables that a statement works on by their names, and why others may wait, or "".

    `is_definition`: it changes more than rows, and is run by each member of a cluster.
    """

    tables: tuple[str, ...] = ()
    why: str = ""
    is_definition: bool = False


def works_on(sql: str, flavour: Flavour) -> Work:
    """What others may wait for while a statement runs, whatever the server may say of its cost.

    ANALYZE, RENAME TABLE, and what makes or drops an object wait for a moment themselves, and nobody
    longer for them.
    """
    tokens = tokenize(sql, flavour, is_lenient=True)
    words = [each.value if each.kind == "word" else "" for each in tokens]
    match words[0]:
        case "alter" if "table" in words[1:4]:
            return Work(_names_behind(tokens, words.index("table")), _NOT_ASKED, True)
        case "create" if "index" in words[1:5] and "on" in words:
            return Work(_names_behind(tokens, words.index("on")), _NOT_ASKED, True)
        case "drop" if words[1] == "index" and "on" in words:
            return Work(_names_behind(tokens, words.index("on")), _NOT_ASKED, True)
        case "create" if "table" in words[1:4] and "select" in words:
            return Work(_all_names(tokens), _READS)
        case "optimize" | "repair" | "check":
            start = next((n for n, word in enumerate(words) if word in ("table", "tables")), 0)
            return Work(_list_behind(tokens, start), _UPKEEP[words[0]], True)
        case "truncate":
            is_named = words[1] == "table"
            return Work(
                _names_behind(tokens, 1 if is_named else 0), "it drops all rows at once", True
            )
        case "insert" | "replace" if {"select", "table"} & set(words[1:]):
            return Work(_all_names(tokens), "" if "limit" in words else _READS)
        case "update" | "delete" | "with":
            return Work(_all_names(tokens), "" if "limit" in words else _ROWS)
    return Work()


def renamed_tables(sql: str, flavour: Flavour) -> Iterator[tuple[str, str]]:
    """The old and new names of a RENAME TABLE, in order, or of an ALTER TABLE that renames it."""
    tokens = tokenize(sql, flavour, is_lenient=True)
    words = [each.value if each.kind == "word" else "" for each in tokens]
    if words[:2] == ["rename", "table"]:
        pairs = [n for n, word in enumerate(words) if word == "to"]
        for old, number in zip(_list_behind(tokens, 1), pairs, strict=False):
            yield old, _meant(tokens[number + 1])
    elif words[0] == "alter" and "table" in words[1:4]:
        yield from _renamed_by_alter(tokens, words)


def _renamed_by_alter(tokens: Sequence[Token], words: Sequence[str]) -> Iterator[tuple[str, str]]:
    for number, word in enumerate(words[:-1]):
        if word == "rename" and words[number + 1] not in ("column", "index", "key"):
            new = number + (2 if words[number + 1] in ("to", "as") else 1)
            for old in _names_behind(tokens, words.index("table")):
                yield old, _meant(tokens[new])


def _names_behind(tokens: Sequence[Token], place: int) -> tuple[str, ...]:
    """The table behind a word, with IF EXISTS and the name of its database left out."""
    rest = [*tokens[place + 1 :]]
    while rest and rest[0].kind == "word" and rest[0].value in ("if", "exists", "not"):
        rest.pop(0)
    if len(rest) > 2 and rest[1].text == ".":
        rest = rest[2:]
    return (_meant(rest[0]),) if rest and rest[0].kind in ("word", "name") else ()


def _list_behind(tokens: Sequence[Token], place: int) -> tuple[str, ...]:
    """The tables behind a word, with commas between them."""
    starts = [place, *(n for n, each in enumerate(tokens) if n > place and each.text == ",")]
    return tuple(name for start in starts for name in _names_behind(tokens, start))


def _all_names(tokens: Sequence[Token]) -> tuple[str, ...]:
    """All that may be a table: which of them is one, the server knows."""
    return tuple(dict.fromkeys(_meant(each) for each in tokens if each.kind in ("word", "name")))


def _meant(token: Token) -> str:
    return token.text if token.kind == "word" else token.value
