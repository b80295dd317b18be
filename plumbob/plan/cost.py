"""What a statement costs: how the server does the work, what waits meanwhile, and how big the table is."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, cast, get_args

from plumbob.ddl.lexer import Token, tokenize

# In the order of what they cost: the dictionary alone; work on indexes or none at all; the table
# built anew by the engine; its rows copied into a new one.
CostKind = Literal["instant", "in place", "rebuild", "copy"]
Blocks = Literal["nothing", "writes", "reads and writes"]
KINDS: tuple[CostKind, ...] = get_args(CostKind)
BLOCKS: tuple[Blocks, ...] = get_args(Blocks)
NOT_ASKED = "not asked"

_TEXT = re.compile(
    rf"({'|'.join(KINDS)}), blocks ({'|'.join(BLOCKS)})"
    r"(?:; about (\d{1,20}) rows?, (\d{1,20}) bytes)?"
)


@dataclass(frozen=True, slots=True)
class Cost:
    """What a server said that a statement costs.

    Attributes:
        kind: how the work is done.
        blocks: what waits as long as it takes; for a moment everything does (metadata lock).
        rows, bytes: of the live table, as the server estimates them; None where it is not there.
    """

    kind: CostKind
    blocks: Blocks = "nothing"
    rows: int | None = None
    bytes: int | None = None

    def __str__(self) -> str:
        """`rebuild, blocks nothing; about 1200 rows, 98304 bytes`; `parse_cost` reads it."""
        said = f"{self.kind}, blocks {self.blocks}"
        if self.rows is None or self.bytes is None:
            return said
        return (
            f"{said}; about {self.rows} {'row' if self.rows == 1 else 'rows'}, {self.bytes} bytes"
        )


def parse_cost(text: str) -> Cost | None:
    """The cost that a file tells of; None for `not asked`.

    Raises:
        ValueError: it is neither.
    """
    if text == NOT_ASKED:
        return None
    found = _TEXT.fullmatch(text)
    if found is None:
        raise ValueError(text)
    rows, size = (int(each) if each else None for each in (found[3], found[4]))
    return Cost(cast(CostKind, found[1]), cast(Blocks, found[2]), rows, size)


def cost_text(sql: str, cost: Cost | None) -> str:
    """The cost in words; "" for a statement that no server can be asked about."""
    if cost is not None:
        return str(cost)
    return NOT_ASKED if alters(sql) else ""


def alters(sql: str) -> bool:
    return sql.startswith("ALTER TABLE ")


def altered_table(sql: str) -> str:
    """The name of the table of an ALTER TABLE."""
    return tokenize(sql, is_lenient=True)[2].value


def dearest(costs: Iterable[Cost | None]) -> CostKind | None:
    """The kind of the dearest of these; None where no server was asked about any of them.

    A table that is made on the way costs nothing, however it is changed before it has a row.
    """
    kinds = [
        "instant" if (each.rows, each.bytes) == (0, 0) else each.kind
        for each in costs
        if each is not None
    ]
    return max(kinds, key=KINDS.index, default=None)


def with_clause(sql: str, clause: str) -> str:
    """An ALTER TABLE with `ALGORITHM=…` ahead of its other clauses, the one place where all take it."""
    tokens = tokenize(sql, is_lenient=True)
    end, rest = tokens[2].end, tokens[3:]
    comma = "" if _is_partitioning(rest) else ","
    return f"{sql[:end]}{_gap(sql, end)}{clause}{comma}{sql[end:]}"


def _gap(sql: str, end: int) -> str:
    """What stands between the name and the first clause: a blank, or a new line."""
    return sql[end : len(sql) - len(sql[end:].lstrip())]


def _is_partitioning(tokens: list[Token]) -> bool:
    """Whether it goes on with what takes no comma ahead of it."""
    words = [each.value for each in tokens[:2]]
    # A scheme in a version comment is nothing but the end here.
    return words in (["partition", "by"], ["remove", "partitioning"]) or tokens[0].kind == "end"


def moves_partitions(sql: str) -> bool | None:
    """Whether a statement that manages partitions copies rows from one to another; None for all others.

    The servers call it INPLACE or do not say (measured: with rows affected, and writes that wait).
    """
    words = [each.value for each in tokenize(sql, is_lenient=True) if each.kind == "word"][2:]
    match words:
        case ["drop", "partition", *_]:
            return False
        case ["add", "partition", *rest]:
            return "values" not in rest
        case ["coalesce" | "reorganize", "partition", *_]:
            return True
    return None


def copies_unasked(sql: str) -> bool:
    """Whether MariaDB copies the table, whatever ALGORITHM= it has accepted (measured on 10.11)."""
    tokens = tokenize(sql, is_lenient=True)
    if _is_partitioning(tokens[3:]):
        return True
    return any(
        _is_partitioning([one, other])
        or (one.kind == "word" and (one.value, other.text) == ("engine", "="))
        for one, other in pairwise(tokens)
    )


def makes_indexes_its_own(sql: str) -> bool:
    """Whether an index that was made for a foreign key may be dropped with that and added.

    On a scratch database all indexes are declared ones, and MariaDB sees that nothing is to be done.
    """
    words = [each.value for each in tokenize(sql, is_lenient=True) if each.kind == "word"]
    drops_a_key = ["drop", "foreign", "key"] in (words[at : at + 3] for at in range(len(words)))
    return drops_a_key and "add" in words


def changes_columns(sql: str) -> bool:
    """Whether columns come or go: in an instant way, MySQL keeps that as one more version of the row."""
    tokens = tokenize(sql, is_lenient=True)
    words = [each.value if each.kind == "word" else "" for each in tokens]
    return any(one in ("add", "drop") and other == "column" for one, other in pairwise(words))
