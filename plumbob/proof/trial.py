"""Runs a statement on a scratch database the cheapest way that the server takes, and says which it was.

The server alone knows: manuals do not tell of all that goes together in one ALTER. A way that is refused
changes nothing; the first one that is taken is the statement itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from plumbob.ddl.lexer import tokenize
from plumbob.model import Flavour
from plumbob.plan.cost import (
    Blocks,
    Cost,
    CostKind,
    alters,
    changes_columns,
    copies_unasked,
    makes_indexes_its_own,
    moves_partitions,
    with_clause,
)
from plumbob.plan.statement import Statement
from plumbob.server.connection import Server
from plumbob.server.errors import DEADLOCK, LOCK_WAIT_TIMEOUT, ServerError
from plumbob.server.instant import NO_CHEAP_WAY, table_ids, versions_left
from plumbob.server.listing import Size, row_estimates
from plumbob.server.scratch import Scratch

_BLOCKS: dict[str, Blocks] = {
    "": "nothing",
    "NONE": "nothing",
    "SHARED": "writes",
    "EXCLUSIVE": "reads and writes",
}
_TRIES = 5
_LOCKS = ("NONE", "SHARED", "EXCLUSIVE")


@dataclass(frozen=True, slots=True)
class _Way:
    """How a server may be told to do it; MySQL takes no LOCK beside INSTANT (1221), which needs none."""

    algorithm: str
    lock: str = ""

    def __str__(self) -> str:
        lock = f", LOCK={self.lock}" if self.lock else ""
        return f"ALGORITHM={self.algorithm}{lock}"


@dataclass(slots=True)
class LiveTables:
    """What the scratch tables do not have of the live ones, by the names before and after the plan.

    Attributes:
        sizes: rows and bytes.
        left: how many instant changes of columns they still take, where that is known.
        made: tables that the way has made itself, and that have no rows.
    """

    sizes: Mapping[str, Size] = field(default_factory=dict)
    left: dict[str, int] = field(default_factory=dict)
    made: set[str] = field(default_factory=set)

    def takes_instant(self, statement: Statement) -> bool:
        return self.left.get(statement.table, 1) > 0 or not changes_columns(statement.sql)

    def after(self, statement: Statement) -> Statement:
        """The statement with the size of its table; the table has one change less left now, or all of them."""
        name, cost = statement.table, statement.cost
        if statement.sql.startswith("CREATE TABLE "):
            self.made.add(name)
        if cost is None:
            return statement
        if name in self.left and cost.kind in ("rebuild", "copy"):
            del self.left[name]
        elif name in self.left and cost.kind == "instant" and changes_columns(statement.sql):
            self.left[name] -= 1
        size = Size(0, 0) if name in self.made else self.sizes.get(name)
        if size is None:
            return statement
        return replace(statement, cost=replace(cost, rows=size.rows, bytes=size.bytes))


def live_tables(server: Server, names: Mapping[str, str]) -> LiveTables:
    """What there is to know of tables of the target; `names` has their old names by the new ones."""
    found = row_estimates(server, names=names.values())
    left = versions_left(server, names.values())
    both = {**{old: old for old in names.values()}, **names}
    return LiveTables(
        {name: found[old] for name, old in both.items() if old in found},
        {name: left[old] for name, old in both.items() if old in left},
    )


def try_out(scratch: Scratch, statement: Statement, live: LiveTables) -> Statement:
    """Run a statement; gives it with the clause that keeps a server to what it did, and its cost.

    Args:
        scratch: with the settings of the statement in force.

    Raises:
        ServerError: the statement as it was planned is refused.
    """
    tried = _tried(scratch, statement, instant=live.takes_instant(statement))
    return live.after(_with_what_a_copy_fails_on(tried))


def _with_what_a_copy_fails_on(statement: Statement) -> Statement:
    """The hazards of a copy belong to a statement that copies, each of them once."""
    if statement.cost is None or statement.cost.kind != "copy":
        return statement
    hazards = dict.fromkeys((*statement.hazards, *statement.if_copied))
    return replace(statement, hazards=tuple(hazards))


def _tried(scratch: Scratch, statement: Statement, *, instant: bool) -> Statement:
    if not alters(statement.sql):
        scratch.execute(statement.sql)
        is_rename = statement.sql.startswith("RENAME TABLE ")
        return replace(statement, cost=Cost("instant")) if is_rename else statement
    flavour = scratch.server.flavour
    refused, before = "", None
    for way in _ways(statement.sql, flavour, instant=instant):
        if way.algorithm == refused:
            continue
        sql = with_clause(statement.sql, str(way))
        # What is refused changes nothing, so one look is enough; it takes as long as a small ALTER.
        before = before or _ids(scratch, way)
        try:
            _execute(scratch, sql)
        except ServerError as error:
            if error.errno in NO_CHEAP_WAY:
                refused = way.algorithm if _is_of_algorithm(error) else ""
                continue
            # Perhaps it is not the statement that is wrong, but the clause.
            break
        kind = _kind(statement.sql, way, is_rebuilt=_is_rebuilt(before, _ids(scratch, way)))
        return replace(statement, sql=sql, cost=Cost(kind, _BLOCKS[way.lock]))
    _execute(scratch, statement.sql)
    return replace(statement, cost=_of_partitions(statement.sql))


def _is_of_algorithm(error: ServerError) -> bool:
    """Whether no LOCK would help: `ALGORITHM=INPLACE is not supported …`, where another says `LOCK=NONE`."""
    return error.errno in (1845, 1846) and error.what.startswith("ALGORITHM=")


def as_it_is(scratch: Scratch, sql: str, told: Cost | None) -> Cost | None:
    """Run an ALTER TABLE that says itself how it is to be done; gives what that costs.

    Args:
        told: what was known before; of it stays what nobody sees here.

    Raises:
        ServerError: it is refused.
    """
    way = _said(sql)
    before = _ids(scratch, way)
    _execute(scratch, sql)
    if scratch.server.flavour.is_mariadb and copies_unasked(sql):
        way = replace(way, algorithm="COPY")
    kind = _kind(sql, way, is_rebuilt=_is_rebuilt(before, _ids(scratch, way)))
    blocks = _BLOCKS.get(way.lock) if way.lock or way.algorithm == "INSTANT" else "writes"
    size = (told.rows, told.bytes) if told else (None, None)
    return Cost(kind, blocks or "writes", *size)


def says_how(sql: str) -> bool:
    """Whether an ALTER TABLE has an ALGORITHM of its own."""
    return _said(sql).algorithm not in ("", "DEFAULT")


def _said(sql: str) -> _Way:
    """The ALGORITHM and LOCK of a statement, "" for none."""
    tokens = tokenize(sql, is_lenient=True)
    found = {
        one.value: other.text.upper()
        for one, mark, other in zip(tokens, tokens[1:], tokens[2:], strict=False)
        if one.value in ("algorithm", "lock") and mark.text == "="
    }
    return _Way(found.get("algorithm", ""), found.get("lock", ""))


def _execute(scratch: Scratch, sql: str) -> None:
    """On a busy server, what works behind the scenes may hold a table for longer than we wait."""
    for _ in range(_TRIES - 1):
        try:
            scratch.execute(sql)
        except ServerError as error:
            if error.errno not in (LOCK_WAIT_TIMEOUT, DEADLOCK):
                raise
        else:
            return
    scratch.execute(sql)


def _ids(scratch: Scratch, way: _Way) -> Mapping[str, int] | None:
    """What tells whether the table is built anew, where that is not the name of the way itself."""
    if way.algorithm != "INPLACE" or scratch.server.flavour.is_mariadb:
        return None
    return table_ids(scratch.server)


def _is_rebuilt(before: Mapping[str, int] | None, after: Mapping[str, int] | None) -> bool:
    """What nobody may know is taken for the dearer one."""
    if before is None or after is None:
        return True
    return any(after.get(name, id) != id for name, id in before.items())


def _ways(sql: str, flavour: Flavour, *, instant: bool) -> Iterator[_Way]:
    """The ways to ask for, the cheapest first."""
    if flavour.is_mariadb and moves_partitions(sql) is not None:
        return  # 1064: it has no such clause there.
    if flavour.is_mariadb and copies_unasked(sql):
        # It accepts any way, and copies: so that is what it is told.
        yield from (_Way("COPY", lock) for lock in _LOCKS[1:])
        return
    if instant and not (flavour.is_mariadb and makes_indexes_its_own(sql)):
        yield _Way("INSTANT")
    cheaper = ("NOCOPY",) if flavour.is_mariadb else ()
    for algorithm in (*cheaper, "INPLACE", "COPY"):
        yield from (_Way(algorithm, lock) for lock in _LOCKS)


def _kind(sql: str, way: _Way, *, is_rebuilt: bool) -> CostKind:
    if moves_partitions(sql):
        return "copy"
    match way.algorithm:
        case "INSTANT":
            return "instant"
        case "COPY":
            return "copy"
    return "rebuild" if is_rebuilt and way.algorithm == "INPLACE" else "in place"


def _of_partitions(sql: str) -> Cost | None:
    """What measured facts say where the server takes no clause."""
    match moves_partitions(sql):
        case True:
            return Cost("copy", "writes")
        case False:
            return Cost("in place")
    return None
