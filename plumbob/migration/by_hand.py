"""What may be written by hand between two marks of a migration file, and what a crash makes of it.

A table of facts: a statement is known by its first words, and what is not in the table is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Literal

from plumbob.ddl.lexer import SyntaxFault, tokenize
from plumbob.migration.migration import Block, FileStatement, Migration, Script
from plumbob.model import Flavour
from plumbob.plan.statement import Hazard

# data: rows alone, in one transaction with the journal; definition: told by its fingerprint;
# upkeep: can be run again; program: nobody knows how far it came.
Kind = Literal["data", "definition", "upkeep", "program"]

_OBJECT = r"(table|view|trigger|procedure|function|event|sequence|package|library)\b"
_KINDS: tuple[tuple[str, Kind], ...] = (
    (r"(insert|update|delete|replace|with)\b", "data"),
    (r"rename table\b", "definition"),
    (rf"drop {_OBJECT}", "definition"),
    (rf"(alter|create) (\S+ )*?{_OBJECT}", "definition"),
    (r"(create (\S+ )*?|drop )index\b", "definition"),
    (r"truncate\b", "upkeep"),
    (r"(analyze|optimize|repair|check) (no_write_to_binlog |local )?tables?\b", "upkeep"),
    (r"call\b", "program"),
)
_TEMPORARY = re.compile(r"(create|drop) (or replace )?temporary\b")
_ADVICE = {
    "set": "a setting would be gone after a crash; say it in the statement itself",
    "select": "rows are looked at by `-- assert: SELECT …`",
    "use": "a migration works on one database",
}
_COMMITS = "each statement by hand is a transaction of its own, with its row of the journal"
for _word in ("begin", "start", "commit", "rollback", "savepoint", "release", "lock", "unlock"):
    _ADVICE[_word] = _COMMITS


def kind_of(sql: str, flavour: Flavour) -> Kind | None:
    """What a statement does; None for one that has no place in a migration."""
    words = _words(sql, flavour)
    if _TEMPORARY.match(words):
        return None
    return next((kind for pattern, kind in _KINDS if re.match(pattern, words)), None)


def is_data(statement: FileStatement, flavour: Flavour) -> bool:
    """Whether it was written by hand and changes rows: no definition says whether it was run."""
    return statement.is_by_hand and kind_of(statement.sql, flavour) in ("data", "program")


def unrestored(migration: Migration) -> tuple[Hazard, ...]:
    """What the way up may lose, and the definitions that come back do not have.

    Whether a data step by hand is undone, its counterpart says, or the reason why there is none.
    """
    steps = ("data", "upkeep", "program")
    found = (
        hazard
        for each in migration.up
        if not (each.is_by_hand and kind_of(each.sql, migration.server) in steps)
        for hazard in each.hazards
    )
    return tuple(dict.fromkeys(each for each in found if each.takes_rows))


def advice_for(sql: str, flavour: Flavour) -> str:
    """What to do about a statement that has no place in a migration."""
    first = _words(sql, flavour).partition(" ")[0]
    return _ADVICE.get(
        first,
        "data steps (INSERT, UPDATE, DELETE, REPLACE), CALL, TRUNCATE, and CREATE, ALTER, DROP and "
        "RENAME of the objects of this database may be written by hand",
    )


def is_query(sql: str) -> bool:
    """Whether it is a SELECT alone, that takes no lock: it is run where nothing else would be."""
    try:
        tokens = tokenize(sql)
    except SyntaxFault:
        return False
    words = [token.value.lower() for token in tokens if token.kind in ("word", "mark")]
    is_select = bool(words) and tokens[0].kind == "word" and words[0] == "select"
    locks = any(
        pair in (("for", "update"), ("for", "share"), ("lock", "in")) for pair in pairwise(words)
    )
    return is_select and not locks and not {";", "into", ":="} & set(words) and "/*!" not in sql


def about(sql: str) -> str:
    """A statement by hand in a few words: its first line, cut."""
    line = " ".join(sql.partition("\n")[0].split())
    return f"by hand: {line[:70]}{'…' if len(line) > 70 or chr(10) in sql else ''}"


def _words(sql: str, flavour: Flavour) -> str:
    """The words and names of a statement, as it begins; names and texts stand as themselves."""
    tokens = tokenize(sql, flavour, is_lenient=True)
    return " ".join(token.value if token.kind in ("word", "mark") else "_" for token in tokens[:40])


def without_counterpart(forward: Script, backward: Script) -> Iterator[Block]:
    """The blocks of a way up that the rollback neither undoes nor calls impossible to undo."""
    left = [block.title for block in backward.blocks]
    for block in forward.blocks:
        if block.no_way_back:
            continue
        if block.title in left:
            left.remove(block.title)
        else:
            yield block
