"""Who holds a table that a run will change, looked at before its first statement: nobody is waited for yet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from plumbob.ddl.lexer import tokenize
from plumbob.migration.migration import FileStatement
from plumbob.migration.record.live import Live
from plumbob.migration.run.clustered import tables_of
from plumbob.migration.run.events import InUse
from plumbob.migration.run.tasks import Task
from plumbob.migration.works_on import works_on
from plumbob.model import Flavour
from plumbob.server.blockers import holders
from plumbob.server.connection import Server

# Seconds; what is younger has ended before anybody has read of it.
_OLD = 5


def in_use(
    server: Server, tasks: Sequence[Task], live: Live, max_wait: float, older: int = _OLD
) -> Iterator[InUse]:
    """Those whose transaction or statement is old already, each with the first statement that waits for it.

    On a cluster nobody is waited for: it ends such transactions, which is told there.
    """
    if server.is_cluster:
        return
    there = {name.lower(): name for name in live.found}
    first: dict[str, tuple[str, int]] = {}
    for name, migration, number in _in_turn(tasks, server.flavour):
        if name.lower() in there:
            first.setdefault(there[name.lower()], (migration, number))
    if not first:
        return
    for held in holders(server, first, older):
        tables = sorted(held.tables, key=[*first].index)
        migration, number = first[tables[0]]
        blocker, is_sure = replace(held.blocker, is_sure=True), held.blocker.is_sure
        yield InUse(blocker, tuple(tables), is_sure, migration, number, max_wait)


def _in_turn(tasks: Sequence[Task], flavour: Flavour) -> Iterator[tuple[str, str, int]]:
    """The tables that are locked, each with the migration and the number of the statement."""
    for task in tasks:
        for number in task.numbers:
            for name in _locked(task.statements[number - 1], flavour):
                yield name, task.migration.id, number


def _locked(statement: FileStatement, flavour: Flavour) -> Iterator[str]:
    """The tables that nobody else may hold while a definition is changed, as far as its text names them.

    A new foreign key locks its parent, and a new trigger its table.
    """
    yield from tables_of(statement)
    work = works_on(statement.sql, flavour)
    if work.is_definition:
        yield from work.tables
    tokens = tokenize(statement.sql, flavour, is_lenient=True)
    words = [each.value.lower() for each in tokens if each.kind in ("word", "name")]
    if words[:1] == ["create"] and "trigger" in words[:6]:
        yield from [then for word, then in pairwise(words) if word == "on"][:1]
    elif work.is_definition or words[:2] == ["create", "table"]:
        yield from (then for word, then in pairwise(words) if word == "references")
