"""`schema baseline`: a database that was there before plumbob is adopted, and so is each one like it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pymysql
import pytest

from plumbob.errors import Exit
from tests.commands.user import User, names, tables
from tests.conftest import empty_database
from tests.servers import Server

MADE = (
    "CREATE TABLE teams (id int unsigned AUTO_INCREMENT PRIMARY KEY, name varchar(20) NOT NULL) CHARSET utf8mb4",
    "CREATE TABLE users (id int PRIMARY KEY, email varchar(100), team_id int unsigned, KEY ix (email),"
    " UNIQUE KEY ux (team_id, email), CONSTRAINT fk FOREIGN KEY (team_id) REFERENCES teams (id)) CHARSET utf8mb4",
    "INSERT INTO teams (name) VALUES ('red'), ('blue')",
    "CREATE VIEW reds AS SELECT id FROM teams WHERE name = 'red'",
)  # fmt: skip
MORE = "      note: text\n"


@pytest.fixture
def shop(root: User, server: Server, database: str) -> User:
    """A project that was read from a database which other tools have made."""
    server.run(database, *MADE)
    root.succeeds("init", "--from", root.url, "--scratch", "target")
    (root.folder / "plumbob.cfg").write_text("[plumbob]\nscratch = target\n")
    return root


@pytest.fixture
def other(shop: User, server: Server) -> Iterator[tuple[User, str]]:
    """Another database of the same project: production, say."""
    with empty_database(server) as name:
        yield User(shop.folder, server.url(name)), name


def test_an_old_database_and_a_new_one_get_the_same_history(
    shop: User, other: tuple[User, str], server: Server, database: str
) -> None:
    before = tables(server, database)
    assert shop.types("baseline", "--dry-run").code == Exit.DIFFERENT
    assert "_plumbob_history" not in names(server, database)
    said = shop.succeeds("baseline", "-m", "as it was")
    assert "recorded 1 migration as applied; nothing was run" in said.out
    assert "_as_it_was.sql" in said.err
    assert tables(server, database) == before
    for command in ("status", "diff"):
        shop.succeeds(command)
    (event,) = shop.succeeds("history", "--json").json["events"]
    assert (event["event"], event["milliseconds"]) == ("baseline", 0)
    assert "nothing to record" in shop.succeeds("baseline").out

    new, name = other
    new.succeeds("apply")
    new.succeeds("diff")
    assert tables(server, name).keys() == before.keys()

    shop.declare(
        shop.schema.read_text().replace(
            "      email: varchar(100)\n", "      email: varchar(100)\n" + MORE
        )
    )
    shop.succeeds("diff", "--write", "-m", "note")
    for each in (shop, new):
        each.succeeds("apply")
        each.succeeds("status")
    shop.succeeds("rollback", "--allow", "drop-column:users.note")
    assert shop.types("status").code == Exit.DIFFERENT
    assert tables(server, database) == before


def test_each_database_that_was_there_is_adopted_as_far_as_it_is(
    shop: User, other: tuple[User, str], server: Server
) -> None:
    live, name = other
    server.run(name, *MADE)
    shop.succeeds("baseline")
    shop.declare(
        shop.schema.read_text().replace(
            "      email: varchar(100)\n", "      email: varchar(100)\n" + MORE
        )
    )
    shop.succeeds("diff", "--write", "-m", "note")
    found = live.succeeds("baseline", "--env", "production", "--json").json
    assert [len(found[each]) for each in ("recorded", "pending", "files")] == [1, 1, 0]
    assert "_plumbob_marks" in names(server, name)
    assert live.types("status").code == Exit.DIFFERENT
    live.succeeds("apply")
    live.succeeds("status")


def test_one_where_somebody_ran_all_of_it_by_hand(
    shop: User, other: tuple[User, str], server: Server
) -> None:
    live, name = other
    shop.succeeds("baseline")
    shop.declare(
        shop.schema.read_text().replace(
            "      email: varchar(100)\n", "      email: varchar(100)\n" + MORE
        )
    )
    shop.succeeds("diff", "--write", "-m", "note")
    server.run(name, *MADE, "ALTER TABLE users ADD COLUMN note text AFTER email")
    assert len(live.succeeds("baseline", "--json").json["recorded"]) == 2
    live.succeeds("status")


@pytest.mark.parametrize("by_hand", ["ALTER TABLE users DROP KEY ix", "CREATE TABLE x (id int)"])
def test_one_that_is_otherwise_is_refused(
    shop: User, other: tuple[User, str], server: Server, database: str, by_hand: str
) -> None:
    server.run(database, by_hand)
    name = by_hand.split()[2]
    refused = shop.types("baseline")
    assert (refused.code, "is not as declared" in refused.err) == (Exit.STALE, True), refused
    assert name in refused.err
    assert list(shop.folder.glob("generated/migrations/*.sql")) == []

    server.run(
        database,
        "ALTER TABLE users ADD KEY ix (email)" if "KEY" in by_hand else "DROP TABLE x",
    )
    if "KEY" not in by_hand:
        shop.succeeds("baseline")
        live, there = other
        server.run(there, *MADE, by_hand)
        refused = live.types("baseline")
        assert (refused.code, name in refused.err) == (Exit.STALE, True), refused
        assert "_plumbob_history" not in names(server, there)


def test_an_empty_database_is_sent_to_apply(shop: User, other: tuple[User, str]) -> None:
    shop.succeeds("baseline")
    refused = other[0].types("baseline")
    assert (refused.code, "schema apply" in refused.err) == (Exit.STALE, True), refused


def test_what_an_account_needs_for_it(
    shop: User, ann: Callable[..., User], server: Server, database: str
) -> None:
    """As docs/connecting.md says; the files are there."""
    shop.succeeds("baseline")
    server.run(database, "DROP TABLE _plumbob_history, _plumbob_journal")
    sees = "SHOW VIEW ON {}.*"
    few = ann("SELECT, INSERT, UPDATE ON {}.*", sees).types("baseline")
    assert (few.code, "CREATE" in few.err) == (Exit.NO_ACCESS, True), few
    ann("SELECT, INSERT, UPDATE, CREATE ON {}.*", sees).succeeds("baseline")
    ann("SELECT ON {}._plumbob_history").succeeds("history")


def test_oddities_of_mariadb_are_adopted(root: User, server: Server, database: str) -> None:
    """What is spelt in a way that no other object is."""
    if server.flavour.is_mysql:
        with pytest.raises(pymysql.MySQLError, match="1064"):
            server.run(database, "CREATE SEQUENCE s")
        return
    server.run(
        database,
        "CREATE SEQUENCE `s``3`",
        "CREATE TABLE t (id int DEFAULT nextval(`s``3`))",
        "CREATE TABLE e (a int) `ENCRYPTED`=NO page_compressed=1",
        "CREATE AGGREGATE FUNCTION ag(x int) RETURNS int BEGIN DECLARE n int DEFAULT 0; DECLARE CONTINUE"
        " HANDLER FOR NOT FOUND RETURN n; LOOP FETCH GROUP NEXT ROW; SET n = n + x; END LOOP; END",
    )
    root.succeeds("init", "--from", root.url, "--scratch", "target")
    root.succeeds("baseline", "--scratch", "target")
    root.succeeds("drift")
    server.run(
        database,
        "CREATE OR REPLACE AGGREGATE FUNCTION ag(x int) RETURNS int BEGIN DECLARE n int DEFAULT 1; DECLARE"
        " CONTINUE HANDLER FOR NOT FOUND RETURN n; LOOP FETCH GROUP NEXT ROW; SET n = n + x; END LOOP; END",
    )
    assert root.types("diff", "--scratch", "target").code == Exit.DIFFERENT
    root.succeeds("pull", "--scratch", "target")
    root.succeeds("diff", "--scratch", "target")
    root.succeeds("fmt", "--to", "sql", "--lossy")
    root.succeeds("diff", "--scratch", "target")
