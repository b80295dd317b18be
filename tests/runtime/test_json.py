"""JSON, which Peewee writes otherwise for MariaDB: it has to know before the first query."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from peewee import JSONField

from plumbob.runtime import Model, connect_async
from plumbob.runtime.async_database import AsyncDatabase
from tests.runtime.conftest import QUICK, Connect
from tests.servers import Server


class Note(Model):
    said = JSONField()

    class Meta:
        table_name = "notes"


SAID = {"a": [1, None, "é"]}
TABLE = "CREATE TABLE notes (id int AUTO_INCREMENT PRIMARY KEY, said json NOT NULL)"


# What is the very first query of a program; each finds the one note.
FIRST: dict[str, Callable[[], Any]] = {
    "a value": lambda: Note.select().where(Note.said == SAID),
    "a part": lambda: Note.select().where(Note.said["a"] == SAID["a"]),
    "one of": lambda: Note.select().where(Note.said["a"][0].in_([1, 2])),
    "a number": lambda: Note.select().where(Note.said["a"][0] < 2),
    "contains": lambda: Note.select().where(Note.said["a"].contains(["é"])),
    "not there": lambda: Note.select().where(Note.said["b"].is_null()),
}


@pytest.fixture
def noted(server: Server, database: str) -> None:
    with server.connect(database) as connection, connection.cursor() as cursor:
        cursor.execute(TABLE)
        cursor.execute("INSERT INTO notes (said) VALUES (%s)", (json.dumps(SAID),))


@pytest.mark.usefixtures("noted")
@pytest.mark.parametrize("first", FIRST)
def test_json_in_the_first_query(connected: Connect, first: str) -> None:
    with Note.bind_ctx(connected()):
        assert [note.said for note in FIRST[first]()] == [SAID]


@pytest.mark.usefixtures("noted")
def test_a_query_that_is_not_sent_opens_no_connection(connected: Connect) -> None:
    app = connected()
    with Note.bind_ctx(app):
        FIRST["a value"]().sql()
    assert app.is_closed()


def in_async_code(url: str, work: Callable[[AsyncDatabase], Awaitable[Any]]) -> Any:
    async def main() -> Any:
        app = connect_async(url, settings=QUICK, bind=False)
        try:
            with Note.bind_ctx(app):
                return await work(app)
        finally:
            await app.close_pool()

    return asyncio.run(main())


# The ways to a first query in async code.
WAYS: dict[str, Callable[[AsyncDatabase, Any], Awaitable[Any]]] = {
    "list": lambda app, query: app.list(query),
    "aexecute": lambda app, query: awaited(app.aexecute(query)),
    "query.aexecute": lambda app, query: awaited(query.aexecute(app)),
    "run": lambda app, query: app.run(lambda: list(query)),
    "iterate": lambda app, query: rows_of(app.iterate(query)),
}


async def awaited(rows: Awaitable[Any]) -> list[Any]:
    return list(await rows)


async def rows_of(rows: Any) -> list[Any]:
    return [row async for row in rows]


@pytest.mark.usefixtures("noted")
@pytest.mark.parametrize("way", WAYS)
def test_json_in_the_first_query_of_async_code(server: Server, database: str, way: str) -> None:
    for first in FIRST.values():
        found = in_async_code(
            server.url(database), lambda app, first=first: WAYS[way](app, first())
        )
        assert [note.said for note in found] == [SAID]


@pytest.mark.usefixtures("noted")
def test_a_note_that_is_the_first_thing_that_async_code_writes(
    server: Server, database: str
) -> None:
    async def work(app: AsyncDatabase) -> Any:
        note = await app.run(Note.create, said={"b": None})
        await app.aexecute(Note.update(said=Note.said["b"].set([2])).where(Note.id == note.id))
        return await app.get(Note.select().where(Note.id == note.id))

    assert in_async_code(server.url(database), work).said == {"b": [2]}
