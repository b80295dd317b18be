"""What a Galera cluster changes: how a definition is sent, and what is refused because it would split it.

Each member runs a definition by itself, in a session of its own: what the text does not say, or what is
another value each time it is asked for, is otherwise on each (all of this measured on MariaDB 10.11).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from plumbob.ddl.lexer import Token, tokenize
from plumbob.ddl.quote import quote_name, quote_text
from plumbob.ddl.stored import database_collation
from plumbob.errors import Exit, PlumbobError
from plumbob.migration.by_hand import is_data
from plumbob.migration.events import OnCluster
from plumbob.migration.live import Live
from plumbob.migration.migration import FileStatement
from plumbob.migration.tasks import Task
from plumbob.model import Table, key_of_id
from plumbob.model.features import ALTER_ALGORITHM_IS_IDLE
from plumbob.server.connection import Server
from plumbob.server.members import all_of, node_name

# Settings that do not travel with a definition, so that each member would take its own.
_IN_TEXT = {
    "time_zone": quote_text("+00:00"),
    "innodb_strict_mode": "1",
    "default_storage_engine": "InnoDB",
    "max_statement_time": "0",
}
_TABLES = re.compile(
    r"(create (or replace )?|alter (online )?(ignore )?|drop |rename |truncate )(table|sequence)\b"
    r"|(create (or replace )?(unique |fulltext |spatial )?|drop )index\b",
    re.IGNORECASE,
)
# Another value for each member that asks.
_CHANGING = {
    *(
        "uuid",
        "uuid_short",
        "sys_guid",
        "rand",
        "random_bytes",
        "sysdate",
        "connection_id",
        "version",
    ),
    *("user", "current_user", "session_user", "system_user", "current_role"),
}
_CLOCKS = {
    *("now", "current_timestamp", "localtime", "localtimestamp", "curtime", "current_time"),
    *("utc_timestamp", "utc_time"),
}
_NO_COLUMN = {
    *("index", "key", "unique", "primary", "foreign", "constraint", "check", "fulltext", "spatial"),
    *("partition", "period", "system"),
}
_AHEAD_OF_TABLE = ("online", "ignore", "table", "if", "exists")
_AHEAD = ("column", "if", "not", "exists", "(")
_ENGINES = ("myisam", "aria", "memory", "csv", "archive", "merge", "mrg_myisam")


def as_sent(server: Server, statement: FileStatement) -> str:
    """A statement as it goes to the server: on a cluster its settings are part of its text.

    Views and programs are sent on by the server in words of its own, with all that they need.
    """
    if not server.is_cluster or not _TABLES.match(statement.sql):
        return statement.sql
    settings = dict(_IN_TEXT)
    if not ALTER_ALGORITHM_IS_IDLE.is_in(server.flavour):
        settings["alter_algorithm"] = quote_text("DEFAULT")  # The bare word means the global value.
    settings |= {
        name: value if value.isdigit() else quote_text(value)
        for name, value in statement.session
        if name != database_collation.NAME
    }
    said = ", ".join(f"{name} = {value}" for name, value in settings.items())
    return f"SET STATEMENT {said} FOR {statement.sql}"


def tables_of(statement: FileStatement) -> list[str]:
    """The tables of a statement, under the names that they have before it."""
    names = {name for name in statement.after if key_of_id(name) is None}
    return sorted(names)


def words_of(statement: FileStatement) -> set[str] | None:
    """Among which words the tables are that a statement locks; None where it does not name them."""
    words = tokenize(statement.sql, is_lenient=True)[:-1]
    if [word.value.lower() for word in words[:2]] == ["drop", "trigger"]:
        return None
    return {word.value.lower() for word in words if word.kind in ("name", "word")}


def told(server: Server, tasks: Sequence[Task], live: Live) -> OnCluster | None:
    """What is to be said before a run; None where there is no cluster or nothing to run."""
    if not server.is_cluster or not any(task.left for task in tasks):
        return None
    touched = {name for task in tasks for each in task.left for name in tables_of(each)}
    keyless = [
        name
        for name in sorted(touched)
        if isinstance(table := live.found.get(name), Table) and not _has_key(table)
    ]
    return OnCluster(tuple(sorted(map(node_name, all_of(server)))), tuple(keyless))


def refusals(server: Server, tasks: Sequence[Task], live: Live) -> Iterator[PlumbobError]:
    """What would leave the members with other rows or other tables, each with the safe way."""
    if not server.is_cluster:
        return
    for task in tasks:
        for each in task.left:
            if not is_data(each, server.flavour):
                yield from _of_statement(server, each, live, task.migration.id)


def _of_statement(
    server: Server, statement: FileStatement, live: Live, where: str
) -> Iterator[PlumbobError]:
    words = tokenize(statement.sql, server.flavour, is_lenient=True)[:-1]
    said = _words(words)
    if "sequence" in said[:4] and said[0] == "create" and not _is_uncached(said):
        yield _refusal(
            f"{statement.about}: a cluster has no sequence with a cache",
            "declare it with `cache: 0`",
            where,
        )
    if said[0] == "drop":
        return
    for engine in _ENGINES:
        if ("engine", engine) in zip(
            said, (word for word in said[1:] if word != "="), strict=False
        ):
            yield _engine(statement.about, engine, where)
    for name in tables_of(statement):
        table = live.found.get(name)
        if isinstance(table, Table) and (table.engine or "").lower() in _ENGINES:
            yield _engine(f"the table {name}", table.engine or "", where)
    if said[0] == "alter" and "table" in said[:4]:
        at = next(n for n, word in enumerate(said) if n and word not in _AHEAD_OF_TABLE)
        yield from _of_alter(server, words[at:], live, where)


def _of_alter(
    server: Server, words: Sequence[Token], live: Live, where: str
) -> Iterator[PlumbobError]:
    """What is said of a table, from its name on."""
    name = words[0].value
    table = live.found.get(name)
    found = [clause for clause in _clauses(words[1:]) if _adds_column(_words(clause))]
    changing = [(clause, what) for clause in found if (what := _changing(clause))]
    numbered = [clause for clause in found if "auto_increment" in _words(clause)]
    if not isinstance(table, Table) or not (changing or numbered) or not _has_rows(server, name):
        return
    for clause, what in changing:
        column = _column(clause)
        yield _refusal(
            f"a new column {name}.{column} with the default {what}, in a table with rows: each member "
            "would give the rows another value, and nothing would show it",
            "in three steps, each a migration: the column with `null` and without a default; then "
            f"UPDATE {quote_name(name)} SET {quote_name(column)} = … by hand, which goes to all members "
            "row by row; then the default and `not null`",
            where,
        )
    if numbered and not _has_key(table):
        yield _refusal(
            f"an AUTO_INCREMENT column for {name}, which has rows and no key: each member would number "
            "the rows in an order of its own",
            "make another table with the key, copy the rows by INSERT … SELECT by hand, which goes to all "
            f"members row by row, then drop {name} and rename the other one",
            where,
        )


def _refusal(what: str, advice: str, where: str) -> PlumbobError:
    return PlumbobError(what, advice=advice, where=where, exit=Exit.UNSAFE)


def _engine(what: str, engine: str, where: str) -> PlumbobError:
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


def _has_rows(server: Server, name: str) -> bool:
    return bool(server.query(f"SELECT 1 FROM {quote_name(name)} LIMIT 1"))


def _has_key(table: Table) -> bool:
    """Whether its rows have an order that all members share."""
    if table.primary_key is not None:
        return True
    return any(
        index.kind == "unique"
        and all((column := table.column(name)) and not column.null for name in index.columns)
        for index in table.indexes
    )
