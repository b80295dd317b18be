"""A live foreign key to a table that is not there: what foreign_key_checks=0 leaves behind."""

from __future__ import annotations

from pathlib import Path

from tests.commands.user import User, tables
from tests.servers import Server

LEFT_OUT = "the foreign key fk of child refers to gone, which is not there"


def test_it_is_named_and_goes(every_server: Server, every_database: str, tmp_path: Path) -> None:
    url = every_server.url(every_database)
    every_server.run(
        every_database,
        "create table gone (id int primary key)",
        "create table child (a int unique, b int, c int, constraint fk foreign key (a) references gone (id),"
        " constraint fine foreign key (b) references child (a))",
        "set foreign_key_checks = 0",
        "drop table gone",
    )
    user = User(tmp_path, url)
    read = user.types("init", "--from", url, "--scratch", "target")
    assert read.code == 1
    assert f"left out: {LEFT_OUT}\n" in read.out
    assert "They are not in sync yet: schema diff shows in what\n" in read.out
    text = user.schema.read_text()
    assert "# The foreign key fk of child is left out, for it refers to a table that is not" in text
    assert "references gone" in text.splitlines()[-1]
    (tmp_path / "plumbob.cfg").write_text("[plumbob]\nscratch = target\n")
    shown = user.types("diff", "--format", "sql")
    assert (shown.code, shown.out.count("DROP FOREIGN KEY `fk`")) == (1, 1)
    user.schema.write_text(text.replace("c: int", "c: bigint"))
    pulled = user.types("pull")
    assert "the foreign key fk is left out: there is no table gone" in pulled.out
    assert user.schema.read_text() == text
    before = tables(every_server, every_database)
    user.brings_in_sync()
    user.succeeds("rollback", "--allow", "all")
    assert tables(every_server, every_database) == before
    user.succeeds("apply", "--allow", "all")
    again = user.types("init", "--from", url, "--scratch", "target", "--json", "--dir", "again")
    assert again.json["left_out"] == []
    assert again.code == 0


def test_drift_takes_in_all_but_the_key(server: Server, database: str, root: User) -> None:
    root.declare("tables: {t: {columns: {id: int primary key, a: int}}}\n")
    root.brings_in_sync()
    server.run(
        database,
        "set foreign_key_checks = 0",
        "alter table t add c int, add constraint fk foreign key (a) references gone (id)",
    )
    adopted = root.succeeds("drift", "--adopt")
    assert "the foreign key fk is left out: there is no table gone" in adopted.out
    assert "a: int, c: int" in root.schema.read_text()
    root.succeeds("drift")
    assert "DROP FOREIGN KEY `fk`" in root.types("diff", "--format", "sql").out


def test_a_parent_that_was_dropped_by_hand_comes_back(
    server: Server, database: str, root: User
) -> None:
    """By a migration whose rollback leaves the key without its parent again."""
    root.declare(
        "tables:\n  child: {columns: {id: int primary key, a: int references parent(id)}}\n"
        "  parent: {columns: {id: int primary key}}\n"
    )
    root.brings_in_sync()
    before = tables(server, database)
    server.run(database, "set foreign_key_checks = 0", "drop table parent")
    without = tables(server, database)
    root.succeeds("drift", "--revert")
    root.succeeds("apply")
    assert tables(server, database) == before
    root.succeeds("drift")
    root.succeeds("rollback", "--allow", "all")
    assert tables(server, database) == without
    root.succeeds("apply")
    for command in ("drift", "diff", "status"):
        root.succeeds(command)
