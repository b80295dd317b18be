"""What would give each member of a cluster other rows, and nothing would show it: refused, with a safe way.

Each member runs a definition by itself: a value that is another one each time it is asked for, an order of
rows that is each member's own, and what is not replicated are otherwise on each (all of this measured on
MariaDB 10.11).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from plumbob.ddl.fingerprint import Object
from plumbob.ddl.lexer import Token, tokenize
from plumbob.ddl.quote import quote_name
from plumbob.errors import Exit, PlumbobError
from plumbob.migration.by_hand import is_data
from plumbob.migration.migration import FileStatement
from plumbob.migration.record.agreed import read_some
from plumbob.migration.record.live import Live
from plumbob.migration.run.tasks import Task
from plumbob.migration.works_on import renamed_tables
from plumbob.model import Table
from plumbob.plan.statement import Statement
from plumbob.server.connection import Server
from plumbob.server.errors import DENIED, ServerError

# fmt: off
# Another value for each member that asks.
_CHANGING = frozenset((
    "uuid", "uuid_short", "sys_guid", "rand", "random_bytes", "sysdate", "connection_id", "version",
    "user", "current_user", "session_user", "system_user", "current_role",
))
_CLOCKS = frozenset((
    "now", "current_timestamp", "localtime", "localtimestamp", "curtime", "current_time",
    "utc_timestamp", "utc_time",
))
_NO_COLUMN = frozenset((
    "index", "key", "unique", "primary", "foreign", "constraint", "check", "fulltext", "spatial",
    "partition", "period", "system",
))
# fmt: on
_AHEAD_OF_TABLE = ("online", "ignore", "table", "if", "exists")
_AHEAD_OF_WRITTEN = ("update", "ignore", "into", "insert", "replace", "from", "join", ",", ".")
_AHEAD = ("column", "if", "not", "exists", "(")
_REPLICATED = "innodb"


def refusals(server: Server, tasks: Sequence[Task], live: Live) -> Iterator[PlumbobError]:
    """What of these tasks would leave the members with other rows."""
    if not server.is_cluster:
        return
    judge = _Judge(server, live.found.get)
    for task in tasks:
        for each in task.left:
            is_rows = is_data(each, server.flavour)
            tables = _written(each.sql, server) if is_rows else each.after
            yield from judge.statement(each.sql, each.about, tables, task.migration.id)


def foreseen(
    server: Server, statements: Iterable[Statement], found: Mapping[str, Object]
) -> tuple[PlumbobError, ...]:
    """What of a plan `apply` would refuse on this server as it is now.

    Args:
        found: all objects of the database, by id.
    """
    if not server.is_cluster:
        return ()
    judge = _Judge(server, found.get)
    return tuple(
        fault
        for each in statements
        for fault in judge.statement(each.sql, each.about, [each.table])
    )


def at_its_turn(server: Server, statement: FileStatement, where: str) -> Iterator[PlumbobError]:
    """The same of one statement, right before it runs: its table may be one that the run has made."""
    if server.is_cluster and not is_data(statement, server.flavour):
        judge = _Judge(server, lambda name: read_some(server, [name]).get(name))
        yield from judge.statement(statement.sql, statement.about, (), where)


@dataclass(frozen=True, slots=True)
class _Judge:
    """Looks at statements in the order in which they run.

    `find` gives an object of the database as it is, by id; `names` what a table is called there, by the
    name that a statement has given to it.
    """

    server: Server
    find: Callable[[str], Object | None]
    names: dict[str, str] = field(default_factory=dict)

    def statement(
        self, sql: str, about: str, tables: Iterable[str], where: str | None = None
    ) -> Iterator[PlumbobError]:
        """Why it is refused.

        Args:
            tables: the ids of what it touches, as far as they are looked at.
        """
        tokens = tokenize(sql, self.server.flavour, is_lenient=True)[:-1]
        said = _words(tokens)
        if said[0] == "drop":
            return
        yield from _of_sequence(said, about, where)
        yield from _of_engine(said, about, where)
        yield from self._of_tables(tables, where)
        if said[0] == "alter" and "table" in said[:4]:
            at = next(n for n, word in enumerate(said) if n and word not in _AHEAD_OF_TABLE)
            yield from self._of_alter(tokens[at:], where)
        for old, new in renamed_tables(sql, self.server.flavour):
            self.names[new] = self.names.get(old, old)

    def _of_tables(self, ids: Iterable[str], where: str | None) -> Iterator[PlumbobError]:
        """Those whose rows no member gets from another one."""
        for name in dict.fromkeys(ids):
            if (table := self._table(name)) and not _is_replicated(table.engine or _REPLICATED):
                yield _engine(f"the table {name}", table.engine or "", where)

    def _of_alter(self, tokens: Sequence[Token], where: str | None) -> Iterator[PlumbobError]:
        """What is said of a table, from its name on."""
        name = tokens[0].value
        clauses = [(clause, _words(clause)) for clause in _clauses(tokens[1:])]
        found = [clause for clause, said in clauses if _adds_column(said)]
        changing = [(clause, what) for clause in found if (what := _changing(clause))]
        numbered = any(
            "auto_increment" in said
            and (_adds_column(said) or said[:1] in (["modify"], ["change"]))
            for _, said in clauses
        )
        table = self._table(name) if changing or numbered else None
        if table is None or not (rows := self._rows(table.name)):
            return
        for clause, what in changing:
            column = _column(clause)
            yield _refusal(
                f"a new column {name}.{column} with the default {what}, in a table {rows}: each member "
                "would give the rows another value, and nothing would show it",
                "in three steps, each a migration: the column with `null` and without a default; then "
                f"UPDATE {quote_name(name)} SET {quote_name(column)} = … by hand, which goes to all members "
                "row by row; then the default and `not null`",
                where,
            )
        if numbered and not has_key(table):
            yield _refusal(
                f"an AUTO_INCREMENT column for {name}, a table {rows} and without a key: each member would "
                "number the rows in an order of its own",
                "make another table with the key, copy the rows by INSERT … SELECT by hand, which goes to "
                f"all members row by row, then drop {name} and rename the other one",
                where,
            )

    def _table(self, name: str) -> Table | None:
        found = self.find(self.names.get(name, name))
        return found if isinstance(found, Table) else None

    def _rows(self, name: str) -> str:
        """`with rows`; "" where it has none. Who may not look has to take it for full."""
        try:
            found = self.server.query(f"SELECT 1 FROM {quote_name(name)} LIMIT 1")
        except ServerError as error:
            if error.errno not in DENIED:
                raise
            return "that may have rows"
        return "with rows" if found else ""


def _written(sql: str, server: Server) -> list[str]:
    """The tables of a data step: the names that stand where those of tables do."""
    tokens = tokenize(sql, server.flavour, is_lenient=True)[:-1]
    return [
        then.value
        for each, then in pairwise(tokens)
        if each.value.lower() in _AHEAD_OF_WRITTEN and then.kind in ("name", "word")
    ]


def _is_replicated(engine: str) -> bool:
    return engine.lower() == _REPLICATED


def _of_sequence(said: Sequence[str], about: str, where: str | None) -> Iterator[PlumbobError]:
    if "sequence" in said[:4] and said[0] == "create" and not _is_uncached(said):
        yield _refusal(
            f"{about}: a cluster has no sequence with a cache", "declare it with `cache 0`", where
        )


def _of_engine(said: Sequence[str], about: str, where: str | None) -> Iterator[PlumbobError]:
    """An engine that a table gets."""
    if said[0] in ("create", "alter") and "table" in said[:5]:
        for word, engine in pairwise(each for each in said if each != "="):
            if word == "engine" and not _is_replicated(engine):
                yield _engine(about, engine, where)


def _refusal(what: str, advice: str, where: str | None) -> PlumbobError:
    return PlumbobError(what, advice=advice, where=where, exit=Exit.UNSAFE)


def _engine(what: str, engine: str, where: str | None) -> PlumbobError:
    return _refusal(
        f"{what}: a cluster does not replicate the rows of {engine}, so each member may have others",
        "make an InnoDB table, and copy the rows into it from the member that has them all",
        where,
    )


def _words(words: Iterable[Token]) -> list[str]:
    """The tokens in small letters; a quoted name or text is none of the language."""
    return ["" if word.kind in ("name", "text") else word.value.lower() for word in words]


def _is_uncached(said: Sequence[str]) -> bool:
    pairs = [*pairwise(word for word in said if word not in ("=", "by"))]
    return "nocache" in said or ("increment", "0") in pairs or ("cache", "0") in pairs


def _clauses(words: Sequence[Token]) -> Iterator[list[Token]]:
    """What stands between commas outside of parentheses."""
    clause: list[Token] = []
    depth = 0
    for word in words:
        depth += (word.text == "(") - (word.text == ")")
        if word.text == "," and not depth:
            yield clause
            clause = []
        else:
            clause.append(word)
    yield clause


def _adds_column(said: Sequence[str]) -> bool:
    return said[:1] == ["add"] and len(said) > 1 and said[1] not in _NO_COLUMN


def _column(clause: Sequence[Token]) -> str:
    rest = [word for word in clause[1:] if word.kind == "name" or word.value not in _AHEAD]
    return rest[0].value


def _changing(clause: Sequence[Token]) -> str:
    """What in the default of a column is another value for each member; "" where it has none such."""
    said = _words(clause)
    start = said.index("default") if "default" in said else len(said)
    for at in range(start, len(said)):
        if said[at : at + 2] == ["on", "update"]:
            break
        calls = said[at + 1 : at + 2] == ["("]
        if said[at] in _CHANGING and (calls or said[at].startswith("current_")):
            return f"{said[at]}()"
        if said[at] in _CLOCKS and calls and said[at + 2] not in (")", "0"):
            return f"{said[at]}({said[at + 2]})"
        if said[at : at + 2] == ["next", "value"]:
            return "next value"
        if said[at : at + 2] == ["@", "@"]:
            return "".join(word.text for word in clause[at : at + 3])
    return ""


def has_key(table: Table) -> bool:
    """Whether its rows have an order that all members share."""
    if table.primary_key is not None:
        return True
    return any(
        index.kind == "unique"
        and all((column := table.column(name)) and not column.null for name in index.columns)
        for index in table.indexes
    )
