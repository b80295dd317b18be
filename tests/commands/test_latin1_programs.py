"""Programs that were sent as latin1, as those of old applications were."""

from __future__ import annotations

from tests.commands.user import User
from tests.servers import Server

PROGRAMS = (
    "create table t (a int primary key)",
    "create event ev on schedule every 1 day disable comment 'é' do select 'é'",
    "create event `ü` on schedule every 1 day disable do select 1",
    "create procedure p() comment 'é' select 'ä'",
    "create procedure `ö`() select 1",
    "create trigger tr before insert on t for each row set @a = 'é'",
    "create view v as select 'é' as `ä` from t",
)


def test_names_comments_and_texts_are_what_they_say(
    root: User, server: Server, database: str
) -> None:
    with server.connect(database, charset="latin1") as connection, connection.cursor() as cursor:
        for sql in PROGRAMS:
            cursor.execute(sql)
    root.succeeds("init", "--from", root.url)
    text = root.schema.read_text("utf-8")
    assert "Ã" not in text
    root.declare(text)
    root.succeeds("diff")
    root.declare(text.replace("select 'ä'", "select 'ß'").replace("DO select 1", "DO select 2"))
    root.brings_in_sync()
    root.succeeds("rollback", "--allow", "all")
    root.declare(text)
    root.succeeds("diff")
    with server.connect(database) as connection, connection.cursor() as cursor:
        cursor.execute(
            "SELECT EVENT_NAME, EVENT_COMMENT FROM information_schema.EVENTS"
            f" WHERE EVENT_SCHEMA = '{database}'"
        )
        assert set(cursor.fetchall()) == {("ev", "é"), ("ü", "")}
        cursor.execute(
            "SELECT ROUTINE_NAME, ROUTINE_COMMENT FROM information_schema.ROUTINES"
            f" WHERE ROUTINE_SCHEMA = '{database}'"
        )
        assert set(cursor.fetchall()) == {("p", "é"), ("ö", "")}
