"""JSON, which Peewee writes otherwise for MariaDB: it has to know before the first query."""

from __future__ import annotations

from peewee import JSONField

from plumbob.runtime import Model
from tests.runtime.conftest import Connect
from tests.servers import Server


class Note(Model):
    said = JSONField()

    class Meta:
        table_name = "notes"


SAID = {"a": [1, None, "é"]}
TABLE = "CREATE TABLE notes (id int AUTO_INCREMENT PRIMARY KEY, said json NOT NULL)"


def test_json_in_the_first_query(connected: Connect, server: Server, database: str) -> None:
    with server.connect(database) as connection, connection.cursor() as cursor:
        cursor.execute(TABLE)
    with Note.bind_ctx(connected()):
        note = Note.create(said=SAID)
        assert Note.get_by_id(note.id).said == SAID
