"""Hands the ALTER of a large table over to an online schema-change tool, and says where that cannot be.

Such a tool copies rows in portions into a table that has the new definition, keeps it up to date by triggers or
by the binary log, and swaps the two at the end. What a copy drops without a word, because it copies with
INSERT IGNORE, it drops here too: so nothing goes to it that any row speaks against.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from plumbob.ddl.lexer import Token, tokenize
from plumbob.ddl.quote import quote_name, quote_text
from plumbob.errors import Exit, PlumbobError
from plumbob.migration.migration import FileStatement
from plumbob.migration.record.standing import Standing
from plumbob.migration.run.counting import count_rows
from plumbob.model import Table, object_id
from plumbob.plan.cost import altered_table, alters
from plumbob.plan.named import Named
from plumbob.plan.statement import Hazard, Statement
from plumbob.server.connection import Server
from plumbob.server.errors import ServerError
from plumbob.server.grants import read_grants
from plumbob.server.introspect import read_objects
from plumbob.server.online import Tool, alter
from plumbob.server.visibility import account

# Such a tool puts the name into its own SQL and into a DSN.
_PLAIN = re.compile(r"[A-Za-z0-9_$]+")
# What each tool needs in the database, and of the whole server: of pt-online-schema-change measured on
# MariaDB, by taking one away after the other; of gh-ost as its manual says. DELETE is for the triggers, which run
# with the rights of whoever made them, and without it the application's own statements would fail; LOCK
# TABLES is for `tidy`.
_ON_ROWS = ("SELECT", "INSERT", "UPDATE", "DELETE")
_ON_TABLES = ("CREATE", "DROP", "ALTER", "TRIGGER", "LOCK TABLES")
_NEEDS: dict[str, tuple[tuple[str, ...], dict[str, tuple[str, ...]]]] = {
    "pt-online-schema-change": (
        (*_ON_ROWS, *_ON_TABLES),
        {
            "mysql": ("PROCESS", "REPLICATION SLAVE"),
            "mariadb": ("PROCESS", "REPLICATION MASTER ADMIN"),
        },
    ),
    "gh-ost": (
        (*_ON_ROWS, *_ON_TABLES, "INDEX"),
        {
            "mysql": ("REPLICATION CLIENT", "REPLICATION SLAVE"),
            "mariadb": ("BINLOG MONITOR", "REPLICATION SLAVE"),
        },
    ),
}
# How pt-online-schema-change names its triggers.
LEFT_BEHIND = "pt_osc_"
_WORDS = {
    "rename": "it renames something, and the tool would make the new column without its values",
    "foreign": "it is about a foreign key, whose name the tool changes",
}


@dataclass(frozen=True, slots=True)
class HandOver:
    """The tool, and what it is given: statements that block a large table, which nobody has approved."""

    tool: Tool
    statements: Sequence[FileStatement] = ()

    def takes(self, statement: FileStatement) -> bool:
        return statement in self.statements

    def faults(self, server: Server) -> Iterator[PlumbobError]:
        """Why the tool cannot be given some of them."""
        if self.statements:
            yield from _lacking(server, self.tool)
        for statement in self.statements:
            table = altered_table(statement.sql)
            if why := next(self._against(server, statement, table), None):
                flag = Hazard("blocking", Named(table), "").flag
                yield PlumbobError(
                    f"{table} is so large that {self.tool.name} is to alter it, which cannot be: {why}",
                    advice=f"let the server do it, with: {flag}",
                    exit=Exit.UNSAFE,
                )

    def _against(self, server: Server, statement: FileStatement, table: str) -> Iterator[str]:
        if server.is_cluster:
            yield "it was never tried on a cluster"
        if why := self.tool.out_of_reach(server.target):
            yield why
        if self.tool.is_gh_ost:
            yield from _without_log_of_rows(server)
        if not _PLAIN.fullmatch(table) or not _PLAIN.fullmatch(server.database or ""):
            yield "the tool does not quote such a name"
        if statement.session:
            yield f"it needs {', '.join(name for name, _ in statement.session)} of its own session"
        yield from _in_words(statement.sql)
        found = read_objects(server, [object_id("table", table)]).get(object_id("table", table))
        if isinstance(found, Table):
            yield from _of_table(server, found)
        yield from lost_rows(server, statement)

    def alter(
        self,
        server: Server,
        statement: FileStatement,
        is_to_end: Callable[[], bool],
        tell: Callable[[str], object],
    ) -> None:
        """Let the tool do what a statement says.

        Raises:
            ServerError: it failed, or rows came that it would lose.
        """
        table = altered_table(statement.sql)
        tidy(server, table)
        if why := next(lost_rows(server, statement), None):
            raise ServerError(0, f"{self.tool.name} was not begun: {why}", exit=Exit.UNSAFE)
        try:
            values = self._values(server, statement)
            alter(self.tool, server.target, server.flavour, values, is_to_end, tell)
        except ServerError:
            tidy(server, table)
            raise

    def words(self, server: Server, statement: FileStatement) -> tuple[str, ...]:
        """The command as a person may read it."""
        return tuple(self.tool.shown(server.target, self._values(server, statement)))

    def overtaken(self, server: Server, standing: Standing) -> Iterator[PlumbobError]:
        """What the tool still does for a run that has ended, where this one is not about to wait for it."""
        half = standing.half_done
        migration = standing.migration(half.migration) if half else None
        if half is None or migration is None:
            return
        last = half.entries[-1]
        if not last.number or last.state != "running":
            return
        statement = migration.script(half.direction).statements[last.number - 1]
        if self.takes(statement) or not is_for_a_tool(statement):
            return
        if does := self.tool.still_does(server.target, self._values(server, statement)):
            yield PlumbobError(
                f"{self.tool.name} still alters {altered_table(statement.sql)} for `{half.command}`: {does}",
                advice=f"run `{half.command}`, which waits for it, or cancel it, then run this again",
                where=migration.id,
                exit=Exit.LOCKED,
            )

    def _values(self, server: Server, statement: FileStatement) -> dict[str, str]:
        return {
            "SCHEMA": server.database or "",
            "TABLE": altered_table(statement.sql),
            "CLAUSES": clauses(statement.sql),
            "DDL": statement.sql,
        }


def is_for_a_tool(statement: FileStatement | Statement) -> bool:
    """Whether it is of the kind that such tools know: one ALTER TABLE, as we wrote it."""
    is_by_hand = isinstance(statement, FileStatement) and statement.is_by_hand
    return alters(statement.sql) and not is_by_hand


def clauses(sql: str) -> str:
    """What stands behind the name in an ALTER TABLE, without the ALGORITHM and LOCK of the server's own way."""
    rest = tokenize(sql, is_lenient=True)[3:]
    while (option := [each.value.lower() for each in rest[:3]])[:2] in (
        ["algorithm", "="],
        ["lock", "="],
    ):
        rest = rest[4:] if len(rest) > 3 and rest[3].text == "," else rest[len(option) :]
    return sql[rest[0].start :] if rest else ""


def lost_rows(server: Server, statement: FileStatement) -> Iterator[str]:
    """The rows that a copy would leave out, cut or turn into others, counted now."""
    counted = count_rows(server, [each for each in statement.hazards if each.count])
    for each in counted:
        if each.rows is None:
            yield f"{each.hazard.approval} is {each}, and such a tool may lose them without a word"
        elif each.rows:
            yield f"{each.hazard.approval}: {each.said}; such a tool may lose them without a word"


def tidy(server: Server, table: str) -> None:
    """Take away what pt-online-schema-change leaves behind when it is stopped: its triggers, and its copy.

    Both tables are locked meanwhile: no write meets a trigger whose table is gone, and a tool that still runs,
    because nobody could stop it, finds no copy to put in the table's place.
    """
    left = [
        name
        for name, *_ in server.query(f"SHOW TRIGGERS LIKE {quote_text(table)}")
        if name.startswith(LEFT_BEHIND)
    ]
    copy = f"_{table}_new"
    if not left:
        return
    copies = [quote_name(name) for (name,) in server.query("SHOW TABLES") if name == copy]
    locks = ", ".join(f"{name} WRITE" for name in (quote_name(table), *copies))
    server.execute(f"LOCK TABLES {locks}")
    try:
        for name in left:
            server.execute(f"DROP TRIGGER {quote_name(name)}")
        for name in copies:
            server.execute(f"DROP TABLE {name}")
    finally:
        server.execute("UNLOCK TABLES")


def _in_words(sql: str) -> Iterator[str]:
    words = [each for each in tokenize(sql, is_lenient=True) if each.kind == "word"]
    for word in words:
        if why := _WORDS.get(word.value):
            yield why
    if ["drop", "primary"] in [_pair(words, at) for at in range(len(words))]:
        yield "it drops the primary key, by which the tool goes through the rows"


def _pair(words: list[Token], at: int) -> list[str]:
    return [each.value for each in words[at : at + 2]]


def _of_table(server: Server, table: Table) -> Iterator[str]:
    if table.primary_key is None:
        yield "it has no primary key, by which the tool goes through the rows"
    if table.versioned:
        yield "it is system-versioned, and its old rows would be lost"
    if table.foreign_keys or _is_referenced(server, table.name):
        yield "foreign keys begin or end at it, and the tool would change their names"
    triggers = [name for name, *_ in server.query(f"SHOW TRIGGERS LIKE {quote_text(table.name)}")]
    if not all(name.startswith(LEFT_BEHIND) for name in triggers):
        yield "it has triggers, which would go with the old table"


def _lacking(server: Server, tool: Tool) -> Iterator[PlumbobError]:
    """The privileges that the tool takes and our account has not."""
    database = server.database or ""
    here, everywhere = _NEEDS.get(tool.name, ((), {}))
    grants = read_grants(server, database)
    levels = {
        f"{quote_name(database)}.*": [each for each in here if not grants.has(each)],
        "*.*": [
            each
            for each in everywhere.get(server.flavour.maker, ())
            if not grants.has_globally(each)
        ],
    }
    who = account(server)
    missing = {level: each for level, each in levels.items() if each}
    if missing:
        names = ", ".join(name for each in missing.values() for name in each)
        wanted = "; ".join(
            f"GRANT {', '.join(each)} ON {on} TO {who}" for on, each in missing.items()
        )
        yield PlumbobError(
            f"{who} has not the privileges that {tool.name} takes: {names}",
            advice=f"grant them: {wanted}",
            exit=Exit.NO_ACCESS,
        )


def _without_log_of_rows(server: Server) -> Iterator[str]:
    """gh-ost reads the changes of others from the binary log, which has to have whole rows."""
    wanted = "log_bin", "binlog_format", "binlog_row_image"
    names = ", ".join(map(quote_text, wanted))
    rows = server.query(f"SHOW GLOBAL VARIABLES WHERE Variable_name IN ({names})")
    found = {str(name): str(value) for name, value in rows}
    kept = (found.get("binlog_format", "ROW"), found.get("binlog_row_image", "FULL"))
    if found["log_bin"] != "ON":
        yield "it reads the binary log, and this server writes none"
    elif kept != ("ROW", "FULL"):
        yield (
            "it reads whole rows from the binary log, and here binlog_format is {} and "
            "binlog_row_image is {}".format(*kept)
        )


def _is_referenced(server: Server, table: str) -> bool:
    return bool(
        server.query(
            "SELECT 1 FROM information_schema.REFERENTIAL_CONSTRAINTS WHERE "
            f"UNIQUE_CONSTRAINT_SCHEMA = {quote_text(server.database or '')} "
            f"AND REFERENCED_TABLE_NAME = {quote_text(table)} LIMIT 1"
        )
    )
